#include <cmocka.h>
#include <glib.h>

#include "base/units.h"
#include "traces/epoch.h"

static void calendar_times_become_unix_times(void **state)
{
    (void)state;
    /* date -u -d TEXT +%s */
    const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        {"1970-01-01T00:00:00Z", 0},          {"1970-03-01T00:00:00Z", 5097600},
        {"2000-01-01T00:00:00Z", 946684800},  {"2000-02-29T23:59:59Z", 951868799},
        {"2000-03-01T00:00:00Z", 951868800},  {"2024-02-29T12:34:56Z", 1709210096},
        {"2100-03-01T00:00:00Z", 4107542400}, {"2105-12-31T23:59:59Z", 4291747199},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t unix_ns = -1;
        assert_true(ics_epoch_parse(rows[i].text, &unix_ns));
        assert_true(unix_ns == rows[i].seconds * ICS_NS_PER_S);
    }
}

static void a_second_has_up_to_nine_decimals(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t ns;
    } rows[] = {
        {"1970-01-01T00:00:00.5Z", 500000000},
        {"1970-01-01T00:00:00.000000001Z", 1},
        {"1970-01-01T00:00:01.123456789Z", 1123456789},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        int64_t unix_ns = -1;
        assert_true(ics_epoch_parse(rows[i].text, &unix_ns));
        assert_true(unix_ns == rows[i].ns);
    }
}

static void anything_else_is_refused(void **state)
{
    (void)state;
    const char *const texts[] = {
        "",
        "2000",
        "2000-01-01",
        "2000-01-01T00:00:00",
        "2000-01-01T00:00:00z",
        "2000-01-01 00:00:00Z",
        "2000-01-01T00:00:00ZZ",
        "2000-01-01T00:00:00.Z",
        "2000-01-01T00:00:00.1234567890Z",
        "2000-01-01T00:00:00+00:00",
        "2000-01-01T00:00Z",
        "2000-1-01T00:00:00Z",
        "+200-01-01T00:00:00Z",
        "2000-00-01T00:00:00Z",
        "2000-13-01T00:00:00Z",
        "2000-01-00T00:00:00Z",
        "2000-01-32T00:00:00Z",
        "2001-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2000-04-31T00:00:00Z",
        "2000-01-01T24:00:00Z",
        "2000-01-01T00:60:00Z",
        "2000-01-01T00:00:60Z",
        "1969-12-31T23:59:59Z",
        "2106-01-01T00:00:00Z",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        int64_t unix_ns = -1;
        assert_false(ics_epoch_parse(texts[i], &unix_ns));
    }
}

/* The pattern in the schema lets through all that the parser takes, and of the rest only what is a
 * matter of the calendar. */
static void the_pattern_of_the_schema_agrees(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bool matches;
    } rows[] = {
        {"1970-01-01T00:00:00Z", true},
        {"2105-12-31T23:59:59.999999999Z", true},
        {"2001-02-29T00:00:00Z", true},
        {"1969-12-31T23:59:59Z", false},
        {"2106-01-01T00:00:00Z", false},
        {"2000-01-01T00:00:00", false},
        {"2000-01-01T00:00:00.Z", false},
        {"2000-01-01T00:00:00+00:00", false},
        {"2000-01-01T00:00:00.1234567890Z", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(
            g_regex_match_simple(ICS_EPOCH_PATTERN, rows[i].text, G_REGEX_DOLLAR_ENDONLY, 0),
            rows[i].matches);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_times_become_unix_times),
        cmocka_unit_test(a_second_has_up_to_nine_decimals),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(the_pattern_of_the_schema_agrees),
    };
    return cmocka_run_group_tests_name("epoch", tests, NULL, NULL);
}
