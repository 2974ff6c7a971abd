/* The datagrams of the textbook protocols, and memory for those that are kept. */
#ifndef ICS_PROTOCOLS_RDT_RDT_PACKET_H
#define ICS_PROTOCOLS_RDT_RDT_PACKET_H

#include <ipcsim/rdt.h>

/*  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |     Kind      | Reserved = 0  |            Sequence           |
 * +---------------+---------------+-------------------------------+
 * |                CRC-32 of all else in the datagram             |
 * +---------------------------------------------------------------+
 * |  the message (DATA; an ACK has none) ...
 *
 * Numbers are big-endian. Sequence counts messages modulo 2^sequence_bits; in an ACK it is the
 * number of a message that has arrived. Why a CRC and not the Internet checksum: that one is a sum,
 * and does not see 16-bit words that changed places or two flips that cancel out; and UDP has used
 * it already, so what gets past UDP would get past it again. */
#define ICS_RDT_HEADER_BYTES 8

typedef enum { ICS_RDT_DATA = 1, ICS_RDT_ACK = 2 } IcsRdtPacketKind;

/* A datagram that has been read. */
typedef struct IcsRdtPacket {
    IcsRdtPacketKind kind;
    uint32_t sequence;
    const uint8_t *message; /* borrowed */
    size_t n;
} IcsRdtPacket;

/* Reads the datagram of an event; false when it is damaged, or not one of ours. */
bool ics_rdt_packet_read(const IcsRdtEvent *event, IcsRdtPacket *packet);

/* Acknowledges a message. */
void ics_rdt_packet_send_ack(IcsRdtActions *actions, uint32_t sequence);

/* Bytes that are kept, a datagram or a message. Zero-initialised is empty; the memory is used
 * again. */
typedef struct IcsRdtKept {
    uint8_t *bytes;
    size_t n;
    size_t room;
    uint64_t tag;
} IcsRdtKept;

/* Keeps the message of an event, ready to be sent: header and CRC before it. */
void ics_rdt_kept_make_data(IcsRdtKept *self, uint32_t sequence, const IcsRdtEvent *event);
void ics_rdt_kept_send(const IcsRdtKept *self, IcsRdtActions *actions);

/* Keeps a message that came too early. */
void ics_rdt_kept_store(IcsRdtKept *self, const IcsRdtPacket *packet, uint64_t tag);
void ics_rdt_kept_deliver(const IcsRdtKept *self, IcsRdtActions *actions);

/* An array of `n`. Transfer full. */
IcsRdtKept *ics_rdt_kept_new(uint32_t n);
void ics_rdt_kept_free(IcsRdtKept *kept, uint32_t n);

#endif
