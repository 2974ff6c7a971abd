/* What results say of connections. */
#include <cmocka.h>

#include "protocols/stream/stream_state.h"
#include "tests/support/result_fixture.h"

#define WORLD(faults, client, rest)                                                                \
    "{'ipcsim': 1, 'seed': 3, 'stream': {'msl': '1s'}, 'hosts': {'a': {}, 'b': {}},"               \
    " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'delay': '5ms', 'faults': [" faults           \
    "]}], 'processes': [{'name': 'server', 'host': 'b', 'operations': ["                           \
    "  {'do': 'socket', 'socket': 'l', 'type': 'stream'},"                                         \
    "  {'do': 'bind', 'socket': 'l', 'port': 7}, {'do': 'listen', 'socket': 'l'},"                 \
    "  {'do': 'accept', 'socket': 'l', 'connection': 'c'},"                                        \
    "  {'do': 'receive', 'socket': 'c', 'fill': true}]},"                                          \
    " {'name': 'client', 'host': 'a', 'operations': ["                                             \
    "  {'do': 'socket', 'socket': 's', 'type': 'stream'}," client "]}]" rest "}"

#define SEND                                                                                       \
    "{'do': 'connect', 'socket': 's', 'to': 'b:7'},"                                               \
    "{'do': 'send', 'socket': 's', 'size': '1000B'}, {'do': 'send', 'socket': 's', 'size': "       \
    "'500B'}"

static const IcsConnectionResult *connection(const IcsResult *result, guint index)
{
    assert_true(index < result->connections->len);
    return &g_array_index(result->connections, IcsConnectionResult, index);
}

static void each_end_of_a_connection_has_a_row(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(WORLD("", SEND, ""));
    assert_int_equal(result->connections->len, 2);
    const IcsConnectionResult *client = connection(result, 0);
    const IcsConnectionResult *server = connection(result, 1);
    assert_string_equal(client->host, "a");
    assert_string_equal(client->local, "a:49152");
    assert_string_equal(client->peer, "b:7");
    assert_string_equal(client->state, "CLOSED");
    assert_false(client->is_passive);
    assert_int_equal(client->began_ns, 0);
    assert_int_equal(client->setup_ns, 10000000);
    assert_int_equal(client->sent_bytes, 1500);
    assert_int_equal(client->received_bytes, 0);
    assert_int_equal(client->figures.srtt_ns > 0, 1);
    assert_int_equal(client->figures.repeated_segments, 0);
    assert_string_equal(server->local, "b:7");
    assert_true(server->is_passive);
    assert_int_equal(server->received_bytes, 1500);
    assert_int_equal(server->setup_ns, 10000000);
}

static void messages_of_a_stream_are_its_sends(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(WORLD("", SEND, ""));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "client -> server");
    assert_string_equal(flow->transport, "tcp");
    assert_int_equal(flow->sent, 2);
    assert_int_equal(flow->delivered, 2);
    assert_int_equal(flow->latency.min_ns, 5000000);
    assert_int_equal(flow->payload_bytes, 1500);
}

/* SYN, ACK, data: the third and fourth packet of the client are lost at first. */
static void what_was_sent_again_is_told_by_reason(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(
        WORLD("{'kind': 'loss', 'nth': [3, 4], 'direction': 'a->b'}", SEND, ""));
    const IcsConnectionResult *client = connection(result, 0);
    uint64_t repeats = 0;
    for (int why = 0; why < ICS_CONNECTION_N_REPEATS; why++) {
        repeats += client->repeats[why];
    }
    assert_int_equal(client->repeats[ICS_STREAM_REPEAT_NONE], 0);
    assert_true(repeats >= 2);
    assert_int_equal(repeats, client->figures.repeated_segments);
    /* A FIN alone carries no message. */
    assert_int_equal(ics_result_fixture_flow(result, "client -> server")->repeated,
                     repeats - client->repeats[ICS_STREAM_REPEAT_FIN]);
    assert_int_equal(ics_result_fixture_flow(result, "client -> server")->delivered, 2);
}

/* What nobody can take any more is lost, by the cause of the last packet. */
static void messages_of_a_broken_connection_are_lost(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result =
        ics_result_fixture_run(WORLD("{'kind': 'loss', 'probability': 1, 'direction': 'a->b',"
                                     " 'from': '12ms'}",
                                     "{'do': 'set', 'socket': 's', 'user-timeout': '5s'},"
                                     "{'do': 'connect', 'socket': 's', 'to': 'b:7'},"
                                     "{'do': 'wait', 'until': '1s'},"
                                     "{'do': 'send', 'socket': 's', 'size': '10B'},"
                                     "{'do': 'receive', 'socket': 's', 'expect': 'ETIMEDOUT'}",
                                     ", 'stop': '100s'"));
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "client -> server");
    assert_int_equal(flow->sent, 1);
    assert_int_equal(flow->delivered, 0);
    assert_int_equal(ics_cause_counts_get(&flow->lost, ICS_CAUSE_LOSS), 1);
    assert_int_equal(ics_result_fixture_process(result, "client")->operations_failed, 0);
    assert_string_equal(connection(result, 0)->state, "CLOSED");
    assert_string_equal(connection(result, 1)->state, "ESTABLISHED");
}

static void a_connection_that_never_was_has_no_set_up(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(
        WORLD("", "{'do': 'connect', 'socket': 's', 'to': 'b:8', 'expect': 'ECONNREFUSED'}", ""));
    assert_int_equal(result->connections->len, 1);
    assert_int_equal(connection(result, 0)->setup_ns, -1);
    assert_int_equal(result->more_connections, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_of_a_connection_has_a_row),
        cmocka_unit_test(messages_of_a_stream_are_its_sends),
        cmocka_unit_test(what_was_sent_again_is_told_by_reason),
        cmocka_unit_test(messages_of_a_broken_connection_are_lost),
        cmocka_unit_test(a_connection_that_never_was_has_no_set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
