/* The table of links, and of hosts in which packets died. */
#include <inttypes.h>

#include "tool/report/quantity.h"
#include "tool/report/report_causes.h"
#include "tool/report/report_internal.h"
#include "tool/report/table.h"

static const IcsTableColumn report_link_columns[] = {
    {"Link", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"offered", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"copies", ICS_TABLE_RIGHT, 80, false},
    {"delivered", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"dropped", ICS_TABLE_LEFT, ICS_TABLE_KEEP, false},
    {"dropped", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, false},
    {"in flight", ICS_TABLE_RIGHT, 90, false},
    {"damaged", ICS_TABLE_RIGHT, 60, false},
    {"overtaken", ICS_TABLE_RIGHT, 50, false},
    {"marked", ICS_TABLE_RIGHT, 55, false},
    {"queue max", ICS_TABLE_RIGHT, 70, false},
    {"queue mean", ICS_TABLE_RIGHT, 40, false},
    {"busy", ICS_TABLE_RIGHT, 65, false},
    {"rate", ICS_TABLE_RIGHT, 20, false},
    {"delay", ICS_TABLE_RIGHT, 10, false},
};

/* What is worth looking at, before what only carried packets; nothing of what did not even that. */
static uint64_t report_link_weight(const IcsResult *result, guint index)
{
    const IcsLinkResult *link = &g_array_index(result->links, IcsLinkResult, index);
    uint64_t dropped = ics_cause_counts_total(&link->dropped);
    return link->counters.offered > 0 ? 1 + dropped + !link->conserved : 0;
}

static uint64_t report_host_weight(const IcsResult *result, guint index)
{
    const IcsHostResult *host = &g_array_index(result->hosts, IcsHostResult, index);
    return ics_cause_counts_total(&host->dropped);
}

/* A thousandth says no more than nothing. */
static void report_link_share(IcsTable *table, IcsRatio share, const char *nothing,
                              const char *text)
{
    if (share.n > share.of / 1000) {
        ics_table_cell(table, ICS_INK_PLAIN, text);
    } else {
        ics_table_nothing(table, nothing);
    }
}

static void report_link_queue(IcsTable *table, const IcsLinkResult *link, int64_t virtual_ns)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    IcsRatio mean = {link->counters.waited_ns, (uint64_t)virtual_ns};
    IcsRatio busy = {link->counters.busy_ns, (uint64_t)virtual_ns};
    ics_table_count(table, link->counters.queue_maximum);
    report_link_share(table, mean, "0", ics_quantity_mean(mean, text));
    report_link_share(table, busy, "0 %", ics_quantity_percent(busy, text));
}

static void report_link_parameters(IcsTable *table, const IcsLinkResult *link)
{
    char text[ICS_UNITS_TEXT_SIZE];
    if (link->rate_bps > 0) {
        ics_table_cell_format(table, ICS_INK_PLAIN, "%s%s", link->has_capacity ? "~ " : "",
                              ics_rate_format(link->rate_bps, text));
    } else {
        ics_table_nothing(table, "-");
    }
    if (link->delay_ns > 0) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_time_format(link->delay_ns, text));
    } else {
        ics_table_nothing(table, "0 s");
    }
}

static void report_link_row(IcsTable *table, const IcsLinkResult *link,
                            const IcsReportCauses *causes, int64_t virtual_ns)
{
    const IcsLinkTotals *counters = &link->counters;
    ics_table_cell(table, ICS_INK_PLAIN, link->name);
    ics_table_count(table, counters->offered);
    ics_table_count(table, counters->copies);
    ics_table_count(table, counters->delivered);
    ics_report_causes_cells(causes, table, link->dropped.by_cause);
    ics_table_count(table, link->in_flight);
    ics_table_count(table, counters->damaged);
    ics_table_count(table, counters->reordered);
    ics_table_count(table, counters->marked);
    report_link_queue(table, link, virtual_ns);
    report_link_parameters(table, link);
    ics_report_causes_remark(causes, table, "dropped", link->dropped.by_cause);
    if (!link->conserved) {
        ics_table_remark(table, ICS_INK_BAD,
                         "packets are not conserved here: offered + copies is not delivered + "
                         "dropped + in flight");
    }
}

static void report_host_row(IcsTable *table, const IcsHostResult *host,
                            const IcsReportCauses *causes)
{
    ics_table_cell_format(table, ICS_INK_PLAIN, "host %s", host->name);
    ics_table_nothing(table, "");
    ics_table_nothing(table, "");
    ics_table_nothing(table, "");
    ics_report_causes_cells(causes, table, host->dropped.by_cause);
    for (guint i = 6; i < G_N_ELEMENTS(report_link_columns); i++) {
        ics_table_nothing(table, "");
    }
    ics_report_causes_remark(causes, table, "dropped", host->dropped.by_cause);
}

static void report_faults_remark(IcsTable *table, const IcsFaultResult *faults, uint32_t n)
{
    g_autofree char *text = ics_report_faults(faults, n);
    if (text != NULL) {
        ics_table_remark(table, ICS_INK_PLAIN, text);
    }
}

static guint report_links_count(const IcsResult *result, guint n, IcsReportWeight weight)
{
    guint count = 0;
    for (guint i = 0; i < n; i++) {
        count += weight(result, i) > 0;
    }
    return count;
}

static void report_links_rest(const IcsResult *result, const GArray *links, const GArray *hosts,
                              IcsPage *page)
{
    guint more_links =
        report_links_count(result, result->links->len, report_link_weight) - links->len;
    guint more_hosts =
        report_links_count(result, result->hosts->len, report_host_weight) - hosts->len;
    if (more_links > 0) {
        ics_page_format(page, ICS_INK_FAINT, "and %u more link direction%s with traffic\n",
                        more_links, ics_report_plural(more_links));
    }
    if (more_hosts > 0) {
        ics_page_format(page, ICS_INK_FAINT, "and %u more host%s in which packets died\n",
                        more_hosts, ics_report_plural(more_hosts));
    }
}

static const IcsLinkResult *report_link(const IcsResult *result, const GArray *rows, guint row)
{
    return &g_array_index(result->links, IcsLinkResult, g_array_index(rows, guint, row));
}

static const IcsHostResult *report_host(const IcsResult *result, const GArray *rows, guint row)
{
    return &g_array_index(result->hosts, IcsHostResult, g_array_index(rows, guint, row));
}

static IcsTable *report_links_table(const IcsResult *result, const GArray *links,
                                    const GArray *hosts)
{
    IcsReportCauses causes = {0};
    IcsTable *table = ics_table_new(report_link_columns, G_N_ELEMENTS(report_link_columns));
    for (guint i = 0; i < links->len; i++) {
        ics_report_causes_expect(&causes, report_link(result, links, i)->dropped.by_cause);
    }
    for (guint i = 0; i < hosts->len; i++) {
        ics_report_causes_expect(&causes, report_host(result, hosts, i)->dropped.by_cause);
    }
    for (guint i = 0; i < links->len; i++) {
        const IcsLinkResult *link = report_link(result, links, i);
        report_link_row(table, link, &causes, result->virtual_ns);
        report_faults_remark(table, link->faults, link->n_faults);
    }
    for (guint i = 0; i < hosts->len; i++) {
        const IcsHostResult *host = report_host(result, hosts, i);
        report_host_row(table, host, &causes);
        report_faults_remark(table, host->faults, host->n_faults);
    }
    return table;
}

void ics_report_write_links(const IcsResult *result, IcsPage *page)
{
    g_autoptr(GArray) links =
        ics_report_choose_rows(result, result->links->len, report_link_weight);
    g_autoptr(GArray) hosts =
        ics_report_choose_rows(result, result->hosts->len, report_host_weight);
    if (links->len + hosts->len == 0) {
        return;
    }
    g_autoptr(IcsTable) table = report_links_table(result, links, hosts);
    ics_page_gap(page);
    ics_table_write(table, page);
    report_links_rest(result, links, hosts, page);
}
