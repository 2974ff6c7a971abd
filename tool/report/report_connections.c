/* The table of connections: the ends that have sent something, or whose handshake failed. */
#include <string.h>

#include "tool/report/quantity.h"
#include "tool/report/report_internal.h"
#include "tool/report/table.h"

static const IcsTableColumn report_connection_columns[] = {
    {"Connection", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"state", ICS_TABLE_LEFT, 30, false},
    {"sent", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, true},
    {"again", ICS_TABLE_RIGHT, ICS_TABLE_KEEP, false},
    {"timeouts", ICS_TABLE_RIGHT, 80, false},
    {"set-up", ICS_TABLE_RIGHT, 60, false},
    {"srtt", ICS_TABLE_RIGHT, 70, false},
    {"cwnd max", ICS_TABLE_RIGHT, 50, false},
};

static uint64_t report_connection_repeats(const IcsConnectionResult *connection)
{
    uint64_t sum = 0;
    for (int why = 0; why < ICS_CONNECTION_N_REPEATS; why++) {
        sum += connection->repeats[why];
    }
    return sum;
}

static uint64_t report_connection_weight(const IcsResult *result, guint index)
{
    const IcsConnectionResult *connection =
        &g_array_index(result->connections, IcsConnectionResult, index);
    bool is_worth_it = connection->sent_bytes > 0 || connection->setup_ns < 0;
    return report_connection_repeats(connection) + is_worth_it;
}

/* "again: sack 3, rto 1" */
static void report_connection_remark(IcsTable *table, const IcsConnectionResult *connection)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int why = 0; why < ICS_CONNECTION_N_REPEATS; why++) {
        if (connection->repeats[why] > 0) {
            g_string_append_printf(
                text, "%s%s %" G_GUINT64_FORMAT,
                text->len > 0 ? ", " : "again: ", ics_stream_repeat_name((IcsStreamRepeat)why),
                connection->repeats[why]);
        }
    }
    if (text->len > 0) {
        ics_table_remark(table, ICS_INK_PLAIN, text->str);
    }
}

static void report_connection_bytes(IcsTable *table, uint64_t bytes)
{
    char text[ICS_UNITS_TEXT_SIZE];
    if (bytes > 0) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_size_format((int64_t)bytes, text));
    } else {
        ics_table_nothing(table, "0");
    }
}

static void report_connection_time(IcsTable *table, int64_t time_ns)
{
    char text[ICS_QUANTITY_TEXT_SIZE];
    if (time_ns > 0) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_quantity_time(time_ns, text));
    } else {
        ics_table_nothing(table, "-");
    }
}

static void report_connection_row(IcsTable *table, const IcsConnectionResult *connection)
{
    ics_table_cell_format(table, ICS_INK_PLAIN, "%s - %s", connection->local, connection->peer);
    if (strcmp(connection->state, "CLOSED") != 0) {
        ics_table_cell(table, ICS_INK_PLAIN, connection->state);
    } else {
        ics_table_nothing(table, connection->state);
    }
    report_connection_bytes(table, connection->sent_bytes);
    ics_table_count(table, report_connection_repeats(connection));
    ics_table_count(table, connection->figures.timeouts);
    report_connection_time(table, connection->setup_ns);
    report_connection_time(table, connection->figures.srtt_ns);
    report_connection_bytes(table, connection->cwnd_max_bytes);
    report_connection_remark(table, connection);
}

static guint report_connections_worth_it(const IcsResult *result)
{
    guint n = 0;
    for (guint i = 0; i < result->connections->len; i++) {
        n += report_connection_weight(result, i) > 0;
    }
    return n;
}

void ics_report_write_connections(const IcsResult *result, IcsPage *page)
{
    guint n = report_connections_worth_it(result);
    if (n == 0) {
        return;
    }
    g_autoptr(IcsTable) table =
        ics_table_new(report_connection_columns, G_N_ELEMENTS(report_connection_columns));
    g_autoptr(GArray) rows =
        ics_report_choose_rows(result, result->connections->len, report_connection_weight);
    for (guint i = 0; i < rows->len; i++) {
        report_connection_row(table, &g_array_index(result->connections, IcsConnectionResult,
                                                    g_array_index(rows, guint, i)));
    }
    ics_page_gap(page);
    ics_table_write(table, page);
    uint64_t more = n - rows->len + result->more_connections;
    if (more > 0) {
        ics_page_format(page, ICS_INK_FAINT,
                        "and %" G_GUINT64_FORMAT " more end%s of connections\n", more,
                        ics_report_plural(more));
    }
}
