/* A megabyte over a bad channel with one mechanism after the other switched off: it all arrives, in
 * order and once. */
#include <cmocka.h>
#include <glib.h>

#include "tests/support/splitmix.h"
#include "tests/support/stream_pair.h"

enum { BYTES = 1000000 };

typedef struct Row {
    const char *name;
    void (*change)(IcsStreamConfig *config);
    uint32_t bytes;
} Row;

#define WITHOUT(member)                                                                            \
    static void without_##member(IcsStreamConfig *config)                                          \
    {                                                                                              \
        config->use.member = false;                                                                \
    }
#define NO_RECOVERY_BY(member)                                                                     \
    static void without_##member(IcsStreamConfig *config)                                          \
    {                                                                                              \
        config->recovery.member = false;                                                           \
    }

WITHOUT(sack)
WITHOUT(dsack)
WITHOUT(timestamps)
WITHOUT(window_scaling)
WITHOUT(nagle)
WITHOUT(delayed_ack)
WITHOUT(silly_window_avoidance)
WITHOUT(challenge_ack)
NO_RECOVERY_BY(fast_retransmit)
NO_RECOVERY_BY(fast_recovery)
NO_RECOVERY_BY(limited_transmit)
NO_RECOVERY_BY(rack)
NO_RECOVERY_BY(tlp)
NO_RECOVERY_BY(prr)
NO_RECOVERY_BY(idle_restart)

static void unchanged(IcsStreamConfig *config)
{
    (void)config;
}

static void with_reno(IcsStreamConfig *config)
{
    config->recovery.congestion = ICS_CONGESTION_RENO;
}

static void with_a_fixed_window(IcsStreamConfig *config)
{
    config->recovery.congestion = ICS_CONGESTION_NONE;
}

static void with_reno_alone(IcsStreamConfig *config)
{
    with_reno(config);
    without_sack(config);
    without_timestamps(config);
    without_limited_transmit(config);
}

static void with_a_window_of_one_byte(IcsStreamConfig *config)
{
    config->receive_buffer_bytes = 1;
}

static void with_segments_of_one_byte(IcsStreamConfig *config)
{
    config->mss_bytes = 1;
    config->use.timestamps = false;
}

/* RFC 7323's largest scale: 14. */
static void with_a_gigabyte_of_buffer(IcsStreamConfig *config)
{
    config->send_buffer_bytes = INT64_C(1) << 29;
    config->receive_buffer_bytes = INT64_C(65535) << 14;
}

static const Row rows[] = {
    {"with everything", unchanged, BYTES},
    {"without SACK", without_sack, BYTES},
    {"without D-SACK", without_dsack, BYTES},
    {"without timestamps", without_timestamps, BYTES},
    {"without window scaling", without_window_scaling, BYTES},
    {"without Nagle's algorithm", without_nagle, BYTES},
    {"without delayed ACKs", without_delayed_ack, BYTES},
    {"without silly window avoidance", without_silly_window_avoidance, BYTES},
    {"without challenges", without_challenge_ack, BYTES},
    {"without fast retransmit", without_fast_retransmit, BYTES},
    {"without fast recovery", without_fast_recovery, BYTES},
    {"without limited transmit", without_limited_transmit, BYTES},
    {"without RACK", without_rack, BYTES},
    {"without tail loss probes", without_tlp, BYTES},
    {"without PRR", without_prr, BYTES},
    {"without restart after idle", without_idle_restart, BYTES},
    {"with Reno", with_reno, BYTES},
    {"with Reno alone", with_reno_alone, BYTES},
    {"with a fixed window", with_a_fixed_window, BYTES},
    {"with a window of one byte", with_a_window_of_one_byte, 300},
    {"with segments of one byte", with_segments_of_one_byte, 3000},
    {"with a gigabyte of buffer", with_a_gigabyte_of_buffer, BYTES},
};

/* 2 % lost, 2 % doubled, a tenth late by up to 20 ms. */
static IcsPairFate decide(IcsStreamPair *pair, const IcsPairSegment *segment, void *context)
{
    uint64_t *random = context;
    (void)pair;
    (void)segment;
    uint64_t draw = ics_splitmix_next(random);
    return (IcsPairFate){
        .drop = draw % 50 == 0,
        .copies = draw / 50 % 50 == 0,
        .delay_ns = draw / 2500 % 10 == 0 ? (int64_t)(draw / 25000 % 20) * ICS_PAIR_MS : 0,
    };
}

static void all_of_it_arrives(void **state)
{
    const Row *row = *state;
    g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
    uint64_t random = 1;
    pair->is_traced = false;
    pair->decide = decide;
    pair->context = &random;
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        row->change(&pair->ends[i].config);
    }
    ics_stream_pair_connect(pair);
    ics_stream_pair_run_until(pair, 10 * ICS_PAIR_S);
    int64_t begin_ns = pair->now_ns;
    ics_stream_pair_transfer(pair, ICS_PAIR_A, row->bytes, INT64_MAX / 2);
    assert_int_equal(pair->ends[ICS_PAIR_B].received->len, row->bytes);
    assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_B));
    assert_in_range(pair->now_ns - begin_ns, 0, 1000 * ICS_PAIR_S);
    ics_stream_close(ics_stream_pair_a(pair), pair->now_ns);
    ics_stream_close(ics_stream_pair_b(pair), pair->now_ns);
    assert_true(ics_stream_pair_settle(pair, pair->now_ns + 1000 * ICS_PAIR_S));
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), 0);
    assert_int_equal(ics_stream_error(ics_stream_pair_b(pair)), 0);
}

int main(void)
{
    enum { N = G_N_ELEMENTS(rows) };
    struct CMUnitTest tests[N];
    for (size_t i = 0; i < N; i++) {
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = all_of_it_arrives,
                                       .initial_state = (void *)&rows[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
