/* Operations on streams, and what streams add to others. */
#include <string.h>

#include "protocols/programs/operations_internal.h"

/* Sets a time limit of a socket for one operation; returns what it was. */
static int64_t operations_limit(IcsOperationsRun *self, const IcsOperation *operation,
                                IcsSocketOption option)
{
    int socket = ics_operations_socket_of(self, operation);
    int64_t usual_ns = ICS_FOREVER;
    ics_get_option(self->process, socket, option, &usual_ns);
    if (operation->config.has_timeout) {
        ics_set_option(self->process, socket, option, operation->config.timeout_ns);
    }
    return usual_ns;
}

static int operations_connect_socket(IcsOperationsRun *self, const IcsOperation *operation,
                                     IcsEndpoint peer)
{
    int socket = ics_operations_socket_of(self, operation);
    int64_t was_nonblocking = 0;
    if (operation->config.wait) {
        return ics_connect(self->process, socket, peer);
    }
    ics_get_option(self->process, socket, ICS_OPTION_NONBLOCKING, &was_nonblocking);
    ics_set_option(self->process, socket, ICS_OPTION_NONBLOCKING, 1);
    int result = ics_connect(self->process, socket, peer);
    ics_set_option(self->process, socket, ICS_OPTION_NONBLOCKING, was_nonblocking);
    return result;
}

int64_t ics_operations_connect(IcsOperationsRun *self, const IcsOperation *operation)
{
    IcsEndpoint peer;
    int result = ics_resolve_endpoint(self->process, operation->config.to, &peer);
    if (result < 0) {
        return result;
    }
    int64_t usual_ns = operations_limit(self, operation, ICS_OPTION_CONNECT_TIMEOUT);
    result = operations_connect_socket(self, operation, peer);
    ics_set_option(self->process, ics_operations_socket_of(self, operation),
                   ICS_OPTION_CONNECT_TIMEOUT, usual_ns);
    return result;
}

int64_t ics_operations_listen(IcsOperationsRun *self, const IcsOperation *operation)
{
    return ics_listen(self->process, ics_operations_socket_of(self, operation),
                      (int)operation->config.backlog);
}

int64_t ics_operations_accept(IcsOperationsRun *self, const IcsOperation *operation)
{
    int socket = ics_operations_socket_of(self, operation);
    IcsEndpoint peer = {0};
    int64_t usual_ns = operations_limit(self, operation, ICS_OPTION_RECEIVE_TIMEOUT);
    int result =
        ics_accept(self->process, socket, operation->config.wait ? 0 : ICS_DONT_WAIT, &peer);
    ics_set_option(self->process, socket, ICS_OPTION_RECEIVE_TIMEOUT, usual_ns);
    if (result >= 0) {
        self->sockets[operation->other_slot] = result;
        ics_operations_check_from(self, operation, peer);
    }
    return MIN(result, 0);
}

int64_t ics_operations_shutdown(IcsOperationsRun *self, const IcsOperation *operation)
{
    return ics_shutdown(self->process, ics_operations_socket_of(self, operation),
                        (IcsShutdown)operation->config.how);
}

int64_t ics_operations_poll(IcsOperationsRun *self, const IcsOperation *operation)
{
    static const uint32_t wanted[] = {ICS_POLL_READABLE, ICS_POLL_WRITABLE,
                                      ICS_POLL_READABLE | ICS_POLL_WRITABLE};
    const IcsOperationConfig *config = &operation->config;
    IcsPollEntry entry = {
        .socket = ics_operations_socket_of(self, operation),
        .wanted = wanted[config->event],
    };
    int result =
        ics_poll(self->process, &entry, 1, config->has_timeout ? config->timeout_ns : ICS_FOREVER);
    return (entry.ready & ICS_POLL_INVALID) != 0 ? -EBADF : result;
}

int64_t ics_operations_receive_all(IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    int flags = config->wait ? 0 : ICS_DONT_WAIT;
    int64_t done = 0;
    while (done < config->buffer_bytes) {
        int64_t n = ics_receive_from(self->process, ics_operations_socket_of(self, operation),
                                     self->buffer + done, (size_t)(config->buffer_bytes - done),
                                     flags, &self->received);
        if (n <= 0) {
            return done > 0 ? done : n;
        }
        done += n;
    }
    return done;
}

/* ---- set ---- */

typedef struct {
    bool given;
    IcsSocketOption option;
    int64_t value;
} OperationsSetting;

/* In the order in which they are set; ends with an option that is not given. */
#define OPERATIONS_STREAM_SETTINGS 13

static void operations_stream_settings(const IcsOperationStreamOptions *options,
                                       OperationsSetting settings[OPERATIONS_STREAM_SETTINGS])
{
    const OperationsSetting all[OPERATIONS_STREAM_SETTINGS] = {
        {options->has_connect_timeout, ICS_OPTION_CONNECT_TIMEOUT, options->connect_timeout_ns},
        {options->has_send_buffer, ICS_OPTION_SEND_BUFFER, options->send_buffer_bytes},
        {options->has_no_delay, ICS_OPTION_NO_DELAY, options->no_delay},
        {options->has_cork, ICS_OPTION_CORK, options->cork},
        {options->has_keep_alive_idle, ICS_OPTION_KEEP_ALIVE_IDLE, options->keep_alive_idle_ns},
        {options->has_keep_alive_interval, ICS_OPTION_KEEP_ALIVE_INTERVAL,
         options->keep_alive_interval_ns},
        {options->has_keep_alive_probes, ICS_OPTION_KEEP_ALIVE_PROBES, options->keep_alive_probes},
        {options->has_keep_alive, ICS_OPTION_KEEP_ALIVE, options->keep_alive},
        {options->has_linger, ICS_OPTION_LINGER, options->linger_ns},
        {options->has_user_timeout, ICS_OPTION_USER_TIMEOUT, options->user_timeout_ns},
        {options->has_mss, ICS_OPTION_MSS, options->mss_bytes},
        {options->has_reuse_address, ICS_OPTION_REUSE_ADDRESS, options->reuse_address},
        {options->has_congestion, ICS_OPTION_CONGESTION_CONTROL, options->congestion},
    };
    memcpy(settings, all, sizeof all);
}

bool ics_operations_sets_stream(const IcsOperationStreamOptions *options)
{
    OperationsSetting settings[OPERATIONS_STREAM_SETTINGS];
    bool given = false;
    operations_stream_settings(options, settings);
    for (size_t i = 0; i < OPERATIONS_STREAM_SETTINGS; i++) {
        given |= settings[i].given;
    }
    return given;
}

int64_t ics_operations_set_stream(IcsOperationsRun *self, const IcsOperation *operation)
{
    OperationsSetting settings[OPERATIONS_STREAM_SETTINGS];
    int result = 0;
    operations_stream_settings(&operation->config.stream, settings);
    for (size_t i = 0; i < OPERATIONS_STREAM_SETTINGS && result == 0; i++) {
        if (settings[i].given) {
            result = ics_set_option(self->process, ics_operations_socket_of(self, operation),
                                    settings[i].option, settings[i].value);
        }
    }
    return result;
}
