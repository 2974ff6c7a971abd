#include <cmocka.h>
#include <string.h>

#include "netmodel/fault_kinds.h"
#include "tests/support/trace_fixture.h"

#define HOSTS "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'c': {}},\n"
#define WORLD                                                                                      \
    HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'rate': '1Mbit'}],\n"                   \
          " 'processes': [{'name': 'p', 'host': 'a', 'program': 'udp-sink'}],\n"
#define ACTION(members) WORLD " 'schedule': [{" members "}]}"
#define FAULT_ACTION(members)                                                                      \
    HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'],\n"                                      \
          "  'faults': [{'kind': 'loss', 'probability': 0.5, 'direction': 'a->b'}]}],\n"           \
          " 'schedule': [{" members "}]}"

static const IcsTraceErrorRow refused[] = {
    {"a schedule as an object", WORLD " 'schedule': {}}",
     "test:4:14: /schedule: expected an array, got an object"},
    {"an entry that is no object", WORLD " 'schedule': ['down']}",
     "test:4:15: /schedule/0: expected an object, got the string \"down\""},
    {"an entry without an action", ACTION("'at': '1s', 'link': 'wire'"),
     "test:4:15: /schedule/0: the key \"action\" is missing"},
    {"an unknown action", ACTION("'at': '1s', 'link': 'wire', 'action': 'dwon'"),
     "test:4:54: /schedule/0/action: unknown action \"dwon\"; did you mean \"down\"?"},
    {"an unknown key of an entry", ACTION("'at': '1s', 'lnk': 'wire', 'action': 'down'"),
     "test:4:28: /schedule/0/lnk: unknown key \"lnk\"; did you mean \"link\"?"},
    {"a key of another action",
     ACTION("'at': '1s', 'link': 'wire', 'action': 'down', 'rate': '1Mbit'"),
     "test:4:62: /schedule/0/rate: unknown key \"rate\"; known: action, at, comment, link, "
     "direction or when"},
    {"an entry without a time", ACTION("'link': 'wire', 'action': 'down'"),
     "test:4:15: /schedule/0: the key \"at\" is missing (a time), or \"when\" (an event)"},
    {"an entry with a time and an event",
     ACTION("'at': '1s', 'when': {'event': 'message-sent'}, 'link': 'wire', 'action': 'down'"),
     "test:4:15: /schedule/0: at and when exclude each other"},
    {"a negative time", ACTION("'at': '-1s', 'link': 'wire', 'action': 'down'"),
     "test:4:22: /schedule/0/at: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), "
     "got \"-1s\": it must not be negative"},
    {"an unknown link", ACTION("'at': '1s', 'link': 'wir', 'action': 'down'"),
     "test:4:36: /schedule/0/link: unknown link \"wir\"; did you mean \"wire\"?"},
    {"an unknown direction",
     ACTION("'at': '1s', 'link': 'wire', 'action': 'down', 'direction': 'b->c'"),
     "test:4:75: /schedule/0/direction: unknown direction \"b->c\"; did you mean \"b->a\"?"},
    {"a missing link", ACTION("'at': '1s', 'action': 'down'"),
     "test:4:15: /schedule/0: the key \"link\" is missing: text, which link"},
    {"a missing rate", ACTION("'at': '1s', 'link': 'wire', 'action': 'rate'"),
     "test:4:15: /schedule/0: the key \"rate\" is missing: a rate from 1 bit/s to 1000 Tbit/s, of "
     "the transmitter from the next bit on"},
    {"a missing delay", ACTION("'at': '1s', 'link': 'wire', 'action': 'delay'"),
     "test:4:15: /schedule/0: the key \"delay\" is missing: a time of at most 600000 h, of packets "
     "that leave from now on"},
    {"a rate where there is a capacity",
     HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'capacity': 'good.capacity'}],\n "
           "'schedule': [{'at': '1s', 'link': 'wire', 'action': 'rate', 'rate': '1Mbit'}]}",
     "test:3:62: /schedule/0/rate: wire has a capacity, not a rate: see /links/0"},
    {"a missing fault", FAULT_ACTION("'at': '1s', 'link': 'wire', 'action': 'fault-off'"),
     "test:4:15: /schedule/0: the key \"fault\" is missing: text, its name; or its kind, where "
     "there is one without a name"},
    {"an unknown fault",
     FAULT_ACTION("'at': '1s', 'link': 'wire', 'action': 'fault-off', 'fault': 'los'"),
     "test:4:76: /schedule/0/fault: unknown fault \"los\"; did you mean \"loss\"?"},
    {"a fault nowhere", FAULT_ACTION("'at': '1s', 'action': 'fault-off', 'fault': 'loss'"),
     "test:4:15: /schedule/0: expected either \"link\" or \"host\", to say where the fault is"},
    {"a fault in two places",
     FAULT_ACTION(
         "'at': '1s', 'link': 'wire', 'host': 'a', 'action': 'fault-off', 'fault': 'loss'"),
     "test:4:15: /schedule/0: expected either \"link\" or \"host\", to say where the fault is"},
    {"a fault of a host that has none",
     FAULT_ACTION("'at': '1s', 'host': 'a', 'action': 'fault-off', 'fault': 'loss'"),
     "test:4:73: /schedule/0/fault: unknown fault \"loss\""},
    {"a direction in which the fault does not act",
     FAULT_ACTION(
         "'at': '1s', 'link': 'wire', 'action': 'fault-off', 'fault': 'loss', 'direction': 'both'"),
     "test:4:97: /schedule/0/direction: the fault does not act on wire b->a: see "
     "/links/0/faults/0"},
    {"a direction of a fault in a host",
     "{'ipcsim': 1, 'hosts': {'a': {'faults': [{'kind': 'send-omission', 'probability': 0.5}]}},\n "
     "'schedule': [{'at': '1s', 'host': 'a', 'action': 'fault-off', 'fault': 'send-omission', "
     "'direction': 'both'}]}",
     "test:2:90: /schedule/0/direction: a fault of a host has no direction"},
    {"a kind of which there are two",
     HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'],\n  'faults': [{'kind': 'loss', "
           "'probability': 0.5}, {'kind': 'loss', 'probability': 0.6}]}],\n 'schedule': [{'at': "
           "'1s', 'link': 'wire', 'action': 'fault-off', 'fault': 'loss'}]}",
     "test:4:76: /schedule/0/fault: there are 2 faults of the kind \"loss\": give them names"},
    {"a change without parameters",
     FAULT_ACTION("'at': '1s', 'link': 'wire', 'action': 'fault-change', 'fault': 'loss'"),
     "test:4:15: /schedule/0: the key \"parameters\" is missing"},
    {"a change with unknown parameters",
     FAULT_ACTION("'at': '1s', 'link': 'wire', 'action': 'fault-change', 'fault': 'loss', "
                  "'parameters': {'p': 0.1}"),
     "test:4:102: /schedule/0/parameters/p: unknown key \"p\"; known: probability"},
    {"a change that contradicts itself",
     FAULT_ACTION(
         "'at': '1s', 'link': 'wire', 'action': 'fault-change', 'fault': 'loss', 'parameters': {}"),
     "test:4:101: /schedule/0/parameters: loss needs a probability, or from, until, nth, every or "
     "match to say which packets it means"},
    {"a change that takes away what another fault needs",
     HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'],\n  'faults': [{'kind': 'reorder', "
           "'probability': 0.5, 'displacement': 2}]}],\n 'schedule': [{'at': '1s', 'link': 'wire', "
           "'action': 'fault-change', 'fault': 'reorder', 'parameters': {'probability': 0.5}}]}",
     "test:4:104: /schedule/0/parameters: reorder without displacement lets packets skip the delay "
     "faults of the direction, but it has none"},
    {"changes that make too many copies together",
     HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'],\n  'faults': [{'kind': 'duplicate', "
           "'name': 'x', 'probability': 0.5}, {'kind': 'duplicate', 'name': 'y', 'probability': "
           "0.5}]}],\n 'schedule': [{'at': '1s', 'link': 'wire', 'action': 'fault-change', "
           "'fault': 'x', 'parameters': {'probability': 0.5, 'copies': 100}},\n  {'at': '2s', "
           "'link': 'wire', 'action': 'fault-change', 'fault': 'x', 'parameters': {'probability': "
           "0.5}},\n  {'at': '3s', 'link': 'wire', 'action': 'fault-change', 'fault': 'y', "
           "'parameters': {'probability': 0.5, 'copies': 2}}]}",
     "test:6:86: /schedule/2/parameters: together the elements could make over 255 copies of one "
     "packet"},
    {"a partition without sides", ACTION("'at': '1s', 'action': 'partition'"),
     "test:4:15: /schedule/0: the key \"between\" is missing"},
    {"a partition of three sides",
     ACTION("'at': '1s', 'action': 'partition', 'between': ['a', 'b', 'c']"),
     "test:4:62: /schedule/0/between: expected two sides, such as [[\"a\", \"b\"], [\"c\"]], got "
     "3"},
    {"a partition with an empty side",
     ACTION("'at': '1s', 'action': 'partition', 'between': ['a', []]"),
     "test:4:68: /schedule/0/between/1: expected a host or an array of at least one host, got an "
     "array"},
    {"a partition with an unknown host",
     ACTION("'at': '1s', 'action': 'partition', 'between': ['a', ['b', 'd']]"),
     "test:4:74: /schedule/0/between/1/1: unknown host \"d\"; known: a, b or c"},
    {"a host on both sides",
     ACTION("'at': '1s', 'action': 'partition', 'between': ['a', ['b', 'a']]"),
     "test:4:74: /schedule/0/between/1/1: the host \"a\" stands here twice"},
    {"a partition that cuts no link",
     ACTION("'at': '1s', 'action': 'partition', 'between': ['a', 'c']"),
     "test:4:62: /schedule/0/between: no link joins the two sides"},
    {"a crash of an unknown host", ACTION("'at': '1s', 'action': 'crash', 'host': 'd'"),
     "test:4:55: /schedule/0/host: unknown host \"d\"; known: a, b or c"},
    {"a restart of nothing", ACTION("'at': '1s', 'action': 'restart'"),
     "test:4:15: /schedule/0: the key \"host\" is missing: text, which host"},
    {"a restart of a host and a process",
     ACTION("'at': '1s', 'action': 'restart', 'host': 'a', 'process': 'p'"),
     "test:4:49: /schedule/0/host: unknown key \"host\"; known: action, at, comment, process or "
     "when"},
    {"a kill of an unknown process", ACTION("'at': '1s', 'action': 'kill', 'process': 'q'"),
     "test:4:57: /schedule/0/process: unknown process \"q\"; known: p"},
    {"a trigger without an event", ACTION("'when': {'nth': 1}, 'link': 'wire', 'action': 'down'"),
     "test:4:24: /schedule/0/when: the key \"event\" is missing: a name, what has to happen"},
    {"an unknown event",
     ACTION("'when': {'event': 'mesage-sent'}, 'link': 'wire', 'action': 'down'"),
     "test:4:34: /schedule/0/when/event: unknown event \"mesage-sent\"; did you mean "
     "\"message-sent\"?"},
    {"an event number 0",
     ACTION("'when': {'event': 'message-sent', 'nth': 0}, 'link': 'wire', 'action': 'down'"),
     "test:4:57: /schedule/0/when/nth: expected an integer of at least 1, got 0"},
    {"an unknown key of a trigger",
     ACTION("'when': {'event': 'message-sent', 'at': '1s'}, 'link': 'wire', 'action': 'down'"),
     "test:4:50: /schedule/0/when/at: unknown key \"at\"; known: event, nth, after, process, link, "
     "host or flow"},
    {"a message of a link",
     ACTION("'when': {'event': 'message-sent', 'link': 'wire'}, 'link': 'wire', 'action': 'down'"),
     "test:4:50: /schedule/0/when/link: the event \"message-sent\" belongs to no link"},
    {"a packet of a process",
     ACTION(
         "'when': {'event': 'packet-arrived', 'process': 'p'}, 'link': 'wire', 'action': 'down'"),
     "test:4:52: /schedule/0/when/process: the event \"packet-arrived\" belongs to no process"},
    {"a trigger at an unknown process",
     ACTION("'when': {'event': 'message-sent', 'process': 'q'}, 'link': 'wire', 'action': 'down'"),
     "test:4:61: /schedule/0/when/process: unknown process \"q\"; known: p"},
    {"a trigger at an unknown link",
     ACTION("'when': {'event': 'packet-arrived', 'link': 'wir'}, 'link': 'wire', 'action': 'down'"),
     "test:4:60: /schedule/0/when/link: unknown link \"wir\"; did you mean \"wire\"?"},
    {"a trigger at an unknown direction",
     ACTION("'when': {'event': 'packet-arrived', 'link': 'wire a->c'}, 'link': 'wire', 'action': "
            "'down'"),
     "test:4:60: /schedule/0/when/link: unknown link or direction \"wire a->c\"; did you mean "
     "\"wire a->b\"?"},
    {"a trigger at an unknown host",
     ACTION("'when': {'event': 'packet-arrived', 'host': 'd'}, 'link': 'wire', 'action': 'down'"),
     "test:4:60: /schedule/0/when/host: unknown host \"d\"; known: a, b or c"},
    {"a trigger at an unknown flow",
     ACTION(
         "'when': {'event': 'message-sent', 'flow': 'p -> q'}, 'link': 'wire', 'action': 'down'"),
     "test:4:58: /schedule/0/when/flow: unknown process \"q\"; known: p"},
};

static const IcsTraceAction *action_at(const IcsTrace *trace, guint index)
{
    return &g_array_index(trace->schedule, IcsTraceAction, index);
}

static const IcsLinkConfig *config_of(const IcsTrace *trace, int direction)
{
    return &g_array_index(trace->links, IcsTraceLink, 0).config[direction];
}

static void every_action_is_known_by_its_spelling_and_target(void **state)
{
    (void)state;
    const struct {
        const char *members;
        IcsActionKind kind;
    } rows[] = {
        {"'action': 'down', 'link': 'wire'", ICS_ACTION_LINK_DOWN},
        {"'action': 'up', 'link': 'wire'", ICS_ACTION_LINK_UP},
        {"'action': 'rate', 'link': 'wire', 'rate': '5bit'", ICS_ACTION_LINK_RATE},
        {"'action': 'delay', 'link': 'wire', 'delay': '5ns'", ICS_ACTION_LINK_DELAY},
        {"'action': 'hold', 'link': 'wire'", ICS_ACTION_LINK_HOLD},
        {"'action': 'release', 'link': 'wire'", ICS_ACTION_LINK_RELEASE},
        {"'action': 'partition', 'between': ['a', 'b']", ICS_ACTION_PARTITION},
        {"'action': 'partition-oneway', 'between': ['a', 'b']", ICS_ACTION_PARTITION_ONEWAY},
        {"'action': 'repair', 'between': ['a', 'b']", ICS_ACTION_REPAIR},
        {"'action': 'repair'", ICS_ACTION_REPAIR},
        {"'action': 'crash', 'host': 'a'", ICS_ACTION_HOST_CRASH},
        {"'action': 'restart', 'host': 'a'", ICS_ACTION_HOST_RESTART},
        {"'action': 'pause', 'host': 'a'", ICS_ACTION_HOST_PAUSE},
        {"'action': 'resume', 'host': 'a'", ICS_ACTION_HOST_RESUME},
        {"'action': 'kill', 'process': 'p'", ICS_ACTION_PROCESS_KILL},
        {"'action': 'restart', 'process': 'p'", ICS_ACTION_PROCESS_RESTART},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(ACTION("'at': '1s', %s"), rows[i].members);
        g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
        const IcsTraceAction *action = action_at(trace, 0);
        assert_int_equal(action->kind, rows[i].kind);
        assert_string_equal(action->pointer, "/schedule/0");
        assert_false(action->when.is_event);
        assert_int_equal(action->when.at_ns, 1000000000);
    }
}

static void an_action_on_a_link_may_mean_one_direction(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(ACTION(
        "'at': '1s', 'action': 'rate', 'link': 'wire', 'rate': '5bit', 'direction': 'b->a'"));
    const IcsTraceAction *action = action_at(trace, 0);
    assert_int_equal(action->link, 0);
    assert_int_equal(action->value, 5);
    assert_false(action->directions[0]);
    assert_true(action->directions[1]);
    assert_int_equal(action->host, -1);
    assert_int_equal(action->process, -1);
    assert_int_equal(action->fault, -1);
}

static void what_changes_a_direction_has_its_departures_scheduled(void **state)
{
    (void)state;
    const struct {
        const char *members;
        bool scheduled[2];
    } rows[] = {
        {"'action': 'down', 'link': 'wire', 'direction': 'a->b'", {true, false}},
        {"'action': 'up', 'link': 'wire'", {true, true}},
        {"'action': 'rate', 'link': 'wire', 'rate': '5bit'", {true, true}},
        {"'action': 'delay', 'link': 'wire', 'delay': '5ns'", {true, true}},
        {"'action': 'hold', 'link': 'wire'", {false, false}},
        {"'action': 'release', 'link': 'wire'", {false, false}},
        {"'action': 'partition', 'between': ['a', 'b']", {false, false}},
        {"'action': 'crash', 'host': 'b'", {false, true}},
        {"'action': 'crash', 'host': 'c'", {false, false}},
        {"'action': 'pause', 'host': 'a'", {false, false}},
        {"'action': 'kill', 'process': 'p'", {false, false}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(ACTION("'at': '1s', %s"), rows[i].members);
        g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
        assert_int_equal(config_of(trace, 0)->scheduled, rows[i].scheduled[0]);
        assert_int_equal(config_of(trace, 1)->scheduled, rows[i].scheduled[1]);
    }
}

static void a_fault_is_named_or_the_only_one_of_its_kind(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        HOSTS
        "'links': [{'name': 'wire', 'ends': ['a', 'b'], 'faults': ["
        "  {'kind': 'loss', 'probability': 0.5, 'name': 'x'}, {'kind': 'loss', 'probability': 0.5},"
        "  {'kind': 'duplicate', 'probability': 0.5, 'direction': 'b->a'}]}],"
        "'schedule': [{'at': '1s', 'link': 'wire', 'action': 'fault-off', 'fault': 'x'},"
        "  {'at': '2s', 'link': 'wire', 'action': 'fault-on', 'fault': 'loss'},"
        "  {'at': '3s', 'link': 'wire', 'action': 'fault-change', 'fault': 'duplicate',"
        "   'parameters': {'probability': 1, 'copies': 7}}]}");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(action_at(trace, (guint)i)->fault, i);
    }
    assert_true(action_at(trace, 0)->directions[0]);
    assert_false(action_at(trace, 2)->directions[0]);
    assert_true(action_at(trace, 2)->directions[1]);
    assert_int_equal(((const IcsDuplicateConfig *)action_at(trace, 2)->config)->copies, 7);
    assert_true(config_of(trace, 0)->scheduled);
}

static void a_fault_of_a_host_can_be_changed(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'a': {'faults': [{'kind': 'send-omission', 'probability': 1}]}},"
        " 'schedule': [{'at': '1s', 'host': 'a', 'action': 'fault-change',"
        "  'fault': 'send-omission', 'parameters': {'probability': 0}}]}");
    assert_int_equal(action_at(trace, 0)->host, 0);
    assert_int_equal(action_at(trace, 0)->fault, 0);
    assert_int_equal(action_at(trace, 0)->link, -1);
    assert_non_null(action_at(trace, 0)->config);
}

static void the_sides_of_a_partition_are_hosts_in_order(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        ACTION("'at': '1s', 'action': 'partition', 'between': [['c', 'a'], 'b']"));
    const IcsTraceAction *action = action_at(trace, 0);
    assert_int_equal(action->sides[0]->len, 2);
    assert_int_equal(g_array_index(action->sides[0], uint32_t, 0), 0);
    assert_int_equal(g_array_index(action->sides[0], uint32_t, 1), 2);
    assert_int_equal(action->sides[1]->len, 1);
}

static void a_trigger_is_an_event_and_what_narrows_it(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        ACTION("'when': {'event': 'packet-arrived', 'nth': 3, 'after': '1ms', 'link': 'wire b->a',"
               " 'host': 'c', 'flow': 'p/child -> b:9'}, 'action': 'crash', 'host': 'a'"));
    const IcsActionTrigger *when = &action_at(trace, 0)->when;
    assert_true(when->is_event);
    assert_int_equal(when->event, ICS_OBSERVE_PACKET_ARRIVED);
    assert_int_equal(when->nth, 3);
    assert_int_equal(when->at_ns, 1000000);
    assert_int_equal(when->link, 0);
    assert_false(when->directions[0]);
    assert_true(when->directions[1]);
    assert_int_equal(when->host, 2);
    assert_string_equal(when->flow, "p/child -> b:9");
    assert_true(when->flow_by_port);
    assert_null(when->process);
}

static void a_trigger_counts_once_at_once_unless_it_says_more(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse(ACTION("'when': {'event': 'process-started', 'process': 'p'},"
                                       " 'action': 'kill', 'process': 'p'"));
    const IcsActionTrigger *when = &action_at(trace, 0)->when;
    assert_int_equal(when->nth, 1);
    assert_int_equal(when->at_ns, 0);
    assert_int_equal(when->link, -1);
    assert_int_equal(when->host, -1);
    assert_string_equal(when->process, "p");
    assert_null(when->flow);
}

static void an_entry_after_the_stop_is_warned_of(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse(ACTION("'at': '2h', 'action': 'down', 'link': 'wire'"));
    assert_int_equal(trace->warnings->len, 1);
    assert_string_equal(g_ptr_array_index(trace->warnings, 0),
                        "test:4:22: /schedule/0/at: the run stops before: nothing will happen");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_action_is_known_by_its_spelling_and_target),
        cmocka_unit_test(an_action_on_a_link_may_mean_one_direction),
        cmocka_unit_test(what_changes_a_direction_has_its_departures_scheduled),
        cmocka_unit_test(a_fault_is_named_or_the_only_one_of_its_kind),
        cmocka_unit_test(a_fault_of_a_host_can_be_changed),
        cmocka_unit_test(the_sides_of_a_partition_are_hosts_in_order),
        cmocka_unit_test(a_trigger_is_an_event_and_what_narrows_it),
        cmocka_unit_test(a_trigger_counts_once_at_once_unless_it_says_more),
        cmocka_unit_test(an_entry_after_the_stop_is_warned_of),
    };
    return ics_trace_fixture_run("trace schedule", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
