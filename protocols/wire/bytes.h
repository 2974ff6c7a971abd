/* Big-endian ("network order") integers in byte strings, at any alignment. */
#ifndef ICS_PROTOCOLS_WIRE_BYTES_H
#define ICS_PROTOCOLS_WIRE_BYTES_H

#include <stdint.h>

/* Shifts instead of casts or byte-order macros: right on every machine, and gcc and clang make one
 * load (and one swap) of them. */

static inline uint16_t ics_bytes_load_be16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t ics_bytes_load_be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline uint64_t ics_bytes_load_be64(const uint8_t *bytes)
{
    return (uint64_t)ics_bytes_load_be32(bytes) << 32 | ics_bytes_load_be32(bytes + 4);
}

static inline void ics_bytes_store_be16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static inline void ics_bytes_store_be32(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 24);
    bytes[1] = (uint8_t)(value >> 16);
    bytes[2] = (uint8_t)(value >> 8);
    bytes[3] = (uint8_t)value;
}

static inline void ics_bytes_store_be64(uint8_t *bytes, uint64_t value)
{
    ics_bytes_store_be32(bytes, (uint32_t)(value >> 32));
    ics_bytes_store_be32(bytes + 4, (uint32_t)value);
}

#endif
