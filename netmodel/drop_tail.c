#include "netmodel/drop_tail.h"

typedef struct IcsDropTail {
    IcsQueue queue;
    IcsDropTailConfig limits;
    IcsPacketList list;
} IcsDropTail;

static const IcsParameter drop_tail_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsDropTailConfig, packets, "packets", NULL, 1, INT64_MAX,
                              "packets that may wait (100 when neither limit is given)"),
    ICS_PARAMETER_SIZE_ROW(IcsDropTailConfig, bytes, "bytes", NULL, 1, INT64_MAX,
                           "bytes of IP that may wait"),
    ICS_PARAMETER_END,
};

static bool drop_tail_init(IcsQueue *queue, gconstpointer config, G_GNUC_UNUSED GError **error)
{
    IcsDropTail *self = (IcsDropTail *)queue;
    self->limits = *(const IcsDropTailConfig *)config;
    if (self->limits.packets == 0 && self->limits.bytes == 0) {
        self->limits.packets = ICS_DROP_TAIL_DEFAULT_PACKETS;
    }
    return true;
}

IcsDropTailConfig ics_drop_tail_limits(const IcsQueue *queue)
{
    g_assert(queue->klass == &ics_drop_tail_class);
    return ((const IcsDropTail *)queue)->limits;
}

static bool drop_tail_has_room(const IcsDropTail *self, uint32_t bytes)
{
    const IcsDropTailConfig *limits = &self->limits;
    return (limits->packets == 0 || self->queue.packets < (uint64_t)limits->packets) &&
           (limits->bytes == 0 || self->queue.bytes + bytes <= (uint64_t)limits->bytes);
}

static IcsCause drop_tail_enqueue(IcsQueue *queue, IcsPacket *packet, G_GNUC_UNUSED int64_t now_ns)
{
    IcsDropTail *self = (IcsDropTail *)queue;
    if (!drop_tail_has_room(self, packet->length)) {
        return ICS_CAUSE_QUEUE_FULL;
    }
    ics_queue_append(queue, &self->list, packet);
    return ICS_CAUSE_NONE;
}

static IcsPacket *drop_tail_take(IcsQueue *queue)
{
    return ics_queue_remove(queue, &((IcsDropTail *)queue)->list);
}

static IcsPacket *drop_tail_dequeue(IcsQueue *queue, G_GNUC_UNUSED int64_t now_ns)
{
    return drop_tail_take(queue);
}

const IcsQueueClass ics_drop_tail_class = {
    .name = "droptail",
    .doc = "first in, first out; refuses what exceeds its limits",
    .config_bytes = sizeof(IcsDropTailConfig),
    .parameters = drop_tail_parameters,
    .queue_bytes = sizeof(IcsDropTail),
    .init = drop_tail_init,
    .enqueue = drop_tail_enqueue,
    .dequeue = drop_tail_dequeue,
    .take = drop_tail_take,
};
