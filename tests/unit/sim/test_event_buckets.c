#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/event_buckets.h"
#include "tests/support/child.h"
#include "tests/support/splitmix.h"

#define EVENTS 300u

static void insert(IcsEventBuckets *buckets, IcsEvent *event, int64_t at_ns)
{
    ics_event_init(event, NULL);
    event->at_ns = at_ns;
    ics_event_buckets_insert(buckets, (IcsEventEntry){at_ns, event});
}

/* Takes everything as the queue does, splitting what is more than a chunk and more than one time;
 * each bucket must lie behind the one before. Returns the number of events. */
static size_t take_all(IcsEventBuckets *buckets)
{
    IcsEventRange range;
    int64_t before_ns = -1;
    size_t count = 0;
    while (ics_event_buckets_first(buckets, &range)) {
        if (range.size > ICS_EVENT_BUCKETS_CHUNK && range.first_ns < range.last_ns) {
            ics_event_buckets_split(buckets);
            continue;
        }
        assert_true(range.first_ns > before_ns);
        before_ns = range.last_ns;
        for (size_t taken = 0; taken < range.size;) {
            const IcsEventEntry *entries;
            size_t some = ics_event_buckets_take(buckets, &entries);
            for (size_t i = 0; i < some; i++) {
                assert_in_range(entries[i].at_ns, range.first_ns, range.last_ns);
            }
            taken += some;
            count += some;
        }
    }
    assert_int_equal(buckets->size, 0);
    return count;
}

static void buckets_come_in_order_wherever_they_start(void **state)
{
    (void)state;
    IcsEvent events[EVENTS];
    for (int64_t start_ns = 0; start_ns < 2100; start_ns++) {
        IcsEventBuckets buckets = {0};
        for (size_t i = 0; i < EVENTS; i++) {
            insert(&buckets, &events[i], start_ns + (int64_t)(i * 101 % EVENTS) * 3);
        }
        assert_int_equal(take_all(&buckets), EVENTS);
        ics_event_buckets_clear(&buckets);
    }
}

static void buckets_come_in_order_over_all_of_time(void **state)
{
    (void)state;
    IcsEventBuckets buckets = {0};
    IcsEvent events[EVENTS];
    uint64_t random = 5;
    for (size_t i = 0; i < EVENTS - 2; i++) {
        insert(&buckets, &events[i],
               (int64_t)(ics_splitmix_next(&random) >> (1 + ics_splitmix_next(&random) % 63)));
    }
    insert(&buckets, &events[EVENTS - 2], INT64_MAX);
    insert(&buckets, &events[EVENTS - 1], 0);
    assert_int_equal(take_all(&buckets), EVENTS);
    ics_event_buckets_clear(&buckets);
}

static void a_bucket_of_level_0_has_one_time(void **state)
{
    (void)state;
    IcsEventBuckets buckets = {0};
    IcsEventRange range;
    IcsEvent events[2];
    insert(&buckets, &events[0], 6);
    insert(&buckets, &events[1], 5);
    assert_true(ics_event_buckets_first(&buckets, &range));
    assert_int_equal(range.size, 1);
    assert_int_equal(range.first_ns, 5);
    assert_int_equal(range.last_ns, 5);
    ics_event_buckets_clear(&buckets);
}

static void what_is_removed_is_not_taken(void **state)
{
    (void)state;
    IcsEventBuckets buckets = {0};
    IcsEvent events[EVENTS];
    for (size_t i = 0; i < EVENTS; i++) {
        insert(&buckets, &events[i], 1000 + (int64_t)i / 100);
    }
    for (size_t i = 0; i < EVENTS; i += 2) {
        ics_event_buckets_remove(&buckets, &events[i]);
        assert_false(ics_event_is_queued(&events[i]));
    }
    assert_int_equal(take_all(&buckets), EVENTS / 2);
    ics_event_buckets_clear(&buckets);
}

static void a_cleared_set_lets_go_of_its_events(void **state)
{
    (void)state;
    IcsEventBuckets buckets = {0};
    IcsEvent events[EVENTS];
    for (size_t i = 0; i < EVENTS; i++) {
        insert(&buckets, &events[i], (int64_t)(i * i * i));
    }
    ics_event_buckets_clear(&buckets);
    for (size_t i = 0; i < EVENTS; i++) {
        assert_false(ics_event_is_queued(&events[i]));
    }
    assert_null(buckets.entries);
    assert_false(ics_event_buckets_first(&buckets, &(IcsEventRange){0}));
}

/* Chunks that were given back are used again: moving on through time needs no more of them. */
static void chunks_are_used_again(void **state)
{
    (void)state;
    IcsEventBuckets buckets = {0};
    IcsEvent events[EVENTS];
    uint32_t chunks = 0;
    for (int64_t round = 0; round < 1000; round++) {
        for (size_t i = 0; i < EVENTS; i++) {
            insert(&buckets, &events[i], round * 1000000 + (int64_t)i * 1000);
        }
        assert_int_equal(take_all(&buckets), EVENTS);
        chunks = MAX(chunks, buckets.chunk_count);
    }
    assert_in_range(chunks, 1, 64);
    assert_int_equal(buckets.free_count, buckets.chunk_count);
    ics_event_buckets_clear(&buckets);
}

static void remove_absent(gpointer data)
{
    IcsEventBuckets *buckets = data;
    IcsEvent event;
    ics_event_init(&event, NULL);
    ics_event_buckets_remove(buckets, &event);
}

static void removing_what_is_not_there_is_caught(void **state)
{
    (void)state;
    IcsEventBuckets buckets = {0};
    IcsEvent event;
    insert(&buckets, &event, 77);
    assert_true(ics_test_child_aborts(remove_absent, &buckets));
    ics_event_buckets_clear(&buckets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_come_in_order_wherever_they_start),
        cmocka_unit_test(buckets_come_in_order_over_all_of_time),
        cmocka_unit_test(a_bucket_of_level_0_has_one_time),
        cmocka_unit_test(what_is_removed_is_not_taken),
        cmocka_unit_test(a_cleared_set_lets_go_of_its_events),
        cmocka_unit_test(chunks_are_used_again),
        cmocka_unit_test(removing_what_is_not_there_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
