#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/units.h"

typedef bool (*Parse)(const char *text, int64_t *value, GError **error);

typedef struct {
    const char *name;
    Parse parse;
    const char *text;
    int64_t value;
} GoodRow;

static const GoodRow good_rows[] = {
    {"a nanosecond is one", ics_time_parse, "1ns", 1},
    {"a microsecond is a thousand", ics_time_parse, "1us", 1000},
    {"a millisecond is a million", ics_time_parse, "20ms", 20000000},
    {"a second is 10^9", ics_time_parse, "30s", 30000000000},
    {"a minute is 60 seconds", ics_time_parse, "2min", 120000000000},
    {"an hour is 3600 seconds", ics_time_parse, "1h", 3600000000000},
    {"zero has a unit too", ics_time_parse, "0s", 0},
    {"a fraction of a second is exact", ics_time_parse, "5.5s", 5500000000},
    {"a tenth, which no double can hold, is exact", ics_time_parse, "0.1s", 100000000},
    {"nine digits behind the point are exact", ics_time_parse, "1.000000001s", 1000000001},
    {"a third of a minute is refused but its twentieth is exact", ics_time_parse, "0.05min",
     3000000000},
    {"an hour divides by 2^13 and 5^11", ics_time_parse, "0.0001220703125h", 439453125},
    {"zeros at the end do not count", ics_time_parse, "1.50000000000000000000000000000000s",
     1500000000},
    {"zeros at the start do not count", ics_time_parse, "000000000000000000000000000000001s",
     1000000000},
    {"one space may stand before the unit", ics_time_parse, "20 ms", 20000000},
    {"the largest time in nanoseconds", ics_time_parse, "9223372036854775807ns", INT64_MAX},
    {"the largest time in seconds", ics_time_parse, "9223372036.854775807s", INT64_MAX},
    {"a negative time", ics_signed_time_parse, "-5.5s", -5500000000},
    {"a signed time may be positive", ics_signed_time_parse, "5.5s", 5500000000},
    {"the most negative time", ics_signed_time_parse, "-9223372036854775808ns", INT64_MIN},
    {"minus nothing is nothing", ics_signed_time_parse, "-0s", 0},
    {"a bit per second", ics_rate_parse, "1bit", 1},
    {"a kilobit is 1000 bits", ics_rate_parse, "64kbit", 64000},
    {"a megabit is 10^6 bits", ics_rate_parse, "10Mbit", 10000000},
    {"a gigabit is 10^9 bits", ics_rate_parse, "2.5Gbit", 2500000000},
    {"a terabit is 10^12 bits", ics_rate_parse, "1Tbit", 1000000000000},
    {"a kibibit is 1024 bits", ics_rate_parse, "1Kibit", 1024},
    {"a mebibit is 1024 kibibits", ics_rate_parse, "1Mibit", 1048576},
    {"a gibibit is 1024 mebibits", ics_rate_parse, "1Gibit", 1073741824},
    {"per second may be said", ics_rate_parse, "10 Mbit/s", 10000000},
    {"2^-30 gibibit is a bit", ics_rate_parse, "0.000000000931322574615478515625Gibit", 1},
    {"the largest rate", ics_rate_parse, "9223372.036854775807Tbit", INT64_MAX},
    {"a byte", ics_size_parse, "1B", 1},
    {"a kilobyte is 1000 bytes", ics_size_parse, "1kB", 1000},
    {"a kibibyte is 1024 bytes", ics_size_parse, "64KiB", 65536},
    {"a megabyte", ics_size_parse, "1.5MB", 1500000},
    {"a mebibyte", ics_size_parse, "1MiB", 1048576},
    {"a gigabyte", ics_size_parse, "1GB", 1000000000},
    {"a gibibyte", ics_size_parse, "0.5GiB", 536870912},
};

static void the_value_is_exact(void **state)
{
    const GoodRow *row = *state;
    int64_t value = 77;
    GError *error = NULL;

    assert_true(row->parse(row->text, &value, &error));
    assert_null(error);
    assert_int_equal(value, row->value);
}

typedef struct {
    const char *name;
    Parse parse;
    const char *text;
    const char *message; /* a part of it */
} BadRow;

static const BadRow bad_rows[] = {
    {"a number without a unit is refused", ics_time_parse, "20", "the unit is missing"},
    {"the units are named", ics_time_parse, "20", "ns, us, ms, s, min or h"},
    {"what was got is named", ics_time_parse, "20", "got \"20\""},
    {"zero without a unit is refused", ics_time_parse, "0", "the unit is missing"},
    {"a unit without a number is refused", ics_time_parse, "ms", "decimal number"},
    {"an empty text is refused", ics_time_parse, "", "decimal number"},
    {"a capital unit is refused and the right one named", ics_time_parse, "20MS",
     "did you mean \"ms\"?"},
    {"a unit that is near to none is refused", ics_time_parse, "20fortnights",
     "\"fortnights\" is not a unit of time"},
    {"a point needs a digit before it", ics_time_parse, ".5s", "decimal number"},
    {"a point needs a digit after it", ics_time_parse, "5.s", "decimal number"},
    {"a comma is no decimal point", ics_time_parse, "5,5s", "not a unit"},
    {"a plus sign is refused", ics_time_parse, "+5s", "decimal number"},
    {"a negative time is refused", ics_time_parse, "-5s", "must not be negative"},
    {"even minus zero is refused", ics_time_parse, "-0s", "must not be negative"},
    {"two signs are refused", ics_signed_time_parse, "--5s", "decimal number"},
    {"white space before is refused", ics_time_parse, " 5s", "decimal number"},
    {"white space behind is refused", ics_time_parse, "5s ", "not a unit"},
    {"two spaces are refused", ics_time_parse, "5  s", "not a unit"},
    {"an exponent is refused", ics_time_parse, "1e3s", "not a unit"},
    {"hexadecimal is refused", ics_time_parse, "0x10s", "not a unit"},
    {"half a nanosecond is refused", ics_time_parse, "0.5ns", "whole number of nanoseconds"},
    {"a third of a microsecond is refused", ics_time_parse, "0.3333us", "whole number"},
    {"a digit too many far behind the point is refused", ics_time_parse,
     "1.00000000000000000000000000000000000001s", "whole number"},
    {"one more than the largest is refused", ics_time_parse, "9223372036854775808ns",
     "the largest is 9223372036.854775807s"},
    {"one more in a fraction is refused", ics_time_parse, "9223372036.854775808s", "the largest"},
    {"2^64 does not wrap to 0", ics_time_parse, "18446744073709551616ns", "the largest"},
    {"a product over 2^64 does not wrap", ics_time_parse, "5124095576h", "the largest"},
    {"forty digits do not wrap", ics_time_parse, "1000000000000000000000000000000000000000ns",
     "the largest"},
    {"one below the most negative is refused", ics_signed_time_parse, "-9223372036854775809ns",
     "the largest is -9223372036.85"},
    {"a time is no rate", ics_rate_parse, "20ms", "expected a rate such as \"10Mbit\""},
    {"mbit is not Mbit", ics_rate_parse, "10mbit", "did you mean \"Mbit\"?"},
    {"per minute is refused", ics_rate_parse, "10Mbit/min", "not a unit of rate"},
    {"half a bit is refused", ics_rate_parse, "0.5bit", "whole number of bits per second"},
    {"a negative rate is refused", ics_rate_parse, "-1bit", "must not be negative"},
    {"KB is neither kB nor KiB", ics_size_parse, "64KB", "did you mean \"kB\"?"},
    {"half a byte is refused", ics_size_parse, "0.5B", "whole number of bytes"},
    {"a size takes no \"/s\"", ics_size_parse, "64KiB/s", "not a unit of size"},
    {"control characters are not repeated raw", ics_time_parse, "5\x1B[2J", "\\u001b[2J"},
};

static void the_text_is_refused(void **state)
{
    const BadRow *row = *state;
    int64_t value = 77;
    GError *error = NULL;

    assert_false(row->parse(row->text, &value, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (!strstr(error->message, row->message)) {
        fail_msg("\"%s\" lacks \"%s\"", error->message, row->message);
    }
    assert_int_equal(value, 77);
    g_error_free(error);
}

typedef char *(*Format)(int64_t value, char text[ICS_UNITS_TEXT_SIZE]);

typedef struct {
    const char *name;
    Format format;
    Parse parse;
    int64_t value;
    const char *text;
} FormatRow;

static const FormatRow format_rows[] = {
    {"no time", ics_time_format, ics_signed_time_parse, 0, "0 s"},
    {"a nanosecond", ics_time_format, ics_signed_time_parse, 1, "1 ns"},
    {"999 nanoseconds", ics_time_format, ics_signed_time_parse, 999, "999 ns"},
    {"a microsecond", ics_time_format, ics_signed_time_parse, 1000, "1 us"},
    {"20 milliseconds", ics_time_format, ics_signed_time_parse, 20000000, "20 ms"},
    {"a second and a half", ics_time_format, ics_signed_time_parse, 1500000000, "1.5 s"},
    {"every nanosecond is shown", ics_time_format, ics_signed_time_parse, 1000000001,
     "1.000000001 s"},
    {"90 seconds are no whole minutes", ics_time_format, ics_signed_time_parse, 90000000000,
     "90 s"},
    {"two minutes", ics_time_format, ics_signed_time_parse, 120000000000, "2 min"},
    {"90 minutes are no whole hours", ics_time_format, ics_signed_time_parse, 5400000000000,
     "90 min"},
    {"a day", ics_time_format, ics_signed_time_parse, 86400000000000, "24 h"},
    {"a negative time", ics_time_format, ics_signed_time_parse, -3500, "-3.5 us"},
    {"the largest time", ics_time_format, ics_signed_time_parse, INT64_MAX,
     "9223372036.854775807 s"},
    {"the most negative time", ics_time_format, ics_signed_time_parse, INT64_MIN,
     "-9223372036.854775808 s"},
    {"no rate", ics_rate_format, ics_rate_parse, 0, "0 bit/s"},
    {"10 Mbit", ics_rate_format, ics_rate_parse, 10000000, "10 Mbit/s"},
    {"2.5 Gbit", ics_rate_format, ics_rate_parse, 2500000000, "2.5 Gbit/s"},
    {"999 bit", ics_rate_format, ics_rate_parse, 999, "999 bit/s"},
    {"the largest rate", ics_rate_format, ics_rate_parse, INT64_MAX, "9223372.036854775807 Tbit/s"},
    {"no size", ics_size_format, ics_size_parse, 0, "0 B"},
    {"1500 bytes", ics_size_format, ics_size_parse, 1500, "1500 B"},
    {"64 KiB", ics_size_format, ics_size_parse, 65536, "64 KiB"},
    {"64 kB", ics_size_format, ics_size_parse, 64000, "64 kB"},
    {"a mebibyte", ics_size_format, ics_size_parse, 1048576, "1 MiB"},
    {"a megabyte", ics_size_format, ics_size_parse, 1000000, "1 MB"},
    {"3 GiB", ics_size_format, ics_size_parse, INT64_C(3) << 30, "3 GiB"},
    {"the largest size", ics_size_format, ics_size_parse, INT64_MAX, "9223372036854775807 B"},
};

static void the_text_is_exact_and_parses_back(void **state)
{
    const FormatRow *row = *state;
    char text[ICS_UNITS_TEXT_SIZE];
    int64_t value = 77;

    assert_ptr_equal(row->format(row->value, text), text);
    assert_string_equal(text, row->text);
    assert_true(row->parse(text, &value, NULL));
    assert_int_equal(value, row->value);
}

static void a_long_text_takes_linear_time_and_stays_exact(void **state)
{
    (void)state;
    const size_t zeros = 1000000;
    g_autofree char *text = g_malloc(zeros + 8);
    int64_t ns = 0;

    strcpy(text, "1.");
    memset(text + 2, '0', zeros);
    strcpy(text + 2 + zeros, "s");
    assert_true(ics_time_parse(text, &ns, NULL));
    assert_int_equal(ns, ICS_NS_PER_S);
    text[1 + zeros] = '1';
    assert_false(ics_time_parse(text, &ns, NULL));
}

static void the_units_are_listed_in_ascending_order(void **state)
{
    (void)state;
    const struct {
        const char *const *units;
        Parse parse;
    } kinds[] = {{ics_time_units(), ics_time_parse},
                 {ics_rate_units(), ics_rate_parse},
                 {ics_size_units(), ics_size_parse}};

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        int64_t last = 0;
        for (size_t i = 0; kinds[k].units[i]; i++) {
            g_autofree char *text = g_strconcat("1", kinds[k].units[i], NULL);
            int64_t value = 0;
            assert_true(kinds[k].parse(text, &value, NULL));
            assert_true(value > last);
            last = value;
        }
        assert_true(last > 0);
    }
}

int main(void)
{
    GArray *tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(a_long_text_takes_linear_time_and_stays_exact),
        cmocka_unit_test(the_units_are_listed_in_ascending_order),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(good_rows); i++) {
        struct CMUnitTest test = {.name = good_rows[i].name,
                                  .test_func = the_value_is_exact,
                                  .initial_state = (void *)&good_rows[i]};
        g_array_append_val(tests, test);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad_rows); i++) {
        struct CMUnitTest test = {.name = bad_rows[i].name,
                                  .test_func = the_text_is_refused,
                                  .initial_state = (void *)&bad_rows[i]};
        g_array_append_val(tests, test);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(format_rows); i++) {
        struct CMUnitTest test = {.name = format_rows[i].name,
                                  .test_func = the_text_is_exact_and_parses_back,
                                  .initial_state = (void *)&format_rows[i]};
        g_array_append_val(tests, test);
    }
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    int failed =
        _cmocka_run_group_tests("units", (struct CMUnitTest *)tests->data, tests->len, NULL, NULL);
    g_array_free(tests, TRUE);
    return failed;
}
