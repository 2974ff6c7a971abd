#include "protocols/programs/payload.h"

#include <glib.h>
#include <string.h>

void ics_payload_fill(uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)('a' + i % 26);
    }
}

void ics_payload_number(uint8_t *bytes, size_t n, uint64_t number)
{
    uint64_t big_endian = GUINT64_TO_BE(number);
    memcpy(bytes, &big_endian, MIN(n, sizeof big_endian));
}
