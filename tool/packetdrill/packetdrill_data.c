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

int64_t ics_packetdrill_receive(IcsPacketdrill *self, int fd, void *bytes, size_t n, int flags,
                                IcsReceived *received)
{
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
        ics_packetdrill_wait(self, ICS_FOREVER);
    }
}

/* MSG_MORE holds a partial segment back, as TCP_CORK does, until a send without it. */
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
    return to != NULL ? ics_send_to(self->process, file->socket, bytes, n, ICS_DONT_WAIT, *to)
                      : ics_send(self->process, file->socket, bytes, n, ICS_DONT_WAIT);
}

int64_t ics_packetdrill_send(IcsPacketdrill *self, int fd, const void *bytes, size_t n, int flags,
                             const IcsEndpoint *to)
{
    size_t sent = 0;
    for (;;) {
        IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
        if (file == NULL) {
            return sent > 0 ? (int64_t)sent : -EBADF;
        }
        packetdrill_data_set_more(self, file, (flags & MSG_MORE) != 0);
        int64_t part =
            packetdrill_data_send_some(self, file, (const uint8_t *)bytes + sent, n - sent, to);
        sent += part > 0 ? (size_t)part : 0;
        if (sent == n || (part < 0 && part != -EAGAIN)) {
            return sent > 0 || part >= 0 ? (int64_t)sent : part;
        }
        if (!packetdrill_data_may_block(file, flags)) {
            return sent > 0 ? (int64_t)sent : -EAGAIN;
        }
        ics_packetdrill_wait(self, ICS_FOREVER);
    }
}

static ssize_t packetdrill_data_recvfrom(void *user, int fd, void *bytes, size_t n, int flags,
                                         struct sockaddr *address, socklen_t *address_bytes)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    IcsReceived received = {0};
    int64_t got = ics_packetdrill_receive(self, fd, bytes, n, flags, &received);
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
    size_t n = packetdrill_data_vector_bytes(message->msg_iov, message->msg_iovlen);
    g_autofree uint8_t *bytes = g_malloc(n + 1);
    ssize_t got = packetdrill_data_recvfrom(user, fd, bytes, n, flags, message->msg_name,
                                            &message->msg_namelen);
    if (got > 0) {
        packetdrill_data_scatter(bytes, (size_t)got, message->msg_iov);
    }
    message->msg_controllen = 0;
    message->msg_flags = 0;
    return got;
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
