/* The table of hosts that the outside stood in for, and how well time was kept. */
#include "tool/report/quantity.h"
#include "tool/report/report_internal.h"
#include "tool/report/table.h"

static const IcsTableColumn report_live_columns[] = {
    {"Outside", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"in", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"refused", ICS_TABLE_RIGHT, 80, false},
    {"out", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"not taken", ICS_TABLE_RIGHT, 80, false},
};

void ics_report_write_live(const IcsResult *result, IcsPage *page)
{
    const IcsLiveResult *live = result->live;
    if (live == NULL) {
        return;
    }
    g_autoptr(IcsTable) table =
        ics_table_new(report_live_columns, G_N_ELEMENTS(report_live_columns));
    for (uint32_t i = 0; i < live->n_doors; i++) {
        const IcsDoorResult *door = &live->doors[i];
        ics_table_cell_format(table, ICS_INK_PLAIN, "%s = %s", door->host, door->to);
        ics_table_count(table, door->in);
        ics_table_count(table, door->refused);
        ics_table_count(table, door->out);
        ics_table_count(table, door->not_taken);
    }
    ics_page_gap(page);
    ics_table_write(table, page);
}

void ics_report_write_live_run(const IcsResult *result, const char *end, IcsPage *page)
{
    char time[ICS_QUANTITY_TEXT_SIZE];
    char lag[ICS_QUANTITY_TEXT_SIZE];
    ics_page_format(page, ICS_INK_FAINT,
                    "live for %s %s, at most %s behind the clock; not repeatable\n",
                    ics_quantity_time(result->virtual_ns, time), end,
                    ics_quantity_time(result->live->lag_max_ns, lag));
}
