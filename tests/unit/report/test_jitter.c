#include <cmocka.h>
#include <stdlib.h>

#include "tests/support/splitmix.h"
#include "tool/report/jitter.h"

static void jitter_of_fewer_than_two_messages_is_undefined(void **state)
{
    (void)state;
    IcsJitter jitter = {0};
    assert_false(ics_jitter_is_defined(&jitter));
    ics_jitter_update(&jitter, 100, 700);
    assert_false(ics_jitter_is_defined(&jitter));
    ics_jitter_update(&jitter, 200, 800);
    assert_true(ics_jitter_is_defined(&jitter));
}

static void a_constant_transit_time_has_no_jitter(void **state)
{
    (void)state;
    IcsJitter jitter = {0};
    for (int64_t i = 0; i < 1000; i++) {
        ics_jitter_update(&jitter, i * 20000000, i * 20000000 + 12345678);
    }
    assert_int_equal(ics_jitter_ns(&jitter), 0);
}

/* RFC 3550, section 6.4.1: J(i) = J(i-1) + (|D(i-1,i)| - J(i-1))/16, by hand from 0. */
static void the_first_difference_counts_a_sixteenth(void **state)
{
    (void)state;
    IcsJitter jitter = {0};
    ics_jitter_update(&jitter, 0, 1000);
    ics_jitter_update(&jitter, 0, 1000 + 160);
    assert_int_equal(ics_jitter_ns(&jitter), 10);
    ics_jitter_update(&jitter, 0, 1000);
    assert_int_equal(ics_jitter_ns(&jitter), 19);
}

/* Appendix A.8's lines in integers, with its own names. */
static void updates_follow_the_appendix(void **state)
{
    (void)state;
    IcsJitter jitter = {0};
    uint64_t seed = 5;
    int64_t s_jitter = 0;
    int64_t s_transit = 0;
    for (int64_t i = 0; i < 5000; i++) {
        int64_t sent_ns = i * 1000000;
        int64_t arrival_ns = sent_ns + 20000000 + (int64_t)(ics_splitmix_next(&seed) % 5000000);
        ics_jitter_update(&jitter, sent_ns, arrival_ns);
        int64_t transit = arrival_ns - sent_ns;
        int64_t d = llabs(transit - s_transit);
        s_transit = transit;
        if (i > 0) {
            s_jitter += d - ((s_jitter + 8) >> 4);
        }
        assert_int_equal(ics_jitter_ns(&jitter), s_jitter >> 4);
    }
}

static void the_estimate_reaches_a_constant_difference(void **state)
{
    (void)state;
    IcsJitter jitter = {0};
    for (int64_t i = 0; i < 1000; i++) {
        ics_jitter_update(&jitter, 0, i % 2 == 0 ? 1000000 : 4000000);
    }
    assert_in_range(ics_jitter_ns(&jitter), 2999999, 3000000);
}

static void differences_of_decades_do_not_overflow(void **state)
{
    (void)state;
    const int64_t decades_ns = INT64_C(2000000000) * 1000000000;
    IcsJitter jitter = {0};
    int64_t before_ns = 0;
    for (int64_t i = 0; i < 1000; i++) {
        ics_jitter_update(&jitter, i % 2 == 0 ? 0 : decades_ns, decades_ns);
        assert_true(ics_jitter_ns(&jitter) >= before_ns);
        before_ns = ics_jitter_ns(&jitter);
    }
    assert_in_range(before_ns, (INT64_MAX >> 5) - 1, INT64_MAX >> 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jitter_of_fewer_than_two_messages_is_undefined),
        cmocka_unit_test(a_constant_transit_time_has_no_jitter),
        cmocka_unit_test(the_first_difference_counts_a_sixteenth),
        cmocka_unit_test(updates_follow_the_appendix),
        cmocka_unit_test(the_estimate_reaches_a_constant_difference),
        cmocka_unit_test(differences_of_decades_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
