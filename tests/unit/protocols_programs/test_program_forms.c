/* The same program as a coroutine and as a handler has the same digest (SEMANTICS, "Processes"),
 * whatever the links do to its messages. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_programs.h"
#include "tests/support/splitmix.h"

enum { MIXES = 40, HOSTS = 4 };

static const char *const names[] = {"a", "b", "c", "d", NULL};

static uint64_t below(uint64_t *random, uint64_t n)
{
    return ics_splitmix_next(random) % n;
}

static IcsProbability percent(uint64_t n)
{
    return ICS_PROBABILITY_ONE / 100 * n;
}

/* A random mix of fault elements on one direction. */
static void add_faults(IcsSmallNetwork *network, uint64_t *random, const char *from, const char *to)
{
    IcsLossConfig loss = {.probability = percent(below(random, 40)), .has_probability = true};
    IcsDuplicateConfig duplicate = {.probability = percent(below(random, 40)),
                                    .has_probability = true,
                                    .copies = 1 + (int64_t)below(random, 3)};
    IcsCorruptConfig corrupt = {.probability = percent(below(random, 20)),
                                .has_probability = true,
                                .bits = 1 + (int64_t)below(random, 3)};
    IcsTruncateConfig truncate = {.probability = percent(below(random, 20)),
                                  .has_probability = true};
    IcsDelayConfig delay = {.time_ns = (int64_t)below(random, 5000000),
                            .jitter_ns = (int64_t)below(random, 5000000)};
    delay.jitter_ns = MIN(delay.jitter_ns, delay.time_ns);
    const struct {
        const IcsFaultClass *klass;
        gconstpointer config;
    } rows[] = {
        {&ics_loss_class, &loss},       {&ics_duplicate_class, &duplicate},
        {&ics_corrupt_class, &corrupt}, {&ics_truncate_class, &truncate},
        {&ics_delay_class, &delay},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (below(random, 2) == 0) {
            ics_small_network_fault(network, from, to, rows[i].klass, rows[i].config, NULL);
        }
    }
}

static IcsSmallNetwork *make_network(uint64_t *random, bool computed)
{
    IcsSmallNetwork *network = ics_small_network_new(ics_splitmix_next(random), names);
    for (int i = 1; i < HOSTS; i++) {
        IcsLinkConfig config = ics_small_network_link_config();
        config.rate_bps = below(random, 2) == 0 ? 0 : 1000000 + (int64_t)below(random, 10000000);
        config.scheduled = !computed;
        ics_small_network_link(network, "a", names[i], &config);
        add_faults(network, random, "a", names[i]);
        add_faults(network, random, names[i], "a");
    }
    return network;
}

/* Host a serves and takes; the others send to it. */
static uint64_t run_mix(uint64_t mix, IcsSmallForm form, bool computed, uint64_t *messages)
{
    uint64_t random = mix;
    g_autoptr(IcsSmallNetwork) network = make_network(&random, computed);
    ics_small_programs_start(network, "a", "echo", "udp-echo-server", form, "{'port': 7}");
    g_autofree char *sink =
        g_strdup_printf("{'port': 9, 'work': '%uus', 'receive-buffer': '%uB'}",
                        (unsigned)below(&random, 3) * 700, 1 + (unsigned)below(&random, 3000));
    ics_small_programs_start(network, "a", "sink", "udp-sink", form, sink);
    for (int i = 1; i < HOSTS; i++) {
        for (int port = 7; port <= 11; port += 2) { /* nobody receives from port 11 */
            g_autofree char *sender = g_strdup_printf(
                "{'to': 'a:%d', 'messages': %u, 'size': '%uB', 'interval': '%uus', "
                "'checksum': %s}",
                port, (unsigned)below(&random, 60), (unsigned)below(&random, 1600),
                (unsigned)below(&random, 4) * 500, below(&random, 2) == 0 ? "true" : "false");
            g_autofree char *name = g_strdup_printf("%s-to-%d", names[i], port);
            ics_small_programs_start(network, names[i], name, "udp-sender", form, sender);
        }
    }
    ics_small_network_run(network);
    *messages += ics_small_network_n_sent(network);
    return ics_network_digest(network->network);
}

static void both_forms_of_a_program_have_the_same_digest(void **state)
{
    (void)state;
    uint64_t messages = 0;
    for (uint64_t mix = 1; mix <= MIXES; mix++) {
        uint64_t coroutines = run_mix(mix, ICS_SMALL_COROUTINE, true, &messages);
        uint64_t handlers = run_mix(mix, ICS_SMALL_HANDLER, true, &messages);
        if (coroutines != handlers) {
            fail_msg("mix %d: the digests differ", (int)mix);
        }
    }
    assert_true(messages > 10000);
}

static void computed_and_scheduled_departures_have_the_same_digest(void **state)
{
    (void)state;
    uint64_t messages = 0;
    for (uint64_t mix = 1; mix <= MIXES; mix++) {
        uint64_t computed = run_mix(mix, ICS_SMALL_COROUTINE, true, &messages);
        uint64_t scheduled = run_mix(mix, ICS_SMALL_COROUTINE, false, &messages);
        if (computed != scheduled) {
            fail_msg("mix %d: the digests differ", (int)mix);
        }
    }
}

static void the_same_run_twice_has_the_same_digest(void **state)
{
    (void)state;
    uint64_t messages = 0;
    for (uint64_t mix = 1; mix <= 3; mix++) {
        assert_true(run_mix(mix, ICS_SMALL_COROUTINE, true, &messages) ==
                    run_mix(mix, ICS_SMALL_COROUTINE, true, &messages));
    }
}

static void different_runs_have_different_digests(void **state)
{
    (void)state;
    uint64_t messages = 0;
    assert_true(run_mix(1, ICS_SMALL_HANDLER, true, &messages) !=
                run_mix(2, ICS_SMALL_HANDLER, true, &messages));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_of_a_program_have_the_same_digest),
        cmocka_unit_test(computed_and_scheduled_departures_have_the_same_digest),
        cmocka_unit_test(the_same_run_twice_has_the_same_digest),
        cmocka_unit_test(different_runs_have_different_digests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
