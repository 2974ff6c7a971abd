#include <cmocka.h>
#include <string.h>

#include "netmodel/fault_kinds.h"
#include "tests/support/trace_fixture.h"

#define HOSTS         "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'c': {}},\n"
#define LINKS(list)   HOSTS " 'links': [" list "]}"
#define LINK(members) LINKS("{'name': 'wire', 'ends': ['a', 'b']" members "}")
#define FAULTS(list)  LINK(",\n  'faults': [" list "]")

static const IcsTraceErrorRow refused[] = {
    {"faults as an object", LINK(", 'faults': {}"),
     "test:2:59: /links/0/faults: expected an array, got an object"},
    {"a fault that is no object", FAULTS("'loss'"),
     "test:3:14: /links/0/faults/0: expected an object, got the string \"loss\""},
    {"a fault without a kind", FAULTS("{'probability': 0.5}"),
     "test:3:14: /links/0/faults/0: the key \"kind\" is missing"},
    {"a fault of an unknown kind", FAULTS("{'kind': 'los', 'probability': 0.5}"),
     "test:3:23: /links/0/faults/0/kind: unknown kind of fault of a link \"los\"; did you mean "
     "\"loss\"?"},
    {"a fault of hosts on a link", FAULTS("{'kind': 'send-omission'}"),
     "test:3:23: /links/0/faults/0/kind: unknown kind of fault of a link \"send-omission\"; known: "
     "corrupt, delay, duplicate, gilbert-elliott, loss, loss-4state, netem-compat, reorder or "
     "truncate"},
    {"an unknown key of a fault", FAULTS("{'kind': 'loss', 'probabilty': '10%'}"),
     "test:3:31: /links/0/faults/0/probabilty: unknown key \"probabilty\"; did you mean "
     "\"probability\"?"},
    {"a key of another kind", FAULTS("{'kind': 'loss', 'copies': 2}"),
     "test:3:31: /links/0/faults/0/copies: unknown key \"copies\"; known: probability, name, "
     "clock, on, comment, from, until, nth, every, match, kind or direction"},
    {"a probability over one", FAULTS("{'kind': 'loss', 'probability': '101%'}"),
     "test:3:46: /links/0/faults/0/probability: expected a probability from 0 to 1 or from \"0%\" "
     "to \"100%\", got \"101%\": it is above 100%"},
    {"a fault that says nothing", FAULTS("{'kind': 'loss'}"),
     "test:3:14: /links/0/faults/0: loss needs a probability, or from, until, nth, every or match "
     "to say which packets it means"},
    {"a fault that contradicts itself",
     FAULTS("{'kind': 'gilbert-elliott', 'p': 0.1, 'rate': 0.1}"),
     "test:3:14: /links/0/faults/0: gilbert-elliott is stated either by p, r, 1-h and 1-k or by "
     "rate and mean-burst, not by both"},
    {"an empty window", FAULTS("{'kind': 'loss', 'from': '2s', 'until': '1s'}"),
     "test:3:14: /links/0/faults/0: the window from 2 s until 1 s is empty: until must be later "
     "than from"},
    {"a packet number 0", FAULTS("{'kind': 'loss', 'nth': [1, 0]}"),
     "test:3:42: /links/0/faults/0/nth/1: expected an integer of at least 1, got 0"},
    {"a packet number twice", FAULTS("{'kind': 'loss', 'nth': [3, 3]}"),
     "test:3:14: /links/0/faults/0: nth names packet 3 twice"},
    {"nth and every", FAULTS("{'kind': 'loss', 'nth': 1, 'every': 2}"),
     "test:3:14: /links/0/faults/0: nth and every cannot both be given: each says which packets "
     "are meant"},
    {"a filter that libpcap refuses", FAULTS("{'kind': 'loss', 'match': 'udp prt 53'}"),
     "test:3:14: /links/0/faults/0: match: \"prt\" is no word of pcap-filter(7); names of hosts, "
     "ports and networks are not looked up: write the address or the number"},
    {"a clock where there is no state",
     FAULTS("{'kind': 'loss', 'probability': 0.5, 'clock': '10ms'}"),
     "test:3:14: /links/0/faults/0: loss takes no clock: each of its decisions is about one packet "
     "alone"},
    {"a direction that is none of the link's",
     FAULTS("{'kind': 'loss', 'probability': 0.5, 'direction': 'a->c'}"),
     "test:3:64: /links/0/faults/0/direction: unknown direction \"a->c\"; did you mean \"a->b\"?"},
    {"a fault with a space in its name",
     FAULTS("{'kind': 'loss', 'probability': 0.5, 'name': 'my loss'}"),
     "test:3:59: /links/0/faults/0/name: \"my loss\" cannot be the name of a fault: expected 1 to "
     "63 letters, digits, '.', '_' and '-', the first of them a letter or digit"},
    {"two faults of one name",
     FAULTS("{'kind': 'loss', 'probability': 0.5, 'name': 'x'},\n   {'kind': 'duplicate', "
            "'probability': 0.5, 'name': 'x'}"),
     "test:4:54: /links/0/faults/1/name: two faults here are called \"x\": see /links/0/faults/0"},
    {"a reorder without a delay to skip",
     FAULTS("{'kind': 'loss', 'probability': 0.5},\n   {'kind': 'reorder', 'probability': 0.5}"),
     "test:4:4: /links/0/faults/1: reorder without displacement lets packets skip the delay faults "
     "of the direction, but it has none"},
    {"another fault beside netem-compat",
     FAULTS("{'kind': 'netem-compat', 'loss': 0.5},\n   {'kind': 'loss', 'probability': 0.5}"),
     "test:3:14: /links/0/faults/0: netem-compat decides everything about a packet: no other fault "
     "can stand on the same direction"},
    {"too many copies together",
     FAULTS("{'kind': 'duplicate', 'probability': 0.5, 'copies': 15},\n   {'kind': 'duplicate', "
            "'probability': 0.5, 'copies': 16}"),
     "test:4:4: /links/0/faults/1: together the elements could make over 255 copies of one packet"},
    {"a distribution table that is not there",
     FAULTS("{'kind': 'delay', 'jitter': '1ms', 'distribution': 'table', 'table': 'no-such-file'}"),
     "test:3:83: /links/0/faults/0/table: the file \"no-such-file\" cannot be read: No such file "
     "or directory"},
    {"a distribution table of a wrong format",
     FAULTS("{'kind': 'delay', 'jitter': '1ms', 'distribution': 'table', 'table': 'bad.capacity'}"),
     "test:3:14: /links/0/faults/0: table:2: \"x\" is not an integer from -32768 to 32767"},
};

static const IcsTraceFault *fault_at(const IcsTrace *trace, guint index)
{
    const IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, 0);
    return &g_array_index(link->faults, IcsTraceFault, index);
}

static void a_fault_has_parameters_and_a_scope(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        FAULTS("{'kind': 'duplicate', 'probability': '25%', 'copies': 3, 'from': '1s',"
               " 'until': '2s', 'every': 4, 'match': 'udp', 'name': 'twice', 'on': false}"));
    const IcsTraceFault *fault = fault_at(trace, 0);
    const IcsDuplicateConfig *config = fault->config;
    assert_ptr_equal(fault->klass, &ics_duplicate_class);
    assert_int_equal(config->copies, 3);
    assert_true(config->probability == ICS_PROBABILITY_ONE / 4);
    assert_int_equal(fault->scope.from_ns, 1000000000);
    assert_int_equal(fault->scope.until_ns, 2000000000);
    assert_int_equal(fault->scope.every, 4);
    assert_string_equal(fault->scope.match, "udp");
    assert_string_equal(fault->name, "twice");
    assert_string_equal(fault->pointer, "/links/0/faults/0");
    assert_false(fault->on);
}

static void a_fault_acts_in_the_directions_that_it_names(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        FAULTS("{'kind': 'loss', 'probability': 0.5},"
               "{'kind': 'loss', 'probability': 0.5, 'direction': 'both'},"
               "{'kind': 'loss', 'probability': 0.5, 'direction': 'a->b'},"
               "{'kind': 'loss', 'probability': 0.5, 'direction': 'b->a'}"));
    const bool acts[][2] = {{true, true}, {true, true}, {true, false}, {false, true}};
    for (guint i = 0; i < G_N_ELEMENTS(acts); i++) {
        assert_int_equal(fault_at(trace, i)->directions[0], acts[i][0]);
        assert_int_equal(fault_at(trace, i)->directions[1], acts[i][1]);
    }
}

static void what_contradicts_itself_on_one_direction_may_stand_on_two(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        FAULTS("{'kind': 'netem-compat', 'loss': 0.5, 'direction': 'a->b'},"
               "{'kind': 'loss', 'probability': 0.5, 'direction': 'b->a'}"));
    assert_int_equal(g_array_index(trace->links, IcsTraceLink, 0).faults->len, 2);
}

static void a_state_may_be_advanced_by_a_clock(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        FAULTS("{'kind': 'gilbert-elliott', 'p': 0.1, 'r': 0.5, 'clock': '10ms'}"));
    assert_int_equal(fault_at(trace, 0)->clock_ns, 10000000);
}

static void a_distribution_table_is_read_from_beside_the_trace(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse(FAULTS("{'kind': 'delay', 'jitter': '1ms', 'distribution': 'table',"
                                       " 'table': 'good.distribution'}"));
    const IcsDelayConfig *config = fault_at(trace, 0)->config;
    assert_non_null(strstr(config->table, "-8192"));
}

static void a_filter_on_ports_is_warned_of_fragments(void **state)
{
    (void)state;
    const struct {
        const char *match;
        guint warnings;
    } rows[] = {{"udp port 6789", 1}, {"udp[2:2] = 53", 1}, {"portrange 1-2", 1},
                {"udp", 0},           {"host 10.0.0.1", 0}, {"len > 100", 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text =
            g_strdup_printf(FAULTS("{'kind': 'loss', 'match': '%s'}"), rows[i].match);
        g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
        assert_int_equal(trace->warnings->len, rows[i].warnings);
        if (rows[i].warnings > 0) {
            assert_string_equal(g_ptr_array_index(trace->warnings, 0),
                                "test:3:40: /links/0/faults/0/match: later fragments of a datagram "
                                "carry no transport header: they will not match");
        }
    }
}

static void a_fault_that_begins_after_the_stop_is_warned_of(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(FAULTS("{'kind': 'loss', 'from': '2h'}"));
    assert_int_equal(trace->warnings->len, 1);
    assert_string_equal(g_ptr_array_index(trace->warnings, 0),
                        "test:3:39: /links/0/faults/0/from: the run stops before: the fault will "
                        "never act");
}

static void warnings_beyond_a_hundred_are_counted(void **state)
{
    (void)state;
    g_autoptr(GString) links = g_string_new("");
    for (int i = 0; i < 103; i++) {
        g_string_append_printf(links,
                               "%s{'name': 'l%d', 'ends': ['a', 'b'],"
                               " 'faults': [{'kind': 'loss', 'match': 'port 1'}]}",
                               i > 0 ? "," : "", i);
    }
    g_autofree char *text = g_strdup_printf(LINKS("%s"), links->str);
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
    assert_int_equal(trace->warnings->len, 101);
    assert_string_equal(g_ptr_array_index(trace->warnings, 100), "test: 3 further warnings");
}

static void more_faults_than_a_place_can_have_are_refused(void **state)
{
    (void)state;
    g_autoptr(GString) faults = g_string_new("{'kind': 'loss', 'probability': 0.5}");
    for (int i = 1; i < 65; i++) {
        g_string_append(faults, ",{'kind': 'loss', 'probability': 0.5}");
    }
    g_autofree char *text = g_strdup_printf(FAULTS("%s"), faults->str);
    g_autofree char *message = ics_trace_fixture_refusal(text);
    assert_string_equal(message, "test:3:13: /links/0/faults: expected at most 64 faults, got 65");
}

/* The keys of the tables must differ: they are read from one object. */
static void no_key_means_two_things(void **state)
{
    (void)state;
    const char *const common[] = {"kind", "name",  "clock", "on",    "comment", "direction",
                                  "from", "until", "nth",   "every", "match"};
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        for (const IcsParameter *row = (*klass)->parameters; row->name != NULL; row++) {
            for (size_t i = 0; i < G_N_ELEMENTS(common); i++) {
                assert_string_not_equal(row->name, common[i]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_has_parameters_and_a_scope),
        cmocka_unit_test(a_fault_acts_in_the_directions_that_it_names),
        cmocka_unit_test(what_contradicts_itself_on_one_direction_may_stand_on_two),
        cmocka_unit_test(a_state_may_be_advanced_by_a_clock),
        cmocka_unit_test(a_distribution_table_is_read_from_beside_the_trace),
        cmocka_unit_test(a_filter_on_ports_is_warned_of_fragments),
        cmocka_unit_test(a_fault_that_begins_after_the_stop_is_warned_of),
        cmocka_unit_test(warnings_beyond_a_hundred_are_counted),
        cmocka_unit_test(more_faults_than_a_place_can_have_are_refused),
        cmocka_unit_test(no_key_means_two_things),
    };
    return ics_trace_fixture_run("trace faults", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
