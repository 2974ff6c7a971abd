/* RFC 5681 and 6928: windows of Reno, and a fixed one. */
#include <cmocka.h>
#include <string.h>

#include "base/units.h"
#include "protocols/stream/congestion.h"

#define SMSS 1000

static IcsRecoveryConfig config_of(IcsCongestionKind kind)
{
    return (IcsRecoveryConfig){.congestion = (int)kind,
                               .initial_window = 10,
                               .fixed_window_bytes = 64 * 1024,
                               .idle_restart = true};
}

static void acknowledge(IcsCongestion *congestion, uint64_t acked_bytes, bool window_was_used)
{
    IcsCongestionAck ack = {ICS_NS_PER_S, 100 * ICS_NS_PER_MS, acked_bytes, window_was_used};
    congestion->klass->on_ack(congestion, &ack);
}

static void every_kind_has_the_class_of_its_name(void **state)
{
    (void)state;
    for (int kind = 0; kind < ICS_N_CONGESTION_KINDS; kind++) {
        const char *name = ics_congestion_kind_name((IcsCongestionKind)kind);
        assert_string_equal(ics_congestion_classes[kind]->name, name);
        assert_ptr_equal(ics_congestion_class_by_name(name), ics_congestion_classes[kind]);
    }
    assert_null(ics_congestion_class_by_name("vegas"));
}

static void the_initial_window_is_that_of_rfc_6928(void **state)
{
    (void)state;
    static const struct {
        int64_t segments;
        uint32_t smss_bytes;
        uint64_t window_bytes;
    } rows[] = {
        {10, 1460, 14600}, {10, 536, 5360}, {10, 1448, 14480},   {10, 9000, 18000},
        {10, 2190, 14600}, {1, 1460, 1460}, {3, 1460, 4380},     {4, 1095, 4380},
        {2, 9000, 18000},  {10, 1, 10},     {10, 65495, 130990},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
        config.initial_window = rows[i].segments;
        assert_int_equal(ics_congestion_initial_window(&config, rows[i].smss_bytes),
                         rows[i].window_bytes);
    }
}

static void slow_start_adds_a_segment_for_each_ack_at_most(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    acknowledge(&congestion, SMSS, true);
    assert_int_equal(congestion.cwnd_bytes, 11000);
    acknowledge(&congestion, 2 * SMSS, true);
    assert_int_equal(congestion.cwnd_bytes, 12000);
    acknowledge(&congestion, 300, true); /* split ACKs gain nothing */
    assert_int_equal(congestion.cwnd_bytes, 12300);
}

static void slow_start_ends_at_ssthresh(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    congestion.ssthresh_bytes = 10400;
    acknowledge(&congestion, SMSS, true);
    assert_int_equal(congestion.cwnd_bytes, 10400);
}

static void congestion_avoidance_adds_a_segment_in_a_window(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    congestion.ssthresh_bytes = 10000;
    for (int i = 0; i < 9; i++) {
        acknowledge(&congestion, SMSS, true);
        assert_int_equal(congestion.cwnd_bytes, 10000);
    }
    acknowledge(&congestion, SMSS, true);
    assert_int_equal(congestion.cwnd_bytes, 11000);
}

/* RFC 5681, equation (3): SMSS * SMSS / cwnd for an ACK, however much it acknowledges. */
static void delayed_acknowledgements_halve_the_growth(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    congestion.ssthresh_bytes = 10000;
    for (int i = 0; i < 9; i++) {
        acknowledge(&congestion, 2 * SMSS, true);
        assert_int_equal(congestion.cwnd_bytes, 10000);
    }
    acknowledge(&congestion, 2 * SMSS, true);
    assert_int_equal(congestion.cwnd_bytes, 11000);
}

static void split_acknowledgements_gain_nothing_in_congestion_avoidance(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    congestion.ssthresh_bytes = 10000;
    for (int i = 0; i < 99; i++) {
        acknowledge(&congestion, SMSS / 10, true);
        assert_int_equal(congestion.cwnd_bytes, 10000);
    }
    acknowledge(&congestion, SMSS / 10, true);
    assert_int_equal(congestion.cwnd_bytes, 11000);
}

/* RFC 3465, section 2.1. */
static void with_byte_counting_delayed_acknowledgements_cost_no_growth(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    config.byte_counting = true;
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    congestion.ssthresh_bytes = 10000;
    for (int i = 0; i < 4; i++) {
        acknowledge(&congestion, 2 * SMSS, true);
        assert_int_equal(congestion.cwnd_bytes, 10000);
    }
    acknowledge(&congestion, 2 * SMSS, true);
    assert_int_equal(congestion.cwnd_bytes, 11000);
}

static void ssthresh_is_half_the_flight_and_two_segments_at_least(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_RENO);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    assert_true(congestion.ssthresh_bytes == ICS_SSTHRESH_NONE);
    congestion.klass->on_loss(&congestion, 0, 9000);
    assert_int_equal(congestion.ssthresh_bytes, 4500);
    congestion.klass->on_loss(&congestion, 0, 3000);
    assert_int_equal(congestion.ssthresh_bytes, 2000);
    assert_int_equal(congestion.cwnd_bytes, 10000);
    congestion.klass->on_timeout(&congestion, 0);
    assert_int_equal(congestion.cwnd_bytes, SMSS);
}

static void a_window_that_is_not_used_does_not_grow(void **state)
{
    (void)state;
    for (int kind = 0; kind < ICS_N_CONGESTION_KINDS; kind++) {
        IcsRecoveryConfig config = config_of((IcsCongestionKind)kind);
        IcsCongestion congestion;
        ics_congestion_init(&congestion, &config, SMSS);
        uint64_t before_bytes = congestion.cwnd_bytes;
        acknowledge(&congestion, SMSS, false);
        assert_int_equal(congestion.cwnd_bytes, before_bytes);
    }
}

static void after_idling_it_is_the_initial_window_at_most(void **state)
{
    (void)state;
    for (int kind = ICS_CONGESTION_CUBIC; kind <= ICS_CONGESTION_RENO; kind++) {
        IcsRecoveryConfig config = config_of((IcsCongestionKind)kind);
        IcsCongestion congestion;
        ics_congestion_init(&congestion, &config, SMSS);
        congestion.cwnd_bytes = 50000;
        congestion.klass->on_idle(&congestion, 0);
        assert_int_equal(congestion.cwnd_bytes, 10000);
        congestion.cwnd_bytes = 3000;
        congestion.klass->on_idle(&congestion, 0);
        assert_int_equal(congestion.cwnd_bytes, 3000);
        config.idle_restart = false;
        congestion.cwnd_bytes = 50000;
        congestion.klass->on_idle(&congestion, 0);
        assert_int_equal(congestion.cwnd_bytes, 50000);
    }
}

static void a_fixed_window_stays_what_it_is(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_NONE);
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    acknowledge(&congestion, SMSS, true);
    congestion.klass->on_loss(&congestion, 0, 1000);
    congestion.klass->on_timeout(&congestion, 0);
    congestion.klass->on_idle(&congestion, 0);
    assert_int_equal(congestion.cwnd_bytes, 65536);
    assert_true(congestion.ssthresh_bytes == ICS_SSTHRESH_NONE);
}

static void a_fixed_window_lets_a_segment_out_at_least(void **state)
{
    (void)state;
    IcsRecoveryConfig config = config_of(ICS_CONGESTION_NONE);
    config.fixed_window_bytes = 1;
    IcsCongestion congestion;
    ics_congestion_init(&congestion, &config, SMSS);
    assert_int_equal(congestion.cwnd_bytes, SMSS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_the_class_of_its_name),
        cmocka_unit_test(the_initial_window_is_that_of_rfc_6928),
        cmocka_unit_test(slow_start_adds_a_segment_for_each_ack_at_most),
        cmocka_unit_test(slow_start_ends_at_ssthresh),
        cmocka_unit_test(congestion_avoidance_adds_a_segment_in_a_window),
        cmocka_unit_test(delayed_acknowledgements_halve_the_growth),
        cmocka_unit_test(split_acknowledgements_gain_nothing_in_congestion_avoidance),
        cmocka_unit_test(with_byte_counting_delayed_acknowledgements_cost_no_growth),
        cmocka_unit_test(ssthresh_is_half_the_flight_and_two_segments_at_least),
        cmocka_unit_test(a_window_that_is_not_used_does_not_grow),
        cmocka_unit_test(after_idling_it_is_the_initial_window_at_most),
        cmocka_unit_test(a_fixed_window_stays_what_it_is),
        cmocka_unit_test(a_fixed_window_lets_a_segment_out_at_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
