/* Bulk transfers and the sink that checks every byte. Over a link of 5 ms each way. */
#include <cmocka.h>

#include "tests/support/small_programs.h"

static void sink(void **state, const char *parameters)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "b", "sink", "bulk-sink", ICS_SMALL_COROUTINE, parameters);
}

static void send_bulk(void **state, const char *parameters)
{
    ics_small_programs_start(*state, "a", "sender", "bulk-sender", ICS_SMALL_COROUTINE, parameters);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

static void every_byte_arrives_and_is_right(void **state)
{
    sink(state, "{}");
    send_bulk(state, "{'to': 'b:9', 'size': '14480B'}");
    expect(state, "sender returned 0@10ms; "
                  "sink/connection-1: 14480 bytes, every one right@15ms; "
                  "sink/connection-1 returned 0@15ms; ");
}

static void nothing_is_a_transfer_too(void **state)
{
    sink(state, "{}");
    send_bulk(state, "{'to': 'b:9', 'size': '0B'}");
    expect(state, "sender returned 0@10ms; "
                  "sink/connection-1: 0 bytes, every one right@15ms; "
                  "sink/connection-1 returned 0@15ms; ");
}

static void another_pattern_is_seen_at_its_first_wrong_byte(void **state)
{
    sink(state, "{'key': 2}");
    send_bulk(state, "{'to': 'b:9', 'size': '1000B'}");
    expect(state, "sender returned 0@10ms; "
                  "sink/connection-1: 1000 bytes, WRONG from byte 0 on@15ms; "
                  "sink/connection-1 exited 1@15ms; ");
}

static void two_senders_have_a_process_each(void **state)
{
    sink(state, "{}");
    send_bulk(state, "{'to': 'b:9', 'size': '1B'}");
    ics_small_programs_start(*state, "a", "other", "bulk-sender", ICS_SMALL_COROUTINE,
                             "{'to': 'b:9', 'size': '2B'}");
    expect(state, "sender returned 0@10ms; other returned 0@10ms; "
                  "sink/connection-1: 1 bytes, every one right@15ms; "
                  "sink/connection-1 returned 0@15ms; "
                  "sink/connection-2: 2 bytes, every one right@15ms; "
                  "sink/connection-2 returned 0@15ms; ");
}

/* 1000 bytes at 80 kbit/s take 100 ms. */
static void a_slow_reader_reads_at_its_rate(void **state)
{
    sink(state, "{'rate': '80kbit', 'read': '100B', 'pause': '1s'}");
    send_bulk(state, "{'to': 'b:9', 'size': '1000B'}");
    expect(state, "sender returned 0@10ms; "
                  "sink/connection-1: 1000 bytes, every one right@1.115s; "
                  "sink/connection-1 returned 0@1.115s; ");
}

static void a_lost_peer_is_told(void **state)
{
    send_bulk(state, "{'to': 'b:9', 'size': '1B'}");
    ics_small_processes_note_all(*state);
    expect(state, "sender: connect: ECONNREFUSED, connection refused@10ms; sender exited 1@10ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_byte_arrives_and_is_right),
        TEST(nothing_is_a_transfer_too),
        TEST(another_pattern_is_seen_at_its_first_wrong_byte),
        TEST(two_senders_have_a_process_each),
        TEST(a_slow_reader_reads_at_its_rate),
        TEST(a_lost_peer_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
