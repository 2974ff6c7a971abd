#include "netmodel/priority.h"

#include "netmodel/packet_filter.h"

/* What is no IPv4 packet is best effort. */
#define PRIORITY_BEST_EFFORT_BAND 1
#define PRIORITY_FILTERS          2

typedef struct IcsPriority {
    IcsQueue queue;
    int64_t packets;
    uint32_t n_bands;
    IcsPacketList bands[ICS_PRIORITY_BANDS_MAX];
    struct bpf_program *filters[PRIORITY_FILTERS]; /* filter i selects band i; nullable */
} IcsPriority;

static const IcsParameter priority_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsPriorityConfig, bands, "bands", "3", 2, ICS_PRIORITY_BANDS_MAX,
                              "how many bands; a band is served when those before it are empty"),
    ICS_PARAMETER_INTEGER_ROW(IcsPriorityConfig, packets, "packets", "100", 1, INT64_MAX,
                              "packets that may wait in each band"),
    ICS_PARAMETER_STRING_ROW(IcsPriorityConfig, first, "first", NULL,
                             "pcap-filter(7) expression: what goes to the first band, "
                             "whatever its TOS"),
    ICS_PARAMETER_STRING_ROW(IcsPriorityConfig, second, "second", NULL,
                             "pcap-filter(7) expression: what goes to the second band"),
    ICS_PARAMETER_END,
};

static bool priority_compile(IcsPriority *self, uint32_t band, const char *expression,
                             GError **error)
{
    static const char *const names[PRIORITY_FILTERS] = {"first", "second"};
    if (expression == NULL) {
        return true;
    }
    self->filters[band] = ics_packet_filter_new(expression, error);
    if (self->filters[band] == NULL) {
        g_prefix_error(error, "%s: ", names[band]);
        return false;
    }
    return true;
}

static bool priority_init(IcsQueue *queue, gconstpointer config, GError **error)
{
    IcsPriority *self = (IcsPriority *)queue;
    const IcsPriorityConfig *given = config;
    self->packets = given->packets;
    self->n_bands = (uint32_t)given->bands;
    return priority_compile(self, 0, given->first, error) &&
           priority_compile(self, 1, given->second, error);
}

static void priority_clear(IcsQueue *queue)
{
    IcsPriority *self = (IcsPriority *)queue;
    for (uint32_t i = 0; i < PRIORITY_FILTERS; i++) {
        ics_packet_filter_free(self->filters[i]);
    }
}

uint32_t ics_priority_band_of_tos(uint8_t tos)
{
    /* By the bits minimise delay, maximise throughput, maximise reliability (RFC 1349). */
    static const uint8_t bands[8] = {1, 1, 2, 2, 0, 0, 1, 1};
    return bands[tos >> 2 & 7];
}

static uint32_t priority_band(const IcsPriority *self, const IcsPacket *packet)
{
    for (uint32_t i = 0; i < PRIORITY_FILTERS; i++) {
        if (self->filters[i] != NULL && ics_packet_filter_matches(self->filters[i], packet)) {
            return i;
        }
    }
    uint32_t band = PRIORITY_BEST_EFFORT_BAND;
    if (packet->length >= 2 && packet->bytes[0] >> 4 == 4) {
        band = ics_priority_band_of_tos(packet->bytes[1]);
    }
    return MIN(band, self->n_bands - 1);
}

static IcsCause priority_enqueue(IcsQueue *queue, IcsPacket *packet, G_GNUC_UNUSED int64_t now_ns)
{
    IcsPriority *self = (IcsPriority *)queue;
    IcsPacketList *band = &self->bands[priority_band(self, packet)];
    if (band->packets >= (uint64_t)self->packets) {
        return ICS_CAUSE_QUEUE_FULL;
    }
    ics_queue_append(queue, band, packet);
    return ICS_CAUSE_NONE;
}

static IcsPacket *priority_take(IcsQueue *queue)
{
    IcsPriority *self = (IcsPriority *)queue;
    IcsPacket *packet = NULL;
    for (uint32_t i = 0; packet == NULL && i < self->n_bands; i++) {
        packet = ics_queue_remove(queue, &self->bands[i]);
    }
    return packet;
}

static IcsPacket *priority_dequeue(IcsQueue *queue, G_GNUC_UNUSED int64_t now_ns)
{
    return priority_take(queue);
}

const IcsQueueClass ics_priority_class = {
    .name = "priority",
    .doc = "strict priority bands, by filter or by the TOS octet as pfifo_fast does",
    .config_bytes = sizeof(IcsPriorityConfig),
    .parameters = priority_parameters,
    .queue_bytes = sizeof(IcsPriority),
    .init = priority_init,
    .clear = priority_clear,
    .enqueue = priority_enqueue,
    .dequeue = priority_dequeue,
    .take = priority_take,
};
