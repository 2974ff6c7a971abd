#include "protocols/wire/ipv4.h"

#include <glib.h>

#include "protocols/wire/internet_checksum.h"

static const char *const ipv4_result_names[] = {
#define IPV4_RESULT_NAME(name, text) [ICS_IPV4_##name] = text,
    ICS_IPV4_RESULTS(IPV4_RESULT_NAME)
#undef IPV4_RESULT_NAME
};

const char *ics_ipv4_result_name(IcsIpv4Result result)
{
    g_assert((size_t)result < G_N_ELEMENTS(ipv4_result_names));
    return ipv4_result_names[result];
}

static inline IcsIpv4Result ipv4_check_shape(const uint8_t *bytes, size_t n)
{
    if (n < ICS_IPV4_HEADER_BYTES)
        return ICS_IPV4_TOO_SHORT;
    if (bytes[0] >> 4 != 4)
        return ICS_IPV4_BAD_VERSION;
    if (ics_ipv4_view_header_bytes(bytes) < ICS_IPV4_HEADER_BYTES)
        return ICS_IPV4_BAD_HEADER_LENGTH;
    return ics_ipv4_view_header_bytes(bytes) > n ? ICS_IPV4_TOO_SHORT : ICS_IPV4_OK;
}

static inline void ipv4_read(const uint8_t *bytes, IcsIpv4Header *header)
{
    header->source = ics_ipv4_view_source(bytes);
    header->destination = ics_ipv4_view_destination(bytes);
    header->total_length = ics_ipv4_view_total_length(bytes);
    header->identification = ics_ipv4_view_identification(bytes);
    header->fragment_offset = ics_ipv4_view_fragment_offset(bytes);
    header->checksum = ics_ipv4_view_checksum(bytes);
    header->tos = ics_ipv4_view_tos(bytes);
    header->flags = ics_ipv4_view_flags(bytes);
    header->ttl = ics_ipv4_view_ttl(bytes);
    header->protocol = ics_ipv4_view_protocol(bytes);
    header->header_bytes = ics_ipv4_view_header_bytes(bytes);
}

IcsIpv4Result ics_ipv4_parse(const uint8_t *bytes, size_t n, IcsIpv4Header *header)
{
    IcsIpv4Result result = ipv4_check_shape(bytes, n);
    if (result != ICS_IPV4_OK)
        return result;
    uint8_t header_bytes = ics_ipv4_view_header_bytes(bytes);
    if (ics_checksum_fold(ics_checksum_add(0, bytes, header_bytes)) != 0xffff)
        return ICS_IPV4_BAD_CHECKSUM;
    uint16_t total_length = ics_ipv4_view_total_length(bytes);
    if (total_length < header_bytes || total_length > n)
        return ICS_IPV4_BAD_TOTAL_LENGTH;
    ipv4_read(bytes, header);
    return ICS_IPV4_OK;
}

IcsIpv4Result ics_ipv4_parse_quoted(const uint8_t *bytes, size_t n, IcsIpv4Header *header)
{
    IcsIpv4Result result = ipv4_check_shape(bytes, n);
    if (result != ICS_IPV4_OK)
        return result;
    if (ics_ipv4_view_total_length(bytes) < ics_ipv4_view_header_bytes(bytes))
        return ICS_IPV4_BAD_TOTAL_LENGTH;
    ipv4_read(bytes, header);
    return ICS_IPV4_OK;
}

void ics_ipv4_emit(const IcsIpv4Header *header, uint8_t *bytes)
{
    g_assert(header->total_length >= ICS_IPV4_HEADER_BYTES);
    g_assert(header->fragment_offset % 8 == 0 && header->flags <= 7);
    uint16_t first = (uint16_t)((4 << 4 | ICS_IPV4_HEADER_BYTES / 4) << 8 | header->tos);
    uint16_t fragment = (uint16_t)(header->flags << 13 | header->fragment_offset >> 3);
    uint16_t ttl_protocol = (uint16_t)(header->ttl << 8 | header->protocol);
    uint64_t sum = (uint64_t)first + header->total_length + header->identification + fragment +
                   ttl_protocol + header->source + header->destination;
    ics_bytes_store_be16(bytes, first);
    ics_bytes_store_be16(bytes + 2, header->total_length);
    ics_bytes_store_be16(bytes + 4, header->identification);
    ics_bytes_store_be16(bytes + 6, fragment);
    ics_bytes_store_be16(bytes + 8, ttl_protocol);
    ics_bytes_store_be16(bytes + 10, ics_checksum_finish(ics_checksum_of_words(sum)));
    ics_bytes_store_be32(bytes + 12, header->source);
    ics_bytes_store_be32(bytes + 16, header->destination);
}

uint8_t ics_ipv4_decrement_ttl(uint8_t *bytes)
{
    g_assert(bytes[8] > 0);
    uint16_t old_word = ics_bytes_load_be16(bytes + 8);
    uint16_t new_word = (uint16_t)(old_word - 0x0100);
    uint16_t checksum = ics_checksum_update16(ics_ipv4_view_checksum(bytes), old_word, new_word);
    ics_bytes_store_be16(bytes + 8, new_word);
    ics_bytes_store_be16(bytes + 10, checksum);
    return bytes[8];
}
