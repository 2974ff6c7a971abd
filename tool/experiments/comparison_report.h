/* A comparison for people (a table), for programs (JSON) and for statistics programs (CSV). */
#ifndef ICS_TOOL_EXPERIMENTS_COMPARISON_REPORT_H
#define ICS_TOOL_EXPERIMENTS_COMPARISON_REPORT_H

#include "tool/experiments/comparison.h"
#include "tool/experiments/settings.h"
#include "tool/report/page.h"

/* All that reports are made from; borrowed. */
typedef struct IcsComparisonReport {
    const IcsComparison *comparison;
    const IcsSettings *settings;
    uint32_t measures; /* those that tables show: ICS_MEASURES_ALL or fewer */
} IcsComparisonReport;

/* The usual page of a comparison, in columns. */
#define ICS_COMPARISON_PAGE_WIDTH 120

/* comparison_text.c */
void ics_comparison_text_write(const IcsComparisonReport *self, IcsPage *page);

/* comparison_json.c; with a new-line at the end. Transfer full. */
char *ics_comparison_json_text(const IcsComparisonReport *self);

/* comparison_csv.c: RFC 4180; a line for each measure of each row. Transfer full. */
char *ics_comparison_csv_text(const IcsComparisonReport *self);

/* comparison_plot.c: a script for gnuplot that prints an SVG. Transfer full. */
char *ics_comparison_plot_script(const IcsComparisonReport *self);

#endif
