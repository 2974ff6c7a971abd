/* pipe(2) and splice(2) between a pipe and a socket of the stack. */
#include <fcntl.h>

#include "tool/packetdrill/packetdrill.h"

#define PACKETDRILL_SPLICE_BYTES 65536

static int packetdrill_splice_pipe(void *user, int fds[2])
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    return (int)ics_packetdrill_leave(self, pipe2(fds, O_CLOEXEC) == 0 ? 0 : -errno);
}

/* packetdrill passes the address of a 0 where a script says NULL. */
static bool packetdrill_splice_has_offset(const loff_t *offset)
{
    return offset != NULL && *offset != 0;
}

static bool packetdrill_splice_is_ready(int pipe, short wanted)
{
    struct pollfd entry = {.fd = pipe, .events = wanted};
    return poll(&entry, 1, 0) == 1 && (entry.revents & (wanted | POLLHUP)) != 0;
}

/* What does not fit into the pipe must not leave the socket. */
static int64_t packetdrill_splice_out(IcsPacketdrill *self, int socket, int pipe, size_t n,
                                      int flags)
{
    uint8_t bytes[PACKETDRILL_SPLICE_BYTES];
    if (!packetdrill_splice_is_ready(pipe, POLLOUT)) {
        return -EAGAIN;
    }
    int64_t got = ics_packetdrill_receive(self, socket, bytes, n, flags | MSG_PEEK, NULL);
    if (got <= 0) {
        return got;
    }
    ssize_t written = write(pipe, bytes, (size_t)got);
    if (written < 0) {
        return -errno;
    }
    return ics_packetdrill_receive(self, socket, bytes, (size_t)written, flags, NULL);
}

static int64_t packetdrill_splice_in(IcsPacketdrill *self, int pipe, int socket, size_t n,
                                     int flags)
{
    uint8_t bytes[PACKETDRILL_SPLICE_BYTES];
    if (!packetdrill_splice_is_ready(pipe, POLLIN)) {
        return -EAGAIN;
    }
    ssize_t got = read(pipe, bytes, n);
    if (got <= 0) {
        return got < 0 ? -errno : 0;
    }
    return ics_packetdrill_send(self, socket, bytes, (size_t)got, flags, NULL);
}

/* packetdrill has chosen the parameters. NOLINTNEXTLINE(readability-function-size) */
static int packetdrill_splice(void *user, int in, loff_t *in_offset, int out, loff_t *out_offset,
                              size_t n, unsigned int flags)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int message_flags = (flags & SPLICE_F_NONBLOCK) != 0 ? MSG_DONTWAIT : 0;
    int64_t result = -EINVAL;
    n = MIN(n, (size_t)PACKETDRILL_SPLICE_BYTES);
    if (packetdrill_splice_has_offset(in_offset) || packetdrill_splice_has_offset(out_offset)) {
        result = -ESPIPE;
    } else if (ics_packetdrill_file(self, in) != NULL) {
        result = packetdrill_splice_out(self, in, out, n, message_flags);
    } else if (ics_packetdrill_file(self, out) != NULL) {
        result = packetdrill_splice_in(self, in, out, n, message_flags);
    }
    return (int)ics_packetdrill_leave(self, result);
}

void ics_packetdrill_fill_splice(IcsPacketdrillTable *table)
{
    table->pipe = packetdrill_splice_pipe;
    table->splice = packetdrill_splice;
}
