#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"
#include "netmodel/capacity.h"
#include "tests/support/splitmix.h"

#define MS  ICS_NS_PER_MS
#define MTU ICS_CAPACITY_OPPORTUNITY_BYTES

static IcsCapacity *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    IcsCapacity *capacity = ics_capacity_parse("trace", text, strlen(text), &error);
    assert_null(error);
    assert_non_null(capacity);
    return capacity;
}

static void assert_refused_bytes(const char *text, size_t n, const char *words)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_capacity_parse("up.trace", text, n, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_non_null(strstr(error->message, words));
}

static void assert_refused(const char *text, const char *words)
{
    assert_refused_bytes(text, strlen(text), words);
}

static void a_trace_is_a_time_in_milliseconds_a_line(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("0\n3\n3\n10\n");
    assert_int_equal(capacity->n, 4);
    assert_int_equal(capacity->opportunity_ms[0], 0);
    assert_int_equal(capacity->opportunity_ms[1], 3);
    assert_int_equal(capacity->opportunity_ms[2], 3);
    assert_int_equal(capacity->opportunity_ms[3], 10);
    assert_int_equal(capacity->period_ms, 10);
    ics_capacity_free(capacity);
}

static void the_last_line_may_lack_its_end(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("1\n4294967295");
    assert_int_equal(capacity->n, 2);
    assert_int_equal(capacity->period_ms, UINT32_MAX);
    ics_capacity_free(capacity);
}

static void anything_but_decimal_lines_is_refused_with_its_line(G_GNUC_UNUSED void **state)
{
    assert_refused("", "up.trace:1: ");
    assert_refused("\n", "up.trace:1: ");
    assert_refused("1\n\n2\n", "up.trace:2: ");
    assert_refused("1\n2\n\n", "up.trace:3: ");
    assert_refused("1\n2 \n", "up.trace:2: ");
    assert_refused("1\r\n", "up.trace:1: ");
    assert_refused("-1\n", "up.trace:1: ");
    assert_refused("+1\n", "up.trace:1: ");
    assert_refused("1.5\n", "up.trace:1: ");
    assert_refused("1\n0x10\n", "up.trace:2: ");
    assert_refused_bytes("1\n2\0\n", 5, "up.trace:2: ");
    assert_refused("4294967296\n", "up.trace:1: ");
    assert_refused("99999999999999999999999999\n", "up.trace:1: ");
}

static void a_time_before_the_one_above_is_refused(G_GNUC_UNUSED void **state)
{
    assert_refused("5\n4\n", "up.trace:2: ");
    assert_refused("0\n7\n7\n6", "up.trace:4: ");
}

static void a_trace_that_ends_at_zero_is_refused(G_GNUC_UNUSED void **state)
{
    assert_refused("0\n", "up.trace:1: ");
    assert_refused("0\n0\n", "up.trace:2: ");
}

static void a_packet_leaves_at_the_next_opportunity(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("3\n5\n10\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, MTU), 3 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 3 * MS, MTU), 5 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 5 * MS, MTU), 10 * MS);
    ics_capacity_free(capacity);
}

/* link_queue.cc: the last line is an opportunity, and the start of the next round. */
static void the_trace_repeats_from_its_last_line(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("3\n5\n10\n");
    IcsCapacityCursor cursor = {0};
    static const int64_t expected_ms[] = {3, 5, 10, 13, 15, 20, 23, 25, 30};
    int64_t now_ns = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(expected_ms); i++) {
        now_ns = ics_capacity_depart(capacity, &cursor, now_ns, MTU);
        assert_int_equal(now_ns, expected_ms[i] * MS);
    }
    ics_capacity_free(capacity);
}

static void small_packets_share_an_opportunity(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("1\n");
    IcsCapacityCursor cursor = {0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ics_capacity_depart(capacity, &cursor, i > 0 ? MS : 0, 500), MS);
    }
    assert_int_equal(ics_capacity_depart(capacity, &cursor, MS, 500), 2 * MS);
    ics_capacity_free(capacity);
}

static void a_packet_that_does_not_fit_goes_on_in_the_next(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("1\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, 1000), MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, MS, 1000), 2 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 2 * MS, 1000), 2 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 2 * MS, 1), 3 * MS);
    ics_capacity_free(capacity);
}

static void a_large_packet_needs_several(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("2\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, 3 * MTU), 6 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 6 * MS, MTU + 1), 10 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 10 * MS, 65535), (10 + 86) * MS);
    ics_capacity_free(capacity);
}

static void opportunities_at_one_time_are_several(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("4\n4\n4\n8\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, MTU), 4 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 4 * MS, MTU), 4 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 4 * MS, MTU), 4 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 4 * MS, MTU), 8 * MS);
    ics_capacity_free(capacity);
}

static void what_passes_an_empty_queue_is_lost(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("1\n2\n3\n7\n10\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, MTU), MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 3 * MS + 1, MTU), 7 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 1000 * MS + 1, MTU), 1001 * MS);
    ics_capacity_free(capacity);
}

static void the_rest_of_an_opportunity_is_lost_to_a_later_packet(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("5\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, 100), 5 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 5 * MS + 1, 100), 10 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 10 * MS, MTU - 100), 10 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 10 * MS, 1), 15 * MS);
    ics_capacity_free(capacity);
}

/* rationalize() burns the opportunities up to an arrival before the packet is queued. */
static void an_opportunity_at_the_arrival_itself_is_missed(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("0\n5\n5\n10\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, MTU), 5 * MS);
    cursor = (IcsCapacityCursor){0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 5 * MS, MTU), 10 * MS);
    cursor = (IcsCapacityCursor){0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 10 * MS, MTU), 15 * MS);
    cursor = (IcsCapacityCursor){0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 5 * MS - 1, MTU), 5 * MS);
    ics_capacity_free(capacity);
}

/* The first packet used up the last of the opportunities at 5 ms; those at 10 ms were not there for
 * it, so that a packet that comes then misses them. */
static void only_a_departure_keeps_an_opportunity_open(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("5\n10\n10\n");
    IcsCapacityCursor cursor = {0};
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 0, MTU), 5 * MS);
    assert_int_equal(ics_capacity_depart(capacity, &cursor, 10 * MS, MTU), 15 * MS);
    ics_capacity_free(capacity);
}

static void the_end_of_time_is_not_exceeded(G_GNUC_UNUSED void **state)
{
    IcsCapacity *capacity = parse("4294967295\n");
    IcsCapacityCursor cursor = {0};
    int64_t departs_ns = ics_capacity_depart(capacity, &cursor, INT64_MAX, 65535);
    assert_int_equal(departs_ns, INT64_MAX / MS * MS);
    ics_capacity_free(capacity);
}

static void the_mean_rate_is_that_of_a_round(G_GNUC_UNUSED void **state)
{
    /* 1500 bytes a millisecond are 12 Mbit/s. */
    IcsCapacity *capacity = parse("1\n");
    assert_int_equal(ics_capacity_mean_bps(capacity), 12000000);
    ics_capacity_free(capacity);
    capacity = parse("0\n0\n7\n");
    assert_int_equal(ics_capacity_mean_bps(capacity), 3 * 12000 * 1000 / 7);
    ics_capacity_free(capacity);
}

/* link_queue.cc, one opportunity after the other: a packet waits in `from_ns` order, and each
 * opportunity delivers to what was there before it. Returns the departure of the last packet. */
typedef struct {
    const IcsCapacity *capacity;
    uint64_t next; /* opportunity */
    uint32_t left_bytes;
    int64_t at_ns; /* of the opportunity in use */
} Rationalizer;

static int64_t rationalize(Rationalizer *self, int64_t arrival_ns, uint32_t bytes)
{
    if (self->at_ns <= arrival_ns) {
        self->left_bytes = 0;
    }
    while (bytes > 0) {
        while (self->left_bytes == 0) {
            uint64_t round = self->next / self->capacity->n;
            uint32_t ms = self->capacity->opportunity_ms[self->next % self->capacity->n];
            self->at_ns = ((int64_t)round * self->capacity->period_ms + ms) * MS;
            self->left_bytes = self->at_ns > arrival_ns ? MTU : 0;
            self->next++;
        }
        uint32_t amount = MIN(bytes, self->left_bytes);
        bytes -= amount;
        self->left_bytes -= amount;
    }
    return self->at_ns;
}

static IcsCapacity *random_trace(uint64_t *random)
{
    g_autoptr(GString) text = g_string_new(NULL);
    uint64_t ms = ics_splitmix_next(random) % 3;
    uint64_t n = 1 + ics_splitmix_next(random) % 30;
    for (uint64_t i = 0; i < n; i++) {
        g_string_append_printf(text, "%" G_GUINT64_FORMAT "\n", ms + 1);
        ms += ics_splitmix_next(random) % 6;
    }
    return parse(text->str);
}

/* Arrivals never fall on a whole millisecond here: ties are fixed by the tests above. */
static void random_packets_leave_when_mahimahi_lets_them(G_GNUC_UNUSED void **state)
{
    uint64_t random = 1;
    for (int trace = 0; trace < 200; trace++) {
        IcsCapacity *capacity = random_trace(&random);
        IcsCapacityCursor cursor = {0};
        Rationalizer reference = {.capacity = capacity};
        int64_t arrival_ns = 0;
        int64_t departs_ns = 0;
        for (int i = 0; i < 300; i++) {
            uint64_t pause_ns = ics_splitmix_next(&random) % (8 * (uint64_t)MS);
            arrival_ns += i % 50 == 0 ? 100 * MS : (int64_t)pause_ns;
            arrival_ns += arrival_ns % MS == 0;
            uint32_t bytes = 1 + (uint32_t)(ics_splitmix_next(&random) % (i % 7 ? 1500 : 9000));
            int64_t from_ns = MAX(arrival_ns, departs_ns);
            departs_ns = ics_capacity_depart(capacity, &cursor, from_ns, bytes);
            assert_int_equal(departs_ns, rationalize(&reference, arrival_ns, bytes));
        }
        ics_capacity_free(capacity);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_is_a_time_in_milliseconds_a_line),
        cmocka_unit_test(the_last_line_may_lack_its_end),
        cmocka_unit_test(anything_but_decimal_lines_is_refused_with_its_line),
        cmocka_unit_test(a_time_before_the_one_above_is_refused),
        cmocka_unit_test(a_trace_that_ends_at_zero_is_refused),
        cmocka_unit_test(a_packet_leaves_at_the_next_opportunity),
        cmocka_unit_test(the_trace_repeats_from_its_last_line),
        cmocka_unit_test(small_packets_share_an_opportunity),
        cmocka_unit_test(a_packet_that_does_not_fit_goes_on_in_the_next),
        cmocka_unit_test(a_large_packet_needs_several),
        cmocka_unit_test(opportunities_at_one_time_are_several),
        cmocka_unit_test(what_passes_an_empty_queue_is_lost),
        cmocka_unit_test(the_rest_of_an_opportunity_is_lost_to_a_later_packet),
        cmocka_unit_test(an_opportunity_at_the_arrival_itself_is_missed),
        cmocka_unit_test(only_a_departure_keeps_an_opportunity_open),
        cmocka_unit_test(the_end_of_time_is_not_exceeded),
        cmocka_unit_test(the_mean_rate_is_that_of_a_round),
        cmocka_unit_test(random_packets_leave_when_mahimahi_lets_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
