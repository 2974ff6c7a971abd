/* RED and CoDel mark packets that can be marked where they would drop others: RFC 3168, section 7;
 * RFC 8289, section 4.6. */
#include <cmocka.h>

#include "netmodel/codel.h"
#include "netmodel/ecn.h"
#include "netmodel/red.h"
#include "tests/support/queue_fixture.h"

#define MS    ICS_NS_PER_MS
#define BYTES 1000

/* Offers a packet; frees what is refused and returns why. */
static IcsCause offer(IcsQueueFixture *fixture, uint8_t tos, int64_t now_ns)
{
    IcsPacket *packet = ics_queue_fixture_packet(fixture, BYTES, tos);
    IcsCause cause = fixture->queue->klass->enqueue(fixture->queue, packet, now_ns);
    if (cause != ICS_CAUSE_NONE) {
        ics_packet_free(packet);
    }
    return cause;
}

/* Takes a packet; whether it is marked. -1: there is none. */
static int take(IcsQueueFixture *fixture, int64_t now_ns)
{
    IcsPacket *packet = fixture->queue->klass->dequeue(fixture->queue, now_ns);
    if (packet == NULL) {
        return -1;
    }
    bool marked = (packet->bytes[1] & ICS_ECN_CE) == ICS_ECN_CE;
    ics_packet_free(packet);
    return marked;
}

/* ---- RED ---- */

/* The average is the queue itself; from one packet on every packet would be dropped early, the
 * probability being as good as 1. */
static const IcsRedConfig red = {
    .min_packets = 1,
    .max_packets = 20,
    .limit_packets = 100,
    .average_packet_bytes = 500,
    .weight = ICS_PROBABILITY_ONE,
    .probability = ICS_PROBABILITY_ONE,
    .ecn = true,
    .gentle = true,
};

static void red_marks_below_its_upper_threshold(void **state)
{
    IcsQueueFixture *fixture = *state;
    int marks = 0;
    ics_queue_fixture_make(fixture, &ics_red_class, &red);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(offer(fixture, ICS_ECN_ECT_0, 0), ICS_CAUSE_NONE);
    }
    for (int i = 0; i < 20; i++) {
        marks += take(fixture, 0) == 1;
    }
    assert_in_range(marks, 3, 19);
}

/* Section 7: when the average is above the threshold, packets are dropped. */
static void red_drops_above_it(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_red_class, &red);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(offer(fixture, ICS_ECN_ECT_0, 0), ICS_CAUSE_NONE);
    }
    assert_int_equal(offer(fixture, ICS_ECN_ECT_0, 0), ICS_CAUSE_EARLY_DROP);
}

static int red_drops_of(IcsQueueFixture *fixture, uint8_t tos)
{
    int drops = 0;
    for (int i = 0; i < 20; i++) {
        drops += offer(fixture, tos, 0) == ICS_CAUSE_EARLY_DROP;
    }
    return drops;
}

static void red_drops_what_cannot_be_marked(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_red_class, &red);
    assert_in_range(red_drops_of(fixture, ICS_ECN_NOT_ECT), 3, 19);
}

static void red_drops_unless_it_is_told_to_mark(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsRedConfig without = red;
    without.ecn = false;
    ics_queue_fixture_make(fixture, &ics_red_class, &without);
    assert_in_range(red_drops_of(fixture, ICS_ECN_ECT_0), 3, 19);
}

/* ---- CoDel ---- */

static const IcsCodelConfig codel = {
    .target_ns = 5 * MS, .interval_ns = 100 * MS, .limit_packets = 1000, .ecn = true};

/* Packets of 1000 bytes that came at 0 ms leave every millisecond: they have waited for too long
 * from 5 ms on, and that for an interval at 105 ms. The next ones are due 100 ms and 70.7 ms later
 * (section 5.6). */
static void codel_marks_when_it_would_drop(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_codel_class, &codel);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(offer(fixture, ICS_ECN_ECT_0, 0), ICS_CAUSE_NONE);
    }
    g_autoptr(GString) marks = g_string_new(NULL);
    for (int ms = 0; ms < 300; ms++) {
        int is_marked = take(fixture, ms * MS);
        assert_true(is_marked >= 0);
        if (is_marked) {
            g_string_append_printf(marks, "%d ", ms);
        }
    }
    assert_string_equal(marks->str, "105 205 276 ");
    assert_int_equal(fixture->drops->len, 0);
    assert_int_equal(fixture->queue->packets, 100);
}

static void codel_drops_what_cannot_be_marked(void **state)
{
    IcsQueueFixture *fixture = *state;
    ics_queue_fixture_make(fixture, &ics_codel_class, &codel);
    for (int i = 0; i < 400; i++) {
        assert_int_equal(offer(fixture, ICS_ECN_NOT_ECT, 0), ICS_CAUSE_NONE);
    }
    for (int ms = 0; ms < 300; ms++) {
        assert_int_equal(take(fixture, ms * MS), 0);
    }
    assert_int_equal(fixture->drops->len, 3);
    assert_int_equal(g_array_index(fixture->drops, IcsQueueDrop, 0).at_ns, 105 * MS);
}

#define ECN_TEST(name)                                                                             \
    cmocka_unit_test_setup_teardown(name, ics_queue_fixture_setup, ics_queue_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ECN_TEST(red_marks_below_its_upper_threshold),
        ECN_TEST(red_drops_above_it),
        ECN_TEST(red_drops_what_cannot_be_marked),
        ECN_TEST(red_drops_unless_it_is_told_to_mark),
        ECN_TEST(codel_marks_when_it_would_drop),
        ECN_TEST(codel_drops_what_cannot_be_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
