/* The protocol stack of a host: joins the machines for IPv4, ICMP, UDP and TCP (tcp.h). Packets in
 * from the host's interfaces, packets out to them; sockets stand above, those of UDP are known as
 * IcsUdpPort. */
#ifndef ICS_PROTOCOLS_STACK_STACK_H
#define ICS_PROTOCOLS_STACK_STACK_H

#include "netmodel/network.h"
#include "protocols/ip/ip_machine.h"
#include "protocols/udp/udp_machine.h"

struct IcsTcp;

typedef struct IcsStack IcsStack;
typedef struct IcsUdpPort IcsUdpPort;

/* What has been brought to a receiver, beside the packet. */
typedef struct IcsUdpDelivery {
    uint32_t source_address;
    uint16_t source_port;
    uint32_t payload_offset; /* in the packet */
    uint32_t payload_bytes;
} IcsUdpDelivery;

/* The stack's side of a datagram socket, embedded in it. */
struct IcsUdpPort {
    IcsPortBinding binding;
    /* A datagram for it; consumes the packet. */
    void (*deliver)(IcsUdpPort *self, IcsPacket *packet, const IcsUdpDelivery *delivery);
    /* An ICMP error about what it sent; a positive errno. Only connected ports are told (RFC 1122,
     * section 4.1.3.3, as BSD and Linux do it). */
    void (*refuse)(IcsUdpPort *self, int error);
    bool without_checksum;
};

struct IcsStack {
    IcsHost *host;
    IcsPortTable udp_ports;
    struct IcsTcp *tcp;           /* owned; NULL: nobody has used it yet */
    uint16_t identification;      /* of the next packet that may be fragmented */
    GHashTable *control_ordinals; /* by flow: how many ICMP messages it has sent; NULL: none yet */
    /* The layer above: the host's processes. */
    gpointer processes;
    gconstpointer transport; /* of its datagram sockets; NULL: UDP as it is */
    void (*processes_crash)(IcsStack *self);
    void (*processes_free)(IcsStack *self);
};

/* Gives the host a stack. Borrowed: the host owns it. */
IcsStack *ics_stack_install(IcsHost *host);
IcsStack *ics_stack_of(const IcsHost *host);

/* One datagram to be sent: what it says and whose message it is. */
typedef struct IcsUdpRequest {
    uint32_t source; /* 0: the address of the interface that it leaves by */
    uint32_t destination;
    uint16_t source_port;
    uint16_t destination_port;
    const void *payload;
    size_t payload_bytes;
    IcsFate fate;
    IcsMessageTag message;
    bool without_checksum;
} IcsUdpRequest;

/* Whether a datagram of n bytes can be sent there: 0 and the interface, -EMSGSIZE (over 65,507
 * bytes, or over the MTU: there is no fragmentation), -ENETUNREACH, or -EINVAL when a loopback
 * source (0: none yet) would leave the host (RFC 1122, section 3.2.1.3 (g)). */
int ics_stack_find_udp_way(IcsStack *self, uint32_t source, uint32_t destination, size_t n,
                           IcsInterface **interface);

/* Sends it by the interface that ics_stack_find_udp_way() found. */
void ics_stack_send_udp(IcsStack *self, IcsInterface *interface, const IcsUdpRequest *request);

/* Which source address a packet to that destination would have; 0 when there is no way. */
uint32_t ics_stack_source_address(IcsStack *self, uint32_t destination);

/* Echo request (RFC 792) with n bytes of data; 0 or as above. The reply is an observation only. */
int ics_stack_send_echo(IcsStack *self, uint32_t destination, uint16_t identifier,
                        uint16_t sequence, const void *data, size_t n);

#endif
