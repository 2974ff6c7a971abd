#include <cmocka.h>
#include <glib.h>

#include "tests/support/splitmix.h"
#include "tool/report/message_window.h"

static uint64_t lost(const IcsMessageWindow *window, IcsCause cause)
{
    return ics_cause_counts_get(&window->lost, cause);
}

static void check_balance(const IcsMessageWindow *window, uint64_t delivered, uint64_t lost_total,
                          uint64_t undecided)
{
    assert_int_equal(window->delivered, delivered);
    assert_int_equal(ics_cause_counts_total(&window->lost), lost_total);
    assert_int_equal(ics_message_window_undecided(window), undecided);
    assert_int_equal(window->sent, delivered + lost_total + undecided);
}

static void a_sent_message_is_undecided(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    check_balance(&window, 0, 0, 0);
    ics_message_window_sent(&window, 0);
    check_balance(&window, 0, 0, 1);
    ics_message_window_clear(&window);
}

static void a_message_whose_only_copy_dies_is_lost_by_its_cause(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_QUEUE_FULL, 5);
    check_balance(&window, 0, 1, 0);
    assert_int_equal(lost(&window, ICS_CAUSE_QUEUE_FULL), 1);
    ics_message_window_clear(&window);
}

static void while_another_copy_lives_it_is_undecided(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_copied(&window, 0);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_LOSS, 5);
    check_balance(&window, 0, 0, 1);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_BAD_CHECKSUM, 6);
    check_balance(&window, 0, 1, 0);
    assert_int_equal(lost(&window, ICS_CAUSE_BAD_CHECKSUM), 1);
    ics_message_window_clear(&window);
}

static void the_cause_is_the_latest_deaths_even_if_it_was_told_first(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_copied(&window, 0);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_LOSS, 100);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_NO_PORT, 60);
    assert_int_equal(lost(&window, ICS_CAUSE_LOSS), 1);
    assert_int_equal(lost(&window, ICS_CAUSE_NO_PORT), 0);
    ics_message_window_clear(&window);
}

static void a_delivered_message_stays_delivered_when_its_copies_die(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_copied(&window, 0);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_LOSS, 1);
    assert_int_equal(ics_message_window_delivered(&window, 0, false), ICS_RECEPTION_FIRST);
    check_balance(&window, 1, 0, 0);
    ics_message_window_sent(&window, 1);
    ics_message_window_copied(&window, 1);
    assert_int_equal(ics_message_window_delivered(&window, 1, false), ICS_RECEPTION_FIRST);
    ics_message_window_dropped(&window, 1, ICS_CAUSE_LOSS, 1);
    check_balance(&window, 2, 0, 0);
    ics_message_window_clear(&window);
}

static void further_copies_are_duplicates(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_copied(&window, 0);
    ics_message_window_copied(&window, 0);
    assert_int_equal(ics_message_window_delivered(&window, 0, false), ICS_RECEPTION_FIRST);
    assert_int_equal(ics_message_window_delivered(&window, 0, false), ICS_RECEPTION_DUPLICATE);
    assert_int_equal(ics_message_window_delivered(&window, 0, false), ICS_RECEPTION_DUPLICATE);
    assert_int_equal(window.duplicates, 2);
    check_balance(&window, 1, 0, 0);
    ics_message_window_clear(&window);
}

static void a_lost_message_that_is_sent_again_is_undecided_again(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_LOSS, 10);
    ics_message_window_copied(&window, 0);
    check_balance(&window, 0, 0, 1);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_PARTITION, 20);
    check_balance(&window, 0, 1, 0);
    assert_int_equal(lost(&window, ICS_CAUSE_PARTITION), 1);
    ics_message_window_copied(&window, 0);
    ics_message_window_delivered(&window, 0, false);
    check_balance(&window, 1, 0, 0);
    ics_message_window_clear(&window);
}

static void a_repetition_behind_the_delivery_changes_nothing(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_delivered(&window, 0, false);
    ics_message_window_copied(&window, 0);
    check_balance(&window, 1, 0, 0);
    ics_message_window_dropped(&window, 0, ICS_CAUSE_DUPLICATE, 9);
    check_balance(&window, 1, 0, 0);
    ics_message_window_clear(&window);
}

static void a_damaged_message_counts_once(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    ics_message_window_copied(&window, 0);
    ics_message_window_copied(&window, 0);
    ics_message_window_delivered(&window, 0, false);
    ics_message_window_delivered(&window, 0, true);
    ics_message_window_delivered(&window, 0, true);
    assert_int_equal(window.damaged, 1);
    ics_message_window_clear(&window);
}

static void few_messages_take_little_memory(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    assert_in_range(window.room, 1, 8);
    ics_message_window_clear(&window);
}

static void the_window_remembers_its_full_length(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    for (uint64_t i = 0; i < ICS_MESSAGE_WINDOW; i++) {
        ics_message_window_sent(&window, i);
        ics_message_window_copied(&window, i);
        ics_message_window_delivered(&window, i, false);
    }
    assert_int_equal(ics_message_window_delivered(&window, 0, false), ICS_RECEPTION_DUPLICATE);
    ics_message_window_sent(&window, ICS_MESSAGE_WINDOW);
    assert_int_equal(ics_message_window_delivered(&window, 1, false), ICS_RECEPTION_DUPLICATE);
    assert_int_equal(window.beyond, 0);
    ics_message_window_clear(&window);
}

static void beyond_the_window_a_reception_is_counted_as_such(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    for (uint64_t i = 0; i < 3 * ICS_MESSAGE_WINDOW; i++) {
        ics_message_window_sent(&window, i);
        ics_message_window_copied(&window, i);
        ics_message_window_delivered(&window, i, false);
    }
    assert_int_equal(window.room, ICS_MESSAGE_WINDOW);
    assert_int_equal(ics_message_window_delivered(&window, 7, false), ICS_RECEPTION_BEYOND);
    assert_int_equal(window.beyond, 1);
    assert_int_equal(window.duplicates, 0);
    ics_message_window_dropped(&window, 8, ICS_CAUSE_LOSS, 1);
    ics_message_window_copied(&window, 8);
    check_balance(&window, 3 * ICS_MESSAGE_WINDOW, 0, 0);
    ics_message_window_clear(&window);
}

/* A long fat pipe: more messages on their way than the window holds. None may be forgotten. */
static void the_window_grows_with_what_is_on_its_way(void **state)
{
    (void)state;
    const uint64_t pipe = 200000;
    IcsMessageWindow window = {0};
    for (uint64_t i = 0; i < 3 * pipe; i++) {
        ics_message_window_sent(&window, i);
        if (i >= pipe) {
            ics_message_window_delivered(&window, i - pipe, false);
        }
    }
    assert_int_equal(window.beyond, 0);
    check_balance(&window, 2 * pipe, 0, pipe);
    assert_in_range(window.room, pipe, 4 * pipe);
    ics_message_window_clear(&window);
}

/* One message that a link holds for ever does not make memory grow with the number of messages. */
static void one_stuck_message_is_forgotten_but_stays_undecided(void **state)
{
    (void)state;
    IcsMessageWindow window = {0};
    ics_message_window_sent(&window, 0);
    for (uint64_t i = 1; i < 4 * ICS_MESSAGE_WINDOW; i++) {
        ics_message_window_sent(&window, i);
        ics_message_window_delivered(&window, i, false);
    }
    assert_int_equal(window.room, ICS_MESSAGE_WINDOW);
    check_balance(&window, 4 * ICS_MESSAGE_WINDOW - 1, 0, 1);
    assert_int_equal(ics_message_window_delivered(&window, 0, false), ICS_RECEPTION_BEYOND);
    check_balance(&window, 4 * ICS_MESSAGE_WINDOW - 1, 0, 1);
    ics_message_window_clear(&window);
}

static void merging_adds_the_counts(void **state)
{
    (void)state;
    IcsMessageWindow left = {0};
    IcsMessageWindow right = {0};
    ics_message_window_sent(&left, 0);
    ics_message_window_delivered(&left, 0, true);
    ics_message_window_sent(&right, 0);
    ics_message_window_dropped(&right, 0, ICS_CAUSE_LOSS, 1);
    ics_message_window_sent(&right, 1);
    ics_message_window_merge(&left, &right);
    assert_int_equal(left.damaged, 1);
    check_balance(&left, 1, 1, 1);
    ics_message_window_clear(&left);
    ics_message_window_clear(&right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sent_message_is_undecided),
        cmocka_unit_test(a_message_whose_only_copy_dies_is_lost_by_its_cause),
        cmocka_unit_test(while_another_copy_lives_it_is_undecided),
        cmocka_unit_test(the_cause_is_the_latest_deaths_even_if_it_was_told_first),
        cmocka_unit_test(a_delivered_message_stays_delivered_when_its_copies_die),
        cmocka_unit_test(further_copies_are_duplicates),
        cmocka_unit_test(a_lost_message_that_is_sent_again_is_undecided_again),
        cmocka_unit_test(a_repetition_behind_the_delivery_changes_nothing),
        cmocka_unit_test(a_damaged_message_counts_once),
        cmocka_unit_test(few_messages_take_little_memory),
        cmocka_unit_test(the_window_remembers_its_full_length),
        cmocka_unit_test(beyond_the_window_a_reception_is_counted_as_such),
        cmocka_unit_test(the_window_grows_with_what_is_on_its_way),
        cmocka_unit_test(one_stuck_message_is_forgotten_but_stays_undecided),
        cmocka_unit_test(merging_adds_the_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
