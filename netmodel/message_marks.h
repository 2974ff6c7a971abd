/* Where the messages of a byte stream end: what one send operation of an application moved is a
 * message for fates, statistics and digest, though the stream itself knows no borders. The sender
 * marks; its segments take their fate identities from the marks (SEMANTICS: the ordinal of the
 * message whose first byte a packet carries); the receiver's process reads past them. Nothing that
 * a protocol does depends on them. */
#ifndef ICS_NETMODEL_MESSAGE_MARKS_H
#define ICS_NETMODEL_MESSAGE_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/observation.h"

/* Marks that need no memory beside the struct. */
#define ICS_MESSAGE_MARKS_INLINE 1

/* Places are sequence numbers of the stream, the same at both ends; `first` is that of the
 * message's first byte, `end` that behind its last. */
typedef struct IcsMessageMark {
    uint64_t first;
    uint64_t end;
    IcsMessageTag tag;
} IcsMessageMark;

/* Shared by the two ends of a stream and the table of flows. */
typedef struct IcsMessageMarks {
    uint32_t references;
    uint32_t room; /* of the ring: a power of two */
    uint32_t head; /* the oldest mark's place */
    uint32_t n;
    uint64_t acked;    /* what lies before has been acknowledged: it is never sent again */
    uint64_t segments; /* that carried bytes of the first message that is not among these: */
    uint32_t n_sent;   /* messages of which every byte has been sent */
    uint32_t n_taken;  /* the oldest ones, taken but not acknowledged */
    bool has_sender;   /* the sending end lives */
    bool has_receiver; /* the receiving end has begun to take and lives */
    bool had_receiver;
    IcsMessageMark *far; /* the ring when it is larger than `near`; owned */
    IcsMessageMark near[ICS_MESSAGE_MARKS_INLINE];
} IcsMessageMarks;

/* Without marks, with a sender; one reference (transfer full). */
IcsMessageMarks *ics_message_marks_new(void);
IcsMessageMarks *ics_message_marks_ref(IcsMessageMarks *self);
void ics_message_marks_unref(IcsMessageMarks *self);

/* The message behind the one marked last ends before `end`. */
void ics_message_marks_push(IcsMessageMarks *self, uint64_t end, const IcsMessageTag *tag);
/* The same for one that takes another number of bytes of the stream than it has: it begins at
 * `first`, and is perhaps empty but for what frames it. */
void ics_message_marks_push_frame(IcsMessageMarks *self, uint64_t first, uint64_t end,
                                  const IcsMessageTag *tag);

/* No byte from `at` on belongs to a message so far: the last mark moves there. True when nothing is
 * left of its message, which is forgotten then; `tag` is set. */
bool ics_message_marks_cut(IcsMessageMarks *self, uint64_t at, IcsMessageTag *tag);

/* What a segment with bytes that go out for the first time carries. */
typedef struct IcsMessageSegment {
    IcsMessageTag tag; /* of the first message that begins in it, or else of the one continued */
    uint64_t fragment; /* 0 in the first case; else how many segments of the message went before */
} IcsMessageSegment;

/* Tells it of the next segment in order, from `first` up to but not including `end` (not empty).
 * False when nothing there is marked. */
bool ics_message_marks_send(IcsMessageMarks *self, uint64_t first, uint64_t end,
                            IcsMessageSegment *segment);

/* The message that has the byte at this place, which is not acknowledged; NULL when it was never
 * marked. */
const IcsMessageTag *ics_message_marks_find(const IcsMessageMarks *self, uint64_t at);

/* Takes the next message that ends at or before `until`; false when there is none. Its mark stays
 * as long as its bytes may be sent again. */
bool ics_message_marks_take(IcsMessageMarks *self, uint64_t until, IcsMessageTag *tag);

/* What lies before `until` is never sent again. */
void ics_message_marks_acknowledge(IcsMessageMarks *self, uint64_t until);

#endif
