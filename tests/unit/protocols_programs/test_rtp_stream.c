/* Which packets of an RTP stream have come: RFC 3550, sections A.1 and A.3. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/programs/rtp_stream.h"
#include "tests/support/splitmix.h"

enum { SAMPLES = 160 };

typedef struct {
    IcsRtpStream stream;
    uint16_t first_sequence;
    uint32_t first_timestamp;
    int64_t timestamp; /* told last */
} Fixture;

static int setup(void **state)
{
    *state = g_new0(Fixture, 1);
    return 0;
}

static int teardown(void **state)
{
    g_free(*state);
    return 0;
}

static IcsRtpStreamNews take(Fixture *self, int64_t place)
{
    IcsRtpHeader header = {
        .source = 7,
        .sequence = (uint16_t)(self->first_sequence + (uint64_t)place),
        .timestamp = (uint32_t)(self->first_timestamp + (uint64_t)(place * SAMPLES)),
    };
    return ics_rtp_stream_take(&self->stream, &header, &self->timestamp);
}

static void take_new(Fixture *self, int64_t place)
{
    assert_int_equal(take(self, place), ICS_RTP_STREAM_NEW);
}

static void expect(const Fixture *self, int64_t packets, int64_t missing, int64_t duplicates)
{
    assert_int_equal(self->stream.packets, packets);
    assert_int_equal(ics_rtp_stream_missing(&self->stream), missing);
    assert_int_equal(self->stream.duplicates, duplicates);
}

static void a_stream_that_never_came_misses_nothing(void **state)
{
    expect(*state, 0, 0, 0);
}

static void packets_in_order_are_new(void **state)
{
    Fixture *self = *state;
    for (int64_t place = 0; place < 10; place++) {
        take_new(self, place);
        assert_int_equal(self->timestamp, place * SAMPLES);
    }
    expect(self, 10, 0, 0);
}

static void what_did_not_come_is_missing(void **state)
{
    Fixture *self = *state;
    take_new(self, 0);
    take_new(self, 3);
    expect(self, 2, 2, 0);
    take_new(self, 1);
    expect(self, 3, 1, 0);
    assert_int_equal(self->timestamp, SAMPLES);
}

static void duplicates_do_not_make_up_for_the_missing(void **state)
{
    Fixture *self = *state;
    take_new(self, 0);
    take_new(self, 2);
    assert_int_equal(take(self, 2), ICS_RTP_STREAM_DUPLICATE);
    assert_int_equal(take(self, 0), ICS_RTP_STREAM_DUPLICATE);
    assert_int_equal(take(self, 0), ICS_RTP_STREAM_DUPLICATE);
    expect(self, 2, 1, 3);
}

static void packets_before_the_first_to_come_count_too(void **state)
{
    Fixture *self = *state;
    self->first_sequence = 5;
    take_new(self, 0);
    take_new(self, -2);
    assert_int_equal(self->timestamp, -2 * SAMPLES);
    expect(self, 2, 1, 0);
    assert_int_equal(take(self, -2), ICS_RTP_STREAM_DUPLICATE);
    take_new(self, -1);
    expect(self, 3, 0, 1);
}

static void sequence_numbers_wrap_around(void **state)
{
    Fixture *self = *state;
    self->first_sequence = 65534;
    for (int64_t place = 0; place < 5; place++) {
        take_new(self, place);
    }
    assert_int_equal(take(self, 0), ICS_RTP_STREAM_DUPLICATE);
    assert_int_equal(take(self, 4), ICS_RTP_STREAM_DUPLICATE);
    expect(self, 5, 0, 2);
}

static void timestamps_wrap_around(void **state)
{
    Fixture *self = *state;
    self->first_timestamp = UINT32_MAX - SAMPLES;
    for (int64_t place = 0; place < 5; place++) {
        take_new(self, place);
        assert_int_equal(self->timestamp, place * SAMPLES);
    }
}

/* 75 hours of sound pass the half of a timestamp's range, 149 hours all of it. */
static void a_stream_may_last_for_weeks(void **state)
{
    Fixture *self = *state;
    const int64_t n = INT64_C(40000000);
    for (int64_t place = 0; place < n; place += 30000) {
        take_new(self, place);
        assert_int_equal(self->timestamp, place * SAMPLES);
    }
    int64_t packets = (n + 29999) / 30000;
    expect(self, packets, (packets - 1) * 30000 + 1 - packets, 0);
}

static void another_source_is_another_stream(void **state)
{
    Fixture *self = *state;
    IcsRtpHeader foreign = {.source = 8, .sequence = 1};
    take_new(self, 0);
    assert_int_equal(ics_rtp_stream_take(&self->stream, &foreign, &self->timestamp),
                     ICS_RTP_STREAM_FOREIGN);
    expect(self, 1, 0, 0);
}

/* Against a plain array of flags, over a stream that is lost, repeated and reordered. */
static void it_agrees_with_an_array_of_flags(void **state)
{
    enum { N = 200000, BEHIND = 1000 };
    Fixture *self = *state;
    g_autofree uint8_t *came = g_malloc0(N);
    uint64_t random = 1;
    int64_t packets = 0, duplicates = 0, first = 0, highest = 0, lowest = INT64_MAX;
    self->first_sequence = 65000;
    for (int64_t i = BEHIND; i < N; i++) {
        int64_t back = (int64_t)(ics_splitmix_next(&random) % BEHIND);
        int64_t place = ics_splitmix_next(&random) % 4 == 0 ? i - back : i;
        if (ics_splitmix_next(&random) % 10 == 0) {
            continue;
        }
        first = packets == 0 ? place : first;
        IcsRtpStreamNews news = take(self, place - first);
        assert_int_equal(news, came[place] ? ICS_RTP_STREAM_DUPLICATE : ICS_RTP_STREAM_NEW);
        packets += !came[place];
        duplicates += came[place];
        came[place] = 1;
        highest = MAX(highest, place);
        lowest = MIN(lowest, place);
    }
    expect(self, packets, highest - lowest + 1 - packets, duplicates);
    assert_true(duplicates > 1000);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_that_never_came_misses_nothing),
        TEST(packets_in_order_are_new),
        TEST(what_did_not_come_is_missing),
        TEST(duplicates_do_not_make_up_for_the_missing),
        TEST(packets_before_the_first_to_come_count_too),
        TEST(sequence_numbers_wrap_around),
        TEST(timestamps_wrap_around),
        TEST(a_stream_may_last_for_weeks),
        TEST(another_source_is_another_stream),
        TEST(it_agrees_with_an_array_of_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
