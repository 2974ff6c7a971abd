#include "tool/live/live.h"

#include <errno.h>

#include "base/units.h"
#include "netmodel/outside.h"

#define LIVE_EVENTS       1000 /* most between two looks at the clock and the user */
#define LIVE_PACKETS      64   /* most that are read from one descriptor in a row */
#define LIVE_PACKET_BYTES 65536

/* An attachment at work. */
typedef struct LiveDoor {
    IcsLive *live;
    IcsAttachment *attachment;
    IcsOutside *outside;
    bool has_complained;
} LiveDoor;

struct IcsLive {
    IcsWorld *world;
    const IcsLiveMachine *machine;
    const IcsLiveListener *listener;
    IcsPacer pacer;
    LiveDoor *doors;
    guint n_doors;
    struct pollfd *descriptors;
    uint8_t *bytes; /* of the packet that is being read */
    bool interrupted;
};

static void live_tell(const IcsLive *self, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void live_tell(const IcsLive *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    self->listener->tell(self->listener->data, text);
}

static int64_t live_clock(const IcsLive *self)
{
    return self->machine->now_ns(self->machine->data);
}

/* ---- packets out ---- */

static void live_lose(LiveDoor *door)
{
    live_tell(door->live, "%s: %s has gone: %s", door->attachment->host, door->attachment->to,
              g_strerror(errno));
    ics_attachment_close(door->attachment);
}

/* A device that is down and a full socket lose packets; the first one is worth a word. */
static void live_complain(LiveDoor *door)
{
    if (!door->has_complained) {
        door->has_complained = true;
        live_tell(door->live, "%s: %s does not take a packet: %s%s", door->attachment->host,
                  door->attachment->to, g_strerror(errno),
                  errno == EIO ? " (is the device up?)" : "");
    }
}

static void live_deliver(gpointer data, const IcsPacket *packet, G_GNUC_UNUSED int64_t at_ns)
{
    LiveDoor *door = data;
    if (door->attachment->fd < 0) {
        door->attachment->unwritten++;
        return;
    }
    switch (ics_attachment_write(door->attachment, packet->bytes, packet->length)) {
    case ICS_ATTACHMENT_OK:
        return;
    case ICS_ATTACHMENT_NOTHING:
        live_complain(door);
        return;
    case ICS_ATTACHMENT_GONE:
        live_lose(door);
        return;
    }
}

/* ---- the clock ---- */

static int64_t live_next_event_ns(const IcsLive *self)
{
    const IcsEvent *next = ics_event_queue_peek(&self->world->simulation->queue);
    return next != NULL ? next->at_ns : INT64_MAX;
}

static void live_watch_lag(IcsLive *self)
{
    int64_t due_ns = live_next_event_ns(self);
    int64_t clock_ns = live_clock(self);
    if (due_ns > ics_pacer_virtual_ns(&self->pacer, clock_ns)) {
        return;
    }
    int64_t lag_ns = ics_pacer_fire(&self->pacer, due_ns, clock_ns);
    if (lag_ns > 0) {
        char lag[ICS_UNITS_TEXT_SIZE];
        char now[ICS_UNITS_TEXT_SIZE];
        live_tell(self, "behind by %s at %s", ics_time_format(lag_ns / 1000 * 1000, lag),
                  ics_time_format(due_ns / 1000000 * 1000000, now));
    }
}

static void live_ask(IcsLive *self)
{
    self->interrupted |= !self->listener->go_on(self->listener->data);
}

/* Looks whether the user wants an end, without waiting. */
static void live_look_up(IcsLive *self)
{
    self->interrupted |= !self->machine->wait(self->machine->data, 0, NULL, 0);
    live_ask(self);
}

/* Fires what is due by the clock, and sets virtual time to it. */
static void live_catch_up(IcsLive *self)
{
    IcsSimulation *simulation = self->world->simulation;
    int64_t until_ns = ics_pacer_virtual_ns(&self->pacer, live_clock(self));
    live_watch_lag(self);
    while (ics_simulation_run(simulation, until_ns, LIVE_EVENTS) == ICS_STOP_BUDGET) {
        live_watch_lag(self);
        live_look_up(self);
        if (self->interrupted) {
            return;
        }
    }
    ics_simulation_advance(simulation, until_ns);
}

/* ---- packets in ---- */

static bool live_is_over(const IcsLive *self)
{
    return self->interrupted || self->world->simulation->now_ns >= self->pacer.stop_ns;
}

static void live_read(LiveDoor *door)
{
    IcsLive *self = door->live;
    for (int i = 0; i < LIVE_PACKETS && door->attachment->fd >= 0; i++) {
        size_t n = 0;
        switch (ics_attachment_read(door->attachment, self->bytes, LIVE_PACKET_BYTES, &n)) {
        case ICS_ATTACHMENT_OK:
            live_catch_up(self);
            if (live_is_over(self)) {
                return;
            }
            ics_outside_push(door->outside, self->bytes, n);
            break;
        case ICS_ATTACHMENT_NOTHING:
            return;
        case ICS_ATTACHMENT_GONE:
            live_lose(door);
            return;
        }
    }
}

static void live_read_all(IcsLive *self)
{
    for (guint i = 0; i < self->n_doors && !live_is_over(self); i++) {
        if (self->descriptors[i].revents != 0) {
            live_read(&self->doors[i]);
        }
    }
}

static bool live_is_alone(const IcsLive *self)
{
    for (guint i = 0; i < self->n_doors; i++) {
        if (self->doors[i].attachment->fd >= 0) {
            return false;
        }
    }
    return true;
}

/* ---- the run ---- */

static void live_wait(IcsLive *self)
{
    for (guint i = 0; i < self->n_doors; i++) {
        self->descriptors[i] =
            (struct pollfd){.fd = self->doors[i].attachment->fd, .events = POLLIN};
    }
    int64_t next_ns = MIN(live_next_event_ns(self), self->pacer.stop_ns);
    int64_t until_ns = ics_pacer_clock_ns(&self->pacer, next_ns);
    const IcsLiveMachine *machine = self->machine;
    self->interrupted |= !machine->wait(machine->data, until_ns, self->descriptors, self->n_doors);
}

const char *ics_live_run(IcsLive *self)
{
    const IcsSimulation *simulation = self->world->simulation;
    ics_pacer_start(&self->pacer, live_clock(self), self->world->trace->stop_ns);
    live_catch_up(self);
    live_ask(self);
    while (!live_is_over(self)) {
        if (live_is_alone(self) && ics_simulation_is_quiescent(simulation)) {
            return ics_stop_reason_name(ICS_STOP_QUIESCENT);
        }
        live_wait(self);
        if (!self->interrupted) {
            live_catch_up(self);
            live_read_all(self);
            live_ask(self);
        }
    }
    return self->interrupted ? "interrupted" : ics_stop_reason_name(ICS_STOP_TIME);
}

IcsLive *ics_live_new(IcsWorld *world, const GPtrArray *attachments, const IcsLiveMachine *machine,
                      const IcsLiveListener *listener)
{
    IcsLive *self = g_new0(IcsLive, 1);
    self->world = world;
    self->machine = machine;
    self->listener = listener;
    self->n_doors = attachments->len;
    self->doors = g_new0(LiveDoor, self->n_doors);
    self->descriptors = g_new0(struct pollfd, self->n_doors);
    self->bytes = g_malloc(LIVE_PACKET_BYTES);
    for (guint i = 0; i < self->n_doors; i++) {
        LiveDoor *door = &self->doors[i];
        door->live = self;
        door->attachment = g_ptr_array_index(attachments, i);
        door->outside =
            ics_outside_of(ics_network_host_by_name(world->network, door->attachment->host));
        ics_outside_set_receiver(door->outside, live_deliver, door);
    }
    return self;
}

void ics_live_free(IcsLive *self)
{
    if (self == NULL) {
        return;
    }
    for (guint i = 0; i < self->n_doors; i++) {
        ics_outside_set_receiver(self->doors[i].outside, NULL, NULL);
    }
    g_free(self->doors);
    g_free(self->descriptors);
    g_free(self->bytes);
    g_free(self);
}

const IcsPacer *ics_live_pacer(const IcsLive *self)
{
    return &self->pacer;
}
