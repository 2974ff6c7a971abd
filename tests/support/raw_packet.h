/* Packets byte by byte, for tests of what protocols make of them. Written against the RFCs, sharing
 * no code with the codecs: checksums are those of slow_checksum.h. */
#ifndef ICS_TESTS_SUPPORT_RAW_PACKET_H
#define ICS_TESTS_SUPPORT_RAW_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICS_RAW_PACKET_MAX_BYTES 65536

#define ICS_RAW_ADDRESS(a, b, c, d)                                                                \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* A packet under construction; change any byte and call ics_raw_packet_seal() again. */
typedef struct IcsRawPacket {
    uint8_t bytes[ICS_RAW_PACKET_MAX_BYTES];
    size_t n;
    size_t header_bytes;
} IcsRawPacket;

/* An IPv4 packet with TTL 64 around n bytes of data (nullable when 0). */
void ics_raw_packet_ipv4(IcsRawPacket *self, uint32_t source, uint32_t destination,
                         uint8_t protocol, const void *data, size_t n);

/* The same around a UDP datagram. */
void ics_raw_packet_udp(IcsRawPacket *self, uint32_t source, uint16_t source_port,
                        uint32_t destination, uint16_t destination_port, const char *text);

/* An ICMP message: `rest` is the second word, the body of n bytes is nullable when empty. */
typedef struct IcsRawIcmp {
    uint8_t type;
    uint8_t code;
    uint32_t rest;
    const void *body;
    size_t n;
} IcsRawIcmp;

/* The same around an ICMP message. */
void ics_raw_packet_icmp(IcsRawPacket *self, uint32_t source, uint32_t destination,
                         const IcsRawIcmp *message);

/* Puts n bytes of options (a multiple of 4) behind the header. */
void ics_raw_packet_insert_options(IcsRawPacket *self, const uint8_t *options, size_t n);

/* Appends padding that no length counts. */
void ics_raw_packet_pad(IcsRawPacket *self, size_t n);

/* Computes the header's checksum anew. */
void ics_raw_packet_seal_ip(IcsRawPacket *self);
/* Computes the checksum of the UDP datagram, of as many bytes as its length says, or of the ICMP
 * message anew. */
void ics_raw_packet_seal_udp(IcsRawPacket *self);
void ics_raw_packet_seal_icmp(IcsRawPacket *self);

void ics_raw_packet_put16(IcsRawPacket *self, size_t at, uint16_t value);
void ics_raw_packet_put32(IcsRawPacket *self, size_t at, uint32_t value);
uint16_t ics_raw_get16(const uint8_t *bytes);
uint32_t ics_raw_get32(const uint8_t *bytes);

/* Checks every checksum and length of a packet of IPv4 around UDP or ICMP that a host sent. */
bool ics_raw_packet_is_right(const uint8_t *bytes, size_t n);

#endif
