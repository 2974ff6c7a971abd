/* poll(2) and epoll(7). */
#include <netinet/tcp.h>

#include "tool/packetdrill/packetdrill.h"

/* The bits of poll(2) and of epoll(7) have the same values. */
_Static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT && POLLERR == EPOLLERR &&
                   POLLHUP == EPOLLHUP && POLLRDHUP == EPOLLRDHUP,
               "one mask for both");

static bool packetdrill_poll_is_socket(const IcsPacketdrillFile *file)
{
    return file->kind == ICS_PACKETDRILL_STREAM || file->kind == ICS_PACKETDRILL_DATAGRAM;
}

uint32_t ics_packetdrill_readiness(IcsPacketdrill *self, const IcsPacketdrillFile *file)
{
    IcsPollEntry entry = {.socket = file->socket, .wanted = ICS_POLL_READABLE | ICS_POLL_WRITABLE};
    ics_poll(self->process, &entry, 1, 0);
    return entry.ready;
}

/* The peer will send nothing more: its FIN has come, or the connection is over. */
static bool packetdrill_poll_peer_is_done(IcsPacketdrill *self, const IcsPacketdrillFile *file)
{
    switch (ics_packetdrill_state(self, file)) {
    case TCP_CLOSE_WAIT:
    case TCP_LAST_ACK:
    case TCP_CLOSING:
    case TCP_TIME_WAIT:
    case TCP_CLOSE:
        return true;
    default:
        return false;
    }
}

/* POLL* of a descriptor that is open. */
static uint32_t packetdrill_poll_mask(IcsPacketdrill *self, const IcsPacketdrillFile *file)
{
    if (!packetdrill_poll_is_socket(file)) {
        return 0;
    }
    uint32_t ready = ics_packetdrill_readiness(self, file);
    uint32_t mask = 0;
    mask |= (ready & ICS_POLL_READABLE) != 0 ? POLLIN | POLLRDNORM : 0;
    mask |= (ready & ICS_POLL_WRITABLE) != 0 ? POLLOUT | POLLWRNORM : 0;
    mask |= (ready & ICS_POLL_ERROR) != 0 ? POLLERR : 0;
    mask |= (ready & ICS_POLL_HANG_UP) != 0 ? POLLHUP : 0;
    if (file->kind == ICS_PACKETDRILL_STREAM && packetdrill_poll_peer_is_done(self, file)) {
        mask |= POLLIN | POLLRDNORM | POLLRDHUP;
    }
    return mask;
}

/* ---- poll ---- */

static int packetdrill_poll_once(IcsPacketdrill *self, struct pollfd *entries, nfds_t n)
{
    int ready = 0;
    for (nfds_t i = 0; i < n; i++) {
        const IcsPacketdrillFile *file = ics_packetdrill_file(self, entries[i].fd);
        uint32_t always = POLLERR | POLLHUP | POLLNVAL;
        uint32_t wanted = (uint16_t)entries[i].events | always;
        uint32_t mask = file != NULL ? packetdrill_poll_mask(self, file) : POLLNVAL;
        entries[i].revents = entries[i].fd < 0 ? 0 : (short)(mask & wanted);
        ready += entries[i].revents != 0;
    }
    return ready;
}

static int packetdrill_poll_poll(void *user, struct pollfd *entries, nfds_t n, int timeout_ms)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t deadline_ns = ics_packetdrill_poll_deadline(self, timeout_ms);
    int ready;
    do {
        ready = packetdrill_poll_once(self, entries, n);
    } while (ready == 0 && ics_packetdrill_wait(self, deadline_ns));
    return (int)ics_packetdrill_leave(self, ready);
}

/* ---- epoll ---- */

static int packetdrill_poll_create(void *user, int size)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t result = size > 0 ? ics_packetdrill_open(self, ICS_PACKETDRILL_EPOLL, -1) : -EINVAL;
    if (result >= 0) {
        ics_packetdrill_file(self, (int)result)->interests =
            g_array_new(FALSE, TRUE, sizeof(IcsPacketdrillInterest));
    }
    return (int)ics_packetdrill_leave(self, result);
}

static IcsPacketdrillFile *packetdrill_poll_epoll(const IcsPacketdrill *self, int fd)
{
    IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    return file != NULL && file->kind == ICS_PACKETDRILL_EPOLL ? file : NULL;
}

/* G_MAXUINT: it has none. */
static guint packetdrill_poll_find(const IcsPacketdrillFile *epoll, int fd)
{
    for (guint i = 0; i < epoll->interests->len; i++) {
        if (g_array_index(epoll->interests, IcsPacketdrillInterest, i).fd == fd) {
            return i;
        }
    }
    return G_MAXUINT;
}

static int64_t packetdrill_poll_change(IcsPacketdrillFile *epoll, int operation, int fd,
                                       const struct epoll_event *event)
{
    guint at = packetdrill_poll_find(epoll, fd);
    if (operation == EPOLL_CTL_ADD) {
        IcsPacketdrillInterest interest = {.fd = fd, .event = *event};
        if (at != G_MAXUINT) {
            return -EEXIST;
        }
        g_array_append_val(epoll->interests, interest);
        return 0;
    }
    if (at == G_MAXUINT) {
        return -ENOENT;
    }
    if (operation == EPOLL_CTL_DEL) {
        g_array_remove_index(epoll->interests, at);
        return 0;
    }
    g_array_index(epoll->interests, IcsPacketdrillInterest, at) =
        (IcsPacketdrillInterest){.fd = fd, .event = *event};
    return operation == EPOLL_CTL_MOD ? 0 : -EINVAL;
}

static int packetdrill_poll_control(void *user, int epoll, int operation, int fd,
                                    struct epoll_event *event)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    IcsPacketdrillFile *instance = packetdrill_poll_epoll(self, epoll);
    int64_t result;
    if (ics_packetdrill_file(self, epoll) == NULL || ics_packetdrill_file(self, fd) == NULL) {
        result = -EBADF;
    } else if (instance == NULL || (event == NULL && operation != EPOLL_CTL_DEL)) {
        result = -EINVAL;
    } else {
        result = packetdrill_poll_change(instance, operation, fd, event);
    }
    return (int)ics_packetdrill_leave(self, result);
}

/* Whether something has happened since it was told: a bit is new, or there is more to read. */
static bool packetdrill_poll_is_edge(IcsPacketdrill *self, const IcsPacketdrillFile *file,
                                     IcsPacketdrillInterest *interest, uint32_t mask)
{
    int64_t waiting = 0;
    ics_get_option(self->process, file->socket, ICS_OPTION_INPUT_QUEUE, &waiting);
    bool is_edge =
        (mask & ~interest->reported) != 0 || ((mask & POLLIN) != 0 && waiting > interest->waiting);
    interest->waiting = waiting;
    return is_edge;
}

/* What is to be told of one interest. */
static uint32_t packetdrill_poll_news(IcsPacketdrill *self, IcsPacketdrillInterest *interest)
{
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, interest->fd);
    if (file == NULL || interest->spent) {
        return 0;
    }
    uint32_t mask =
        packetdrill_poll_mask(self, file) & (interest->event.events | EPOLLERR | EPOLLHUP);
    bool is_told = (interest->event.events & EPOLLET) == 0 ||
                   packetdrill_poll_is_edge(self, file, interest, mask);
    uint32_t news = is_told ? mask : 0;
    interest->reported = mask;
    interest->spent = news != 0 && (interest->event.events & EPOLLONESHOT) != 0;
    return news;
}

static int packetdrill_poll_gather(IcsPacketdrill *self, const IcsPacketdrillFile *epoll,
                                   struct epoll_event *events, int n)
{
    int ready = 0;
    for (guint i = 0; i < epoll->interests->len && ready < n; i++) {
        IcsPacketdrillInterest *interest =
            &g_array_index(epoll->interests, IcsPacketdrillInterest, i);
        uint32_t news = packetdrill_poll_news(self, interest);
        if (news != 0) {
            events[ready++] = (struct epoll_event){.events = news, .data = interest->event.data};
        }
    }
    return ready;
}

static int packetdrill_poll_epoll_wait(void *user, int epoll, struct epoll_event *events, int n,
                                       int timeout_ms)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t deadline_ns = ics_packetdrill_poll_deadline(self, timeout_ms);
    int64_t result = 0;
    do {
        const IcsPacketdrillFile *instance = packetdrill_poll_epoll(self, epoll);
        result = instance == NULL || n <= 0 ? -EINVAL
                                            : packetdrill_poll_gather(self, instance, events, n);
    } while (result == 0 && ics_packetdrill_wait(self, deadline_ns));
    return (int)ics_packetdrill_leave(self, result);
}

void ics_packetdrill_fill_poll(IcsPacketdrillTable *table)
{
    table->poll = packetdrill_poll_poll;
    table->epoll_create = packetdrill_poll_create;
    table->epoll_ctl = packetdrill_poll_control;
    table->epoll_wait = packetdrill_poll_epoll_wait;
}
