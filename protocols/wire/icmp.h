/* ICMP messages (RFC 792, RFC 1122 section 3.2.2). */
#ifndef ICS_PROTOCOLS_WIRE_ICMP_H
#define ICS_PROTOCOLS_WIRE_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/wire/ipv4.h"

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     Type      |     Code      |           Checksum            |
 * +---------------+---------------+-------------------------------+
 * | identifier, sequence number (echo) | unused, next-hop MTU     |
 * |         (unreachable) | pointer, unused (parameter problem)   |
 * +---------------------------------------------------------------+
 * | body: the data of an echo, or the quoted packet of an error   |
 */
#define ICS_ICMP_HEADER_BYTES 8

/* An error quotes as much of the packet as fits into an ICMP packet of 576 bytes. That is RFC 1812,
 * section 4.3.2.3 (a router SHOULD); a host MUST quote the header and at least 8 bytes and MAY
 * quote more (RFC 1122, section 3.2.2), so that this one rule, which is also Linux's, serves both.
 */
#define ICS_ICMP_ERROR_MAX_BYTES 576
#define ICS_ICMP_QUOTE_MAX_BYTES                                                                   \
    (ICS_ICMP_ERROR_MAX_BYTES - ICS_IPV4_HEADER_BYTES - ICS_ICMP_HEADER_BYTES)
#define ICS_ICMP_QUOTE_DATA_MIN_BYTES 8

#define ICS_ICMP_TYPES(X)                                                                          \
    X(ECHO_REPLY, 0, "echo-reply")                                                                 \
    X(DESTINATION_UNREACHABLE, 3, "destination-unreachable")                                       \
    X(ECHO_REQUEST, 8, "echo-request")                                                             \
    X(TIME_EXCEEDED, 11, "time-exceeded")                                                          \
    X(PARAMETER_PROBLEM, 12, "parameter-problem")

typedef enum {
#define ICS_ICMP_TYPE_ENUM(name, number, text) ICS_ICMP_##name = number,
    ICS_ICMP_TYPES(ICS_ICMP_TYPE_ENUM)
#undef ICS_ICMP_TYPE_ENUM
} IcsIcmpType;

/* Codes of destination unreachable (RFC 792; fragmentation-needed: RFC 1191). */
#define ICS_ICMP_UNREACHABLE_CODES(X)                                                              \
    X(NET, 0, "net-unreachable")                                                                   \
    X(HOST, 1, "host-unreachable")                                                                 \
    X(PROTOCOL, 2, "protocol-unreachable")                                                         \
    X(PORT, 3, "port-unreachable")                                                                 \
    X(FRAGMENTATION_NEEDED, 4, "fragmentation-needed")                                             \
    X(SOURCE_ROUTE_FAILED, 5, "source-route-failed")

typedef enum {
#define ICS_ICMP_UNREACHABLE_ENUM(name, number, text) ICS_ICMP_UNREACHABLE_##name = number,
    ICS_ICMP_UNREACHABLE_CODES(ICS_ICMP_UNREACHABLE_ENUM)
#undef ICS_ICMP_UNREACHABLE_ENUM
} IcsIcmpUnreachableCode;

/* Codes of time exceeded. */
typedef enum { ICS_ICMP_EXCEEDED_TTL = 0, ICS_ICMP_EXCEEDED_REASSEMBLY = 1 } IcsIcmpExceededCode;

/* What the parsers find, in the order in which they look. */
#define ICS_ICMP_RESULTS(X)                                                                        \
    X(OK, "ok")                                                                                    \
    X(TOO_SHORT, "too-short")                                                                      \
    X(BAD_CHECKSUM, "bad-checksum")                                                                \
    X(BAD_QUOTE, "bad-quote")

typedef enum {
#define ICS_ICMP_RESULT_ENUM(name, text) ICS_ICMP_##name,
    ICS_ICMP_RESULTS(ICS_ICMP_RESULT_ENUM)
#undef ICS_ICMP_RESULT_ENUM
} IcsIcmpResult;

/**
 * IcsIcmpMessage:
 * @rest: the second 32-bit word of the header, whose meaning depends on the type (accessors below)
 * @checksum: as received; ics_icmp_emit() computes it and does not read this
 * @type: an #IcsIcmpType, or a number that this host does not know and discards silently (RFC
 *     1122, section 3.2.2)
 * @code: depends on the type
 * @body: (transfer none) (nullable when empty): the bytes after the header
 * @body_bytes: how many there are
 */
typedef struct IcsIcmpMessage {
    uint32_t rest;
    uint16_t checksum;
    uint8_t type;
    uint8_t code;
    const uint8_t *body;
    size_t body_bytes;
} IcsIcmpMessage;

/**
 * IcsIcmpQuote:
 * @header: of the packet that caused an error; its total length is that of the whole packet
 * @data: (transfer none): the bytes behind its header, as far as they were quoted
 * @data_bytes: how many there are, at least 8
 */
typedef struct IcsIcmpQuote {
    IcsIpv4Header header;
    const uint8_t *data;
    size_t data_bytes;
} IcsIcmpQuote;

/**
 * ics_icmp_result_name:
 *
 * Returns: (transfer none): the name of @result, as "bad-checksum".
 */
const char *ics_icmp_result_name(IcsIcmpResult result);

/**
 * ics_icmp_type_name:
 *
 * Returns: (transfer none) (nullable): the name of @type, as "echo-request"; NULL if unknown.
 */
const char *ics_icmp_type_name(uint8_t type);

/**
 * ics_icmp_unreachable_name:
 *
 * Returns: (transfer none) (nullable): the name of a code of destination unreachable, as
 * "port-unreachable"; NULL if unknown.
 */
const char *ics_icmp_unreachable_name(uint8_t code);

/**
 * ics_icmp_type_is_error:
 *
 * Returns: whether @type is one of the errors. No error may be sent about an ICMP error (RFC 1122,
 * section 3.2.2), so the errors that this host does not otherwise know count too: source quench
 * (4) and redirect (5).
 */
bool ics_icmp_type_is_error(uint8_t type);

/**
 * ics_icmp_parse:
 * @bytes: (nullable when @n is 0): the data of an IPv4 packet
 * @n: how many bytes there are, all of which belong to the message
 * @message: (out): set when the result is %ICS_ICMP_OK; borrows @bytes
 *
 * Checks length and checksum and takes the message apart; any type is OK.
 */
IcsIcmpResult ics_icmp_parse(const uint8_t *bytes, size_t n, IcsIcmpMessage *message);

/**
 * ics_icmp_parse_quote:
 * @message: an error
 * @quote: (out): set when the result is %ICS_ICMP_OK; borrows the message's bytes
 *
 * Reads the packet that an error quotes, so that the error can be brought to the socket concerned.
 * %ICS_ICMP_BAD_QUOTE when there is no IPv4 header, or when it is followed by fewer than 8 bytes
 * and the packet was not itself so short.
 */
IcsIcmpResult ics_icmp_parse_quote(const IcsIcmpMessage *message, IcsIcmpQuote *quote);

/**
 * ics_icmp_emit:
 * @message: a message; its body may stand at @bytes + 8 already
 * @bytes: (out): room for %ICS_ICMP_HEADER_BYTES + `body_bytes`
 *
 * Writes the message, with its checksum. Returns: the bytes written.
 */
size_t ics_icmp_emit(const IcsIcmpMessage *message, uint8_t *bytes);

/**
 * ics_icmp_error:
 * @type: an error
 * @code: of the type
 * @rest: ics_icmp_rest_mtu() or ics_icmp_rest_pointer(), else 0
 * @packet: a whole IPv4 packet that ics_ipv4_parse() has accepted; borrowed by what is returned
 *
 * Returns: the error about @packet, ready for ics_icmp_emit(): it quotes header and data up to
 * %ICS_ICMP_QUOTE_MAX_BYTES, unchanged.
 */
IcsIcmpMessage ics_icmp_error(IcsIcmpType type, uint8_t code, uint32_t rest, const uint8_t *packet);

/* The header's second word by type. */

static inline uint32_t ics_icmp_rest_echo(uint16_t identifier, uint16_t sequence)
{
    return (uint32_t)identifier << 16 | sequence;
}

/* Fragmentation needed: RFC 1191, section 4. */
static inline uint32_t ics_icmp_rest_mtu(uint16_t next_hop_mtu)
{
    return next_hop_mtu;
}

static inline uint32_t ics_icmp_rest_pointer(uint8_t pointer)
{
    return (uint32_t)pointer << 24;
}

static inline uint16_t ics_icmp_echo_identifier(const IcsIcmpMessage *message)
{
    return (uint16_t)(message->rest >> 16);
}

static inline uint16_t ics_icmp_echo_sequence(const IcsIcmpMessage *message)
{
    return (uint16_t)message->rest;
}

/* 0 from a router that predates RFC 1191. */
static inline uint16_t ics_icmp_next_hop_mtu(const IcsIcmpMessage *message)
{
    return (uint16_t)message->rest;
}

/* The offset of the octet of the quoted header at which the problem was found. */
static inline uint8_t ics_icmp_pointer(const IcsIcmpMessage *message)
{
    return (uint8_t)(message->rest >> 24);
}

#endif
