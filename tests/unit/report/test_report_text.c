#include <cmocka.h>
#include <string.h>

#include "tests/support/result_fixture.h"
#include "tool/report/report_text.h"
#include "tool/report/text_width.h"

/* Loss, duplicates and reordering in both directions, and a host whose port is closed. */
static const char busy_world[] =
    "{'ipcsim': 1, 'title': 'A busy world', 'look-at': 'Everything at once.', 'seed': 7,"
    " 'stop': '5s', 'hosts': {'client': {'address': '10.0.0.1'},"
    " 'server': {'address': '10.0.0.2'}},"
    " 'links': [{'name': 'wire', 'ends': ['client', 'server'], 'rate': '10Mbit', 'delay': '20ms',"
    "  'faults': [{'kind': 'loss', 'probability': '10%', 'name': 'bad-wire'},"
    "   {'kind': 'duplicate', 'probability': '1%'},"
    "   {'kind': 'reorder', 'probability': '2%', 'displacement': 3}]}],"
    " 'processes': [{'name': 'echo', 'host': 'server', 'program': 'udp-echo-server'},"
    "  {'name': 'asker', 'host': 'client', 'program': 'udp-client', 'to': 'server:6789',"
    "   'messages': 400, 'size': '512B', 'interval': '10ms', 'wait': 'none'},"
    "  {'name': 'lost', 'host': 'client', 'program': 'udp-sender', 'to': 'server:77',"
    "   'messages': 500, 'size': '100B', 'interval': '10ms'}],"
    " 'schedule': [{'at': '2s', 'link': 'wire', 'action': 'down'},"
    "  {'at': '2.5s', 'link': 'wire', 'action': 'up'}],"
    " 'expect': [{'flow': 'asker -> echo', 'metric': 'delivered', 'min': 100, 'max': 390},"
    "  {'flow': 'asker -> echo', 'metric': 'latency-p50', 'max': '20ms'},"
    "  {'flow': 'lost -> server:77', 'metric': 'lost', 'cause': 'no-port', 'min': 100},"
    "  {'flow': 'asker -> echo', 'metric': 'delivery-ratio', 'min': '99%'},"
    "  {'link': 'wire client->server', 'metric': 'offered', 'equals': 1}]}";

static char *print(const IcsResult *result, int width, bool colour)
{
    GString *out = g_string_new(NULL);
    IcsPage page = {out, width, colour};
    ics_report_text_write(result, &page);
    return g_string_free(out, FALSE);
}

static char *print_world(const char *world)
{
    g_autoptr(IcsResult) result = ics_result_fixture_run(world);
    return print(result, 80, false);
}

static void check_says(const char *text, const char *expected)
{
    if (strstr(text, expected) == NULL) {
        fail_msg("\"%s\" is not said in:\n%s", expected, text);
    }
}

static void check_fits(const char *text, int width)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        if (ics_text_width(*line) > width || g_str_has_suffix(*line, " ")) {
            fail_msg("wider than %d, or with spaces at the end: \"%s\"", width, *line);
        }
    }
}

static void no_line_is_wider_than_the_page(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(busy_world);
    for (int width = 66; width <= 240; width++) {
        g_autofree char *text = print(result, width, false);
        check_fits(text, width);
    }
}

static void the_same_result_gives_the_same_bytes(void **state)
{
    (void)state;
    g_autofree char *first = print_world(busy_world);
    g_autofree char *second = print_world(busy_world);
    assert_string_equal(first, second);
}

static void the_title_is_first_and_the_run_last(void **state)
{
    (void)state;
    g_autofree char *text = print_world(busy_world);
    assert_true(g_str_has_prefix(text, "A busy world\nEverything at once.\n\nFlow "));
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    const char *last = lines[g_strv_length(lines) - 1];
    assert_true(g_str_has_prefix(last, "seed 7, digest "));
    assert_true(g_str_has_suffix(last, ", simulated 5 s up to its stop"));
}

static void a_realised_rate_stands_beside_the_requested_one(void **state)
{
    (void)state;
    g_autofree char *text = print_world(busy_world);
    check_says(text, "bad-wire (loss) asked 10 % got ");
    check_says(text, "duplicate asked 1 % got ");
    check_says(text, "reorder asked 2 % got ");
}

static void causes_that_do_not_fit_the_cell_stand_below(void **state)
{
    (void)state;
    g_autofree char *text = print_world(busy_world);
    check_says(text, "\n  lost: no-port ");
    check_says(text, "  link-down 104, loss ");
    assert_null(strstr(text, "dropped:"));
}

static void an_expectation_is_ok_or_has_failed_with_its_value(void **state)
{
    (void)state;
    g_autofree char *text = print_world(busy_world);
    check_says(text, "\nok     asker -> echo: delivered 3");
    check_says(text, " [100..390]\n");
    check_says(text, "\nFAILED asker -> echo: latency-p50 20.5");
    check_says(text, " ms [..20 ms]\n");
    check_says(text, "\nok     lost -> server:77: lost (no-port) ");
    check_says(text, " of 400) [99 %..]\n");
    check_says(text, " [1]\n");
}

static void undecided_messages_are_explained(void **state)
{
    (void)state;
    g_autofree char *text = print_world(busy_world);
    check_says(text, "  undecided  ");
    check_says(text, "\nundecided: still on their way when the run ended\n");
}

static void without_colour_there_is_no_escape(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(busy_world);
    g_autofree char *plain = print(result, 80, false);
    g_autofree char *inked = print(result, 80, true);
    assert_null(strchr(plain, '\033'));
    check_says(inked, "\033[32mok    \033[0m ");
    check_says(inked, "\033[1;31mFAILED\033[0m ");
    g_autoptr(GRegex) escapes = g_regex_new("\033\\[[0-9;]*m", 0, 0, NULL);
    g_autofree char *bare = g_regex_replace_literal(escapes, inked, -1, 0, "", 0, NULL);
    assert_string_equal(bare, plain);
}

/* A sink and many sources. */
static char *many_flows(int n)
{
    GString *text = g_string_new("{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.1'},"
                                 " 'b': {'address': '10.0.0.2'}},"
                                 " 'links': [{'name': 'l', 'ends': ['a', 'b'], 'faults': ["
                                 "  {'kind': 'loss', 'nth': 30}]}], 'processes': ["
                                 " {'name': 'sink', 'host': 'b', 'program': 'udp-sink'}");
    for (int i = 0; i < n; i++) {
        g_string_append_printf(text,
                               ", {'name': 's%02d', 'host': 'a', 'program': 'udp-sender',"
                               " 'to': 'b:9', 'messages': 1, 'interval': '1s'}",
                               i);
    }
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}

static void of_many_flows_those_that_lost_are_shown_and_the_rest_counted(void **state)
{
    (void)state;
    g_autofree char *world = many_flows(40);
    g_autofree char *text = print_world(world);
    check_says(text, "\ns00 -> sink");
    check_says(text, "\ns10 -> sink");
    assert_null(strstr(text, "\ns11 -> sink"));
    check_says(text, "\ns29 -> sink     1          0  loss 1");
    check_says(text, "\nand 28 more flows: 28 sent, 28 delivered\n");
}

static void twelve_flows_are_all_shown(void **state)
{
    (void)state;
    g_autofree char *world = many_flows(12);
    g_autofree char *text = print_world(world);
    check_says(text, "\ns11 -> sink");
    assert_null(strstr(text, "more flows"));
}

static void an_empty_world_has_a_report(void **state)
{
    (void)state;
    g_autofree char *text = print_world("{'ipcsim': 1, 'title': 'Nothing', 'hosts':"
                                        " {'a': {'address': '10.0.0.1'}}}");
    assert_true(g_str_has_prefix(text, "Nothing\n\nseed "));
}

static void a_broken_invariant_and_an_interruption_are_said(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_interrupt(busy_world, 500);
    IcsLinkResult *link = &g_array_index(result->links, IcsLinkResult, 0);
    link->conserved = false;
    result->broken = "packets are not conserved on wire";
    g_autofree char *text = print(result, 80, false);
    check_says(text, "\n  packets are not conserved here: offered + copies is not");
    check_says(text, "\npackets are not conserved on wire\n");
    check_says(text, "\ninterrupted: this is what had happened until then\n");
    check_says(text, " so far\n");
}

static void processes_that_wait_for_others_or_end_badly_are_listed(void **state)
{
    (void)state;
    g_autofree char *text =
        print_world("{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.1'}}, 'processes': ["
                    " {'name': 'quiet', 'host': 'a', 'program': 'udp-sink'},"
                    " {'name': 'bad', 'host': 'a', 'operations': [{'do': 'wait', 'time': '5ms'},"
                    "   {'do': 'log', 'text': 'one'}, {'do': 'log', 'text': 'two'},"
                    "   {'do': 'log', 'text': 'three'}, {'do': 'log', 'text': 'four'},"
                    "   {'do': 'log', 'text': 'five'}, {'do': 'exit', 'code': 3}]},"
                    " {'name': 'receiver', 'host': 'a', 'operations': ["
                    "   {'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', 'port': 5},"
                    "   {'do': 'receive', 'socket': 's', 'timeout': '7ms', 'expect': 'ok'}]}]}");
    check_says(text, "\nbad       exited 3 at 5 ms  nothing           0        -  a\n");
    check_says(text, "\nreceiver  returned at 7 ms  receive 7 ms      1     7 ms  a\n");
    check_says(text, "\nbad: three\nbad: and 2 more lines\n");
    check_says(text, "\nreceiver: operation failed: ");
    assert_null(strstr(text, "quiet"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_wider_than_the_page),
        cmocka_unit_test(the_same_result_gives_the_same_bytes),
        cmocka_unit_test(the_title_is_first_and_the_run_last),
        cmocka_unit_test(a_realised_rate_stands_beside_the_requested_one),
        cmocka_unit_test(causes_that_do_not_fit_the_cell_stand_below),
        cmocka_unit_test(an_expectation_is_ok_or_has_failed_with_its_value),
        cmocka_unit_test(undecided_messages_are_explained),
        cmocka_unit_test(without_colour_there_is_no_escape),
        cmocka_unit_test(of_many_flows_those_that_lost_are_shown_and_the_rest_counted),
        cmocka_unit_test(twelve_flows_are_all_shown),
        cmocka_unit_test(an_empty_world_has_a_report),
        cmocka_unit_test(a_broken_invariant_and_an_interruption_are_said),
        cmocka_unit_test(processes_that_wait_for_others_or_end_badly_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
