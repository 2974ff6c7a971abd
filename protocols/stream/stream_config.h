/* What a stream may be told: one table of parameters feeds the trace ("stream" of the whole trace,
 * of a host, of a transport), the schema and the help. Every mechanism can be switched off by
 * itself, so that a lecture can show what it is for. */
#ifndef ICS_PROTOCOLS_STREAM_STREAM_CONFIG_H
#define ICS_PROTOCOLS_STREAM_STREAM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/parameters.h"

/* Name, spelling, meaning. */
#define ICS_CONGESTION_KINDS(X)                                                                    \
    X(CUBIC, "cubic", "RFC 9438")                                                                  \
    X(RENO, "reno", "RFC 5681: slow start and congestion avoidance")                               \
    X(NONE, "none", "a fixed window: no congestion control")

typedef enum {
#define ICS_CONGESTION_KIND(name, spelling, doc) ICS_CONGESTION_##name,
    ICS_CONGESTION_KINDS(ICS_CONGESTION_KIND)
#undef ICS_CONGESTION_KIND
        ICS_N_CONGESTION_KINDS
} IcsCongestionKind;

/* What repairs losses and decides how much may be under way: of the sender. */
typedef struct IcsRecoveryConfig {
    int congestion;              /* IcsCongestionKind */
    bool fast_retransmit;        /* RFC 5681, section 3.2; off: only timeouts repair */
    bool fast_recovery;          /* RFC 6582, or 6675 with SACK; off: slow start after it (Tahoe) */
    bool limited_transmit;       /* RFC 3042 */
    bool rack;                   /* RFC 8985; takes effect with SACK */
    bool tlp;                    /* RFC 8985, section 7; takes effect with RACK */
    bool prr;                    /* RFC 6937; takes effect with SACK */
    bool idle_restart;           /* RFC 5681, section 4.1 */
    bool byte_counting;          /* RFC 3465, section 2.1, of reno; off: RFC 5681, equation (3) */
    int64_t initial_window;      /* segments; RFC 6928 */
    int64_t fixed_window_bytes;  /* for ICS_CONGESTION_NONE */
    int64_t duplicate_threshold; /* DupThresh */
    int64_t initial_rto_ns;      /* RFC 6298, section 2.1 */
    int64_t min_rto_ns;          /* section 2.4 */
    int64_t max_rto_ns;          /* section 2.5 */
    int64_t clock_granularity_ns; /* G of section 2 */
} IcsRecoveryConfig;

/* What the two ends agree on, and how segments are made and acknowledged. */
typedef struct IcsStreamSwitches {
    bool sack;                   /* RFC 2018 */
    bool dsack;                  /* RFC 2883: report duplicates */
    bool timestamps;             /* RFC 7323, with PAWS */
    bool window_scaling;         /* RFC 7323 */
    bool ecn;                    /* RFC 3168 */
    bool nagle;                  /* RFC 9293, section 3.7.4 */
    bool delayed_ack;            /* RFC 9293, section 3.8.6.3 */
    bool silly_window_avoidance; /* RFC 9293, section 3.8.6.2, of both sides */
    bool keep_alive;             /* RFC 9293, section 3.8.4 */
    bool challenge_ack;          /* RFC 5961 */
} IcsStreamSwitches;

typedef struct IcsStreamTimes {
    int64_t delayed_ack_ns;
    int64_t msl_ns;          /* maximum segment lifetime: TIME-WAIT lasts two */
    int64_t user_timeout_ns; /* RFC 9293, section 3.8.3 (R2); 0: by the number of retries */
    int64_t keep_alive_idle_ns;
    int64_t keep_alive_interval_ns;
    int64_t fin_wait_2_ns; /* of a connection that its process has closed; 0: no limit */
} IcsStreamTimes;

typedef struct IcsStreamConfig {
    IcsRecoveryConfig recovery;
    IcsStreamSwitches use;
    IcsStreamTimes times;
    int64_t mss_bytes; /* announced; 0: what the MTU of the interface leaves */
    int64_t send_buffer_bytes;
    int64_t receive_buffer_bytes;
    int64_t syn_retries;  /* of SYN and SYN-ACK, before ETIMEDOUT */
    int64_t data_retries; /* of one segment, before ETIMEDOUT */
    int64_t keep_alive_probes;
    int64_t reassembly_ranges; /* holes + 1 that the receiver keeps account of */
    int64_t challenge_acks;    /* a second, of one host; RFC 5961, section 7 */
} IcsStreamConfig;

/* Ends with ICS_PARAMETER_END; every row has a default. */
extern const IcsParameter ics_stream_parameters[];

/* The defaults of the table. */
void ics_stream_config_default(IcsStreamConfig *self);

const char *ics_congestion_kind_name(IcsCongestionKind kind);

#endif
