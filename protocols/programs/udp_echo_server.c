/* The chapter's UDPServer: repeatedly receives a request and sends it back to the client. */
#include <ipcsim/socket.h>

#include "protocols/programs/program_table.h"

typedef struct {
    int64_t port;
    int64_t buffer_bytes;
} UdpEchoServerConfig;

static const IcsParameter udp_echo_server_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(UdpEchoServerConfig, port, "port", "6789", 1, 65535,
                              "the port to receive from"),
    ICS_PARAMETER_SIZE_ROW(UdpEchoServerConfig, buffer_bytes, "buffer", "1000B", 1, 65507,
                           "length of the receive buffer; a longer request loses its tail"),
    ICS_PARAMETER_END,
};

static void udp_echo_server_answer(IcsProcess *self, int socket, const uint8_t *bytes, int64_t n,
                                   const IcsReceived *request)
{
    int64_t result = ics_send_to(self, socket, bytes, (size_t)n, 0, request->from);
    if (result < 0) {
        ics_program_report(self, "echo", result);
    }
}

static void udp_echo_server_main(IcsProcess *self, gconstpointer data)
{
    const UdpEchoServerConfig *config = data;
    uint8_t *buffer = ics_alloc(self, (size_t)config->buffer_bytes);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    int result = ics_bind(self, socket, (IcsEndpoint){ICS_ANY_ADDRESS, (uint16_t)config->port});
    if (result < 0) {
        ics_program_fail(self, "bind", result);
    }
    for (;;) {
        IcsReceived request;
        int64_t n =
            ics_receive_from(self, socket, buffer, (size_t)config->buffer_bytes, 0, &request);
        if (n < 0) {
            ics_program_fail(self, "receive", n);
        }
        udp_echo_server_answer(self, socket, buffer, n, &request);
    }
}

/* ---- the same without a stack ---- */

typedef struct {
    const UdpEchoServerConfig *config;
    uint8_t *buffer;
    int socket;
} UdpEchoServer;

static void udp_echo_server_on_ready(IcsProcess *self)
{
    const UdpEchoServer *server = self->program_data;
    for (;;) {
        IcsReceived request;
        int64_t n = ics_receive_from(self, server->socket, server->buffer,
                                     (size_t)server->config->buffer_bytes, 0, &request);
        if (n < 0) {
            return;
        }
        udp_echo_server_answer(self, server->socket, server->buffer, n, &request);
    }
}

static void udp_echo_server_on_start(IcsProcess *self, gconstpointer data)
{
    UdpEchoServer *server = ics_alloc(self, sizeof *server);
    self->program_data = server;
    server->config = data;
    server->buffer = ics_alloc(self, (size_t)server->config->buffer_bytes);
    server->socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    IcsEndpoint local = {ICS_ANY_ADDRESS, (uint16_t)server->config->port};
    int result = ics_bind(self, server->socket, local);
    if (result < 0) {
        ics_program_fail(self, "bind", result);
        return;
    }
    ics_watch(self, server->socket);
}

static const IcsProcessHandler udp_echo_server_handler = {
    .on_start = udp_echo_server_on_start,
    .on_ready = udp_echo_server_on_ready,
};

const IcsProgramClass ics_udp_echo_server_program = {
    .name = "udp-echo-server",
    .doc = "sends every datagram back to where it came from",
    .config_bytes = sizeof(UdpEchoServerConfig),
    .parameters = udp_echo_server_parameters,
    .main = udp_echo_server_main,
    .handler = &udp_echo_server_handler,
};
