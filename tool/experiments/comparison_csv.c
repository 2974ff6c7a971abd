#include <inttypes.h>
#include <string.h>

#include "tool/experiments/comparison_report.h"
#include "tool/experiments/estimate_text.h"

#define COMPARISON_CSV_LINE_END "\r\n"

static const char comparison_csv_head[] =
    "setting,transport,flow,measure,unit,runs,n,mean,low,high,difference_n,difference_mean,"
    "difference_low,difference_high,pairing" COMPARISON_CSV_LINE_END;

/* A field, in quotes where it must be (RFC 4180, section 2). */
static void comparison_csv_text(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (; *text != '\0'; text++) {
        g_string_append(out, *text == '"' ? "\"\"" : (char[]){*text, '\0'});
    }
    g_string_append_c(out, '"');
}

static void comparison_csv_number(GString *out, bool is_defined, double value)
{
    char text[ICS_DECIMAL_TEXT_SIZE];
    g_string_append_c(out, ',');
    if (is_defined) {
        g_string_append(out, ics_decimal_text(value, text));
    }
}

/* n, mean, low and high, each after a comma. */
static void comparison_csv_estimate(GString *out, const IcsEstimate *estimate)
{
    g_string_append_printf(out, ",%" PRIu32, estimate->n);
    comparison_csv_number(out, estimate->n > 0, estimate->mean);
    comparison_csv_number(out, estimate->has_interval, estimate->mean - estimate->half_width);
    comparison_csv_number(out, estimate->has_interval, estimate->mean + estimate->half_width);
}

static void comparison_csv_place(const IcsComparisonReport *self, const IcsComparisonRow *row,
                                 GString *out)
{
    const IcsComparison *comparison = self->comparison;
    const IcsVary *vary = self->settings->vary;
    const IcsTransportChoice *choice = g_ptr_array_index(comparison->plan->transports, row->row);
    comparison_csv_text(out, vary != NULL ? g_ptr_array_index(vary->values, row->setting) : "");
    g_string_append_c(out, ',');
    comparison_csv_text(out, choice->text);
    g_string_append_c(out, ',');
    comparison_csv_text(out, row->flow != ICS_COMPARISON_TOTAL
                                 ? g_ptr_array_index(comparison->flow_names, row->flow)
                                 : "");
}

static void comparison_csv_row(const IcsComparisonReport *self, const IcsComparisonRow *row,
                               GString *out)
{
    const IcsComparison *comparison = self->comparison;
    g_autoptr(GPtrArray) unpaired = ics_comparison_unpaired(comparison, row->setting, row->row);
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        const IcsMeasureInfo *info = ics_measure_info((IcsMeasure)i);
        IcsEstimate mean = ics_comparison_mean(comparison, row, (IcsMeasure)i);
        IcsEstimate difference = ics_comparison_difference(comparison, row, (IcsMeasure)i);
        comparison_csv_place(self, row, out);
        g_string_append_printf(out, ",%s,%s,%" PRIu32, info->name,
                               ics_measure_unit_name(info->unit),
                               ics_comparison_runs_done(comparison, row->setting, row->row));
        comparison_csv_estimate(out, &mean);
        comparison_csv_estimate(out, &difference);
        g_string_append_printf(out, ",%s" COMPARISON_CSV_LINE_END,
                               unpaired->len > 0 ? "seed only" : "fates");
    }
}

char *ics_comparison_csv_text(const IcsComparisonReport *self)
{
    const IcsComparison *comparison = self->comparison;
    const IcsComparisonPlan *plan = comparison->plan;
    GString *out = g_string_new(comparison_csv_head);
    for (uint32_t setting = 0; setting < plan->traces->len; setting++) {
        for (uint32_t row = 0; row < plan->transports->len; row++) {
            IcsComparisonRow at = {setting, row, ICS_COMPARISON_TOTAL};
            comparison_csv_row(self, &at, out);
            for (at.flow = 0; at.flow < comparison->flow_names->len; at.flow++) {
                comparison_csv_row(self, &at, out);
            }
        }
    }
    return g_string_free(out, FALSE);
}
