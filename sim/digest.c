#include "sim/digest.h"

#include <glib.h>
#include <string.h>

#include "base/hash.h"

typedef struct {
    uint64_t word[5];
    uint8_t head[ICS_DIGEST_HEAD_BYTES];
} DigestRecord;

static inline void digest_fill(DigestRecord *record, IcsDigestKind kind, int64_t at_ns, uint64_t a,
                               uint64_t b, uint64_t c)
{
    record->word[0] = GUINT64_TO_LE((uint64_t)kind);
    record->word[1] = GUINT64_TO_LE((uint64_t)at_ns);
    record->word[2] = GUINT64_TO_LE(a);
    record->word[3] = GUINT64_TO_LE(b);
    record->word[4] = GUINT64_TO_LE(c);
}

static inline void digest_chain(IcsDigest *self, const DigestRecord *record, size_t bytes)
{
    self->state = ics_hash_bytes(record, bytes, self->state);
    self->records++;
}

void ics_digest_record(IcsDigest *self, IcsDigestKind kind, int64_t at_ns, uint64_t a, uint64_t b,
                       uint64_t c)
{
    DigestRecord record;
    digest_fill(&record, kind, at_ns, a, b, c);
    digest_chain(self, &record, sizeof record.word);
}

void ics_digest_record_bytes(IcsDigest *self, const IcsDigestEvent *event, const uint8_t *head,
                             size_t head_bytes)
{
    DigestRecord record;
    size_t used = MIN(head_bytes, (size_t)ICS_DIGEST_HEAD_BYTES);
    digest_fill(&record, event->kind, event->at_ns, event->a, event->b, event->c);
    memcpy(record.head, head, used);
    digest_chain(self, &record, sizeof record.word + used);
}

void ics_digest_fold(IcsDigest *self, const char *name, const IcsDigest *stream)
{
    uint64_t name_hash = ics_hash_string(name, 0);
    DigestRecord record = {0};
    record.word[0] = GUINT64_TO_LE(name_hash);
    record.word[1] = GUINT64_TO_LE(stream->state);
    record.word[2] = GUINT64_TO_LE(stream->records);
    digest_chain(self, &record, sizeof record.word);
}
