#include <cmocka.h>
#include <string.h>

#include "tests/support/trace_fixture.h"
#include "tool/experiments/settings.h"

static const char lossy[] =
    "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}}, 'links': [{'name': 'wire', 'ends': ['a', 'b'],"
    " 'delay': '20ms', 'faults': [{'kind': 'loss', 'probability': '10%'}]}]}";

static IcsSettings *settle(IcsTrace *base, const char *sweep, IcsVary **vary, GError **error)
{
    *vary = ics_vary_parse(sweep, error);
    assert_non_null(*vary);
    return ics_settings_new(base, *vary, NULL, error);
}

static void without_a_sweep_there_is_the_trace_itself(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) base = ics_trace_fixture_parse(lossy);
    g_autoptr(IcsSettings) settings = ics_settings_new(base, NULL, NULL, NULL);
    assert_int_equal(settings->traces->len, 1);
    assert_ptr_equal(g_ptr_array_index(settings->traces, 0), base);
    assert_null(settings->label);
}

static void a_sweep_is_a_trace_for_each_value(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsVary) vary = NULL;
    g_autoptr(IcsTrace) base = ics_trace_fixture_parse(lossy);
    g_autoptr(IcsSettings) settings = settle(base, "/links/0/delay=10ms:30ms:10ms", &vary, &error);
    g_assert_no_error(error);
    assert_int_equal(settings->traces->len, 3);
    for (guint i = 0; i < 3; i++) {
        const IcsTrace *trace = g_ptr_array_index(settings->traces, i);
        const IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, 0);
        assert_int_equal(link->config[0].delay_ns, (i + 1) * 10 * ICS_NS_PER_MS);
    }
}

static void what_is_swept_is_called_after_its_owner(void **state)
{
    (void)state;
    static const struct {
        const char *sweep, *label;
    } rows[] = {
        {"/links/0/faults/0/probability=1%:2%:1%", "loss probability"},
        {"/links/0/delay=1ms:2ms:1ms", "wire delay"},
        {"/ipcsim=1:1:1", "ipcsim"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(IcsVary) vary = NULL;
        g_autoptr(IcsTrace) base = ics_trace_fixture_parse(lossy);
        g_autoptr(IcsSettings) settings = settle(base, rows[i].sweep, &vary, NULL);
        assert_string_equal(settings->label, rows[i].label);
    }
}

static void assert_refused(const char *sweep, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsVary) vary = NULL;
    g_autoptr(IcsTrace) base = ics_trace_fixture_parse(lossy);
    assert_null(settle(base, sweep, &vary, &error));
    if (strstr(error->message, why) == NULL) {
        fail_msg("\"%s\" is not in: %s", why, error->message);
    }
}

static void what_is_not_there_cannot_be_swept(void **state)
{
    (void)state;
    assert_refused("/links/0/rate=1Mbit:2Mbit:1Mbit", "has nothing at \"/links/0/rate\"");
    assert_refused("/links/1/delay=1ms:2ms:1ms", "has nothing at");
    assert_refused("/links/-/delay=1ms:2ms:1ms", "has nothing at");
    assert_refused("/links/0/delay/x=1ms:2ms:1ms", "has nothing at");
    assert_refused("/=1:2:1", "has nothing at");
}

static void a_value_that_the_trace_refuses_is_named(void **state)
{
    (void)state;
    assert_refused("/links/0/faults/0/probability=90%:110%:10%", "110%");
    assert_refused("/links/0/delay=1:2:1", "/links/0/delay");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sweep_there_is_the_trace_itself),
        cmocka_unit_test(a_sweep_is_a_trace_for_each_value),
        cmocka_unit_test(what_is_swept_is_called_after_its_owner),
        cmocka_unit_test(what_is_not_there_cannot_be_swept),
        cmocka_unit_test(a_value_that_the_trace_refuses_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
