/* read(2), write(2) and their kin. */
#include <string.h>

#include "tool/packetdrill/packetdrill.h"

static int packetdrill_data_flags(int flags)
{
    return ICS_DONT_WAIT | ((flags & MSG_PEEK) != 0 ? ICS_PEEK : 0);
}

static bool packetdrill_data_may_block(const IcsPacketdrillFile *file, int flags)
{
    return !file->nonblocking && (flags & MSG_DONTWAIT) == 0;
}

/* One message, or what a stream has: blocks for the first byte. */
static int64_t packetdrill_data_receive_some(IcsPacketdrill *self, int fd, void *bytes, size_t n,
                                             int flags, IcsReceived *received)
{
    int64_t deadline_ns = -1;
    for (;;) {
        const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
        if (file == NULL) {
            return -EBADF;
        }
        int64_t got = ics_receive_from(self->process, file->socket, bytes, n,
                                       packetdrill_data_flags(flags), received);
        if (got != -EAGAIN || !packetdrill_data_may_block(file, flags)) {
            return got;
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

/* MSG_WAITALL: until there are n bytes, or an end. */
static int64_t packetdrill_data_receive_all(IcsPacketdrill *self, int fd, uint8_t *bytes, size_t n,
                                            int flags, IcsReceived *received)
{
    size_t done = 0;
    int64_t got = 1;
    while (done < n && got > 0) {
        got = packetdrill_data_receive_some(self, fd, bytes + done, n - done, flags, received);
        done += (size_t)MAX(got, 0);
    }
    return done > 0 ? (int64_t)done : got;
}

int64_t ics_packetdrill_receive(IcsPacketdrill *self, int fd, void *bytes, size_t n, int flags,
                                IcsReceived *received)
{
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    if (file == NULL || file->kind == ICS_PACKETDRILL_EPOLL) {
        return file == NULL ? -EBADF : -EINVAL;
    }
    if ((flags & MSG_OOB) != 0) {
        return -EINVAL;
    }
    bool is_stream = file->kind == ICS_PACKETDRILL_STREAM;
    if (is_stream && (flags & MSG_WAITALL) != 0 && (flags & MSG_PEEK) == 0) {
        return packetdrill_data_receive_all(self, fd, bytes, n, flags, received);
    }
    return packetdrill_data_receive_some(self, fd, bytes, n, flags, received);
}

/* MSG_MORE holds a partial segment back, as TCP_CORK does, until a send without it has added its
 * bytes. */
static void packetdrill_data_set_more(IcsPacketdrill *self, IcsPacketdrillFile *file, bool more)
{
    if (file->kind == ICS_PACKETDRILL_STREAM && more != file->more && !file->corked) {
        ics_set_option(self->process, file->socket, ICS_OPTION_CORK, more);
    }
    file->more = more;
}

static int64_t packetdrill_data_send_some(IcsPacketdrill *self, const IcsPacketdrillFile *file,
                                          const uint8_t *bytes, size_t n, const IcsEndpoint *to)
{
    /* A connected stream does not look at the address, as in Linux. */
    return to != NULL && file->kind != ICS_PACKETDRILL_STREAM
               ? ics_send_to(self->process, file->socket, bytes, n, ICS_DONT_WAIT, *to)
               : ics_send(self->process, file->socket, bytes, n, ICS_DONT_WAIT);
}

/* Until all is taken; fewer, or a negative errno for none. */
static int64_t packetdrill_data_send_all(IcsPacketdrill *self, int fd, const uint8_t *bytes,
                                         size_t n, int flags, const IcsEndpoint *to)
{
    size_t sent = 0;
    int64_t deadline_ns = -1;
    for (;;) {
        const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
        if (file == NULL) {
            return -EBADF;
        }
        if (sent > 0 && (ics_packetdrill_readiness(self, file) & ICS_POLL_ERROR) != 0) {
            return (int64_t)sent; /* the error is for the next call */
        }
        int64_t part = packetdrill_data_send_some(self, file, bytes + sent, n - sent, to);
        sent += part > 0 ? (size_t)part : 0;
        if (sent == n || (part < 0 && part != -EAGAIN)) {
            return sent > 0 || part >= 0 ? (int64_t)sent : part;
        }
        if (part > 0) {
            continue;
        }
        if (deadline_ns < 0) {
            deadline_ns = ics_packetdrill_deadline(self, file->send_timeout_ns);
        }
        int result = -EAGAIN;
        if (!packetdrill_data_may_block(file, flags) ||
            (result = ics_packetdrill_block(self, deadline_ns)) != 0) {
            return sent > 0 ? (int64_t)sent : result;
        }
    }
}

int64_t ics_packetdrill_send(IcsPacketdrill *self, int fd, const void *bytes, size_t n, int flags,
                             const IcsEndpoint *to)
{
    IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    if (file == NULL || file->kind == ICS_PACKETDRILL_EPOLL) {
        return file == NULL ? -EBADF : -EINVAL;
    }
    if ((flags & (MSG_OOB | MSG_FASTOPEN)) != 0) {
        return -EOPNOTSUPP;
    }
    if ((flags & MSG_MORE) != 0) {
        packetdrill_data_set_more(self, file, true);
    }
    int64_t result = packetdrill_data_send_all(self, fd, bytes, n, flags, to);
    file = ics_packetdrill_file(self, fd);
    if (file != NULL && (flags & MSG_MORE) == 0) {
        packetdrill_data_set_more(self, file, false);
    }
    return result;
}

/* MSG_TRUNC: a stream throws the bytes away, a datagram socket tells how long the message was. */
static int64_t packetdrill_data_take(IcsPacketdrill *self, int fd, void *bytes, size_t n, int flags,
                                     IcsReceived *received)
{
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    bool is_stream = file != NULL && file->kind == ICS_PACKETDRILL_STREAM;
    bool is_cut = (flags & MSG_TRUNC) != 0;
    if (bytes == NULL && n > 0 && !(is_stream && is_cut)) {
        return file == NULL ? -EBADF : -EFAULT;
    }
    g_autofree uint8_t *thrown_away = bytes == NULL ? g_malloc(n + 1) : NULL;
    int64_t got =
        ics_packetdrill_receive(self, fd, bytes != NULL ? bytes : thrown_away, n, flags, received);
    return got >= 0 && is_cut && !is_stream ? (int64_t)received->bytes : got;
}

/* packetdrill has chosen the parameters. NOLINTNEXTLINE(readability-function-size) */
static ssize_t packetdrill_data_recvfrom(void *user, int fd, void *bytes, size_t n, int flags,
                                         struct sockaddr *address, socklen_t *address_bytes)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    IcsReceived received = {0};
    int64_t got = packetdrill_data_take(self, fd, bytes, n, flags, &received);
    if (got >= 0) {
        ics_packetdrill_write_address(received.from, address, address_bytes);
    }
    return ics_packetdrill_leave(self, got);
}

static ssize_t packetdrill_data_recv(void *user, int fd, void *bytes, size_t n, int flags)
{
    return packetdrill_data_recvfrom(user, fd, bytes, n, flags, NULL, NULL);
}

static ssize_t packetdrill_data_read(void *user, int fd, void *bytes, size_t n)
{
    return packetdrill_data_recvfrom(user, fd, bytes, n, 0, NULL, NULL);
}

/* packetdrill has chosen the parameters. NOLINTNEXTLINE(readability-function-size) */
static ssize_t packetdrill_data_sendto(void *user, int fd, const void *bytes, size_t n, int flags,
                                       const struct sockaddr *address, socklen_t address_bytes)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    IcsEndpoint to;
    int64_t result =
        address != NULL ? ics_packetdrill_read_address(address, address_bytes, &to) : 0;
    if (result == 0) {
        result = ics_packetdrill_send(self, fd, bytes, n, flags, address != NULL ? &to : NULL);
    }
    return ics_packetdrill_leave(self, result);
}

static ssize_t packetdrill_data_send(void *user, int fd, const void *bytes, size_t n, int flags)
{
    return packetdrill_data_sendto(user, fd, bytes, n, flags, NULL, 0);
}

static ssize_t packetdrill_data_write(void *user, int fd, const void *bytes, size_t n)
{
    return packetdrill_data_sendto(user, fd, bytes, n, 0, NULL, 0);
}

/* ---- several buffers: gathered in, scattered from, one ---- */

static size_t packetdrill_data_vector_bytes(const struct iovec *vector, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += vector[i].iov_len;
    }
    return bytes;
}

static void packetdrill_data_gather(const struct iovec *vector, size_t n, uint8_t *bytes)
{
    for (size_t i = 0; i < n; i++) {
        if (vector[i].iov_len > 0) {
            memcpy(bytes, vector[i].iov_base, vector[i].iov_len);
            bytes += vector[i].iov_len;
        }
    }
}

static void packetdrill_data_scatter(const uint8_t *bytes, size_t n, const struct iovec *vector)
{
    for (size_t i = 0; n > 0; i++) {
        size_t part = MIN(n, vector[i].iov_len);
        if (part > 0) {
            memcpy(vector[i].iov_base, bytes, part);
        }
        bytes += part;
        n -= part;
    }
}

static ssize_t packetdrill_data_recvmsg(void *user, int fd, struct msghdr *message, int flags)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    size_t n = packetdrill_data_vector_bytes(message->msg_iov, message->msg_iovlen);
    g_autofree uint8_t *bytes = g_malloc(n + 1);
    IcsReceived received = {0};
    int64_t got = packetdrill_data_take(self, fd, bytes, n, flags, &received);
    if (got >= 0) {
        packetdrill_data_scatter(bytes, MIN((size_t)got, n), message->msg_iov);
        ics_packetdrill_write_address(received.from, message->msg_name, &message->msg_namelen);
        message->msg_controllen = 0;
        message->msg_flags = received.truncated ? MSG_TRUNC : 0;
    }
    return ics_packetdrill_leave(self, got);
}

static ssize_t packetdrill_data_readv(void *user, int fd, const struct iovec *vector, int n)
{
    struct msghdr message = {.msg_iov = (struct iovec *)vector, .msg_iovlen = (size_t)MAX(n, 0)};
    return packetdrill_data_recvmsg(user, fd, &message, 0);
}

static ssize_t packetdrill_data_sendmsg(void *user, int fd, const struct msghdr *message, int flags)
{
    size_t n = packetdrill_data_vector_bytes(message->msg_iov, message->msg_iovlen);
    g_autofree uint8_t *bytes = g_malloc(n + 1);
    packetdrill_data_gather(message->msg_iov, message->msg_iovlen, bytes);
    return packetdrill_data_sendto(user, fd, bytes, n, flags, message->msg_name,
                                   message->msg_namelen);
}

static ssize_t packetdrill_data_writev(void *user, int fd, const struct iovec *vector, int n)
{
    struct msghdr message = {.msg_iov = (struct iovec *)vector, .msg_iovlen = (size_t)MAX(n, 0)};
    return packetdrill_data_sendmsg(user, fd, &message, 0);
}

void ics_packetdrill_fill_data(IcsPacketdrillTable *table)
{
    table->read = packetdrill_data_read;
    table->readv = packetdrill_data_readv;
    table->recv = packetdrill_data_recv;
    table->recvfrom = packetdrill_data_recvfrom;
    table->recvmsg = packetdrill_data_recvmsg;
    table->write = packetdrill_data_write;
    table->writev = packetdrill_data_writev;
    table->send = packetdrill_data_send;
    table->sendto = packetdrill_data_sendto;
    table->sendmsg = packetdrill_data_sendmsg;
}
