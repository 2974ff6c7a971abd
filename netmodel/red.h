/* Random early detection: S. Floyd and V. Jacobson, "Random Early Detection Gateways for Congestion
 * Avoidance", IEEE/ACM Transactions on Networking 1(4), 1993, figure 2, in packets; with the gentle
 * option (S. Floyd, "Recommendation on using the gentle_ variant of RED", 2000).
 *
 * The average is taken at each arrival. An idle time counts as the arrivals of as many average
 * packets at an empty queue as the transmitter could have sent meanwhile, and that of the new one
 * (ns-2's estimator; the paper leaves the new one out). */
#ifndef ICS_NETMODEL_RED_H
#define ICS_NETMODEL_RED_H

#include "netmodel/queue.h"

/* Averages are in packets, with this many bits after the point. */
#define ICS_RED_FRACTION_BITS 32

typedef struct IcsRedConfig {
    int64_t min_packets;          /* below this average nothing is dropped early */
    int64_t max_packets;          /* the average at which `probability` is reached */
    int64_t limit_packets;        /* room */
    int64_t average_packet_bytes; /* for idle times */
    IcsProbability weight;        /* of one arrival in the average */
    IcsProbability probability;   /* of a drop, as the average reaches max; not yet spread */
    bool ecn;    /* early: mark packets that can be marked, below max (RFC 3168, section 7) */
    bool gentle; /* rises to 1 between max and twice max; else it is 1 from max on */
} IcsRedConfig;

typedef struct IcsRed {
    IcsQueue queue;
    IcsRedConfig config;
    IcsPacketList list;
    uint64_t average;
    int64_t idle_since_ns;
    int64_t count;         /* packets let in since the last drop; -1: the average was below min */
    uint64_t step;         /* draws so far */
    IcsProbability chance; /* of the draw that is being taken */
    bool idle;             /* the transmitter found the queue empty */
} IcsRed;

/* (1 - weight) average + weight packets. */
uint64_t ics_red_average(uint64_t average, uint64_t packets, IcsProbability weight);

/* (1 - weight)^n average: after n arrivals at an empty queue. */
uint64_t ics_red_average_decay(uint64_t average, uint64_t n, IcsProbability weight);

/* The paper's p_b: grows with the average, from 0 at min. */
IcsProbability ics_red_probability(const IcsRedConfig *config, uint64_t average);

/* The paper's p_a = p_b / (1 - count p_b), which makes the distances between drops uniform over
 * 1 to 1 / p_b, if count is what its section IV says: the packets that got in since the last drop.
 * (Its figure 2 counts the arriving one too, so that from p_b = 1/2 on everything would be dropped;
 * Linux follows the text as we do.) */
IcsProbability ics_red_spread(IcsProbability probability, uint64_t count);

extern const IcsQueueClass ics_red_class;

#endif
