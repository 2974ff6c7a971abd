/* The reply to a segment for which there is no connection (RFC 9293, section 3.10.7.1). */
#include "protocols/stream/stream_internal.h"

bool ics_stream_refuse(const IcsStreamArrival *arrival, IcsTcpHeader *reply)
{
    const IcsTcpHeader *header = arrival->header;
    if ((header->flags & ICS_TCP_RST) != 0) {
        return false;
    }
    *reply = (IcsTcpHeader){
        .source_port = header->destination_port,
        .destination_port = header->source_port,
        .flags = ICS_TCP_RST,
    };
    if ((header->flags & ICS_TCP_ACK) != 0) {
        reply->sequence = header->acknowledgement;
        return true;
    }
    bool has_syn = (header->flags & ICS_TCP_SYN) != 0;
    bool has_fin = (header->flags & ICS_TCP_FIN) != 0;
    reply->flags |= ICS_TCP_ACK;
    reply->acknowledgement = header->sequence + has_syn + arrival->payload_bytes + has_fin;
    return true;
}
