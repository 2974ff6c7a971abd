#include <cmocka.h>
#include <string.h>

#include "tool/experiments/measure.h"

static void assert_value(const IcsRatio values[], IcsMeasure measure, uint64_t n, uint64_t of)
{
    assert_int_equal(values[measure].n, n);
    assert_int_equal(values[measure].of, of);
}

static void a_complete_flow_has_all_measures(void **state)
{
    (void)state;
    IcsRatio values[ICS_N_MEASURES];
    IcsFlowResult flow = {
        .sent = 10,
        .delivered = 10,
        .duplicates = 2,
        .order = {.reordered = 3},
        .latency = {.n = 10, .p50_ns = 20, .p99_ns = 30},
        .payload_bytes = 1000,
        .payload_ns = ICS_NS_PER_S,
        .last_delivered_ns = 1234,
        .wire_packets = 12,
        .wire_bytes = 1500,
        .retransmissions = 2,
        .control = {.packets = 4, .bytes = 160, .repeats = 1},
        .setup_packets = 3,
        .setup_ns = 40,
    };
    ics_measures_take(&flow, values);
    assert_value(values, ICS_MEASURE_SENT, 10, 1);
    assert_value(values, ICS_MEASURE_DELIVERED, 10, 1);
    assert_value(values, ICS_MEASURE_LOST, 0, 1);
    assert_value(values, ICS_MEASURE_DUPLICATES, 2, 1);
    assert_value(values, ICS_MEASURE_REORDERED, 3, 1);
    assert_value(values, ICS_MEASURE_LATENCY_P50, 20, 1);
    assert_value(values, ICS_MEASURE_LATENCY_P99, 30, 1);
    assert_value(values, ICS_MEASURE_COMPLETION, 1234, 1);
    assert_value(values, ICS_MEASURE_GOODPUT, 8000, 1);
    assert_value(values, ICS_MEASURE_WIRE_PER_BYTE, 1660, 1000);
    assert_value(values, ICS_MEASURE_RETRANSMISSIONS, 2, 1);
    assert_value(values, ICS_MEASURE_SETUP_TIME, 40, 1);
    assert_value(values, ICS_MEASURE_SETUP_PACKETS, 3, 1);
}

static void a_missing_message_leaves_the_completion_undefined(void **state)
{
    (void)state;
    IcsRatio values[ICS_N_MEASURES];
    IcsFlowResult flow = {.sent = 10, .delivered = 9, .last_delivered_ns = 1234};
    ics_measures_take(&flow, values);
    assert_value(values, ICS_MEASURE_COMPLETION, 0, 0);
}

static void what_never_arrived_has_no_latency_goodput_or_overhead(void **state)
{
    (void)state;
    IcsRatio values[ICS_N_MEASURES];
    IcsFlowResult flow = {.sent = 5, .undecided = 5, .last_delivered_ns = -1};
    ics_measures_take(&flow, values);
    assert_value(values, ICS_MEASURE_UNDECIDED, 5, 1);
    assert_int_equal(values[ICS_MEASURE_LATENCY_P50].of, 0);
    assert_int_equal(values[ICS_MEASURE_COMPLETION].of, 0);
    assert_int_equal(values[ICS_MEASURE_GOODPUT].of, 0);
    assert_int_equal(values[ICS_MEASURE_WIRE_PER_BYTE].of, 0);
    assert_int_equal(values[ICS_MEASURE_SETUP_TIME].of, 0);
}

static void lists_of_measures_are_read(void **state)
{
    (void)state;
    uint32_t set = 0;
    assert_true(ics_measures_parse("lost, delivered,lost", &set, NULL));
    assert_int_equal(set, 1u << ICS_MEASURE_LOST | 1u << ICS_MEASURE_DELIVERED);
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        assert_true(ics_measures_parse(ics_measure_info((IcsMeasure)i)->name, &set, NULL));
        assert_int_equal(set, 1u << i);
    }
}

static void an_unknown_measure_is_refused_with_the_nearest(void **state)
{
    (void)state;
    uint32_t set = 7;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) empty = NULL;
    assert_false(ics_measures_parse("delivered,goodput_bp", &set, &error));
    assert_string_equal(error->message,
                        "unknown measure \"goodput_bp\"; did you mean \"goodput_bps\"?");
    assert_false(ics_measures_parse("", &set, &empty));
    assert_non_null(strstr(empty->message, "there are: sent, delivered"));
    assert_int_equal(set, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_flow_has_all_measures),
        cmocka_unit_test(a_missing_message_leaves_the_completion_undefined),
        cmocka_unit_test(what_never_arrived_has_no_latency_goodput_or_overhead),
        cmocka_unit_test(lists_of_measures_are_read),
        cmocka_unit_test(an_unknown_measure_is_refused_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
