#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/hash.h"
#include "tests/support/trace_fixture.h"

static const IcsTraceErrorRow refused[] = {
    {"no object", "[1]", "test:1:1: expected an object, got an array"},
    {"no version", "{'hosts': {'a': {}}}",
     "test:1:1: the key \"ipcsim\" is missing: a trace says 1 there, the version of its format"},
    {"a version that is no integer", "{'ipcsim': '1', 'hosts': {'a': {}}}",
     "test:1:12: /ipcsim: expected an integer, got the string \"1\""},
    {"a later version", "{'ipcsim': 2, 'hosts': {'a': {}}}",
     "test:1:12: /ipcsim: expected 1, the version of the format, got 2"},
    {"an unknown key", "{'ipcsim': 1, 'host': {'a': {}}}",
     "test:1:15: /host: unknown key \"host\"; did you mean \"hosts\"?"},
    {"an empty title", "{'ipcsim': 1, 'title': '', 'hosts': {'a': {}}}",
     "test:1:24: /title: the text must not be empty"},
    {"a negative seed", "{'ipcsim': 1, 'seed': -1, 'hosts': {'a': {}}}",
     "test:1:23: /seed: expected an integer of at least 0, got -1"},
    {"a stop without a unit", "{'ipcsim': 1, 'stop': 30, 'hosts': {'a': {}}}",
     "test:1:23: /stop: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), got \"30\": "
     "the unit is missing"},
    {"a stop at 0", "{'ipcsim': 1, 'stop': '0s', 'hosts': {'a': {}}}",
     "test:1:23: /stop: expected a time from 1 ns to 600000 h, got 0 s"},
    {"a stop beyond all times", "{'ipcsim': 1, 'stop': '1000000h', 'hosts': {'a': {}}}",
     "test:1:23: /stop: expected a time from 1 ns to 600000 h, got 1000000 h"},
    {"an epoch without a zone", "{'ipcsim': 1, 'epoch': '2000-01-01T00:00:00', 'hosts': {'a': {}}}",
     "test:1:24: /epoch: expected a time in UTC such as \"2000-01-01T00:00:00Z\", years 1970 to "
     "2105, got \"2000-01-01T00:00:00\""},
    {"an epoch that no pcap file can hold",
     "{'ipcsim': 1, 'epoch': '2106-01-01T00:00:00Z', 'hosts': {'a': {}}}",
     "test:1:24: /epoch: expected a time in UTC such as \"2000-01-01T00:00:00Z\", years 1970 to "
     "2105, got \"2106-01-01T00:00:00Z\""},
    {"a comment that is no text", "{'ipcsim': 1, 'comment': 5, 'hosts': {'a': {}}}",
     "test:1:26: /comment: expected a string, got the number 5"},
    {"a key twice", "{'ipcsim': 1, 'ipcsim': 1, 'hosts': {'a': {}}}",
     "test:1:15: /ipcsim: the key appears twice; first at line 1, column 2"},
};

static void what_is_not_said_has_its_default(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse("{'ipcsim': 1, 'hosts': {'a': {}}}");
    assert_string_equal(trace->name, "test");
    assert_string_equal(trace->title, "untitled");
    assert_null(trace->look_at);
    assert_int_equal(trace->seed, 1);
    assert_int_equal(trace->stop_ns, 3600 * ICS_NS_PER_S);
    assert_false(trace->has_stop);
    assert_true(trace->epoch_unix_ns == INT64_C(946684800) * ICS_NS_PER_S);
    assert_int_equal(trace->links->len, 0);
    assert_int_equal(trace->processes->len, 0);
    assert_int_equal(trace->schedule->len, 0);
    assert_int_equal(trace->expectations->len, 0);
    assert_int_equal(trace->warnings->len, 0);
}

static void what_is_said_is_kept(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'title': 'A title', 'look-at': 'Something.', 'seed': 9223372036854775807,"
        " 'stop': '1.5s', 'epoch': '1970-01-01T00:00:01.5Z', 'comment': 'x', '$schema': 'y',"
        " 'hosts': {'a': {}}}");
    assert_string_equal(trace->title, "A title");
    assert_string_equal(trace->look_at, "Something.");
    assert_true(trace->seed == INT64_MAX);
    assert_true(trace->stop_ns == 1500 * ICS_NS_PER_MS);
    assert_true(trace->has_stop);
    assert_true(trace->epoch_unix_ns == 1500 * ICS_NS_PER_MS);
}

static void its_hash_is_that_of_the_canonical_text(void **state)
{
    (void)state;
    const char *canonical = "{\"ipcsim\":1,\"hosts\":{\"a\":{}}}";
    g_autofree char *expected = ics_sha256_hex(canonical, strlen(canonical));
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse(" {'ipcsim' : 1,\n 'hosts': { 'a': {} } }\n");
    assert_string_equal(trace->sha256, expected);
}

static void values_of_the_command_line_replace_those_of_the_file(void **state)
{
    (void)state;
    const char *text = "{\"ipcsim\": 1, \"seed\": 7, \"hosts\": {\"a\": {}}}";
    const char *const sets[] = {"/seed=8", "/title=a=b", "/seed=9", NULL};
    g_autoptr(IcsTrace) trace = ics_trace_parse("test", text, strlen(text), NULL, sets, NULL);
    assert_non_null(trace);
    assert_int_equal(trace->seed, 9);
    assert_string_equal(trace->title, "a=b");
}

static void a_wrong_value_of_the_command_line_is_named_as_such(void **state)
{
    (void)state;
    const char *text = "{\"ipcsim\": 1, \"hosts\": {\"a\": {}}}";
    const struct {
        const char *set;
        const char *message;
    } rows[] = {
        {"/seed=x", "--set /seed=x: /seed: expected an integer, got the string \"x\""},
        {"/seed", "--set /seed: expected POINTER=VALUE, such as /seed=7"},
        {"/seeds/0=1", "--set /seeds/0=1: the document has no member \"seeds\""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *const sets[] = {rows[i].set, NULL};
        g_autoptr(GError) error = NULL;
        assert_null(ics_trace_parse("test", text, strlen(text), NULL, sets, &error));
        assert_string_equal(error->message, rows[i].message);
    }
}

static void a_file_that_is_not_there_is_the_inputs_fault(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(ics_trace_load("no/such/trace.json", NULL, &error));
    assert_string_equal(error->message,
                        "no/such/trace.json: cannot be read: No such file or directory");
}

static void a_trace_that_would_not_fit_is_refused_with_the_estimate(void **state)
{
    (void)state;
    g_autofree char *directory = g_dir_make_tmp("ipcsim-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(directory, "large.json", NULL);
    GString *text = g_string_new("{\"ipcsim\": 1, \"hosts\": {\"a\": {}");
    for (int i = 0; i < 10000; i++) {
        g_string_append_printf(text, ", \"h%d\": {}", i);
    }
    g_string_append(text, "}}");
    assert_true(g_file_set_contents(path, text->str, -1, NULL));
    g_string_free(text, TRUE);
    g_autoptr(GError) error = NULL;
    assert_null(ics_trace_load_within(path, NULL, 1048576, &error));
    assert_int_equal(error->code, 3);
    assert_non_null(strstr(error->message, "MiB of memory"));
    g_clear_error(&error);
    assert_null(ics_trace_load_within(path, NULL, 16 * 1048576, &error));
    assert_int_equal(error->code, 3);
    assert_non_null(
        strstr(error->message, "10001 hosts, 0 links and 0 processes needs about 26 MiB"));
    g_autoptr(IcsTrace) trace = ics_trace_load_within(path, NULL, 1024 * 1048576, NULL);
    assert_non_null(trace);
    assert_int_equal(trace->hosts->len, 10001);
    g_remove(path);
    g_rmdir(directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_said_has_its_default),
        cmocka_unit_test(what_is_said_is_kept),
        cmocka_unit_test(its_hash_is_that_of_the_canonical_text),
        cmocka_unit_test(values_of_the_command_line_replace_those_of_the_file),
        cmocka_unit_test(a_wrong_value_of_the_command_line_is_named_as_such),
        cmocka_unit_test(a_file_that_is_not_there_is_the_inputs_fault),
        cmocka_unit_test(a_trace_that_would_not_fit_is_refused_with_the_estimate),
    };
    return ics_trace_fixture_run("trace header", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
