#include <cmocka.h>

#include "tests/support/splitmix.h"
#include "tests/support/stream_pair.h"

#define MEGABYTE ((size_t)1 << 20)

/* Loss, duplication and reordering, each with its chance in 1000. */
typedef struct Weather {
    uint64_t random;
    unsigned loss;
    unsigned duplicate;
    unsigned reorder;
} Weather;

static bool happens(Weather *weather, unsigned permille)
{
    return ics_splitmix_next(&weather->random) % 1000 < permille;
}

static IcsPairFate decide(IcsStreamPair *pair, const IcsPairSegment *segment, void *context)
{
    (void)pair;
    (void)segment;
    Weather *weather = context;
    IcsPairFate fate = {0};
    fate.drop = happens(weather, weather->loss);
    fate.copies = happens(weather, weather->duplicate);
    fate.delay_ns = happens(weather, weather->reorder) ? 3 * ICS_PAIR_MS : 0;
    return fate;
}

static IcsStreamPair *pair_in(Weather *weather)
{
    IcsStreamPair *pair = ics_stream_pair_new();
    pair->decide = decide;
    pair->context = weather;
    pair->reads = true;
    pair->is_traced = false;
    return pair;
}

/* The weather begins when the connection is there. */
static void transfer(IcsStreamPair *pair)
{
    pair->decide = NULL;
    ics_stream_pair_connect(pair);
    pair->decide = decide;
    ics_stream_pair_transfer(pair, ICS_PAIR_A, MEGABYTE, 1000000 * ICS_PAIR_S);
    assert_int_equal(pair->ends[ICS_PAIR_B].received->len, MEGABYTE);
    assert_true(ics_stream_pair_is_intact(pair, ICS_PAIR_B));
}

static IcsStreamFigures figures_of(IcsStreamPair *pair)
{
    IcsStreamFigures figures;
    ics_stream_figures(ics_stream_pair_a(pair), &figures);
    return figures;
}

/* 725 segments of 1448 bytes, a SYN, its ACK and what is left at the ends of writes. From RFC
 * 6928's ten segments on, with every second one acknowledged, ten round trips of 20 ms after the
 * handshake; the last ACK may be delayed by 40 ms. */
static void a_megabyte_takes_the_segments_it_needs_where_nothing_is_lost(void **state)
{
    (void)state;
    Weather weather = {.random = 1};
    g_autoptr(IcsStreamPair) pair = pair_in(&weather);
    transfer(pair);
    IcsStreamFigures figures = figures_of(pair);
    assert_int_equal(figures.repeated_segments, 0);
    assert_in_range(figures.segments_out, 727, 731);
    assert_in_range(pair->now_ns, 9 * 20 * ICS_PAIR_MS, 15 * 20 * ICS_PAIR_MS);
}

/* One way of repairing losses. */
typedef struct Repair {
    const char *name;
    bool sack;
    bool rack;
    bool prr;
    bool fast_retransmit;
    bool fast_recovery;
    int congestion;
} Repair;

static const Repair repairs[] = {
    {"rack", true, true, true, true, true, ICS_CONGESTION_CUBIC},
    {"rack without prr", true, true, false, true, true, ICS_CONGESTION_RENO},
    {"sack", true, false, true, true, true, ICS_CONGESTION_RENO},
    {"newreno", false, false, false, true, true, ICS_CONGESTION_RENO},
    {"tahoe", false, false, false, true, false, ICS_CONGESTION_RENO},
    {"timeouts", false, false, false, false, false, ICS_CONGESTION_CUBIC},
    {"fixed window", true, true, true, true, true, ICS_CONGESTION_NONE},
};

static void repair_by(IcsStreamPair *pair, const Repair *repair)
{
    for (int end = ICS_PAIR_A; end < ICS_PAIR_ENDS; end++) {
        IcsStreamConfig *config = &pair->ends[end].config;
        config->use.sack = repair->sack;
        config->recovery.rack = repair->rack;
        config->recovery.prr = repair->prr;
        config->recovery.fast_retransmit = repair->fast_retransmit;
        config->recovery.fast_recovery = repair->fast_recovery;
        config->recovery.congestion = repair->congestion;
        config->recovery.max_rto_ns = 4 * ICS_PAIR_S;
        config->data_retries = 255;
    }
}

static void arrives_in(unsigned loss, unsigned duplicate, unsigned reorder)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(repairs); i++) {
        Weather weather = {i + 1, loss, duplicate, reorder};
        g_autoptr(IcsStreamPair) pair = pair_in(&weather);
        repair_by(pair, &repairs[i]);
        transfer(pair);
        IcsStreamFigures figures = figures_of(pair);
        print_message("%s: %.3f s, %u segments, %u again, %u timeouts, %u fast\n", repairs[i].name,
                      (double)pair->now_ns / 1e9, (unsigned)figures.segments_out,
                      (unsigned)figures.repeated_segments, (unsigned)figures.timeouts,
                      (unsigned)figures.fast_retransmits);
    }
}

static void a_megabyte_arrives_through_a_loss_of_1_percent(void **state)
{
    (void)state;
    arrives_in(10, 0, 0);
}

static void a_megabyte_arrives_through_a_loss_of_10_percent(void **state)
{
    (void)state;
    arrives_in(100, 0, 0);
}

static void a_megabyte_arrives_through_a_loss_of_40_percent(void **state)
{
    (void)state;
    arrives_in(400, 0, 0);
}

static void a_megabyte_arrives_through_duplication(void **state)
{
    (void)state;
    arrives_in(0, 300, 0);
}

static void a_megabyte_arrives_through_reordering(void **state)
{
    (void)state;
    arrives_in(0, 0, 300);
}

static void a_megabyte_arrives_through_all_of_it(void **state)
{
    (void)state;
    arrives_in(50, 100, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_megabyte_takes_the_segments_it_needs_where_nothing_is_lost),
        cmocka_unit_test(a_megabyte_arrives_through_a_loss_of_1_percent),
        cmocka_unit_test(a_megabyte_arrives_through_a_loss_of_10_percent),
        cmocka_unit_test(a_megabyte_arrives_through_a_loss_of_40_percent),
        cmocka_unit_test(a_megabyte_arrives_through_duplication),
        cmocka_unit_test(a_megabyte_arrives_through_reordering),
        cmocka_unit_test(a_megabyte_arrives_through_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
