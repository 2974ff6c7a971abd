#include <cmocka.h>

#include "netmodel/packet.h"
#include "tool/report/flow_statistics.h"

/* One observation of message number `ordinal`, sent at 10 * ordinal. */
static IcsObservation about(uint64_t ordinal, int64_t at_ns, IcsMessageTag *tag)
{
    *tag = (IcsMessageTag){.sent_ns = 10 * (int64_t)ordinal, .ordinal = ordinal, .bytes = 100};
    return (IcsObservation){.at_ns = at_ns, .message = tag, .value = 100};
}

static void send(IcsFlowStatistics *flow, uint64_t ordinal)
{
    IcsMessageTag tag;
    IcsObservation observation = about(ordinal, 10 * (int64_t)ordinal, &tag);
    ics_flow_statistics_sent(flow, &observation);
}

static void deliver(IcsFlowStatistics *flow, uint64_t ordinal, int64_t at_ns, bool damaged)
{
    IcsMessageTag tag;
    IcsObservation observation = about(ordinal, at_ns, &tag);
    observation.damaged = damaged;
    ics_flow_statistics_delivered(flow, &observation);
}

static void copy(IcsFlowStatistics *flow, uint64_t ordinal)
{
    IcsMessageTag tag;
    IcsObservation observation = about(ordinal, 0, &tag);
    ics_flow_statistics_copied(flow, &observation);
}

static void latency_and_jitter_are_those_of_first_copies(void **state)
{
    (void)state;
    IcsFlowStatistics flow = {0};
    send(&flow, 0);
    copy(&flow, 0);
    send(&flow, 1);
    deliver(&flow, 0, 100, false);
    deliver(&flow, 0, 900, false);
    deliver(&flow, 1, 1000, false);
    assert_int_equal(flow.latency.n, 2);
    assert_int_equal(flow.latency.min, 100);
    assert_int_equal(flow.latency.max, 990);
    assert_int_equal(flow.jitter.received, 2);
    assert_int_equal(ics_jitter_ns(&flow.jitter), 890 / 16);
    assert_int_equal(flow.messages.duplicates, 1);
    ics_flow_statistics_clear(&flow);
}

static void payload_counts_once_and_as_it_was_taken(void **state)
{
    (void)state;
    IcsFlowStatistics flow = {0};
    IcsMessageTag tag;
    send(&flow, 0);
    copy(&flow, 0);
    IcsObservation observation = about(0, 50, &tag);
    observation.value = 60;
    ics_flow_statistics_delivered(&flow, &observation);
    ics_flow_statistics_delivered(&flow, &observation);
    assert_int_equal(flow.payload_bytes, 60);
    ics_flow_statistics_clear(&flow);
}

static void every_offer_to_a_link_counts_for_the_wire(void **state)
{
    (void)state;
    IcsFlowStatistics flow = {0};
    IcsMessageTag tag;
    IcsPacket packet = {.length = 128};
    IcsObservation observation = about(0, 0, &tag);
    observation.packet = &packet;
    send(&flow, 0);
    ics_flow_statistics_offered(&flow, &observation);
    ics_flow_statistics_offered(&flow, &observation);
    assert_int_equal(flow.wire_packets, 2);
    assert_int_equal(flow.wire_bytes, 256);
    ics_flow_statistics_clear(&flow);
}

static void a_repetition_brings_a_message_back(void **state)
{
    (void)state;
    IcsFlowStatistics flow = {0};
    IcsMessageTag tag;
    IcsObservation observation = about(0, 30, &tag);
    observation.cause = ICS_CAUSE_LOSS;
    send(&flow, 0);
    ics_flow_statistics_dropped(&flow, &observation);
    ics_flow_statistics_repeated(&flow, &observation);
    assert_int_equal(flow.repeated, 1);
    assert_int_equal(ics_message_window_undecided(&flow.messages), 1);
    deliver(&flow, 0, 500, false);
    assert_int_equal(flow.latency.max, 500);
    ics_flow_statistics_clear(&flow);
}

static void merged_flows_span_both_times_and_keep_the_larger_jitter(void **state)
{
    (void)state;
    IcsFlowStatistics calm = {0};
    IcsFlowStatistics wild = {0};
    for (uint64_t i = 0; i < 4; i++) {
        send(&calm, i);
        send(&wild, i);
        deliver(&calm, i, 10 * (int64_t)i + 5, false);
        deliver(&wild, i, 10 * (int64_t)i + 5 + 1000 * (int64_t)(i % 2), false);
    }
    int64_t jitter_ns = ics_jitter_ns(&wild.jitter);
    wild.first_sent_ns = 3;
    ics_flow_statistics_merge(&wild, &calm);
    assert_int_equal(wild.first_sent_ns, 0);
    assert_int_equal(wild.last_delivered_ns, 1035);
    assert_int_equal(ics_jitter_ns(&wild.jitter), jitter_ns);
    assert_int_equal(wild.messages.delivered, 8);
    assert_int_equal(wild.payload_bytes, 800);
    ics_flow_statistics_merge(&calm, &wild);
    assert_int_equal(ics_jitter_ns(&calm.jitter), jitter_ns);
    ics_flow_statistics_clear(&calm);
    ics_flow_statistics_clear(&wild);
}

static void merging_into_nothing_copies(void **state)
{
    (void)state;
    IcsFlowStatistics sum = {0};
    IcsFlowStatistics flow = {0};
    send(&flow, 0);
    send(&flow, 1);
    deliver(&flow, 1, 77, true);
    flow.first_sent_ns = 4;
    ics_flow_statistics_merge(&sum, &flow);
    assert_int_equal(sum.first_sent_ns, 4);
    assert_int_equal(sum.last_delivered_ns, 77);
    assert_int_equal(sum.messages.damaged, 1);
    assert_int_equal(ics_message_window_undecided(&sum.messages), 1);
    ics_flow_statistics_clear(&sum);
    ics_flow_statistics_clear(&flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latency_and_jitter_are_those_of_first_copies),
        cmocka_unit_test(payload_counts_once_and_as_it_was_taken),
        cmocka_unit_test(every_offer_to_a_link_counts_for_the_wire),
        cmocka_unit_test(a_repetition_brings_a_message_back),
        cmocka_unit_test(merged_flows_span_both_times_and_keep_the_larger_jitter),
        cmocka_unit_test(merging_into_nothing_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
