#include "tests/support/small_processes.h"

#include <cmocka.h>
#include <inttypes.h>

#include "base/errno_name.h"

static IcsProcess *small_processes_start(IcsSmallNetwork *self, const char *host, const char *name,
                                         const IcsProcessProgram *program)
{
    return ics_host_processes_start(ics_small_network_stack(self, host), name, program);
}

IcsProcess *ics_small_processes_start(IcsSmallNetwork *self, const char *host, const char *name,
                                      IcsProcessMain main)
{
    return ics_small_processes_start_with(self, host, name, main, self);
}

IcsProcess *ics_small_processes_start_handler(IcsSmallNetwork *self, const char *host,
                                              const char *name, const IcsProcessHandler *handler)
{
    return small_processes_start(self, host, name,
                                 &(IcsProcessProgram){.handler = handler, .config = self});
}

IcsProcess *ics_small_processes_start_with(IcsSmallNetwork *self, const char *host,
                                           const char *name, IcsProcessMain main,
                                           gconstpointer config)
{
    return small_processes_start(self, host, name,
                                 &(IcsProcessProgram){.main = main, .config = config});
}

int64_t ics_small_processes_say(IcsProcess *self, gconstpointer network, const char *what,
                                int64_t result)
{
    IcsSmallNetwork *to = (IcsSmallNetwork *)network;
    if (result < 0) {
        ics_small_network_note(to, "%s %s=%s", ics_name(self), what, ics_errno_name((int)-result));
    } else {
        ics_small_network_note(to, "%s %s=%" PRId64, ics_name(self), what, result);
    }
    return result;
}

static void small_processes_observe(gpointer data, const IcsObservation *observation)
{
    IcsSmallNetwork *self = data;
    const IcsProcess *process = observation->process;
    if (observation->kind == ICS_OBSERVE_PROCESS_ENDED) {
        ics_small_network_note(self, "%s %s %d", process->name, observation->text,
                               process->exit_code);
    } else {
        bool failed = observation->kind == ICS_OBSERVE_OPERATION_FAILED;
        ics_small_network_note(self, "%s%s %s", process->name, failed ? " FAILED" : ":",
                               observation->text);
    }
}

void ics_small_processes_note_all(IcsSmallNetwork *self)
{
    ics_bus_subscribe(&self->simulation->bus,
                      ICS_OBSERVE_MASK(PROCESS_LOGGED) | ICS_OBSERVE_MASK(OPERATION_FAILED) |
                          ICS_OBSERVE_MASK(PROCESS_ENDED),
                      small_processes_observe, self);
}

IcsEndpoint ics_small_processes_endpoint(gconstpointer network, const char *host, uint16_t port)
{
    return (IcsEndpoint){host != NULL ? ics_small_network_address(network, host) : ICS_ANY_ADDRESS,
                         port};
}

int ics_small_processes_bound(IcsProcess *self, IcsSocketType type, uint16_t port)
{
    int socket = ics_socket(self, type);
    g_assert_cmpint(ics_bind(self, socket, (IcsEndpoint){ICS_ANY_ADDRESS, port}), ==, 0);
    return socket;
}
