/* The processes that have something to say: how long they were blocked, how they ended, what they
 * said. */
#include <inttypes.h>
#include <string.h>

#include "tool/report/quantity.h"
#include "tool/report/report_internal.h"
#include "tool/report/table.h"

/* Lines of one process that are shown, and of all. */
#define REPORT_LINES_OF_ONE 3
#define REPORT_LINES        12

static const IcsTableColumn report_process_columns[] = {
    {"Process", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"ended", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"blocked in", ICS_TABLE_LEFT, ICS_TABLE_KEEP, true},
    {"times", ICS_TABLE_RIGHT, 50, true},
    {"longest", ICS_TABLE_RIGHT, 40, true},
    {"host", ICS_TABLE_LEFT, 10, true},
};

static const IcsProcessResult *report_process(const IcsResult *result, guint index)
{
    return &g_array_index(result->processes, IcsProcessResult, index);
}

/* Whether it waited for something else than time or a message. */
static bool report_process_waited(const IcsProcessResult *process)
{
    return process->blocked[ICS_WAIT_SEND].intervals > 0 ||
           process->blocked[ICS_WAIT_CONNECT].intervals > 0 ||
           process->blocked[ICS_WAIT_ACCEPT].intervals > 0 ||
           process->blocked[ICS_WAIT_CHILD].intervals > 0;
}

static bool report_process_ended_badly(const IcsProcessResult *process)
{
    return process->exit_code != 0 || process->operations_failed > 0 ||
           (strcmp(process->outcome, "running") != 0 && strcmp(process->outcome, "returned") != 0 &&
            strcmp(process->outcome, "exited") != 0);
}

/* Every process that the trace tells operation by operation is of interest, and whoever waited for
 * another process or came to a bad end. */
static uint64_t report_process_weight(const IcsResult *result, guint index)
{
    const IcsProcessResult *process = report_process(result, index);
    return (uint64_t)process->has_operations + report_process_waited(process) +
           (report_process_ended_badly(process) ? 2 : 0);
}

static void report_process_outcome(IcsTable *table, const IcsProcessResult *process)
{
    IcsInk ink = report_process_ended_badly(process) ? ICS_INK_BAD : ICS_INK_PLAIN;
    char time[ICS_QUANTITY_TEXT_SIZE];
    if (process->ended_ns == ICS_TIME_NEVER) {
        ics_table_cell(table, ink, process->outcome);
    } else if (process->exit_code != 0) {
        ics_table_cell_format(table, ink, "%s %d at %s", process->outcome, process->exit_code,
                              ics_quantity_time(process->ended_ns, time));
    } else {
        ics_table_cell_format(table, ink, "%s at %s", process->outcome,
                              ics_quantity_time(process->ended_ns, time));
    }
}

/* "send 330 ms, receive 20 ms" */
static void report_process_blocked(IcsTable *table, const IcsProcessResult *process)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int reason = 0; reason < ICS_PROCESS_N_WAIT_REASONS; reason++) {
        const IcsBlockedTime *blocked = &process->blocked[reason];
        char time[ICS_QUANTITY_TEXT_SIZE];
        if (ics_process_waits_for_others((IcsWaitReason)reason) && blocked->intervals > 0) {
            g_string_append_printf(text, "%s%s %s", text->len > 0 ? ", " : "",
                                   ics_wait_reason_name((IcsWaitReason)reason),
                                   ics_quantity_time(blocked->total_ns, time));
        }
    }
    ics_table_cell(table, ICS_INK_PLAIN, text->len > 0 ? text->str : "nothing");
}

static void report_process_row(IcsTable *table, const IcsProcessResult *process)
{
    IcsBlockedTime waits = ics_process_result_waits(process);
    char text[ICS_QUANTITY_TEXT_SIZE];
    ics_table_cell(table, ICS_INK_PLAIN, process->name);
    report_process_outcome(table, process);
    report_process_blocked(table, process);
    ics_table_count(table, waits.intervals);
    if (waits.intervals > 0) {
        ics_table_cell(table, ICS_INK_PLAIN, ics_quantity_time(waits.longest_ns, text));
    } else {
        ics_table_nothing(table, "-");
    }
    ics_table_cell(table, ICS_INK_PLAIN, process->host);
}

static void report_processes_table(const IcsResult *result, IcsPage *page)
{
    g_autoptr(GArray) rows =
        ics_report_choose_rows(result, result->processes->len, report_process_weight);
    g_autoptr(IcsTable) table =
        ics_table_new(report_process_columns, G_N_ELEMENTS(report_process_columns));
    for (guint i = 0; i < rows->len; i++) {
        report_process_row(table, report_process(result, g_array_index(rows, guint, i)));
    }
    if (rows->len > 0) {
        ics_page_gap(page);
    }
    ics_table_write(table, page);
}

/* ---- what they said ---- */

static void report_write_line(IcsPage *page, IcsInk ink, const char *name, const char *verb,
                              const char *text)
{
    g_autofree char *line = g_strdup_printf("%s%s: %s", name, verb, text);
    ics_page_paragraph(page, ink, line, 2);
}

/* Returns how many lines were written. */
static guint report_write_lines(IcsPage *page, const IcsProcessResult *process, IcsInk ink,
                                const char *verb, const GPtrArray *lines, uint64_t n)
{
    guint shown = lines != NULL ? MIN(lines->len, (guint)REPORT_LINES_OF_ONE) : 0;
    for (guint i = 0; i < shown; i++) {
        report_write_line(page, ink, process->name, verb, g_ptr_array_index(lines, i));
    }
    if (shown < n) {
        ics_page_format(page, ICS_INK_FAINT, "%s: and %" PRIu64 " more line%s\n", process->name,
                        n - shown, ics_report_plural(n - shown));
        shown++;
    }
    return shown;
}

static bool report_process_speaks(const IcsProcessResult *process)
{
    return process->log_lines > 0 || process->operations_failed > 0;
}

static void report_processes_lines(const IcsResult *result, IcsPage *page)
{
    guint written = 0;
    guint silent = 0;
    for (guint i = 0; i < result->processes->len; i++) {
        const IcsProcessResult *process = report_process(result, i);
        if (!report_process_speaks(process)) {
            continue;
        }
        if (written >= REPORT_LINES) {
            silent++;
            continue;
        }
        if (written == 0) {
            ics_page_gap(page);
        }
        written +=
            report_write_lines(page, process, ICS_INK_PLAIN, "", process->log, process->log_lines);
        written += report_write_lines(page, process, ICS_INK_BAD, ": operation failed",
                                      process->failures, process->operations_failed);
    }
    if (silent > 0) {
        ics_page_format(page, ICS_INK_FAINT, "and %u more process%s said something\n", silent,
                        silent == 1 ? "" : "es");
    }
}

void ics_report_write_processes(const IcsResult *result, IcsPage *page)
{
    report_processes_table(result, page);
    report_processes_lines(result, page);
}
