/* TCP headers and their options (RFC 9293, section 3.1) over IPv4. */
#ifndef ICS_PROTOCOLS_WIRE_TCP_H
#define ICS_PROTOCOLS_WIRE_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/wire/byte_spans.h"
#include "protocols/wire/bytes.h"
#include "protocols/wire/ipv4.h"

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          Source Port          |       Destination Port        |
 * +-------------------------------+-------------------------------+
 * |                        Sequence Number                        |
 * +---------------------------------------------------------------+
 * |                    Acknowledgment Number                      |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * |  Data |       |C|E|U|A|P|R|S|F|                               |
 * | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
 * |       |       |R|E|G|K|H|T|N|N|                               |
 * +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 * |           Checksum            |         Urgent Pointer        |
 * +-------------------------------+-------------------------------+   options, then data
 */
#define ICS_TCP_HEADER_BYTES      20
#define ICS_TCP_HEADER_MAX_BYTES  60
#define ICS_TCP_OPTIONS_MAX_BYTES (ICS_TCP_HEADER_MAX_BYTES - ICS_TCP_HEADER_BYTES)
#define ICS_TCP_PAYLOAD_MAX_BYTES                                                                  \
    (ICS_IPV4_PACKET_MAX_BYTES - ICS_IPV4_HEADER_BYTES - ICS_TCP_HEADER_BYTES)
#define ICS_TCP_SACK_BLOCKS_MAX  4
#define ICS_TCP_WINDOW_SCALE_MAX 14 /* RFC 7323, section 2.3 */

/* Flags by the bit of the header's fourteenth byte. */
#define ICS_TCP_FLAGS(X)                                                                           \
    X(FIN, 0, "FIN")                                                                               \
    X(SYN, 1, "SYN")                                                                               \
    X(RST, 2, "RST")                                                                               \
    X(PSH, 3, "PSH")                                                                               \
    X(ACK, 4, "ACK")                                                                               \
    X(URG, 5, "URG")                                                                               \
    X(ECE, 6, "ECE")                                                                               \
    X(CWR, 7, "CWR")

typedef enum {
#define ICS_TCP_FLAG_ENUM(name, bit, text) ICS_TCP_##name = 1 << (bit),
    ICS_TCP_FLAGS(ICS_TCP_FLAG_ENUM)
#undef ICS_TCP_FLAG_ENUM
} IcsTcpFlag;

/* Option kinds of the IANA registry that are understood here. */
enum {
    ICS_TCP_OPTION_END = 0,
    ICS_TCP_OPTION_NO_OPERATION = 1,
    ICS_TCP_OPTION_MSS = 2,
    ICS_TCP_OPTION_WINDOW_SCALE = 3,   /* RFC 7323, section 2.2 */
    ICS_TCP_OPTION_SACK_PERMITTED = 4, /* RFC 2018, section 2 */
    ICS_TCP_OPTION_SACK = 5,           /* RFC 2018, section 3 */
    ICS_TCP_OPTION_TIMESTAMPS = 8      /* RFC 7323, section 3.2 */
};

/* What ics_tcp_parse() finds, in the order in which it looks. */
#define ICS_TCP_RESULTS(X)                                                                         \
    X(OK, "ok")                           /* */                                                    \
    X(TOO_SHORT, "too-short")             /* fewer than 20 bytes */                                \
    X(BAD_DATA_OFFSET, "bad-data-offset") /* the data offset under 5, or more than there is */

typedef enum {
#define ICS_TCP_RESULT_ENUM(name, text) ICS_TCP_RESULT_##name,
    ICS_TCP_RESULTS(ICS_TCP_RESULT_ENUM)
#undef ICS_TCP_RESULT_ENUM
} IcsTcpResult;

/* Bytes that have arrived, from the sequence number `first` up to but not including `end`. */
typedef struct IcsTcpSackBlock {
    uint32_t first;
    uint32_t end;
} IcsTcpSackBlock;

/**
 * IcsTcpOptions:
 * @has_mss: whether there is a maximum segment size
 * @has_window_scale: whether there is a window scale
 * @sack_permitted: whether SACK options may be sent to this one
 * @has_timestamps: whether there are timestamps
 * @window_scale: 0 to %ICS_TCP_WINDOW_SCALE_MAX; what comes larger is read as that maximum (RFC
 *     7323, section 2.3)
 * @n_sack_blocks: 0 for no SACK option
 * @mss: in bytes, as it came
 * @timestamp_value: TSval
 * @timestamp_echo: TSecr
 * @sack_blocks: as they came, checked in no way
 */
typedef struct IcsTcpOptions {
    bool has_mss;
    bool has_window_scale;
    bool sack_permitted;
    bool has_timestamps;
    uint8_t window_scale;
    uint8_t n_sack_blocks;
    uint16_t mss;
    uint32_t timestamp_value;
    uint32_t timestamp_echo;
    IcsTcpSackBlock sack_blocks[ICS_TCP_SACK_BLOCKS_MAX];
} IcsTcpOptions;

/**
 * IcsTcpHeader:
 * @source_port: port
 * @destination_port: port
 * @sequence: of the first data byte, or of the SYN
 * @acknowledgement: the next byte expected; means something with %ICS_TCP_ACK only
 * @window: in bytes, not scaled
 * @urgent_pointer: means something with %ICS_TCP_URG only
 * @flags: of #IcsTcpFlag
 * @options: all of them false and zero for none
 */
typedef struct IcsTcpHeader {
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t sequence;
    uint32_t acknowledgement;
    uint16_t window;
    uint16_t urgent_pointer;
    uint8_t flags;
    IcsTcpOptions options;
} IcsTcpHeader;

/**
 * ics_tcp_result_name:
 *
 * Returns: (transfer none): the name of @result, as "bad-data-offset".
 */
const char *ics_tcp_result_name(IcsTcpResult result);

/**
 * ics_tcp_verify:
 * @bytes: a segment: the data of an IPv4 packet
 * @n: how many bytes there are, header and data, at most 65535
 * @source: the packet's source address, host order
 * @destination: the packet's destination address, host order
 *
 * Returns: whether the checksum is right, over pseudo header, header and data. Looks at all @n
 * bytes whatever they are: a segment is verified before it is parsed.
 */
bool ics_tcp_verify(const uint8_t *bytes, size_t n, uint32_t source, uint32_t destination);

/**
 * ics_tcp_parse:
 * @bytes: (nullable when @n is 0): the data of an IPv4 packet
 * @n: how many bytes there are
 * @header: (out): set when the result is %ICS_TCP_RESULT_OK
 * @header_bytes: (out): set then too: 20 to 60; the payload are the bytes from there up to @n
 *
 * Reads a header; does not look at the checksum. The reserved bits are ignored. Of the options:
 *
 * - What is known is read; of an option that comes twice, the last one counts.
 * - A kind that is unknown is skipped by its length, and so is a known kind that has not the length
 *   of its kind (RFC 9293, section 3.1, MUST-6).
 * - A length under 2, or beyond the end of the header, ends the reading; what was read stays (RFC
 *   9293, MUST-7, demands no more than that it be survived. RFC 1122, section 4.2.2.5, suggests a
 *   reset; like Linux and BSD this does not, because whoever can make one segment up could then
 *   end connections).
 */
IcsTcpResult ics_tcp_parse(const uint8_t *bytes, size_t n, IcsTcpHeader *header,
                           size_t *header_bytes);

/**
 * ics_tcp_header_bytes:
 *
 * Returns: the bytes of the header that ics_tcp_emit() writes for @header, 20 to 60, a multiple
 * of 4. It is over 60 for options that do not fit.
 */
size_t ics_tcp_header_bytes(const IcsTcpHeader *header);

/**
 * ics_tcp_sack_blocks_max:
 * @options: the options of a segment; its `n_sack_blocks` does not matter
 *
 * Returns: how many SACK blocks fit beside the other options: 4 without, 3 with timestamps.
 */
uint32_t ics_tcp_sack_blocks_max(const IcsTcpOptions *options);

/**
 * ics_tcp_emit:
 * @header: a header whose options fit into 40 bytes (asserted)
 * @source: the packet's source address, host order
 * @destination: the packet's destination address, host order
 * @payload: (nullable for none): the data, not overlapping @bytes
 * @bytes: (out): room for ics_tcp_header_bytes() and the payload
 *
 * Writes a segment, with one pass over the payload for copy and checksum. The options stand in the
 * order of Linux, each aligned by no-operations before it: MSS; timestamps, behind SACK-permitted
 * if both are there; SACK-permitted; window scale; SACK.
 *
 * Returns: the bytes written.
 */
size_t ics_tcp_emit(const IcsTcpHeader *header, uint32_t source, uint32_t destination,
                    const IcsByteSpans *payload, uint8_t *bytes);

/* The view: single fields of a segment. Borrows the bytes. The first three are in the eight bytes
 * that every ICMP error quotes; the others need ics_tcp_parse() to have accepted the segment. */

static inline uint16_t ics_tcp_view_source_port(const uint8_t *segment)
{
    return ics_bytes_load_be16(segment);
}

static inline uint16_t ics_tcp_view_destination_port(const uint8_t *segment)
{
    return ics_bytes_load_be16(segment + 2);
}

static inline uint32_t ics_tcp_view_sequence(const uint8_t *segment)
{
    return ics_bytes_load_be32(segment + 4);
}

static inline uint32_t ics_tcp_view_acknowledgement(const uint8_t *segment)
{
    return ics_bytes_load_be32(segment + 8);
}

static inline uint8_t ics_tcp_view_header_bytes(const uint8_t *segment)
{
    return (uint8_t)((segment[12] >> 4) * 4);
}

/* Of #IcsTcpFlag. */
static inline uint8_t ics_tcp_view_flags(const uint8_t *segment)
{
    return segment[13];
}

static inline uint16_t ics_tcp_view_window(const uint8_t *segment)
{
    return ics_bytes_load_be16(segment + 14);
}

static inline uint16_t ics_tcp_view_checksum(const uint8_t *segment)
{
    return ics_bytes_load_be16(segment + 16);
}

#endif
