/* Capacity traces in mahimahi's format: one delivery opportunity a line, in ms from the start, for
 * one MTU of 1500 bytes each; the trace repeats from its last line on (mm-link(1)).
 *
 * As in mahimahi's link_queue.cc, an opportunity delivers up to 1500 bytes of the packets that were
 * there before it: several small packets share one, a larger one goes on in the next, and a packet
 * leaves at the opportunity of its last byte. What an opportunity does not use is lost, and so is
 * one at the very time at which a packet comes to an idle link. (mahimahi counts 1504 bytes, with 4
 * of the TUN device in every packet; a packet of 1500 bytes fills an opportunity in both.) */
#ifndef ICS_NETMODEL_CAPACITY_H
#define ICS_NETMODEL_CAPACITY_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#define ICS_CAPACITY_OPPORTUNITY_BYTES 1500

typedef struct IcsCapacity {
    uint32_t *opportunity_ms; /* sorted, may repeat */
    size_t n;
    uint32_t period_ms; /* the last line */
} IcsCapacity;

/* Parses the text of a trace file. Transfer full; NULL and ICS_ERROR_INPUT with `name` and the line
 * for anything but non-decreasing decimal numbers, for an empty trace and for one whose last line
 * is 0. */
IcsCapacity *ics_capacity_parse(const char *name, const char *text, size_t n, GError **error);
void ics_capacity_free(IcsCapacity *self);

/* The place in the trace: which opportunity is next, and how much of it has been used. */
typedef struct IcsCapacityCursor {
    uint64_t opportunity; /* counted over all repetitions */
    uint32_t used_bytes;
} IcsCapacityCursor;

/* When the last byte of a packet leaves that is at the head of the queue from `from_ns` on (its
 * arrival, or the departure of the packet before it); moves the cursor. A cursor that is set to
 * zero forgets which opportunities were used: those up to `from_ns` are gone in any case. */
int64_t ics_capacity_depart(const IcsCapacity *self, IcsCapacityCursor *cursor, int64_t from_ns,
                            uint32_t bytes);

/* The rate in the long run, rounded down. */
int64_t ics_capacity_mean_bps(const IcsCapacity *self);

#endif
