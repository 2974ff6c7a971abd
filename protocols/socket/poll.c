/* Readiness of sockets: watching by handlers, poll. */
#include <errno.h>

#include "protocols/socket/stream_socket.h"

/* Whether a receive would not have to wait. */
static bool poll_is_readable(const IcsSocket *self)
{
    return self->queue.first != NULL || self->pending_error != 0 ||
           (self->synchronous != NULL && ics_synchronous_queued(self->synchronous) > 0) ||
           ics_transport_queued(self) > 0;
}

/* A datagram can always be sent. */
static uint32_t poll_ready(const IcsSocket *self)
{
    if (self->stream != NULL) {
        return ics_stream_socket_ready(self->stream);
    }
    return ICS_POLL_WRITABLE | (poll_is_readable(self) ? ICS_POLL_READABLE : 0) |
           (self->pending_error != 0 ? ICS_POLL_ERROR : 0);
}

/* Where whoever wants to know of everything is woken. */
static IcsWaitQueue *poll_queue(IcsSocket *self)
{
    return self->stream != NULL ? &self->stream->watchers : &self->readers;
}

int ics_watch(IcsProcess *self, int descriptor)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (!ics_process_is_handler(self) || socket->watcher.queue != NULL) {
        return -EINVAL;
    }
    IcsWaitQueue *queue = poll_queue(socket);
    ics_process_watch(self, &socket->watcher, queue);
    if ((poll_ready(socket) & ICS_POLL_READABLE) != 0) {
        ics_wait_queue_wake_one(queue);
    }
    return 0;
}

/* ---- poll ---- */

static uint32_t poll_look(IcsProcess *process, IcsPollEntry *entry)
{
    const uint32_t always = ICS_POLL_ERROR | ICS_POLL_HANG_UP | ICS_POLL_INVALID;
    const IcsSocket *socket = ics_socket_of(process, entry->socket);
    uint32_t ready = socket != NULL ? poll_ready(socket) : ICS_POLL_INVALID;
    entry->ready = ready & (entry->wanted | always);
    return entry->ready;
}

static int poll_look_at_all(IcsProcess *process, IcsPollEntry *entries, size_t n)
{
    int n_ready = 0;
    for (size_t i = 0; i < n; i++) {
        n_ready += poll_look(process, &entries[i]) != 0;
    }
    return n_ready;
}

/* A socket may stand there twice. */
static void poll_wait(IcsProcess *process, const IcsPollEntry *entries, size_t n,
                      int64_t deadline_ns)
{
    for (size_t i = 0; i < n; i++) {
        IcsSocket *socket = ics_socket_of(process, entries[i].socket);
        if (socket->watcher.queue == NULL) {
            ics_process_wait_also(process, &socket->watcher, poll_queue(socket));
        }
    }
    ics_process_wait(process, NULL, deadline_ns, ICS_WAIT_POLL);
}

int ics_poll(IcsProcess *self, IcsPollEntry *entries, size_t n, int64_t timeout_ns)
{
    if (n > ICS_SOCKETS_MAX) {
        return -EINVAL;
    }
    int64_t now_ns = ics_now(self);
    int64_t deadline_ns =
        timeout_ns > ICS_TIME_NEVER - now_ns ? ICS_TIME_NEVER : now_ns + MAX(timeout_ns, 0);
    ics_socket_take_turn(self);
    for (;;) {
        int n_ready = poll_look_at_all(self, entries, n);
        if (n_ready > 0 || ics_process_is_handler(self) || deadline_ns <= ics_now(self)) {
            return n_ready;
        }
        poll_wait(self, entries, n, deadline_ns);
    }
}
