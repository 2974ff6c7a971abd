#include "tests/support/stream_soak.h"

#include <string.h>

#include "protocols/socket/host_processes.h"
#include "protocols/stack/tcp.h"

#define SOAK_ACTS_MAX 8
/* Far more than any scenario that ends needs. */
#define SOAK_EVENTS_MAX 3000000

void ics_stream_soak_fail(const IcsStreamSoak *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_error("scenario %" G_GUINT64_FORMAT " (%s) at %" G_GINT64_FORMAT " ns: %s", self->number,
            self->is_polite ? "polite" : "rude",
            self->world != NULL ? self->world->simulation->now_ns : 0, text);
}

static void soak_observe(gpointer data, const IcsObservation *observation)
{
    IcsStreamSoak *self = data;
    self->observations += observation->kind < ICS_OBSERVATION_N_KINDS;
}

IcsStreamSoak *ics_stream_soak_new(uint64_t number, bool other_way)
{
    g_autoptr(GError) error = NULL;
    IcsStreamSoak *self = g_new0(IcsStreamSoak, 1);
    IcsWorldOptions options = {.has_seed = true, .seed = number};
    self->number = number;
    self->other_way = other_way;
    self->random = number;
    self->streams = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = ics_stream_soak_trace(self);
    if (g_getenv("IPCSIM_TRACE") != NULL) {
        g_print("%s\n", text);
    }
    self->trace = ics_trace_parse("soak", text, strlen(text), NULL, NULL, &error);
    if (self->trace == NULL) {
        ics_stream_soak_fail(self, "%s\n%s", error->message, text);
    }
    self->world = ics_world_new(self->trace, &options, &error);
    if (self->world == NULL) {
        ics_stream_soak_fail(self, "%s\n%s", error->message, text);
    }
    if (other_way) {
        ics_bus_subscribe(&self->world->simulation->bus, ICS_OBSERVE_EVERYTHING, soak_observe,
                          self);
    }
    return self;
}

void ics_stream_soak_free(IcsStreamSoak *self)
{
    ics_world_free(self->world);
    ics_trace_free(self->trace);
    g_ptr_array_unref(self->streams);
    g_free(self);
}

/* ---- crashes and kills ---- */

static IcsHost *soak_host(const IcsStreamSoak *self, uint64_t i)
{
    return ics_network_host_by_name(self->world->network, i == 0 ? "a" : "b");
}

static void soak_kill(IcsStreamSoak *self, IcsHost *host)
{
    static const char *const names[] = {"server", "to-b", "to-a"};
    uint32_t actor = ics_simulation_enter(self->world->simulation, host->node);
    ics_host_processes_kill(ics_stack_of(host),
                            names[ics_stream_soak_below(self, G_N_ELEMENTS(names))]);
    ics_simulation_enter(self->world->simulation, actor);
}

static void soak_act(IcsStreamSoak *self)
{
    IcsHost *host = soak_host(self, ics_stream_soak_below(self, 2));
    if (host->state == ICS_HOST_CRASHED) {
        ics_host_restart(host);
        ics_stream_soak_start(self, host);
    } else if (ics_stream_soak_below(self, 2) == 0) {
        ics_host_crash(host);
    } else {
        soak_kill(self, host);
    }
}

static void soak_act_rudely(IcsStreamSoak *self)
{
    uint64_t n = ics_stream_soak_below(self, SOAK_ACTS_MAX);
    int64_t at_ns = 0;
    for (uint64_t i = 0; i < n; i++) {
        at_ns += (int64_t)ics_stream_soak_below(self, (uint64_t)self->leave_ns);
        ics_simulation_run(self->world->simulation, at_ns, UINT64_MAX);
        soak_act(self);
    }
}

/* ---- what must be true in the end ---- */

static void soak_check_host(const IcsStreamSoak *self, const IcsHost *host)
{
    const IcsTcp *tcp = ics_tcp_if_any(ics_stack_of((IcsHost *)host));
    if (tcp == NULL) {
        return;
    }
    if (tcp->n_connections != 0 || tcp->connections != NULL) {
        const IcsTcpConnection *connection = tcp->connections;
        ics_stream_soak_fail(self, "%s still has %u connections, the first in %s", host->name,
                             tcp->n_connections, ics_stream_state_name(ics_tcp_state(connection)));
    }
}

static void soak_check_streams(const IcsStreamSoak *self)
{
    for (guint i = 0; i < self->streams->len; i++) {
        const IcsSoakStream *stream = g_ptr_array_index(self->streams, i);
        bool is_whole = stream->is_finished && stream->written_bytes == stream->total_bytes &&
                        stream->read_bytes == stream->total_bytes;
        if (stream->read_bytes > stream->written_bytes || (self->is_polite && !is_whole)) {
            ics_stream_soak_fail(self,
                                 "stream %u: %" G_GUINT64_FORMAT " bytes read of %" G_GUINT64_FORMAT
                                 " written of %" G_GUINT64_FORMAT,
                                 i + 1, stream->read_bytes, stream->written_bytes,
                                 stream->total_bytes);
        }
    }
    /* Clients: those of a, and one of b; a stream each way. */
    guint expected = 2 * (self->clients + 1) * self->connections;
    if (self->is_polite && self->streams->len != expected) {
        ics_stream_soak_fail(self, "%u streams instead of %u", self->streams->len, expected);
    }
}

static void soak_check_end(const IcsStreamSoak *self)
{
    g_autofree char *broken = ics_world_check_invariants(self->world);
    if (broken != NULL) {
        ics_stream_soak_fail(self, "%s", broken);
    }
    soak_check_host(self, soak_host(self, 0));
    soak_check_host(self, soak_host(self, 1));
    soak_check_streams(self);
    uint64_t packets = ics_packet_pool_in_use(self->world->network->packets);
    if (packets != 0) {
        ics_stream_soak_fail(self, "%" G_GUINT64_FORMAT " packets are still in use", packets);
    }
}

void ics_stream_soak_run(IcsStreamSoak *self)
{
    ics_stream_soak_start(self, soak_host(self, 0));
    ics_stream_soak_start(self, soak_host(self, 1));
    if (!self->is_polite && ics_stream_soak_below(self, 2) == 0) {
        soak_act_rudely(self);
    }
    IcsStopReason reason = ics_world_run(self->world, SOAK_EVENTS_MAX);
    if (reason != ICS_STOP_QUIESCENT) {
        ics_stream_soak_fail(self, "it goes on for ever: %s", ics_stop_reason_name(reason));
    }
    soak_check_end(self);
}
