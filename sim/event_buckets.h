/* Multi-level buckets of events: the part of the event queue that holds what lies far ahead. */
#ifndef ICS_SIM_EVENT_BUCKETS_H
#define ICS_SIM_EVENT_BUCKETS_H

#include "sim/event_heap.h"

#define ICS_EVENT_BUCKETS_DIGIT_BITS 5
#define ICS_EVENT_BUCKETS_DIGITS     (1 << ICS_EVENT_BUCKETS_DIGIT_BITS)
#define ICS_EVENT_BUCKETS_LEVELS     13 /* 63 bits of time */
#define ICS_EVENT_BUCKETS_CHUNK      32u

/* Unordered events of one range of time. Their entries stand in a list of chunks of
 * ICS_EVENT_BUCKETS_CHUNK places, the last of which alone may be part empty. */
typedef struct {
    uint32_t size;
    uint32_t end; /* the place for the next entry; the start of a chunk when there is no room */
} IcsEventBucket;

/*
 * Time is read as 13 digits in base 32. An event stands on the level of the highest digit in which
 * its time differs from `base_ns`, in the bucket of its own digit there (on level 0 where nothing
 * differs). So every event of a bucket is earlier than those of later buckets, and where an event
 * stands follows from its time. The buckets of level 0 have one time each. An event's slot is its
 * place in `entries`.
 *
 * E. V. Denardo, B. L. Fox: Shortest-route methods 1, Operations Research 27(1), 1979.
 * All zero is an empty set of buckets with base 0.
 */
typedef struct {
    int64_t base_ns; /* not later than any event here; may be written while there is none */
    size_t size;
    IcsEventEntry *entries; /* all the chunks, NULL until something was inserted */
    uint32_t *below;        /* of every chunk: the end of the one below it in its bucket */
    uint32_t *free_chunks;  /* a stack of those in no bucket */
    uint32_t free_count;
    uint32_t chunk_count;
    uint32_t levels;                           /* bit l is set: level l has events */
    uint32_t digits[ICS_EVENT_BUCKETS_LEVELS]; /* bit d is set: bucket d of the level has events */
    IcsEventBucket buckets[ICS_EVENT_BUCKETS_LEVELS][ICS_EVENT_BUCKETS_DIGITS];
} IcsEventBuckets;

/* Makes all the events idle and frees the memory; the base is 0 again. */
void ics_event_buckets_clear(IcsEventBuckets *self);

/* Inserts an event not earlier than the base in O(1). Allocates only where there is no chunk left.
 */
void ics_event_buckets_insert(IcsEventBuckets *self, IcsEventEntry entry);

/* Takes `event`, which must be in these buckets, out in O(1); it is idle then. */
void ics_event_buckets_remove(IcsEventBuckets *self, IcsEvent *event);

/* What the first bucket has. */
typedef struct {
    size_t size;
    int64_t first_ns; /* the times that belong to the bucket */
    int64_t last_ns;
} IcsEventRange;

/* Describes the first bucket; false when there is no event. */
bool ics_event_buckets_first(const IcsEventBuckets *self, IcsEventRange *range);

/* Takes some events out of the first bucket, which must exist: all of them where it has no more
 * than ICS_EVENT_BUCKETS_CHUNK. Stores where their entries stand until the next insertion, and
 * returns how many. Their slots mean nothing: the caller puts them elsewhere. */
size_t ics_event_buckets_take(IcsEventBuckets *self, const IcsEventEntry **entries);

/* Makes the earliest time in the first bucket, which must exist, the base, and deals the bucket's
 * events to lower levels (or to the same bucket on level 0). */
void ics_event_buckets_split(IcsEventBuckets *self);

#endif
