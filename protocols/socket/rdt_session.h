/* What stands before each datagram of the textbook protocols when sockets carry them. The protocols
 * know one sender and one receiver that start together and never end; this tells apart the
 * conversations of sockets that come and go at one address and port, and the two directions between
 * them. */
#ifndef ICS_PROTOCOLS_SOCKET_RDT_SESSION_H
#define ICS_PROTOCOLS_SOCKET_RDT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-------------------------------------------------------------+
 * |R|                           Session                           |
 * +-+-------------------------------------------------------------+
 * |                  CRC-32 of the four bytes before              |
 * +---------------------------------------------------------------+
 * |  the protocol's datagram ...
 *
 * Session is a number that the end which sends messages has chosen. R is 0 in what that end sends,
 * 1 in the replies to it. A reply without a datagram says that nobody is there any more. */
#define ICS_RDT_SESSION_BYTES 8
#define ICS_RDT_SESSION_MASK  UINT32_C(0x7fffffff)

typedef struct IcsRdtSession {
    uint32_t number;
    bool is_reply;
} IcsRdtSession;

/* False when it is damaged, or none. */
bool ics_rdt_session_parse(const uint8_t *bytes, size_t n, IcsRdtSession *session);

/* Writes ICS_RDT_SESSION_BYTES. */
void ics_rdt_session_emit(const IcsRdtSession *session, uint8_t *bytes);

#endif
