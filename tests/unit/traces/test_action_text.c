#include <cmocka.h>

#include "tests/support/trace_fixture.h"
#include "traces/action_text.h"

typedef struct TextRow {
    const char *members;
    const char *text;
} TextRow;

static const TextRow rows[] = {
    {"'action': 'down', 'link': 'wire'", "down wire"},
    {"'action': 'up', 'link': 'wire', 'direction': 'b->a'", "up wire b->a"},
    {"'action': 'hold', 'link': 'wire', 'direction': 'both'", "hold wire"},
    {"'action': 'rate', 'link': 'wire', 'rate': '10Mbit'", "rate wire: 10 Mbit/s"},
    {"'action': 'delay', 'link': 'wire', 'delay': '20ms'", "delay wire: 20 ms"},
    {"'action': 'fault-off', 'link': 'wire', 'fault': 'loss'", "fault-off loss of wire"},
    {"'action': 'fault-on', 'link': 'wire', 'fault': 'x', 'direction': 'a->b'",
     "fault-on x of wire a->b"},
    {"'action': 'fault-on', 'host': 'c', 'fault': 'send-omission'", "fault-on send-omission of c"},
    {"'action': 'partition', 'between': [['c', 'a'], 'b']", "partition a, c | b"},
    {"'action': 'partition-oneway', 'between': ['a', 'b']", "partition-oneway a -> b"},
    {"'action': 'repair', 'between': ['b', 'a']", "repair b | a"},
    {"'action': 'repair'", "repair everything"},
    {"'action': 'partition', 'between': [['a', 'c', 'd', 'e', 'f'], 'b']",
     "partition a, c, d and 2 more | b"},
    {"'action': 'partition', 'between': [['a', 'c', 'd', 'e'], 'b']", "partition a, c, d, e | b"},
    {"'action': 'crash', 'host': 'a'", "crash a"},
    {"'action': 'restart', 'host': 'a'", "restart a"},
    {"'action': 'restart', 'process': 'p'", "restart p"},
};

static void an_action_is_told_with_what_it_acts_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'd': {}, 'e': {}, 'f': {},"
            "  'c': {'faults': [{'kind': 'send-omission', 'probability': 1}]}},"
            " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'faults': ["
            "  {'kind': 'loss', 'probability': 1}, {'kind': 'loss', 'probability': 1, 'name': "
            "'x'}]}],"
            " 'processes': [{'name': 'p', 'host': 'a', 'program': 'udp-sink'}],"
            " 'schedule': [{'at': '1s', %s}]}",
            rows[i].members);
        g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
        g_autofree char *told =
            ics_action_text(trace, &g_array_index(trace->schedule, IcsTraceAction, 0));
        assert_string_equal(told, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_action_is_told_with_what_it_acts_on),
    };
    return cmocka_run_group_tests_name("action text", tests, NULL, NULL);
}
