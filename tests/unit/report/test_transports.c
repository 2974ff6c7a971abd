/* Programs for datagrams over each transport: what is delivered, what is lost when an end goes, and
 * that a run ends. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/result_fixture.h"
#include "tests/support/trace_fixture.h"

#define N_TRANSPORTS 4
static const char *const transports[N_TRANSPORTS] = {
    "rdt.abp(timeout=30ms)",
    "rdt.gbn(timeout=30ms,window=6)",
    "rdt.sr(timeout=30ms,window=6)",
    "stream",
};

#define WORLD(faults, processes, rest)                                                             \
    "{'ipcsim': 1, 'seed': 3, 'transport': '%s', 'hosts': {'a': {'address': '10.0.0.1'},"          \
    " 'b': {'address': '10.0.0.2'}}, 'links': [{'name': 'wire', 'ends': ['a', 'b'],"               \
    " 'rate': '1Mbit', 'delay': '5ms', 'faults': [" faults "]}],"                                  \
    " 'processes': [" processes "]" rest "}"

#define SINK "{'name': 'sink', 'host': 'b', 'program': 'udp-sink'}"
#define SOURCE(messages)                                                                           \
    "{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': " messages  \
    ", 'size': '100B', 'interval': '10ms'}"
#define NO_ORDER                                                                                   \
    "{'kind': 'loss', 'probability': '15%%'}, {'kind': 'duplicate', 'probability': '10%%'},"       \
    " {'kind': 'corrupt', 'probability': '5%%'}"

static IcsResult *run(const char *format, const char *transport)
{
    g_autofree char *text = g_strdup(format);
    char *place = strstr(text, "%s");
    g_autofree char *before = g_strndup(text, (gsize)(place - text));
    g_autofree char *with = g_strconcat(before, transport, place + 2, NULL);
    g_autoptr(GString) json = g_string_new(with);
    g_string_replace(json, "%%", "%", 0);
    IcsResult *result = ics_result_fixture_run(json->str);
    if (result->broken != NULL) {
        fail_msg("%s: %s", transport, result->broken);
    }
    return result;
}

static uint64_t lost(const IcsFlowResult *flow)
{
    uint64_t n = 0;
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        n += ics_cause_counts_get(&flow->lost, (IcsCause)cause);
    }
    return n;
}

static void assert_all_in_order(const IcsFlowResult *flow, uint64_t messages)
{
    assert_int_equal(flow->sent, messages);
    assert_int_equal(flow->delivered, messages);
    assert_int_equal(flow->duplicates, 0);
    assert_int_equal(flow->order.reordered, 0);
    assert_int_equal(flow->damaged, 0);
    assert_int_equal(flow->undecided, 0);
    assert_int_equal(lost(flow), 0);
}

static void everything_arrives_once_and_in_order(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD(NO_ORDER, SINK "," SOURCE("200"), ""), transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 200);
    }
}

static void a_flow_has_the_name_of_its_transport(void **state)
{
    (void)state;
    static const char *const names[N_TRANSPORTS] = {"rdt.abp", "rdt.gbn", "rdt.sr", "stream"};
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result = run(WORLD("", SINK "," SOURCE("1"), ""), transports[i]);
        const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
        assert_string_equal(flow->transport, names[i]);
    }
}

static void both_forms_of_programs_do_the_same(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        uint64_t digests[2];
        static const char *const forms[2] = {
            WORLD(NO_ORDER,
                  "{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'form': 'handler'},"
                  "{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                  " 'messages': 60, 'interval': '10ms', 'form': 'handler'}",
                  ""),
            WORLD(NO_ORDER,
                  "{'name': 'sink', 'host': 'b', 'program': 'udp-sink'},"
                  "{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                  " 'messages': 60, 'interval': '10ms'}",
                  ""),
        };
        for (int form = 0; form < 2; form++) {
            g_autoptr(IcsResult) result = run(forms[form], transports[i]);
            digests[form] = result->digest;
            assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 60);
        }
        assert_int_equal(digests[0], digests[1]);
    }
}

/* The client waits for each reply, so that all must find their way back to its port. */
static void replies_go_back_to_the_sender(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD(NO_ORDER,
                      "{'name': 'echo', 'host': 'b', 'program': 'udp-echo-server'},"
                      "{'name': 'asker', 'host': 'a', 'program': 'udp-client', 'to': 'b:6789',"
                      " 'messages': 50, 'size': 100, 'timeout': '60s'}",
                      ""),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "asker -> echo"), 50);
        assert_all_in_order(ics_result_fixture_flow(result, "echo -> asker"), 50);
    }
}

/* All is sent at one instant, and the process returns: what it has sent still arrives. */
static void a_sender_may_end_before_its_messages_have_arrived(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD(NO_ORDER,
                      SINK ",{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                           " 'messages': 100, 'size': '500B', 'interval': '0ms'}",
                      ""),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 100);
        assert_string_equal(result->stopped, "quiescent");
    }
}

/* A message of no bytes, and the longest one that the link takes over UDP less the headers. */
static void short_and_long_messages_arrive(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("{'kind': 'loss', 'nth': [1, 3]}",
                      "{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'buffer': '2000B'},"
                      "{'name': 'none', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                      " 'messages': 3, 'size': '0B', 'interval': '1ms'},"
                      "{'name': 'long', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                      " 'messages': 3, 'size': '1456B', 'interval': '1ms'}",
                      ""),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "none -> sink"), 3);
        assert_all_in_order(ics_result_fixture_flow(result, "long -> sink"), 3);
    }
}

/* The receiver reads slowly and has little room: nothing is lost, as it would be over UDP. */
static void a_slow_receiver_holds_the_sender_up(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("",
                      "{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'work': '20ms',"
                      " 'receive-buffer': '500B'}," SOURCE("100"),
                      ""),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 100);
    }
}

static void without_a_receiver_everything_is_lost_and_the_run_ends(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result = run(WORLD("", SOURCE("5"), ""), transports[i]);
        const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> b:9");
        assert_int_equal(flow->sent, 5);
        assert_int_equal(flow->delivered, 0);
        assert_string_equal(result->stopped, "quiescent");
        assert_true(result->virtual_ns < 400 * ICS_NS_PER_S);
    }
}

/* The sink takes three messages and ends; the sender is told, in one way or another, and stops. */
static void a_receiver_that_ends_stops_the_sender(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD(NO_ORDER,
                      "{'name': 'sink', 'host': 'b', 'operations': ["
                      " {'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', 'port': 9},"
                      " {'do': 'repeat', 'times': 3, 'operations': ["
                      "  {'do': 'receive', 'socket': 's'}]}]}," SOURCE("30"),
                      ""),
                transports[i]);
        const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
        assert_int_equal(flow->sent, 30);
        assert_int_equal(flow->delivered, 3);
        assert_int_equal(flow->duplicates, 0);
        assert_string_equal(result->stopped, "quiescent");
        assert_true(result->virtual_ns < 400 * ICS_NS_PER_S);
    }
}

/* A new life of the sender, at the same port, begins a conversation of its own. */
static void a_sender_that_is_restarted_is_not_taken_for_the_old_one(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("", SINK "," SOURCE("10"),
                      ", 'schedule': [{'at': '500ms', 'process': 'source', 'action': 'restart'},"
                      " {'at': '1s', 'process': 'source', 'action': 'restart'}]"),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 30);
    }
}

static void a_process_that_is_killed_still_has_its_messages_delivered(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD(NO_ORDER, SINK "," SOURCE("100"),
                      ", 'schedule': [{'at': '305ms', 'process': 'source', 'action': 'kill'}]"),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 31);
    }
}

/* Its memory is gone with it. */
static void a_host_that_crashes_sends_nothing_any_more(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("{'kind': 'loss', 'probability': '100%%', 'until': '205ms'}",
                      SINK "," SOURCE("10"),
                      ", 'schedule': [{'at': '200ms', 'host': 'a', 'action': 'crash'}]"),
                transports[i]);
        const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
        assert_int_equal(flow->delivered, 0);
        assert_string_equal(result->stopped, "quiescent");
        assert_true(result->virtual_ns <= 205 * ICS_NS_PER_MS);
    }
}

/* The receiver forgets the conversation; what is sent after the sender has noticed arrives. */
static void after_a_crash_of_the_receiver_messages_arrive_again(void **state)
{
    (void)state;
    static const char *const quick[N_TRANSPORTS] = {
        "rdt.abp(timeout=30ms,give-up=500ms)",
        "rdt.gbn(timeout=30ms,window=6,give-up=500ms)",
        "rdt.sr(timeout=30ms,window=6,give-up=500ms)",
        "stream",
    };
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("", SINK "," SOURCE("400"),
                      ", 'schedule': [{'at': '1s', 'host': 'b', 'action': 'crash'},"
                      " {'at': '2.2s', 'host': 'b', 'action': 'restart'}]"),
                quick[i]);
        const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
        assert_int_equal(flow->sent, 400);
        assert_int_equal(flow->duplicates, 0);
        assert_in_range(flow->delivered, 200, 399);
        assert_string_equal(result->stopped, "quiescent");
    }
}

static void everything_arrives_after_a_partition(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("", SINK "," SOURCE("100"),
                      ", 'schedule': [{'at': '300ms', 'link': 'wire', 'action': 'down'},"
                      " {'at': '20s', 'link': 'wire', 'action': 'up'}]"),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "source -> sink"), 100);
    }
}

/* A port is free as soon as its socket is closed, as it is over UDP. */
static void a_port_can_be_bound_again_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
        g_autoptr(IcsResult) result =
            run(WORLD("",
                      "{'name': 'sink', 'host': 'b', 'operations': ["
                      " {'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', 'port': 9},"
                      " {'do': 'receive', 'socket': 's', 'expect': 100},"
                      " {'do': 'close', 'socket': 's'}, {'do': 'socket', 'socket': 't'},"
                      " {'do': 'bind', 'socket': 't', 'port': 9, 'expect': 0}]}," SOURCE("1"),
                      ""),
                transports[i]);
        assert_int_equal(ics_result_fixture_process(result, "sink")->operations_failed, 0);
    }
}

/* Two sockets that send to each other have one conversation for each direction, or one stream. */
static void two_may_send_to_each_other_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < N_TRANSPORTS; i++) {
#define BOTH_WAYS(name, host, peer)                                                                \
    "{'name': '" name "', 'host': '" host "', 'operations': [{'do': 'socket', 'socket': 's'},"     \
    " {'do': 'bind', 'socket': 's', 'port': 7},"                                                   \
    " {'do': 'repeat', 'times': 20, 'operations': ["                                               \
    "  {'do': 'send', 'socket': 's', 'to': '" peer ":7', 'size': '50B'}]},"                        \
    " {'do': 'repeat', 'times': 20, 'operations': [{'do': 'receive', 'socket': 's'}]}]}"
        g_autoptr(IcsResult) result =
            run(WORLD(NO_ORDER, BOTH_WAYS("left", "a", "b") "," BOTH_WAYS("right", "b", "a"), ""),
                transports[i]);
        assert_all_in_order(ics_result_fixture_flow(result, "left -> right"), 20);
        assert_all_in_order(ics_result_fixture_flow(result, "right -> left"), 20);
    }
}

/* ---- fates ---- */

enum { FATED = 60 };

/* Which first transmissions of messages the loss element of the link took. */
typedef struct Losses {
    bool lost[FATED];
    uint64_t n;
} Losses;

static void losses_observe(gpointer data, const IcsObservation *observation)
{
    Losses *self = data;
    const IcsFate *fate = &observation->packet->fate;
    if (observation->cause == ICS_CAUSE_LOSS && fate->klass == ICS_FATE_FIRST && fate->copy == 0) {
        self->n++;
        self->lost[fate->ordinal] = true;
    }
}

static void losses_of(const char *transport, Losses *losses)
{
    g_autofree char *text = g_strdup_printf(
        WORLD("{'kind': 'loss', 'probability': '20%%', 'direction': 'a->b'}",
              SINK ",{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                   " 'messages': 60, 'interval': '90s'}",
              ", 'stop': '3h'"),
        transport);
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    *losses = (Losses){0};
    ics_bus_subscribe(&world->simulation->bus, ICS_OBSERVE_MASK(PACKET_DROPPED), losses_observe,
                      losses);
    ics_world_run(world, UINT64_MAX);
}

/* A message every 90 s, so that nothing is under way when the next one is sent: over a stream, too,
 * each has a segment of its own. */
static void first_transmissions_meet_the_same_fates_over_all(void **state)
{
    (void)state;
    Losses udp;
    losses_of("udp", &udp);
    assert_in_range(udp.n, 3, 25);
    for (int i = 0; i < N_TRANSPORTS; i++) {
        Losses over;
        losses_of(transports[i], &over);
        assert_memory_equal(udp.lost, over.lost, sizeof udp.lost);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_once_and_in_order),
        cmocka_unit_test(a_flow_has_the_name_of_its_transport),
        cmocka_unit_test(both_forms_of_programs_do_the_same),
        cmocka_unit_test(replies_go_back_to_the_sender),
        cmocka_unit_test(a_sender_may_end_before_its_messages_have_arrived),
        cmocka_unit_test(short_and_long_messages_arrive),
        cmocka_unit_test(a_slow_receiver_holds_the_sender_up),
        cmocka_unit_test(without_a_receiver_everything_is_lost_and_the_run_ends),
        cmocka_unit_test(a_receiver_that_ends_stops_the_sender),
        cmocka_unit_test(a_sender_that_is_restarted_is_not_taken_for_the_old_one),
        cmocka_unit_test(a_process_that_is_killed_still_has_its_messages_delivered),
        cmocka_unit_test(a_host_that_crashes_sends_nothing_any_more),
        cmocka_unit_test(after_a_crash_of_the_receiver_messages_arrive_again),
        cmocka_unit_test(everything_arrives_after_a_partition),
        cmocka_unit_test(a_port_can_be_bound_again_at_once),
        cmocka_unit_test(two_may_send_to_each_other_at_once),
        cmocka_unit_test(first_transmissions_meet_the_same_fates_over_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
