/* Operations on streams. Over a link of 5 ms each way. */
#include <cmocka.h>

#include "tests/support/small_programs.h"

#define LISTEN                                                                                     \
    "{'do': 'socket', 'socket': 'l', 'type': 'stream', 'expect': 0},"                              \
    "{'do': 'bind', 'socket': 'l', 'port': 7, 'expect': 0},"                                       \
    "{'do': 'listen', 'socket': 'l', 'backlog': 2, 'expect': 0},"
#define ACCEPT "{'do': 'accept', 'socket': 'l', 'connection': 'c', 'expect': 0},"
#define CONNECT                                                                                    \
    "{'do': 'socket', 'socket': 's', 'type': 'stream'},"                                           \
    "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'expect': 0},"

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

static void a_conversation_over_a_stream(void **state)
{
    start(state, "b", "q",
          "[" LISTEN "{'do': 'accept', 'socket': 'l', 'connection': 'c', 'expect': 0, "
          "'expect-from': 'a'}, {'do': 'poll', 'socket': 'c', 'timeout': '1s', 'expect': 1},"
          "{'do': 'receive', 'socket': 'c', 'peek': true, 'expect': 5},"
          "{'do': 'receive', 'socket': 'c', 'expect-text': 'hello'},"
          "{'do': 'send', 'socket': 'c', 'received': true, 'expect': 5},"
          "{'do': 'receive', 'socket': 'c', 'expect': 'end'}]");
    start(state, "a", "p",
          "[" CONNECT "{'do': 'send', 'socket': 's', 'text': 'hello', 'expect': 5},"
          "{'do': 'shutdown', 'socket': 's', 'how': 'send', 'expect': 0},"
          "{'do': 'receive', 'socket': 's', 'buffer': '10B', 'fill': true, 'expect': 5, "
          "'expect-text': 'hello'}, {'do': 'close', 'socket': 's', 'expect': 0}]");
    expect(state, "q returned 0@15ms; p returned 0@20ms; ");
}

static void a_child_is_given_the_connection(void **state)
{
    start(state, "b", "q",
          "[" LISTEN "{'do': 'repeat', 'times': 2, 'operations': [" ACCEPT
          "{'do': 'spawn', 'name': 'child', 'give': 'c', 'expect': 0, 'operations': ["
          "  {'do': 'receive', 'socket': 'c', 'fill': true, 'buffer': '100B', 'expect': 5}]}]},"
          "{'do': 'send', 'socket': 'c', 'text': 'mine?', 'expect': 'EBADF'}]");
    start(state, "a", "p",
          "[{'do': 'repeat', 'times': 2, 'operations': [" CONNECT
          "{'do': 'send', 'socket': 's', 'text': 'hello'},"
          "{'do': 'close', 'socket': 's'}]}]");
    expect(state, "q/child returned 0@15ms; p returned 0@20ms; "
                  "q: send: EBADF, not an open socket@25ms; q returned 0@25ms; "
                  "q/child returned 0@25ms; ");
}

static void connecting_has_limits_and_need_not_wait(void **state)
{
    start(state, "a", "p",
          "[{'do': 'socket', 'socket': 's', 'type': 'stream'},"
          "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'expect': 'ECONNREFUSED'},"
          "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'wait': false, 'expect': 'EINPROGRESS'},"
          "{'do': 'poll', 'socket': 's', 'for': 'writable', 'timeout': '1ms', 'expect': 0},"
          "{'do': 'poll', 'socket': 's', 'for': 'writable', 'expect': 1},"
          "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'expect': 'ECONNREFUSED'},"
          "{'do': 'set', 'socket': 's', 'connect-timeout': '1ms', 'expect': 0},"
          "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'expect': 'ETIMEDOUT'},"
          "{'do': 'connect', 'socket': 's', 'to': 'b:7', 'timeout': '2ms', 'expect': 'ETIMEDOUT'}"
          "]");
    expect(state, "p: connect: ECONNREFUSED, connection refused@10ms; "
                  "p: connect: EINPROGRESS, connection now in progress@10ms; "
                  "p: connect: ECONNREFUSED, connection refused@20ms; "
                  "p: connect: ETIMEDOUT, timed out@21ms; "
                  "p: connect: ETIMEDOUT, timed out@23ms; p returned 0@23ms; ");
}

static void accepting_has_limits_too(void **state)
{
    start(state, "a", "p",
          "[" LISTEN "{'do': 'accept', 'socket': 'l', 'connection': 'c', 'timeout': '5ms', "
          "'expect': 'ETIMEDOUT'}, {'do': 'accept', 'socket': 'l', 'connection': 'c', "
          "'wait': false, 'expect': 'EAGAIN'}]");
    expect(state, "p: accept: ETIMEDOUT, timed out@5ms; "
                  "p: accept: EAGAIN, nothing available now, try again@5ms; "
                  "p returned 0@5ms; ");
}

static void options_of_streams_can_be_set(void **state)
{
    start(state, "a", "p",
          "[{'do': 'socket', 'socket': 's', 'type': 'stream'}, {'do': 'set', 'socket': 's',"
          "'send-buffer': '1KiB', 'receive-buffer': '1KiB', 'no-delay': true, 'cork': false,"
          "'keep-alive': true, 'keep-alive-idle': '1s', 'keep-alive-interval': '1s',"
          "'keep-alive-probes': 2, 'linger': '0s', 'user-timeout': '1s', 'mss': '500B',"
          "'reuse-address': true, 'cc': 'reno', 'send-timeout': '1s', 'expect': 0},"
          "{'do': 'set', 'socket': 's', 'checksum': false, 'expect': 'ENOPROTOOPT'}]");
    expect(state, "p: set: ENOPROTOOPT, unknown socket option@0s; p returned 0@0s; ");
}

#define OPERATIONS_TEST(name)                                                                      \
    cmocka_unit_test_setup_teardown(name, setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPERATIONS_TEST(a_conversation_over_a_stream),
        OPERATIONS_TEST(a_child_is_given_the_connection),
        OPERATIONS_TEST(connecting_has_limits_and_need_not_wait),
        OPERATIONS_TEST(accepting_has_limits_too),
        OPERATIONS_TEST(options_of_streams_can_be_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
