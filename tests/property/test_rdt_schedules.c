/* The textbook protocols under random schedules of losses, duplicates, damages, overtakings and
 * expiries: what is delivered is a prefix of what was sent, in order, exactly once; and when the
 * network heals, everything arrives. The schedules keep the bounds of docs/RDT.md; with one message
 * more they find the run that breaks the protocol. */
#include <cmocka.h>

#include "protocols/rdt/rdt_protocols.h"
#include "tests/support/rdt_network.h"

enum { SEEDS = 200, MESSAGES = 80, STEPS = 4000 };

static IcsRdtNetworkConfig faults(IcsRdtNetworkConfig config)
{
    config.loss_percent = 15;
    config.duplicate_percent = 15;
    config.damage_percent = 10;
    config.messages = MESSAGES;
    config.steps = STEPS;
    return config;
}

static IcsRdtNetworkConfig stop_and_wait(void)
{
    return faults((IcsRdtNetworkConfig){
        .klass = &ics_stop_and_wait_class, .window = 1, .bits = 1, .in_order = true});
}

static IcsRdtNetworkConfig go_back_n(uint32_t window, uint32_t bits)
{
    return faults((IcsRdtNetworkConfig){.klass = &ics_go_back_n_class,
                                        .window = window,
                                        .bits = bits,
                                        .cumulative = true,
                                        .advance_max = (UINT64_C(1) << bits) - window - 1});
}

static IcsRdtNetworkConfig selective_repeat(uint32_t window, uint32_t bits)
{
    return faults((IcsRdtNetworkConfig){.klass = &ics_selective_repeat_class,
                                        .window = window,
                                        .bits = bits,
                                        .advance_max = (UINT64_C(1) << bits) - 2 * window});
}

static void assert_holds(const IcsRdtNetworkConfig *config)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        g_autofree char *failure = ics_rdt_network_run(config, seed);
        if (failure != NULL) {
            fail_msg("seed %" G_GUINT64_FORMAT ": %s", seed, failure);
        }
    }
}

static void assert_breaks(const IcsRdtNetworkConfig *config)
{
    for (uint64_t seed = 1; seed <= 10 * SEEDS; seed++) {
        g_autofree char *failure = ics_rdt_network_run(config, seed);
        if (failure != NULL) {
            print_message("seed %" G_GUINT64_FORMAT ": %s\n", seed, failure);
            return;
        }
    }
    fail_msg("no schedule breaks it");
}

static void stop_and_wait_survives_loss_duplication_and_damage(void **state)
{
    (void)state;
    IcsRdtNetworkConfig config = stop_and_wait();
    assert_holds(&config);
}

static void stop_and_wait_survives_a_network_that_loses_nearly_all(void **state)
{
    (void)state;
    IcsRdtNetworkConfig config = stop_and_wait();
    config.loss_percent = 80;
    config.duplicate_percent = 5;
    config.damage_percent = 5;
    assert_holds(&config);
}

static void stop_and_wait_is_broken_by_reordering(void **state)
{
    (void)state;
    IcsRdtNetworkConfig config = stop_and_wait();
    config.in_order = false;
    config.advance_max = UINT64_MAX;
    assert_breaks(&config);
}

static void stop_and_wait_is_broken_by_a_datagram_that_is_one_message_late(void **state)
{
    (void)state;
    IcsRdtNetworkConfig config = stop_and_wait();
    config.in_order = false;
    config.advance_max = 1;
    assert_breaks(&config);
}

static void go_back_n_survives_with_the_largest_window_when_nothing_is_overtaken(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= 4; bits++) {
        IcsRdtNetworkConfig config = go_back_n((1U << bits) - 1, bits);
        config.in_order = true;
        assert_holds(&config);
    }
}

static void go_back_n_survives_reordering_within_its_bound(void **state)
{
    (void)state;
    IcsRdtNetworkConfig narrow = go_back_n(2, 2);
    IcsRdtNetworkConfig middle = go_back_n(4, 3);
    IcsRdtNetworkConfig wide = go_back_n(5, 5);
    assert_holds(&narrow);
    assert_holds(&middle);
    assert_holds(&wide);
}

static void go_back_n_is_broken_one_message_beyond_its_bound(void **state)
{
    (void)state;
    IcsRdtNetworkConfig config = go_back_n(4, 3);
    config.advance_max++;
    assert_breaks(&config);
}

static void
selective_repeat_survives_with_the_largest_window_when_nothing_is_overtaken(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= 4; bits++) {
        IcsRdtNetworkConfig config = selective_repeat(1U << (bits - 1), bits);
        config.in_order = true;
        assert_holds(&config);
    }
}

static void selective_repeat_survives_reordering_within_its_bound(void **state)
{
    (void)state;
    IcsRdtNetworkConfig narrow = selective_repeat(2, 2);
    IcsRdtNetworkConfig middle = selective_repeat(3, 3);
    IcsRdtNetworkConfig wide = selective_repeat(6, 5);
    assert_holds(&narrow);
    assert_holds(&middle);
    assert_holds(&wide);
}

static void selective_repeat_is_broken_one_message_beyond_its_bound(void **state)
{
    (void)state;
    IcsRdtNetworkConfig config = selective_repeat(3, 3);
    config.advance_max++;
    assert_breaks(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_and_wait_survives_loss_duplication_and_damage),
        cmocka_unit_test(stop_and_wait_survives_a_network_that_loses_nearly_all),
        cmocka_unit_test(stop_and_wait_is_broken_by_reordering),
        cmocka_unit_test(stop_and_wait_is_broken_by_a_datagram_that_is_one_message_late),
        cmocka_unit_test(go_back_n_survives_with_the_largest_window_when_nothing_is_overtaken),
        cmocka_unit_test(go_back_n_survives_reordering_within_its_bound),
        cmocka_unit_test(go_back_n_is_broken_one_message_beyond_its_bound),
        cmocka_unit_test(
            selective_repeat_survives_with_the_largest_window_when_nothing_is_overtaken),
        cmocka_unit_test(selective_repeat_survives_reordering_within_its_bound),
        cmocka_unit_test(selective_repeat_is_broken_one_message_beyond_its_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
