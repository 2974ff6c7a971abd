/* The table of a comparison. Each row of it has two lines or more: means with the transport's name,
 * and half widths with its settings. */
#include <inttypes.h>
#include <string.h>

#include "base/quote.h"
#include "tool/experiments/comparison_report.h"
#include "tool/experiments/estimate_text.h"
#include "tool/experiments/transport_label.h"
#include "tool/report/table.h"

#define COMPARISON_TEXT_NAME_WIDTH 12
#define COMPARISON_TEXT_COLUMNS    (ICS_N_MEASURES + 3)
#define COMPARISON_TEXT_INCOMPLETE "incomplete"

/* One table: means, or differences from the first row. */
typedef struct ComparisonTable {
    const IcsComparisonReport *report;
    uint32_t flow;
    bool of_differences;
    IcsTableColumn columns[COMPARISON_TEXT_COLUMNS];
    IcsTable *table;
} ComparisonTable;

/* What of one row stands in one column. */
typedef struct ComparisonCell {
    IcsEstimateText text;
    bool says_nothing;
} ComparisonCell;

/* Where there is no room for all, the least important go. */
static int comparison_text_importance(IcsMeasure measure)
{
    static const int importance[] = {
        [ICS_MEASURE_SENT] = 50,          [ICS_MEASURE_DELIVERED] = 99,
        [ICS_MEASURE_LOST] = 98,          [ICS_MEASURE_UNDECIDED] = 60,
        [ICS_MEASURE_DUPLICATES] = 85,    [ICS_MEASURE_REORDERED] = 84,
        [ICS_MEASURE_LATENCY_P50] = 70,   [ICS_MEASURE_LATENCY_P99] = 80,
        [ICS_MEASURE_COMPLETION] = 90,    [ICS_MEASURE_GOODPUT] = 75,
        [ICS_MEASURE_WIRE_PER_BYTE] = 88, [ICS_MEASURE_RETRANSMISSIONS] = 72,
        [ICS_MEASURE_SETUP_TIME] = 65,    [ICS_MEASURE_SETUP_PACKETS] = 40,
    };
    return importance[measure];
}

static bool comparison_text_shows(const IcsComparisonReport *report, IcsMeasure measure)
{
    return (report->measures >> measure & 1) != 0;
}

static const char *comparison_text_transport(const IcsComparisonReport *report, uint32_t row)
{
    const IcsTransportChoice *choice = g_ptr_array_index(report->comparison->plan->transports, row);
    return choice->text;
}

/* ---- cells ---- */

/* Runs of the row in which a message is missing. */
static uint32_t comparison_text_incomplete(const IcsComparisonReport *report,
                                           const IcsComparisonRow *row)
{
    IcsEstimate complete = ics_comparison_mean(report->comparison, row, ICS_MEASURE_COMPLETION);
    return ics_comparison_runs_done(report->comparison, row->setting, row->row) - complete.n;
}

static ComparisonCell comparison_text_incomplete_cell(const IcsComparisonReport *report,
                                                      const IcsComparisonRow *row, uint32_t runs)
{
    ComparisonCell cell = {.text = {.mean = COMPARISON_TEXT_INCOMPLETE}};
    g_snprintf(cell.text.half, sizeof cell.text.half, "%" PRIu32 " of %" PRIu32, runs,
               ics_comparison_runs_done(report->comparison, row->setting, row->row));
    return cell;
}

static ComparisonCell comparison_text_estimate_cell(const IcsEstimate *estimate, uint32_t runs,
                                                    IcsMeasure measure, bool is_difference)
{
    ComparisonCell cell = {
        .text = ics_estimate_text(estimate, ics_measure_info(measure)->unit, is_difference),
        .says_nothing = estimate->n == 0 || (estimate->mean == 0 && estimate->half_width == 0),
    };
    if (estimate->n > 0 && estimate->n < runs) {
        size_t at = strlen(cell.text.half);
        g_snprintf(cell.text.half + at, sizeof cell.text.half - at, "%sn=%" PRIu32,
                   at > 0 ? ", " : "", estimate->n);
    }
    return cell;
}

/* The numbers of messages sent say something where they are not all the same. */
static bool comparison_text_all_send_as_much(const ComparisonTable *self)
{
    const IcsComparison *comparison = self->report->comparison;
    const IcsComparisonPlan *plan = comparison->plan;
    for (uint32_t setting = 0; setting < plan->traces->len; setting++) {
        for (uint32_t row = 1; row < plan->transports->len; row++) {
            IcsComparisonRow at = {setting, row, self->flow};
            IcsEstimate difference = ics_comparison_difference(comparison, &at, ICS_MEASURE_SENT);
            if (difference.mean != 0 || difference.half_width != 0) {
                return false;
            }
        }
    }
    return true;
}

static ComparisonCell comparison_text_cell(const ComparisonTable *self, const IcsComparisonRow *row,
                                           IcsMeasure measure)
{
    const IcsComparison *comparison = self->report->comparison;
    uint32_t runs = ics_comparison_runs_done(comparison, row->setting, row->row);
    if (self->of_differences) {
        IcsEstimate difference = ics_comparison_difference(comparison, row, measure);
        return comparison_text_estimate_cell(&difference, runs, measure, true);
    }
    uint32_t incomplete =
        measure == ICS_MEASURE_COMPLETION ? comparison_text_incomplete(self->report, row) : 0;
    if (incomplete > 0) {
        return comparison_text_incomplete_cell(self->report, row, incomplete);
    }
    IcsEstimate mean = ics_comparison_mean(comparison, row, measure);
    ComparisonCell cell = comparison_text_estimate_cell(&mean, runs, measure, false);
    cell.says_nothing |= measure == ICS_MEASURE_SENT && comparison_text_all_send_as_much(self);
    return cell;
}

/* ---- rows ---- */

/* In a line that only goes on with the one above. */
static void comparison_text_put(const ComparisonTable *self, const ComparisonCell *cell,
                                const char *text)
{
    if (cell->says_nothing) {
        ics_table_nothing(self->table, text);
    } else {
        ics_table_cell(self->table, text == cell->text.half ? ICS_INK_FAINT : ICS_INK_PLAIN, text);
    }
}

static void comparison_text_put_line(const ComparisonTable *self, const ComparisonCell *cells,
                                     guint line)
{
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        if (comparison_text_shows(self->report, (IcsMeasure)i)) {
            const char *text = line == 0 ? cells[i].text.mean : line == 1 ? cells[i].text.half : "";
            comparison_text_put(self, &cells[i], text);
        }
    }
}

static void comparison_text_put_setting(const ComparisonTable *self, const IcsComparisonRow *row,
                                        guint line)
{
    const IcsVary *vary = self->report->settings->vary;
    bool is_first = line == 0 && row->row == (self->of_differences ? 1 : 0);
    if (vary == NULL) {
        ics_table_nothing(self->table, "");
    } else {
        const char *value = g_ptr_array_index(vary->values, row->setting);
        ics_table_cell(self->table, ICS_INK_STRONG, is_first ? value : "");
    }
}

static void comparison_text_put_pairing(const ComparisonTable *self, const IcsComparisonRow *row,
                                        guint line)
{
    if (!self->of_differences || line > 0) {
        ics_table_nothing(self->table, "");
        return;
    }
    g_autoptr(GPtrArray) unpaired =
        ics_comparison_unpaired(self->report->comparison, row->setting, row->row);
    ics_table_cell(self->table, unpaired->len > 0 ? ICS_INK_NOTICE : ICS_INK_PLAIN,
                   unpaired->len > 0 ? "seed only" : "fates");
}

static void comparison_text_put_row(const ComparisonTable *self, const IcsComparisonRow *row)
{
    ComparisonCell cells[ICS_N_MEASURES];
    const char *name = comparison_text_transport(self->report, row->row);
    g_autoptr(GPtrArray) lines = ics_transport_label_lines(name, COMPARISON_TEXT_NAME_WIDTH);
    bool has_halves = false;
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        cells[i] = comparison_text_cell(self, row, (IcsMeasure)i);
        has_halves |= cells[i].text.half[0] != '\0';
    }
    for (guint line = 0; line < MAX(lines->len, has_halves ? 2U : 1U); line++) {
        comparison_text_put_setting(self, row, line);
        ics_table_cell(self->table, line == 0 ? ICS_INK_STRONG : ICS_INK_PLAIN,
                       line < lines->len ? g_ptr_array_index(lines, line) : "");
        comparison_text_put_line(self, cells, line);
        comparison_text_put_pairing(self, row, line);
    }
}

/* ---- tables ---- */

static int comparison_text_fill_columns(ComparisonTable *self)
{
    const char *label = self->report->settings->label;
    int n = 0;
    self->columns[n++] =
        (IcsTableColumn){label != NULL ? label : "", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, false};
    self->columns[n++] = (IcsTableColumn){"Transport", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true};
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        if (comparison_text_shows(self->report, (IcsMeasure)i)) {
            self->columns[n++] =
                (IcsTableColumn){ics_measure_info((IcsMeasure)i)->head, ICS_TABLE_RIGHT,
                                 comparison_text_importance((IcsMeasure)i), false};
        }
    }
    self->columns[n++] = (IcsTableColumn){"pairing", ICS_TABLE_LEFT, ICS_TABLE_KEEP, false};
    return n;
}

static void comparison_text_write_left_out(const IcsTable *table, IcsPage *page)
{
    g_autoptr(GPtrArray) heads = ics_table_left_out(table, page->width);
    if (heads->len > 0) {
        g_ptr_array_add(heads, NULL);
        g_autofree char *names = ics_join_names((const char *const *)heads->pdata);
        g_autofree char *text = g_strdup_printf("(no room for %s: choose by --measures)", names);
        ics_page_paragraph(page, ICS_INK_FAINT, text, 0);
    }
}

static void comparison_text_write_table(const IcsComparisonReport *report, uint32_t flow,
                                        bool of_differences, IcsPage *page)
{
    const IcsComparisonPlan *plan = report->comparison->plan;
    ComparisonTable self = {.report = report, .flow = flow, .of_differences = of_differences};
    self.table = ics_table_new(self.columns, comparison_text_fill_columns(&self));
    for (uint32_t setting = 0; setting < plan->traces->len; setting++) {
        for (uint32_t row = of_differences ? 1 : 0; row < plan->transports->len; row++) {
            IcsComparisonRow at = {setting, row, flow};
            comparison_text_put_row(&self, &at);
        }
    }
    ics_table_write(self.table, page);
    comparison_text_write_left_out(self.table, page);
    ics_table_free(self.table);
}

/* Of all flows, or of one. */
static void comparison_text_write_flow(const IcsComparisonReport *report, uint32_t flow,
                                       IcsPage *page)
{
    ics_page_gap(page);
    if (flow != ICS_COMPARISON_TOTAL) {
        ics_page_format(page, ICS_INK_STRONG, "Flow %s\n",
                        (char *)g_ptr_array_index(report->comparison->flow_names, flow));
    }
    comparison_text_write_table(report, flow, false, page);
    if (report->comparison->plan->transports->len > 1) {
        ics_page_gap(page);
        ics_page_format(page, ICS_INK_STRONG, "Difference from %s, seed by seed\n",
                        comparison_text_transport(report, 0));
        comparison_text_write_table(report, flow, true, page);
    }
}

/* ---- around them ---- */

static void comparison_text_write_heading(const IcsComparisonReport *report, IcsPage *page)
{
    const IcsTrace *trace = report->settings->base;
    ics_page_paragraph(page, ICS_INK_STRONG, trace->title, 2);
    if (trace->look_at != NULL) {
        ics_page_paragraph(page, ICS_INK_FAINT, trace->look_at, 0);
    }
}

static char *comparison_text_runs(const IcsComparisonPlan *plan)
{
    return plan->runs == 1 ? g_strdup_printf("one run (seed %" PRIu64 ")", plan->seed)
                           : g_strdup_printf("%" PRIu32 " runs (seeds %" PRIu64 " to %" PRIu64 ")",
                                             plan->runs, plan->seed, plan->seed + plan->runs - 1);
}

static void comparison_text_write_method(const IcsComparisonReport *report, IcsPage *page)
{
    const IcsComparisonPlan *plan = report->comparison->plan;
    g_autofree char *runs = comparison_text_runs(plan);
    g_autoptr(GString) text = g_string_new(NULL);
    if (plan->runs == 1) {
        g_string_printf(text, "Each number is that of %s: there is no interval.", runs);
    } else {
        g_string_printf(text,
                        "Means over %s; below each the half width of its %d\302\240%% confidence "
                        "interval (Student's t over the runs).",
                        runs, ICS_ESTIMATE_LEVEL_PERCENT);
    }
    if (plan->runs > 1 && plan->transports->len > 1) {
        g_string_append(text, " Differences are taken seed by seed, with intervals of their own: "
                              "where 0 lies outside, chance alone is an unlikely cause.");
    }
    ics_page_paragraph(page, ICS_INK_FAINT, text->str, 0);
}

static void comparison_text_write_pairing(const IcsComparisonReport *report, IcsPage *page)
{
    const IcsComparison *comparison = report->comparison;
    if (comparison->plan->transports->len < 2) {
        return;
    }
    g_autoptr(GPtrArray) unpaired = ics_comparison_all_unpaired(comparison);
    if (unpaired->len == 0) {
        ics_page_paragraph(page, ICS_INK_FAINT,
                           "Pairing fates: in runs of one seed a message meets the same faults "
                           "over every transport when it is sent for the first time.",
                           0);
        return;
    }
    g_ptr_array_add(unpaired, NULL);
    g_autofree char *names = ics_join_names((const char *const *)unpaired->pdata);
    g_autofree char *text =
        g_strdup_printf("Pairing seed only: what %s does to a packet depends on the packets before "
                        "or behind it, and these are not the same over every transport.",
                        names);
    ics_page_paragraph(page, ICS_INK_NOTICE, text, 0);
}

static void comparison_text_write_interruption(const IcsComparison *comparison, IcsPage *page)
{
    if (comparison->interrupted) {
        g_autofree char *text = g_strdup_printf("interrupted: %" PRIu32 " of %" PRIu32
                                                " runs were done, and only they count",
                                                comparison->n_done, comparison->n_samples);
        ics_page_paragraph(page, ICS_INK_NOTICE, text, 2);
    }
}

void ics_comparison_text_write(const IcsComparisonReport *self, IcsPage *page)
{
    const IcsComparison *comparison = self->comparison;
    comparison_text_write_heading(self, page);
    comparison_text_write_flow(self, ICS_COMPARISON_TOTAL, page);
    for (uint32_t flow = 0; flow < comparison->flow_names->len; flow++) {
        comparison_text_write_flow(self, flow, page);
    }
    ics_page_gap(page);
    comparison_text_write_method(self, page);
    comparison_text_write_pairing(self, page);
    comparison_text_write_interruption(comparison, page);
}
