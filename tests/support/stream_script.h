/* One stream against a script, in virtual time: what is done to it, what arrives, and exactly what
 * it sends and when. A line begins with a time in ms from the start; numbers are relative to the
 * two initial sequence numbers.
 *
 *     0 open                                what the user does: open, close, shutdown, abort,
 *     0 write 3000                              write N, read N, cork|nagle|keep-alive on|off,
 *                                               user-timeout MS, buffers SEND RECEIVE
 *     0 > S 0:0(0) win 65535 <mss 1460>     the machine sends this at exactly that time
 *     100 < S. 0:0(0) ack 1 win 9000 <>     this arrives (a first S: the machine accepts it)
 *     300 run                               time passes, and nothing happens that was not expected
 *     300 = cwnd 14600 state ESTABLISHED    what it has to say about itself
 *
 * A segment is flags (S F R P . U, E for ECE, W for CWR), first:end(payload), then in any order
 * "ack N", "win N" (the field), "<options>" (mss N,wscale N,sackOK,TS val N ecr N,sack A:B C:D),
 * "ce" (it arrives with IP's CE) or "ect" (it leaves with ECT(0)), and "{reason}" of a repetition,
 * as
 * "{rto}". Of what leaves, flags, numbers, reason and ect are always compared, the rest if it is
 * written. "1:4381(1460)*" stands for segments of that size one after the other, of which the
 * last may be smaller and may have PSH: flags ".." accept both.
 *
 * A timer is tried a nanosecond before it is due, too, and must do nothing then. */
#ifndef ICS_TESTS_SUPPORT_STREAM_SCRIPT_H
#define ICS_TESTS_SUPPORT_STREAM_SCRIPT_H

#include "protocols/stream/stream_tcb.h"

#define ICS_STREAM_SCRIPT_ISS UINT32_C(1000000)
#define ICS_STREAM_SCRIPT_IRS UINT32_C(5000000)

typedef struct IcsStreamScript {
    IcsStream stream;
    IcsStreamConfig config;
    uint32_t iss;
    uint32_t irs;
    uint32_t mtu_bytes;
    int64_t now_ns;
    GPtrArray *departures; /* of what left and was not expected yet */
    GString *notes;        /* what the observer was told, a line each: "recovery 1 1461" */
    uint32_t events;       /* ICS_STREAM_READABLE ... that the stream has had */
    bool is_initialised;
} IcsStreamScript;

/* The defaults, but: reno, an RTO of at least 1 s, no timestamps, no window scaling, buffers of
 * 65535 bytes, a fixed ISS. Change what you like before the first line is run. Transfer full. */
IcsStreamScript *ics_stream_script_new(void);
/* Checks that nothing left is unexpected. */
void ics_stream_script_free(IcsStreamScript *self);

/* Runs lines; fails the test, with the line, where the machine does otherwise. May be called again
 * for more lines. */
void ics_stream_script_run(IcsStreamScript *self, const char *text);

#endif
