/* Which rows of a long table are shown, and words that several tables use. */
#include <inttypes.h>
#include <stdlib.h>

#include "tool/report/quantity.h"
#include "tool/report/report_internal.h"
#include "tool/report/text_width.h"

typedef struct ReportRow {
    uint64_t weight;
    guint index;
} ReportRow;

static int report_row_compare_weight(const void *left, const void *right)
{
    const ReportRow *a = left;
    const ReportRow *b = right;
    if (a->weight != b->weight) {
        return a->weight > b->weight ? -1 : 1;
    }
    return a->index < b->index ? -1 : 1;
}

static int report_row_compare_index(const void *left, const void *right)
{
    const ReportRow *a = left;
    const ReportRow *b = right;
    return a->index < b->index ? -1 : 1;
}

GArray *ics_report_choose_rows(const IcsResult *result, guint n, IcsReportWeight weight)
{
    g_autofree ReportRow *rows = g_new(ReportRow, MAX(n, 1U));
    guint n_rows = 0;
    for (guint i = 0; i < n; i++) {
        uint64_t of = weight(result, i);
        if (of > 0) {
            rows[n_rows++] = (ReportRow){of, i};
        }
    }
    guint shown = MIN(n_rows, (guint)ICS_REPORT_ROWS);
    if (n_rows > ICS_REPORT_ROWS) {
        qsort(rows, n_rows, sizeof *rows, report_row_compare_weight);
        qsort(rows, shown, sizeof *rows, report_row_compare_index);
    }
    GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < shown; i++) {
        g_array_append_val(chosen, rows[i].index);
    }
    return chosen;
}

/* "loss asked 10 % got 10.4 %" */
static char *report_fault(const IcsFaultResult *fault)
{
    char asked[ICS_UNITS_TEXT_SIZE];
    char got[ICS_QUANTITY_TEXT_SIZE];
    g_autofree char *label = fault->name != NULL
                                 ? g_strdup_printf("%s (%s)", fault->name, fault->kind)
                                 : g_strdup(fault->kind);
    if (fault->requested == ICS_PROBABILITY_ONE) {
        return g_strdup_printf("%s hit %" PRIu64 " packet%s", label, fault->realised.n,
                               ics_report_plural(fault->realised.n));
    }
    return g_strdup_printf("%s asked %s got %s", label,
                           ics_probability_format(fault->requested, asked),
                           ics_quantity_percent(fault->realised, got));
}

/* A line is not broken within what is said about one element. */
char *ics_report_faults(const IcsFaultResult *faults, uint32_t n)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < n; i++) {
        if (faults[i].requested == ICS_FAULT_RATE_UNKNOWN || faults[i].realised.of == 0) {
            continue;
        }
        g_autofree char *words = report_fault(&faults[i]);
        g_autoptr(GString) fault = g_string_new(words);
        g_string_replace(fault, " ", ICS_TEXT_NO_BREAK, 0);
        g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "", fault->str);
    }
    return g_string_free(text, text->len == 0);
}
