#include "tool/report/report_causes.h"

#include <inttypes.h>

#include "tool/report/text_width.h"

/* Words of so many columns stand in the cell. */
#define REPORT_CAUSES_WIDTH 22

/* The cause with the largest count below `below`, or with this count and behind `after`; -1: none.
 */
static int report_causes_next(const uint64_t *by_cause, uint64_t below, int after)
{
    int found = -1;
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        uint64_t n = by_cause[cause];
        bool is_left = n > 0 && (n < below || (n == below && cause > after));
        if (is_left && (found < 0 || n > by_cause[found])) {
            found = cause;
        }
    }
    return found;
}

char *ics_report_causes_text(const uint64_t *by_cause)
{
    GString *text = NULL;
    int cause = -1;
    uint64_t below = UINT64_MAX;
    while (by_cause != NULL && (cause = report_causes_next(by_cause, below, cause)) >= 0) {
        below = by_cause[cause];
        text = text != NULL ? g_string_append(text, ", ") : g_string_new(NULL);
        g_string_append_printf(text, "%s %" PRIu64, ics_cause_name((IcsCause)cause), below);
    }
    return text != NULL ? g_string_free(text, FALSE) : NULL;
}

void ics_report_causes_expect(IcsReportCauses *self, const uint64_t *by_cause)
{
    g_autofree char *text = ics_report_causes_text(by_cause);
    self->as_totals |= text != NULL && ics_text_width(text) > REPORT_CAUSES_WIDTH;
}

void ics_report_causes_cells(const IcsReportCauses *self, IcsTable *table, const uint64_t *by_cause)
{
    g_autofree char *text = ics_report_causes_text(by_cause);
    uint64_t total = 0;
    for (int cause = 0; by_cause != NULL && cause < ICS_N_CAUSES; cause++) {
        total += by_cause[cause];
    }
    if (text != NULL && !self->as_totals) {
        ics_table_cell(table, ICS_INK_NOTICE, text);
    } else {
        ics_table_nothing(table, "0");
    }
    if (text != NULL && self->as_totals) {
        ics_table_cell_format(table, ICS_INK_NOTICE, "%" PRIu64, total);
    } else {
        ics_table_nothing(table, "0");
    }
}

void ics_report_causes_remark(const IcsReportCauses *self, IcsTable *table, const char *verb,
                              const uint64_t *by_cause)
{
    g_autofree char *text = ics_report_causes_text(by_cause);
    if (self->as_totals && text != NULL) {
        g_autofree char *remark = g_strdup_printf("%s: %s", verb, text);
        ics_table_remark(table, ICS_INK_NOTICE, remark);
    }
}
