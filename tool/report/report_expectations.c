/* One line for each expectation. */
#include <inttypes.h>

#include "tool/report/quantity.h"
#include "tool/report/report_internal.h"

/* Lines that are shown. */
#define REPORT_EXPECTATIONS 20

/* A value or bound, exactly. */
static char *report_exact(IcsMetricUnit unit, int64_t value)
{
    char text[ICS_UNITS_TEXT_SIZE];
    switch (unit) {
    case ICS_METRIC_COUNT:
        return g_strdup_printf("%" PRId64, value);
    case ICS_METRIC_TIME:
        return g_strdup(ics_time_format(value, text));
    case ICS_METRIC_BYTES:
        return g_strdup(ics_size_format(value, text));
    case ICS_METRIC_RATE:
        return g_strdup(ics_rate_format(value, text));
    case ICS_METRIC_RATIO:
        return g_strdup(ics_probability_format(
            value == INT64_MAX ? ICS_PROBABILITY_ONE : (IcsProbability)value, text));
    }
    g_assert_not_reached();
}

/* A value that held: rounded. */
static char *report_rounded(IcsMetricUnit unit, const IcsMetricValue *value)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    switch (unit) {
    case ICS_METRIC_COUNT:
        return g_strdup_printf("%" PRId64, value->value);
    case ICS_METRIC_TIME:
        return g_strdup(ics_quantity_time(value->value, text));
    case ICS_METRIC_BYTES:
        return g_strdup(ics_quantity_bytes((uint64_t)value->value, text));
    case ICS_METRIC_RATE:
        return g_strdup(ics_quantity_rate(value->value, text));
    case ICS_METRIC_RATIO:
        return g_strdup(ics_quantity_percent(value->ratio, text));
    }
    g_assert_not_reached();
}

/* A value that failed: exactly, so that it cannot look as if it had held. */
static char *report_value(const IcsExpectationResult *expectation)
{
    IcsMetricUnit unit = ics_metric_info(expectation->expected.metric)->unit;
    const IcsMetricValue *value = &expectation->value;
    if (!value->is_defined) {
        return g_strdup("undefined");
    }
    if (expectation->ok) {
        return report_rounded(unit, value);
    }
    if (unit == ICS_METRIC_RATIO) {
        g_autofree char *percent = report_rounded(unit, value);
        return g_strdup_printf("%s (%" PRIu64 " of %" PRIu64 ")", percent, value->ratio.n,
                               value->ratio.of);
    }
    return report_exact(unit, value->value);
}

/* "[820..960]", "[820..]", "[..960]", "[3]" */
static char *report_bounds(const IcsTraceExpectation *expected)
{
    IcsMetricUnit unit = ics_metric_info(expected->metric)->unit;
    bool has_min = expected->min != INT64_MIN;
    bool has_max = expected->max != INT64_MAX;
    g_autofree char *min = has_min ? report_exact(unit, expected->min) : g_strdup("");
    g_autofree char *max = has_max ? report_exact(unit, expected->max) : g_strdup("");
    if (has_min && expected->min == expected->max) {
        return g_strdup_printf("[%s]", min);
    }
    return g_strdup_printf("[%s..%s]", min, max);
}

static void report_write_expectation(const IcsExpectationResult *expectation, IcsPage *page)
{
    const IcsTraceExpectation *expected = &expectation->expected;
    g_autofree char *value = report_value(expectation);
    g_autofree char *bounds = report_bounds(expected);
    g_autofree char *cause =
        expected->cause != NULL ? g_strdup_printf(" (%s)", expected->cause) : g_strdup("");
    g_autofree char *line =
        g_strdup_printf("%s%s%s%s %s %s", expected->name != NULL ? expected->name : "",
                        expected->name != NULL ? ": " : "", ics_metric_info(expected->metric)->name,
                        cause, value, bounds);
    ics_page_write(page, expectation->ok ? ICS_INK_GOOD : ICS_INK_BAD,
                   expectation->ok ? "ok    " : "FAILED");
    g_string_append_c(page->out, ' ');
    ics_page_paragraph(page, expectation->ok ? ICS_INK_PLAIN : ICS_INK_BAD, line, 7);
}

/* Those that held, or those that did not; at most `room`. Returns how many there were. */
static guint report_write_some(const IcsResult *result, bool ok, guint room, IcsPage *page)
{
    guint n = 0;
    for (guint i = 0; i < result->expectations->len; i++) {
        const IcsExpectationResult *expectation =
            &g_array_index(result->expectations, IcsExpectationResult, i);
        if (expectation->ok != ok) {
            continue;
        }
        if (n < room) {
            report_write_expectation(expectation, page);
        }
        n++;
    }
    return n;
}

void ics_report_text_write_expectations(const IcsResult *result, IcsPage *page)
{
    if (result->expectations->len <= REPORT_EXPECTATIONS) {
        for (guint i = 0; i < result->expectations->len; i++) {
            report_write_expectation(&g_array_index(result->expectations, IcsExpectationResult, i),
                                     page);
        }
        return;
    }
    guint failed = report_write_some(result, false, REPORT_EXPECTATIONS, page);
    guint room = REPORT_EXPECTATIONS - MIN(failed, (guint)REPORT_EXPECTATIONS);
    guint held = report_write_some(result, true, room, page);
    ics_page_format(page, ICS_INK_FAINT, "of %u expectations %u held, %u failed\n", failed + held,
                    held, failed);
}
