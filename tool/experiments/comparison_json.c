#include <inttypes.h>

#include "base/json_writer.h"
#include "tool/experiments/comparison_report.h"
#include "tool/experiments/estimate_text.h"
#include "tool/report/result_json.h"

/* ---- numbers ---- */

static void comparison_json_decimal(IcsJsonWriter *writer, const char *key, bool is_defined,
                                    double value)
{
    char text[ICS_DECIMAL_TEXT_SIZE];
    ics_json_writer_key(writer, key);
    if (is_defined) {
        ics_json_writer_raw(writer, ics_decimal_text(value, text));
    } else {
        ics_json_writer_null(writer);
    }
}

static void comparison_json_estimate_members(IcsJsonWriter *writer, const IcsEstimate *estimate)
{
    bool has_interval = estimate->has_interval;
    ics_json_writer_member_uint64(writer, "n", estimate->n);
    comparison_json_decimal(writer, "mean", estimate->n > 0, estimate->mean);
    comparison_json_decimal(writer, "low", has_interval, estimate->mean - estimate->half_width);
    comparison_json_decimal(writer, "high", has_interval, estimate->mean + estimate->half_width);
}

/* The exact value of one run: an integer, a ratio, or null. */
static void comparison_json_value(IcsJsonWriter *writer, IcsMeasure measure, IcsRatio value)
{
    const IcsMeasureInfo *info = ics_measure_info(measure);
    if (value.of == 0) {
        ics_json_writer_member_null(writer, info->name);
    } else if (info->unit != ICS_MEASURE_UNIT_RATIO) {
        ics_json_writer_member_uint64(writer, info->name, value.n);
    } else {
        ics_json_writer_member_object(writer, info->name);
        ics_json_writer_member_uint64(writer, "n", value.n);
        ics_json_writer_member_uint64(writer, "of", value.of);
        ics_json_writer_end_object(writer);
    }
}

/* ---- one row ---- */

static void comparison_json_write_measures(const IcsComparison *comparison,
                                           const IcsComparisonRow *row, IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "measures");
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        IcsEstimate mean = ics_comparison_mean(comparison, row, (IcsMeasure)i);
        IcsEstimate difference = ics_comparison_difference(comparison, row, (IcsMeasure)i);
        ics_json_writer_member_object(writer, ics_measure_info((IcsMeasure)i)->name);
        comparison_json_estimate_members(writer, &mean);
        ics_json_writer_member_object(writer, "difference");
        comparison_json_estimate_members(writer, &difference);
        ics_json_writer_end_object(writer);
        ics_json_writer_end_object(writer);
    }
    ics_json_writer_end_object(writer);
}

static void comparison_json_write_flows(const IcsComparison *comparison,
                                        const IcsComparisonRow *row, IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "flows");
    for (uint32_t flow = 0; flow < comparison->flow_names->len; flow++) {
        IcsComparisonRow at = {row->setting, row->row, flow};
        ics_json_writer_begin_object(writer);
        ics_json_writer_member_string(writer, "name",
                                      g_ptr_array_index(comparison->flow_names, flow));
        comparison_json_write_measures(comparison, &at, writer);
        ics_json_writer_end_object(writer);
    }
    ics_json_writer_end_array(writer);
}

static void comparison_json_write_run(const IcsComparisonSample *sample, IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_uint64(writer, "seed", sample->seed);
    ics_json_writer_key(writer, "digest");
    ics_json_writer_string_format(writer, "%016" PRIx64, sample->digest);
    ics_json_writer_member_string(writer, "stopped",
                                  sample->stopped_by_time ? "time" : "quiescent");
    ics_json_writer_member_string(writer, "broken_invariant", sample->broken);
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        comparison_json_value(writer, (IcsMeasure)i, sample->values[i]);
    }
    ics_json_writer_end_object(writer);
}

static void comparison_json_write_runs(const IcsComparison *comparison, const IcsComparisonRow *row,
                                       IcsJsonWriter *writer)
{
    ics_json_writer_member_array(writer, "runs");
    for (uint32_t run = 0; run < comparison->plan->runs; run++) {
        const IcsComparisonSample *sample =
            ics_comparison_sample(comparison, row->setting, run, row->row);
        if (sample->done) {
            comparison_json_write_run(sample, writer);
        }
    }
    ics_json_writer_end_array(writer);
}

static void comparison_json_write_pairing(const IcsComparison *comparison,
                                          const IcsComparisonRow *row, IcsJsonWriter *writer)
{
    g_autoptr(GPtrArray) unpaired = ics_comparison_unpaired(comparison, row->setting, row->row);
    ics_json_writer_member_object(writer, "pairing");
    ics_json_writer_member_string(writer, "by", unpaired->len > 0 ? "seed only" : "fates");
    ics_json_writer_member_array(writer, "unpaired");
    for (guint i = 0; i < unpaired->len; i++) {
        ics_json_writer_string(writer, g_ptr_array_index(unpaired, i));
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

static void comparison_json_write_row(const IcsComparison *comparison, const IcsComparisonRow *row,
                                      IcsJsonWriter *writer)
{
    const IcsTransportChoice *choice = g_ptr_array_index(comparison->plan->transports, row->row);
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "transport", choice->text);
    ics_json_writer_member_string(writer, "class", choice->klass->name);
    comparison_json_write_pairing(comparison, row, writer);
    comparison_json_write_measures(comparison, row, writer);
    comparison_json_write_flows(comparison, row, writer);
    comparison_json_write_runs(comparison, row, writer);
    ics_json_writer_end_object(writer);
}

/* ---- all of it ---- */

static void comparison_json_write_setting(const IcsComparisonReport *self, uint32_t setting,
                                          IcsJsonWriter *writer)
{
    const IcsComparisonPlan *plan = self->comparison->plan;
    const IcsTrace *trace = g_ptr_array_index(plan->traces, setting);
    const IcsVary *vary = self->settings->vary;
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "value",
                                  vary != NULL ? g_ptr_array_index(vary->values, setting) : NULL);
    ics_json_writer_member_string(writer, "sha256", trace->sha256);
    ics_json_writer_member_array(writer, "rows");
    for (uint32_t row = 0; row < plan->transports->len; row++) {
        IcsComparisonRow at = {setting, row, ICS_COMPARISON_TOTAL};
        comparison_json_write_row(self->comparison, &at, writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}

static void comparison_json_write_vary(const IcsSettings *settings, IcsJsonWriter *writer)
{
    if (settings->vary == NULL) {
        ics_json_writer_member_null(writer, "vary");
        return;
    }
    ics_json_writer_member_object(writer, "vary");
    ics_json_writer_member_string(writer, "pointer", settings->vary->pointer);
    ics_json_writer_member_string(writer, "label", settings->label);
    ics_json_writer_end_object(writer);
}

static void comparison_json_write_head(const IcsComparisonReport *self, IcsJsonWriter *writer)
{
    const IcsComparison *comparison = self->comparison;
    const IcsTrace *trace = self->settings->base;
    ics_json_writer_member_int64(writer, "ipcsim_result", ICS_RESULT_VERSION);
    ics_json_writer_member_string(writer, "command", "compare");
    ics_json_writer_member_string(writer, "version", ICS_VERSION);
    ics_json_writer_member_object(writer, "trace");
    ics_json_writer_member_string(writer, "title", trace->title);
    ics_json_writer_member_string(writer, "sha256", trace->sha256);
    ics_json_writer_end_object(writer);
    ics_json_writer_member_uint64(writer, "seed", comparison->plan->seed);
    ics_json_writer_member_uint64(writer, "runs", comparison->plan->runs);
    ics_json_writer_member_bool(writer, "interrupted", comparison->interrupted);
    ics_json_writer_member_object(writer, "confidence");
    ics_json_writer_member_int64(writer, "n", ICS_ESTIMATE_LEVEL_PERCENT);
    ics_json_writer_member_int64(writer, "of", 100);
    ics_json_writer_end_object(writer);
    comparison_json_write_vary(self->settings, writer);
}

char *ics_comparison_json_text(const IcsComparisonReport *self)
{
    GString *text = g_string_new(NULL);
    IcsJsonWriter writer;
    ics_json_writer_init(&writer, text, ICS_JSON_WRITER_PRETTY);
    ics_json_writer_begin_object(&writer);
    comparison_json_write_head(self, &writer);
    ics_json_writer_member_array(&writer, "settings");
    for (guint i = 0; i < self->comparison->plan->traces->len; i++) {
        comparison_json_write_setting(self, i, &writer);
    }
    ics_json_writer_end_array(&writer);
    ics_json_writer_end_object(&writer);
    ics_json_writer_finish(&writer);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}
