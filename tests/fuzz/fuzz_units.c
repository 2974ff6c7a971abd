/*
 * Any text either is refused in ICS_ERROR_INPUT or becomes an integer, whose text for people
 * becomes the same integer again.
 */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/units.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool (*FuzzParse)(const char *text, int64_t *value, GError **error);
typedef char *(*FuzzFormat)(int64_t value, char text[ICS_UNITS_TEXT_SIZE]);

static void fuzz_quantity(const char *text, FuzzParse parse, FuzzFormat format)
{
    g_autoptr(GError) error = NULL;
    char again[ICS_UNITS_TEXT_SIZE];
    int64_t value = 0;
    int64_t value_again = 0;

    if (!parse(text, &value, &error)) {
        g_assert(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    g_assert_true(parse(format(value, again), &value_again, NULL));
    g_assert_cmpint(value, ==, value_again);
}

static void fuzz_probability(const char *text)
{
    g_autoptr(GError) error = NULL;
    char again[ICS_UNITS_TEXT_SIZE];
    IcsProbability value = 0;
    IcsProbability value_again = 0;

    if (!ics_probability_parse(text, &value, &error)) {
        g_assert(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return;
    }
    g_assert_true(value <= ICS_PROBABILITY_ONE);
    g_assert_true(ics_probability_parse(ics_probability_format(value, again), &value_again, NULL));
    g_assert_cmpuint(value, ==, value_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);

    fuzz_quantity(text, ics_time_parse, ics_time_format);
    fuzz_quantity(text, ics_signed_time_parse, ics_time_format);
    fuzz_quantity(text, ics_rate_parse, ics_rate_format);
    fuzz_quantity(text, ics_size_parse, ics_size_format);
    fuzz_probability(text);
    return 0;
}
