/* Transmission times against exact arithmetic, and changes of the rate against a transmitter that
 * sends bit by bit. */
#include <cmocka.h>
#include <glib.h>
#include <math.h>

#include "netmodel/link_internal.h"
#include "tests/support/fault_harness.h"
#include "tests/support/splitmix.h"

#define SECOND INT64_C(1000000000)

static void times_are_rounded_up_to_the_nanosecond(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int i = 0; i < 100000; i++) {
        int64_t rate_bps = 1 + (int64_t)(ics_splitmix_next(&random) >> (14 + i % 50));
        uint32_t bytes = (uint32_t)ics_splitmix_next(&random) % 65536;
        IcsTransmitter transmitter = {.rate_bps = rate_bps};
        int64_t time_ns = ics_transmitter_send(&transmitter, 0, bytes);
        __int128 work = (__int128)bytes * 8 * SECOND;
        assert_true((__int128)time_ns * rate_bps >= work);
        assert_true(bytes == 0 ? time_ns == 0 : (__int128)(time_ns - 1) * rate_bps < work);
        assert_int_equal(transmitter.busy_until_ns, time_ns);
        assert_int_equal(ics_transmitter_send(&transmitter, 5, bytes), 5 + time_ns);
        assert_int_equal(ics_transmitter_send(&transmitter, 0, 0), 0);
    }
}

/* A bit that begins at a time goes at the rate of that time. */
typedef struct Change {
    int64_t at_ns;
    int64_t rate_bps;
} Change;

static long double send_bit_by_bit(int64_t rate_bps, int64_t bits, const Change *changes, int n)
{
    long double now_ns = 0;
    for (; bits > 0; bits--) {
        while (n > 0 && now_ns >= (long double)changes->at_ns) {
            rate_bps = changes->rate_bps;
            changes++;
            n--;
        }
        if (rate_bps > 0) {
            now_ns += (long double)SECOND / (long double)rate_bps;
        }
    }
    return now_ns;
}

/* Each change may round the bit up to a nanosecond that is under way. */
static void rate_changes_follow_a_transmitter_that_sends_bit_by_bit(void **state)
{
    (void)state;
    enum { CHANGES = 6 };
    static const int64_t rates_bps[] = {0, 1000, 3000, 7919, 1000000, 90};
    uint64_t random = 7;
    size_t runs = ics_fault_harness_samples(5000);
    for (size_t i = 0; i < runs; i++) {
        IcsTransmitter transmitter = {.rate_bps = rates_bps[1 + i % 5]};
        int64_t first_rate_bps = transmitter.rate_bps;
        uint32_t bytes = 1 + (uint32_t)ics_splitmix_next(&random) % 400;
        Change changes[CHANGES];
        int64_t at_ns = 0, departs_ns = ics_transmitter_serve(&transmitter, 0, bytes);
        int n = 0;
        for (; n < CHANGES; n++) {
            at_ns += (int64_t)(ics_splitmix_next(&random) % (uint64_t)(departs_ns / 3 + 2));
            if (at_ns >= departs_ns) {
                break;
            }
            int64_t rate_bps = rates_bps[ics_splitmix_next(&random) % G_N_ELEMENTS(rates_bps)];
            changes[n] = (Change){at_ns, rate_bps};
            departs_ns = ics_transmitter_set_rate(&transmitter, at_ns, rate_bps);
            assert_true(departs_ns >= at_ns);
        }
        long double exact_ns = send_bit_by_bit(first_rate_bps, 8 * (int64_t)bytes, changes, n);
        long double late_ns = (long double)departs_ns - exact_ns;
        if (late_ns < -0.001L || late_ns > n + 1.001L) {
            fail_msg("run %zu: %d changes, %Lf ns late", i, n, late_ns);
        }
    }
}

static void a_packet_that_is_given_up_frees_the_transmitter(void **state)
{
    (void)state;
    IcsTransmitter transmitter = {.rate_bps = 8};
    ics_transmitter_serve(&transmitter, 0, 10);
    ics_transmitter_abort(&transmitter, 3 * SECOND);
    assert_int_equal(transmitter.busy_until_ns, 3 * SECOND);
    assert_int_equal(ics_transmitter_serve(&transmitter, 3 * SECOND, 1), 4 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_rounded_up_to_the_nanosecond),
        cmocka_unit_test(rate_changes_follow_a_transmitter_that_sends_bit_by_bit),
        cmocka_unit_test(a_packet_that_is_given_up_frees_the_transmitter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
