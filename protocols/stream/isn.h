/* Initial sequence numbers (RFC 9293, section 3.4.1; RFC 6528): ISN = M + F(connection, secret).
 * The same world gives the same numbers: M is virtual time, the secret comes from the seed. */
#ifndef ICS_PROTOCOLS_STREAM_ISN_H
#define ICS_PROTOCOLS_STREAM_ISN_H

#include <stdint.h>

#include "sim/draw.h"

typedef struct IcsStreamName IcsStreamName;

/* The secret of a host. */
typedef struct IcsIsn {
    IcsDrawSite site;
} IcsIsn;

/* `seed` is the world's, `host` the host's name. */
void ics_isn_init(IcsIsn *self, uint64_t seed, const char *host);

/**
 * ics_isn_number:
 * @now_ns: virtual time
 * @name: both ends of the connection
 *
 * Returns: the initial send sequence number of a connection that begins now. M is a clock that
 * counts every 4 microseconds (RFC 9293, MUST-8), so that a new incarnation of a connection has a
 * higher number than the old one. F is a keyed draw of the host (sim/draw.h) about the connection:
 * other connections have other numbers, and none moves when another is opened. RFC 6528 asks for a
 * cryptographic hash there; Philox is none, and keeps no secret from who knows the seed.
 */
uint32_t ics_isn_number(const IcsIsn *self, int64_t now_ns, const IcsStreamName *name);

/**
 * ics_isn_timestamp_offset:
 *
 * Returns: what is added to the clock of a connection's timestamps (RFC 7323, section 5.4): the
 * same for every incarnation of the connection, so that the clock that its peer sees never goes
 * back (RFC 6191).
 */
uint32_t ics_isn_timestamp_offset(const IcsIsn *self, const IcsStreamName *name);

#endif
