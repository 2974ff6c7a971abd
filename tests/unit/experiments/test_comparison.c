#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "tests/support/trace_fixture.h"
#include "tool/experiments/comparison_report.h"

/* A hundred messages over a link with these faults. */
#define TRACE(faults)                                                                              \
    "{'ipcsim': 1, 'seed': 5, 'stop': '60s', 'hosts': {'a': {}, 'b': {}},"                         \
    " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'rate': '10Mbit', 'delay': '5ms',"            \
    "  'faults': [" faults "]}],"                                                                  \
    " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'port': 9},"              \
    "  {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': 100,"     \
    "   'size': '100B', 'interval': '20ms'}]}"

static const char lossy[] = TRACE("{'kind': 'loss', 'probability': '20%'}");

/* A plan with one setting and what it needs. */
typedef struct Plan {
    IcsTrace *trace;
    IcsSettings *settings;
    GPtrArray *transports;
    IcsComparisonPlan plan;
} Plan;

static void plan_init(Plan *self, const char *trace, const char *transports, uint32_t runs)
{
    GError *error = NULL;
    self->trace = ics_trace_fixture_parse(trace);
    self->settings = ics_settings_new(self->trace, NULL, NULL, &error);
    g_assert_no_error(error);
    self->transports = ics_transport_choices_parse(transports, &error);
    g_assert_no_error(error);
    self->plan = (IcsComparisonPlan){
        .traces = self->settings->traces,
        .transports = self->transports,
        .seed = self->trace->seed,
        .runs = runs,
        .jobs = 1,
    };
}

static void plan_clear(Plan *self)
{
    g_ptr_array_unref(self->transports);
    ics_settings_free(self->settings);
    ics_trace_free(self->trace);
}

static bool goes_on(gpointer data)
{
    (void)data;
    return true;
}

static IcsComparison *compare(const Plan *self)
{
    GError *error = NULL;
    IcsComparisonWatch watch = {.go_on = goes_on};
    IcsComparison *comparison = ics_comparison_run(&self->plan, &watch, &error);
    g_assert_no_error(error);
    return comparison;
}

static void assert_mean(const IcsComparison *comparison, uint32_t row, IcsMeasure measure,
                        double mean)
{
    IcsComparisonRow at = {0, row, ICS_COMPARISON_TOTAL};
    assert_float_equal(ics_comparison_mean(comparison, &at, measure).mean, mean, 1e-9);
}

static void every_run_has_its_seed_and_its_place(void **state)
{
    (void)state;
    Plan plan;
    plan_init(&plan, lossy, "udp,rdt.sr", 3);
    g_autoptr(IcsComparison) comparison = compare(&plan);
    assert_int_equal(comparison->n_samples, 6);
    assert_int_equal(comparison->n_done, 6);
    assert_false(comparison->interrupted);
    for (uint32_t run = 0; run < 3; run++) {
        assert_int_equal(ics_comparison_sample(comparison, 0, run, 0)->seed, 5 + run);
        assert_int_equal(ics_comparison_sample(comparison, 0, run, 1)->seed, 5 + run);
    }
    assert_true(ics_comparison_sample(comparison, 0, 0, 0)->digest !=
                ics_comparison_sample(comparison, 0, 1, 0)->digest);
    plan_clear(&plan);
}

static void a_reliable_transport_delivers_what_udp_loses(void **state)
{
    (void)state;
    Plan plan;
    plan_init(&plan, lossy, "udp,rdt.sr", 4);
    g_autoptr(IcsComparison) comparison = compare(&plan);
    IcsComparisonRow udp = {0, 0, ICS_COMPARISON_TOTAL};
    IcsComparisonRow reliable = {0, 1, ICS_COMPARISON_TOTAL};
    double lost = ics_comparison_mean(comparison, &udp, ICS_MEASURE_LOST).mean;
    assert_true(lost > 0);
    assert_mean(comparison, 0, ICS_MEASURE_SENT, 100);
    assert_mean(comparison, 0, ICS_MEASURE_DELIVERED, 100 - lost);
    assert_mean(comparison, 1, ICS_MEASURE_DELIVERED, 100);
    assert_mean(comparison, 1, ICS_MEASURE_LOST, 0);
    IcsEstimate gained = ics_comparison_difference(comparison, &reliable, ICS_MEASURE_DELIVERED);
    assert_float_equal(gained.mean, lost, 1e-9);
    assert_int_equal(ics_comparison_mean(comparison, &udp, ICS_MEASURE_COMPLETION).n, 0);
    assert_int_equal(ics_comparison_mean(comparison, &reliable, ICS_MEASURE_COMPLETION).n, 4);
    assert_true(ics_comparison_mean(comparison, &reliable, ICS_MEASURE_RETRANSMISSIONS).mean > 0);
    plan_clear(&plan);
}

/* 100 messages of 100 bytes in datagrams of 128; an acknowledgement for each, at least of an empty
 * datagram. */
static void the_wire_carries_acknowledgements_too(void **state)
{
    (void)state;
    Plan plan;
    plan_init(&plan, TRACE(""), "udp,rdt.abp", 1);
    g_autoptr(IcsComparison) comparison = compare(&plan);
    const IcsComparisonSample *udp = ics_comparison_sample(comparison, 0, 0, 0);
    const IcsComparisonSample *reliable = ics_comparison_sample(comparison, 0, 0, 1);
    assert_int_equal(udp->values[ICS_MEASURE_WIRE_PER_BYTE].n, 12800);
    assert_int_equal(udp->values[ICS_MEASURE_WIRE_PER_BYTE].of, 10000);
    assert_int_equal(reliable->values[ICS_MEASURE_WIRE_PER_BYTE].of, 10000);
    assert_true(reliable->values[ICS_MEASURE_WIRE_PER_BYTE].n >= 12800 + 100 * 28);
    assert_int_equal(reliable->values[ICS_MEASURE_RETRANSMISSIONS].n, 0);
    assert_mean(comparison, 0, ICS_MEASURE_SETUP_TIME, 0);
    assert_mean(comparison, 1, ICS_MEASURE_SETUP_PACKETS, 0);
    plan_clear(&plan);
}

/* ---- pairing ---- */

static void assert_unpaired(const char *trace, const char *element)
{
    Plan plan;
    plan_init(&plan, trace, "udp,rdt.sr", 2);
    g_autoptr(IcsComparison) comparison = compare(&plan);
    for (uint32_t row = 0; row < 2; row++) {
        g_autoptr(GPtrArray) unpaired = ics_comparison_unpaired(comparison, 0, row);
        if (element == NULL) {
            assert_int_equal(unpaired->len, 0);
        } else {
            assert_true(unpaired->len > 0);
            assert_string_equal(g_ptr_array_index(unpaired, 0), element);
        }
    }
    plan_clear(&plan);
}

static void independent_elements_are_paired_by_fate(void **state)
{
    (void)state;
    assert_unpaired(lossy, NULL);
    assert_unpaired(TRACE("{'kind': 'duplicate', 'probability': '5%'},"
                          "{'kind': 'corrupt', 'probability': '5%'},"
                          "{'kind': 'reorder', 'probability': '5%'},"
                          "{'kind': 'delay', 'time': '1ms', 'jitter': '1ms'}"),
                    NULL);
}

static void a_chain_that_moves_with_the_packets_is_not(void **state)
{
    (void)state;
    assert_unpaired(TRACE("{'kind': 'gilbert-elliott', 'p': '5%', 'r': '50%'}"),
                    "gilbert-elliott on wire a->b");
}

static void a_chain_with_a_clock_is(void **state)
{
    (void)state;
    assert_unpaired(TRACE("{'kind': 'gilbert-elliott', 'p': '5%', 'r': '50%', 'clock': '10ms'}"),
                    NULL);
}

static void waiting_for_later_packets_is_not(void **state)
{
    (void)state;
    assert_unpaired(TRACE("{'kind': 'reorder', 'probability': '50%', 'displacement': 2}"),
                    "reorder on wire a->b");
}

static void counting_packets_is_not(void **state)
{
    (void)state;
    assert_unpaired(TRACE("{'kind': 'loss', 'every': 7, 'direction': 'a->b'}"),
                    "loss on wire a->b");
}

static void an_element_that_no_packet_reached_changes_nothing(void **state)
{
    (void)state;
    assert_unpaired(
        TRACE("{'kind': 'gilbert-elliott', 'p': '5%', 'r': '50%', 'from': '50s', 'until': '51s'}"),
        NULL);
}

/* ---- running ---- */

static char *json_with_jobs(uint32_t jobs)
{
    Plan plan;
    plan_init(&plan, lossy, "udp,rdt.abp,rdt.gbn(window=4),rdt.sr", 5);
    plan.plan.jobs = jobs;
    plan.plan.with_flows = true;
    g_autoptr(IcsComparison) comparison = compare(&plan);
    IcsComparisonReport report = {comparison, plan.settings, ICS_MEASURES_ALL};
    char *text = ics_comparison_json_text(&report);
    plan_clear(&plan);
    return text;
}

static void results_do_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    g_autofree char *one = json_with_jobs(1);
    g_autofree char *two = json_with_jobs(2);
    g_autofree char *four = json_with_jobs(4);
    assert_string_equal(one, two);
    assert_string_equal(one, four);
}

static void flows_apart_add_up_to_the_total(void **state)
{
    (void)state;
    Plan plan;
    plan_init(&plan,
              "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}}, 'links': [{'name': 'wire',"
              " 'ends': ['a', 'b'], 'delay': '5ms'}], 'processes': ["
              "{'name': 'echo', 'host': 'b', 'program': 'udp-echo-server', 'port': 7},"
              "{'name': 'asker', 'host': 'a', 'program': 'udp-client', 'to': 'b:7',"
              " 'messages': 10, 'interval': '20ms'}]}",
              "udp,rdt.sr", 2);
    plan.plan.with_flows = true;
    g_autoptr(IcsComparison) comparison = compare(&plan);
    assert_int_equal(comparison->flow_names->len, 2);
    assert_string_equal(g_ptr_array_index(comparison->flow_names, 0), "asker -> echo");
    assert_string_equal(g_ptr_array_index(comparison->flow_names, 1), "echo -> asker");
    for (uint32_t row = 0; row < 2; row++) {
        assert_mean(comparison, row, ICS_MEASURE_DELIVERED, 20);
        for (uint32_t flow = 0; flow < 2; flow++) {
            IcsComparisonRow at = {0, row, flow};
            assert_true(ics_comparison_mean(comparison, &at, ICS_MEASURE_DELIVERED).mean == 10);
        }
    }
    plan_clear(&plan);
}

static void synchronous_sockets_do_not_take_part(void **state)
{
    (void)state;
    Plan plan;
    plan_init(&plan,
              "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}}, 'links': [{'name': 'wire',"
              " 'ends': ['a', 'b'], 'delay': '5ms'}], 'processes': ["
              "{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'port': 9},"
              "{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
              " 'messages': 3, 'interval': '20ms'},"
              "{'name': 'taker', 'host': 'b', 'operations': ["
              "  {'do': 'socket', 'socket': 's', 'type': 'synchronous'},"
              "  {'do': 'bind', 'socket': 's', 'port': 10}, {'do': 'receive', 'socket': 's'}]},"
              "{'name': 'giver', 'host': 'a', 'operations': ["
              "  {'do': 'socket', 'socket': 's', 'type': 'synchronous'},"
              "  {'do': 'send', 'socket': 's', 'to': 'b:10', 'text': 'x'}]}]}",
              "udp,rdt.sr", 1);
    plan.plan.with_flows = true;
    g_autoptr(IcsComparison) comparison = compare(&plan);
    assert_mean(comparison, 0, ICS_MEASURE_SENT, 3);
    assert_mean(comparison, 1, ICS_MEASURE_SENT, 3);
    assert_int_equal(comparison->flow_names->len, 1);
    plan_clear(&plan);
}

static bool stops_at_once(gpointer data)
{
    (void)data;
    return false;
}

static void an_interrupted_comparison_says_what_was_done(void **state)
{
    (void)state;
    Plan plan;
    GError *error = NULL;
    plan_init(&plan, lossy, "udp", 10000);
    IcsComparisonWatch watch = {.go_on = stops_at_once};
    g_autoptr(IcsComparison) comparison = ics_comparison_run(&plan.plan, &watch, &error);
    g_assert_no_error(error);
    assert_true(comparison->interrupted);
    assert_true(comparison->n_done < comparison->n_samples);
    assert_int_equal(ics_comparison_runs_done(comparison, 0, 0), comparison->n_done);
    IcsComparisonRow at = {0, 0, ICS_COMPARISON_TOTAL};
    assert_int_equal(ics_comparison_mean(comparison, &at, ICS_MEASURE_SENT).n, comparison->n_done);
    plan_clear(&plan);
}

static void a_world_that_does_not_fit_into_memory_is_refused(void **state)
{
    (void)state;
    Plan plan;
    g_autoptr(GError) error = NULL;
    plan_init(&plan, lossy, "udp", 3);
    plan.plan.memory_limit_bytes = 1000;
    plan.plan.jobs = 4;
    IcsComparisonWatch watch = {.go_on = goes_on};
    assert_null(ics_comparison_run(&plan.plan, &watch, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
    plan_clear(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_run_has_its_seed_and_its_place),
        cmocka_unit_test(a_reliable_transport_delivers_what_udp_loses),
        cmocka_unit_test(the_wire_carries_acknowledgements_too),
        cmocka_unit_test(independent_elements_are_paired_by_fate),
        cmocka_unit_test(a_chain_that_moves_with_the_packets_is_not),
        cmocka_unit_test(a_chain_with_a_clock_is),
        cmocka_unit_test(waiting_for_later_packets_is_not),
        cmocka_unit_test(counting_packets_is_not),
        cmocka_unit_test(an_element_that_no_packet_reached_changes_nothing),
        cmocka_unit_test(results_do_not_depend_on_the_number_of_threads),
        cmocka_unit_test(flows_apart_add_up_to_the_total),
        cmocka_unit_test(synchronous_sockets_do_not_take_part),
        cmocka_unit_test(an_interrupted_comparison_says_what_was_done),
        cmocka_unit_test(a_world_that_does_not_fit_into_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
