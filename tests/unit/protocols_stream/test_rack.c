/* RFC 8985, section 6.2, step by step. */
#include <cmocka.h>
#include <glib.h>

#include "base/units.h"
#include "protocols/stream/rack.h"

#define MS ICS_NS_PER_MS

enum { BASE = 1000, SMSS = 10, DUP_THRESH = 3 };

typedef struct {
    IcsSentSegments segments;
    IcsRack rack;
} Bench;

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    ics_sent_segments_init(&bench->segments);
    ics_rack_init(&bench->rack);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;
    ics_sent_segments_clear(&bench->segments);
    g_free(bench);
    return 0;
}

static IcsSentSegment segment_of(uint32_t number, int64_t sent_ns, uint32_t transmissions)
{
    IcsSequence first = BASE + (IcsSequence)number * SMSS;
    return (IcsSentSegment){
        .first = first, .end = first + SMSS, .sent_ns = sent_ns, .transmissions = transmissions};
}

static void found(Bench *bench, int64_t now_ns, IcsSentSegment segment, int64_t echo_ns)
{
    ics_rack_found(&bench->rack, now_ns, &segment, echo_ns);
}

static void the_latest_sent_of_what_arrived_is_remembered(void **state)
{
    Bench *bench = *state;
    found(bench, 100 * MS, segment_of(2, 20 * MS, 1), -1);
    found(bench, 100 * MS, segment_of(1, 10 * MS, 1), -1);
    assert_int_equal(bench->rack.xmit_ns, 20 * MS);
    assert_int_equal(bench->rack.end, BASE + 3 * SMSS);
    /* Sent at one instant: the one that ends later. */
    found(bench, 100 * MS, segment_of(5, 20 * MS, 1), -1);
    assert_int_equal(bench->rack.end, BASE + 6 * SMSS);
}

static void an_ack_too_soon_for_a_repetition_is_the_originals(void **state)
{
    Bench *bench = *state;
    found(bench, 100 * MS, segment_of(1, 0, 1), -1); /* min_RTT 100 ms */
    found(bench, 250 * MS, segment_of(2, 200 * MS, 2), -1);
    assert_int_equal(bench->rack.xmit_ns, 0);
    found(bench, 300 * MS, segment_of(2, 200 * MS, 2), -1);
    assert_int_equal(bench->rack.xmit_ns, 200 * MS);
    assert_int_equal(bench->rack.rtt_ns, 100 * MS);
}

static void a_timestamp_tells_the_repetition_from_the_original(void **state)
{
    Bench *bench = *state;
    found(bench, 100 * MS, segment_of(1, 0, 1), 0);
    found(bench, 400 * MS, segment_of(2, 200 * MS, 2), 10 * MS);
    assert_int_equal(bench->rack.xmit_ns, 0);
    found(bench, 400 * MS, segment_of(2, 200 * MS, 2), 200 * MS);
    assert_int_equal(bench->rack.xmit_ns, 200 * MS);
}

static void reordering_is_seen_when_an_original_arrives_below_the_highest(void **state)
{
    Bench *bench = *state;
    found(bench, 100 * MS, segment_of(3, 0, 1), -1);
    found(bench, 100 * MS, segment_of(2, 0, 2), -1); /* sent again: says nothing */
    assert_false(bench->rack.reordering_seen);
    found(bench, 100 * MS, segment_of(1, 0, 1), -1);
    assert_true(bench->rack.reordering_seen);
}

static void the_least_round_trip_is_forgotten_after_a_while(void **state)
{
    Bench *bench = *state;
    int64_t minute_ns = 60 * ICS_NS_PER_S;
    found(bench, 10 * MS, segment_of(1, 0, 1), -1);
    assert_int_equal(bench->rack.min_rtt_ns, 10 * MS);
    for (int64_t now_ns = minute_ns; now_ns <= 13 * minute_ns; now_ns += minute_ns) {
        found(bench, now_ns, segment_of(2, now_ns - 50 * MS, 1), -1);
    }
    assert_int_equal(bench->rack.min_rtt_ns, 50 * MS);
}

/* The least of the present window and the one before it. */
static void the_least_round_trip_counts_for_five_minutes_at_least(void **state)
{
    Bench *bench = *state;
    int64_t minute_ns = 60 * ICS_NS_PER_S;
    found(bench, minute_ns, segment_of(1, minute_ns - 50 * MS, 1), -1);
    found(bench, 4 * minute_ns, segment_of(2, 4 * minute_ns - 20 * MS, 1), -1);
    found(bench, 4 * minute_ns, segment_of(3, 4 * minute_ns - 70 * MS, 1), -1);
    found(bench, 6 * minute_ns, segment_of(4, 6 * minute_ns - 90 * MS, 1), -1);
    found(bench, 8 * minute_ns, segment_of(5, 8 * minute_ns - 80 * MS, 1), -1);
    assert_int_equal(bench->rack.min_rtt_ns, 20 * MS);
    found(bench, 12 * minute_ns, segment_of(6, 12 * minute_ns - 95 * MS, 1), -1);
    assert_int_equal(bench->rack.min_rtt_ns, 80 * MS);
}

static void the_reordering_window_is_that_of_step_four(void **state)
{
    Bench *bench = *state;
    IcsRack *rack = &bench->rack;
    IcsRackSituation situation = {.srtt_ns = 100 * MS, .dup_thresh = DUP_THRESH};
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_ns, 0); /* nothing was measured */
    rack->min_rtt_ns = 80 * MS;
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_ns, 20 * MS);
    situation.n_sacked = DUP_THRESH;
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_ns, 0);
    rack->reordering_seen = true;
    situation.in_recovery = true;
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_ns, 20 * MS);
    rack->reo_wnd_mult = 9;
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_ns, 100 * MS); /* not over SRTT */
}

static void a_dsack_widens_the_window_once_in_a_round(void **state)
{
    Bench *bench = *state;
    IcsRack *rack = &bench->rack;
    IcsRackSituation situation = {
        .una = 100, .nxt = 200, .srtt_ns = MS, .dup_thresh = DUP_THRESH, .has_dsack = true};
    ics_rack_update_reordering_window(rack, &situation);
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_mult, 2);
    situation.una = 200;
    situation.nxt = 300;
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_mult, 3);
}

static void sixteen_recoveries_without_dsack_narrow_it_again(void **state)
{
    Bench *bench = *state;
    IcsRack *rack = &bench->rack;
    IcsRackSituation situation = {.una = 1, .nxt = 2, .dup_thresh = DUP_THRESH, .has_dsack = true};
    ics_rack_update_reordering_window(rack, &situation);
    situation = (IcsRackSituation){.una = 5, .leaves_recovery = true, .dup_thresh = DUP_THRESH};
    for (int i = 0; i < 15; i++) {
        ics_rack_update_reordering_window(rack, &situation);
        assert_int_equal(rack->reo_wnd_mult, 2);
    }
    ics_rack_update_reordering_window(rack, &situation);
    assert_int_equal(rack->reo_wnd_mult, 1);
}

static void send_segments(Bench *bench, uint32_t n, int64_t interval_ns)
{
    for (uint32_t i = 0; i < n; i++) {
        IcsSentSegment segment = segment_of(i, 0, 1);
        ics_sent_segments_append(&bench->segments, i * interval_ns,
                                 (IcsSequenceRange){segment.first, segment.end});
    }
}

static void rack_note_sent_segment(void *context, const IcsSentSegment *segment)
{
    ics_rack_found(context, 100 * MS, segment, -1);
}

static void sack_segment(Bench *bench, uint32_t number)
{
    IcsSentFindings findings = {.found = rack_note_sent_segment, .context = &bench->rack};
    IcsSentSegment segment = segment_of(number, 0, 1);
    ics_sent_segments_sack(&bench->segments, (IcsSequenceRange){segment.first, segment.end},
                           &findings);
}

static void what_is_overdue_is_lost_and_the_rest_is_awaited(void **state)
{
    Bench *bench = *state;
    int64_t timeout_ns = -1;
    send_segments(bench, 6, 10 * MS); /* at 0, 10 ... 50 ms */
    assert_int_equal(ics_rack_detect_loss(&bench->rack, 100 * MS, &bench->segments, &timeout_ns),
                     0);
    assert_int_equal(timeout_ns, 0); /* nothing has arrived */
    sack_segment(bench, 4);          /* sent at 40 ms: RACK.rtt 60 ms */
    bench->rack.reo_wnd_ns = 15 * MS;
    /* At 100 ms: 0 (75) and 10 (85) and 20 (95) are overdue, 30 (105) is not, 50 was sent later. */
    assert_int_equal(ics_rack_detect_loss(&bench->rack, 100 * MS, &bench->segments, &timeout_ns),
                     3 * SMSS);
    assert_int_equal(timeout_ns, 5 * MS);
    assert_int_equal(ics_rack_detect_loss(&bench->rack, 105 * MS, &bench->segments, &timeout_ns),
                     SMSS);
    assert_int_equal(timeout_ns, 0);
    assert_int_equal(bench->segments.counters.lost_bytes, 4 * SMSS);
}

static void a_repetition_is_lost_in_its_turn(void **state)
{
    Bench *bench = *state;
    int64_t timeout_ns = 0;
    send_segments(bench, 6, 10 * MS);
    sack_segment(bench, 1);
    assert_int_equal(ics_rack_detect_loss(&bench->rack, 100 * MS, &bench->segments, &timeout_ns),
                     SMSS);
    IcsSentSegment first = segment_of(0, 0, 1);
    ics_sent_segments_retransmit(&bench->segments, 45 * MS,
                                 (IcsSequenceRange){first.first, first.end});
    sack_segment(bench, 4); /* sent before the repetition: 2 and 3 are lost, 0 is not */
    assert_int_equal(ics_rack_detect_loss(&bench->rack, 100 * MS, &bench->segments, &timeout_ns),
                     2 * SMSS);
    sack_segment(bench, 5);
    assert_int_equal(ics_rack_detect_loss(&bench->rack, 100 * MS, &bench->segments, &timeout_ns),
                     SMSS);
    assert_int_equal(ics_sent_segments_next_waiting(&bench->segments)->first, BASE);
}

#define RACK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RACK_TEST(the_latest_sent_of_what_arrived_is_remembered),
        RACK_TEST(an_ack_too_soon_for_a_repetition_is_the_originals),
        RACK_TEST(a_timestamp_tells_the_repetition_from_the_original),
        RACK_TEST(reordering_is_seen_when_an_original_arrives_below_the_highest),
        RACK_TEST(the_least_round_trip_is_forgotten_after_a_while),
        RACK_TEST(the_least_round_trip_counts_for_five_minutes_at_least),
        RACK_TEST(the_reordering_window_is_that_of_step_four),
        RACK_TEST(a_dsack_widens_the_window_once_in_a_round),
        RACK_TEST(sixteen_recoveries_without_dsack_narrow_it_again),
        RACK_TEST(what_is_overdue_is_lost_and_the_rest_is_awaited),
        RACK_TEST(a_repetition_is_lost_in_its_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
