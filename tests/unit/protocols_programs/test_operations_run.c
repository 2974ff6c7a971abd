/* Processes carry out lists of operations, and compare what comes of them with what was expected.
 * Over a link of 5 ms each way. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_programs.h"

#define MS     ICS_SMALL_NETWORK_MS
#define SOCKET "{'do': 'socket', 'socket': 's'},"
#define BOUND  SOCKET "{'do': 'bind', 'socket': 's', 'port': 7},"
#define HELLO  "{'do': 'send', 'socket': 's', 'to': 'b:7', 'text': 'hello', 'expect': 5}"

static void start(void **state, const char *host, const char *process, const char *operations)
{
    ics_small_programs_operations(*state, host, process, operations);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

static int setup(void **state)
{
    ics_small_network_setup(state);
    ics_small_processes_note_all(*state);
    return 0;
}

static void an_empty_list_does_nothing(void **state)
{
    start(state, "a", "p", "[]");
    expect(state, "p returned 0@0s; ");
}

static void a_message_goes_there_and_back(void **state)
{
    start(state, "b", "q",
          "[" BOUND "{'do': 'receive', 'socket': 's', 'expect': 5, 'expect-text': 'hello', "
          "'expect-from': 'a'},"
          "{'do': 'send', 'socket': 's', 'to': 'sender', 'received': true, 'expect': 5},"
          "{'do': 'close', 'socket': 's', 'expect': 0}]");
    start(state, "a", "p",
          "[" SOCKET HELLO ", {'do': 'receive', 'socket': 's', 'expect': 5, "
          "'expect-text': 'hello', 'expect-from': 'b:7'}]");
    expect(state, "q returned 0@5ms; p returned 0@10ms; ");
}

static void expectations_that_hold_are_quiet(void **state)
{
    start(state, "a", "p",
          "[{'do': 'socket', 'socket': 's', 'expect': 0},"
          "{'do': 'bind', 'socket': 's', 'port': 7, 'expect': 'ok'},"
          "{'do': 'wait', 'time': '1ms', 'expect': 0},"
          "{'do': 'compute', 'time': '1ms', 'expect': 'ok'},"
          "{'do': 'repeat', 'times': 0, 'expect': 0, 'operations': [{'do': 'exit'}]},"
          "{'do': 'set', 'socket': 's', 'nonblocking': true, 'expect': 0}]");
    expect(state, "p returned 0@2ms; ");
}

static void failed_expectations_are_told_with_their_pointer(void **state)
{
    start(state, "a", "p",
          "[" SOCKET "{'do': 'bind', 'socket': 's', 'port': 7, 'expect': 1},"
          "{'do': 'bind', 'socket': 's', 'port': 7, 'expect': 'ok'},"
          "{'do': 'bind', 'socket': 's', 'port': 7, 'expect': 0},"
          "{'do': 'bind', 'socket': 's', 'port': 7, 'expect': 'EADDRINUSE'},"
          "{'do': 'close', 'socket': 's', 'expect': 'EBADF'}]");
    expect(state, "p FAILED /1: bind gave 0, expected 1@0s; "
                  "p FAILED /2: bind gave EINVAL, expected success@0s; "
                  "p FAILED /3: bind gave EINVAL, expected 0@0s; "
                  "p FAILED /4: bind gave EINVAL, expected EADDRINUSE@0s; "
                  "p FAILED /5: close gave 0, expected EBADF@0s; p returned 0@0s; ");
}

static void errors_are_said_whether_expected_or_not(void **state)
{
    start(state, "a", "p",
          "[" SOCKET "{'do': 'close', 'socket': 's'}, {'do': 'close', 'socket': 's'},"
          "{'do': 'close', 'socket': 's', 'expect': 'EBADF'}]");
    expect(state, "p: close: EBADF, not an open socket@0s; p: close: EBADF, not an open socket@0s; "
                  "p returned 0@0s; ");
}

static void a_closed_name_does_not_reach_the_next_socket(void **state)
{
    start(state, "a", "p",
          "[" BOUND "{'do': 'close', 'socket': 's'}, {'do': 'socket', 'socket': 't'},"
          "{'do': 'bind', 'socket': 's', 'port': 8, 'expect': 'EBADF'},"
          "{'do': 'bind', 'socket': 't', 'port': 7, 'expect': 0}]");
    expect(state, "p: bind: EBADF, not an open socket@0s; p returned 0@0s; ");
}

static void a_name_can_be_given_to_another_socket(void **state)
{
    start(state, "a", "p",
          "[" BOUND SOCKET "{'do': 'bind', 'socket': 's', 'port': 8, 'expect': 0}]");
    expect(state, "p returned 0@0s; ");
}

static void a_socket_that_was_not_made_is_not_open(void **state)
{
    start(state, "a", "p",
          "[{'do': 'socket', 'socket': 'other'},"
          "{'do': 'repeat', 'times': 0, 'operations': [{'do': 'socket', 'socket': 's'}]},"
          "{'do': 'bind', 'socket': 's', 'expect': 'EBADF'},"
          "{'do': 'receive', 'socket': 's', 'timeout': '1s', 'expect': 'EBADF'}]");
    expect(state, "p: bind: EBADF, not an open socket@0s; "
                  "p: receive: EBADF, not an open socket@0s; p returned 0@0s; ");
}

static void sockets_run_out(void **state)
{
    start(state, "a", "p",
          "[{'do': 'repeat', 'times': 1024, 'operations': [{'do': 'socket', 'socket': 's', "
          "'expect': 0}]}, {'do': 'socket', 'socket': 's', 'expect': 'EMFILE'},"
          "{'do': 'close', 'socket': 's', 'expect': 'EBADF'}]");
    expect(state, "p: socket: EMFILE, too many open sockets@0s; "
                  "p: close: EBADF, not an open socket@0s; p returned 0@0s; ");
}

/* ---- bind, connect, send ---- */

static void an_address_can_be_bound(void **state)
{
    start(state, "a", "p",
          "[" SOCKET "{'do': 'bind', 'socket': 's', 'address': 'b', 'port': 7, "
          "'expect': 'EADDRNOTAVAIL'},"
          "{'do': 'bind', 'socket': 's', 'address': 'nowhere', 'expect': 'EHOSTNOTFOUND'},"
          "{'do': 'bind', 'socket': 's', 'address': '127.0.0.1', 'port': 7, 'expect': 0}]");
    expect(state, "p: bind: EADDRNOTAVAIL, address not available on this host@0s; "
                  "p: bind: EHOSTNOTFOUND, unknown host@0s; p returned 0@0s; ");
}

static void destinations_are_resolved_when_they_are_used(void **state)
{
    start(state, "a", "p",
          "[" SOCKET "{'do': 'connect', 'socket': 's', 'to': 'c:7', 'expect': 'EHOSTNOTFOUND'},"
          "{'do': 'connect', 'socket': 's', 'to': 'b', 'expect': 'EINVAL'},"
          "{'do': 'send', 'socket': 's', 'to': 'c:7', 'text': '', 'expect': 'EHOSTNOTFOUND'},"
          "{'do': 'send', 'socket': 's', 'to': ':7', 'text': '', 'expect': 'EINVAL'},"
          "{'do': 'send', 'socket': 's', 'text': '', 'expect': 'EDESTADDRREQ'},"
          "{'do': 'send', 'socket': 's', 'to': 'sender', 'text': '', 'expect': 'EINVAL'},"
          "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'expect': 0},"
          "{'do': 'send', 'socket': 's', 'text': 'x', 'expect': 1},"
          "{'do': 'receive', 'socket': 's', 'expect': 'ECONNREFUSED'}]");
    ics_small_network_run(*state);
    assert_non_null(
        strstr(((IcsSmallNetwork *)*state)->notes->str,
               "p: receive: ECONNREFUSED, connection refused@10ms; p returned 0@10ms; "));
    assert_null(strstr(((IcsSmallNetwork *)*state)->notes->str, "FAILED"));
}

static void a_size_stands_for_the_alphabet(void **state)
{
    start(state, "a", "p",
          "[" SOCKET "{'do': 'send', 'socket': 's', 'to': 'b:7', 'size': '4B', 'expect': 4},"
          "{'do': 'send', 'socket': 's', 'to': 'b:7', 'size': '28B', 'expect': 28},"
          "{'do': 'send', 'socket': 's', 'to': 'b:7', 'size': '0B', 'expect': 0},"
          "{'do': 'send', 'socket': 's', 'to': 'b:7', 'size': '1473B', 'expect': 'EMSGSIZE'},"
          "{'do': 'send', 'socket': 's', 'to': 'localhost:7', 'size': '1MiB', "
          "'expect': 'EMSGSIZE'}]");
    ics_small_network_run(*state);
    size_t n;
    assert_memory_equal(ics_small_network_sent(*state, 0, &n) + 28, "abcd", 4);
    assert_memory_equal(ics_small_network_sent(*state, 1, &n) + 28, "abcdefghijklmnopqrstuvwxyzab",
                        28);
    ics_small_network_sent(*state, 2, &n);
    assert_int_equal(n, 28);
    assert_null(strstr(((IcsSmallNetwork *)*state)->notes->str, "FAILED"));
}

/* ---- receive ---- */

static void what_was_received_is_compared(void **state)
{
    start(state, "b", "q",
          "[" BOUND "{'do': 'receive', 'socket': 's', 'expect-text': 'hallo'},"
          "{'do': 'receive', 'socket': 's', 'expect-text': 'hell', 'expect-from': 'b'},"
          "{'do': 'receive', 'socket': 's', 'expect-from': 'a:7'},"
          "{'do': 'receive', 'socket': 's', 'expect-from': 'a:x'},"
          "{'do': 'receive', 'socket': 's', 'expect-from': 'a:49152', 'expect-text': ''}]");
    start(state, "a", "p",
          "[" SOCKET "{'do': 'repeat', 'times': 4, 'operations': [" HELLO "]},"
          "{'do': 'send', 'socket': 's', 'to': 'b:7', 'text': ''}]");
    expect(state, "p returned 0@0s; "
                  "q FAILED /2: receive got the text \"hello\", expected \"hallo\"@5ms; "
                  "q FAILED /3: receive got the text \"hello\", expected \"hell\"@5ms; "
                  "q FAILED /3: receive took a message that did not come from b@5ms; "
                  "q FAILED /4: receive took a message that did not come from a:7@5ms; "
                  "q FAILED /5: receive took a message that did not come from a:x@5ms; "
                  "q returned 0@5ms; ");
}

static void long_texts_are_cut_in_messages(void **state)
{
    start(state, "b", "q", "[" BOUND "{'do': 'receive', 'socket': 's', 'expect-text': 'x'}]");
    start(state, "a", "p", "[" SOCKET "{'do': 'send', 'socket': 's', 'to': 'b:7', 'size': '99B'}]");
    expect(state, "p returned 0@0s; q FAILED /2: receive got the text "
                  "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmn\", expected \"x\"@5ms; "
                  "q returned 0@5ms; ");
}

static void a_short_buffer_cuts_the_message(void **state)
{
    start(state, "b", "q",
          "[" BOUND "{'do': 'receive', 'socket': 's', 'buffer': '3B', 'expect': 3, "
          "'expect-text': 'hel'},"
          "{'do': 'send', 'socket': 's', 'to': 'sender', 'received': true, 'expect': 3}]");
    start(state, "a", "p", "[" SOCKET HELLO "]");
    expect(state, "p returned 0@0s; q returned 0@5ms; ");
}

static void a_receive_can_have_a_time_limit_of_its_own(void **state)
{
    start(state, "b", "q",
          "[" BOUND "{'do': 'set', 'socket': 's', 'receive-timeout': '30ms'},"
          "{'do': 'receive', 'socket': 's', 'timeout': '10ms', 'expect': 'ETIMEDOUT'},"
          "{'do': 'receive', 'socket': 's', 'expect': 'ETIMEDOUT'},"
          "{'do': 'receive', 'socket': 's', 'wait': false, 'expect': 'EAGAIN'}]");
    expect(state, "q: receive: ETIMEDOUT, timed out@10ms; q: receive: ETIMEDOUT, timed out@40ms; "
                  "q: receive: EAGAIN, nothing available now, try again@40ms; q returned 0@40ms; ");
}

static void a_failed_receive_leaves_what_was_received(void **state)
{
    start(state, "b", "q",
          "[" BOUND "{'do': 'receive', 'socket': 's'},"
          "{'do': 'receive', 'socket': 's', 'wait': false, 'expect': 'EAGAIN'},"
          "{'do': 'send', 'socket': 's', 'to': 'sender', 'received': true, 'expect': 5}]");
    start(state, "a", "p", "[" SOCKET HELLO "]");
    expect(state, "p returned 0@0s; q: receive: EAGAIN, nothing available now, try again@5ms; "
                  "q returned 0@5ms; ");
}

static void nothing_received_is_an_empty_message(void **state)
{
    start(state, "a", "p",
          "[" SOCKET "{'do': 'send', 'socket': 's', 'to': 'b:7', 'received': true, 'expect': 0}]");
    expect(state, "p returned 0@0s; ");
}

/* ---- set ---- */

static void options_are_set(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "b", "q",
          "[" BOUND "{'do': 'set', 'socket': 's', 'receive-buffer': '10B', 'nonblocking': true, "
          "'expect': 0},"
          "{'do': 'receive', 'socket': 's', 'expect': 'EAGAIN'}, {'do': 'wait', 'time': '10ms'},"
          "{'do': 'receive', 'socket': 's', 'expect': 5}, {'do': 'receive', 'socket': 's', "
          "'expect': 5}, {'do': 'receive', 'socket': 's', 'expect': 'EAGAIN'}]");
    start(state, "a", "p",
          "[" SOCKET "{'do': 'set', 'socket': 's', 'checksum': false},"
          "{'do': 'repeat', 'times': 3, 'operations': [" HELLO "]}]");
    ics_small_network_run(network);
    assert_null(strstr(network->notes->str, "FAILED"));
    assert_int_equal(ics_small_network_dropped(network, "b", ICS_CAUSE_RECEIVE_BUFFER_FULL), 1);
    size_t n;
    assert_int_equal(ics_raw_get16(ics_small_network_sent(network, 0, &n) + 26), 0);
}

static void a_synchronous_send_has_a_time_limit(void **state)
{
    start(state, "a", "p",
          "[{'do': 'socket', 'socket': 's', 'type': 'synchronous'},"
          "{'do': 'set', 'socket': 's', 'send-timeout': '30ms'},"
          "{'do': 'send', 'socket': 's', 'to': 'b:7', 'text': 'x', 'expect': 'ETIMEDOUT'},"
          "{'do': 'send', 'socket': 's', 'to': 'b:7', 'text': 'x', 'wait': false, "
          "'expect': 'EOPNOTSUPP'}, {'do': 'set', 'socket': 's', 'receive-buffer': '1B'}]");
    expect(state, "p: send: ETIMEDOUT, timed out@30ms; "
                  "p: send: EOPNOTSUPP, operation not supported@30ms; p returned 0@30ms; ");
}

static void a_synchronous_send_waits_for_the_receive(void **state)
{
    start(state, "b", "q",
          "[{'do': 'socket', 'socket': 's', 'type': 'synchronous'},"
          "{'do': 'bind', 'socket': 's', 'port': 7}, {'do': 'wait', 'until': '100ms'},"
          "{'do': 'receive', 'socket': 's', 'expect-text': 'hello', 'expect-from': 'a'},"
          "{'do': 'wait', 'time': '1s'}]");
    start(state, "a", "p", "[{'do': 'socket', 'socket': 's', 'type': 'synchronous'}," HELLO "]");
    expect(state, "p returned 0@105ms; q returned 0@1.1s; ");
}

/* ---- wait, repeat, spawn, exit ---- */

static void times_pass(void **state)
{
    start(state, "a", "p",
          "[{'do': 'wait', 'time': '3ms'}, {'do': 'log', 'text': 'one'},"
          "{'do': 'wait', 'until': '10ms'}, {'do': 'log', 'text': 'two'},"
          "{'do': 'wait', 'until': '5ms'}, {'do': 'log', 'text': '%s %n'},"
          "{'do': 'compute', 'time': '2ms'}, {'do': 'log', 'text': ''}]");
    expect(state, "p: one@3ms; p: two@10ms; p: %s %n@10ms; p: @12ms; p returned 0@12ms; ");
}

static void repeats_nest(void **state)
{
    start(state, "a", "p",
          "[{'do': 'repeat', 'times': 2, 'operations': [{'do': 'log', 'text': 'outer'},"
          "{'do': 'repeat', 'times': 3, 'operations': [{'do': 'wait', 'time': '1ms'},"
          "{'do': 'log', 'text': 'inner'}]}]}]");
    expect(state, "p: outer@0s; p: inner@1ms; p: inner@2ms; p: inner@3ms; "
                  "p: outer@3ms; p: inner@4ms; p: inner@5ms; p: inner@6ms; p returned 0@6ms; ");
}

static void an_exit_ends_everything_around_it(void **state)
{
    start(state, "a", "p",
          "[{'do': 'repeat', 'times': 2, 'operations': [{'do': 'repeat', 'times': 2, "
          "'operations': [{'do': 'log', 'text': 'once'}, {'do': 'exit', 'code': 7}]}]},"
          "{'do': 'log', 'text': 'never'}]");
    expect(state, "p: once@0s; p exited 7@0s; ");
}

static void repeats_can_be_as_deep_as_json(void **state)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 31; i++) {
        g_string_append(text, "[{'do': 'repeat', 'times': 1, 'operations': ");
    }
    g_string_append(text, "[{'do': 'log', 'text': 'deep'}]");
    for (int i = 0; i < 31; i++) {
        g_string_append(text, "}]");
    }
    start(state, "a", "p", text->str);
    expect(state, "p: deep@0s; p returned 0@0s; ");
}

static void children_run_beside_their_parent(void **state)
{
    start(state, "a", "p",
          "[{'do': 'spawn', 'name': 'c', 'expect': 0, 'operations': [{'do': 'wait', 'time': '5ms'},"
          "{'do': 'log', 'text': 'hello'}, {'do': 'exit', 'code': 9}]},"
          "{'do': 'log', 'text': 'spawned'}, {'do': 'wait', 'child': 'c', 'expect': 9},"
          "{'do': 'wait', 'child': 'c', 'expect': 9}]");
    expect(state, "p: spawned@0s; p/c: hello@5ms; p/c exited 9@5ms; p returned 0@5ms; ");
}

static void kill_child(IcsSmallNetwork *network, G_GNUC_UNUSED gpointer data)
{
    ics_host_processes_kill(ics_small_network_stack(network, "a"), "p/c");
}

static void a_killed_child_interrupts_the_wait(void **state)
{
    start(state, "a", "p",
          "[{'do': 'spawn', 'name': 'c', 'operations': [{'do': 'wait', 'time': '1h'}]},"
          "{'do': 'wait', 'child': 'c', 'expect': 'EINTR'}]");
    ics_small_network_at(*state, 3 * MS, kill_child, NULL);
    expect(state, "p/c killed 0@3ms; p: wait: EINTR, interrupted@3ms; p returned 0@3ms; ");
}

static void a_child_that_was_not_spawned_cannot_be_waited_for(void **state)
{
    start(state, "a", "p",
          "[{'do': 'repeat', 'times': 0, 'operations': [{'do': 'spawn', 'name': 'c', "
          "'operations': []}]}, {'do': 'wait', 'child': 'c', 'expect': 'EINVAL'}]");
    expect(state, "p: wait: EINVAL, invalid argument@0s; p returned 0@0s; ");
}

static void failures_of_children_have_their_own_pointers(void **state)
{
    start(state, "a", "p",
          "[{'do': 'spawn', 'name': 'c', 'operations': [" SOCKET
          "{'do': 'repeat', 'times': 2, 'operations': [{'do': 'bind', 'socket': 's', 'port': 7, "
          "'expect': 0}]}]}]");
    expect(state, "p returned 0@0s; p/c FAILED /0/operations/1/operations/0: bind gave EINVAL, "
                  "expected 0@0s; p/c returned 0@0s; ");
}

static void a_list_that_repeats_at_one_instant_gives_others_their_turn(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p",
          "[{'do': 'repeat', 'times': 1000000000000000000, 'operations': "
          "[{'do': 'wait', 'time': '0s'}]}]");
    start(state, "b", "q", "[{'do': 'wait', 'time': '0s'}, {'do': 'log', 'text': 'turn'}]");
    assert_int_equal(ics_simulation_run(network->simulation, MS, 3), ICS_STOP_BUDGET);
    assert_string_equal(network->notes->str, "q: turn@0s; q returned 0@0s; ");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_list_does_nothing),
        TEST(a_message_goes_there_and_back),
        TEST(expectations_that_hold_are_quiet),
        TEST(failed_expectations_are_told_with_their_pointer),
        TEST(errors_are_said_whether_expected_or_not),
        TEST(a_closed_name_does_not_reach_the_next_socket),
        TEST(a_name_can_be_given_to_another_socket),
        TEST(a_socket_that_was_not_made_is_not_open),
        TEST(sockets_run_out),
        TEST(an_address_can_be_bound),
        TEST(destinations_are_resolved_when_they_are_used),
        TEST(a_size_stands_for_the_alphabet),
        TEST(what_was_received_is_compared),
        TEST(long_texts_are_cut_in_messages),
        TEST(a_short_buffer_cuts_the_message),
        TEST(a_receive_can_have_a_time_limit_of_its_own),
        TEST(a_failed_receive_leaves_what_was_received),
        TEST(nothing_received_is_an_empty_message),
        TEST(options_are_set),
        TEST(a_synchronous_send_has_a_time_limit),
        TEST(a_synchronous_send_waits_for_the_receive),
        TEST(times_pass),
        TEST(repeats_nest),
        TEST(an_exit_ends_everything_around_it),
        TEST(repeats_can_be_as_deep_as_json),
        TEST(children_run_beside_their_parent),
        TEST(a_killed_child_interrupts_the_wait),
        TEST(a_child_that_was_not_spawned_cannot_be_waited_for),
        TEST(failures_of_children_have_their_own_pointers),
        TEST(a_list_that_repeats_at_one_instant_gives_others_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
