/* The digest of a run: a chain of fixed little-endian records, hashed with XXH3.
 *
 * It covers model events only and is fed directly by the model, never by an observer, so that it is
 * the same whoever listens (SEMANTICS: "Time, order, digest"). There is one stream for each node
 * and three for each link direction (offered, fate, arrived); each of them is ordered by itself, so
 * that a direction that computes its departures in advance and one that schedules them agree. */
#ifndef ICS_SIM_DIGEST_H
#define ICS_SIM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Changes whenever the records or their order do. */
#define ICS_DIGEST_VERSION 1

#define ICS_DIGEST_KINDS(X)                                                                        \
    X(PACKET_OFFERED, 1)                                                                           \
    X(PACKET_FATE, 2)                                                                              \
    X(PACKET_ARRIVED, 3)                                                                           \
    X(MESSAGE_SENT, 4)                                                                             \
    X(MESSAGE_DELIVERED, 5)                                                                        \
    X(CONNECTION_STATE, 6)                                                                         \
    X(PROCESS_OUTCOME, 7)

typedef enum {
#define ICS_DIGEST_KIND(name, number) ICS_DIGEST_##name = number,
    ICS_DIGEST_KINDS(ICS_DIGEST_KIND)
#undef ICS_DIGEST_KIND
} IcsDigestKind;

/* One stream. Zero-initialised is empty. */
typedef struct IcsDigest {
    uint64_t state;
    uint64_t records;
} IcsDigest;

/* Appends one record: kind, virtual time in ns and three words whose meaning the kind fixes. */
void ics_digest_record(IcsDigest *self, IcsDigestKind kind, int64_t at_ns, uint64_t a, uint64_t b,
                       uint64_t c);

/* One event: the words of a record. */
typedef struct IcsDigestEvent {
    IcsDigestKind kind;
    int64_t at_ns;
    uint64_t a;
    uint64_t b;
    uint64_t c;
} IcsDigestEvent;

/* The same, followed by the first bytes of a packet (at most ICS_DIGEST_HEAD_BYTES are used). */
#define ICS_DIGEST_HEAD_BYTES 40
void ics_digest_record_bytes(IcsDigest *self, const IcsDigestEvent *event, const uint8_t *head,
                             size_t head_bytes);

/* Chains a finished stream under its name into the digest of a run. */
void ics_digest_fold(IcsDigest *self, const char *name, const IcsDigest *stream);

#endif
