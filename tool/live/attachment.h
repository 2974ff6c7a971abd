/* A host of the trace and the descriptor at which the outside world stands in for it: a TUN device
 * or an inherited datagram socket. One IPv4 packet, without a link header, a read or write. */
#ifndef ICS_TOOL_LIVE_ATTACHMENT_H
#define ICS_TOOL_LIVE_ATTACHMENT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Name, spelling on the command line, meaning. */
#define ICS_ATTACHMENT_KINDS(X)                                                                    \
    X(TUN, "tun", "a TUN device, which is made if there is none of the name")                      \
    X(FD, "fd", "an inherited descriptor: a datagram socket, or a TUN device")

typedef enum {
#define ICS_ATTACHMENT_KIND(name, spelling, meaning) ICS_ATTACHMENT_##name,
    ICS_ATTACHMENT_KINDS(ICS_ATTACHMENT_KIND)
#undef ICS_ATTACHMENT_KIND
} IcsAttachmentKind;

typedef struct IcsAttachment {
    char *host;
    char *to; /* "tun:x" or "fd:7", as it was given */
    IcsAttachmentKind kind;
    const char *device; /* TUN: the device's name, in `to` */
    int fd;             /* -1: not open, or the outside has gone */
    int flags;          /* of an inherited device, to be restored; -1: none */
    int socket_type;    /* SOCK_DGRAM or SOCK_SEQPACKET; -1: no socket */
    uint64_t unwritten; /* packets that the outside did not take */
} IcsAttachment;

/* Reads "HOST=tun:NAME" or "HOST=fd:N". Transfer full; NULL and ICS_ERROR_INPUT. */
IcsAttachment *ics_attachment_parse(const char *text, GError **error);
/* Gives the descriptor back; inherited ones stay open, as they were. */
void ics_attachment_free(IcsAttachment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsAttachment, ics_attachment_free)

/* Opens the device or looks at what was inherited. False and ICS_ERROR_INPUT for a descriptor that
 * is not open or carries no packets, ICS_ERROR_MACHINE where TUN is missing or not allowed. */
bool ics_attachment_open(IcsAttachment *self, GError **error);

/* How a read or write ended: a packet; nothing now; the outside has gone, and errno says how. */
typedef enum { ICS_ATTACHMENT_OK, ICS_ATTACHMENT_NOTHING, ICS_ATTACHMENT_GONE } IcsAttachmentState;

/* Reads one packet of at most `size` bytes; never waits. `n` is set with ICS_ATTACHMENT_OK. */
IcsAttachmentState ics_attachment_read(IcsAttachment *self, void *bytes, size_t size, size_t *n);

/* Writes one packet; never waits. NOTHING: it was not taken, and errno says why. */
IcsAttachmentState ics_attachment_write(IcsAttachment *self, const void *bytes, size_t n);

/* Forgets the descriptor of an outside that has gone. */
void ics_attachment_close(IcsAttachment *self);

#endif
