/* The messages of one flow that can still change: which were delivered, how many copies of each
 * live, and why the last one died. At any time
 *
 *     sent = delivered + lost (by the cause of the last copy) + undecided.
 *
 * What happens to a message:
 *
 *                       copied, repeated                    delivered
 *        sent --> UNDECIDED (copies > 0) --------------------------------> DELIVERED
 *                       ^  |                                    (further copies: duplicates)
 *              repeated |  | dropped, and it was the last copy
 *                       |  v
 *                      LOST
 *
 * The window holds ICS_MESSAGE_WINDOW messages, more only while more than half of them are
 * undecided; it grows from small. An older message is forgotten: what it was counted as remains,
 * and what is received of it later is counted apart (`beyond`).
 *
 * A link that computes departures tells of a death before it happens; nothing here depends on the
 * order in which deaths and deliveries of one message are told. */
#ifndef ICS_TOOL_REPORT_MESSAGE_WINDOW_H
#define ICS_TOOL_REPORT_MESSAGE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/report/cause_counts.h"

#define ICS_MESSAGE_WINDOW UINT64_C(65536)

/* One message of the window. */
typedef struct IcsMessageRecord {
    int64_t died_ns; /* the latest death of a copy so far */
    uint32_t copies; /* that live */
    uint8_t cause;   /* of that death: an IcsCause; ICS_CAUSE_NONE: no copy has died */
    bool delivered;
    bool damaged; /* a damaged copy was delivered */
} IcsMessageRecord;

/* Zero-initialised has sent nothing, and has no memory. */
typedef struct IcsMessageWindow {
    uint64_t sent; /* and the ordinal of the next message */
    uint64_t delivered;
    uint64_t duplicates; /* copies received after the first one */
    uint64_t damaged;    /* messages of which a damaged copy was received */
    uint64_t beyond;     /* receptions of messages that were forgotten */
    uint64_t undecided;  /* in the window */
    IcsCauseCounts lost;
    IcsMessageRecord *records; /* a ring by ordinal; owned */
    uint64_t first;            /* ordinal of the oldest message in the window */
    uint32_t room;             /* 0 or a power of two */
} IcsMessageWindow;

/* What the reception of a copy meant. */
typedef enum { ICS_RECEPTION_FIRST, ICS_RECEPTION_DUPLICATE, ICS_RECEPTION_BEYOND } IcsReception;

void ics_message_window_clear(IcsMessageWindow *self);

/* The next message was sent: one copy lives. `ordinal` must follow the one before. */
void ics_message_window_sent(IcsMessageWindow *self, uint64_t ordinal);
/* One more copy lives: made by the network, or sent again by a protocol. */
void ics_message_window_copied(IcsMessageWindow *self, uint64_t ordinal);
void ics_message_window_dropped(IcsMessageWindow *self, uint64_t ordinal, IcsCause cause,
                                int64_t at_ns);
/* Of a message that is part of a byte stream: a packet with some of it died, which may be sent
 * again. What it died of is remembered for ics_message_window_abandoned(). */
void ics_message_window_met(IcsMessageWindow *self, uint64_t ordinal, IcsCause cause,
                            int64_t at_ns);
/* Its stream is over: unless it was delivered, it is lost, by what its last packet died of, or by
 * `cause` when none died. */
void ics_message_window_abandoned(IcsMessageWindow *self, uint64_t ordinal, IcsCause cause,
                                  int64_t at_ns);
IcsReception ics_message_window_delivered(IcsMessageWindow *self, uint64_t ordinal, bool damaged);

/* Messages neither delivered nor lost, the forgotten ones among them. */
uint64_t ics_message_window_undecided(const IcsMessageWindow *self);

/* Adds the counts of another flow. Neither may be told anything afterwards. */
void ics_message_window_merge(IcsMessageWindow *self, const IcsMessageWindow *other);

#endif
