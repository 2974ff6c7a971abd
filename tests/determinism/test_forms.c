/* Things that may be done in two ways and must come to the same: a program with a stack and
 * without, departures that are computed in advance and that are events. Equal digests over seeds
 * and faults.
 */
#include <cmocka.h>
#include <string.h>

#include "tests/support/trace_fixture.h"
#include "tests/support/world_fixture.h"

#define SEEDS 20

typedef struct Mix {
    const char *name;
    const char *link; /* settings and faults of the link, each behind a comma */
    const char *stop;
    const char *schedule;
} Mix;

#define STORM                                                                                      \
    "{'kind': 'loss', 'probability': 0.1}, {'kind': 'duplicate', 'probability': 0.1, 'copies': 2}" \
    ", {'kind': 'corrupt', 'probability': 0.05}, {'kind': 'truncate', 'probability': 0.02},"       \
    "{'kind': 'delay', 'time': '2ms', 'jitter': '3ms', 'distribution': 'exponential'}"

static const Mix mixes[] = {
    {"a clean and infinitely fast link", "", "60s", ""},
    {"propagation alone", ", 'delay': '5ms'", "60s", ""},
    {"a slow link", ", 'rate': '100kbit', 'delay': '5ms'", "60s", ""},
    {"a short queue", ", 'rate': '64kbit', 'queue': {'discipline': 'droptail', 'packets': 2}",
     "60s", ""},
    {"a queue by bytes", ", 'rate': '64kbit', 'queue': {'discipline': 'droptail', 'bytes': '999B'}",
     "60s", ""},
    {"a mahimahi capacity", ", 'capacity': 'good.capacity', 'delay': '1ms'", "60s", ""},
    {"a stop with packets in the queue", ", 'rate': '64kbit'", "300ms", ""},
    {"every fault at once", ", 'rate': '1Mbit', 'delay': '5ms', 'faults': [" STORM "]", "60s", ""},
    {"every fault on a slow link", ", 'rate': '64kbit', 'faults': [" STORM "]", "60s", ""},
    {"chains",
     ", 'rate': '200kbit', 'faults': [{'kind': 'gilbert-elliott', 'p': 0.1, 'r': 0.3},"
     " {'kind': 'loss-4state', 'p13': 0.05, 'p31': 0.5},"
     " {'kind': 'gilbert-elliott', 'p': 0.2, 'r': 0.3, 'clock': '20ms'}]",
     "60s", ""},
    {"displacement",
     ", 'rate': '200kbit', 'faults': [{'kind': 'reorder', 'probability': 0.2,"
     " 'displacement': 3}, {'kind': 'duplicate', 'probability': 0.1}]",
     "60s", ""},
    {"netem",
     ", 'rate': '200kbit', 'faults': [{'kind': 'netem-compat', 'loss': 0.1,"
     " 'loss-correlation': 0.3, 'duplicate': 0.1, 'delay': '2ms', 'jitter': '2ms'}]",
     "60s", ""},
    {"windows and numbers",
     ", 'rate': '200kbit', 'faults': [{'kind': 'loss', 'from': '100ms', 'until': '200ms'},"
     " {'kind': 'loss', 'nth': [3, 5, 50]}, {'kind': 'corrupt', 'every': 7},"
     " {'kind': 'loss', 'match': 'len > 100', 'probability': 0.5}]",
     "60s", ""},
    {"a partition and a hold", ", 'rate': '200kbit', 'delay': '3ms'", "60s",
     "{'at': '50ms', 'action': 'partition', 'between': ['a', 'b']},"
     "{'at': '80ms', 'action': 'repair'}, {'at': '100ms', 'link': 'wire', 'action': 'hold'},"
     "{'at': '150ms', 'link': 'wire', 'action': 'release'}"},
    {"a pause", ", 'rate': '200kbit', 'delay': '3ms'", "60s",
     "{'at': '50ms', 'host': 'b', 'action': 'pause'}, {'at': '90ms', 'host': 'b', 'action': "
     "'resume'}, {'at': '100ms', 'host': 'a', 'action': 'pause'},"
     "{'at': '130ms', 'host': 'a', 'action': 'resume'}"},
};

/* Mixes in which nothing stays computed; for the forms alone. */
static const Mix busy_mixes[] = {
    {"crashes", ", 'rate': '200kbit', 'delay': '3ms'", "60s",
     "{'at': '50ms', 'host': 'b', 'action': 'crash'}, {'at': '90ms', 'host': 'b', 'action': "
     "'restart'}, {'at': '100ms', 'host': 'a', 'action': 'crash'},"
     "{'at': '130ms', 'host': 'a', 'action': 'restart'}"},
    {"kills", ", 'rate': '200kbit'", "60s",
     "{'at': '50ms', 'process': 'sink', 'action': 'kill'}, {'at': '70ms', 'process': 'source',"
     " 'action': 'restart'}, {'at': '90ms', 'process': 'sink', 'action': 'restart'}"},
    {"a link that comes and goes", ", 'rate': '200kbit', 'faults': [" STORM "]", "60s",
     "{'at': '50ms', 'link': 'wire', 'action': 'down'}, {'at': '70ms', 'link': 'wire',"
     " 'action': 'up'}, {'at': '90ms', 'link': 'wire', 'action': 'rate', 'rate': '1Mbit'},"
     "{'at': '99ms', 'link': 'wire', 'action': 'delay', 'delay': '1ms'}"},
    {"random early detection", ", 'rate': '64kbit', 'queue': {'discipline': 'red'}", "60s", ""},
    {"controlled delay", ", 'rate': '64kbit', 'queue': {'discipline': 'codel'}", "60s", ""},
};

/* A steady stream, a burst at one instant, and packets both ways. */
static char *trace_text(const Mix *mix, const char *form, const char *departures)
{
    return g_strdup_printf(
        "{'ipcsim': 1, 'stop': '%s', 'hosts': {'a': {}, 'b': {}},"
        " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'departures': '%s'%s}],"
        " 'processes': ["
        "  {'name': 'echo', 'host': 'b', 'program': 'udp-echo-server', 'form': '%s'},"
        "  {'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'form': '%s', 'work': '1ms'},"
        "  {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'form': '%s',"
        "   'messages': 60, 'interval': '3ms', 'size': 200},"
        "  {'name': 'burst', 'host': 'a', 'start': '20ms', 'program': 'udp-sender', 'form': '%s',"
        "   'to': 'b:6789', 'messages': 20, 'interval': '0ms', 'size': 64}],"
        " 'schedule': [%s]}",
        mix->stop, departures, mix->link, form, form, form, form, mix->schedule);
}

/* The digests of runs with the seeds 1 to SEEDS. */
static void digests_of(const Mix *mix, const char *form, const char *departures,
                       uint64_t digests[SEEDS])
{
    g_autofree char *text = trace_text(mix, form, departures);
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        IcsWorldOptions options = {.has_seed = true, .seed = seed};
        g_autoptr(IcsWorld) world = ics_world_new(trace, &options, NULL);
        assert_non_null(world);
        ics_world_run(world, UINT64_MAX);
        g_autofree char *broken = ics_world_check_invariants(world);
        assert_null(broken);
        digests[seed - 1] = ics_world_digest(world);
    }
}

static void both_forms_of_a_program_have_one_digest(void **state)
{
    uint64_t coroutine[SEEDS];
    uint64_t handler[SEEDS];
    digests_of(*state, "coroutine", "computed", coroutine);
    digests_of(*state, "handler", "computed", handler);
    assert_memory_equal(coroutine, handler, sizeof(coroutine));
}

static void computed_and_scheduled_departures_have_one_digest(void **state)
{
    uint64_t computed[SEEDS];
    uint64_t scheduled[SEEDS];
    digests_of(*state, "coroutine", "computed", computed);
    digests_of(*state, "coroutine", "scheduled", scheduled);
    assert_memory_equal(computed, scheduled, sizeof(computed));
}

/* Else equal digests would say nothing. */
static void mixes_and_seeds_have_digests_of_their_own(void **state)
{
    (void)state;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    guint expected = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(mixes); i++) {
        uint64_t digests[SEEDS];
        digests_of(&mixes[i], "coroutine", "computed", digests);
        bool is_random = strstr(mixes[i].link, "probability") != NULL ||
                         strstr(mixes[i].link, "gilbert") != NULL ||
                         strstr(mixes[i].link, "netem") != NULL;
        expected += is_random ? SEEDS : 1;
        for (int k = 0; k < SEEDS; k++) {
            g_hash_table_add(seen, g_memdup2(&digests[k], sizeof(digests[k])));
        }
    }
    assert_int_equal(g_hash_table_size(seen), expected);
}

static void add_test(GArray *tests, GPtrArray *names, const Mix *mix, const char *what,
                     CMUnitTestFunction function)
{
    char *name = g_strdup_printf("%s: %s", what, mix->name);
    struct CMUnitTest test = {.name = name, .test_func = function, .initial_state = (void *)mix};
    g_ptr_array_add(names, name);
    g_array_append_val(tests, test);
}

int main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const struct CMUnitTest distinct = cmocka_unit_test(mixes_and_seeds_have_digests_of_their_own);
    g_array_append_val(tests, distinct);
    for (size_t i = 0; i < G_N_ELEMENTS(mixes); i++) {
        add_test(tests, names, &mixes[i], "departures",
                 computed_and_scheduled_departures_have_one_digest);
        add_test(tests, names, &mixes[i], "forms", both_forms_of_a_program_have_one_digest);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(busy_mixes); i++) {
        add_test(tests, names, &busy_mixes[i], "forms", both_forms_of_a_program_have_one_digest);
    }
    return _cmocka_run_group_tests("forms", (struct CMUnitTest *)(void *)tests->data, tests->len,
                                   NULL, NULL);
}
