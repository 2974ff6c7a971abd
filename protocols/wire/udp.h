/* UDP headers (RFC 768, RFC 1122 section 4.1) over IPv4. */
#ifndef ICS_PROTOCOLS_WIRE_UDP_H
#define ICS_PROTOCOLS_WIRE_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/wire/bytes.h"
#include "protocols/wire/ipv4.h"

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source Port          |        Destination Port       |
 * +-------------------------------+-------------------------------+
 * |             Length            |            Checksum           |
 * +-------------------------------+-------------------------------+
 */
#define ICS_UDP_HEADER_BYTES      8
#define ICS_UDP_PAYLOAD_MAX_BYTES (65535 - ICS_IPV4_HEADER_BYTES - ICS_UDP_HEADER_BYTES)

/* What ics_udp_parse() finds, in the order in which it looks. */
#define ICS_UDP_RESULTS(X)                                                                         \
    X(OK, "ok")                     /* */                                                          \
    X(TOO_SHORT, "too-short")       /* fewer than 8 bytes */                                       \
    X(BAD_LENGTH, "bad-length")     /* the length under 8, or more than there is */                \
    X(BAD_CHECKSUM, "bad-checksum") /* */

typedef enum {
#define ICS_UDP_RESULT_ENUM(name, text) ICS_UDP_##name,
    ICS_UDP_RESULTS(ICS_UDP_RESULT_ENUM)
#undef ICS_UDP_RESULT_ENUM
} IcsUdpResult;

/**
 * IcsUdpHeader:
 * @source_port: 0 when the sender wants no answer
 * @destination_port: port
 * @length: bytes of header and payload, at least 8
 * @checksum: as received, 0 for none; the emitting functions compute it and do not read this
 */
typedef struct IcsUdpHeader {
    uint16_t source_port;
    uint16_t destination_port;
    uint16_t length;
    uint16_t checksum;
} IcsUdpHeader;

/**
 * ics_udp_result_name:
 *
 * Returns: (transfer none): the name of @result, as "bad-checksum".
 */
const char *ics_udp_result_name(IcsUdpResult result);

/**
 * ics_udp_parse:
 * @bytes: (nullable when @n is 0): the data of an IPv4 packet
 * @n: how many bytes there are
 * @source: the packet's source address, host order
 * @destination: the packet's destination address, host order
 * @header: (out): set when the result is %ICS_UDP_OK
 *
 * Checks and reads a datagram. A checksum of 0 says that the sender made none, and is accepted (RFC
 * 768; RFC 1122, section 4.1.3.4). The length may be less than @n; the rest is ignored. The payload
 * are the bytes from %ICS_UDP_HEADER_BYTES up to `length`.
 */
IcsUdpResult ics_udp_parse(const uint8_t *bytes, size_t n, uint32_t source, uint32_t destination,
                           IcsUdpHeader *header);

/**
 * ics_udp_emit:
 * @header: ports and length
 * @source: the packet's source address, host order
 * @destination: the packet's destination address, host order
 * @bytes: (inout): `length` bytes, of which the payload is in place behind the header
 *
 * Writes the header, with the checksum. A checksum that comes out as 0 is sent as 0xffff.
 */
void ics_udp_emit(const IcsUdpHeader *header, uint32_t source, uint32_t destination,
                  uint8_t *bytes);

/**
 * ics_udp_emit_copy:
 * @header: ports and length
 * @source: the packet's source address, host order
 * @destination: the packet's destination address, host order
 * @payload: (nullable when empty): `length` - 8 bytes, not overlapping @bytes
 * @bytes: (out): room for `length` bytes
 *
 * Writes header and payload, with one pass over the payload for copy and checksum.
 */
void ics_udp_emit_copy(const IcsUdpHeader *header, uint32_t source, uint32_t destination,
                       const uint8_t *payload, uint8_t *bytes);

/**
 * ics_udp_emit_without_checksum:
 * @header: ports and length
 * @bytes: (out): room for %ICS_UDP_HEADER_BYTES
 *
 * Writes a header that says that there is no checksum, which an application may ask for (RFC 1122,
 * section 4.1.3.4).
 */
void ics_udp_emit_without_checksum(const IcsUdpHeader *header, uint8_t *bytes);

/* The view: single fields of a datagram that ics_udp_parse() has accepted. Borrows the bytes. */

static inline uint16_t ics_udp_view_source_port(const uint8_t *datagram)
{
    return ics_bytes_load_be16(datagram);
}

static inline uint16_t ics_udp_view_destination_port(const uint8_t *datagram)
{
    return ics_bytes_load_be16(datagram + 2);
}

static inline uint16_t ics_udp_view_length(const uint8_t *datagram)
{
    return ics_bytes_load_be16(datagram + 4);
}

static inline uint16_t ics_udp_view_checksum(const uint8_t *datagram)
{
    return ics_bytes_load_be16(datagram + 6);
}

#endif
