/* The on/off sender: bursts at a constant rate and silence, of constant or exponential lengths. */
#include <cmocka.h>
#include <glib.h>

#include "tests/support/small_programs.h"
#include "tests/support/statistics.h"

#define MS ICS_SMALL_NETWORK_MS

static void observe(gpointer data, const IcsObservation *observation)
{
    g_array_append_val((GArray *)data, observation->at_ns);
}

/* The times of the sends, in ns. */
static GArray *send_times(void **state, uint64_t seed, const char *parameters)
{
    IcsSmallNetwork *network = *state;
    network->simulation->seed = seed;
    GArray *times_ns = g_array_new(FALSE, FALSE, sizeof(int64_t));
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(MESSAGE_SENT), observe, times_ns);
    ics_small_processes_note_all(network);
    ics_small_programs_start(network, "a", "p", "onoff-sender", ICS_SMALL_COROUTINE, parameters);
    ics_small_network_run(network);
    return times_ns;
}

static void expect_ms(void **state, const char *parameters, const int64_t *expected_ms, guint n)
{
    g_autoptr(GArray) times_ns = send_times(state, 1, parameters);
    assert_int_equal(times_ns->len, n);
    for (guint i = 0; i < n; i++) {
        assert_int_equal(g_array_index(times_ns, int64_t, i), expected_ms[i] * MS);
    }
}

static void constant_bursts_and_silences_alternate(void **state)
{
    static const int64_t expected_ms[] = {0, 3, 6, 9, 30, 33, 36, 39, 60, 63};
    expect_ms(state,
              "{'to': 'b:7', 'interval': '3ms', 'on': '10ms', 'off': '20ms', "
              "'duration': '65ms'}",
              expected_ms, G_N_ELEMENTS(expected_ms));
    assert_string_equal(((IcsSmallNetwork *)*state)->notes->str, "p returned 0@65ms; ");
}

static void a_burst_does_not_last_into_the_next_one(void **state)
{
    static const int64_t expected_ms[] = {0, 3, 6, 9, 10, 13, 16, 19};
    expect_ms(state,
              "{'to': 'b:7', 'interval': '3ms', 'on': '10ms', 'off': '0ms', "
              "'duration': '20ms'}",
              expected_ms, G_N_ELEMENTS(expected_ms));
}

static void the_duration_ends_a_burst(void **state)
{
    static const int64_t expected_ms[] = {0, 4};
    expect_ms(state,
              "{'to': 'b:7', 'interval': '4ms', 'on': '100ms', 'off': '1s', "
              "'duration': '5ms'}",
              expected_ms, G_N_ELEMENTS(expected_ms));
    assert_string_equal(((IcsSmallNetwork *)*state)->notes->str, "p returned 0@5ms; ");
}

static void the_duration_ends_a_silence(void **state)
{
    static const int64_t expected_ms[] = {0};
    expect_ms(state,
              "{'to': 'b:7', 'interval': '4ms', 'on': '2ms', 'off': '1s', "
              "'duration': '50ms'}",
              expected_ms, G_N_ELEMENTS(expected_ms));
    assert_string_equal(((IcsSmallNetwork *)*state)->notes->str, "p returned 0@50ms; ");
}

static void endless_times_do_not_overflow(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_small_programs_start(network, "a", "p", "onoff-sender", ICS_SMALL_COROUTINE,
                             "{'to': 'b:7', 'interval': '2562047h', 'on': '2562047h', "
                             "'off': '2562047h', 'duration': '2562047h'}");
    ics_simulation_run(network->simulation, INT64_MAX - 1, UINT64_MAX);
    assert_int_equal(ics_small_network_direction(network, "a", "b")->counters.offered, 1);
}

/* The interval is so long that each burst sends one message: the sends are as far apart as a burst
 * and a silence are long, of which one is left at 0 or at 1 us. */
enum { LENGTHS = 15000 };

static void measure(const char *lengths, double mean_ns, double z[ICS_STAT_SEEDS])
{
    g_autofree char *parameters =
        g_strdup_printf("{'to': 'b:7', 'size': '0B', 'interval': '1h', 'duration': '200s', %s, "
                        "'lengths': 'exponential'}",
                        lengths);
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        void *network;
        ics_small_network_setup(&network);
        g_autoptr(GArray) times_ns = send_times(&network, seed, parameters);
        assert_true(times_ns->len > LENGTHS);
        double mean = (double)g_array_index(times_ns, int64_t, LENGTHS) / LENGTHS;
        z[seed - 1] = ics_stat_z_mean(mean, LENGTHS, mean_ns, mean_ns);
        ics_small_network_teardown(&network);
    }
}

static void exponential_bursts_have_their_mean(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    measure("'on': '10ms', 'off': '0s'", 10e6, z);
    assert_true(ics_stat_pass_or_explain("bursts", z, ICS_STAT_SEEDS));
    measure("'on': '10200us', 'off': '0s'", 10e6, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void exponential_silences_have_their_mean(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    measure("'on': '1us', 'off': '10ms'", 10e6, z);
    assert_true(ics_stat_pass_or_explain("silences", z, ICS_STAT_SEEDS));
    measure("'on': '1us', 'off': '9800us'", 10e6, z);
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

static void another_seed_gives_other_lengths(void **state)
{
    (void)state;
    int64_t second_burst_ns[2];
    for (uint64_t seed = 1; seed <= 2; seed++) {
        void *network;
        ics_small_network_setup(&network);
        g_autoptr(GArray) times_ns =
            send_times(&network, seed,
                       "{'to': 'b:7', 'interval': '1s', 'on': '10ms', 'off': '40ms', "
                       "'duration': '1s', 'lengths': 'exponential'}");
        second_burst_ns[seed - 1] = g_array_index(times_ns, int64_t, 1);
        ics_small_network_teardown(&network);
    }
    assert_true(second_burst_ns[0] != second_burst_ns[1]);
}

static void a_message_that_is_too_long_is_reported(void **state)
{
    g_autoptr(GArray) times_ns =
        send_times(state, 1,
                   "{'to': 'b:7', 'size': '1473B', 'interval': '1ms', 'on': '1ms', "
                   "'off': '1ms', 'duration': '1ms'}");
    assert_int_equal(times_ns->len, 0);
    assert_string_equal(((IcsSmallNetwork *)*state)->notes->str,
                        "p: send: EMSGSIZE, message too long@0s; p returned 0@1ms; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(constant_bursts_and_silences_alternate),
        TEST(a_burst_does_not_last_into_the_next_one),
        TEST(the_duration_ends_a_burst),
        TEST(the_duration_ends_a_silence),
        TEST(endless_times_do_not_overflow),
        cmocka_unit_test(exponential_bursts_have_their_mean),
        cmocka_unit_test(exponential_silences_have_their_mean),
        cmocka_unit_test(another_seed_gives_other_lengths),
        TEST(a_message_that_is_too_long_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
