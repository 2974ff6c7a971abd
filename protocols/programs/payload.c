#include "protocols/programs/payload.h"

void ics_payload_fill(uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (uint8_t)('a' + i % 26);
    }
}

void ics_payload_number(uint8_t *bytes, size_t n, uint64_t number)
{
    for (size_t i = 0; i < 8 && i < n; i++) {
        bytes[i] = (uint8_t)(number >> (56 - 8 * i));
    }
}
