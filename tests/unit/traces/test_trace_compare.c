#include <cmocka.h>

#include "tests/support/trace_fixture.h"

#define TRACE(compare) "{'ipcsim': 1, 'hosts': {'a': {}}, 'compare': " compare "}"

static const IcsTraceErrorRow refused[] = {
    {"no object", TRACE("['udp']"), "test:1:46: /compare: expected an object, got an array"},
    {"an unknown key", TRACE("{'transport': ['udp']}"),
     "test:1:47: /compare/transport: unknown key \"transport\"; did you mean \"transports\"?"},
    {"no list", TRACE("{'transports': 'udp'}"),
     "test:1:61: /compare/transports: expected an array, got the string \"udp\""},
    {"an empty list", TRACE("{'transports': []}"),
     "test:1:61: /compare/transports: expected 1 to 64 transports, got 0"},
    {"a transport that is no text", TRACE("{'transports': ['udp', 5]}"),
     "test:1:69: /compare/transports/1: expected a string, got the number 5"},
    {"a misspelt transport", TRACE("{'transports': ['upd']}"),
     "test:1:62: /compare/transports/0: unknown transport \"upd\"; did you mean \"udp\"?"},
    {"no run", TRACE("{'runs': 0}"),
     "test:1:55: /compare/runs: expected an integer from 1 to 10000, got 0"},
    {"too many runs", TRACE("{'runs': 10001}"),
     "test:1:55: /compare/runs: expected an integer from 1 to 10000, got 10001"},
};

static void what_is_not_said_has_its_default(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) silent = ics_trace_fixture_parse("{'ipcsim': 1, 'hosts': {'a': {}}}");
    assert_null(silent->compare_transports);
    assert_int_equal(silent->compare_runs, 30);
    g_autoptr(IcsTrace) empty = ics_trace_fixture_parse(TRACE("{'comment': 'later'}"));
    assert_null(empty->compare_transports);
    assert_int_equal(empty->compare_runs, 30);
}

static void transports_are_kept_in_their_order_with_their_settings(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        TRACE("{'runs': 7, 'transports': ['rdt.gbn(window=4)', 'udp', 'rdt.gbn']}"));
    static const char *const written[] = {"rdt.gbn(window=4)", "udp", "rdt.gbn"};
    assert_int_equal(trace->compare_runs, 7);
    assert_int_equal(trace->compare_transports->len, 3);
    for (guint i = 0; i < 3; i++) {
        const IcsTransportChoice *choice = g_ptr_array_index(trace->compare_transports, i);
        assert_string_equal(choice->text, written[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(transports_are_kept_in_their_order_with_their_settings),
    };
    return ics_trace_fixture_run("compare", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
