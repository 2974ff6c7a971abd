/* Congestion control: how many bytes may be in the network. A class says how the window grows and
 * shrinks; when to call which is recovery.c's business. Windows are in bytes, all arithmetic is in
 * integers. */
#ifndef ICS_PROTOCOLS_STREAM_CONGESTION_H
#define ICS_PROTOCOLS_STREAM_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/stream_config.h"

/* ssthresh before the first loss. */
#define ICS_SSTHRESH_NONE UINT64_MAX

typedef struct IcsCongestion IcsCongestion;

/* An acknowledgement of new data while the window may grow. */
typedef struct IcsCongestionAck {
    int64_t now_ns;
    int64_t srtt_ns;      /* 0: not measured */
    uint64_t acked_bytes; /* acknowledged for the first time by this ACK, over 0 */
    bool window_was_used; /* false: the sender had not filled the window: it must not grow */
} IcsCongestionAck;

/* All functions are called with smss_bytes set. */
typedef struct IcsCongestionClass {
    const char *name;
    /* The window stays what it is: no slow start, no inflation, no rate reduction. */
    bool is_fixed;
    /* cwnd and ssthresh are set; the rest of the struct is zero. */
    void (*init)(IcsCongestion *self);
    /* Grows cwnd: slow start below ssthresh, congestion avoidance from there on. */
    void (*on_ack)(IcsCongestion *self, const IcsCongestionAck *ack);
    /* A congestion event with so many bytes in flight: sets ssthresh; cwnd is the caller's. */
    void (*on_loss)(IcsCongestion *self, int64_t now_ns, uint64_t flight_bytes);
    /* The retransmission timer ran out; on_loss() was called before if ssthresh is to change.
     * cwnd becomes one segment. */
    void (*on_timeout)(IcsCongestion *self, int64_t now_ns);
    /* Nothing was sent for longer than an RTO: RFC 5681, section 4.1. */
    void (*on_idle)(IcsCongestion *self, int64_t now_ns);
} IcsCongestionClass;

/* RFC 9438. -1 stands for "no epoch". */
typedef struct IcsCubic {
    int64_t epoch_ns;          /* when the present stage of congestion avoidance began */
    int64_t paused_ns;         /* since when the window is not used; -1: it is used */
    int64_t k_us;              /* K */
    uint64_t w_max_bytes;      /* W_max */
    uint64_t w_est_bytes;      /* W_est */
    uint64_t w_est_remainder;  /* of the division that W_est grows by */
    uint64_t cwnd_prior_bytes; /* cwnd_prior */
    uint64_t growth_remainder; /* of the division that cwnd grows by */
    bool has_w_max;            /* there was a loss since the last timeout */
} IcsCubic;

struct IcsCongestion {
    const IcsCongestionClass *klass;
    const IcsRecoveryConfig *config; /* initial_window, fixed_window_bytes, idle_restart */
    uint64_t cwnd_bytes;
    uint64_t ssthresh_bytes; /* ICS_SSTHRESH_NONE at first */
    uint32_t smss_bytes;
    union {
        struct {
            uint64_t acked_bytes; /* since cwnd grew last in congestion avoidance */
        } reno;
        IcsCubic cubic;
    } u;
};

/* By IcsCongestionKind. */
extern const IcsCongestionClass *const ics_congestion_classes[ICS_N_CONGESTION_KINDS];
extern const IcsCongestionClass ics_cubic_class;
extern const IcsCongestionClass ics_reno_class;
extern const IcsCongestionClass ics_fixed_window_class;

/* Nullable: the class of that name. */
const IcsCongestionClass *ics_congestion_class_by_name(const char *name);

/* The class of `config`, which is borrowed, with the initial window for segments of so many bytes.
 */
void ics_congestion_init(IcsCongestion *self, const IcsRecoveryConfig *config, uint32_t smss_bytes);

/* RFC 6928: min(n * SMSS, max(2 * SMSS, n * 1460)) for n = 10, and so for every n > 4; up to four
 * segments it is n * SMSS. */
uint64_t ics_congestion_initial_window(const IcsRecoveryConfig *config, uint32_t smss_bytes);

/* max(flight / 2, 2 * SMSS): RFC 5681, equation (4). */
uint64_t ics_congestion_half_flight(const IcsCongestion *self, uint64_t flight_bytes);

/* Slow start with what RFC 5681, equation (2) allows: at most one segment for an ACK. Returns what
 * is left of the acknowledged bytes once cwnd has reached ssthresh. */
uint64_t ics_congestion_slow_start(IcsCongestion *self, uint64_t acked_bytes);

static inline bool ics_congestion_is_slow_start(const IcsCongestion *self)
{
    return self->cwnd_bytes < self->ssthresh_bytes;
}

#endif
