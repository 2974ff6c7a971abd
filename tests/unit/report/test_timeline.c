#include <cmocka.h>
#include <string.h>

#include "tests/support/trace_fixture.h"
#include "tool/report/text_width.h"
#include "tool/report/timeline.h"

typedef struct {
    const char *trace; /* ' for " */
    guint rows;
    guint width;
} Diagram;

static char *draw(Diagram diagram)
{
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(diagram.trace);
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    IcsTimeline *timeline = ics_timeline_new(world, diagram.rows);
    assert_int_not_equal(ics_world_run(world, UINT64_MAX), ICS_STOP_BUDGET);
    GString *out = g_string_new(NULL);
    ics_timeline_render(timeline, diagram.width, out);
    ics_timeline_free(timeline);
    return g_string_free(out, FALSE);
}

static void assert_drawn(const char *trace, const char *expected)
{
    g_autofree char *drawn = draw((Diagram){trace, 100, 60});
    assert_string_equal(drawn, expected);
}

static void assert_says(const char *trace, const char *expected)
{
    g_autofree char *drawn = draw((Diagram){trace, 100, 80});
    if (strstr(drawn, expected) == NULL) {
        fail_msg("\"%s\" is not in\n%s", expected, drawn);
    }
}

#define TWO_HOSTS "'ipcsim': 1, 'hosts': {'one': {'address': '10.0.0.1'}, 'two': {}}"
#define LINK(more)                                                                                 \
    "'links': [{'name': 'wire', 'ends': ['one', 'two'], 'delay': '5ms', 'rate': '8Mbit'" more "}]"
#define SINK "{'name': 'sink', 'host': 'two', 'program': 'udp-sink', 'port': 9}"
#define SENDER_EVERY(interval, more)                                                               \
    "{'name': 'sender', 'host': 'one', 'program': 'udp-sender', 'to': 'two:9', 'size': 72, "       \
    "'interval': '" interval "', " more "}"
#define SENDER(more) SENDER_EVERY("10ms", more)

static void a_message_leaves_and_arrives(void **state)
{
    (void)state;
    assert_drawn("{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER("'messages': 1") ", " SINK
                                                                                        "]}",
                 "       time      one                                  two\n"
                 "      0.000 ms    o------ #1 72 B ------>              |\n"
                 "                  |             sink blocks in receive |\n"
                 "      5.100 ms    |              ------ #1 72 B ------>o\n"
                 "                  |   sink: receive returns, blocks in :\n"
                 "                  |                            receive :\n");
}

static void a_lost_one_ends_in_its_cause(void **state)
{
    (void)state;
    assert_says("{" TWO_HOSTS
                ", " LINK(", 'faults': [{'kind': 'loss', 'nth': 1}]") ", 'processes': [" SENDER(
                    "'messages': 1") "]}",
                "      0.100 ms    |                      --------- #1 72 B ---------X loss |\n");
}

static void a_refused_one_ends_where_it_starts(void **state)
{
    (void)state;
    assert_says(
        "{" TWO_HOSTS ", " LINK(
            ", 'queue': {'discipline': 'droptail', 'packets': 1}") ", 'processes': "
                                                                   "[" SENDER_EVERY(
                                                                       "1us", "'messages': 3") "]}",
        "o------ #3 72 B ------X queue-full                       |\n");
}

static void a_copy_a_damaged_one_and_a_repetition_say_so(void **state)
{
    (void)state;
    assert_says(
        "{" TWO_HOSTS
        ", " LINK(", 'faults': [{'kind': 'duplicate', 'nth': 1}]") ", 'processes': [" SENDER(
            "'messages': 1") ", " SINK "]}",
        " #1 copy 72 B ");
    assert_says("{" TWO_HOSTS
                ", " LINK(", 'faults': [{'kind': 'corrupt', 'nth': 1}]") ", 'processes': [" SENDER(
                    "'messages': 1") ", " SINK "]}",
                " #1 72 B damaged ");
}

static void a_closed_port_is_answered(void **state)
{
    (void)state;
    assert_says("{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER("'messages': 1") "]}",
                "<---- ICMP port-unreachable ------o\n");
    assert_says("{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER("'messages': 1") "]}",
                "X #1 72 B: no-port |\n");
}

static void a_message_to_oneself_is_a_note(void **state)
{
    (void)state;
    assert_drawn("{" TWO_HOSTS ", 'processes': [{'name': 'p', 'host': 'one', 'operations': ["
                 "{'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', 'port': 7},"
                 "{'do': 'send', 'socket': 's', 'to': 'one:7', 'text': 'me'},"
                 "{'do': 'receive', 'socket': 's'}]}]}",
                 "       time      one\n"
                 "      0.000 ms    | p blocks in receive\n"
                 "                  : #1 2 B to itself\n"
                 "                  : p: receive returns\n");
}

static const char crash[] = "{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER(
    "'messages': 3") ", " SINK "],"
                     " 'schedule': [{'at': '12ms', 'action': 'crash', 'host': 'two'},"
                     " {'at': '30ms', 'action': 'restart', 'host': 'two'}]}";

static void a_host_that_is_down_has_no_lifeline(void **state)
{
    (void)state;
    g_autofree char *drawn = draw((Diagram){crash, 100, 80});
    const char *down = strstr(drawn, "== crash two ==");
    const char *up = strstr(drawn, "== restart two ==");
    assert_non_null(down);
    assert_non_null(up);
    g_autofree char *between = g_strndup(down, (gsize)(up - down));
    assert_non_null(strstr(between, "sink: crashed\n"));
    assert_non_null(strstr(between, "o------------ #3 72 B ------------>\n"));
    assert_non_null(strstr(between, "X #2 72 B: host-down\n"));
    assert_non_null(strstr(up, "sink blocks in receive |\n"));
}

static void a_paused_host_has_dots(void **state)
{
    (void)state;
    assert_says(
        "{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER(
            "'messages': 2") ", " SINK
                             "], 'schedule': [{'at': '7ms', 'action': 'pause', 'host': 'two'}]}",
        "o------------ #2 72 B ------------>                      .\n");
}

static void a_killed_process_blocks_no_more(void **state)
{
    (void)state;
    g_autofree char *drawn = draw((Diagram){
        "{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER(
            "'messages': 2") ", " SINK
                             "], 'schedule': [{'at': '7ms', 'action': 'kill', 'process': 'sink'}]}",
        100, 80});
    const char *killed = strstr(drawn, "== kill sink ==");
    assert_non_null(killed);
    assert_non_null(strstr(killed, "                                sink: killed :\n"));
    assert_non_null(strstr(killed, "o------------ #2 72 B ------------>                      |\n"));
}

static void what_a_process_says_stands_beside_it(void **state)
{
    (void)state;
    assert_drawn("{'ipcsim': 1, 'hosts': {'one': {}}, 'processes': [{'name': 'p', 'host': 'one',"
                 " 'operations': [{'do': 'log', 'text': 'here I am'}]}]}",
                 "       time      one\n"
                 "      0.000 ms    | p: here I am\n");
}

static void sleep_and_work_are_no_waits(void **state)
{
    (void)state;
    assert_drawn("{'ipcsim': 1, 'hosts': {'one': {}}, 'processes': [{'name': 'p', 'host': 'one',"
                 " 'operations': [{'do': 'wait', 'time': '1s'}, {'do': 'compute', 'time': '1s'},"
                 " {'do': 'log', 'text': 'done'}]}]}",
                 "       time      one\n"
                 "   2000.000 ms    | p: done\n");
}

static void nothing_is_said_to_be_nothing(void **state)
{
    (void)state;
    assert_drawn("{'ipcsim': 1, 'hosts': {'one': {}}}", "nothing happened\n");
}

typedef struct {
    const char *name;
    const char *entry;
    const char *rule;
} ActionRow;

static const ActionRow actions[] = {
    {"down", "'action': 'down', 'link': 'wire'", "== down wire =="},
    {"one direction", "'action': 'down', 'link': 'wire', 'direction': 'two->one'",
     "== down wire two->one =="},
    {"rate", "'action': 'rate', 'link': 'wire', 'rate': '2Mbit'", "== rate wire: 2 Mbit/s =="},
    {"delay", "'action': 'delay', 'link': 'wire', 'delay': '1us'", "== delay wire: 1 us =="},
    {"a fault by its kind", "'action': 'fault-off', 'fault': 'loss', 'link': 'wire'",
     "== fault-off loss of wire =="},
    {"a fault by its name",
     "'action': 'fault-on', 'fault': 'noise', 'link': 'wire', 'direction': 'one->two'",
     "== fault-on noise of wire one->two =="},
    {"a fault of a host", "'action': 'fault-off', 'fault': 'send-omission', 'host': 'one'",
     "== fault-off send-omission of one =="},
    {"a partition", "'action': 'partition', 'between': ['one', 'two']",
     "== partition one | two =="},
    {"a partition of one way", "'action': 'partition-oneway', 'between': ['one', 'two']",
     "== partition-oneway one -> two =="},
    {"a repair", "'action': 'repair', 'between': ['one', 'two']", "== repair one | two =="},
    {"a repair of everything", "'action': 'repair'", "== repair everything =="},
    {"a host", "'action': 'pause', 'host': 'two'", "== pause two =="},
    {"a process", "'action': 'kill', 'process': 'sink'", "== kill sink =="},
};

static void the_action_says_what_it_acts_on(void **state)
{
    const ActionRow *row = *state;
    g_autofree char *trace = g_strdup_printf(
        "{'ipcsim': 1, 'hosts': {'one': {'faults': [{'kind': 'send-omission',"
        " 'probability': 0.5}]}, 'two': {}}, " LINK(
            ", 'faults': [{'kind': 'loss', 'probability': 0.5},"
            " {'kind': 'corrupt', 'probability': 0.5, 'name': 'noise'}]") ", 'processes': [" SINK
                                                                          "], 'schedule': [{'at': "
                                                                          "'1ms', %s}]}",
        row->entry);
    assert_says(trace, row->rule);
}

static void flows_between_the_same_hosts_are_told_apart(void **state)
{
    (void)state;
    assert_says("{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER(
                    "'messages': 1") ", {'name': 'other', 'host': 'one', 'program': 'udp-sender', "
                                     "'to': 'two:9',"
                                     " 'messages': 1, 'size': 1, 'interval': '1s'}]}",
                " other #1 1 B ");
    assert_says("{" TWO_HOSTS
                ", " LINK("") ", 'processes': [{'name': 'p', 'host': 'one',"
                              " 'operations': [{'do': 'socket', 'socket': 's'},"
                              " {'do': 'send', 'socket': 's', 'to': 'two:1', 'text': 'x'},"
                              " {'do': 'send', 'socket': 's', 'to': 'two:2', 'text': 'x'}]}]}",
                " :2 #1 1 B ");
}

static void only_so_many_rows_are_kept(void **state)
{
    (void)state;
    g_autofree char *drawn = draw((Diagram){
        "{" TWO_HOSTS ", " LINK("") ", 'processes': [" SENDER("'messages': 100") "]}", 3, 80});
    g_auto(GStrv) lines = g_strsplit(drawn, "\n", -1);
    assert_int_equal(g_strv_length(lines), 1 + 3 + 1 + 1);
    assert_true(g_str_has_prefix(lines[4], "... and "));
}

/* A ring of hosts, each of which sends once to the next. `format` makes the names. */
static char *ring(guint n, const char *prefix)
{
    GString *text = g_string_new("{'ipcsim': 1, 'hosts': {");
    for (guint i = 0; i < n; i++) {
        g_string_append_printf(text, "%s'%s%u': {}", i > 0 ? ", " : "", prefix, n - i);
    }
    g_string_append(text, "}, 'links': [");
    for (guint i = 0; i < n; i++) {
        g_string_append_printf(text, "%s{'name': 'l%u', 'ends': ['%s%u', '%s%u']}",
                               i > 0 ? ", " : "", i, prefix, i + 1, prefix, (i + 1) % n + 1);
    }
    g_string_append(text, "], 'processes': [");
    for (guint i = 0; i < n; i++) {
        g_string_append_printf(text,
                               "%s{'name': 'p%u', 'host': '%s%u', 'program': 'udp-sender',"
                               " 'to': '%s%u:9', 'messages': 1, 'interval': '1s'}",
                               i > 0 ? ", " : "", i, prefix, i + 1, prefix, (i + 1) % n + 1);
    }
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}

static void many_hosts_have_their_texts_beside_them(void **state)
{
    (void)state;
    g_autofree char *trace = ring(4, "h");
    g_autofree char *drawn = draw((Diagram){trace, 9, 80});
    assert_string_equal(
        drawn, "       time      h4          h3          h2          h1\n"
               "      0.000 ms    |           |           |    <------o  #1 1000 B to h2\n"
               "                  |           |    <------o           |  #1 1000 B to h3\n"
               "                  |           |           o<------    |  #1 1000 B from h1\n"
               "                  |           |           o------>    |  ICMP port-unreachable\n"
               "                  |           |           |           |  to h1\n"
               "                  |           |           o           |  X #1 1000 B: no-port\n"
               "                  |           |           |    ------>o  ICMP port-unreachable\n"
               "                  |           |           |           |  from h2\n"
               "                  |    <------o           |           |  #1 1000 B to h4\n"
               "                  |           o<------    |           |  #1 1000 B from h2\n"
               "                  |           o------>    |           |  ICMP port-unreachable\n"
               "                  |           |           |           |  to h2\n"
               "... and 11 more rows (--timeline-rows)\n");
}

static void long_names_are_numbered(void **state)
{
    (void)state;
    g_autofree char *trace = ring(8, "a-host-with-a-long-name-");
    g_autofree char *drawn = draw((Diagram){trace, 100, 80});
    assert_true(g_str_has_prefix(drawn, "hosts: 1 a-host-with-a-long-name-8, 2 a-host"));
}

static void hosts_beyond_the_columns_are_counted(void **state)
{
    (void)state;
    g_autofree char *trace = ring(ICS_TIMELINE_MAX_HOSTS + 2, "h");
    g_autofree char *drawn = draw((Diagram){trace, 1000, 80});
    assert_non_null(strstr(drawn, " rows about other hosts are left out (room for 8)\n"));
}

static void no_line_is_wider_than_the_page(void **state)
{
    (void)state;
    for (guint n = 2; n <= 10; n++) {
        g_autofree char *trace = ring(n, n % 2 == 0 ? "h" : "a-host-with-a-long-name-");
        for (guint width = 60; width <= 240; width += 13) {
            g_autofree char *drawn = draw((Diagram){trace, 1000, width});
            g_auto(GStrv) lines = g_strsplit(drawn, "\n", -1);
            for (char **line = lines; *line != NULL; line++) {
                assert_true(ics_text_width(*line) <= (int)width);
                assert_false(g_str_has_suffix(*line, " "));
            }
        }
    }
}

int main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_message_leaves_and_arrives),
        cmocka_unit_test(a_lost_one_ends_in_its_cause),
        cmocka_unit_test(a_refused_one_ends_where_it_starts),
        cmocka_unit_test(a_copy_a_damaged_one_and_a_repetition_say_so),
        cmocka_unit_test(a_closed_port_is_answered),
        cmocka_unit_test(a_message_to_oneself_is_a_note),
        cmocka_unit_test(a_host_that_is_down_has_no_lifeline),
        cmocka_unit_test(a_paused_host_has_dots),
        cmocka_unit_test(a_killed_process_blocks_no_more),
        cmocka_unit_test(what_a_process_says_stands_beside_it),
        cmocka_unit_test(sleep_and_work_are_no_waits),
        cmocka_unit_test(nothing_is_said_to_be_nothing),
        cmocka_unit_test(flows_between_the_same_hosts_are_told_apart),
        cmocka_unit_test(only_so_many_rows_are_kept),
        cmocka_unit_test(many_hosts_have_their_texts_beside_them),
        cmocka_unit_test(long_names_are_numbered),
        cmocka_unit_test(hosts_beyond_the_columns_are_counted),
        cmocka_unit_test(no_line_is_wider_than_the_page),
    };
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
        struct CMUnitTest test = {
            .name = actions[i].name,
            .test_func = the_action_says_what_it_acts_on,
            .initial_state = (void *)&actions[i],
        };
        g_array_append_val(tests, test);
    }
    return _cmocka_run_group_tests("timeline", (const struct CMUnitTest *)(void *)tests->data,
                                   tests->len, NULL, NULL);
}
