/* The table of flows. */
#include <inttypes.h>

#include "tool/report/metric.h"
#include "tool/report/quantity.h"
#include "tool/report/report_causes.h"
#include "tool/report/report_internal.h"
#include "tool/report/table.h"

static const IcsTableColumn report_flow_columns[] = {
    {"Flow", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"sent", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"delivered", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"lost", ICS_TABLE_LEFT, ICS_TABLE_KEEP, false},
    {"lost", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, false},
    {"undecided", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, false},
    {"dup", ICS_TABLE_RIGHT, 90, false},
    {"reordered", ICS_TABLE_RIGHT, 80, false},
    {"extent", ICS_TABLE_RIGHT, 65, false},
    {"damaged", ICS_TABLE_RIGHT, 85, false},
    {"repeated", ICS_TABLE_RIGHT, 84, false},
    {"lat min", ICS_TABLE_RIGHT, 20, false},
    {"lat p50", ICS_TABLE_RIGHT, 70, false},
    {"lat p90", ICS_TABLE_RIGHT, 18, false},
    {"lat p99", ICS_TABLE_RIGHT, 60, false},
    {"lat max", ICS_TABLE_RIGHT, 50, false},
    {"jitter", ICS_TABLE_RIGHT, 40, false},
    {"goodput", ICS_TABLE_RIGHT, 30, false},
    {"wire", ICS_TABLE_RIGHT, 15, false},
    {"overhead", ICS_TABLE_RIGHT, 16, false},
};

static const IcsFlowResult *report_flow(const IcsResult *result, guint index)
{
    return &g_array_index(result->flows, IcsFlowResult, index);
}

/* What is worth looking at: what was lost or not decided, before what went well. */
static uint64_t report_flow_weight(const IcsResult *result, guint index)
{
    const IcsFlowResult *flow = report_flow(result, index);
    return 1 + flow->sent - flow->delivered;
}

static void report_flow_time(IcsTable *table, bool is_defined, int64_t ns)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    if (is_defined) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_quantity_time(ns, text));
    } else {
        ics_table_nothing(table, "-");
    }
}

static void report_flow_messages(IcsTable *table, const IcsFlowResult *flow,
                                 const IcsReportCauses *causes)
{
    ics_table_cell(table, ICS_INK_PLAIN, flow->name);
    ics_table_count(table, flow->sent);
    ics_table_count(table, flow->delivered);
    ics_report_causes_cells(causes, table, flow->lost.by_cause);
    ics_table_count(table, flow->undecided);
    ics_table_count(table, flow->duplicates);
    ics_table_count(table, flow->order.reordered);
    ics_table_count(table, flow->order.extent_max);
    ics_table_count(table, flow->damaged);
    ics_table_count(table, flow->repeated);
}

static void report_flow_latency(IcsTable *table, const IcsFlowResult *flow)
{
    const IcsLatencyResult *latency = &flow->latency;
    bool is_defined = latency->n > 0;
    report_flow_time(table, is_defined, latency->min_ns);
    report_flow_time(table, is_defined, latency->p50_ns);
    report_flow_time(table, is_defined, latency->p90_ns);
    report_flow_time(table, is_defined, latency->p99_ns);
    report_flow_time(table, is_defined, latency->max_ns);
    report_flow_time(table, flow->jitter_ns > 0, flow->jitter_ns);
}

static void report_flow_volume(IcsTable *table, const IcsFlowResult *flow)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    int64_t goodput_bps = ics_flow_result_goodput_bps(flow);
    if (goodput_bps > 0) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_quantity_rate(goodput_bps, text));
    } else {
        ics_table_nothing(table, "-");
    }
    if (flow->wire_bytes > 0) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_quantity_bytes(flow->wire_bytes, text));
        ics_table_cell(table, ICS_INK_PLAIN,
                       ics_quantity_percent(ics_flow_result_overhead(flow), text));
    } else {
        ics_table_nothing(table, "-");
        ics_table_nothing(table, "-");
    }
}

/* What the rows that are not shown add up to. */
static void report_flows_rest(const IcsResult *result, const GArray *shown, IcsPage *page)
{
    guint more = result->flows->len - shown->len;
    uint64_t sent = 0;
    uint64_t delivered = 0;
    for (guint i = 0, at = 0; i < result->flows->len; i++) {
        if (at < shown->len && g_array_index(shown, guint, at) == i) {
            at++;
            continue;
        }
        sent += report_flow(result, i)->sent;
        delivered += report_flow(result, i)->delivered;
    }
    ics_page_format(page, ICS_INK_FAINT,
                    "and %u more flow%s: %" PRIu64 " sent, %" PRIu64 " delivered\n", more,
                    ics_report_plural(more), sent, delivered);
}

static IcsReportCauses report_flows_causes(const IcsResult *result, const GArray *rows)
{
    IcsReportCauses causes = {0};
    for (guint i = 0; i < rows->len; i++) {
        const IcsFlowResult *flow = report_flow(result, g_array_index(rows, guint, i));
        ics_report_causes_expect(&causes, flow->lost.by_cause);
    }
    return causes;
}

static void report_flows_footnote(const IcsResult *result, IcsPage *page)
{
    uint64_t undecided = 0;
    for (guint i = 0; i < result->flows->len; i++) {
        undecided += report_flow(result, i)->undecided;
    }
    if (undecided > 0) {
        ics_page_paragraph(page, ICS_INK_NOTICE,
                           result->live != NULL
                               ? "undecided: on their way when the run ended, or gone outside"
                               : "undecided: still on their way when the run ended",
                           2);
    }
}

void ics_report_write_flows(const IcsResult *result, IcsPage *page)
{
    g_autoptr(GArray) rows = ics_report_choose_rows(result, result->flows->len, report_flow_weight);
    if (rows->len == 0) {
        return;
    }
    IcsReportCauses causes = report_flows_causes(result, rows);
    g_autoptr(IcsTable) table =
        ics_table_new(report_flow_columns, G_N_ELEMENTS(report_flow_columns));
    for (guint i = 0; i < rows->len; i++) {
        const IcsFlowResult *flow = report_flow(result, g_array_index(rows, guint, i));
        report_flow_messages(table, flow, &causes);
        report_flow_latency(table, flow);
        report_flow_volume(table, flow);
        ics_report_causes_remark(&causes, table, "lost", flow->lost.by_cause);
    }
    ics_page_gap(page);
    ics_table_write(table, page);
    if (rows->len < result->flows->len) {
        report_flows_rest(result, rows, page);
    }
    report_flows_footnote(result, page);
}
