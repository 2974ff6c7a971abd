/* Which decisions may move (SEMANTICS, "Fates"). A world is run, then the same world with one
 * change; each decision has a name, and decisions of one name must have one outcome:
 *
 *   - of independent elements, and of chains that a clock advances: everywhere;
 *   - of other sequential elements: where the changed traffic does not come.
 *
 * The base world has two links of two hosts each that have nothing to do with each other. */
#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#include "sim/choice_recorder.h"
#include "tests/support/world_fixture.h"

#define HOSTS                                                                                      \
    "'a': {'address': '10.0.0.1'}, 'b': {'address': '10.0.0.2'}, 'd': {'address': '10.0.0.4'},"    \
    "'c': {'address': '10.0.0.3', 'faults': [{'kind': 'send-omission', 'probability': 0.1}]}"

#define FAULTS(loss)                                                                               \
    "{'kind': 'loss', 'name': 'main-loss', 'probability': " loss "},"                              \
    "{'kind': 'duplicate', 'probability': 0.2, 'copies': 2},"                                      \
    "{'kind': 'corrupt', 'probability': 0.1, 'bits': 2},"                                          \
    "{'kind': 'truncate', 'probability': 0.05},"                                                   \
    "{'kind': 'delay', 'jitter': '3ms', 'time': '5ms', 'distribution': 'normal'},"                 \
    "{'kind': 'reorder', 'probability': 0.1},"                                                     \
    "{'kind': 'gilbert-elliott', 'name': 'slots', 'p': 0.1, 'r': 0.4, 'clock': '30ms',"            \
    " 'direction': 'a->b'}"

#define SEQUENTIAL_FAULTS                                                                          \
    "{'kind': 'gilbert-elliott', 'p': 0.1, 'r': 0.4},"                                             \
    "{'kind': 'loss-4state', 'p13': 0.05, 'p31': 0.5},"                                            \
    "{'kind': 'loss', 'probability': 0.5, 'every': 3},"                                            \
    "{'kind': 'delay', 'jitter': '2ms', 'time': '2ms'},"                                           \
    "{'kind': 'reorder', 'gap': 4, 'probability': 0.5, 'name': 'gap'},"                            \
    "{'kind': 'reorder', 'displacement': 2, 'probability': 0.2, 'name': 'displaced'}"

#define LINKS(loss, more)                                                                          \
    "{'name': 'one', 'ends': ['a', 'b'], 'delay': '10ms', 'rate': '1Mbit'" more ","                \
    " 'faults': [" FAULTS(                                                                         \
        loss) "]},"                                                                                \
              "{'name': 'two', 'ends': ['c', 'd'], 'delay': '10ms', 'rate': '1Mbit',"              \
              " 'faults': [" SEQUENTIAL_FAULTS "]}"

#define PROCESSES                                                                                  \
    "{'name': 'echo', 'host': 'b', 'program': 'udp-echo-server'},"                                 \
    "{'name': 'asker', 'host': 'a', 'program': 'udp-client', 'to': 'b:6789', 'messages': 300,"     \
    " 'interval': '10ms', 'wait': 'none', 'size': '100B'},"                                        \
    "{'name': 'sink', 'host': 'd', 'program': 'udp-sink'},"                                        \
    "{'name': 'source', 'host': 'c', 'program': 'udp-sender', 'to': 'd:9', 'messages': 300,"       \
    " 'interval': '10ms', 'size': '100B'}"

#define WORLD(hosts, links, processes, more)                                                       \
    "{'ipcsim': 1, 'seed': 11, 'stop': '60s', 'hosts': {" hosts "}, 'links': [" links "],"         \
    " 'processes': [" processes "]" more "}"

#define BASE WORLD(HOSTS, LINKS("0.2", ""), PROCESSES, "")

/* ---- decisions by name ---- */

/* The element that takes decisions at a point. */
static const IcsFault *element_of(const IcsWorld *world, const IcsChoicePoint *point)
{
    for (guint i = 0; i < world->network->directions->len; i++) {
        const IcsLinkDirection *direction = g_ptr_array_index(world->network->directions, i);
        for (const IcsFault *fault = direction->faults; fault != NULL; fault = fault->next) {
            if (&fault->point == point) {
                return fault;
            }
        }
    }
    for (guint i = 0; i < world->network->hosts->len; i++) {
        const IcsHost *host = g_ptr_array_index(world->network->hosts, i);
        for (const IcsFault *fault = host->send_omissions; fault != NULL; fault = fault->next) {
            if (&fault->point == point) {
                return fault;
            }
        }
    }
    return NULL;
}

/* "fixed|one a->b|loss#0|FATE|draw 0 step 0". What a chain decides is named by its step alone. */
static char *decision_name(const IcsWorld *world, const IcsRecordedChoice *choice)
{
    const IcsFault *element = element_of(world, choice->point);
    const IcsFate *fate = &choice->fate;
    assert_non_null(element);
    g_autofree char *of_fate =
        g_strdup_printf("%" PRIx64 " %" PRIx64 " %" PRIx64 " %u %u", fate->flow, fate->lineage,
                        fate->ordinal, fate->klass, fate->fragment);
    return g_strdup_printf("%s|%s|%s|%s|draw %u step %" PRIu64,
                           element->sequential ? "sequential" : "fixed", choice->point->place,
                           choice->point->element, element->klass->sequential ? "" : of_fate,
                           choice->draw, choice->step);
}

typedef struct Run {
    GHashTable *decisions; /* name -> outcome */
    GPtrArray *order;      /* names, in the order in which they were decided */
    uint64_t repeated;     /* messages */
} Run;

static void run_count_repeats(gpointer data, G_GNUC_UNUSED const IcsObservation *observation)
{
    Run *self = data;
    self->repeated++;
}

/* What a decision was must not depend on when it was taken: one name, one outcome, also if two
 * packets have the same identity. */
static void run_keep(Run *self, char *name, int64_t outcome)
{
    gpointer before;
    if (g_hash_table_lookup_extended(self->decisions, name, NULL, &before) &&
        GPOINTER_TO_SIZE(before) != (gsize)outcome) {
        fail_msg("%s: %" PRId64 " and %" PRId64, name, (int64_t)GPOINTER_TO_SIZE(before), outcome);
    }
    g_hash_table_replace(self->decisions, name, GSIZE_TO_POINTER((gsize)outcome));
    g_ptr_array_add(self->order, name);
}

static Run *run_of(const char *text, uint64_t kinds)
{
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(text, kinds);
    IcsChoiceRecorder *recorder = ics_choice_recorder_new(true);
    Run *self = g_new0(Run, 1);
    self->decisions = g_hash_table_new(g_str_hash, g_str_equal);
    self->order = g_ptr_array_new_with_free_func(g_free);
    fixture->world->simulation->chooser.driver = &recorder->driver;
    ics_bus_subscribe(&fixture->world->simulation->bus, ICS_OBSERVE_MASK(MESSAGE_REPEATED),
                      run_count_repeats, self);
    ics_world_fixture_run(fixture);
    for (guint i = 0; i < recorder->choices->len; i++) {
        const IcsRecordedChoice *choice = &g_array_index(recorder->choices, IcsRecordedChoice, i);
        run_keep(self, decision_name(fixture->world, choice), choice->outcome);
    }
    ics_choice_recorder_free(recorder);
    return self;
}

static void run_free(Run *self)
{
    g_hash_table_unref(self->decisions);
    g_ptr_array_unref(self->order);
    g_free(self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Run, run_free)

/* How many decisions whose names match the pattern were taken in both runs; they must agree. */
static guint agreeing(const Run *first, const Run *second, const char *pattern)
{
    guint n = 0;
    for (guint i = 0; i < first->order->len; i++) {
        const char *name = g_ptr_array_index(first->order, i);
        gpointer other;
        if (!g_pattern_match_simple(pattern, name) ||
            !g_hash_table_lookup_extended(second->decisions, name, NULL, &other)) {
            continue;
        }
        if (other != g_hash_table_lookup(first->decisions, name)) {
            fail_msg("%s: %" PRId64 ", then %" PRId64, name,
                     (int64_t)GPOINTER_TO_SIZE(g_hash_table_lookup(first->decisions, name)),
                     (int64_t)GPOINTER_TO_SIZE(other));
        }
        n++;
    }
    return n;
}

static guint taken(const Run *self, const char *pattern)
{
    guint n = 0;
    for (guint i = 0; i < self->order->len; i++) {
        n += g_pattern_match_simple(pattern, g_ptr_array_index(self->order, i));
    }
    return n;
}

/* Every decision of both runs is in the other, in the same order among those that match. */
static void assert_untouched(const Run *first, const Run *second, const char *pattern)
{
    guint k = 0;
    guint n = agreeing(first, second, pattern);
    assert_true(n > 100);
    assert_int_equal(n, taken(first, pattern));
    assert_int_equal(n, taken(second, pattern));
    for (guint i = 0; i < first->order->len; i++) {
        const char *name = g_ptr_array_index(first->order, i);
        if (!g_pattern_match_simple(pattern, name)) {
            continue;
        }
        while (!g_pattern_match_simple(pattern, g_ptr_array_index(second->order, k))) {
            k++;
        }
        assert_string_equal(name, g_ptr_array_index(second->order, k));
        k++;
    }
}

static void the_base_takes_decisions_of_every_kind(void **state)
{
    (void)state;
    g_autoptr(Run) run = run_of(BASE, 0);
    const char *const patterns[] = {"fixed|one a->b|main-loss|*",
                                    "fixed|one b->a|main-loss|*",
                                    "fixed|one a->b|duplicate#0|*",
                                    "fixed|one a->b|corrupt#0|*",
                                    "fixed|one a->b|truncate#0|*",
                                    "fixed|one a->b|delay#0|*",
                                    "fixed|one a->b|reorder#0|*",
                                    "fixed|one a->b|slots||*",
                                    "fixed|host c|*",
                                    "fixed|two c->d|delay#0|*",
                                    "sequential|two c->d|gilbert-elliott#0|*",
                                    "sequential|two c->d|loss-4state#0|*",
                                    "sequential|two c->d|loss#0|*",
                                    "sequential|two c->d|gap|*",
                                    "sequential|two c->d|displaced|*"};
    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        if (taken(run, patterns[i]) < 30) {
            fail_msg("%s: %u decisions", patterns[i], taken(run, patterns[i]));
        }
    }
}

/* ---- the changes ---- */

static void another_probability_moves_nothing_else(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed = run_of(WORLD(HOSTS, LINKS("0.5", ""), PROCESSES, ""), 0);
    assert_true(taken(changed, "fixed|one a->b|delay#0|*") <
                taken(base, "fixed|one a->b|delay#0|*"));
    const char *const elements[] = {"duplicate#0", "corrupt#0", "truncate#0", "delay#0",
                                    "reorder#0"};
    for (size_t i = 0; i < G_N_ELEMENTS(elements); i++) {
        g_autofree char *pattern = g_strdup_printf("fixed|one ?->?|%s|*", elements[i]);
        assert_true(agreeing(base, changed, pattern) > 100);
    }
    assert_true(agreeing(base, changed, "fixed|one a->b|slots||*") > 50);
    assert_untouched(base, changed, "*|two *");
    assert_untouched(base, changed, "*|host c|*");
}

/* More is lost, but nothing that the lower probability loses is saved: one draw, two thresholds. */
static void a_higher_probability_loses_more_of_the_same(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed = run_of(WORLD(HOSTS, LINKS("0.5", ""), PROCESSES, ""), 0);
    guint lost = 0;
    for (guint i = 0; i < base->order->len; i++) {
        const char *name = g_ptr_array_index(base->order, i);
        gpointer outcome;
        if (g_pattern_match_simple("fixed|one a->b|main-loss|*", name) &&
            g_hash_table_lookup(base->decisions, name) != NULL &&
            g_hash_table_lookup_extended(changed->decisions, name, NULL, &outcome)) {
            assert_non_null(outcome);
            lost++;
        }
    }
    assert_true(lost > 40);
}

static void a_further_fault_moves_nothing(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed = run_of(
        WORLD(HOSTS,
              "{'name': 'one', 'ends': ['a', 'b'], 'delay': '10ms', 'rate': '1Mbit', 'faults': ["
              "{'kind': 'loss', 'name': 'extra', 'nth': [2, 7]}," FAULTS(
                  "0.2") "]},"
                         "{'name': 'two', 'ends': ['c', 'd'], 'delay': '10ms', 'rate': '1Mbit',"
                         " 'faults': [" SEQUENTIAL_FAULTS "]}",
              PROCESSES, ""),
        0);
    assert_true(taken(changed, "sequential|one a->b|extra|*") > 0);
    assert_true(agreeing(base, changed, "fixed|one *") > 1000);
    assert_untouched(base, changed, "*|two *");
}

/* The new names sort before, between and after the others: all nodes get other numbers. */
static void further_hosts_and_links_move_nothing(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed = run_of(
        WORLD("'A': {}, 'bb': {}, 'z': {}, " HOSTS,
              "{'name': 'zero', 'ends': ['A', 'a'], 'faults': [{'kind': 'loss', 'probability': "
              "1}]}," LINKS("0.2", "") ",{'name': 'nine', 'ends': ['z', 'bb']}",
              PROCESSES, ""),
        0);
    assert_untouched(base, changed, "*");
}

static void traffic_elsewhere_moves_nothing(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed = run_of(
        WORLD("'A': {}, 'z': {}, " HOSTS,
              "{'name': 'zero', 'ends': ['A', 'z'], 'faults': [{'kind': 'loss', 'probability': "
              "0.5}]}," LINKS("0.2", ""),
              "{'name': 'early', 'host': 'A', 'program': 'udp-sender', 'to': 'z:9',"
              " 'messages': 100, 'interval': '7ms'}," PROCESSES,
              ""),
        0);
    assert_int_equal(taken(changed, "fixed|zero A->z|*"), 100);
    assert_untouched(base, changed, "*|one *");
    assert_untouched(base, changed, "*|two *");
}

static void more_traffic_on_a_link_moves_no_independent_decision(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed =
        run_of(WORLD(HOSTS, LINKS("0.2", ""),
                     "{'name': 'more', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
                     " 'messages': 200, 'interval': '7ms'},"
                     "{'name': 'also', 'host': 'c', 'program': 'udp-sender', 'to': 'd:9',"
                     " 'messages': 200, 'interval': '7ms'}," PROCESSES,
                     ""),
               0);
    assert_true(taken(changed, "fixed|one a->b|main-loss|*") >
                taken(base, "fixed|one a->b|main-loss|*") + 150);
    assert_true(agreeing(base, changed, "fixed|one *") > 1000);
    assert_true(agreeing(base, changed, "fixed|two c->d|delay#0|*") > 50);
    assert_int_equal(agreeing(base, changed, "fixed|host c|*"), 300);
    /* The k-th draw of a chain is the k-th draw of a chain, whoever sends the k-th packet. */
    assert_true(agreeing(base, changed, "sequential|two c->d|gilbert-elliott#0|*") > 100);
}

static void whoever_observes_moves_nothing(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed = run_of(BASE, ICS_OBSERVE_EVERYTHING);
    assert_untouched(base, changed, "*");
}

static void other_times_move_no_independent_decision(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(BASE, 0);
    g_autoptr(Run) changed =
        run_of(WORLD(HOSTS, LINKS("0.2", ", 'from': {'a': {'rate': '300kbit', 'delay': '50ms'}}"),
                     PROCESSES, ""),
               0);
    assert_true(agreeing(base, changed, "fixed|one *") > 1000);
    assert_untouched(base, changed, "*|two *");
}

/* ---- retransmission ---- */

#define SYNCHRONOUS(faults)                                                                        \
    "{'ipcsim': 1, 'seed': 5, 'hosts': {'a': {}, 'b': {}}, 'links': ["                             \
    " {'name': 'one', 'ends': ['a', 'b'], 'delay': '10ms', 'faults': [" faults                     \
    "  {'kind': 'loss', 'probability': 0.1}, {'kind': 'delay', 'jitter': '5ms', 'time': '5ms'},"   \
    "  {'kind': 'corrupt', 'probability': 0.1}]}],"                                                \
    " 'processes': [{'name': 'r', 'host': 'b', 'operations': ["                                    \
    "   {'do': 'socket', 'socket': 's', 'type': 'synchronous'},"                                   \
    "   {'do': 'bind', 'socket': 's', 'port': 9}, {'do': 'repeat', 'times': 100, 'operations': ["  \
    "     {'do': 'receive', 'socket': 's'}]}, {'do': 'wait', 'time': '10s'}]},"                    \
    "  {'name': 's', 'host': 'a', 'operations': ["                                                 \
    "   {'do': 'socket', 'socket': 's', 'type': 'synchronous'},"                                   \
    "   {'do': 'repeat', 'times': 100, 'operations': ["                                            \
    "     {'do': 'send', 'socket': 's', 'to': 'b:9', 'text': 'hello'}]}]}]}"

/* Messages and acknowledgements that are lost make further ones be sent again; what becomes of the
 * first transmissions does not move. */
static void a_retransmission_moves_no_independent_decision(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(SYNCHRONOUS(""), 0);
    g_autoptr(Run) changed =
        run_of(SYNCHRONOUS("{'kind': 'loss', 'name': 'extra', 'nth': [1, 5, 9, 20, 31]},"), 0);
    assert_true(base->repeated > 5);
    assert_true(changed->repeated > base->repeated);
    guint n = agreeing(base, changed, "fixed|one a->b|loss#0|*");
    assert_true(n > 100);
    assert_true(agreeing(base, changed, "fixed|*") > 300);
}

/* ---- the same messages over a stream ---- */

#define MESSAGES_LINK(faults)                                                                      \
    "{'ipcsim': 1, 'seed': 5, 'stream': {'min-rto': '100ms'}, 'hosts': {'a': {}, 'b': {}},"        \
    " 'links': [{'name': 'one', 'ends': ['a', 'b'], 'delay': '10ms', 'faults': [" faults           \
    "  {'kind': 'loss', 'probability': 0.2}, {'kind': 'delay', 'jitter': '5ms', 'time': "          \
    "'5ms'}]}],"                                                                                   \
    " 'processes': ["

#define SEND_200(opening, more)                                                                    \
    "  {'name': 's', 'host': 'a', 'operations': [" opening                                         \
    "   {'do': 'wait', 'until': '5s'}, {'do': 'repeat', 'times': 200, 'operations': ["             \
    "     {'do': 'send', 'socket': 's', 'size': '100B'" more                                       \
    "}, {'do': 'wait', 'time': '50ms'}]}]}]}"

#define DATAGRAMS(faults)                                                                          \
    MESSAGES_LINK(faults)                                                                          \
    SEND_200("{'do': 'socket', 'socket': 's'},", ", 'to': 'b:9'")

#define STREAM(faults)                                                                             \
    MESSAGES_LINK(faults)                                                                          \
    "  {'name': 'r', 'host': 'b', 'operations': ["                                                 \
    "   {'do': 'socket', 'socket': 'l', 'type': 'stream'},"                                        \
    "   {'do': 'bind', 'socket': 'l', 'port': 9}, {'do': 'listen', 'socket': 'l'},"                \
    "   {'do': 'accept', 'socket': 'l', 'connection': 's'},"                                       \
    "   {'do': 'receive', 'socket': 's', 'fill': true, 'buffer': '30000B', 'expect': "             \
    "20000}]}," SEND_200("{'do': 'socket', 'socket': 's', 'type': 'stream'},"                      \
                         "{'do': 'set', 'socket': 's', 'no-delay': true},"                         \
                         "{'do': 'connect', 'socket': 's', 'to': 'b:9'},",                         \
                         "")

/* Names end in class (0: first) and fragment. A few messages share a segment with the one before,
 * after a loss. */
#define FIRST_TRANSMISSIONS "fixed|one a->b|*|* 0 0|*"

static void the_ith_message_meets_the_same_fate_over_a_stream(void **state)
{
    (void)state;
    g_autoptr(Run) datagrams = run_of(DATAGRAMS(""), 0);
    g_autoptr(Run) stream = run_of(STREAM(""), 0);
    assert_int_equal(taken(datagrams, "fixed|one a->b|loss#0|* 0 0|*"), 200);
    assert_true(agreeing(datagrams, stream, "fixed|one a->b|loss#0|* 0 0|*") > 150);
    assert_true(agreeing(datagrams, stream, FIRST_TRANSMISSIONS) > 300);
}

static void another_loss_moves_no_first_transmission_of_a_stream(void **state)
{
    (void)state;
    g_autoptr(Run) base = run_of(STREAM(""), 0);
    g_autoptr(Run) changed =
        run_of(STREAM("{'kind': 'loss', 'name': 'extra', 'nth': [1, 5, 9, 20, 31]},"), 0);
    assert_true(taken(changed, "fixed|one a->b|loss#0|* 1 0|*") > 30);
    assert_true(agreeing(base, changed, "fixed|one a->b|loss#0|* 0 0|*") > 150);
    assert_true(agreeing(base, changed, "fixed|*") > 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_base_takes_decisions_of_every_kind),
        cmocka_unit_test(another_probability_moves_nothing_else),
        cmocka_unit_test(a_higher_probability_loses_more_of_the_same),
        cmocka_unit_test(a_further_fault_moves_nothing),
        cmocka_unit_test(further_hosts_and_links_move_nothing),
        cmocka_unit_test(traffic_elsewhere_moves_nothing),
        cmocka_unit_test(more_traffic_on_a_link_moves_no_independent_decision),
        cmocka_unit_test(whoever_observes_moves_nothing),
        cmocka_unit_test(other_times_move_no_independent_decision),
        cmocka_unit_test(a_retransmission_moves_no_independent_decision),
        cmocka_unit_test(the_ith_message_meets_the_same_fate_over_a_stream),
        cmocka_unit_test(another_loss_moves_no_first_transmission_of_a_stream),
    };
    return cmocka_run_group_tests_name("fates", tests, NULL, NULL);
}
