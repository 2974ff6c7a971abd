/* A table for people. Columns in which every cell says nothing are left out, and where the page is
 * too narrow the least important ones; a first column that is still too wide is cut. */
#ifndef ICS_TOOL_REPORT_TABLE_H
#define ICS_TOOL_REPORT_TABLE_H

#include <limits.h>
#include <stdint.h>

#include "tool/report/page.h"

typedef enum { ICS_TABLE_LEFT, ICS_TABLE_RIGHT } IcsTableAlignment;

/* A column. `header` is static text. Columns of importance ICS_TABLE_KEEP are never left out for
 * want of room, of the others the least important goes first, the last one among equals. */
typedef struct IcsTableColumn {
    const char *header;
    IcsTableAlignment alignment;
    int importance;
    bool always; /* stays when its cells say nothing */
} IcsTableColumn;

#define ICS_TABLE_KEEP INT_MAX

typedef struct IcsTable IcsTable;

/* `columns` are static. Transfer full. */
IcsTable *ics_table_new(const IcsTableColumn *columns, int n);
void ics_table_free(IcsTable *self);

/* The next cell of the row that is being written; rows are filled one after the other. The text is
 * copied. */
void ics_table_cell(IcsTable *self, IcsInk ink, const char *text);
void ics_table_cell_format(IcsTable *self, IcsInk ink, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* A count; 0 says nothing. */
void ics_table_count(IcsTable *self, uint64_t n);
/* A cell that says nothing. It is shown as `text` when its column is there. */
void ics_table_nothing(IcsTable *self, const char *text);

/* A line under the row that has just been filled, across the columns; wrapped and indented. */
void ics_table_remark(IcsTable *self, IcsInk ink, const char *text);

/* The heads of the columns that have something to say, but find no room on such a page. Transfer
 * container: an array of their static texts. */
GPtrArray *ics_table_left_out(const IcsTable *self, int page_width);

/* Writes header, rows and remarks; nothing at all when there is no row. */
void ics_table_write(const IcsTable *self, IcsPage *page);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsTable, ics_table_free)

#endif
