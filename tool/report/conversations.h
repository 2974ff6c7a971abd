/* Packets that carry no application message (handshakes, acknowledgements ...) and the flows that
 * they serve. A conversation is all packets between two ports; it belongs to the flow that first
 * carried a message on it. */
#ifndef ICS_TOOL_REPORT_CONVERSATIONS_H
#define ICS_TOOL_REPORT_CONVERSATIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "netmodel/packet.h"

/* What was offered to links without an application message. */
typedef struct IcsControlCounts {
    uint64_t packets;
    uint64_t bytes;   /* of IP */
    uint64_t repeats; /* packets among them that a protocol sent again */
} IcsControlCounts;

void ics_control_counts_add(IcsControlCounts *self, const IcsPacket *packet);
void ics_control_counts_merge(IcsControlCounts *self, const IcsControlCounts *other);

/* The two ends, in one order for both directions. */
typedef struct IcsConversationKey {
    uint64_t low;  /* address and port of the lesser end */
    uint64_t high; /* of the other one, and the protocol */
} IcsConversationKey;

typedef struct IcsConversation {
    IcsConversationKey key;
    IcsControlCounts before; /* the first message: while there is no flow */
    uint32_t flow;           /* ICS_FLOW_NONE: no message has been carried yet */
    bool used;               /* this place of the table is */
} IcsConversation;

/* A table by key. Zero-initialised is empty and has no memory. */
typedef struct IcsConversations {
    IcsConversation *table; /* owned */
    uint32_t room;          /* 0 or a power of two */
    uint32_t n;
    uint32_t last; /* where the last one was found */
} IcsConversations;

void ics_conversations_clear(IcsConversations *self);

/* The key of an IPv4 packet with ports; false for any other packet. */
bool ics_conversation_key(const IcsPacket *packet, IcsConversationKey *key);

/* The conversation of a key, made if need be. Borrowed until the next call. */
IcsConversation *ics_conversations_get(IcsConversations *self, const IcsConversationKey *key);

#endif
