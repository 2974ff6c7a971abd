#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/parameters.h"

typedef enum { COLOUR_RED, COLOUR_GREEN } Colour;

typedef struct {
    int64_t guard; /* so that no member that is used has the offset 0 */
    bool on;
    int64_t count;
    int64_t wait_ns;
    int64_t skew_ns;
    int64_t rate_bps;
    int64_t limit_bytes;
    IcsProbability chance;
    char *title;
    Colour colour;
    GArray *nth;
    bool has_count;
    bool has_nth;
} SampleConfig;

static const char *const colours[] = {"red", "green", NULL};

static const IcsParameter sample_parameters[] = {
    ICS_PARAMETER_BOOLEAN_ROW(SampleConfig, on, "on", "true", "whether it works"),
    ICS_PARAMETER_INTEGER_ROW(SampleConfig, count, "count", NULL, 1, 100, "how many",
                              ICS_PARAMETER_REQUIRED,
                              ICS_PARAMETER_PRESENCE(SampleConfig, has_count)),
    ICS_PARAMETER_TIME_ROW(SampleConfig, wait_ns, "wait", "10ms", 0, 10 * ICS_NS_PER_S, "how long"),
    ICS_PARAMETER_TIME_ROW(SampleConfig, skew_ns, "skew", "-1ms", INT64_MIN, INT64_MAX, "how far"),
    ICS_PARAMETER_RATE_ROW(SampleConfig, rate_bps, "rate", NULL, 1, INT64_MAX, "how fast"),
    ICS_PARAMETER_SIZE_ROW(SampleConfig, limit_bytes, "limit", "64KiB", 0, 1048576, "how large"),
    ICS_PARAMETER_PROBABILITY_ROW(SampleConfig, chance, "chance", "100%", "how likely"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(SampleConfig, title, "title", "none", 1, 8, "how called"),
    ICS_PARAMETER_NAME_ROW(SampleConfig, colour, "colour", "green", colours, "which colour"),
    ICS_PARAMETER_INTEGER_LIST_ROW(SampleConfig, nth, "nth", 1, INT64_MAX, "which ones",
                                   ICS_PARAMETER_PRESENCE(SampleConfig, has_nth)),
    ICS_PARAMETER_END,
};

static bool read_sample(const char *text, const char *const *also_allowed, SampleConfig *config,
                        GError **error)
{
    g_autoptr(IcsJsonDocument) document =
        ics_json_document_parse("test", text, strlen(text), error);

    assert_non_null(document);
    IcsJsonNode root = ics_json_root(document);
    memset(config, 0, sizeof *config);
    config->guard = 4711;
    return ics_parameters_read(sample_parameters, &root, also_allowed, config, error);
}

static void fallbacks_stand_where_nothing_is_given(void **state)
{
    (void)state;
    SampleConfig config;
    GError *error = NULL;

    assert_true(read_sample("{\"count\": 5}", NULL, &config, &error));
    assert_int_equal(config.guard, 4711);
    assert_true(config.on);
    assert_int_equal(config.count, 5);
    assert_true(config.has_count);
    assert_int_equal(config.wait_ns, 10000000);
    assert_int_equal(config.skew_ns, -1000000);
    assert_int_equal(config.rate_bps, 0);
    assert_int_equal(config.limit_bytes, 65536);
    assert_true(config.chance == ICS_PROBABILITY_ONE);
    assert_string_equal(config.title, "none");
    assert_int_equal(config.colour, COLOUR_GREEN);
    assert_null(config.nth);
    assert_false(config.has_nth);
    ics_parameters_clear(sample_parameters, &config);
    assert_null(config.title);
}

static void what_is_given_replaces_the_fallbacks(void **state)
{
    (void)state;
    SampleConfig config;
    GError *error = NULL;

    assert_true(read_sample("{\"on\": false, \"count\": 100, \"wait\": \"0s\", \"skew\": \"2s\", "
                            "\"rate\": \"10Mbit\", \"limit\": \"1MiB\", \"chance\": 0.5, "
                            "\"title\": \"12345678\", \"colour\": \"red\", \"nth\": [3, 1, 2]}",
                            NULL, &config, &error));
    assert_false(config.on);
    assert_int_equal(config.count, 100);
    assert_int_equal(config.wait_ns, 0);
    assert_int_equal(config.skew_ns, 2000000000);
    assert_int_equal(config.rate_bps, 10000000);
    assert_int_equal(config.limit_bytes, 1048576);
    assert_true(config.chance == ICS_PROBABILITY_ONE / 2);
    assert_string_equal(config.title, "12345678");
    assert_int_equal(config.colour, COLOUR_RED);
    assert_int_equal(config.nth->len, 3);
    assert_int_equal(g_array_index(config.nth, int64_t, 0), 3);
    assert_int_equal(g_array_index(config.nth, int64_t, 2), 2);
    assert_true(config.has_nth);
    ics_parameters_clear(sample_parameters, &config);
    assert_null(config.nth);
    ics_parameters_clear(sample_parameters, &config);
}

static void one_integer_is_a_list_of_one(void **state)
{
    (void)state;
    SampleConfig config;

    assert_true(read_sample("{\"count\": 1, \"nth\": 7}", NULL, &config, NULL));
    assert_int_equal(config.nth->len, 1);
    assert_int_equal(g_array_index(config.nth, int64_t, 0), 7);
    ics_parameters_clear(sample_parameters, &config);
}

static void keys_of_others_are_let_through(void **state)
{
    (void)state;
    SampleConfig config;
    const char *const others[] = {"kind", NULL};
    GError *error = NULL;

    assert_true(read_sample("{\"count\": 1, \"kind\": 5}", others, &config, NULL));
    ics_parameters_clear(sample_parameters, &config);
    assert_false(read_sample("{\"count\": 1, \"kinds\": 5}", others, &config, &error));
    assert_string_equal(error->message,
                        "test:1:14: /kinds: unknown key \"kinds\"; did you mean \"kind\"?");
    g_error_free(error);
}

typedef struct {
    const char *name;
    const char *text;
    const char *message;
} BadRow;

static const BadRow bad_rows[] = {
    {"no object", "[]", "test:1:1: expected an object, got an array"},
    {"a missing key", "{}",
     "test:1:1: the key \"count\" is missing: an integer from 1 to 100, how many"},
    {"an unknown key", "{\"count\": 1, \"wiat\": \"1s\"}",
     "test:1:14: /wiat: unknown key \"wiat\"; did you mean \"wait\"?"},
    {"an integer too small", "{\"count\": 0}",
     "test:1:11: /count: expected an integer from 1 to 100, got 0"},
    {"an integer too large", "{\"count\": 101}",
     "test:1:11: /count: expected an integer from 1 to 100, got 101"},
    {"a fraction for an integer", "{\"count\": 1.0}",
     "test:1:11: /count: expected an integer, got the number 1.0"},
    {"null for an integer", "{\"count\": null}",
     "test:1:11: /count: expected an integer, got null"},
    {"a time too long", "{\"count\": 1, \"wait\": \"11s\"}",
     "test:1:22: /wait: expected a time of at most 10 s, got 11 s"},
    {"a negative time where none may be", "{\"count\": 1, \"wait\": \"-1s\"}",
     "test:1:22: /wait: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), got "
     "\"-1s\": "
     "it must not be negative"},
    {"a rate of nothing", "{\"count\": 1, \"rate\": \"0bit\"}",
     "test:1:22: /rate: expected a rate of at least 1 bit/s, got 0 bit/s"},
    {"a size too large", "{\"count\": 1, \"limit\": \"2MiB\"}",
     "test:1:23: /limit: expected a size of at most 1 MiB, got 2 MiB"},
    {"a text too short", "{\"count\": 1, \"title\": \"\"}",
     "test:1:23: /title: the text must not be empty"},
    {"a text too long", "{\"count\": 1, \"title\": \"123456789\"}",
     "test:1:23: /title: expected text from 1 to 8 bytes, got 9"},
    {"an unknown name", "{\"count\": 1, \"colour\": \"gren\"}",
     "test:1:24: /colour: unknown colour \"gren\"; did you mean \"green\"?"},
    {"a word for a boolean", "{\"count\": 1, \"on\": \"yes\"}",
     "test:1:20: /on: expected a boolean, got the string \"yes\""},
    {"a probability without its sign", "{\"count\": 1, \"chance\": \"50\"}",
     "test:1:24: /chance: expected a number from 0 to 1 or a string such as \"10%\", got the "
     "string \"50\""},
    {"an empty list", "{\"count\": 1, \"nth\": []}",
     "test:1:21: /nth: expected an integer or an array of at least one integer, got an array"},
    {"an object for a list", "{\"count\": 1, \"nth\": {\"a\": 1}}",
     "test:1:21: /nth: expected an integer or an array of at least one integer, got an object"},
    {"an element out of range", "{\"count\": 1, \"nth\": [1, 0]}",
     "test:1:25: /nth/1: expected an integer of at least 1, got 0"},
    {"an element of another type", "{\"count\": 1, \"title\": \"x\", \"nth\": [1, \"2\"]}",
     "test:1:39: /nth/1: expected an integer, got the string \"2\""},
};

static void the_object_is_refused_and_nothing_is_owned(void **state)
{
    const BadRow *row = *state;
    SampleConfig config;
    GError *error = NULL;

    assert_false(read_sample(row->text, NULL, &config, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, row->message);
    assert_null(config.title);
    assert_null(config.nth);
    g_error_free(error);
}

static void the_schema_says_what_the_reader_does(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    ics_json_writer_begin_object(&writer);
    ics_parameters_write_schema(sample_parameters, &writer);
    ics_json_writer_end_object(&writer);
    ics_json_writer_finish(&writer);
    assert_string_equal(
        out->str,
        "{\"properties\":{"
        "\"on\":{\"description\":\"whether it works\",\"type\":\"boolean\",\"default\":true},"
        "\"count\":{\"description\":\"how many (an integer from 1 to 100)\",\"type\":\"integer\","
        "\"minimum\":1,\"maximum\":100},"
        "\"wait\":{\"description\":\"how long (a time of at most 10 s)\",\"type\":\"string\","
        "\"pattern\":\"^[0-9]+(\\\\.[0-9]+)? ?(ns|us|ms|s|min|h)$\",\"default\":\"10ms\"},"
        "\"skew\":{\"description\":\"how far\",\"type\":\"string\","
        "\"pattern\":\"^-?[0-9]+(\\\\.[0-9]+)? ?(ns|us|ms|s|min|h)$\",\"default\":\"-1ms\"},"
        "\"rate\":{\"description\":\"how fast (a rate of at least 1 bit/s)\",\"type\":\"string\","
        "\"pattern\":\"^[0-9]+(\\\\.[0-9]+)? ?(bit|kbit|Kibit|Mbit|Mibit|Gbit|Gibit|Tbit)(/s)?$\"},"
        "\"limit\":{\"description\":\"how large (a size of at most 1 MiB)\",\"type\":\"string\","
        "\"pattern\":\"^[0-9]+(\\\\.[0-9]+)? ?(B|kB|KiB|MB|MiB|GB|GiB)$\",\"default\":\"64KiB\"},"
        "\"chance\":{\"description\":\"how likely\",\"anyOf\":["
        "{\"type\":\"number\",\"minimum\":0,\"maximum\":1},{\"type\":\"string\",\"pattern\":"
        "\"^0*(100(\\\\.0+)?|[0-9]{1,2}(\\\\.[0-9]+)?) ?%$\"}],\"default\":\"100%\"},"
        "\"title\":{\"description\":\"how called (text from 1 to 8 bytes)\",\"type\":"
        "\"string\",\"minLength\":1,\"maxLength\":8,\"default\":\"none\"},"
        "\"colour\":{\"description\":\"which colour\",\"enum\":[\"red\",\"green\"],"
        "\"default\":\"green\"},"
        "\"nth\":{\"description\":\"which ones (integers of at least 1)\",\"anyOf\":["
        "{\"type\":\"integer\",\"minimum\":1},{\"type\":\"array\",\"minItems\":1,\"items\":"
        "{\"type\":\"integer\",\"minimum\":1}}]}},"
        "\"required\":[\"count\"]}");
}

/* The patterns of the schema and the parsers agree on what is a quantity. */
static void the_patterns_accept_what_the_parsers_accept(void **state)
{
    (void)state;
    const char *const texts[] = {
        "1ms",       "1 ms",  "1  ms",  "01ms",   "1.5ms", "1.ms",   ".5ms",  "-1ms",
        "+1ms",      "1e3ms", "1",      "ms",     "",      "1MS",    "1Mbit", "1Mbit/s",
        "1 Kibit/s", "1mbit", "1bit/",  "1KiB",   "1KB",   "1B ",    " 1B",   "1GB/s",
        "0%",        "100%",  "100.0%", "100.1%", "101%",  "99.9 %", "099%",  "0100%",
        "%",         "1e1%",  "200%",   "10",     "0.5",   "1000%",  "00.5%"};
    const struct {
        const char *pattern;
        bool (*parse)(const char *text, int64_t *value, GError **error);
    } kinds[] = {
        {"^[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$", ics_time_parse},
        {"^-?[0-9]+(\\.[0-9]+)? ?(ns|us|ms|s|min|h)$", ics_signed_time_parse},
        {"^[0-9]+(\\.[0-9]+)? ?(bit|kbit|Kibit|Mbit|Mibit|Gbit|Gibit|Tbit)(/s)?$", ics_rate_parse},
        {"^[0-9]+(\\.[0-9]+)? ?(B|kB|KiB|MB|MiB|GB|GiB)$", ics_size_parse},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        int64_t value;
        IcsProbability p;
        for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
            bool matches =
                g_regex_match_simple(kinds[k].pattern, texts[i], G_REGEX_DOLLAR_ENDONLY, 0);
            assert_int_equal(kinds[k].parse(texts[i], &value, NULL), matches);
        }
        bool matches = g_regex_match_simple("^0*(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?) ?%$", texts[i],
                                            G_REGEX_DOLLAR_ENDONLY, 0);
        bool parses = g_str_has_suffix(texts[i], "%") && ics_probability_parse(texts[i], &p, NULL);
        assert_int_equal(parses, matches);
    }
}

static void a_table_without_required_rows_has_no_required_list(void **state)
{
    (void)state;
    static const IcsParameter table[] = {
        ICS_PARAMETER_BOOLEAN_ROW(SampleConfig, on, "on", "false", "whether"),
        ICS_PARAMETER_END,
    };
    g_autoptr(GString) out = g_string_new(NULL);
    IcsJsonWriter writer;

    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    ics_json_writer_begin_object(&writer);
    ics_parameters_write_schema(table, &writer);
    ics_json_writer_end_object(&writer);
    ics_json_writer_finish(&writer);
    assert_string_equal(out->str, "{\"properties\":{\"on\":{\"description\":\"whether\","
                                  "\"type\":\"boolean\",\"default\":false}}}");
}

static void text_may_be_bounded_from_below_alone(void **state)
{
    (void)state;
    static const IcsParameter table[] = {
        ICS_PARAMETER_STRING_ROW(SampleConfig, title, "title", NULL, "how called", .min = 1),
        ICS_PARAMETER_END,
    };
    const char *const texts[] = {"{\"title\": \"x\"}", "{\"title\": \"\"}"};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(IcsJsonDocument) document =
            ics_json_document_parse("test", texts[i], strlen(texts[i]), NULL);
        IcsJsonNode root = ics_json_root(document);
        SampleConfig config = {0};
        g_autoptr(GError) error = NULL;
        assert_int_equal(ics_parameters_read(table, &root, NULL, &config, &error), i == 0);
        if (error) {
            assert_string_equal(error->message, "test:1:11: /title: the text must not be empty");
        }
        ics_parameters_clear(table, &config);
    }
}

static void a_plain_size_may_be_a_number_of_bytes(void **state)
{
    (void)state;
    static const IcsParameter table[] = {
        ICS_PARAMETER_SIZE_ROW(SampleConfig, limit_bytes, "limit", "1B", 0, 1000, "how large",
                               ICS_PARAMETER_PLAIN),
        ICS_PARAMETER_END,
    };
    const struct {
        const char *text;
        int64_t bytes; /* negative: refused */
    } rows[] = {{"{\"limit\": 512}", 512}, {"{\"limit\": \"512B\"}", 512},
                {"{\"limit\": 1001}", -1}, {"{\"limit\": -1}", -1},
                {"{\"limit\": 1.5}", -1},  {"{\"limit\": \"512\"}", -1}};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(IcsJsonDocument) document =
            ics_json_document_parse("test", rows[i].text, strlen(rows[i].text), NULL);
        IcsJsonNode root = ics_json_root(document);
        SampleConfig config = {0};
        bool ok = ics_parameters_read(table, &root, NULL, &config, NULL);
        assert_int_equal(ok, rows[i].bytes >= 0);
        assert_true(!ok || config.limit_bytes == rows[i].bytes);
    }
}

static void help_is_aligned(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new(NULL);

    ics_parameters_describe(sample_parameters, out);
    assert_string_equal(
        out->str, "  on      boolean                   default true   whether it works\n"
                  "  count   integer from 1 to 100     required       how many\n"
                  "  wait    time of at most 10 s      default 10ms   how long\n"
                  "  skew    time                      default -1ms   how far\n"
                  "  rate    rate of at least 1 bit/s                 how fast\n"
                  "  limit   size of at most 1 MiB     default 64KiB  how large\n"
                  "  chance  probability               default 100%   how likely\n"
                  "  title   text from 1 to 8 bytes    default none   how called\n"
                  "  colour  name                      default green  which colour: red or green\n"
                  "  nth     integers of at least 1                   which ones\n");
}

static void help_that_is_too_wide_has_its_docs_below(void **state)
{
    (void)state;
    static const IcsParameter table[] = {
        ICS_PARAMETER_INTEGER_ROW(SampleConfig, count, "count", "5", 1, 2147483647,
                                  "how many of the things that this sentence, which is long "
                                  "enough for two lines, is about"),
        ICS_PARAMETER_BOOLEAN_ROW(SampleConfig, on, "on", NULL, "whether it works"),
        ICS_PARAMETER_END,
    };
    g_autoptr(GString) out = g_string_new(NULL);

    ics_parameters_describe(table, out);
    assert_string_equal(
        out->str,
        "  count  integer from 1 to 2147483647, default 5\n"
        "         how many of the things that this sentence, which is long enough for two\n"
        "         lines, is about\n"
        "  on     boolean\n"
        "         whether it works\n");
}

int main(void)
{
    GArray *tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(fallbacks_stand_where_nothing_is_given),
        cmocka_unit_test(what_is_given_replaces_the_fallbacks),
        cmocka_unit_test(one_integer_is_a_list_of_one),
        cmocka_unit_test(keys_of_others_are_let_through),
        cmocka_unit_test(the_schema_says_what_the_reader_does),
        cmocka_unit_test(the_patterns_accept_what_the_parsers_accept),
        cmocka_unit_test(a_table_without_required_rows_has_no_required_list),
        cmocka_unit_test(text_may_be_bounded_from_below_alone),
        cmocka_unit_test(a_plain_size_may_be_a_number_of_bytes),
        cmocka_unit_test(help_is_aligned),
        cmocka_unit_test(help_that_is_too_wide_has_its_docs_below),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bad_rows); i++) {
        struct CMUnitTest test = {.name = bad_rows[i].name,
                                  .test_func = the_object_is_refused_and_nothing_is_owned,
                                  .initial_state = (void *)&bad_rows[i]};
        g_array_append_val(tests, test);
    }
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed = _cmocka_run_group_tests("parameters", (struct CMUnitTest *)tests->data, tests->len,
                                         NULL, NULL);
    g_array_free(tests, TRUE);
    return failed;
}
