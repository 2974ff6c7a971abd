/* Entries of the schedule that wait for an event. Their action takes the link down, which is seen
 * at once. Packets leave a and c for b every 10 ms and take 5 ms. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/world_fixture.h"

#define WORLD(when)                                                                                \
    "{'ipcsim': 1, 'stop': '10s', 'hosts': {'a': {}, 'b': {}, 'c': {}},"                           \
    " 'links': [{'name': 'one', 'ends': ['a', 'b'], 'delay': '5ms'},"                              \
    "           {'name': 'two', 'ends': ['c', 'b'], 'delay': '5ms'},"                              \
    "           {'name': 'lamp', 'ends': ['a', 'c']}],"                                            \
    " 'processes': ["                                                                              \
    "  {'name': 'echo', 'host': 'b', 'program': 'udp-echo-server', 'port': 7},"                    \
    "  {'name': 'left', 'host': 'a', 'program': 'udp-client', 'to': 'b:7', 'messages': 10,"        \
    "   'interval': '10ms', 'wait': 'none'},"                                                      \
    "  {'name': 'right', 'host': 'c', 'start': '2ms', 'program': 'udp-client', 'to': 'b:7',"       \
    "   'messages': 10, 'interval': '10ms', 'wait': 'none'}],"                                     \
    " 'schedule': [{'when': " when ", 'link': 'lamp', 'action': 'down',"                           \
    "   'direction': 'a->c'}]}"

typedef struct TriggerRow {
    const char *name;
    const char *when;
    const char *acts; /* when it acts, "" if it never does */
} TriggerRow;

static const TriggerRow rows[] = {
    {"the first event of a kind", "{'event': 'message-sent'}", "0 s"},
    {"the n-th event of a kind", "{'event': 'message-sent', 'nth': 4}", "7 ms"},
    {"some time after it", "{'event': 'message-sent', 'nth': 4, 'after': '500us'}", "7.5 ms"},
    {"an event that does not happen so often", "{'event': 'process-started', 'nth': 4}", ""},
    {"an event of a process", "{'event': 'message-sent', 'process': 'right'}", "2 ms"},
    {"an event of a process that has none", "{'event': 'message-repeated', 'process': 'left'}", ""},
    {"an event on a link", "{'event': 'packet-arrived', 'link': 'two', 'nth': 2}", "12 ms"},
    {"an event on a direction", "{'event': 'packet-arrived', 'link': 'two b->c', 'nth': 2}",
     "22 ms"},
    {"an event at a host", "{'event': 'packet-arrived', 'host': 'c'}", "12 ms"},
    {"a socket at a host", "{'event': 'socket-bound', 'host': 'c'}", "2 ms"},
    {"a process at a host", "{'event': 'process-started', 'host': 'c'}", "2 ms"},
    {"a message of a flow", "{'event': 'message-delivered', 'flow': 'right -> echo'}", "7 ms"},
    {"a message of a flow by port", "{'event': 'message-delivered', 'flow': 'right -> b:7'}",
     "7 ms"},
    {"a message of the way back", "{'event': 'message-sent', 'flow': 'echo -> right', 'nth': 2}",
     "17 ms"},
    {"a packet of a flow", "{'event': 'packet-departed', 'flow': 'right -> echo', 'nth': 2}",
     "12 ms"},
    {"everything at once",
     "{'event': 'packet-arrived', 'link': 'two c->b', 'host': 'b', 'flow': 'right -> echo',"
     " 'nth': 3, 'after': '1ns'}",
     "27.000001 ms"},
    {"a flow at another host",
     "{'event': 'message-delivered', 'flow': 'right -> echo', 'host': 'c'}", ""},
    {"a flow that does not exist", "{'event': 'message-sent', 'flow': 'left -> right'}", ""},
};

static void the_trigger_acts_when_it_should(void **state)
{
    const TriggerRow *row = *state;
    g_autofree char *text = g_strdup_printf(WORLD("%s"), row->when);
    g_autoptr(IcsWorldFixture) fixture =
        ics_world_fixture_new(text, ICS_OBSERVE_MASK(SCHEDULE_ACTED));
    ics_world_fixture_run(fixture);
    g_autofree char *expected =
        *row->acts != '\0' ? g_strdup_printf("%s schedule-acted down", row->acts) : g_strdup("");
    assert_string_equal(ics_world_fixture_first(fixture, "*"), expected);
    assert_true(fixture->lines->len <= 1);
}

/* A loss is known in advance where departures are computed; the trigger must not act before. */
static void an_event_of_the_wire_acts_at_its_own_time(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}}, 'links': [{'name': 'wire', 'ends': ['a', 'b'],"
        "  'rate': '8kbit', 'faults': [{'kind': 'loss', 'nth': 1}]}],"
        " 'processes': [{'name': 'p', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
        "  'messages': 1, 'interval': '1s', 'size': 72}],"
        " 'schedule': [{'when': {'event': 'packet-dropped'}, 'host': 'b', 'action': 'crash'}]}",
        ICS_OBSERVE_MASK(HOST_CHANGED));
    ics_world_fixture_run(fixture);
    assert_string_equal(ics_world_fixture_first(fixture, "*"), "100 ms host-changed b crash");
}

/* The name of a flow can change while the trigger waits. */
static void a_flow_is_known_by_who_receives_by_then(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}}, 'links': [{'name': 'wire', 'ends': ['a', "
        "'b']}],"
        " 'processes': [{'name': 'p', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
        "  'messages': 5, 'interval': '1s'},"
        "  {'name': 'sink', 'host': 'b', 'start': '1500ms', 'program': 'udp-sink', 'port': 9}],"
        " 'schedule': [{'when': {'event': 'message-sent', 'flow': 'p -> sink', 'nth': 2},"
        "   'host': 'b', 'action': 'crash'}]}",
        ICS_OBSERVE_MASK(HOST_CHANGED));
    ics_world_fixture_run(fixture);
    assert_string_equal(ics_world_fixture_first(fixture, "*"), "3 s host-changed b crash");
}

static void one_action_can_trigger_another(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}}, 'schedule': ["
        " {'when': {'event': 'host-changed', 'host': 'a'}, 'host': 'b', 'action': 'crash'},"
        " {'at': '1s', 'host': 'a', 'action': 'crash'},"
        " {'when': {'event': 'schedule-acted', 'nth': 2, 'after': '1s'}, 'host': 'a',"
        "  'action': 'restart'}]}",
        ICS_OBSERVE_MASK(HOST_CHANGED));
    ics_world_fixture_run(fixture);
    const char *const lines[] = {"1 s host-changed a crash", "1 s host-changed b crash",
                                 "2 s host-changed a restart"};
    assert_int_equal(fixture->lines->len, G_N_ELEMENTS(lines));
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        assert_string_equal(g_ptr_array_index(fixture->lines, i), lines[i]);
    }
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(rows) + 3] = {
        cmocka_unit_test(an_event_of_the_wire_acts_at_its_own_time),
        cmocka_unit_test(a_flow_is_known_by_who_receives_by_then),
        cmocka_unit_test(one_action_can_trigger_another),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        tests[3 + i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = the_trigger_acts_when_it_should,
                                           .initial_state = (void *)&rows[i]};
    }
    return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
