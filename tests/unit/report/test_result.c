#include <cmocka.h>
#include <string.h>

#include "tests/support/result_fixture.h"
#include "tool/report/result_json.h"

/* Two hosts on a link of 1 Mbit/s and 5 ms; a sink on b at port 9. A datagram of 100 bytes takes
 * 1.024 ms to send (128 bytes of IP). */
#define WORLD(faults, processes, rest)                                                             \
    "{'ipcsim': 1, 'seed': 3, 'hosts': {'a': {'address': '10.0.0.1'},"                             \
    " 'b': {'address': '10.0.0.2'}}, 'links': [{'name': 'wire', 'ends': ['a', 'b'],"               \
    " 'rate': '1Mbit', 'delay': '5ms', 'faults': [" faults "]}],"                                  \
    " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink'}, " processes "]" rest "}"

#define SOURCE(messages)                                                                           \
    "{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': " messages  \
    ", 'size': '100B', 'interval': '10ms'}"

static void a_lossless_flow_is_all_delivered(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(WORLD("", SOURCE("10"), ""));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
    assert_string_equal(flow->transport, "udp");
    assert_int_equal(flow->sent, 10);
    assert_int_equal(flow->delivered, 10);
    assert_int_equal(flow->undecided, 0);
    assert_int_equal(flow->latency.n, 10);
    assert_int_equal(flow->latency.min_ns, 6024000);
    assert_int_equal(flow->latency.max_ns, 6024000);
    assert_int_equal(flow->latency.mean_ns, 6024000);
    assert_int_equal(flow->jitter_ns, 0);
    assert_int_equal(flow->wire_packets, 10);
    assert_int_equal(flow->wire_bytes, 1280);
    assert_int_equal(flow->payload_bytes, 1000);
    assert_int_equal(flow->payload_ns, 90000000 + 6024000);
    assert_int_equal(result->virtual_ns, 96024000);
    assert_string_equal(result->stopped, "quiescent");
    assert_null(result->broken);
    assert_true(result->ok);
}

static void a_lost_message_is_lost_by_its_cause(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result =
        ics_result_fixture_run(WORLD("{'kind': 'loss', 'nth': [2, 5]}", SOURCE("10"), ""));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
    assert_int_equal(flow->delivered, 8);
    assert_int_equal(ics_cause_counts_get(&flow->lost, ICS_CAUSE_LOSS), 2);
    const IcsLinkResult *link = ics_result_fixture_link(result, "wire a->b");
    assert_int_equal(link->counters.offered, 10);
    assert_int_equal(ics_cause_counts_get(&link->dropped, ICS_CAUSE_LOSS), 2);
    assert_int_equal(link->n_faults, 1);
    assert_string_equal(link->faults[0].kind, "loss");
    assert_string_equal(link->faults[0].pointer, "/links/0/faults/0");
    assert_null(link->faults[0].name);
    assert_int_equal(link->faults[0].realised.n, 2);
}

static void a_message_lives_while_one_of_its_copies_does(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(
        WORLD("{'kind': 'duplicate', 'probability': '100%'}, {'kind': 'loss', 'nth': [1, 3, 4]}",
              SOURCE("3"), ""));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
    assert_int_equal(flow->sent, 3);
    assert_int_equal(flow->delivered, 2);
    assert_int_equal(flow->duplicates, 1);
    assert_int_equal(ics_cause_counts_get(&flow->lost, ICS_CAUSE_LOSS), 1);
    assert_int_equal(ics_result_fixture_link(result, "wire a->b")->counters.copies, 3);
}

static void what_is_on_its_way_at_the_stop_is_undecided(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result =
        ics_result_fixture_run(WORLD("", SOURCE("10"), ", 'stop': '53ms'"));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
    assert_int_equal(flow->sent, 6);
    assert_int_equal(flow->delivered, 5);
    assert_int_equal(flow->undecided, 1);
    assert_string_equal(result->stopped, "time");
    assert_int_equal(result->virtual_ns, 53000000);
    assert_int_equal(ics_result_fixture_link(result, "wire a->b")->in_flight, 1);
}

static void sockets_of_one_process_are_one_flow(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(
        WORLD("",
              "{'name': 'two', 'host': 'a', 'operations': ["
              "{'do': 'socket', 'socket': 's'}, {'do': 'socket', 'socket': 't'},"
              "{'do': 'send', 'socket': 's', 'to': 'b:9', 'text': 'hello'},"
              "{'do': 'send', 'socket': 't', 'to': 'b:9', 'text': 'you'},"
              "{'do': 'send', 'socket': 't', 'to': 'b:10', 'text': 'nobody'}]}",
              ", 'expect': [{'flow': 'two -> sink', 'metric': 'sent', 'equals': 2},"
              "{'flow': 'two -> b:9', 'metric': 'sent', 'equals': 2},"
              "{'flow': 'two -> b:10', 'metric': 'lost', 'cause': 'no-port', 'equals': 1}]"));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "two -> sink");
    assert_int_equal(flow->flows, 2);
    assert_int_equal(flow->sent, 2);
    assert_int_equal(flow->payload_bytes, 8);
    const IcsFlowResult *lost = ics_result_fixture_flow(result, "two -> b:10");
    assert_int_equal(ics_cause_counts_get(&lost->lost, ICS_CAUSE_NO_PORT), 1);
    assert_int_equal(
        ics_cause_counts_get(&ics_result_fixture_host(result, "b")->dropped, ICS_CAUSE_NO_PORT), 1);
    assert_true(result->ok);
}

static void a_restarted_process_has_two_lives(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(
        WORLD("", SOURCE("10"),
              ", 'schedule': [{'at': '20ms', 'host': 'b', 'action': 'crash'},"
              "{'at': '50ms', 'host': 'b', 'action': 'restart'}]"));
    const IcsProcessResult *first = ics_result_fixture_process(result, "sink");
    const IcsProcessResult *second = first + 1;
    assert_string_equal(first->outcome, "crashed");
    assert_int_equal(first->ended_ns, 20000000);
    assert_int_equal(first->blocked[ICS_WAIT_RECEIVE].total_ns, 20000000);
    assert_string_equal(second->name, "sink");
    assert_string_equal(second->outcome, "running");
    assert_int_equal(second->started_ns, 50000000);
    assert_int_equal(second->blocked[ICS_WAIT_RECEIVE].total_ns, result->virtual_ns - 50000000);
    assert_int_equal(ics_result_fixture_host(result, "b")->restarts, 1);
}

static void a_process_whose_time_does_not_come_has_not_started(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(
        WORLD("",
              "{'name': 'late', 'host': 'a', 'start': '1h', 'program': 'udp-sender',"
              " 'to': 'b:9', 'messages': 1, 'interval': '1s'}",
              ", 'stop': '1s'"));
    const IcsProcessResult *late = ics_result_fixture_process(result, "late");
    assert_string_equal(late->outcome, "not-started");
    assert_string_equal(late->host, "a");
    assert_true(late->started_ns == ICS_TIME_NEVER);
    assert_int_equal(result->warnings->len, 1);
    const char *warning = g_ptr_array_index(result->warnings, 0);
    assert_true(g_str_has_prefix(warning, "1:"));
}

static void children_stand_behind_their_parent(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(WORLD(
        "",
        "{'name': 'p', 'host': 'a', 'operations': [{'do': 'spawn', 'name': 'c',"
        " 'operations': [{'do': 'exit', 'code': 3}]}, {'do': 'log', 'text': 'done'}]}," SOURCE("1"),
        ""));
    assert_int_equal(result->processes->len, 4);
    const IcsProcessResult *parent = ics_result_fixture_process(result, "p");
    assert_string_equal(parent[1].name, "p/c");
    assert_int_equal(parent[1].exit_code, 3);
    assert_string_equal(parent[2].name, "source");
    assert_int_equal(parent->log_lines, 1);
    assert_string_equal(g_ptr_array_index(parent->log, 0), "done");
}

static void an_interrupted_run_has_a_result_too(void **state)
{
    (void)state;
    const char *text = WORLD("{'kind': 'loss', 'probability': '30%'}", SOURCE("1000"), "");
    for (uint64_t events = 5; events < 200; events += 13) {
        g_autoptr(IcsResult) result = ics_result_fixture_interrupt(text, events);
        const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
        assert_string_equal(result->stopped, "interrupted");
        assert_null(result->broken);
        assert_int_equal(flow->sent,
                         flow->delivered + flow->undecided + ics_cause_counts_total(&flow->lost));
    }
}

/* Deaths are told in advance where departures are computed; the report must not depend on it. */
static char *report_with(const char *departures, const char *stop)
{
    g_autofree char *text = g_strdup_printf(
        "{'ipcsim': 1, 'seed': 11, 'stop': '%s', 'hosts': {'a': {'address': '10.0.0.1'},"
        " 'b': {'address': '10.0.0.2'}}, 'links': [{'name': 'wire', 'ends': ['a', 'b'],"
        " 'rate': '200kbit', 'delay': '20ms', 'queue': {'discipline': 'droptail', 'packets': 20},"
        " 'departures': '%s', 'faults': [{'kind': 'duplicate', 'probability': '10%%'},"
        "  {'kind': 'loss', 'probability': '20%%'}, {'kind': 'corrupt', 'probability': '5%%'},"
        "  {'kind': 'delay', 'time': '10ms', 'jitter': '8ms'}]}],"
        " 'processes': [{'name': 'echo', 'host': 'b', 'program': 'udp-echo-server'},"
        "  {'name': 'asker', 'host': 'a', 'program': 'udp-client', 'to': 'b:6789',"
        "   'messages': 500, 'size': '100B', 'interval': '4ms', 'wait': 'none'}]}",
        stop, departures);
    g_autoptr(IcsResult) result = ics_result_fixture_run(text);
    assert_null(result->broken);
    g_autofree char *json = ics_result_json_text(result);
    return g_strdup(strstr(json, "\"seed\""));
}

static void computed_and_scheduled_departures_give_the_same_result(void **state)
{
    (void)state;
    const char *const stops[] = {"301ms", "1234567ns", "777777777ns", "1h"};
    for (size_t i = 0; i < G_N_ELEMENTS(stops); i++) {
        g_autofree char *computed = report_with("computed", stops[i]);
        g_autofree char *scheduled = report_with("scheduled", stops[i]);
        assert_string_equal(computed, scheduled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lossless_flow_is_all_delivered),
        cmocka_unit_test(a_lost_message_is_lost_by_its_cause),
        cmocka_unit_test(a_message_lives_while_one_of_its_copies_does),
        cmocka_unit_test(what_is_on_its_way_at_the_stop_is_undecided),
        cmocka_unit_test(sockets_of_one_process_are_one_flow),
        cmocka_unit_test(a_restarted_process_has_two_lives),
        cmocka_unit_test(a_process_whose_time_does_not_come_has_not_started),
        cmocka_unit_test(children_stand_behind_their_parent),
        cmocka_unit_test(an_interrupted_run_has_a_result_too),
        cmocka_unit_test(computed_and_scheduled_departures_give_the_same_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
