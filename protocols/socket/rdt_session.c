#include "protocols/socket/rdt_session.h"

#include "protocols/wire/bytes.h"
#include "protocols/wire/crc32.h"

bool ics_rdt_session_parse(const uint8_t *bytes, size_t n, IcsRdtSession *session)
{
    if (n < ICS_RDT_SESSION_BYTES || ics_bytes_load_be32(bytes + 4) != ics_crc32(0, bytes, 4)) {
        return false;
    }
    uint32_t word = ics_bytes_load_be32(bytes);
    session->number = word & ICS_RDT_SESSION_MASK;
    session->is_reply = word != session->number;
    return true;
}

void ics_rdt_session_emit(const IcsRdtSession *session, uint8_t *bytes)
{
    ics_bytes_store_be32(bytes, session->number | (session->is_reply ? ~ICS_RDT_SESSION_MASK : 0));
    ics_bytes_store_be32(bytes + 4, ics_crc32(0, bytes, 4));
}
