#include "protocols/wire/udp.h"

#include <glib.h>

#include "protocols/wire/internet_checksum.h"

static const char *const udp_result_names[] = {
#define UDP_RESULT_NAME(name, text) [ICS_UDP_##name] = text,
    ICS_UDP_RESULTS(UDP_RESULT_NAME)
#undef UDP_RESULT_NAME
};

const char *ics_udp_result_name(IcsUdpResult result)
{
    g_assert((size_t)result < G_N_ELEMENTS(udp_result_names));
    return udp_result_names[result];
}

IcsUdpResult ics_udp_parse(const uint8_t *bytes, size_t n, uint32_t source, uint32_t destination,
                           IcsUdpHeader *header)
{
    if (n < ICS_UDP_HEADER_BYTES)
        return ICS_UDP_TOO_SHORT;
    uint16_t length = ics_udp_view_length(bytes);
    if (length < ICS_UDP_HEADER_BYTES || length > n)
        return ICS_UDP_BAD_LENGTH;
    uint16_t checksum = ics_udp_view_checksum(bytes);
    if (checksum != 0) {
        uint32_t sum =
            ics_checksum_pseudo_header(source, destination, ICS_IPV4_PROTOCOL_UDP, length);
        if (ics_checksum_fold(ics_checksum_add(sum, bytes, length)) != 0xffff)
            return ICS_UDP_BAD_CHECKSUM;
    }
    header->source_port = ics_udp_view_source_port(bytes);
    header->destination_port = ics_udp_view_destination_port(bytes);
    header->length = length;
    header->checksum = checksum;
    return ICS_UDP_OK;
}

void ics_udp_emit_without_checksum(const IcsUdpHeader *header, uint8_t *bytes)
{
    g_assert(header->length >= ICS_UDP_HEADER_BYTES);
    ics_bytes_store_be16(bytes, header->source_port);
    ics_bytes_store_be16(bytes + 2, header->destination_port);
    ics_bytes_store_be16(bytes + 4, header->length);
    ics_bytes_store_be16(bytes + 6, 0);
}

/* Pseudo header and header, of which the checksum counts as zero. */
static uint32_t udp_headers_sum(const IcsUdpHeader *header, uint32_t source, uint32_t destination)
{
    uint64_t pseudo = ics_checksum_pseudo_header_words(source, destination, ICS_IPV4_PROTOCOL_UDP,
                                                       header->length);
    return ics_checksum_of_words(pseudo + header->source_port + header->destination_port +
                                 header->length);
}

static void udp_finish(uint32_t sum, uint8_t *bytes)
{
    uint16_t checksum = ics_checksum_finish(sum);
    ics_bytes_store_be16(bytes + 6, checksum == 0 ? 0xffff : checksum);
}

void ics_udp_emit(const IcsUdpHeader *header, uint32_t source, uint32_t destination, uint8_t *bytes)
{
    ics_udp_emit_without_checksum(header, bytes);
    uint32_t sum = udp_headers_sum(header, source, destination);
    size_t payload_bytes = header->length - ICS_UDP_HEADER_BYTES;
    udp_finish(ics_checksum_add(sum, bytes + ICS_UDP_HEADER_BYTES, payload_bytes), bytes);
}

void ics_udp_emit_copy(const IcsUdpHeader *header, uint32_t source, uint32_t destination,
                       const uint8_t *payload, uint8_t *bytes)
{
    ics_udp_emit_without_checksum(header, bytes);
    uint32_t sum = udp_headers_sum(header, source, destination);
    size_t payload_bytes = header->length - ICS_UDP_HEADER_BYTES;
    udp_finish(ics_checksum_copy(bytes + ICS_UDP_HEADER_BYTES, payload, payload_bytes, sum), bytes);
}
