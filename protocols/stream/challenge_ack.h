/* The limit on challenge ACKs that a host sends (RFC 5961, section 7): who answers made-up segments
 * must not be made to flood his peers or spend his time with it. */
#ifndef ICS_PROTOCOLS_STREAM_CHALLENGE_ACK_H
#define ICS_PROTOCOLS_STREAM_CHALLENGE_ACK_H

#include <stdbool.h>
#include <stdint.h>

/**
 * IcsChallengeAck:
 * @limit: challenge ACKs in a window
 * @window_ns: its length
 * @window_end_ns: when the current one is over; in the past before the first
 * @sent: in the current one
 *
 * A window begins with the first challenge ACK after the end of the one before.
 */
typedef struct IcsChallengeAck {
    uint32_t limit;
    uint32_t sent;
    int64_t window_ns;
    int64_t window_end_ns;
} IcsChallengeAck;

/* `window_ns` is over 0. A `limit` of 0 allows none. */
void ics_challenge_ack_init(IcsChallengeAck *self, uint32_t limit, int64_t window_ns);

/* Whether one may be sent now; if so, it counts as sent. */
bool ics_challenge_ack_allow(IcsChallengeAck *self, int64_t now_ns);

#endif
