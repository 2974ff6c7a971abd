#include "tests/support/raw_packet.h"

#include <string.h>

#include "tests/support/slow_checksum.h"

enum { IP_BYTES = 20, UDP_BYTES = 8, ICMP_BYTES = 8, ICMP = 1, UDP = 17 };

void ics_raw_packet_put16(IcsRawPacket *self, size_t at, uint16_t value)
{
    self->bytes[at] = (uint8_t)(value >> 8);
    self->bytes[at + 1] = (uint8_t)value;
}

void ics_raw_packet_put32(IcsRawPacket *self, size_t at, uint32_t value)
{
    ics_raw_packet_put16(self, at, (uint16_t)(value >> 16));
    ics_raw_packet_put16(self, at + 2, (uint16_t)value);
}

uint16_t ics_raw_get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

uint32_t ics_raw_get32(const uint8_t *bytes)
{
    return (uint32_t)ics_raw_get16(bytes) << 16 | ics_raw_get16(bytes + 2);
}

void ics_raw_packet_seal_ip(IcsRawPacket *self)
{
    ics_raw_packet_put16(self, 10, 0);
    ics_raw_packet_put16(self, 10,
                         (uint16_t)~ics_slow_checksum_sum(self->bytes, self->header_bytes));
}

void ics_raw_packet_seal_udp(IcsRawPacket *self)
{
    uint8_t *udp = self->bytes + self->header_bytes;
    ics_raw_packet_put16(self, self->header_bytes + 6, 0);
    uint16_t checksum = ics_slow_checksum_transport(ics_raw_get32(self->bytes + 12),
                                                    ics_raw_get32(self->bytes + 16), UDP, udp,
                                                    ics_raw_get16(udp + 4));
    ics_raw_packet_put16(self, self->header_bytes + 6, checksum == 0 ? 0xffff : checksum);
}

void ics_raw_packet_seal_icmp(IcsRawPacket *self)
{
    size_t n = ics_raw_get16(self->bytes + 2) - self->header_bytes;
    ics_raw_packet_put16(self, self->header_bytes + 2, 0);
    ics_raw_packet_put16(self, self->header_bytes + 2,
                         (uint16_t)~ics_slow_checksum_sum(self->bytes + self->header_bytes, n));
}

void ics_raw_packet_ipv4(IcsRawPacket *self, uint32_t source, uint32_t destination,
                         uint8_t protocol, const void *data, size_t n)
{
    memset(self->bytes, 0, IP_BYTES);
    self->header_bytes = IP_BYTES;
    self->n = IP_BYTES + n;
    self->bytes[0] = 0x45;
    ics_raw_packet_put16(self, 2, (uint16_t)self->n);
    self->bytes[8] = 64;
    self->bytes[9] = protocol;
    ics_raw_packet_put32(self, 12, source);
    ics_raw_packet_put32(self, 16, destination);
    if (n > 0) {
        memcpy(self->bytes + IP_BYTES, data, n);
    }
    ics_raw_packet_seal_ip(self);
}

void ics_raw_packet_udp(IcsRawPacket *self, uint32_t source, uint16_t source_port,
                        uint32_t destination, uint16_t destination_port, const char *text)
{
    size_t n = strlen(text);
    ics_raw_packet_ipv4(self, source, destination, UDP, "\0\0\0\0\0\0\0", UDP_BYTES);
    ics_raw_packet_put16(self, IP_BYTES, source_port);
    ics_raw_packet_put16(self, IP_BYTES + 2, destination_port);
    ics_raw_packet_put16(self, IP_BYTES + 4, (uint16_t)(UDP_BYTES + n));
    memcpy(self->bytes + IP_BYTES + UDP_BYTES, text, n);
    self->n += n;
    ics_raw_packet_put16(self, 2, (uint16_t)self->n);
    ics_raw_packet_seal_ip(self);
    ics_raw_packet_seal_udp(self);
}

void ics_raw_packet_icmp(IcsRawPacket *self, uint32_t source, uint32_t destination,
                         const IcsRawIcmp *message)
{
    ics_raw_packet_ipv4(self, source, destination, ICMP, "\0\0\0\0\0\0\0", ICMP_BYTES);
    self->bytes[IP_BYTES] = message->type;
    self->bytes[IP_BYTES + 1] = message->code;
    ics_raw_packet_put32(self, IP_BYTES + 4, message->rest);
    if (message->n > 0) {
        memcpy(self->bytes + IP_BYTES + ICMP_BYTES, message->body, message->n);
    }
    self->n += message->n;
    ics_raw_packet_put16(self, 2, (uint16_t)self->n);
    ics_raw_packet_seal_ip(self);
    ics_raw_packet_seal_icmp(self);
}

void ics_raw_packet_insert_options(IcsRawPacket *self, const uint8_t *options, size_t n)
{
    memmove(self->bytes + IP_BYTES + n, self->bytes + IP_BYTES, self->n - IP_BYTES);
    memcpy(self->bytes + IP_BYTES, options, n);
    self->n += n;
    self->header_bytes += n;
    self->bytes[0] = (uint8_t)(0x40 | self->header_bytes / 4);
    ics_raw_packet_put16(self, 2, (uint16_t)self->n);
    ics_raw_packet_seal_ip(self);
}

void ics_raw_packet_pad(IcsRawPacket *self, size_t n)
{
    memset(self->bytes + self->n, 0xa5, n);
    self->n += n;
}

static bool raw_packet_udp_is_right(const uint8_t *ip, const uint8_t *udp, size_t n)
{
    if (n < UDP_BYTES || ics_raw_get16(udp + 4) != n) {
        return false;
    }
    uint8_t header[12] = {0};
    memcpy(header, ip + 12, 8);
    header[9] = UDP;
    header[10] = udp[4];
    header[11] = udp[5];
    uint32_t sum = ics_slow_checksum_sum(header, sizeof header) + ics_slow_checksum_sum(udp, n);
    return ics_raw_get16(udp + 6) != 0 && (sum & 0xffff) + (sum >> 16) == 0xffff;
}

bool ics_raw_packet_is_right(const uint8_t *bytes, size_t n)
{
    if (n < IP_BYTES || bytes[0] != 0x45 || ics_raw_get16(bytes + 2) != n ||
        ics_slow_checksum_sum(bytes, IP_BYTES) != 0xffff) {
        return false;
    }
    if (bytes[9] == UDP) {
        return raw_packet_udp_is_right(bytes, bytes + IP_BYTES, n - IP_BYTES);
    }
    return bytes[9] == ICMP && n >= IP_BYTES + ICMP_BYTES &&
           ics_slow_checksum_sum(bytes + IP_BYTES, n - IP_BYTES) == 0xffff;
}
