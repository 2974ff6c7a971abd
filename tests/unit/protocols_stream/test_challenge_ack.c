#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>

#include "protocols/stream/challenge_ack.h"

#define SECOND_NS INT64_C(1000000000)

/* How many of `n` that are asked for at one instant may be sent. */
static int allowed(IcsChallengeAck *limit, int64_t now_ns, int n)
{
    int sent = 0;
    for (int i = 0; i < n; i++)
        sent += ics_challenge_ack_allow(limit, now_ns);
    return sent;
}

/* RFC 5961, section 7: "no more than 10 challenge ACKs should be sent" in 5 seconds. */
static void no_more_are_sent_in_a_window_than_the_limit(void **state)
{
    (void)state;
    IcsChallengeAck limit;
    ics_challenge_ack_init(&limit, 10, 5 * SECOND_NS);
    assert_int_equal(allowed(&limit, 0, 4), 4);
    assert_int_equal(allowed(&limit, 3 * SECOND_NS, 100), 6);
    assert_int_equal(allowed(&limit, 5 * SECOND_NS - 1, 100), 0);
    assert_int_equal(allowed(&limit, 5 * SECOND_NS, 100), 10);
}

static void a_window_begins_with_the_first_one_after_the_last_window(void **state)
{
    (void)state;
    IcsChallengeAck limit;
    ics_challenge_ack_init(&limit, 1, SECOND_NS);
    assert_true(ics_challenge_ack_allow(&limit, 7 * SECOND_NS + 500));
    assert_false(ics_challenge_ack_allow(&limit, 8 * SECOND_NS + 499));
    assert_true(ics_challenge_ack_allow(&limit, 8 * SECOND_NS + 500));
    assert_false(ics_challenge_ack_allow(&limit, 9 * SECOND_NS + 499));
}

static void what_was_refused_does_not_count(void **state)
{
    (void)state;
    IcsChallengeAck limit;
    ics_challenge_ack_init(&limit, 2, SECOND_NS);
    assert_int_equal(allowed(&limit, 0, 1000000), 2);
    assert_int_equal(allowed(&limit, SECOND_NS, 2), 2);
}

static void a_limit_of_zero_allows_none(void **state)
{
    (void)state;
    IcsChallengeAck limit;
    ics_challenge_ack_init(&limit, 0, SECOND_NS);
    assert_int_equal(allowed(&limit, 0, 3), 0);
    assert_int_equal(allowed(&limit, 100 * SECOND_NS, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_are_sent_in_a_window_than_the_limit),
        cmocka_unit_test(a_window_begins_with_the_first_one_after_the_last_window),
        cmocka_unit_test(what_was_refused_does_not_count),
        cmocka_unit_test(a_limit_of_zero_allows_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
