/* Lists of operations are read and checked: every error with its place and what was expected. */
#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "protocols/programs/operations_internal.h"
#include "tests/support/small_programs.h"

#define SOCKET "{'do': 'socket', 'socket': 's'}"

static void expect_error(const char *operations, const char *message)
{
    GError *error = NULL;
    g_autoptr(IcsOperations) list = ics_small_programs_read(operations, &error);
    assert_null(list);
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
    g_error_free(error);
}

/* An error of the second operation, behind the making of socket s. */
static void expect_error_of(const char *operation, const char *message)
{
    g_autofree char *operations = g_strdup_printf("[" SOCKET ",\n%s]", operation);
    expect_error(operations, message);
}

static IcsOperations *read_good(const char *operations)
{
    GError *error = NULL;
    IcsOperations *list = ics_small_programs_read(operations, &error);
    if (list == NULL) {
        fail_msg("%s", error->message);
    }
    return list;
}

static const IcsOperation *operation_of(const IcsOperations *list, guint index)
{
    assert_true(index < list->list->len);
    return &g_array_index(list->list, IcsOperation, index);
}

static void every_kind_has_a_name_a_meaning_and_parameters(void **state)
{
    (void)state;
    static const char *const names[] = {
        "socket", "bind", "connect", "listen",  "accept", "send",  "receive", "shutdown", "poll",
        "close",  "set",  "wait",    "compute", "repeat", "spawn", "exit",    "log"};
    assert_int_equal(ICS_N_OPERATION_KINDS, G_N_ELEMENTS(names));
    for (int kind = 0; kind < ICS_N_OPERATION_KINDS; kind++) {
        assert_string_equal(ics_operation_kind_name((IcsOperationKind)kind), names[kind]);
        assert_true(strlen(ics_operation_kind_doc((IcsOperationKind)kind)) > 0);
        assert_non_null(ics_operation_parameters((IcsOperationKind)kind));
    }
}

static void a_list_is_an_array_of_objects(void **state)
{
    (void)state;
    expect_error("{}", "t.json:1:1: expected an array, got an object");
    expect_error("'x'", "t.json:1:1: expected an array, got the string \"x\"");
    expect_error("[5]", "t.json:1:2: /0: expected an object, got the number 5");
    g_autoptr(IcsOperations) empty = read_good("[]");
    assert_int_equal(empty->list->len, 0);
}

static void each_operation_says_what_to_do(void **state)
{
    (void)state;
    expect_error("[{}]", "t.json:1:2: /0: the key \"do\" is missing");
    expect_error("[{'do': 7}]", "t.json:1:9: /0/do: expected a string, got the number 7");
    expect_error("[{'do': 'recieve'}]",
                 "t.json:1:9: /0/do: unknown operation \"recieve\"; did you mean \"receive\"?");
    expect_error_of("{'do': 'bind', 'sokcet': 's'}",
                    "t.json:2:16: /1/sokcet: unknown key \"sokcet\"; did you mean \"socket\"?");
}

static void required_parameters_must_be_there(void **state)
{
    (void)state;
    expect_error("[{'do': 'socket'}]",
                 "t.json:1:2: /0: the key \"socket\" is missing: text that is not empty, name of "
                 "the socket");
    expect_error_of("{'do': 'connect', 'socket': 's'}",
                    "t.json:2:1: /1: the key \"to\" is missing: text, the peer, \"host:port\"");
    expect_error("[{'do': 'compute'}]",
                 "t.json:1:2: /0: the key \"time\" is missing: a time, how long");
    expect_error("[{'do': 'log'}]",
                 "t.json:1:2: /0: the key \"text\" is missing: text, what to say");
    expect_error("[{'do': 'repeat', 'operations': [{'do': 'log', 'text': 'x'}]}]",
                 "t.json:1:2: /0: the key \"times\" is missing: an integer of at least 0, how "
                 "often");
    expect_error("[{'do': 'repeat', 'times': 2}]",
                 "t.json:1:2: /0: the key \"operations\" is missing");
    expect_error("[{'do': 'spawn', 'name': 'c'}]",
                 "t.json:1:2: /0: the key \"operations\" is missing");
}

static void parameters_have_types_and_ranges(void **state)
{
    (void)state;
    expect_error(
        "[{'do': 'socket', 'socket': 's', 'type': 'seqpacket'}]",
        "t.json:1:42: /0/type: unknown type \"seqpacket\"; known: datagram, synchronous or stream");
    expect_error_of("{'do': 'listen', 'socket': 's', 'backlog': 0}",
                    "t.json:2:44: /1/backlog: expected an integer from 1 to 4096, got 0");
    expect_error_of("{'do': 'bind', 'socket': 's', 'port': 65536}",
                    "t.json:2:39: /1/port: expected an integer from 0 to 65535, got 65536");
    expect_error_of("{'do': 'receive', 'socket': 's', 'timeout': '0s'}",
                    "t.json:2:45: /1/timeout: expected a time of at least 1 ns, got 0 s");
    expect_error_of("{'do': 'receive', 'socket': 's', 'buffer': '65508B'}",
                    "t.json:2:44: /1/buffer: expected a size of at most 65507 B, got 65508 B");
    expect_error_of("{'do': 'send', 'socket': 's', 'to': 'b:7', 'size': '1048577B'}",
                    "t.json:2:52: /1/size: expected a size of at most 1 MiB, got 1048577 B");
    expect_error("[{'do': 'exit', 'code': 256}]",
                 "t.json:1:25: /0/code: expected an integer from 0 to 255, got 256");
}

static void a_socket_is_made_before_it_is_used(void **state)
{
    (void)state;
    expect_error("[{'do': 'bind', 'socket': 's'}]", "t.json:1:27: /0/socket: unknown socket \"s\"");
    expect_error_of("{'do': 'close', 'socket': 't'}",
                    "t.json:2:27: /1/socket: unknown socket \"t\"; known: s");
    expect_error("[{'do': 'socket', 'socket': 'main'}, {'do': 'close', 'socket': 'mian'}]",
                 "t.json:1:64: /1/socket: unknown socket \"mian\"; did you mean \"main\"?");
    expect_error("[{'do': 'close', 'socket': 's'}, " SOCKET "]",
                 "t.json:1:28: /0/socket: unknown socket \"s\"");
}

static void a_child_is_spawned_before_it_is_waited_for(void **state)
{
    (void)state;
    expect_error("[{'do': 'wait', 'child': 'c'}]", "t.json:1:26: /0/child: unknown child \"c\"");
    expect_error_of("{'do': 'wait', 'child': 's'}", "t.json:2:25: /1/child: unknown child \"s\"");
    expect_error(
        "[{'do': 'spawn', 'name': 'c', 'operations': []},\n{'do': 'close', 'socket': 'c'}]",
        "t.json:2:27: /1/socket: unknown socket \"c\"");
}

static void children_have_names_of_their_own_and_sockets_of_their_own(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "/c", "a/b", "-c", "c d", "a->b", ".c"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        GError *error = NULL;
        g_autofree char *operations =
            g_strdup_printf("[{'do': 'spawn', 'name': '%s', 'operations': []}]", bad[i]);
        g_autoptr(IcsOperations) list = ics_small_programs_read(operations, &error);
        assert_null(list);
        assert_non_null(strstr(error->message, "t.json:1:26: /0/name: expected 1 to 63 letters"));
        g_error_free(error);
    }
    expect_error_of(
        "{'do': 'spawn', 'name': 'c', 'operations': [\n{'do': 'close', 'socket': 's'}]}",
        "t.json:3:27: /1/operations/0/socket: unknown socket \"s\"");
}

static void a_repeat_shares_the_names_around_it(void **state)
{
    (void)state;
    g_autoptr(IcsOperations) list =
        read_good("[" SOCKET ", {'do': 'repeat', 'times': 2, 'operations': ["
                  "{'do': 'close', 'socket': 's'}, {'do': 'socket', 'socket': 't'}]}, "
                  "{'do': 'close', 'socket': 't'}]");
    const IcsOperation *repeat = operation_of(list, 1);
    assert_int_equal(operation_of(repeat->body, 0)->slot, 0);
    assert_int_equal(operation_of(list, 2)->slot, 1);
    assert_string_equal(operation_of(repeat->body, 0)->pointer, "/1/operations/0");
    assert_int_equal(list->sockets->len, 2);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    expect_error_of(
        "{'do': 'send', 'socket': 's', 'to': 'b:7'}",
        "t.json:2:1: /1: send needs one of \"text\", \"size\" and \"received\", got none");
    expect_error_of("{'do': 'send', 'socket': 's', 'text': 'x', 'size': '1B'}",
                    "t.json:2:1: /1: send needs one of \"text\", \"size\" and \"received\", got "
                    "several");
    expect_error_of("{'do': 'send', 'socket': 's', 'text': 'x', 'received': true}",
                    "t.json:2:1: /1: send needs one of \"text\", \"size\" and \"received\", got "
                    "several");
    expect_error_of("{'do': 'set', 'socket': 's'}",
                    "t.json:2:1: /1: set needs at least one option");
    expect_error_of("{'do': 'receive', 'socket': 's', 'timeout': '1s', 'wait': false}",
                    "t.json:2:1: /1: \"timeout\" has no use with \"wait\": false");
    expect_error("[{'do': 'wait'}]",
                 "t.json:1:2: /0: wait needs one of \"time\", \"until\" and \"child\", got none");
    expect_error(
        "[{'do': 'wait', 'time': '1s', 'until': '2s'}]",
        "t.json:1:2: /0: wait needs one of \"time\", \"until\" and \"child\", got several");
    expect_error("[{'do': 'repeat', 'times': 2, 'operations': []}]",
                 "t.json:1:45: /0/operations: there is nothing to repeat");
    expect_error("[{'do': 'exit', 'expect': 0}]",
                 "t.json:1:2: /0: \"expect\" has no use behind an exit");
    expect_error_of("{'do': 'receive', 'socket': 's', 'expect': 'EAGAIN', 'expect-text': 'x'}",
                    "t.json:2:1: /1: no message comes with the error that \"expect\" names");
    expect_error_of("{'do': 'receive', 'socket': 's', 'expect': 'EAGAIN', 'expect-from': 'b'}",
                    "t.json:2:1: /1: no message comes with the error that \"expect\" names");
}

static void an_expected_outcome_is_a_value_ok_or_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *expect;
        IcsExpected expected;
    } rows[] = {
        {"0", {ICS_EXPECT_VALUE, 0}},
        {"65507", {ICS_EXPECT_VALUE, 65507}},
        {"'ok'", {ICS_EXPECT_OK, 0}},
        {"'ETIMEDOUT'", {ICS_EXPECT_ERROR, ETIMEDOUT}},
        {"'EHOSTNOTFOUND'", {ICS_EXPECT_ERROR, ICS_EHOSTNOTFOUND}},
        {"'EWOULDBLOCK'", {ICS_EXPECT_ERROR, EAGAIN}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "[" SOCKET ", {'do': 'receive', 'socket': 's', 'expect': %s}]", rows[i].expect);
        g_autoptr(IcsOperations) list = read_good(text);
        assert_int_equal(operation_of(list, 1)->expected.kind, rows[i].expected.kind);
        assert_int_equal(operation_of(list, 1)->expected.value, rows[i].expected.value);
        assert_int_equal(operation_of(list, 0)->expected.kind, ICS_EXPECT_ANY);
    }
}

static void other_outcomes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *expect, *message;
    } rows[] = {
        {"'ETIMEOUT'", "unknown outcome \"ETIMEOUT\"; did you mean \"ETIMEDOUT\"?"},
        {"'OK'", "unknown outcome \"OK\"; did you mean \"ok\"?"},
        {"-1", "no value is negative: expected the name of an error"},
        {"1.5", "expected an integer, \"ok\", \"end\" or the name of an error, got the number 1.5"},
        {"null", "expected an integer, \"ok\", \"end\" or the name of an error, got null"},
        {"true", "expected an integer, \"ok\", \"end\" or the name of an error, got true"},
        {"[]", "expected an integer, \"ok\", \"end\" or the name of an error, got an array"},
        {"{}", "expected an integer, \"ok\", \"end\" or the name of an error, got an object"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *operation =
            g_strdup_printf("{'do': 'close', 'socket': 's', 'expect': %s}", rows[i].expect);
        g_autofree char *message = g_strdup_printf("t.json:2:42: /1/expect: %s", rows[i].message);
        expect_error_of(operation, message);
    }
}

static void a_comment_may_stand_anywhere(void **state)
{
    (void)state;
    g_autoptr(IcsOperations) list = read_good(
        "[{'do': 'log', 'text': 'x', 'comment': 'why'}, {'do': 'repeat', 'times': 1, "
        "'comment': 'why', 'operations': [{'do': 'wait', 'time': '0s', 'comment': ''}]}]");
    assert_int_equal(list->list->len, 2);
}

static void a_process_has_256_sockets_by_name(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("[");
    for (int i = 0; i < 256; i++) {
        g_string_append_printf(text, "{'do': 'socket', 'socket': 's%d'},", i);
    }
    g_string_append(text, "{'do': 'spawn', 'name': 'c', 'operations': []},\n");
    g_autofree char *good = g_strconcat(text->str, "{'do': 'socket', 'socket': 's7'}]", NULL);
    g_autoptr(IcsOperations) list = read_good(good);
    assert_int_equal(list->list->len, 258);
    g_autofree char *bad = g_strconcat(text->str, "{'do': 'socket', 'socket': 's256'}]", NULL);
    expect_error(bad, "t.json:2:1: /257: more than 256 names in one process");
}

static void errors_in_the_depth_have_their_place(void **state)
{
    (void)state;
    expect_error("[{'do': 'repeat', 'times': 1, 'operations': [\n"
                 " {'do': 'spawn', 'name': 'c', 'operations': [\n"
                 "  {'do': 'repeat', 'times': 1, 'operations': [\n"
                 "   {'do': 'exit', 'code': -1}]}]}]}]",
                 "t.json:4:27: /0/operations/0/operations/0/operations/0/code: expected an integer "
                 "from 0 to 255, got -1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_name_a_meaning_and_parameters),
        cmocka_unit_test(a_list_is_an_array_of_objects),
        cmocka_unit_test(each_operation_says_what_to_do),
        cmocka_unit_test(required_parameters_must_be_there),
        cmocka_unit_test(parameters_have_types_and_ranges),
        cmocka_unit_test(a_socket_is_made_before_it_is_used),
        cmocka_unit_test(a_child_is_spawned_before_it_is_waited_for),
        cmocka_unit_test(children_have_names_of_their_own_and_sockets_of_their_own),
        cmocka_unit_test(a_repeat_shares_the_names_around_it),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(an_expected_outcome_is_a_value_ok_or_an_error),
        cmocka_unit_test(other_outcomes_are_refused),
        cmocka_unit_test(a_comment_may_stand_anywhere),
        cmocka_unit_test(a_process_has_256_sockets_by_name),
        cmocka_unit_test(errors_in_the_depth_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
