#include "protocols/stream/stream_config.h"

/* The largest window that RFC 7323 can announce. */
#define STREAM_BUFFER_MAX_BYTES INT64_C(1073725440)

static const char *const stream_congestion_names[] = {
#define STREAM_CONGESTION_NAME(name, spelling, doc) spelling,
    ICS_CONGESTION_KINDS(STREAM_CONGESTION_NAME)
#undef STREAM_CONGESTION_NAME
        NULL,
};

/* 31 years: sums of several of them stay within 64 bits. */
#define STREAM_TIME_MAX_NS (INT64_C(1000000000) * INT64_C(1000000000))

#define STREAM_SWITCH_ROW(member, name, fallback, doc)                                             \
    ICS_PARAMETER_BOOLEAN_ROW(IcsStreamConfig, member, name, fallback, doc)
#define STREAM_TIME_ROW(member, name, fallback, min, doc)                                          \
    ICS_PARAMETER_TIME_ROW(IcsStreamConfig, member, name, fallback, min, STREAM_TIME_MAX_NS, doc)
#define STREAM_COUNT_ROW(member, name, fallback, min, max, doc)                                    \
    ICS_PARAMETER_INTEGER_ROW(IcsStreamConfig, member, name, fallback, min, max, doc)
#define STREAM_SIZE_ROW(member, name, fallback, min, max, doc)                                     \
    ICS_PARAMETER_SIZE_ROW(IcsStreamConfig, member, name, fallback, min, max, doc,                 \
                           ICS_PARAMETER_PLAIN)

const IcsParameter ics_stream_parameters[] = {
    ICS_PARAMETER_NAME_ROW(IcsStreamConfig, recovery.congestion, "cc", "cubic",
                           stream_congestion_names, "congestion control; none: a fixed window"),
    STREAM_SWITCH_ROW(recovery.fast_retransmit, "fast-retransmit", "true",
                      "send again after three duplicate acknowledgements (RFC 5681)"),
    STREAM_SWITCH_ROW(recovery.fast_recovery, "fast-recovery", "true",
                      "NewReno's or SACK's recovery after it (RFC 6582, 6675); false: slow start"),
    STREAM_SWITCH_ROW(recovery.limited_transmit, "limited-transmit", "true",
                      "new data on the first two duplicate acknowledgements (RFC 3042)"),
    STREAM_SWITCH_ROW(recovery.rack, "rack", "true",
                      "losses by time instead of by count, with SACK (RFC 8985)"),
    STREAM_SWITCH_ROW(recovery.tlp, "tlp", "true", "tail loss probes, with rack (RFC 8985)"),
    STREAM_SWITCH_ROW(recovery.prr, "prr", "true",
                      "proportional rate reduction, with SACK (RFC 6937)"),
    STREAM_SWITCH_ROW(recovery.idle_restart, "idle-restart", "true",
                      "the initial window again after a pause (RFC 5681)"),
    STREAM_SWITCH_ROW(recovery.byte_counting, "byte-counting", "false",
                      "reno grows by bytes acknowledged, not by acknowledgements (RFC 3465)"),
    STREAM_COUNT_ROW(recovery.initial_window, "initial-window", "10", 1, 65535,
                     "segments before the first acknowledgement (RFC 6928)"),
    STREAM_SIZE_ROW(recovery.fixed_window_bytes, "fixed-window", "64KiB", 1,
                    STREAM_BUFFER_MAX_BYTES, "bytes under way with cc none"),
    STREAM_COUNT_ROW(recovery.duplicate_threshold, "duplicate-threshold", "3", 1, 255,
                     "duplicate acknowledgements that mean a loss (RFC 5681)"),
    STREAM_TIME_ROW(recovery.initial_rto_ns, "initial-rto", "1s", 1,
                    "retransmission timeout before the first measurement (RFC 6298)"),
    STREAM_TIME_ROW(recovery.min_rto_ns, "min-rto", "1s", 1, "its floor (RFC 6298)"),
    STREAM_TIME_ROW(recovery.max_rto_ns, "max-rto", "60s", 1, "its ceiling (RFC 6298)"),
    STREAM_TIME_ROW(recovery.clock_granularity_ns, "clock-granularity", "1ms", 1,
                    "of the clock that measures round trips (RFC 6298)"),
    STREAM_SWITCH_ROW(use.sack, "sack", "true", "selective acknowledgements (RFC 2018)"),
    STREAM_SWITCH_ROW(use.dsack, "dsack", "true", "report duplicates by SACK (RFC 2883)"),
    STREAM_SWITCH_ROW(use.timestamps, "timestamps", "true",
                      "timestamps, and protection against wrapped sequence numbers (RFC 7323)"),
    STREAM_SWITCH_ROW(use.window_scaling, "window-scaling", "true",
                      "windows over 64 KiB (RFC 7323)"),
    STREAM_SWITCH_ROW(use.ecn, "ecn", "false", "explicit congestion notification (RFC 3168)"),
    STREAM_SWITCH_ROW(use.nagle, "nagle", "true",
                      "small segments wait for an acknowledgement (RFC 9293)"),
    STREAM_SWITCH_ROW(use.delayed_ack, "delayed-ack", "true",
                      "acknowledge every second segment, or a little later (RFC 9293)"),
    STREAM_SWITCH_ROW(use.silly_window_avoidance, "silly-window-avoidance", "true",
                      "no small windows announced, none used (RFC 9293)"),
    STREAM_SWITCH_ROW(use.keep_alive, "keep-alive", "false", "probe an idle connection (RFC 9293)"),
    STREAM_SWITCH_ROW(use.challenge_ack, "challenge-ack", "true",
                      "doubtful RST and SYN are answered, not obeyed (RFC 5961)"),
    STREAM_TIME_ROW(times.delayed_ack_ns, "delayed-ack-time", "40ms", 0,
                    "how long an acknowledgement may wait (at most 500 ms: RFC 9293)"),
    STREAM_TIME_ROW(times.msl_ns, "msl", "30s", 0, "maximum segment lifetime; TIME-WAIT lasts two"),
    STREAM_TIME_ROW(times.user_timeout_ns, "user-timeout", "0s", 0,
                    "give up when data is unacknowledged for so long; 0: by data-retries"),
    STREAM_TIME_ROW(times.keep_alive_idle_ns, "keep-alive-idle", "7200s", 1,
                    "idle time before the first probe"),
    STREAM_TIME_ROW(times.keep_alive_interval_ns, "keep-alive-interval", "75s", 1,
                    "between probes"),
    STREAM_TIME_ROW(times.fin_wait_2_ns, "fin-wait-2", "60s", 0,
                    "how long a closed connection waits for the peer's FIN; 0: for ever"),
    STREAM_SIZE_ROW(mss_bytes, "mss", "0B", 0, 65495,
                    "maximum segment size announced; 0: what the MTU leaves"),
    STREAM_SIZE_ROW(send_buffer_bytes, "send-buffer", "256KiB", 1, STREAM_BUFFER_MAX_BYTES,
                    "bytes that wait to be acknowledged"),
    STREAM_SIZE_ROW(receive_buffer_bytes, "receive-buffer", "256KiB", 1, STREAM_BUFFER_MAX_BYTES,
                    "bytes that wait to be received by the process"),
    STREAM_COUNT_ROW(syn_retries, "syn-retries", "6", 0, 255,
                     "times that a SYN is sent again before ETIMEDOUT"),
    STREAM_COUNT_ROW(data_retries, "data-retries", "15", 0, 255,
                     "times that a segment is sent again before ETIMEDOUT"),
    STREAM_COUNT_ROW(keep_alive_probes, "keep-alive-probes", "9", 1, 255,
                     "unanswered probes before ETIMEDOUT"),
    STREAM_COUNT_ROW(reassembly_ranges, "reassembly-ranges", "1024", 1, 65536,
                     "separate pieces of data that the receiver keeps beyond a hole"),
    STREAM_COUNT_ROW(challenge_acks, "challenge-acks", "100", 0, 1000000,
                     "challenge acknowledgements a second of one host (RFC 5961)"),
    ICS_PARAMETER_END,
};

void ics_stream_config_default(IcsStreamConfig *self)
{
    *self = (IcsStreamConfig){0};
    ics_parameters_defaults(ics_stream_parameters, self);
}

const char *ics_congestion_kind_name(IcsCongestionKind kind)
{
    return stream_congestion_names[kind];
}
