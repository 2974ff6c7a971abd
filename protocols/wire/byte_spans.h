/* Bytes that lie in two pieces, as what a ring holds across its end does. */
#ifndef ICS_PROTOCOLS_WIRE_BYTE_SPANS_H
#define ICS_PROTOCOLS_WIRE_BYTE_SPANS_H

#include <stddef.h>
#include <stdint.h>

/**
 * IcsByteSpans:
 * @first: (transfer none) (nullable when empty): the bytes that come first
 * @first_bytes: how many
 * @second: (transfer none) (nullable when empty): the bytes that follow them
 * @second_bytes: how many; 0 when @first is all there is
 */
typedef struct IcsByteSpans {
    const uint8_t *first;
    size_t first_bytes;
    const uint8_t *second;
    size_t second_bytes;
} IcsByteSpans;

static inline size_t ics_byte_spans_bytes(const IcsByteSpans *self)
{
    return self->first_bytes + self->second_bytes;
}

#endif
