#include "tool/live/attachment.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/quote.h"
#include "tool/live/tun.h"

/* ---- the command line ---- */

static bool attachment_refuse(GError **error, const char *text, const char *why)
{
    g_autofree char *quoted = ics_quote(text);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "--attach %s: %s", quoted, why);
    return false;
}

static bool attachment_parse_device(IcsAttachment *self, const char *text, GError **error)
{
    self->kind = ICS_ATTACHMENT_TUN;
    self->device = self->to + strlen("tun:");
    return ics_tun_name_is_possible(self->device) ||
           attachment_refuse(error, text,
                             "a TUN device has a name of 1 to 15 characters, without space, / : %");
}

static bool attachment_parse_descriptor(IcsAttachment *self, const char *text, GError **error)
{
    guint64 fd = 0;
    self->kind = ICS_ATTACHMENT_FD;
    if (!g_ascii_string_to_unsigned(self->to + strlen("fd:"), 10, 0, G_MAXINT, &fd, NULL)) {
        return attachment_refuse(error, text, "expected the number of a descriptor behind fd:");
    }
    if (fd <= STDERR_FILENO) {
        return attachment_refuse(error, text, "descriptors 0 to 2 are standard input and output");
    }
    self->fd = (int)fd;
    return true;
}

static bool attachment_parse_parts(IcsAttachment *self, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return attachment_refuse(error, text, "expected HOST=tun:NAME or HOST=fd:N");
    }
    self->host = g_strndup(text, (gsize)(equals - text));
    self->to = g_strdup(equals + 1);
    if (g_str_has_prefix(self->to, "tun:")) {
        return attachment_parse_device(self, text, error);
    }
    if (g_str_has_prefix(self->to, "fd:")) {
        return attachment_parse_descriptor(self, text, error);
    }
    return attachment_refuse(error, text, "expected HOST=tun:NAME or HOST=fd:N");
}

IcsAttachment *ics_attachment_parse(const char *text, GError **error)
{
    g_autoptr(IcsAttachment) self = g_new0(IcsAttachment, 1);
    self->fd = -1;
    self->flags = -1;
    self->socket_type = -1;
    return attachment_parse_parts(self, text, error) ? g_steal_pointer(&self) : NULL;
}

/* ---- opening and closing ---- */

static int attachment_socket_type(int fd)
{
    int type = 0;
    socklen_t n = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 ? type : -1;
}

static bool attachment_is_packet_socket(const IcsAttachment *self)
{
    return self->socket_type == SOCK_DGRAM || self->socket_type == SOCK_SEQPACKET;
}

static const char *attachment_complaint(const IcsAttachment *self)
{
    if (fcntl(self->fd, F_GETFD) < 0) {
        return "this descriptor is not open";
    }
    if (!attachment_is_packet_socket(self) && !ics_tun_is_one(self->fd)) {
        return "this descriptor is neither a datagram socket nor a TUN device without packet "
               "information";
    }
    return NULL;
}

static bool attachment_inherit(IcsAttachment *self, GError **error)
{
    self->socket_type = attachment_socket_type(self->fd);
    const char *why = attachment_complaint(self);
    if (why != NULL) {
        self->fd = -1;
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "--attach %s=%s: %s", self->host, self->to,
                    why);
        return false;
    }
    if (self->socket_type < 0) {
        self->flags = fcntl(self->fd, F_GETFL);
        fcntl(self->fd, F_SETFL, self->flags | O_NONBLOCK);
    }
    return true;
}

bool ics_attachment_open(IcsAttachment *self, GError **error)
{
    if (self->kind == ICS_ATTACHMENT_FD) {
        return attachment_inherit(self, error);
    }
    self->fd = ics_tun_open(self->device, error);
    return self->fd >= 0;
}

void ics_attachment_close(IcsAttachment *self)
{
    if (self->fd >= 0 && self->kind == ICS_ATTACHMENT_TUN) {
        close(self->fd);
    } else if (self->fd >= 0 && self->flags >= 0) {
        fcntl(self->fd, F_SETFL, self->flags);
    }
    self->fd = -1;
}

void ics_attachment_free(IcsAttachment *self)
{
    if (self != NULL) {
        ics_attachment_close(self);
        g_free(self->host);
        g_free(self->to);
        g_free(self);
    }
}

/* ---- packets ---- */

/* What errno says about the other end after a read or write: it is gone for good, or has nothing,
 * no room, or no liking for this packet. */
static IcsAttachmentState attachment_state(const IcsAttachment *self)
{
    switch (errno) {
    case EBADFD: /* the device was deleted */
        return ICS_ATTACHMENT_GONE;
    case ECONNREFUSED: /* of a pair of sockets the other one was closed */
    case ECONNRESET:
    case ENOTCONN:
    case EPIPE:
        return self->socket_type >= 0 ? ICS_ATTACHMENT_GONE : ICS_ATTACHMENT_NOTHING;
    default:
        return ICS_ATTACHMENT_NOTHING;
    }
}

static ssize_t attachment_read_bytes(const IcsAttachment *self, void *bytes, size_t size)
{
    return self->socket_type >= 0 ? TEMP_FAILURE_RETRY(recv(self->fd, bytes, size, MSG_DONTWAIT))
                                  : TEMP_FAILURE_RETRY(read(self->fd, bytes, size));
}

IcsAttachmentState ics_attachment_read(IcsAttachment *self, void *bytes, size_t size, size_t *n)
{
    ssize_t got = attachment_read_bytes(self, bytes, size);
    if (got < 0) {
        return attachment_state(self);
    }
    if (got == 0 && self->socket_type == SOCK_SEQPACKET) {
        errno = EPIPE;
        return ICS_ATTACHMENT_GONE;
    }
    *n = (size_t)got;
    return ICS_ATTACHMENT_OK;
}

static ssize_t attachment_write_bytes(const IcsAttachment *self, const void *bytes, size_t n)
{
    return self->socket_type >= 0
               ? TEMP_FAILURE_RETRY(send(self->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL))
               : TEMP_FAILURE_RETRY(write(self->fd, bytes, n));
}

IcsAttachmentState ics_attachment_write(IcsAttachment *self, const void *bytes, size_t n)
{
    if (attachment_write_bytes(self, bytes, n) >= 0) {
        return ICS_ATTACHMENT_OK;
    }
    self->unwritten++;
    return attachment_state(self);
}
