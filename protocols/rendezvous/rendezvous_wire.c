#include "protocols/rendezvous/rendezvous_wire.h"

#include <glib.h>

#include "protocols/wire/bytes.h"

static const char *const rendezvous_wire_result_names[] = {
#define RENDEZVOUS_WIRE_RESULT_NAME(name, text) [ICS_RENDEZVOUS_##name] = text,
    ICS_RENDEZVOUS_RESULTS(RENDEZVOUS_WIRE_RESULT_NAME)
#undef RENDEZVOUS_WIRE_RESULT_NAME
};

const char *ics_rendezvous_result_name(IcsRendezvousResult result)
{
    g_assert((size_t)result < G_N_ELEMENTS(rendezvous_wire_result_names));
    return rendezvous_wire_result_names[result];
}

const char *ics_rendezvous_type_name(IcsRendezvousType type)
{
    switch (type) {
#define RENDEZVOUS_WIRE_TYPE_CASE(name, number, text)                                              \
    case ICS_RENDEZVOUS_##name:                                                                    \
        return text;
        ICS_RENDEZVOUS_TYPES(RENDEZVOUS_WIRE_TYPE_CASE)
#undef RENDEZVOUS_WIRE_TYPE_CASE
    }
    g_assert_not_reached();
}

static IcsRendezvousResult rendezvous_wire_check(const uint8_t *bytes, size_t n)
{
    if (n < ICS_RENDEZVOUS_HEADER_BYTES)
        return ICS_RENDEZVOUS_TOO_SHORT;
    if (ics_bytes_load_be16(bytes) != ICS_RENDEZVOUS_MAGIC)
        return ICS_RENDEZVOUS_BAD_MAGIC;
    if (bytes[2] != ICS_RENDEZVOUS_VERSION)
        return ICS_RENDEZVOUS_BAD_VERSION;
    if (bytes[3] != ICS_RENDEZVOUS_DATA && bytes[3] != ICS_RENDEZVOUS_ACK)
        return ICS_RENDEZVOUS_BAD_TYPE;
    if (ics_bytes_load_be16(bytes + 12) != n - ICS_RENDEZVOUS_HEADER_BYTES)
        return ICS_RENDEZVOUS_BAD_LENGTH;
    if (bytes[3] == ICS_RENDEZVOUS_ACK && n != ICS_RENDEZVOUS_HEADER_BYTES)
        return ICS_RENDEZVOUS_BAD_LENGTH;
    return ics_bytes_load_be16(bytes + 14) == 0 ? ICS_RENDEZVOUS_OK : ICS_RENDEZVOUS_BAD_RESERVED;
}

IcsRendezvousResult ics_rendezvous_wire_parse(const uint8_t *bytes, size_t n,
                                              IcsRendezvousHeader *header)
{
    IcsRendezvousResult result = rendezvous_wire_check(bytes, n);
    if (result != ICS_RENDEZVOUS_OK)
        return result;
    header->type = (IcsRendezvousType)bytes[3];
    header->session = ics_bytes_load_be32(bytes + 4);
    header->sequence = ics_bytes_load_be32(bytes + 8);
    header->length = ics_bytes_load_be16(bytes + 12);
    return ICS_RENDEZVOUS_OK;
}

void ics_rendezvous_wire_emit(const IcsRendezvousHeader *header, uint8_t *bytes)
{
    g_assert(header->type == ICS_RENDEZVOUS_DATA || header->length == 0);
    ics_bytes_store_be16(bytes, ICS_RENDEZVOUS_MAGIC);
    bytes[2] = ICS_RENDEZVOUS_VERSION;
    bytes[3] = (uint8_t)header->type;
    ics_bytes_store_be32(bytes + 4, header->session);
    ics_bytes_store_be32(bytes + 8, header->sequence);
    ics_bytes_store_be16(bytes + 12, header->length);
    ics_bytes_store_be16(bytes + 14, 0);
}
