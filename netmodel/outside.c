#include "netmodel/outside.h"

#include <string.h>

#include "netmodel/network.h"

/* RFC 791, section 3.1. */
#define OUTSIDE_VERSION            4
#define OUTSIDE_HEADER_BYTES       20
#define OUTSIDE_WORD_BYTES         4
#define OUTSIDE_TOTAL_LENGTH_AT    2
#define OUTSIDE_PROTOCOL_AT        9
#define OUTSIDE_PROTOCOL_UDP       17
#define OUTSIDE_DESTINATION_AT     16
#define OUTSIDE_HEADER_LENGTH_MASK 0x0f

struct IcsOutside {
    IcsHost *host;
    IcsOutsideReceiver receiver; /* nullable */
    gpointer data;
    uint64_t next_ordinal;
    IcsOutsideCounters counters;
};

/* ---- out ---- */

static void outside_input(gpointer stack, G_GNUC_UNUSED IcsInterface *interface, IcsPacket *packet)
{
    IcsOutside *self = stack;
    self->counters.received++;
    if (self->receiver != NULL) {
        self->receiver(self->data, packet, self->host->network->simulation->now_ns);
    }
    ics_packet_free(packet);
}

/* What is outside lives on. */
static void outside_crash(G_GNUC_UNUSED gpointer stack)
{
}

static const IcsStackClass outside_class = {outside_input, outside_crash, g_free};

IcsOutside *ics_outside_install(IcsHost *host)
{
    g_assert(host->stack == NULL);
    IcsOutside *self = g_new0(IcsOutside, 1);
    self->host = host;
    host->stack = self;
    host->stack_class = &outside_class;
    return self;
}

IcsOutside *ics_outside_of(const IcsHost *host)
{
    return host->stack_class == &outside_class ? host->stack : NULL;
}

void ics_outside_set_receiver(IcsOutside *self, IcsOutsideReceiver receiver, gpointer data)
{
    self->receiver = receiver;
    self->data = data;
}

const IcsOutsideCounters *ics_outside_counters(const IcsOutside *self)
{
    return &self->counters;
}

/* ---- in ---- */

static uint32_t outside_big_endian(const uint8_t *bytes, size_t n)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

/* The total length of the IPv4 packet that the bytes begin with; 0 when they are none. */
static uint32_t outside_total_length(const uint8_t *bytes, size_t n)
{
    if (n < OUTSIDE_HEADER_BYTES || bytes[0] >> 4 != OUTSIDE_VERSION) {
        return 0;
    }
    uint32_t header =
        (uint32_t)(bytes[0] & OUTSIDE_HEADER_LENGTH_MASK) * (uint32_t)OUTSIDE_WORD_BYTES;
    uint32_t total = outside_big_endian(bytes + OUTSIDE_TOTAL_LENGTH_AT, 2);
    return header >= OUTSIDE_HEADER_BYTES && total >= header && total <= n ? total : 0;
}

static IcsFate outside_fate(IcsOutside *self, const char *peer, bool is_datagram)
{
    return (IcsFate){
        .flow = ics_fate_flow(self->host->name, UINT64_MAX, peer),
        .ordinal = self->next_ordinal++,
        .klass = is_datagram ? ICS_FATE_FIRST : ICS_FATE_CONTROL,
    };
}

static IcsPacket *outside_packet(IcsOutside *self, const void *bytes, uint32_t n, const char *peer)
{
    IcsPacket *packet = ics_packet_new(self->host->network->packets, n);
    if (n > 0) {
        memcpy(packet->bytes, bytes, n);
    }
    bool is_datagram =
        n >= OUTSIDE_HEADER_BYTES && packet->bytes[OUTSIDE_PROTOCOL_AT] == OUTSIDE_PROTOCOL_UDP;
    packet->fate = outside_fate(self, peer, is_datagram);
    packet->message.flow = ICS_FLOW_NONE;
    return packet;
}

static IcsCause outside_refuse(IcsOutside *self, const void *bytes, size_t n, IcsCause cause)
{
    uint32_t kept = (uint32_t)MIN(n, (size_t)ICS_PACKET_MAX_BYTES);
    self->counters.refused++;
    ics_host_drop(self->host, outside_packet(self, bytes, kept, ""), cause);
    return cause;
}

/* Why the host takes nothing in; NONE: it does. */
static IcsCause outside_closed(const IcsOutside *self)
{
    switch (self->host->state) {
    case ICS_HOST_UP:
        return ICS_CAUSE_NONE;
    case ICS_HOST_PAUSED:
        return ICS_CAUSE_HOST_PAUSED;
    case ICS_HOST_CRASHED:
        return ICS_CAUSE_HOST_DOWN;
    }
    g_assert_not_reached();
}

/* Where the packet goes; on success `way` is set and n cut to the packet. */
static IcsCause outside_check(const IcsOutside *self, const uint8_t *bytes, size_t *n,
                              IcsInterface **way)
{
    IcsCause closed = outside_closed(self);
    if (closed != ICS_CAUSE_NONE) {
        return closed;
    }
    uint32_t total = outside_total_length(bytes, *n);
    if (total == 0) {
        return ICS_CAUSE_BAD_IP_HEADER;
    }
    *way = ics_host_route(self->host, outside_big_endian(bytes + OUTSIDE_DESTINATION_AT, 4));
    if (*way == NULL || (*way)->out == NULL) {
        return ICS_CAUSE_NO_ROUTE;
    }
    *n = total;
    return total > (*way)->out->mtu_bytes ? ICS_CAUSE_TOO_BIG : ICS_CAUSE_NONE;
}

IcsCause ics_outside_push(IcsOutside *self, const void *bytes, size_t n)
{
    IcsSimulation *simulation = self->host->network->simulation;
    IcsInterface *way = NULL;
    uint32_t actor = ics_simulation_enter(simulation, self->host->node);
    IcsCause cause = outside_check(self, bytes, &n, &way);
    if (cause == ICS_CAUSE_NONE) {
        self->counters.pushed++;
        ics_interface_send(way, outside_packet(self, bytes, (uint32_t)n, way->peer->host->name));
    } else {
        outside_refuse(self, bytes, n, cause);
    }
    ics_simulation_enter(simulation, actor);
    return cause;
}
