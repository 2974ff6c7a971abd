/* IPv4 headers (RFC 791, RFC 1122 section 3.2.1): a value, and a view over the bytes of a packet.
 */
#ifndef ICS_PROTOCOLS_WIRE_IPV4_H
#define ICS_PROTOCOLS_WIRE_IPV4_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/wire/bytes.h"
#include "protocols/wire/ipv4_address.h"

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------+-------+---------------+-------------------------------+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-------+-------+---------------+-----+-------------------------+
 * |         Identification        |Flags|     Fragment Offset     |
 * +---------------+---------------+-----+-------------------------+
 * |  Time to Live |    Protocol   |        Header Checksum        |
 * +---------------+---------------+-------------------------------+
 * |                         Source Address                        |
 * +---------------------------------------------------------------+
 * |                      Destination Address                      |
 * +---------------------------------------------------------------+   options follow if IHL > 5
 */
#define ICS_IPV4_HEADER_BYTES     20
#define ICS_IPV4_HEADER_MAX_BYTES 60
#define ICS_IPV4_PACKET_MAX_BYTES 65535
#define ICS_IPV4_MINIMUM_MTU      68 /* every internet module forwards this whole, RFC 791 p. 25 */

#define ICS_IPV4_PROTOCOL_ICMP 1
#define ICS_IPV4_PROTOCOL_IGMP 2
#define ICS_IPV4_PROTOCOL_TCP  6
#define ICS_IPV4_PROTOCOL_UDP  17

#define ICS_IPV4_FLAG_MORE_FRAGMENTS 1
#define ICS_IPV4_FLAG_DONT_FRAGMENT  2
#define ICS_IPV4_FLAG_RESERVED       4 /* zero on sending, ignored on receipt */

/* The lowest two bits of the type of service, RFC 3168, section 5; the rest is the DSCP. */
#define ICS_IPV4_ECN_MASK    3
#define ICS_IPV4_ECN_NOT_ECT 0
#define ICS_IPV4_ECN_ECT1    1
#define ICS_IPV4_ECN_ECT0    2
#define ICS_IPV4_ECN_CE      3

/* What ics_ipv4_parse() finds, in the order in which it looks; the order is Linux's, so that a
 * corrupted length counts as a bad checksum. */
#define ICS_IPV4_RESULTS(X)                                                                        \
    X(OK, "ok")                               /* */                                                \
    X(TOO_SHORT, "too-short")                 /* fewer bytes than the header says it has */        \
    X(BAD_VERSION, "bad-version")             /* not 4 */                                          \
    X(BAD_HEADER_LENGTH, "bad-header-length") /* IHL under 5 */                                    \
    X(BAD_CHECKSUM, "bad-checksum")           /* of the header */                                  \
    X(BAD_TOTAL_LENGTH, "bad-total-length")   /* under the header's, or more than there is */

typedef enum {
#define ICS_IPV4_RESULT_ENUM(name, text) ICS_IPV4_##name,
    ICS_IPV4_RESULTS(ICS_IPV4_RESULT_ENUM)
#undef ICS_IPV4_RESULT_ENUM
} IcsIpv4Result;

/**
 * IcsIpv4Header:
 * @source: address in host order
 * @destination: address in host order
 * @total_length: bytes of header and data; what a link padded behind them does not count
 * @identification: shared by the fragments of one datagram
 * @fragment_offset: in bytes, a multiple of 8, at most 65528
 * @checksum: as received; ics_ipv4_emit() computes it and does not read this
 * @tos: type of service: DSCP and ECN
 * @flags: ICS_IPV4_FLAG_*
 * @ttl: time to live in hops
 * @protocol: ICS_IPV4_PROTOCOL_* or another number of the IANA registry
 * @header_bytes: 20 to 60, a multiple of 4; ics_ipv4_emit() sends no options and writes 20
 */
typedef struct IcsIpv4Header {
    uint32_t source;
    uint32_t destination;
    uint16_t total_length;
    uint16_t identification;
    uint16_t fragment_offset;
    uint16_t checksum;
    uint8_t tos;
    uint8_t flags;
    uint8_t ttl;
    uint8_t protocol;
    uint8_t header_bytes;
} IcsIpv4Header;

/**
 * ics_ipv4_result_name:
 *
 * Returns: (transfer none): the name of @result, as "bad-checksum".
 */
const char *ics_ipv4_result_name(IcsIpv4Result result);

/**
 * ics_ipv4_parse:
 * @bytes: (nullable when @n is 0): a packet, perhaps with padding of the link behind it
 * @n: how many bytes there are
 * @header: (out): set when the result is %ICS_IPV4_OK
 *
 * Checks and reads a header; options are skipped. The packet's data are the bytes from
 * `header_bytes` up to `total_length`. A host discards whatever is not OK without an answer (RFC
 * 1122, sections 3.2.1.1 and 3.2.1.2).
 */
IcsIpv4Result ics_ipv4_parse(const uint8_t *bytes, size_t n, IcsIpv4Header *header);

/**
 * ics_ipv4_parse_quoted:
 *
 * Like ics_ipv4_parse() for a header quoted in an ICMP error: the data behind it are cut off, so
 * the total length is not compared with @n, and the checksum is not verified, since a router may
 * quote a header whose TTL it had already decremented.
 */
IcsIpv4Result ics_ipv4_parse_quoted(const uint8_t *bytes, size_t n, IcsIpv4Header *header);

/**
 * ics_ipv4_emit:
 * @header: a header whose fields are in range (asserted)
 * @bytes: (out): room for %ICS_IPV4_HEADER_BYTES
 *
 * Writes a header without options, with its checksum.
 */
void ics_ipv4_emit(const IcsIpv4Header *header, uint8_t *bytes);

/**
 * ics_ipv4_decrement_ttl:
 * @bytes: (inout): a packet that is being forwarded, whose TTL is not 0
 *
 * Decrements the TTL and updates the checksum incrementally (RFC 1812, section 5.3.1; RFC 1624).
 *
 * Returns: the TTL that is left; at 0 the packet must not be sent on.
 */
uint8_t ics_ipv4_decrement_ttl(uint8_t *bytes);

/* The view: single fields of a packet that ics_ipv4_parse() has accepted, without parsing it
 * again. Borrows the bytes. */

static inline uint8_t ics_ipv4_view_header_bytes(const uint8_t *packet)
{
    return (uint8_t)((packet[0] & 15) * 4);
}

static inline uint8_t ics_ipv4_view_tos(const uint8_t *packet)
{
    return packet[1];
}

static inline uint16_t ics_ipv4_view_total_length(const uint8_t *packet)
{
    return ics_bytes_load_be16(packet + 2);
}

static inline uint16_t ics_ipv4_view_identification(const uint8_t *packet)
{
    return ics_bytes_load_be16(packet + 4);
}

static inline uint8_t ics_ipv4_view_flags(const uint8_t *packet)
{
    return packet[6] >> 5;
}

/* In bytes. */
static inline uint16_t ics_ipv4_view_fragment_offset(const uint8_t *packet)
{
    return (uint16_t)(ics_bytes_load_be16(packet + 6) << 3);
}

static inline uint8_t ics_ipv4_view_ttl(const uint8_t *packet)
{
    return packet[8];
}

static inline uint8_t ics_ipv4_view_protocol(const uint8_t *packet)
{
    return packet[9];
}

static inline uint16_t ics_ipv4_view_checksum(const uint8_t *packet)
{
    return ics_bytes_load_be16(packet + 10);
}

static inline uint32_t ics_ipv4_view_source(const uint8_t *packet)
{
    return ics_bytes_load_be32(packet + 12);
}

static inline uint32_t ics_ipv4_view_destination(const uint8_t *packet)
{
    return ics_bytes_load_be32(packet + 16);
}

#endif
