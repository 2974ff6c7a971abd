#include "tests/support/stream_programs.h"

#include "base/errno_name.h"

int ics_stream_programs_listen(IcsProcess *self, uint16_t port)
{
    int listener = ics_small_processes_bound(self, ICS_SOCKET_STREAM, port);
    g_assert_cmpint(ics_listen(self, listener, 5), ==, 0);
    return listener;
}

int ics_stream_programs_accept(IcsProcess *self, int listener)
{
    int socket = ics_accept(self, listener, 0, NULL);
    g_assert_cmpint(socket, >=, 0);
    return socket;
}

int ics_stream_programs_connect(IcsProcess *self, gconstpointer network, const char *host,
                                uint16_t port)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    IcsEndpoint peer = ics_small_processes_endpoint(network, host, port);
    g_assert_cmpint(ics_connect(self, socket, peer), ==, 0);
    return socket;
}

void ics_stream_programs_send(IcsProcess *self, int socket, size_t n)
{
    uint8_t *bytes = ics_alloc(self, n);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)(i * 7 % 251);
    }
    g_assert_cmpint(ics_send(self, socket, bytes, n, 0), ==, n);
}

int64_t ics_stream_programs_drain(IcsProcess *self, int socket, size_t *total)
{
    uint8_t buffer[5000];
    int64_t n;
    *total = 0;
    while ((n = ics_receive(self, socket, buffer, sizeof buffer, 0)) > 0) {
        *total += (size_t)n;
    }
    return n;
}

void ics_stream_programs_say_drained(IcsProcess *self, gconstpointer network, int socket)
{
    size_t total;
    int64_t end = ics_stream_programs_drain(self, socket, &total);
    if (end == 0) {
        ics_small_network_note((IcsSmallNetwork *)network, "%s drained=%zu", ics_name(self), total);
    } else {
        ics_small_network_note((IcsSmallNetwork *)network, "%s drained=%zu %s", ics_name(self),
                               total, ics_errno_name((int)-end));
    }
}
