/* What the rendezvous machines may be told, and the datagram that they hand out. */
#ifndef ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_CONFIG_H
#define ICS_PROTOCOLS_RENDEZVOUS_RENDEZVOUS_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "sim/draw.h"

/* For `retries`: a send never fails. */
#define ICS_RENDEZVOUS_RETRY_FOREVER UINT32_MAX

typedef struct IcsRendezvousConfig {
    /* The nonce that tells this socket from an earlier one with the same address and port (after a
     * crash, or bound again): a keyed draw. */
    uint32_t session;

    /* A message is sent again after the first interval, then after twice that and so on up to the
     * last, `retries` times; one interval later the send fails. */
    int64_t retry_first_ns; /* over 0 */
    int64_t retry_last_ns;  /* at least retry_first_ns */
    uint32_t retries;

    /* Messages that wait for a receive, one of each sender; more are dropped. */
    uint32_t held_max;

    /* Senders remembered, so that their repetitions are known as such. When there are so many, one
     * that was silent for `remember_ns` is forgotten; failing that, a new sender is not heard. A
     * datagram of a forgotten sender that is still on its way would be taken for a new message. */
    uint32_t senders_max;
    int64_t remember_ns;
} IcsRendezvousConfig;

/* 200 ms, doubled up to 2 s, 15 retries (a send fails after 27 s); 64 messages held; 1024 senders
 * remembered for 4 minutes, which is twice TCP's maximum segment lifetime (RFC 9293). */
static inline IcsRendezvousConfig ics_rendezvous_config_default(uint32_t session)
{
    return (IcsRendezvousConfig){
        .session = session,
        .retry_first_ns = INT64_C(200000000),
        .retry_last_ns = INT64_C(2000000000),
        .retries = 15,
        .held_max = 64,
        .senders_max = 1024,
        .remember_ns = INT64_C(240000000000),
    };
}

/* A peer is opaque to the machines; this is how addresses in host order and ports become one. */
static inline uint64_t ics_rendezvous_peer(uint32_t address, uint16_t port)
{
    return (uint64_t)address << 16 | port;
}

static inline uint32_t ics_rendezvous_peer_address(uint64_t peer)
{
    return (uint32_t)(peer >> 16);
}

static inline uint16_t ics_rendezvous_peer_port(uint64_t peer)
{
    return (uint16_t)peer;
}

/* The ordinals of repetitions and acknowledgements within their classes of fate: made of the
 * message and the number of the try, instead of counted, so that one repetition more moves no
 * decision about another message. Stays below ICS_FATE_ORDINALS; the number of the try wraps around
 * after 2^22. */
#define ICS_RENDEZVOUS_TRY_BITS 22

static inline uint64_t ics_rendezvous_try_ordinal(uint32_t sequence, uint32_t try)
{
    return (uint64_t)sequence << ICS_RENDEZVOUS_TRY_BITS |
           (try & ((1u << ICS_RENDEZVOUS_TRY_BITS) - 1));
}

/* A datagram to be sent now. */
typedef struct IcsRendezvousDatagram {
    uint64_t peer;
    const uint8_t *bytes; /* (transfer none): until the next call of the machine */
    size_t n;
    uint64_t ordinal; /* of its fate: first: the message to this peer, from 0 */
    IcsFateClass fate_class;
    uint32_t sequence;
} IcsRendezvousDatagram;

#endif
