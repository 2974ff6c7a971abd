#include <cmocka.h>

#include "netmodel/drop_tail.h"
#include "tests/support/queue_fixture.h"

static void fill(IcsQueueFixture *fixture, uint32_t packets, uint32_t bytes)
{
    for (uint32_t i = 0; i < packets; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, bytes, 0), ICS_CAUSE_NONE);
    }
}

static void a_queue_is_first_in_first_out(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.packets = 10});
    fill(fixture, 10, 50);
    for (int64_t i = 0; i < 10; i++) {
        assert_int_equal(ics_queue_fixture_dequeue(fixture, i), i);
    }
    assert_int_equal(ics_queue_fixture_dequeue(fixture, 10), -1);
}

static void an_empty_queue_gives_nothing(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.packets = 1});
    assert_int_equal(ics_queue_fixture_dequeue(fixture, 0), -1);
    assert_null(ics_queue_take(fixture->queue));
}

static void the_packet_over_the_limit_by_packets_is_refused(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.packets = 3});
    fill(fixture, 3, 65535);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 0), ICS_CAUSE_QUEUE_FULL);
    assert_int_equal(fixture->queue->packets, 3);
    assert_int_equal(ics_queue_fixture_dequeue(fixture, 1), 0);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 1), ICS_CAUSE_NONE);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 1), ICS_CAUSE_QUEUE_FULL);
}

static void a_limit_by_bytes_may_be_reached_but_not_exceeded(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.bytes = 3000});
    fill(fixture, 1, 1500);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1501, 0), ICS_CAUSE_QUEUE_FULL);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1500, 0), ICS_CAUSE_NONE);
    assert_int_equal(fixture->queue->bytes, 3000);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 0), ICS_CAUSE_QUEUE_FULL);
}

static void a_small_packet_fits_where_a_large_one_did_not(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.bytes = 1000});
    fill(fixture, 1, 900);
    assert_int_equal(ics_queue_fixture_offer(fixture, 200, 0), ICS_CAUSE_QUEUE_FULL);
    assert_int_equal(ics_queue_fixture_offer(fixture, 100, 0), ICS_CAUSE_NONE);
}

static void bytes_alone_do_not_limit_packets(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.bytes = 1000});
    fill(fixture, 1000, 1);
    assert_int_equal(fixture->queue->packets, 1000);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 0), ICS_CAUSE_QUEUE_FULL);
}

static void with_both_limits_the_nearer_one_counts(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsDropTailConfig config = {.packets = 4, .bytes = 1000};
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &config);
    fill(fixture, 2, 500);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 0), ICS_CAUSE_QUEUE_FULL);
    ics_queue_fixture_dequeue(fixture, 0);
    fill(fixture, 3, 10);
    assert_int_equal(fixture->queue->bytes, 530);
    assert_int_equal(ics_queue_fixture_offer(fixture, 10, 0), ICS_CAUSE_QUEUE_FULL);
}

static void the_counts_follow_what_is_inside(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.packets = 9});
    ics_queue_fixture_offer(fixture, 100, 0);
    ics_queue_fixture_offer(fixture, 30, 0);
    assert_int_equal(fixture->queue->packets, 2);
    assert_int_equal(fixture->queue->bytes, 130);
    ics_queue_fixture_dequeue(fixture, 0);
    assert_int_equal(fixture->queue->packets, 1);
    assert_int_equal(fixture->queue->bytes, 30);
    ics_queue_fixture_dequeue(fixture, 0);
    assert_int_equal(fixture->queue->bytes, 0);
}

static void a_hundred_packets_fit_when_no_limit_is_given(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsDropTailConfig config;
    ics_parameters_defaults(ics_drop_tail_class.parameters, &config);
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &config);
    IcsDropTailConfig limits = ics_drop_tail_limits(fixture->queue);
    assert_int_equal(limits.packets, 100);
    assert_int_equal(limits.bytes, 0);
    fill(fixture, 100, 9000);
    assert_int_equal(ics_queue_fixture_offer(fixture, 1, 0), ICS_CAUSE_QUEUE_FULL);
}

static void a_given_limit_is_not_joined_by_the_default(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.bytes = 7});
    IcsDropTailConfig limits = ics_drop_tail_limits(fixture->queue);
    assert_int_equal(limits.packets, 0);
    assert_int_equal(limits.bytes, 7);
}

static void a_queue_is_freed_with_what_it_holds(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_drop_tail_class, &(IcsDropTailConfig){.packets = 9});
    fill(fixture, 5, 100);
    assert_int_equal(ics_packet_pool_in_use(fixture->pool), 5);
}

static void disciplines_are_found_by_name(G_GNUC_UNUSED void **state)
{
    static const char *const names[] = {"droptail", "red", "codel", "priority"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const IcsQueueClass *klass = ics_queue_class_by_name(names[i]);
        assert_ptr_equal(klass, ics_queue_classes[i]);
        assert_string_equal(klass->name, names[i]);
        assert_non_null(klass->doc);
    }
    assert_null(ics_queue_classes[G_N_ELEMENTS(names)]);
    assert_null(ics_queue_class_by_name("drop"));
    assert_null(ics_queue_class_by_name(""));
}

#define QUEUE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, ics_queue_fixture_setup, ics_queue_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_queue_is_first_in_first_out),
        QUEUE_TEST(an_empty_queue_gives_nothing),
        QUEUE_TEST(the_packet_over_the_limit_by_packets_is_refused),
        QUEUE_TEST(a_limit_by_bytes_may_be_reached_but_not_exceeded),
        QUEUE_TEST(a_small_packet_fits_where_a_large_one_did_not),
        QUEUE_TEST(bytes_alone_do_not_limit_packets),
        QUEUE_TEST(with_both_limits_the_nearer_one_counts),
        QUEUE_TEST(the_counts_follow_what_is_inside),
        QUEUE_TEST(a_hundred_packets_fit_when_no_limit_is_given),
        QUEUE_TEST(a_given_limit_is_not_joined_by_the_default),
        QUEUE_TEST(a_queue_is_freed_with_what_it_holds),
        cmocka_unit_test(disciplines_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
