#include "tool/report/report_text.h"

#include <inttypes.h>

#include "tool/report/quantity.h"
#include "tool/report/report_internal.h"

/* Lines of warnings that are shown. */
#define REPORT_WARNINGS 5

static void report_write_heading(const IcsResult *result, IcsPage *page)
{
    ics_page_paragraph(page, ICS_INK_STRONG, result->title, 2);
    if (result->look_at != NULL && result->look_at[0] != '\0') {
        ics_page_paragraph(page, ICS_INK_FAINT, result->look_at, 0);
    }
}

static void report_write_warnings(const IcsResult *result, IcsPage *page)
{
    guint n = result->warnings->len;
    if (n == 0) {
        return;
    }
    ics_page_gap(page);
    for (guint i = 0; i < MIN(n, (guint)REPORT_WARNINGS); i++) {
        g_autofree char *text =
            g_strdup_printf("warning: %s", (char *)g_ptr_array_index(result->warnings, i));
        ics_page_paragraph(page, ICS_INK_NOTICE, text, 2);
    }
    if (n > REPORT_WARNINGS) {
        ics_page_format(page, ICS_INK_FAINT, "and %u more warning%s\n", n - REPORT_WARNINGS,
                        ics_report_plural(n - REPORT_WARNINGS));
    }
}

static const char *report_end_of_run(const IcsResult *result)
{
    if (g_str_equal(result->stopped, "quiescent")) {
        return "until nothing was left to do";
    }
    return g_str_equal(result->stopped, "time") ? "up to its stop" : "so far";
}

static void report_write_run(const IcsResult *result, IcsPage *page)
{
    char time[ICS_QUANTITY_TEXT_SIZE];
    if (result->broken != NULL) {
        ics_page_paragraph(page, ICS_INK_BAD, result->broken, 2);
    }
    if (g_str_equal(result->stopped, "interrupted")) {
        ics_page_paragraph(page, ICS_INK_NOTICE,
                           "interrupted: this is what had happened until then", 2);
    }
    if (result->live != NULL) {
        ics_report_write_live_run(result, report_end_of_run(result), page);
        return;
    }
    ics_page_format(page, ICS_INK_FAINT,
                    "seed %" PRIu64 ", digest %016" PRIx64 ", simulated %s %s\n", result->seed,
                    result->digest, ics_quantity_time(result->virtual_ns, time),
                    report_end_of_run(result));
}

void ics_report_text_write(const IcsResult *result, IcsPage *page)
{
    report_write_heading(result, page);
    ics_report_write_flows(result, page);
    ics_report_write_links(result, page);
    ics_report_write_live(result, page);
    ics_report_write_connections(result, page);
    ics_report_write_processes(result, page);
    report_write_warnings(result, page);
    ics_page_gap(page);
    ics_report_text_write_expectations(result, page);
    report_write_run(result, page);
}
