#include "protocols/wire/icmp.h"

#include <glib.h>
#include <string.h>

#include "protocols/wire/internet_checksum.h"

static const char *const icmp_result_names[] = {
#define ICMP_RESULT_NAME(name, text) [ICS_ICMP_##name] = text,
    ICS_ICMP_RESULTS(ICMP_RESULT_NAME)
#undef ICMP_RESULT_NAME
};

static const char *const icmp_type_names[] = {
#define ICMP_TYPE_NAME(name, number, text) [number] = text,
    ICS_ICMP_TYPES(ICMP_TYPE_NAME)
#undef ICMP_TYPE_NAME
};

static const char *const icmp_unreachable_names[] = {
#define ICMP_UNREACHABLE_NAME(name, number, text) [number] = text,
    ICS_ICMP_UNREACHABLE_CODES(ICMP_UNREACHABLE_NAME)
#undef ICMP_UNREACHABLE_NAME
};

/* Types of RFC 792 that hosts may still receive but neither send nor heed (RFC 6633). */
#define ICMP_SOURCE_QUENCH 4
#define ICMP_REDIRECT      5

const char *ics_icmp_result_name(IcsIcmpResult result)
{
    g_assert((size_t)result < G_N_ELEMENTS(icmp_result_names));
    return icmp_result_names[result];
}

const char *ics_icmp_type_name(uint8_t type)
{
    return type < G_N_ELEMENTS(icmp_type_names) ? icmp_type_names[type] : NULL;
}

const char *ics_icmp_unreachable_name(uint8_t code)
{
    return code < G_N_ELEMENTS(icmp_unreachable_names) ? icmp_unreachable_names[code] : NULL;
}

bool ics_icmp_type_is_error(uint8_t type)
{
    return type == ICS_ICMP_DESTINATION_UNREACHABLE || type == ICMP_SOURCE_QUENCH ||
           type == ICMP_REDIRECT || type == ICS_ICMP_TIME_EXCEEDED ||
           type == ICS_ICMP_PARAMETER_PROBLEM;
}

IcsIcmpResult ics_icmp_parse(const uint8_t *bytes, size_t n, IcsIcmpMessage *message)
{
    if (n < ICS_ICMP_HEADER_BYTES)
        return ICS_ICMP_TOO_SHORT;
    if (ics_checksum_finish(ics_checksum_add(0, bytes, n)) != 0)
        return ICS_ICMP_BAD_CHECKSUM;
    message->type = bytes[0];
    message->code = bytes[1];
    message->checksum = ics_bytes_load_be16(bytes + 2);
    message->rest = ics_bytes_load_be32(bytes + 4);
    message->body = bytes + ICS_ICMP_HEADER_BYTES;
    message->body_bytes = n - ICS_ICMP_HEADER_BYTES;
    return ICS_ICMP_OK;
}

IcsIcmpResult ics_icmp_parse_quote(const IcsIcmpMessage *message, IcsIcmpQuote *quote)
{
    IcsIpv4Header header;
    if (ics_ipv4_parse_quoted(message->body, message->body_bytes, &header) != ICS_IPV4_OK)
        return ICS_ICMP_BAD_QUOTE;
    size_t quoted = message->body_bytes - header.header_bytes;
    size_t original = (size_t)header.total_length - header.header_bytes;
    if (quoted < MIN(original, ICS_ICMP_QUOTE_DATA_MIN_BYTES))
        return ICS_ICMP_BAD_QUOTE;
    quote->header = header;
    quote->data = message->body + header.header_bytes;
    quote->data_bytes = MIN(quoted, original);
    return ICS_ICMP_OK;
}

size_t ics_icmp_emit(const IcsIcmpMessage *message, uint8_t *bytes)
{
    size_t n = ICS_ICMP_HEADER_BYTES + message->body_bytes;
    if (message->body_bytes > 0)
        memmove(bytes + ICS_ICMP_HEADER_BYTES, message->body, message->body_bytes);
    bytes[0] = message->type;
    bytes[1] = message->code;
    ics_bytes_store_be16(bytes + 2, 0);
    ics_bytes_store_be32(bytes + 4, message->rest);
    ics_bytes_store_be16(bytes + 2, ics_checksum_finish(ics_checksum_add(0, bytes, n)));
    return n;
}

IcsIcmpMessage ics_icmp_error(IcsIcmpType type, uint8_t code, uint32_t rest, const uint8_t *packet)
{
    g_assert(ics_icmp_type_is_error((uint8_t)type));
    IcsIcmpMessage message = {
        .type = (uint8_t)type,
        .code = code,
        .rest = rest,
        .body = packet,
        .body_bytes = MIN(ics_ipv4_view_total_length(packet), ICS_ICMP_QUOTE_MAX_BYTES),
    };
    return message;
}
