#include <cmocka.h>

#include "tests/support/result_fixture.h"
#include "tool/report/metric.h"

/* Ten datagrams of 100 bytes (128 of IP, 1.024 ms at 1 Mbit/s), one each 10 ms, over 5 ms; the
 * third is lost, the fifth comes twice. */
static const char world[] =
    "{'ipcsim': 1, 'seed': 3, 'hosts': {'a': {'address': '10.0.0.1'},"
    " 'b': {'address': '10.0.0.2'}}, 'links': [{'name': 'wire', 'ends': ['a', 'b'],"
    " 'rate': '1Mbit', 'delay': '5ms', 'faults': ["
    "  {'kind': 'loss', 'nth': 3, 'direction': 'a->b'},"
    "  {'kind': 'duplicate', 'nth': 5, 'direction': 'a->b'}]}],"
    " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink'},"
    " {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': 10,"
    "  'size': '100B', 'interval': '10ms'}],"
    " 'expect': [%s]}";

/* What is expected: the members of an expectation but its target. */
typedef struct Row {
    const char *target;
    const char *expected;
} Row;

#define FLOW    "'flow': 'source -> sink', "
#define LINK    "'link': 'wire a->b', "
#define SINK    "'process': 'sink', "
#define REVERSE "'flow': 'sink -> source', "

static IcsResult *run(const Row *rows, size_t n)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (size_t i = 0; i < n; i++) {
        g_string_append_printf(list, "%s{%s%s}", i > 0 ? ", " : "", rows[i].target,
                               rows[i].expected);
    }
    g_autofree char *text = g_strdup_printf(world, list->str);
    return ics_result_fixture_run(text);
}

static const IcsExpectationResult *expectation(const IcsResult *result, guint index)
{
    return &g_array_index(result->expectations, IcsExpectationResult, index);
}

static void check_all_hold(const Row *rows, size_t n)
{
    g_autoptr(IcsResult) result = run(rows, n);
    for (guint i = 0; i < n; i++) {
        if (!expectation(result, i)->ok) {
            fail_msg("%s: it is %ld", rows[i].expected, (long)expectation(result, i)->value.value);
        }
    }
    assert_true(result->ok);
}

static void the_metrics_of_a_flow_are_what_arithmetic_says(void **state)
{
    (void)state;
    static const Row rows[] = {
        {FLOW, "'metric': 'sent', 'equals': 10"},
        {FLOW, "'metric': 'delivered', 'equals': 9"},
        {FLOW, "'metric': 'lost', 'equals': 1"},
        {FLOW, "'metric': 'lost', 'cause': 'loss', 'equals': 1"},
        {FLOW, "'metric': 'lost', 'cause': 'queue-full', 'equals': 0"},
        {FLOW, "'metric': 'undecided', 'equals': 0"},
        {FLOW, "'metric': 'duplicates', 'equals': 1"},
        {FLOW, "'metric': 'reordered', 'equals': 0"},
        {FLOW, "'metric': 'reordered-ratio', 'equals': '0%'"},
        {FLOW, "'metric': 'reordered-extent', 'equals': 0"},
        {FLOW, "'metric': 'damaged', 'equals': 0"},
        {FLOW, "'metric': 'repeated', 'equals': 0"},
        {FLOW, "'metric': 'delivery-ratio', 'equals': '90%'"},
        {FLOW, "'metric': 'latency-min', 'equals': '6024us'"},
        {FLOW, "'metric': 'latency-p50', 'equals': '6024us'"},
        {FLOW, "'metric': 'latency-p90', 'equals': '6024us'"},
        {FLOW, "'metric': 'latency-p99', 'equals': '6024us'"},
        {FLOW, "'metric': 'latency-max', 'equals': '6024us'"},
        {FLOW, "'metric': 'jitter', 'equals': '0ms'"},
        {FLOW, "'metric': 'wire-bytes', 'equals': '1280B'"},
    };
    check_all_hold(rows, G_N_ELEMENTS(rows));
}

static void goodput_is_payload_over_the_time_from_first_sent_to_last_received(void **state)
{
    (void)state;
    static const Row rows[] = {{FLOW, "'metric': 'goodput', 'equals': '74981bit'"}};
    assert_int_equal(INT64_C(900) * 8 * 1000000000 / 96024000, 74981);
    check_all_hold(rows, G_N_ELEMENTS(rows));
}

static void overhead_is_what_is_no_payload(void **state)
{
    (void)state;
    static const Row rows[] = {{FLOW, "'metric': 'overhead', 'min': '29.6%', 'max': '29.7%'"}};
    g_autoptr(IcsResult) result = run(rows, G_N_ELEMENTS(rows));
    assert_int_equal(expectation(result, 0)->value.ratio.n, 1280 - 900);
    assert_int_equal(expectation(result, 0)->value.ratio.of, 1280);
    assert_true(result->ok);
}

/* The sink is woken ten times and waits again at the end; the link is busy 10.24 of 96.024 ms. */
static void the_metrics_of_links_hosts_processes_and_the_run_agree(void **state)
{
    (void)state;
    static const Row rows[] = {
        {LINK, "'metric': 'offered', 'equals': 10"},
        {LINK, "'metric': 'copies', 'equals': 1"},
        {LINK, "'metric': 'arrived', 'equals': 10"},
        {LINK, "'metric': 'dropped', 'equals': 1"},
        {LINK, "'metric': 'dropped', 'cause': 'loss', 'equals': 1"},
        {LINK, "'metric': 'corrupted', 'equals': 0"},
        {LINK, "'metric': 'overtaken', 'equals': 0"},
        {LINK, "'metric': 'queue-maximum', 'equals': 0"},
        {LINK, "'metric': 'utilisation', 'min': '10.66%', 'max': '10.67%'"},
        {"'host': 'b', ", "'metric': 'dropped', 'equals': 0"},
        {SINK, "'metric': 'operations-failed', 'equals': 0"},
        {SINK, "'metric': 'blocked', 'equals': '96024us'"},
        {SINK, "'metric': 'blocked-intervals', 'equals': 11"},
        {"'process': 'source', ", "'metric': 'blocked', 'equals': '0ms'"},
        {"'process': 'source', ", "'metric': 'exit-code', 'equals': 0"},
        {"", "'metric': 'duration', 'equals': '96024us'"},
        {"", "'metric': 'events', 'equals': 52"},
    };
    check_all_hold(rows, G_N_ELEMENTS(rows));
}

static void a_value_outside_its_bounds_fails(void **state)
{
    (void)state;
    static const Row rows[] = {
        {FLOW, "'metric': 'delivered', 'min': 10"},
        {FLOW, "'metric': 'delivered', 'max': 8"},
        {FLOW, "'metric': 'delivered', 'min': 9, 'max': 9"},
    };
    g_autoptr(IcsResult) result = run(rows, G_N_ELEMENTS(rows));
    assert_false(expectation(result, 0)->ok);
    assert_false(expectation(result, 1)->ok);
    assert_true(expectation(result, 2)->ok);
    assert_false(result->ok);
}

static void an_undefined_value_fails(void **state)
{
    (void)state;
    static const Row rows[] = {
        {REVERSE, "'metric': 'sent', 'equals': 0"},
        {REVERSE, "'metric': 'latency-p50', 'min': '0ms'"},
        {SINK, "'metric': 'exit-code', 'min': 0"},
    };
    g_autoptr(IcsResult) result = run(rows, G_N_ELEMENTS(rows));
    assert_true(expectation(result, 0)->ok);
    assert_false(expectation(result, 1)->value.is_defined);
    assert_false(expectation(result, 1)->ok);
    assert_false(expectation(result, 2)->value.is_defined);
    assert_false(expectation(result, 2)->ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_metrics_of_a_flow_are_what_arithmetic_says),
        cmocka_unit_test(goodput_is_payload_over_the_time_from_first_sent_to_last_received),
        cmocka_unit_test(overhead_is_what_is_no_payload),
        cmocka_unit_test(the_metrics_of_links_hosts_processes_and_the_run_agree),
        cmocka_unit_test(a_value_outside_its_bounds_fails),
        cmocka_unit_test(an_undefined_value_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
