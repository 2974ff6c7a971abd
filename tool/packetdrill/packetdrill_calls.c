/* Making, joining and closing sockets. */
#include <netinet/in.h>
#include <string.h>

#include "tool/packetdrill/packetdrill.h"

#define PACKETDRILL_TYPE_FLAGS (SOCK_NONBLOCK | SOCK_CLOEXEC)

int ics_packetdrill_read_address(const struct sockaddr *address, socklen_t n, IcsEndpoint *to)
{
    struct sockaddr_in in;
    if (address == NULL || n < sizeof in) {
        return -EINVAL;
    }
    memcpy(&in, address, sizeof in);
    if (in.sin_family != AF_INET) {
        return -EAFNOSUPPORT;
    }
    *to = (IcsEndpoint){ntohl(in.sin_addr.s_addr), ntohs(in.sin_port)};
    return 0;
}

void ics_packetdrill_write_address(IcsEndpoint from, struct sockaddr *address, socklen_t *n)
{
    if (address == NULL || n == NULL) {
        return;
    }
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons(from.port),
                             .sin_addr.s_addr = htonl(from.address)};
    memcpy(address, &in, MIN(*n, (socklen_t)sizeof in));
    *n = sizeof in;
}

static int64_t packetdrill_calls_make(IcsPacketdrill *self, int domain, int type, int protocol)
{
    int kind = type & ~PACKETDRILL_TYPE_FLAGS;
    bool stream = kind == SOCK_STREAM;
    if (domain != AF_INET) {
        return -EAFNOSUPPORT;
    }
    if ((!stream && kind != SOCK_DGRAM) ||
        (protocol != 0 && protocol != (stream ? IPPROTO_TCP : IPPROTO_UDP))) {
        return -EPROTONOSUPPORT;
    }
    int socket = ics_socket(self->process, stream ? ICS_SOCKET_STREAM : ICS_SOCKET_DATAGRAM);
    if (socket < 0) {
        return socket;
    }
    int fd = ics_packetdrill_open(self, stream ? ICS_PACKETDRILL_STREAM : ICS_PACKETDRILL_DATAGRAM,
                                  socket);
    if (fd < 0) {
        ics_close(self->process, socket);
        return fd;
    }
    ics_packetdrill_file(self, fd)->nonblocking = (type & SOCK_NONBLOCK) != 0;
    return fd;
}

static int packetdrill_calls_socket(void *user, int domain, int type, int protocol)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    return (int)ics_packetdrill_leave(self, packetdrill_calls_make(self, domain, type, protocol));
}

static int packetdrill_calls_bind(void *user, int fd, const struct sockaddr *address, socklen_t n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    IcsEndpoint local;
    int64_t result = file == NULL ? -EBADF : ics_packetdrill_read_address(address, n, &local);
    if (result == 0) {
        result = ics_bind(self->process, file->socket, local);
    }
    return (int)ics_packetdrill_leave(self, result);
}

static int packetdrill_calls_listen(void *user, int fd, int backlog)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    return (int)ics_packetdrill_leave(
        self, file == NULL ? -EBADF : ics_listen(self->process, file->socket, backlog));
}

static int64_t packetdrill_calls_take(IcsPacketdrill *self, int fd, IcsEndpoint *peer)
{
    for (;;) {
        const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
        int connection =
            file == NULL ? -EBADF : ics_accept(self->process, file->socket, ICS_DONT_WAIT, peer);
        if (connection != -EAGAIN || file->nonblocking) {
            return connection;
        }
        ics_packetdrill_wait(self, ICS_FOREVER);
    }
}

static int packetdrill_calls_accept(void *user, int fd, struct sockaddr *address, socklen_t *n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    IcsEndpoint peer = {0};
    int64_t result = packetdrill_calls_take(self, fd, &peer);
    if (result >= 0) {
        ics_packetdrill_write_address(peer, address, n);
        result = ics_packetdrill_open(self, ICS_PACKETDRILL_STREAM, (int)result);
    }
    return (int)ics_packetdrill_leave(self, result);
}

/* A connect that may sleep: until the connection stands or has failed. */
static int64_t packetdrill_calls_await(IcsPacketdrill *self, int fd)
{
    for (;;) {
        const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
        if (file == NULL) {
            return -EBADF;
        }
        if ((ics_packetdrill_readiness(self, file) & (ICS_POLL_WRITABLE | ICS_POLL_ERROR)) != 0) {
            int64_t error = 0;
            ics_get_option(self->process, file->socket, ICS_OPTION_ERROR, &error);
            return -error;
        }
        ics_packetdrill_wait(self, ICS_FOREVER);
    }
}

static int packetdrill_calls_connect(void *user, int fd, const struct sockaddr *address,
                                     socklen_t n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    IcsEndpoint peer;
    int64_t result = file == NULL ? -EBADF : ics_packetdrill_read_address(address, n, &peer);
    if (result == 0) {
        result = ics_connect(self->process, file->socket, peer);
    }
    if (result == -EINPROGRESS && !file->nonblocking) {
        result = packetdrill_calls_await(self, fd);
    }
    return (int)ics_packetdrill_leave(self, result);
}

static int packetdrill_calls_close(void *user, int fd)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t result = 0;
    if (file == NULL) {
        result = close(fd) == 0 ? 0 : -errno;
    } else {
        if (file->kind != ICS_PACKETDRILL_EPOLL) {
            result = ics_close(self->process, file->socket);
        }
        ics_packetdrill_forget(self, fd);
        ics_packetdrill_wake(self);
    }
    return (int)ics_packetdrill_leave(self, result);
}

static int packetdrill_calls_shutdown(void *user, int fd, int how)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t result = -EBADF;
    if (file != NULL) {
        IcsShutdown half = how == SHUT_RD   ? ICS_SHUTDOWN_RECEIVE
                           : how == SHUT_WR ? ICS_SHUTDOWN_SEND
                                            : ICS_SHUTDOWN_BOTH;
        result = ics_shutdown(self->process, file->socket, half);
        ics_packetdrill_wake(self);
    }
    return (int)ics_packetdrill_leave(self, result);
}

void ics_packetdrill_fill_calls(IcsPacketdrillTable *table)
{
    table->socket = packetdrill_calls_socket;
    table->bind = packetdrill_calls_bind;
    table->listen = packetdrill_calls_listen;
    table->accept = packetdrill_calls_accept;
    table->connect = packetdrill_calls_connect;
    table->close = packetdrill_calls_close;
    table->shutdown = packetdrill_calls_shutdown;
}
