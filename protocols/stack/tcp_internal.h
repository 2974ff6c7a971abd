/* What the files of TCP in the stack share. */
#ifndef ICS_PROTOCOLS_STACK_TCP_INTERNAL_H
#define ICS_PROTOCOLS_STACK_TCP_INTERNAL_H

#include "protocols/stack/stack_internal.h"
#include "protocols/stack/tcp.h"

static inline int64_t ics_tcp_now(const IcsTcp *self)
{
    return self->stack->host->network->simulation->now_ns;
}

/* tcp.c: every connection vanishes. */
void ics_tcp_crash(IcsTcp *self);
void ics_tcp_free(IcsTcp *self);

/* tcp_connection.c: one without a machine and in no table; borrowed: the host's. */
IcsTcpConnection *ics_tcp_connection_new(IcsTcp *tcp, const IcsStreamConfig *config);
/* Gives it a machine, in state CLOSED. `least_iss`: nullable; its initial sequence number is not
 * before that. */
void ics_tcp_connection_begin(IcsTcpConnection *self, const IcsStreamName *name,
                              const uint32_t *least_iss);
/* Takes it out of everything and frees it, without a word to the network. */
void ics_tcp_connection_free(IcsTcpConnection *self);

/* tcp_listener.c: a SYN for this port, and nobody's connection; `least_iss` as above. NONE: a
 * connection has answered. */
IcsCause ics_tcp_listener_syn(IcsTcp *self, IcsTcpListener *listener, const IcsStreamName *name,
                              const IcsStreamArrival *syn, const uint32_t *least_iss);
/* The connection, which is its listener's, has had these events. */
void ics_tcp_listener_follow(IcsTcpConnection *connection, uint32_t events);
void ics_tcp_listener_remove(IcsTcpConnection *connection);

/* tcp_output.c: sends what the machine wants sent. */
void ics_tcp_send(IcsTcpConnection *self, const IcsStreamDeparture *departure);
/* A segment of no connection. */
void ics_tcp_send_refusal(IcsTcp *self, const IcsStreamName *name, const IcsTcpHeader *header);

/* tcp_messages.c: takes the marks of the peer from a packet with data, on first sight. */
void ics_tcp_find_messages(IcsTcpConnection *self, const IcsPacket *packet);
/* Something may have been acknowledged. */
void ics_tcp_review_messages(IcsTcpConnection *self);
/* An end of the stream has gone: messages that nobody will take any more are abandoned. */
void ics_tcp_leave_messages(IcsTcpConnection *self, bool as_sender, bool as_receiver);

/* tcp_observe.c: IcsStreamSetup.observe. */
void ics_tcp_observe(IcsStream *stream, IcsStreamNote note, int64_t a, int64_t b);
/* Its host crashes: observers are told that it is CLOSED. */
void ics_tcp_observe_vanishing(const IcsTcpConnection *self);
void ics_tcp_observe_repeat(const IcsTcpConnection *self, const IcsStreamDeparture *departure,
                            const IcsMessageTag *message);

/* tcp_input.c: consumes the packet. */
void ics_stack_tcp_input(IcsStack *self, IcsPacket *packet, const IcsIpv4Header *ip);
/* An ICMP error about a segment that the host has sent. */
void ics_stack_tcp_icmp(IcsStack *self, const IcsIcmpMessage *message, const IcsIcmpQuote *quote);

#endif
