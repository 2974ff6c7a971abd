#include "netmodel/codel.h"

/* MAXPACKET of section 5.3: a backlog of one packet is no standing queue. */
#define CODEL_DEFAULT_MTU 1500
/* A dropping state that follows another within that many intervals starts from its rate. */
#define CODEL_RECENT_INTERVALS 16
#define CODEL_LONGEST_NS       (3600 * ICS_NS_PER_S)

typedef struct IcsCodel {
    IcsQueue queue;
    IcsCodelConfig config;
    IcsPacketList list;
    int64_t first_above_ns; /* when the sojourn time will have been above target for an interval;
                               0: it is below */
    int64_t drop_next_ns;
    uint64_t count;      /* drops since the dropping state was entered */
    uint64_t last_count; /* what count began with at the last entry */
    bool dropping;
} IcsCodel;

typedef struct {
    IcsPacket *packet; /* NULL: the queue is empty */
    bool ok_to_drop;
    bool marked; /* instead of being dropped */
} CodelHead;

static const IcsParameter codel_parameters[] = {
    ICS_PARAMETER_TIME_ROW(IcsCodelConfig, target_ns, "target", "5ms", 0, CODEL_LONGEST_NS,
                           "acceptable time in the queue"),
    ICS_PARAMETER_TIME_ROW(IcsCodelConfig, interval_ns, "interval", "100ms", 1, CODEL_LONGEST_NS,
                           "how long it may be exceeded: about the longest round-trip time"),
    ICS_PARAMETER_INTEGER_ROW(IcsCodelConfig, limit_packets, "limit", "1000", 1, INT64_MAX,
                              "packets that may wait"),
    ICS_PARAMETER_BOOLEAN_ROW(IcsCodelConfig, ecn, "ecn", "false",
                              "mark packets of senders that understand ECN instead of dropping "
                              "them (RFC 3168)"),
    ICS_PARAMETER_END,
};

static bool codel_init(IcsQueue *queue, gconstpointer config, G_GNUC_UNUSED GError **error)
{
    ((IcsCodel *)queue)->config = *(const IcsCodelConfig *)config;
    return true;
}

/* The largest integer whose square is not above n: Newton's iteration, falling from above. */
static uint64_t codel_square_root(unsigned __int128 n)
{
    if (n == 0) {
        return 0;
    }
    uint64_t high = (uint64_t)(n >> 64);
    int bits = high != 0 ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)n);
    unsigned __int128 root = (unsigned __int128)1 << (bits + 1) / 2;
    for (;;) {
        unsigned __int128 next = (root + n / root) / 2;
        if (next >= root) {
            return (uint64_t)root;
        }
        root = next;
    }
}

int64_t ics_codel_control_law(int64_t at_ns, int64_t interval_ns, uint64_t count)
{
    unsigned __int128 square = (unsigned __int128)interval_ns * (uint64_t)interval_ns;
    return at_ns + (int64_t)codel_square_root(square / count);
}

static IcsCause codel_enqueue(IcsQueue *queue, IcsPacket *packet, int64_t now_ns)
{
    IcsCodel *self = (IcsCodel *)queue;
    if (queue->packets >= (uint64_t)self->config.limit_packets) {
        return ICS_CAUSE_QUEUE_FULL;
    }
    packet->offered_ns = now_ns; /* the sojourn time counts from here */
    ics_queue_append(queue, &self->list, packet);
    return ICS_CAUSE_NONE;
}

static IcsPacket *codel_take(IcsQueue *queue)
{
    return ics_queue_remove(queue, &((IcsCodel *)queue)->list);
}

static bool codel_is_below_target(const IcsCodel *self, const IcsPacket *packet, int64_t now_ns)
{
    int64_t mtu_bytes = self->queue.settings.mtu_bytes;
    uint64_t backlog_bytes = (uint64_t)(mtu_bytes != 0 ? mtu_bytes : CODEL_DEFAULT_MTU);
    return now_ns - packet->offered_ns < self->config.target_ns ||
           self->queue.bytes <= backlog_bytes;
}

/* dodequeue() of section 5.6. */
static CodelHead codel_remove_head(IcsCodel *self, int64_t now_ns)
{
    CodelHead head = {.packet = codel_take(&self->queue)};
    if (head.packet == NULL || codel_is_below_target(self, head.packet, now_ns)) {
        self->first_above_ns = 0;
    } else if (self->first_above_ns == 0) {
        self->first_above_ns = now_ns + self->config.interval_ns;
    } else {
        head.ok_to_drop = now_ns >= self->first_above_ns;
    }
    return head;
}

/* Drops the head, or marks it if it can be (RFC 8289, section 4.6): then it stays the head, and
 * nothing more is due. */
static CodelHead codel_drop(IcsCodel *self, CodelHead head, int64_t now_ns)
{
    const IcsQueueSettings *settings = &self->queue.settings;
    if (self->config.ecn && ics_queue_mark(&self->queue, head.packet, now_ns)) {
        head.marked = true;
        return head;
    }
    settings->drop(settings->sink, head.packet, ICS_CAUSE_EARLY_DROP, now_ns);
    return codel_remove_head(self, now_ns);
}

/* Drops what is due; several packets when the backlog is large. */
static CodelHead codel_keep_dropping(IcsCodel *self, CodelHead head, int64_t now_ns)
{
    self->dropping = head.ok_to_drop;
    while (self->dropping && !head.marked && now_ns >= self->drop_next_ns) {
        self->count++;
        head = codel_drop(self, head, now_ns);
        self->dropping = head.ok_to_drop;
        if (self->dropping) {
            self->drop_next_ns =
                ics_codel_control_law(self->drop_next_ns, self->config.interval_ns, self->count);
        }
    }
    return head;
}

/* When the queue stood above target a short while ago, the rate that controlled it then is a good
 * one to begin with. */
static CodelHead codel_start_dropping(IcsCodel *self, CodelHead head, int64_t now_ns)
{
    int64_t recent_ns = CODEL_RECENT_INTERVALS * self->config.interval_ns;
    uint64_t delta = self->count - self->last_count;
    head = codel_drop(self, head, now_ns);
    self->dropping = true;
    self->count = delta > 1 && now_ns - self->drop_next_ns < recent_ns ? delta : 1;
    self->last_count = self->count;
    self->drop_next_ns = ics_codel_control_law(now_ns, self->config.interval_ns, self->count);
    return head;
}

/* Section 5.5. */
static IcsPacket *codel_dequeue(IcsQueue *queue, int64_t now_ns)
{
    IcsCodel *self = (IcsCodel *)queue;
    CodelHead head = codel_remove_head(self, now_ns);
    if (self->dropping) {
        head = codel_keep_dropping(self, head, now_ns);
    } else if (head.ok_to_drop) {
        head = codel_start_dropping(self, head, now_ns);
    }
    return head.packet;
}

const IcsQueueClass ics_codel_class = {
    .name = "codel",
    .doc = "controlled delay (RFC 8289): drops when packets keep waiting too long",
    .config_bytes = sizeof(IcsCodelConfig),
    .parameters = codel_parameters,
    .queue_bytes = sizeof(IcsCodel),
    .init = codel_init,
    .enqueue = codel_enqueue,
    .dequeue = codel_dequeue,
    .take = codel_take,
};
