#include <cmocka.h>
#include <string.h>

#include "tests/support/trace_fixture.h"

#define HOSTS "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'c': {}},\n"
#define WORLD                                                                                      \
    HOSTS " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'rate': '1Mbit'}],\n"                   \
          " 'processes': [{'name': 'p', 'host': 'a', 'program': 'udp-sink'}],\n"
#define EXPECT(members) WORLD " 'expect': [{" members "}]}"

static const IcsTraceErrorRow refused[] = {
    {"expectations as an object", WORLD " 'expect': {}}",
     "test:4:12: /expect: expected an array, got an object"},
    {"an expectation that is no object", WORLD " 'expect': [1]}",
     "test:4:13: /expect/0: expected an object, got the number 1"},
    {"an expectation of no metric", EXPECT("'process': 'p', 'max': 1"),
     "test:4:13: /expect/0: the key \"metric\" is missing"},
    {"an unknown metric", EXPECT("'process': 'p', 'metric': 'blokced', 'max': '1s'"),
     "test:4:40: /expect/0/metric: unknown metric of a process \"blokced\"; did you mean "
     "\"blocked\"?"},
    {"a metric of another thing", EXPECT("'process': 'p', 'metric': 'delivered', 'max': 1"),
     "test:4:40: /expect/0/metric: \"delivered\" is a metric of a flow, not of a process"},
    {"a metric of a flow without a flow", EXPECT("'metric': 'delivered', 'max': 1"),
     "test:4:24: /expect/0/metric: \"delivered\" is a metric of a flow, not of a run"},
    {"an unknown key of an expectation", EXPECT("'proces': 'p', 'metric': 'exit-code', 'max': 1"),
     "test:4:14: /expect/0/proces: unknown key \"proces\"; did you mean \"process\"?"},
    {"two things at once", EXPECT("'process': 'p', 'host': 'a', 'metric': 'exit-code', 'max': 1"),
     "test:4:14: /expect/0/process: an expectation is of one thing: host or process"},
    {"an unknown process", EXPECT("'process': 'q', 'metric': 'exit-code', 'max': 1"),
     "test:4:25: /expect/0/process: unknown process \"q\"; known: p"},
    {"an unknown host", EXPECT("'host': 'd', 'metric': 'dropped', 'max': 1"),
     "test:4:22: /expect/0/host: unknown host \"d\"; known: a, b or c"},
    {"no flow at all", EXPECT("'flow': 'p', 'metric': 'lost', 'max': 1"),
     "test:4:22: /expect/0/flow: expected \"sender -> receiver\", got \"p\""},
    {"a flow from an unknown process", EXPECT("'flow': 'q -> p', 'metric': 'lost', 'max': 1"),
     "test:4:22: /expect/0/flow: unknown process \"q\"; known: p"},
    {"a flow to an unknown host", EXPECT("'flow': 'p -> d:9', 'metric': 'lost', 'max': 1"),
     "test:4:22: /expect/0/flow: unknown host \"d\"; known: a, b or c"},
    {"a flow to an impossible port", EXPECT("'flow': 'p -> a:65536', 'metric': 'lost', 'max': 1"),
     "test:4:22: /expect/0/flow: expected a port from 1 to 65535, got \"65536\""},
    {"a link without a direction", EXPECT("'link': 'wire', 'metric': 'offered', 'max': 1"),
     "test:4:22: /expect/0/link: which direction? \"wire a->b\" or \"wire b->a\""},
    {"a direction that the link has not",
     EXPECT("'link': 'wire a->c', 'metric': 'offered', 'max': 1"),
     "test:4:22: /expect/0/link: unknown link or direction \"wire a->c\"; did you mean \"wire "
     "a->b\"?"},
    {"an unknown cause",
     EXPECT("'link': 'wire a->b', 'metric': 'dropped', 'cause': 'los', 'max': 1"),
     "test:4:65: /expect/0/cause: unknown cause \"los\"; did you mean \"loss\"?"},
    {"a cause of nothing",
     EXPECT("'link': 'wire a->b', 'metric': 'dropped', 'cause': 'none', 'max': 1"),
     "test:4:65: /expect/0/cause: unknown cause \"none\""},
    {"a cause where there is none",
     EXPECT("'link': 'wire a->b', 'metric': 'offered', 'cause': 'loss', 'max': 1"),
     "test:4:56: /expect/0/cause: the metric \"offered\" has no cause"},
    {"no bound", EXPECT("'process': 'p', 'metric': 'exit-code'"),
     "test:4:13: /expect/0: nothing is expected: give min, max or equals"},
    {"equals beside min", EXPECT("'process': 'p', 'metric': 'exit-code', 'min': 0, 'equals': 0"),
     "test:4:63: /expect/0/equals: equals stands in the place of min and max"},
    {"min over max", EXPECT("'process': 'p', 'metric': 'exit-code', 'min': 1, 'max': 0"),
     "test:4:13: /expect/0: no value can satisfy this: min is larger than max"},
    {"a negative count", EXPECT("'link': 'wire a->b', 'metric': 'offered', 'min': -1"),
     "test:4:63: /expect/0/min: expected an integer of at least 0, got -1"},
    {"a time without a unit", EXPECT("'process': 'p', 'metric': 'blocked', 'max': 5"),
     "test:4:58: /expect/0/max: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), got "
     "\"5\": the unit is missing"},
    {"a ratio over one", EXPECT("'link': 'wire a->b', 'metric': 'utilisation', 'max': 1.5"),
     "test:4:67: /expect/0/max: expected a probability from 0 to 1 or from \"0%\" to \"100%\", got "
     "\"1.5\": it is above 1; is '%' missing?"},
    {"a comment that is no text",
     EXPECT("'process': 'p', 'metric': 'exit-code', 'max': 0, 'comment': 1"),
     "test:4:74: /expect/0/comment: expected a string, got the number 1"},
};

static IcsTraceExpectation expectation_of(const char *members)
{
    g_autofree char *text = g_strdup_printf(EXPECT("%s"), members);
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
    assert_int_equal(trace->expectations->len, 1);
    IcsTraceExpectation first = g_array_index(trace->expectations, IcsTraceExpectation, 0);
    assert_string_equal(first.pointer, "/expect/0");
    first.name = NULL;
    first.pointer = NULL;
    return first;
}

static void bounds_are_in_the_unit_of_the_metric(void **state)
{
    (void)state;
    const struct {
        const char *members;
        int64_t min;
        int64_t max;
    } rows[] = {
        {"'flow': 'p -> p', 'metric': 'sent', 'min': 5", 5, INT64_MAX},
        {"'flow': 'p -> p', 'metric': 'jitter', 'max': '5ms'", INT64_MIN, 5000000},
        {"'flow': 'p -> p', 'metric': 'wire-bytes', 'equals': '1KiB'", 1024, 1024},
        {"'flow': 'p -> p', 'metric': 'goodput', 'min': '1kbit', 'max': '1Mbit/s'", 1000, 1000000},
        {"'flow': 'p -> p', 'metric': 'overhead', 'max': '50%'", INT64_MIN, INT64_C(1) << 62},
        {"'flow': 'p -> p', 'metric': 'overhead', 'min': 1", INT64_MAX, INT64_MAX},
        {"'process': 'p', 'metric': 'exit-code', 'equals': -4", -4, -4},
        {"'metric': 'events', 'min': 1, 'max': 1", 1, 1},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        IcsTraceExpectation expectation = expectation_of(rows[i].members);
        assert_true(expectation.min == rows[i].min);
        assert_true(expectation.max == rows[i].max);
    }
}

static void one_name_may_be_a_metric_of_several_things(void **state)
{
    (void)state;
    assert_int_equal(expectation_of("'link': 'wire a->b', 'metric': 'dropped', 'max': 1").metric,
                     ICS_METRIC_DROPPED);
    assert_int_equal(expectation_of("'host': 'a', 'metric': 'dropped', 'max': 1").metric,
                     ICS_METRIC_HOST_DROPPED);
}

static void the_target_is_the_one_that_has_a_key(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        WORLD " 'expect': [{'flow': 'p -> b:9', 'metric': 'lost', 'cause': 'loss', 'max': 1},"
              " {'link': 'wire b->a', 'metric': 'offered', 'max': 1},"
              " {'host': 'c', 'metric': 'dropped', 'cause': 'no-port', 'max': 1},"
              " {'process': 'p/x', 'metric': 'exit-code', 'max': 1},"
              " {'metric': 'duration', 'max': '1s', 'comment': 'none: the run'}]}");
    const char *const names[] = {"p -> b:9", "wire b->a", "c", "p/x", NULL};
    for (guint i = 0; i < trace->expectations->len; i++) {
        const IcsTraceExpectation *expectation =
            &g_array_index(trace->expectations, IcsTraceExpectation, i);
        assert_int_equal(expectation->target, i);
        assert_true(g_strcmp0(expectation->name, names[i]) == 0);
    }
    assert_string_equal(g_array_index(trace->expectations, IcsTraceExpectation, 0).cause, "loss");
    assert_null(g_array_index(trace->expectations, IcsTraceExpectation, 1).cause);
}

static void every_metric_can_be_expected(void **state)
{
    (void)state;
    const char *const targets[] = {"'flow': 'p -> p', ", "'link': 'wire a->b', ", "'host': 'a', ",
                                   "'process': 'p', ", ""};
    const char *const bounds[] = {"1", "'1ms'", "'1kB'", "'1kbit'", "'1%'"};
    for (int i = 0; i < ICS_N_METRICS; i++) {
        const IcsMetricInfo *info = ics_metric_info((IcsMetric)i);
        g_autofree char *members = g_strdup_printf(
            "%s'metric': '%s', 'max': %s", targets[info->target], info->name, bounds[info->unit]);
        IcsTraceExpectation expectation = expectation_of(members);
        assert_int_equal(expectation.metric, i);
        assert_int_equal(expectation.target, info->target);
        assert_true(expectation.max > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_in_the_unit_of_the_metric),
        cmocka_unit_test(one_name_may_be_a_metric_of_several_things),
        cmocka_unit_test(the_target_is_the_one_that_has_a_key),
        cmocka_unit_test(every_metric_can_be_expected),
    };
    return ics_trace_fixture_run("trace expectations", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
