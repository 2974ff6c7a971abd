/* What a table says about why something died: words where these are short, otherwise a total with
 * the words in a line below. It takes two columns, of which one is always left out. */
#ifndef ICS_TOOL_REPORT_REPORT_CAUSES_H
#define ICS_TOOL_REPORT_REPORT_CAUSES_H

#include "tool/report/cause_counts.h"
#include "tool/report/table.h"

/* How one table shows causes. Zero-initialised: in words. */
typedef struct IcsReportCauses {
    bool as_totals;
} IcsReportCauses;

/* Learns of a row that the table will have; `by_cause` is nullable, as below. */
void ics_report_causes_expect(IcsReportCauses *self, const uint64_t *by_cause);

/* The two cells: words, total. */
void ics_report_causes_cells(const IcsReportCauses *self, IcsTable *table,
                             const uint64_t *by_cause);

/* The line below, when the row is complete: "lost: loss 104, no-port 1", if it needs one. */
void ics_report_causes_remark(const IcsReportCauses *self, IcsTable *table, const char *verb,
                              const uint64_t *by_cause);

/* "loss 104", "queue-full 10, loss 3": the largest first. NULL: none died. Transfer full. */
char *ics_report_causes_text(const uint64_t *by_cause);

#endif
