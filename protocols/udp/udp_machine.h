/* UDP as a machine without I/O (RFC 768; RFC 1122, section 4.1): a datagram in, a verdict out. */
#ifndef ICS_PROTOCOLS_UDP_UDP_MACHINE_H
#define ICS_PROTOCOLS_UDP_UDP_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/udp/port_table.h"
#include "protocols/wire/ipv4.h"

#define ICS_UDP_VERDICTS(X)                                                                        \
    X(DELIVER, "deliver")                                                                          \
    X(BAD_LENGTH, "bad-length")                                                                    \
    X(BAD_CHECKSUM, "bad-checksum")                                                                \
    X(NO_PORT, "no-port")                                                                          \
    X(NOT_CONNECTED, "not-connected")

/* What is to be done with a datagram. NO_PORT asks for an ICMP port unreachable (RFC 1122, section
 * 4.1.3.1) unless it was not addressed to one host. NOT_CONNECTED: the port's receiver is connected
 * to somebody else; for the sender that is as if there were none. */
typedef enum {
#define ICS_UDP_VERDICT(name, text) ICS_UDP_VERDICT_##name,
    ICS_UDP_VERDICTS(ICS_UDP_VERDICT)
#undef ICS_UDP_VERDICT
} IcsUdpVerdict;

typedef struct IcsUdpArrival {
    IcsPortBinding *binding; /* DELIVER */
    uint16_t source_port;
    uint16_t destination_port;
    uint32_t payload_offset; /* from the first byte of the IP header */
    uint32_t payload_bytes;
} IcsUdpArrival;

/* Takes the IP packet at `packet`, whose header has been accepted. `arrival` is set as far as the
 * datagram could be read. */
IcsUdpVerdict ics_udp_machine_input(const IcsPortTable *ports, const IcsIpv4Header *ip,
                                    const uint8_t *packet, IcsUdpArrival *arrival);

#endif
