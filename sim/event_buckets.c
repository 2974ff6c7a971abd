#include "sim/event_buckets.h"

#include <glib.h>

#define EVENT_BUCKETS_FIRST_CHUNKS 16u

static inline unsigned event_buckets_level(const IcsEventBuckets *self, int64_t at_ns)
{
    uint64_t difference = (uint64_t)(at_ns ^ self->base_ns);
    return (unsigned)(63 - __builtin_clzll(difference | 1)) / ICS_EVENT_BUCKETS_DIGIT_BITS;
}

static inline unsigned event_buckets_digit(int64_t at_ns, unsigned level)
{
    return (unsigned)(at_ns >> (level * ICS_EVENT_BUCKETS_DIGIT_BITS)) % ICS_EVENT_BUCKETS_DIGITS;
}

static void event_buckets_mark(IcsEventBuckets *self, unsigned level, unsigned digit)
{
    self->levels |= 1u << level;
    self->digits[level] |= 1u << digit;
}

static void event_buckets_unmark(IcsEventBuckets *self, unsigned level, unsigned digit)
{
    self->digits[level] &= ~(1u << digit);
    if (self->digits[level] == 0) {
        self->levels &= ~(1u << level);
    }
}

static void event_buckets_find_first(const IcsEventBuckets *self, unsigned *level, unsigned *digit)
{
    g_assert(self->levels != 0);
    *level = (unsigned)__builtin_ctz(self->levels);
    *digit = (unsigned)__builtin_ctz(self->digits[*level]);
}

static void __attribute__((noinline)) event_buckets_grow(IcsEventBuckets *self)
{
    uint32_t count = MAX(EVENT_BUCKETS_FIRST_CHUNKS, 2 * self->chunk_count);
    g_assert(count < ICS_EVENT_IDLE / ICS_EVENT_BUCKETS_CHUNK);
    self->entries = g_renew(IcsEventEntry, self->entries, (size_t)count * ICS_EVENT_BUCKETS_CHUNK);
    self->below = g_renew(uint32_t, self->below, count);
    self->free_chunks = g_renew(uint32_t, self->free_chunks, count);
    for (uint32_t chunk = count; chunk-- > self->chunk_count;) {
        self->free_chunks[self->free_count++] = chunk;
    }
    self->chunk_count = count;
}

/* The last chunk of the bucket is full, or there is none. */
static void event_buckets_add_chunk(IcsEventBuckets *self, IcsEventBucket *bucket)
{
    if (self->free_count == 0) {
        event_buckets_grow(self);
    }
    uint32_t chunk = self->free_chunks[--self->free_count];
    self->below[chunk] = bucket->end;
    bucket->end = chunk * ICS_EVENT_BUCKETS_CHUNK;
}

/* The last chunk of the bucket has become empty. */
static inline void event_buckets_drop_chunk(IcsEventBuckets *self, IcsEventBucket *bucket)
{
    uint32_t chunk = bucket->end / ICS_EVENT_BUCKETS_CHUNK;
    bucket->end = self->below[chunk];
    self->free_chunks[self->free_count++] = chunk;
}

static inline void event_buckets_place(IcsEventBuckets *self, IcsEventEntry entry)
{
    unsigned level = event_buckets_level(self, entry.at_ns);
    unsigned digit = event_buckets_digit(entry.at_ns, level);
    IcsEventBucket *bucket = &self->buckets[level][digit];
    if (bucket->end % ICS_EVENT_BUCKETS_CHUNK == 0) {
        event_buckets_add_chunk(self, bucket);
        event_buckets_mark(self, level, digit);
    }
    self->entries[bucket->end] = entry;
    entry.event->slot = bucket->end++;
    bucket->size++;
}

static inline uint32_t event_buckets_last_chunk_size(const IcsEventBucket *bucket)
{
    return (bucket->end - 1) % ICS_EVENT_BUCKETS_CHUNK + 1;
}

void ics_event_buckets_clear(IcsEventBuckets *self)
{
    while (self->size > 0) {
        const IcsEventEntry *entries;
        size_t count = ics_event_buckets_take(self, &entries);
        for (size_t i = 0; i < count; i++) {
            entries[i].event->slot = ICS_EVENT_IDLE;
        }
    }
    g_free(self->entries);
    g_free(self->below);
    g_free(self->free_chunks);
    *self = (IcsEventBuckets){0};
}

void ics_event_buckets_insert(IcsEventBuckets *self, IcsEventEntry entry)
{
    self->size++;
    event_buckets_place(self, entry);
}

void ics_event_buckets_remove(IcsEventBuckets *self, IcsEvent *event)
{
    unsigned level = event_buckets_level(self, event->at_ns);
    unsigned digit = event_buckets_digit(event->at_ns, level);
    IcsEventBucket *bucket = &self->buckets[level][digit];
    uint32_t slot = event->slot;
    g_assert(slot < self->chunk_count * ICS_EVENT_BUCKETS_CHUNK && bucket->size > 0 &&
             self->entries[slot].event == event);
    IcsEventEntry last = self->entries[--bucket->end];
    if (bucket->end % ICS_EVENT_BUCKETS_CHUNK == 0) {
        event_buckets_drop_chunk(self, bucket);
    }
    self->entries[slot] = last;
    last.event->slot = slot;
    event->slot = ICS_EVENT_IDLE;
    self->size--;
    if (--bucket->size == 0) {
        event_buckets_unmark(self, level, digit);
    }
}

bool ics_event_buckets_first(const IcsEventBuckets *self, IcsEventRange *range)
{
    if (self->size == 0) {
        return false;
    }
    unsigned level;
    unsigned digit;
    event_buckets_find_first(self, &level, &digit);
    const IcsEventBucket *bucket = &self->buckets[level][digit];
    int64_t width_ns = (int64_t)1 << (level * ICS_EVENT_BUCKETS_DIGIT_BITS);
    int64_t at_ns = self->entries[bucket->end - 1].at_ns;
    *range = (IcsEventRange){
        .size = bucket->size,
        .first_ns = at_ns & -width_ns,
        .last_ns = at_ns | (width_ns - 1),
    };
    return true;
}

size_t ics_event_buckets_take(IcsEventBuckets *self, const IcsEventEntry **entries)
{
    unsigned level;
    unsigned digit;
    event_buckets_find_first(self, &level, &digit);
    IcsEventBucket *bucket = &self->buckets[level][digit];
    uint32_t count = event_buckets_last_chunk_size(bucket);
    bucket->end -= count;
    bucket->size -= count;
    *entries = &self->entries[bucket->end];
    event_buckets_drop_chunk(self, bucket);
    self->size -= count;
    if (bucket->size == 0) {
        event_buckets_unmark(self, level, digit);
    }
    return count;
}

static int64_t event_buckets_earliest_ns(const IcsEventBuckets *self, IcsEventBucket bucket)
{
    int64_t earliest_ns = INT64_MAX;
    while (bucket.size > 0) {
        uint32_t count = event_buckets_last_chunk_size(&bucket);
        bucket.end -= count;
        bucket.size -= count;
        for (uint32_t i = 0; i < count; i++) {
            earliest_ns = MIN(earliest_ns, self->entries[bucket.end + i].at_ns);
        }
        bucket.end = self->below[bucket.end / ICS_EVENT_BUCKETS_CHUNK];
    }
    return earliest_ns;
}

void ics_event_buckets_split(IcsEventBuckets *self)
{
    unsigned level;
    unsigned digit;
    event_buckets_find_first(self, &level, &digit);
    IcsEventBucket bucket = self->buckets[level][digit];
    self->buckets[level][digit] = (IcsEventBucket){0};
    event_buckets_unmark(self, level, digit);
    self->base_ns = event_buckets_earliest_ns(self, bucket);
    while (bucket.size > 0) {
        uint32_t count = event_buckets_last_chunk_size(&bucket);
        bucket.end -= count;
        bucket.size -= count;
        for (uint32_t i = 0; i < count; i++) {
            event_buckets_place(self, self->entries[bucket.end + i]);
        }
        event_buckets_drop_chunk(self, &bucket);
    }
}
