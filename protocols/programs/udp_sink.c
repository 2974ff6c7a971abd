/* A counting sink, perhaps a slow one. */
#include <ipcsim/socket.h>

#include "protocols/programs/program_table.h"

typedef struct {
    int64_t port;
    int64_t work_ns;
    int64_t receive_buffer_bytes;
    int64_t buffer_bytes;
} UdpSinkConfig;

static const IcsParameter udp_sink_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(UdpSinkConfig, port, "port", "9", 1, 65535,
                              "the port to receive from"),
    ICS_PARAMETER_TIME_ROW(UdpSinkConfig, work_ns, "work", "0ms", 0, INT64_MAX,
                           "how long it is busy with each message before it takes the next"),
    ICS_PARAMETER_SIZE_ROW(UdpSinkConfig, receive_buffer_bytes, "receive-buffer", "208KiB", 1,
                           INT64_MAX, "bytes of payload that can wait for it"),
    ICS_PARAMETER_SIZE_ROW(UdpSinkConfig, buffer_bytes, "buffer", "2KiB", 1, 65507,
                           "length of the program's own buffer; a longer message loses its tail"),
    ICS_PARAMETER_END,
};

typedef struct {
    const UdpSinkConfig *config;
    int socket;
    uint8_t *buffer;
    bool busy;
} UdpSink;

static bool udp_sink_open(IcsProcess *self, UdpSink *sink, const UdpSinkConfig *config)
{
    sink->config = config;
    sink->buffer = ics_alloc(self, (size_t)config->buffer_bytes);
    sink->socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_set_option(self, sink->socket, ICS_OPTION_RECEIVE_BUFFER, config->receive_buffer_bytes);
    IcsEndpoint local = {ICS_ANY_ADDRESS, (uint16_t)config->port};
    int result = ics_bind(self, sink->socket, local);
    if (result < 0) {
        ics_program_fail(self, "bind", result);
    }
    return result == 0;
}

static bool udp_sink_take(IcsProcess *self, const UdpSink *sink)
{
    size_t n = (size_t)sink->config->buffer_bytes;
    return ics_receive(self, sink->socket, sink->buffer, n, 0) >= 0;
}

static void udp_sink_main(IcsProcess *self, gconstpointer data)
{
    UdpSink sink = {0};
    udp_sink_open(self, &sink, data);
    while (udp_sink_take(self, &sink)) {
        if (sink.config->work_ns > 0) {
            ics_compute(self, sink.config->work_ns);
        }
    }
}

/* ---- the same without a stack ---- */

static void udp_sink_on_ready(IcsProcess *self)
{
    UdpSink *sink = self->program_data;
    while (!sink->busy && udp_sink_take(self, sink)) {
        if (sink->config->work_ns > 0) {
            sink->busy = true;
            ics_process_set_timer(self, ics_program_later(ics_now(self), sink->config->work_ns));
        }
    }
}

static void udp_sink_on_timer(IcsProcess *self)
{
    UdpSink *sink = self->program_data;
    sink->busy = false;
    udp_sink_on_ready(self);
}

static void udp_sink_on_start(IcsProcess *self, gconstpointer data)
{
    UdpSink *sink = ics_alloc(self, sizeof *sink);
    self->program_data = sink;
    if (udp_sink_open(self, sink, data)) {
        ics_watch(self, sink->socket);
    }
}

static const IcsProcessHandler udp_sink_handler = {
    .on_start = udp_sink_on_start,
    .on_ready = udp_sink_on_ready,
    .on_timer = udp_sink_on_timer,
};

const IcsProgramClass ics_udp_sink_program = {
    .name = "udp-sink",
    .doc = "takes what arrives, as fast as it can or slower",
    .config_bytes = sizeof(UdpSinkConfig),
    .parameters = udp_sink_parameters,
    .main = udp_sink_main,
    .handler = &udp_sink_handler,
};
