#include "tests/support/kernel_stream.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/splitmix.h"

#define KERNEL_STREAM_PIECE_BYTES 65536

static int kernel_stream_socket(const char *address, uint16_t port, struct sockaddr_in *to)
{
    *to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, address, &to->sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = ICS_KERNEL_STREAM_PATIENCE_S};
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    return fd;
}

static int kernel_stream_give_up(int fd)
{
    int error = errno;
    close(fd);
    return -error;
}

int ics_kernel_stream_connect(const char *address, uint16_t port)
{
    struct sockaddr_in to;
    int fd = kernel_stream_socket(address, port, &to);
    int result = connect(fd, (struct sockaddr *)(void *)&to, sizeof to);
    return result == 0 ? fd : kernel_stream_give_up(fd);
}

int ics_kernel_stream_listen(const char *address, uint16_t port)
{
    struct sockaddr_in at;
    int fd = kernel_stream_socket(address, port, &at);
    int result = bind(fd, (struct sockaddr *)(void *)&at, sizeof at);
    return result == 0 && listen(fd, 16) == 0 ? fd : kernel_stream_give_up(fd);
}

int ics_kernel_stream_accept(int listener)
{
    int fd = accept(listener, NULL, NULL);
    return fd >= 0 ? fd : -errno;
}

typedef struct {
    int fd;
    IcsKernelExchange *exchange;
    int error;
} KernelStreamSender;

static int kernel_stream_send_all(int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, bytes, n, MSG_NOSIGNAL);
        if (sent < 0) {
            return errno;
        }
        bytes += sent;
        n -= (size_t)sent;
    }
    return 0;
}

static gpointer kernel_stream_send(gpointer data)
{
    KernelStreamSender *self = data;
    g_autofree uint8_t *bytes = g_malloc(KERNEL_STREAM_PIECE_BYTES);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    uint64_t state = self->exchange->seed;
    size_t left = self->exchange->bytes;
    while (left > 0 && self->error == 0) {
        size_t n = MIN(left, (size_t)KERNEL_STREAM_PIECE_BYTES);
        ics_splitmix_fill(&state, bytes, n);
        g_checksum_update(sum, bytes, (gssize)n);
        self->error = kernel_stream_send_all(self->fd, bytes, n);
        left -= n;
    }
    shutdown(self->fd, SHUT_WR);
    g_strlcpy(self->exchange->sent_sha256, g_checksum_get_string(sum),
              sizeof self->exchange->sent_sha256);
    return NULL;
}

static int kernel_stream_receive(int fd, IcsKernelExchange *exchange)
{
    g_autofree uint8_t *bytes = g_malloc(KERNEL_STREAM_PIECE_BYTES);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    ssize_t n;
    while ((n = recv(fd, bytes, KERNEL_STREAM_PIECE_BYTES, 0)) > 0) {
        g_checksum_update(sum, bytes, n);
        exchange->received += (size_t)n;
    }
    int error = n < 0 ? errno : 0;
    g_strlcpy(exchange->received_sha256, g_checksum_get_string(sum),
              sizeof exchange->received_sha256);
    return error;
}

void ics_kernel_stream_exchange(int fd, IcsKernelExchange *exchange)
{
    if (fd < 0) {
        exchange->error = -fd;
        return;
    }
    KernelStreamSender sender = {.fd = fd, .exchange = exchange};
    GThread *thread = g_thread_new("sender", kernel_stream_send, &sender);
    exchange->error = kernel_stream_receive(fd, exchange);
    g_thread_join(thread);
    exchange->error = exchange->error != 0 ? exchange->error : sender.error;
    close(fd);
}
