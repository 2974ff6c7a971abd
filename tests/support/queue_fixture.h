/* A queue discipline under test: its packets, its chooser, and what it drops after acceptance. */
#ifndef ICS_TESTS_SUPPORT_QUEUE_FIXTURE_H
#define ICS_TESTS_SUPPORT_QUEUE_FIXTURE_H

#include <glib.h>
#include <stdint.h>

#include "netmodel/queue.h"

typedef struct IcsQueueDrop {
    uint64_t ordinal; /* of the packet's fate */
    int64_t at_ns;
    IcsCause cause;
} IcsQueueDrop;

typedef struct IcsQueueFixture {
    IcsPacketPool *pool;
    IcsChooser chooser;
    IcsQueueSettings settings; /* to be changed before the queue is made */
    IcsQueue *queue;
    GArray *drops; /* of IcsQueueDrop: what went to the sink, in order */
    uint64_t next_ordinal;
} IcsQueueFixture;

/* No queue yet; 10 Mbit/s, seed 1, the plain random source. */
IcsQueueFixture *ics_queue_fixture_new(void);
/* Checks that no packet is lost sight of. */
void ics_queue_fixture_free(IcsQueueFixture *self);

/* The same as functions of a cmocka test; *state is the fixture. */
int ics_queue_fixture_setup(void **state);
int ics_queue_fixture_teardown(void **state);

/* Makes the queue, which must work. */
void ics_queue_fixture_make(IcsQueueFixture *self, const IcsQueueClass *klass,
                            gconstpointer config);

/* Checks that such a queue is refused with ICS_ERROR_INPUT and a message that contains `word`. */
void ics_queue_fixture_assert_refused(IcsQueueFixture *self, const IcsQueueClass *klass,
                                      gconstpointer config, const char *word);

/* A packet of `bytes` zeros (at least 20 of them an IPv4 header's place: version 4, this TOS),
 * whose fate has the next ordinal. */
IcsPacket *ics_queue_fixture_packet(IcsQueueFixture *self, uint32_t bytes, uint8_t tos);

/* Offers such a packet with TOS 0; frees what is refused and returns why. */
IcsCause ics_queue_fixture_offer(IcsQueueFixture *self, uint32_t bytes, int64_t now_ns);

/* Takes the next packet, frees it and returns its ordinal; -1 when there was none. */
int64_t ics_queue_fixture_dequeue(IcsQueueFixture *self, int64_t now_ns);

#endif
