/* Descriptors: packetdrill closes those that a script leaves open with the real close(), so each is
 * a real one. */
#include <fcntl.h>

#include "tool/packetdrill/packetdrill.h"

IcsPacketdrillFile *ics_packetdrill_file(const IcsPacketdrill *self, int fd)
{
    return fd >= 0 && (guint)fd < self->files->len ? g_ptr_array_index(self->files, fd) : NULL;
}

int ics_packetdrill_open(IcsPacketdrill *self, IcsPacketdrillKind kind, int socket)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    if ((guint)fd >= self->files->len) {
        g_ptr_array_set_size(self->files, fd + 1);
    }
    IcsPacketdrillFile *file = g_new0(IcsPacketdrillFile, 1);
    file->kind = kind;
    file->socket = socket;
    ics_packetdrill_file_free(g_ptr_array_index(self->files, fd));
    g_ptr_array_index(self->files, fd) = file;
    return fd;
}

/* Whoever closes a descriptor takes it out of every epoll instance (epoll(7)). */
static void packetdrill_files_lose_interest(IcsPacketdrillFile *epoll, int fd)
{
    for (guint i = epoll->interests->len; i > 0; i--) {
        if (g_array_index(epoll->interests, IcsPacketdrillInterest, i - 1).fd == fd) {
            g_array_remove_index(epoll->interests, i - 1);
        }
    }
}

void ics_packetdrill_forget(IcsPacketdrill *self, int fd)
{
    ics_packetdrill_file_free(ics_packetdrill_file(self, fd));
    g_ptr_array_index(self->files, fd) = NULL;
    for (guint i = 0; i < self->files->len; i++) {
        IcsPacketdrillFile *file = g_ptr_array_index(self->files, i);
        if (file != NULL && file->kind == ICS_PACKETDRILL_EPOLL) {
            packetdrill_files_lose_interest(file, fd);
        }
    }
    close(fd);
}

void ics_packetdrill_file_free(gpointer data)
{
    IcsPacketdrillFile *file = data;
    if (file != NULL) {
        g_clear_pointer(&file->interests, g_array_unref);
        g_free(file);
    }
}
