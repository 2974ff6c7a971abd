#include <cmocka.h>
#include <math.h>

#include "netmodel/codel.h"
#include "tests/support/queue_fixture.h"
#include "tests/support/splitmix.h"

#define MS    ICS_NS_PER_MS
#define BYTES 1000

static const IcsCodelConfig standard = {
    .target_ns = 5 * MS, .interval_ns = 100 * MS, .limit_packets = 1000};

static void make_codel(IcsQueueFixture *fixture)
{
    ics_queue_fixture_make(fixture, &ics_codel_class, &standard);
}

static void fill(IcsQueueFixture *fixture, uint32_t n, uint32_t bytes, int64_t now_ns)
{
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(ics_queue_fixture_offer(fixture, bytes, now_ns), ICS_CAUSE_NONE);
    }
}

static const IcsQueueDrop *drop_at(const IcsQueueFixture *fixture, guint index)
{
    assert_true(index < fixture->drops->len);
    return &g_array_index(fixture->drops, IcsQueueDrop, index);
}

/* Takes a packet every millisecond from `from_ms` to `until_ms`, both included. */
static void serve(IcsQueueFixture *fixture, int64_t from_ms, int64_t until_ms)
{
    for (int64_t ms = from_ms; ms <= until_ms; ms++) {
        ics_queue_fixture_dequeue(fixture, ms * MS);
    }
}

static void the_control_law_divides_by_the_square_root(G_GNUC_UNUSED void **state)
{
    static const struct {
        uint64_t count;
        int64_t ns;
    } rows[] = {{1, 100 * MS},     {2, 70710678},     {3, 57735026},  {4, 50 * MS},
                {5, 44721359},     {16, 25 * MS},     {99, 10050378}, {100, 10 * MS},
                {1000000, 100000}, {UINT32_MAX, 1525}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(ics_codel_control_law(7, 100 * MS, rows[i].count), 7 + rows[i].ns);
    }
}

/* r = floor(interval / sqrt(count)) iff r^2 count <= interval^2 < (r + 1)^2 count. */
static void the_control_law_is_exact(G_GNUC_UNUSED void **state)
{
    uint64_t random = 1;
    for (int i = 0; i < 20000; i++) {
        uint64_t interval = 1 + ics_splitmix_next(&random) % 3600000000000;
        uint64_t count = 1 + (ics_splitmix_next(&random) >> (ics_splitmix_next(&random) % 63));
        int64_t step = ics_codel_control_law(0, (int64_t)interval, count);
        unsigned __int128 square = (unsigned __int128)interval * interval;
        unsigned __int128 root = (uint64_t)step;
        assert_true(root * root <= square / count);
        assert_true((root + 1) * (root + 1) > square / count);
    }
}

static void packets_that_wait_less_than_target_are_never_dropped(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    for (int64_t ms = 0; ms < 2000; ms++) {
        fill(fixture, 1, BYTES, ms * MS);
        if (ms >= 4) {
            assert_int_equal(ics_queue_fixture_dequeue(fixture, (ms + 1) * MS - 1), ms - 4);
        }
    }
    assert_int_equal(fixture->drops->len, 0);
}

static void the_first_drop_comes_an_interval_after_target_was_exceeded(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 900, BYTES, 0);
    serve(fixture, 1, 104);
    assert_int_equal(fixture->drops->len, 0);
    assert_int_equal(ics_queue_fixture_dequeue(fixture, 105 * MS), 105);
    assert_int_equal(fixture->drops->len, 1);
    assert_int_equal(drop_at(fixture, 0)->ordinal, 104);
    assert_int_equal(drop_at(fixture, 0)->at_ns, 105 * MS);
    assert_int_equal(drop_at(fixture, 0)->cause, ICS_CAUSE_EARLY_DROP);
}

/* In a standing queue the n-th drop follows at 105 ms + 100 ms (1/sqrt(1) + ... + 1/sqrt(n - 1)).
 */
static void later_drops_follow_the_control_law(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 1000, BYTES, 0);
    serve(fixture, 1, 800);
    double expected_ms = 105;
    for (guint i = 0; i < fixture->drops->len; i++) {
        assert_int_equal(drop_at(fixture, i)->at_ns, (int64_t)ceil(expected_ms - 1e-4) * MS);
        expected_ms += 100 / sqrt((double)i + 1);
    }
    assert_true(expected_ms > 800);
}

static void one_visit_above_target_within_the_interval_is_forgiven(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 100, BYTES, 0);
    serve(fixture, 1, 60);
    fill(fixture, 100, BYTES, 60 * MS);
    for (int i = 0; i < 40; i++) {
        ics_queue_fixture_dequeue(fixture, 60 * MS);
    }
    /* Packet 100 has waited 1 ms only: the count of the interval starts again at 65 ms. */
    serve(fixture, 61, 159);
    assert_int_equal(fixture->drops->len, 0);
}

static void a_backlog_of_one_mtu_is_no_standing_queue(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    for (int64_t ms = 0; ms < 1000; ms += 50) {
        fill(fixture, 1, 500, ms * MS);
        fill(fixture, 1, 1500, ms * MS);
        ics_queue_fixture_dequeue(fixture, (ms + 49) * MS);
        ics_queue_fixture_dequeue(fixture, (ms + 49) * MS);
    }
    assert_int_equal(fixture->drops->len, 0);
}

static void count_drops_behind_backlog(IcsQueueFixture *fixture, uint32_t backlog)
{
    make_codel(fixture);
    for (int64_t ms = 0; ms < 1000; ms += 10) {
        fill(fixture, 1, 500, ms * MS);
        fill(fixture, 1, backlog, ms * MS);
        ics_queue_fixture_dequeue(fixture, (ms + 9) * MS);
        while (fixture->queue->packets > 0) {
            ics_packet_free(ics_queue_take(fixture->queue));
        }
    }
}

static void the_backlog_is_compared_with_the_mtu_of_the_direction(void **state)
{
    IcsQueueFixture *fixture = *state;
    fixture->settings.mtu_bytes = 9000;
    count_drops_behind_backlog(fixture, 9000);
    assert_int_equal(fixture->drops->len, 0);
}

static void a_backlog_of_a_byte_more_is_a_standing_queue(void **state)
{
    IcsQueueFixture *fixture = *state;
    count_drops_behind_backlog(fixture, 1501);
    assert_true(fixture->drops->len > 0);
}

static void the_dropping_state_ends_when_the_queue_is_short(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 400, BYTES, 0);
    serve(fixture, 1, 250);
    guint drops = fixture->drops->len;
    assert_int_equal(drops, 2);
    while (ics_queue_fixture_dequeue(fixture, 251 * MS) >= 0) {
    }
    fill(fixture, 900, BYTES, 300 * MS);
    /* 5 ms to exceed target, 100 ms to be sure. */
    serve(fixture, 301, 404);
    assert_int_equal(fixture->drops->len, drops);
    serve(fixture, 405, 405);
    assert_int_equal(fixture->drops->len, drops + 1);
}

/* A standing queue from `from_ms` until the n-th drop; then everything is taken out. Returns when
 * the n-th drop came. */
static int64_t stand_until_drop(IcsQueueFixture *fixture, int64_t from_ms, guint n)
{
    int64_t ms = from_ms;
    guint before = fixture->drops->len;
    fill(fixture, 1000, BYTES, from_ms * MS);
    while (fixture->drops->len < before + n) {
        ms++;
        ics_queue_fixture_dequeue(fixture, ms * MS);
    }
    while (ics_queue_fixture_dequeue(fixture, ms * MS) >= 0) {
    }
    return ms;
}

static void a_dropping_state_soon_after_another_starts_at_its_rate(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    int64_t last_ms = stand_until_drop(fixture, 0, 10);
    int64_t again_ms = last_ms + 1000;
    fill(fixture, 1000, BYTES, again_ms * MS);
    serve(fixture, again_ms + 1, again_ms + 200);
    /* Ten drops were made and it began with 1: count is 9, so that 33 ms later the next is due. */
    assert_int_equal(drop_at(fixture, 10)->at_ns, (again_ms + 105) * MS);
    assert_int_equal(drop_at(fixture, 11)->at_ns, (again_ms + 105 + 34) * MS);
}

static void a_dropping_state_long_after_another_starts_anew(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    int64_t last_ms = stand_until_drop(fixture, 0, 10);
    int64_t again_ms = last_ms + 1700;
    fill(fixture, 1000, BYTES, again_ms * MS);
    serve(fixture, again_ms + 1, again_ms + 250);
    assert_int_equal(drop_at(fixture, 10)->at_ns, (again_ms + 105) * MS);
    assert_int_equal(drop_at(fixture, 11)->at_ns, (again_ms + 205) * MS);
}

static void overdue_drops_are_made_up_for_at_one_dequeue(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 500, BYTES, 0);
    serve(fixture, 1, 105);
    assert_int_equal(fixture->drops->len, 1);
    /* Due by 400 ms: 205, 276, 334, 384 ms. */
    ics_queue_fixture_dequeue(fixture, 400 * MS);
    assert_int_equal(fixture->drops->len, 5);
}

static void a_queue_may_be_dropped_to_its_end(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 110, BYTES, 0);
    serve(fixture, 1, 105);
    /* 106 are gone; of the last 4 the backlog rule spares the ones behind which little waits. */
    assert_int_equal(fixture->queue->packets, 4);
    assert_true(ics_queue_fixture_dequeue(fixture, 3600000 * MS) >= 0);
    while (ics_queue_fixture_dequeue(fixture, 3600000 * MS) >= 0) {
    }
    assert_int_equal(fixture->queue->packets, 0);
    assert_int_equal(fixture->queue->bytes, 0);
    assert_int_equal(ics_queue_fixture_dequeue(fixture, 3600001 * MS), -1);
}

static void the_limit_refuses_packets(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 1000, 20, 0);
    assert_int_equal(ics_queue_fixture_offer(fixture, 20, 0), ICS_CAUSE_QUEUE_FULL);
    ics_queue_fixture_dequeue(fixture, 0);
    assert_int_equal(ics_queue_fixture_offer(fixture, 20, 0), ICS_CAUSE_NONE);
}

static void a_queue_that_is_given_up_drops_nothing(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_codel(fixture);
    fill(fixture, 900, BYTES, 0);
    serve(fixture, 1, 104);
    for (int64_t ordinal = 104; ordinal < 900; ordinal++) {
        IcsPacket *packet = ics_queue_take(fixture->queue);
        assert_int_equal(packet->fate.ordinal, ordinal);
        ics_packet_free(packet);
    }
    assert_null(ics_queue_take(fixture->queue));
    assert_int_equal(fixture->drops->len, 0);
}

static void the_defaults_are_the_rfcs(G_GNUC_UNUSED void **state)
{
    IcsCodelConfig config;
    ics_parameters_defaults(ics_codel_class.parameters, &config);
    assert_int_equal(config.target_ns, 5 * MS);
    assert_int_equal(config.interval_ns, 100 * MS);
    assert_int_equal(config.limit_packets, 1000);
}

/* The pseudo code of RFC 8289, section 5, after its text and in its names. */
typedef struct {
    int64_t ordinal;
    int64_t tstamp;
    uint64_t bytes;
} ReferencePacket;

typedef struct {
    GArray *queue; /* of ReferencePacket */
    guint head;
    uint64_t bytes;
    int64_t first_above_time;
    int64_t drop_next;
    int64_t count;
    int64_t lastcount;
    bool dropping;
    GArray *dropped; /* of int64_t ordinals */
    guint entries_at_a_rate;
} Reference;

typedef struct {
    int64_t ordinal; /* -1: no packet */
    bool ok_to_drop;
} ReferenceHead;

static int64_t reference_control_law(int64_t t, int64_t count)
{
    return t + (int64_t)floorl((long double)standard.interval_ns / sqrtl((long double)count));
}

static ReferenceHead reference_dodequeue(Reference *self, int64_t now)
{
    if (self->head == self->queue->len) {
        self->first_above_time = 0;
        return (ReferenceHead){-1, false};
    }
    ReferencePacket packet = g_array_index(self->queue, ReferencePacket, self->head++);
    ReferenceHead r = {packet.ordinal, false};
    self->bytes -= packet.bytes;
    int64_t sojourn_time = now - packet.tstamp;
    if (sojourn_time < standard.target_ns || self->bytes <= 1500) {
        self->first_above_time = 0;
    } else if (self->first_above_time == 0) {
        self->first_above_time = now + standard.interval_ns;
    } else if (now >= self->first_above_time) {
        r.ok_to_drop = true;
    }
    return r;
}

static int64_t reference_dequeue(Reference *self, int64_t now)
{
    ReferenceHead r = reference_dodequeue(self, now);
    if (self->dropping) {
        if (!r.ok_to_drop) {
            self->dropping = false;
        }
        while (now >= self->drop_next && self->dropping) {
            g_array_append_val(self->dropped, r.ordinal);
            self->count++;
            r = reference_dodequeue(self, now);
            if (!r.ok_to_drop) {
                self->dropping = false;
            } else {
                self->drop_next = reference_control_law(self->drop_next, self->count);
            }
        }
    } else if (r.ok_to_drop) {
        g_array_append_val(self->dropped, r.ordinal);
        r = reference_dodequeue(self, now);
        self->dropping = true;
        int64_t delta = self->count - self->lastcount;
        self->count = 1;
        if (delta > 1 && now - self->drop_next < 16 * standard.interval_ns) {
            self->count = delta;
            self->entries_at_a_rate++;
        }
        self->drop_next = reference_control_law(now, self->count);
        self->lastcount = self->count;
    }
    return r.ordinal;
}

static void assert_same_drops(const IcsQueueFixture *fixture, const Reference *reference)
{
    assert_int_equal(fixture->drops->len, reference->dropped->len);
    for (guint i = 0; i < reference->dropped->len; i++) {
        assert_int_equal(drop_at(fixture, i)->ordinal,
                         g_array_index(reference->dropped, int64_t, i));
    }
}

/* Bursts and lulls of random packets into a queue that is served at random times; every packet that
 * comes out and every one that is dropped must be the reference's. */
static void run_beside_the_reference(uint64_t seed, guint *drops, guint *entries)
{
    IcsQueueFixture *fixture = ics_queue_fixture_new();
    Reference reference = {.queue = g_array_new(FALSE, FALSE, sizeof(ReferencePacket)),
                           .dropped = g_array_new(FALSE, FALSE, sizeof(int64_t))};
    uint64_t random = seed;
    int64_t now = 0;
    make_codel(fixture);
    for (int i = 0; i < 30000; i++) {
        now += (int64_t)(ics_splitmix_next(&random) % (2 * MS));
        bool burst = now / (700 * MS) % 2 == 0;
        if (ics_splitmix_next(&random) % 100 < (burst ? 60 : 40)) {
            uint32_t bytes = 20 + (uint32_t)(ics_splitmix_next(&random) % 1481);
            ReferencePacket packet = {(int64_t)fixture->next_ordinal, now, bytes};
            if (ics_queue_fixture_offer(fixture, bytes, now) == ICS_CAUSE_NONE) {
                g_array_append_val(reference.queue, packet);
                reference.bytes += bytes;
            }
        } else {
            int64_t ordinal = ics_queue_fixture_dequeue(fixture, now);
            assert_int_equal(ordinal, reference_dequeue(&reference, now));
        }
    }
    assert_same_drops(fixture, &reference);
    *drops += reference.dropped->len;
    *entries += reference.entries_at_a_rate;
    g_array_unref(reference.queue);
    g_array_unref(reference.dropped);
    ics_queue_fixture_free(fixture);
}

static void random_traffic_is_treated_as_the_rfcs_pseudo_code_says(G_GNUC_UNUSED void **state)
{
    guint drops = 0;
    guint entries = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        run_beside_the_reference(seed, &drops, &entries);
    }
    assert_true(drops > 1000);
    assert_true(entries > 20);
}

#define QUEUE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, ics_queue_fixture_setup, ics_queue_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_control_law_divides_by_the_square_root),
        cmocka_unit_test(the_control_law_is_exact),
        QUEUE_TEST(packets_that_wait_less_than_target_are_never_dropped),
        QUEUE_TEST(the_first_drop_comes_an_interval_after_target_was_exceeded),
        QUEUE_TEST(later_drops_follow_the_control_law),
        QUEUE_TEST(one_visit_above_target_within_the_interval_is_forgiven),
        QUEUE_TEST(a_backlog_of_one_mtu_is_no_standing_queue),
        QUEUE_TEST(the_backlog_is_compared_with_the_mtu_of_the_direction),
        QUEUE_TEST(a_backlog_of_a_byte_more_is_a_standing_queue),
        QUEUE_TEST(the_dropping_state_ends_when_the_queue_is_short),
        QUEUE_TEST(a_dropping_state_soon_after_another_starts_at_its_rate),
        QUEUE_TEST(a_dropping_state_long_after_another_starts_anew),
        QUEUE_TEST(overdue_drops_are_made_up_for_at_one_dequeue),
        QUEUE_TEST(a_queue_may_be_dropped_to_its_end),
        QUEUE_TEST(the_limit_refuses_packets),
        QUEUE_TEST(a_queue_that_is_given_up_drops_nothing),
        cmocka_unit_test(the_defaults_are_the_rfcs),
        cmocka_unit_test(random_traffic_is_treated_as_the_rfcs_pseudo_code_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
