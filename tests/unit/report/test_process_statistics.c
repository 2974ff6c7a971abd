#include <cmocka.h>
#include <string.h>

#include "tool/report/process_statistics.h"

typedef struct Fixture {
    IcsProcess process;
    IcsProcessStatistics statistics;
    IcsProcessAllowance allowance;
} Fixture;

static int setup(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->allowance = (IcsProcessAllowance){100, 100};
    ics_process_statistics_init(&fixture->statistics, &fixture->process);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    Fixture *fixture = *state;
    ics_process_statistics_clear(&fixture->statistics);
    g_free(fixture);
    return 0;
}

static void begin_wait(Fixture *fixture, IcsWaitReason reason, int64_t at_ns)
{
    fixture->process.waiting_for = reason;
    fixture->process.waiting_since_ns = at_ns;
}

static void wait_between(Fixture *fixture, IcsWaitReason reason, int64_t from_ns, int64_t to_ns)
{
    begin_wait(fixture, reason, from_ns);
    ics_process_statistics_resumed(&fixture->statistics, to_ns, &fixture->allowance);
    fixture->process.waiting_for = ICS_WAIT_NOTHING;
}

static void check(const Fixture *fixture, IcsWaitReason reason, int64_t end_ns, uint64_t intervals,
                  int64_t total_ns, int64_t longest_ns)
{
    IcsBlockedTime time = ics_process_statistics_blocked_for(&fixture->statistics, reason, end_ns);
    assert_int_equal(time.intervals, intervals);
    assert_int_equal(time.total_ns, total_ns);
    assert_int_equal(time.longest_ns, longest_ns);
}

static void waits_are_counted_by_reason(void **state)
{
    Fixture *fixture = *state;
    wait_between(fixture, ICS_WAIT_RECEIVE, 10, 15);
    wait_between(fixture, ICS_WAIT_SEND, 20, 50);
    wait_between(fixture, ICS_WAIT_RECEIVE, 60, 61);
    check(fixture, ICS_WAIT_RECEIVE, 100, 2, 6, 5);
    check(fixture, ICS_WAIT_SEND, 100, 1, 30, 30);
    check(fixture, ICS_WAIT_SLEEP, 100, 0, 0, 0);
}

static void a_wait_that_goes_on_counts_up_to_the_end(void **state)
{
    Fixture *fixture = *state;
    wait_between(fixture, ICS_WAIT_RECEIVE, 10, 15);
    begin_wait(fixture, ICS_WAIT_RECEIVE, 70);
    check(fixture, ICS_WAIT_RECEIVE, 100, 2, 35, 30);
    check(fixture, ICS_WAIT_NOTHING, 100, 0, 0, 0);
}

static void a_process_that_is_killed_while_it_waits_waits_no_longer(void **state)
{
    Fixture *fixture = *state;
    begin_wait(fixture, ICS_WAIT_RECEIVE, 70);
    ics_process_statistics_ended(&fixture->statistics, 80, &fixture->allowance);
    check(fixture, ICS_WAIT_RECEIVE, 100, 1, 10, 10);
    assert_int_equal(fixture->statistics.ended_ns, 80);
}

static void a_process_that_ends_by_itself_waits_for_nothing(void **state)
{
    Fixture *fixture = *state;
    wait_between(fixture, ICS_WAIT_RECEIVE, 10, 15);
    ics_process_statistics_ended(&fixture->statistics, 80, &fixture->allowance);
    check(fixture, ICS_WAIT_RECEIVE, 100, 1, 5, 5);
}

static void the_first_waits_for_others_are_kept(void **state)
{
    Fixture *fixture = *state;
    wait_between(fixture, ICS_WAIT_SLEEP, 0, 5);
    wait_between(fixture, ICS_WAIT_COMPUTE, 5, 9);
    for (int64_t i = 0; i < 2 * ICS_PROCESS_INTERVALS_KEPT; i++) {
        wait_between(fixture, ICS_WAIT_SEND, 10 * i, 10 * i + 3);
    }
    const GArray *intervals = fixture->statistics.intervals;
    assert_int_equal(intervals->len, ICS_PROCESS_INTERVALS_KEPT);
    const IcsBlockedInterval *second = &g_array_index(intervals, IcsBlockedInterval, 1);
    assert_int_equal(second->from_ns, 10);
    assert_int_equal(second->to_ns, 13);
    assert_int_equal(second->reason, ICS_WAIT_SEND);
    check(fixture, ICS_WAIT_SEND, 0, 2 * ICS_PROCESS_INTERVALS_KEPT,
          2 * ICS_PROCESS_INTERVALS_KEPT * 3, 3);
}

static void no_more_is_kept_than_all_processes_may_together(void **state)
{
    Fixture *fixture = *state;
    fixture->allowance = (IcsProcessAllowance){.lines = 1, .intervals = 2};
    for (int64_t i = 0; i < 5; i++) {
        wait_between(fixture, ICS_WAIT_SEND, i, i + 1);
        ics_process_lines_add(&fixture->statistics.log, "line", &fixture->allowance);
    }
    assert_int_equal(fixture->statistics.intervals->len, 2);
    assert_int_equal(fixture->statistics.log.first->len, 1);
    assert_int_equal(fixture->statistics.log.n, 5);
}

static void a_long_line_is_shortened_between_characters(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GString) text = g_string_new("x");
    while (text->len < 1000) {
        g_string_append(text, "ü");
    }
    ics_process_lines_add(&fixture->statistics.log, text->str, &fixture->allowance);
    const char *kept = g_ptr_array_index(fixture->statistics.log.first, 0);
    assert_true(g_utf8_validate(kept, -1, NULL));
    assert_in_range(strlen(kept), ICS_PROCESS_LINE_BYTES - 3, ICS_PROCESS_LINE_BYTES);
}

static void a_line_of_invalid_bytes_is_kept_short_too(void **state)
{
    Fixture *fixture = *state;
    char text[2 * ICS_PROCESS_LINE_BYTES];
    memset(text, 0xff, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ics_process_lines_add(&fixture->statistics.log, text, &fixture->allowance);
    const char *kept = g_ptr_array_index(fixture->statistics.log.first, 0);
    assert_in_range(strlen(kept), 1, ICS_PROCESS_LINE_BYTES);
}

#define PROCESS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROCESS_TEST(waits_are_counted_by_reason),
        PROCESS_TEST(a_wait_that_goes_on_counts_up_to_the_end),
        PROCESS_TEST(a_process_that_is_killed_while_it_waits_waits_no_longer),
        PROCESS_TEST(a_process_that_ends_by_itself_waits_for_nothing),
        PROCESS_TEST(the_first_waits_for_others_are_kept),
        PROCESS_TEST(no_more_is_kept_than_all_processes_may_together),
        PROCESS_TEST(a_long_line_is_shortened_between_characters),
        PROCESS_TEST(a_line_of_invalid_bytes_is_kept_short_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
