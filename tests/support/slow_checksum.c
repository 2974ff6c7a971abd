#include "tests/support/slow_checksum.h"

#include <string.h>

uint16_t ics_slow_checksum_sum(const uint8_t *bytes, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

uint16_t ics_slow_checksum_transport(uint32_t source, uint32_t destination, uint8_t protocol,
                                     const uint8_t *bytes, size_t n)
{
    static const size_t pseudo = 12;
    uint8_t all[12 + 65535];
    for (int i = 0; i < 4; i++) {
        all[i] = (uint8_t)(source >> (24 - 8 * i));
        all[4 + i] = (uint8_t)(destination >> (24 - 8 * i));
    }
    all[8] = 0;
    all[9] = protocol;
    all[10] = (uint8_t)(n >> 8);
    all[11] = (uint8_t)n;
    memcpy(all + pseudo, bytes, n);
    return (uint16_t)~ics_slow_checksum_sum(all, pseudo + n);
}
