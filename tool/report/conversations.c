#include "tool/report/conversations.h"

#include <glib.h>

#include "protocols/wire/bytes.h"
#include "protocols/wire/ipv4.h"

#define CONVERSATIONS_FIRST_ROOM  16
#define CONVERSATIONS_PORTS_BYTES 4

void ics_control_counts_add(IcsControlCounts *self, const IcsPacket *packet)
{
    self->packets++;
    self->bytes += packet->length;
    self->repeats += packet->fate.klass == ICS_FATE_REPEAT;
}

void ics_control_counts_merge(IcsControlCounts *self, const IcsControlCounts *other)
{
    self->packets += other->packets;
    self->bytes += other->bytes;
    self->repeats += other->repeats;
}

void ics_conversations_clear(IcsConversations *self)
{
    g_free(self->table);
    *self = (IcsConversations){0};
}

bool ics_conversation_key(const IcsPacket *packet, IcsConversationKey *key)
{
    const uint8_t *ip = packet->bytes;
    if (packet->length < ICS_IPV4_HEADER_BYTES + CONVERSATIONS_PORTS_BYTES) {
        return false;
    }
    uint32_t header_bytes = ics_ipv4_view_header_bytes(ip);
    uint8_t protocol = ics_ipv4_view_protocol(ip);
    if ((protocol != ICS_IPV4_PROTOCOL_UDP && protocol != ICS_IPV4_PROTOCOL_TCP) ||
        ics_ipv4_view_fragment_offset(ip) > 0 ||
        packet->length < header_bytes + CONVERSATIONS_PORTS_BYTES) {
        return false;
    }
    const uint8_t *ports = ip + header_bytes;
    uint64_t source = (uint64_t)ics_ipv4_view_source(ip) << 16 | ics_bytes_load_be16(ports);
    uint64_t destination =
        (uint64_t)ics_ipv4_view_destination(ip) << 16 | ics_bytes_load_be16(ports + 2);
    key->low = MIN(source, destination);
    key->high = MAX(source, destination) | (uint64_t)protocol << 48;
    return true;
}

static bool conversations_is(const IcsConversation *self, const IcsConversationKey *key)
{
    return self->used && self->key.low == key->low && self->key.high == key->high;
}

/* Where the key is, or would be. */
static uint32_t conversations_place(const IcsConversations *self, const IcsConversationKey *key)
{
    uint64_t hash = (key->low ^ key->high >> 1) * UINT64_C(0x9E3779B97F4A7C15);
    uint32_t place = (uint32_t)(hash >> 32) & (self->room - 1);
    while (self->table[place].used && !conversations_is(&self->table[place], key)) {
        place = (place + 1) & (self->room - 1);
    }
    return place;
}

static void conversations_grow(IcsConversations *self)
{
    IcsConversation *old = self->table;
    uint32_t n_old = self->room;
    self->room = MAX(2 * n_old, (uint32_t)CONVERSATIONS_FIRST_ROOM);
    self->table = g_new0(IcsConversation, self->room);
    for (uint32_t i = 0; i < n_old; i++) {
        if (old[i].used) {
            self->table[conversations_place(self, &old[i].key)] = old[i];
        }
    }
    g_free(old);
}

IcsConversation *ics_conversations_get(IcsConversations *self, const IcsConversationKey *key)
{
    if (self->n > 0 && G_LIKELY(conversations_is(&self->table[self->last], key))) {
        return &self->table[self->last];
    }
    if (2 * (self->n + 1) > self->room) {
        conversations_grow(self);
    }
    self->last = conversations_place(self, key);
    IcsConversation *found = &self->table[self->last];
    if (!found->used) {
        *found = (IcsConversation){.key = *key, .flow = ICS_FLOW_NONE, .used = true};
        self->n++;
    }
    return found;
}
