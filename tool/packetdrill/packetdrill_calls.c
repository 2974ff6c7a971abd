/* Making, joining and closing sockets. */
#include <netinet/in.h>
#include <netinet/tcp.h>
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
        ics_packetdrill_adopt(self, local.address);
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
    int64_t deadline_ns = -1;
    for (;;) {
        const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
        if (file == NULL) {
            return -EBADF;
        }
        int connection = ics_accept(self->process, file->socket, ICS_DONT_WAIT, peer);
        if (connection != -EAGAIN || file->nonblocking) {
            return connection;
        }
        if (deadline_ns < 0) {
            deadline_ns = ics_packetdrill_deadline(self, file->receive_timeout_ns);
        }
        int result = ics_packetdrill_block(self, deadline_ns);
        if (result != 0) {
            return result;
        }
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
static int64_t packetdrill_calls_await(IcsPacketdrill *self, int fd, IcsEndpoint peer)
{
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t deadline_ns = ics_packetdrill_deadline(self, file->send_timeout_ns);
    while ((file = ics_packetdrill_file(self, fd)) != NULL) {
        if ((ics_packetdrill_readiness(self, file) & (ICS_POLL_WRITABLE | ICS_POLL_ERROR)) != 0) {
            /* Asked once more, it says what became of it. */
            int result = ics_connect(self->process, file->socket, peer);
            return result == -EISCONN ? 0 : result;
        }
        int result = ics_packetdrill_block(self, deadline_ns);
        if (result != 0) {
            return result == -EAGAIN ? -EINPROGRESS : result;
        }
    }
    return -EBADF;
}

/* connect(2) with AF_UNSPEC: the connection is reset, the socket is as good as new. */
static int64_t packetdrill_calls_disconnect(IcsPacketdrill *self, IcsPacketdrillFile *file)
{
    if (file->kind != ICS_PACKETDRILL_STREAM) {
        return -EAFNOSUPPORT;
    }
    int fresh = ics_socket(self->process, ICS_SOCKET_STREAM);
    if (fresh < 0) {
        return fresh;
    }
    ics_set_option(self->process, file->socket, ICS_OPTION_LINGER, 0);
    ics_close(self->process, file->socket);
    file->socket = fresh;
    return 0;
}

static int64_t packetdrill_calls_reach(IcsPacketdrill *self, int fd, const struct sockaddr *address,
                                       socklen_t n)
{
    IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    IcsEndpoint peer;
    if (file == NULL) {
        return -EBADF;
    }
    if (address != NULL && n >= sizeof address->sa_family && address->sa_family == AF_UNSPEC) {
        return packetdrill_calls_disconnect(self, file);
    }
    int64_t result = ics_packetdrill_read_address(address, n, &peer);
    if (result == 0) {
        result = ics_connect(self->process, file->socket, peer);
    }
    if (result == -EINPROGRESS && !file->nonblocking) {
        result = packetdrill_calls_await(self, fd, peer);
    }
    return result;
}

static int packetdrill_calls_connect(void *user, int fd, const struct sockaddr *address,
                                     socklen_t n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t result = packetdrill_calls_reach(self, fd, address, n);
    ics_packetdrill_wake(self);
    return (int)ics_packetdrill_leave(self, result);
}

/* Everything has been acknowledged, the FIN too, or never will be. */
static bool packetdrill_calls_is_drained(IcsPacketdrill *self, const IcsPacketdrillFile *file)
{
    switch (ics_packetdrill_state(self, file)) {
    case TCP_FIN_WAIT1:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
        return false;
    default:
        return true;
    }
}

/* SO_LINGER with a time: unread data makes a reset of it, which needs no waiting. */
static void packetdrill_calls_linger(IcsPacketdrill *self, int fd)
{
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t linger_ns = 0;
    int64_t unread = 0;
    if (ics_get_option(self->process, file->socket, ICS_OPTION_LINGER, &linger_ns) != 0 ||
        linger_ns <= 0 || file->nonblocking ||
        ics_get_option(self->process, file->socket, ICS_OPTION_INPUT_QUEUE, &unread) != 0 ||
        unread > 0 || ics_shutdown(self->process, file->socket, ICS_SHUTDOWN_SEND) != 0) {
        return;
    }
    int64_t deadline_ns = ics_packetdrill_deadline(self, linger_ns);
    while ((file = ics_packetdrill_file(self, fd)) != NULL &&
           !packetdrill_calls_is_drained(self, file) && ics_packetdrill_wait(self, deadline_ns)) {
    }
}

static int packetdrill_calls_close(void *user, int fd)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    if (file == NULL) {
        return (int)ics_packetdrill_leave(self, close(fd) == 0 ? 0 : -errno);
    }
    if (file->kind == ICS_PACKETDRILL_STREAM) {
        packetdrill_calls_linger(self, fd);
        file = ics_packetdrill_file(self, fd);
    }
    if (file != NULL) {
        if (file->kind != ICS_PACKETDRILL_EPOLL) {
            ics_close(self->process, file->socket);
        }
        ics_packetdrill_forget(self, fd);
    }
    ics_packetdrill_wake(self);
    return (int)ics_packetdrill_leave(self, 0);
}

static int packetdrill_calls_shutdown(void *user, int fd, int how)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t result = -EBADF;
    if (file != NULL && (how < SHUT_RD || how > SHUT_RDWR)) {
        result = -EINVAL;
    } else if (file != NULL) {
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
