/* IPv4 in a host, without I/O (RFC 791; RFC 1122, section 3.2.1): what is to be done with a packet
 * that has come in, and the header of one that goes out. */
#ifndef ICS_PROTOCOLS_IP_IP_MACHINE_H
#define ICS_PROTOCOLS_IP_IP_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/wire/ipv4.h"

/* The recommended time to live (RFC 1700, "IP time to live parameter"). */
#define ICS_IP_DEFAULT_TTL 64

#define ICS_IP_VERDICTS(X)                                                                         \
    X(DELIVER, "deliver")                                                                          \
    X(BAD_HEADER, "bad-header")                                                                    \
    X(BAD_CHECKSUM, "bad-checksum")                                                                \
    X(BAD_SOURCE, "bad-source")                                                                    \
    X(FRAGMENT, "fragment")

/* DELIVER: to the protocol in the header, if the destination is the host's. BAD_SOURCE: multicast,
 * broadcast or loopback from outside (RFC 1122, sections 3.2.1.3 and 3.2.1.3 (g)): discarded
 * silently. FRAGMENT: not a whole datagram. */
typedef enum {
#define ICS_IP_VERDICT(name, text) ICS_IP_VERDICT_##name,
    ICS_IP_VERDICTS(ICS_IP_VERDICT)
#undef ICS_IP_VERDICT
} IcsIpVerdict;

IcsIpVerdict ics_ip_machine_input(const uint8_t *packet, size_t n, bool from_loopback,
                                  IcsIpv4Header *header);

/* What the upper layer says about a packet. */
typedef struct IcsIpRequest {
    uint32_t source;
    uint32_t destination;
    uint8_t protocol;
    uint8_t tos;
    uint8_t ttl; /* 0: the default */
    bool dont_fragment;
} IcsIpRequest;

/* Writes the header before `payload_bytes` bytes. `identification` is the host's counter; it is
 * only used for packets that may be fragmented (RFC 6864: atomic datagrams may send any value, here
 * 0 like Linux). */
void ics_ip_machine_emit(const IcsIpRequest *request, uint16_t *identification,
                         uint32_t payload_bytes, uint8_t *packet);

#endif
