/* The throughput of TCP Reno under independent loss: what J. Padhye, V. Firoiu, D. Towsley and
 * J. Kurose, "Modeling TCP Throughput: A Simple Model and its Empirical Validation" (SIGCOMM 1998)
 * predict, and what a world with one bulk transfer does. */
#ifndef ICS_TESTS_SUPPORT_PFTK_H
#define ICS_TESTS_SUPPORT_PFTK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct IcsPftkModel {
    double loss;       /* p */
    double rtt_s;      /* RTT */
    double t0_s;       /* T0: the first timeout of a sequence */
    double window_max; /* Wm, in segments */
    double ack_every;  /* b: segments that one ACK acknowledges */
} IcsPftkModel;

/* B(p), equation (31), the full model: segments sent in a second, repetitions included. */
double ics_pftk_rate(const IcsPftkModel *model);

/* A bulk transfer of reno over a path of 100 ms round trip without a rate, so that nothing queues;
 * MSS 1460, no timestamps. */
typedef struct IcsPftkSetting {
    int loss_tenths;     /* of a percent, on the direction of the data */
    int window_segments; /* of the receiver */
    int min_rto_ms;
    bool delayed_ack;
    bool modern;       /* SACK, RACK, TLP, PRR and limited transmit on; else NewReno alone */
    const char *extra; /* further settings of the stream; nullable */
} IcsPftkSetting;

typedef struct IcsPftkRun {
    double rate;        /* segments that the sender gave to the network, a second */
    double goodput;     /* segments' worth of bytes that were acknowledged, a second */
    double first_rto_s; /* sum of the timeouts that began a sequence */
    uint64_t sequences; /* how many those were */
    uint64_t timeouts;  /* all */
} IcsPftkRun;

/* One world of that seed for so many seconds. May be called from many threads. */
void ics_pftk_run(const IcsPftkSetting *setting, uint64_t seed, int seconds, IcsPftkRun *run);

#endif
