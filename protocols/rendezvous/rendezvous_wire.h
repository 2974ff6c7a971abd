/* The datagrams of the rendezvous protocol (rendezvous.h says what they are for), carried by UDP.
 */
#ifndef ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_WIRE_H
#define ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/wire/udp.h"

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+---------------+---------------+
 * |         Magic = "RV"          |  Version = 1  |     Type      |
 * +-------------------------------+---------------+---------------+
 * |                            Session                            |
 * +---------------------------------------------------------------+
 * |                           Sequence                            |
 * +-------------------------------+-------------------------------+
 * |            Length             |           Reserved = 0          |
 * +-------------------------------+-------------------------------+
 * |  Length bytes of the message (DATA; an ACK has none) ...
 *
 * All numbers are big-endian. Session is the sender's nonce, in an ACK too, where it is repeated
 * together with the sequence number that is acknowledged. */
#define ICS_RENDEZVOUS_MAGIC             0x5256
#define ICS_RENDEZVOUS_VERSION           1
#define ICS_RENDEZVOUS_HEADER_BYTES      16
#define ICS_RENDEZVOUS_MESSAGE_MAX_BYTES (ICS_UDP_PAYLOAD_MAX_BYTES - ICS_RENDEZVOUS_HEADER_BYTES)

#define ICS_RENDEZVOUS_TYPES(X)                                                                    \
    X(DATA, 1, "data") /* a message, sent once or again */                                         \
    X(ACK, 2, "ack")   /* a receive took the message */

typedef enum {
#define ICS_RENDEZVOUS_TYPE_ENUM(name, number, text) ICS_RENDEZVOUS_##name = number,
    ICS_RENDEZVOUS_TYPES(ICS_RENDEZVOUS_TYPE_ENUM)
#undef ICS_RENDEZVOUS_TYPE_ENUM
} IcsRendezvousType;

/* What ics_rendezvous_wire_parse() finds, in the order in which it looks. */
#define ICS_RENDEZVOUS_RESULTS(X)                                                                  \
    X(OK, "ok")                                                                                    \
    X(TOO_SHORT, "too-short")       /* fewer than 16 bytes */                                      \
    X(BAD_MAGIC, "bad-magic")       /* somebody else's datagram */                                 \
    X(BAD_VERSION, "bad-version")   /* not 1 */                                                    \
    X(BAD_TYPE, "bad-type")         /* neither DATA nor ACK */                                     \
    X(BAD_LENGTH, "bad-length")     /* not what the datagram holds, or an ACK with bytes */        \
    X(BAD_RESERVED, "bad-reserved") /* not 0 */

typedef enum {
#define ICS_RENDEZVOUS_RESULT_ENUM(name, text) ICS_RENDEZVOUS_##name,
    ICS_RENDEZVOUS_RESULTS(ICS_RENDEZVOUS_RESULT_ENUM)
#undef ICS_RENDEZVOUS_RESULT_ENUM
} IcsRendezvousResult;

typedef struct IcsRendezvousHeader {
    IcsRendezvousType type;
    uint32_t session;
    uint32_t sequence;
    uint16_t length; /* bytes of the message behind the header */
} IcsRendezvousHeader;

/* The name of a result, as "bad-magic". */
const char *ics_rendezvous_result_name(IcsRendezvousResult result);

/* The name of a type, as "data". */
const char *ics_rendezvous_type_name(IcsRendezvousType type);

/* Checks and reads the header of the datagram of `n` bytes (nullable when 0). `header` is set when
 * the result is OK; the message then is the `length` bytes behind the header. */
IcsRendezvousResult ics_rendezvous_wire_parse(const uint8_t *bytes, size_t n,
                                              IcsRendezvousHeader *header);

/* Writes ICS_RENDEZVOUS_HEADER_BYTES. */
void ics_rendezvous_wire_emit(const IcsRendezvousHeader *header, uint8_t *bytes);

#endif
