/* The Internet checksum the slow way, for tests to compare with: RFC 1071's C program over 16-bit
 * words, sharing nothing with the code under test. */
#ifndef ICS_TESTS_SUPPORT_SLOW_CHECKSUM_H
#define ICS_TESTS_SUPPORT_SLOW_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The folded one's complement sum of the big-endian words of the bytes. */
uint16_t ics_slow_checksum_sum(const uint8_t *bytes, size_t n);

/* The checksum of an upper layer over IPv4: the 12 bytes of pseudo header are built and summed with
 * the rest (n up to 65535). */
uint16_t ics_slow_checksum_transport(uint32_t source, uint32_t destination, uint8_t protocol,
                                     const uint8_t *bytes, size_t n);

#endif
