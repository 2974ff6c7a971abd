#include "protocols/rdt/rdt_packet.h"

#include <glib.h>
#include <string.h>

#include "protocols/wire/bytes.h"
#include "protocols/wire/crc32.h"

/* Where the CRC stands. */
#define RDT_PACKET_CRC 4

static uint32_t rdt_packet_crc(const uint8_t *bytes, size_t n)
{
    uint32_t crc = ics_crc32(0, bytes, RDT_PACKET_CRC);
    return ics_crc32(crc, bytes + ICS_RDT_HEADER_BYTES, n - ICS_RDT_HEADER_BYTES);
}

/* The header of a datagram whose message, if any, is in its place. */
static void rdt_packet_seal(IcsRdtPacketKind kind, uint32_t sequence, uint8_t *bytes, size_t n)
{
    bytes[0] = (uint8_t)kind;
    bytes[1] = 0;
    ics_bytes_store_be16(bytes + 2, (uint16_t)sequence);
    ics_bytes_store_be32(bytes + RDT_PACKET_CRC, rdt_packet_crc(bytes, n));
}

bool ics_rdt_packet_read(const IcsRdtEvent *event, IcsRdtPacket *packet)
{
    const uint8_t *bytes = event->bytes;
    if (event->n < ICS_RDT_HEADER_BYTES ||
        ics_bytes_load_be32(bytes + RDT_PACKET_CRC) != rdt_packet_crc(bytes, event->n)) {
        return false;
    }
    *packet = (IcsRdtPacket){
        .kind = bytes[0] == ICS_RDT_ACK ? ICS_RDT_ACK : ICS_RDT_DATA,
        .sequence = ics_bytes_load_be16(bytes + 2),
        .message = bytes + ICS_RDT_HEADER_BYTES,
        .n = event->n - ICS_RDT_HEADER_BYTES,
    };
    return bytes[1] == 0 &&
           (bytes[0] == ICS_RDT_DATA || (bytes[0] == ICS_RDT_ACK && packet->n == 0));
}

void ics_rdt_packet_send_ack(IcsRdtActions *actions, uint32_t sequence)
{
    uint8_t bytes[ICS_RDT_HEADER_BYTES];
    rdt_packet_seal(ICS_RDT_ACK, sequence, bytes, sizeof bytes);
    ics_rdt_send(actions, bytes, sizeof bytes, ICS_RDT_NO_TAG);
}

/* Makes room for `n` bytes and keeps a message in the last of them. */
static void rdt_kept_fill(IcsRdtKept *self, size_t n, const uint8_t *message, size_t message_bytes)
{
    if (n > self->room) {
        self->bytes = g_realloc(self->bytes, n);
        self->room = n;
    }
    self->n = n;
    if (message_bytes > 0) {
        memcpy(self->bytes + n - message_bytes, message, message_bytes);
    }
}

void ics_rdt_kept_make_data(IcsRdtKept *self, uint32_t sequence, const IcsRdtEvent *event)
{
    rdt_kept_fill(self, ICS_RDT_HEADER_BYTES + event->n, event->bytes, event->n);
    rdt_packet_seal(ICS_RDT_DATA, sequence, self->bytes, self->n);
    self->tag = event->tag;
}

void ics_rdt_kept_send(const IcsRdtKept *self, IcsRdtActions *actions)
{
    ics_rdt_send(actions, self->bytes, self->n, self->tag);
}

void ics_rdt_kept_store(IcsRdtKept *self, const IcsRdtPacket *packet, uint64_t tag)
{
    rdt_kept_fill(self, packet->n, packet->message, packet->n);
    self->tag = tag;
}

void ics_rdt_kept_deliver(const IcsRdtKept *self, IcsRdtActions *actions)
{
    ics_rdt_deliver(actions, self->bytes, self->n, self->tag);
}

IcsRdtKept *ics_rdt_kept_new(uint32_t n)
{
    return g_new0(IcsRdtKept, n);
}

void ics_rdt_kept_free(IcsRdtKept *kept, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        g_free(kept[i].bytes);
    }
    g_free(kept);
}
