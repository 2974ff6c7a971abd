/* The CRC-32 of IEEE 802.3 (Ethernet, gzip, PNG): polynomial 0x04C11DB7, bits reflected, register
 * and result inverted. It finds every burst of up to 32 bits, and every three flipped bits in up to
 * 11,450 bytes (Koopman, 32-Bit Cyclic Redundancy Codes for Internet Applications, 2002). The
 * Internet checksum finds neither two flips that cancel out nor words that changed places. */
#ifndef ICS_PROTOCOLS_WIRE_CRC32_H
#define ICS_PROTOCOLS_WIRE_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* The CRC of `n` bytes that follow others, whose CRC is `before`; 0 when nothing is before. */
uint32_t ics_crc32(uint32_t before, const uint8_t *bytes, size_t n);

#endif
