#include "tool/report/table.h"

#include <inttypes.h>
#include <string.h>

#include "tool/report/text_width.h"

#define TABLE_GAP           2 /* columns of the terminal between two columns of the table */
#define TABLE_FIRST_MIN     8 /* a first column is not cut shorter */
#define TABLE_REMARK_INDENT 2
#define TABLE_COLUMNS_MAX   24

typedef struct TableCell {
    char *text;
    IcsInk ink;
    bool says_nothing;
} TableCell;

/* A remark under a row. */
typedef struct TableRemark {
    guint row;
    IcsInk ink;
    char *text;
} TableRemark;

struct IcsTable {
    const IcsTableColumn *columns;
    int n_columns;
    GArray *cells;   /* of TableCell, row by row */
    GArray *remarks; /* of TableRemark, by row */
};

/* What is shown of a table on a page. */
typedef struct TableLayout {
    bool shown[TABLE_COLUMNS_MAX];
    int width[TABLE_COLUMNS_MAX];
    int last; /* the last column that is shown */
} TableLayout;

static void table_clear_cell(gpointer cell)
{
    g_free(((TableCell *)cell)->text);
}

static void table_clear_remark(gpointer remark)
{
    g_free(((TableRemark *)remark)->text);
}

IcsTable *ics_table_new(const IcsTableColumn *columns, int n)
{
    g_assert(n > 0 && n <= TABLE_COLUMNS_MAX);
    IcsTable *self = g_new0(IcsTable, 1);
    self->columns = columns;
    self->n_columns = n;
    self->cells = g_array_new(FALSE, FALSE, sizeof(TableCell));
    g_array_set_clear_func(self->cells, table_clear_cell);
    self->remarks = g_array_new(FALSE, FALSE, sizeof(TableRemark));
    g_array_set_clear_func(self->remarks, table_clear_remark);
    return self;
}

void ics_table_free(IcsTable *self)
{
    if (self != NULL) {
        g_array_unref(self->cells);
        g_array_unref(self->remarks);
        g_free(self);
    }
}

/* ---- filling ---- */

static void table_add(IcsTable *self, IcsInk ink, const char *text, bool says_nothing)
{
    TableCell cell = {ics_text_plain(text), ink, says_nothing};
    g_array_append_val(self->cells, cell);
}

void ics_table_cell(IcsTable *self, IcsInk ink, const char *text)
{
    table_add(self, ink, text, false);
}

void ics_table_cell_format(IcsTable *self, IcsInk ink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    ics_table_cell(self, ink, text);
}

void ics_table_count(IcsTable *self, uint64_t n)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" PRIu64, n);
    table_add(self, ICS_INK_PLAIN, text, n == 0);
}

void ics_table_nothing(IcsTable *self, const char *text)
{
    table_add(self, ICS_INK_PLAIN, text, true);
}

void ics_table_remark(IcsTable *self, IcsInk ink, const char *text)
{
    g_assert(self->cells->len > 0 && self->cells->len % (guint)self->n_columns == 0);
    TableRemark remark = {self->cells->len / (guint)self->n_columns - 1, ink, g_strdup(text)};
    g_array_append_val(self->remarks, remark);
}

/* ---- layout ---- */

static const TableCell *table_cell(const IcsTable *self, guint row, int column)
{
    return &g_array_index(self->cells, TableCell, row * (guint)self->n_columns + (guint)column);
}

static guint table_rows(const IcsTable *self)
{
    g_assert(self->cells->len % (guint)self->n_columns == 0);
    return self->cells->len / (guint)self->n_columns;
}

static void table_measure_column(const IcsTable *self, int column, TableLayout *layout)
{
    layout->shown[column] = self->columns[column].always;
    layout->width[column] = ics_text_width(self->columns[column].header);
    for (guint row = 0; row < table_rows(self); row++) {
        const TableCell *cell = table_cell(self, row, column);
        layout->shown[column] |= !cell->says_nothing;
        layout->width[column] = MAX(layout->width[column], ics_text_width(cell->text));
    }
}

static int table_width(const IcsTable *self, const TableLayout *layout)
{
    int width = -TABLE_GAP;
    for (int column = 0; column < self->n_columns; column++) {
        width += layout->shown[column] ? layout->width[column] + TABLE_GAP : 0;
    }
    return width;
}

/* The least important column that may go; -1: none. */
static int table_least_important(const IcsTable *self, const TableLayout *layout)
{
    int least = -1;
    for (int column = 0; column < self->n_columns; column++) {
        int importance = self->columns[column].importance;
        if (layout->shown[column] && importance != ICS_TABLE_KEEP &&
            (least < 0 || importance <= self->columns[least].importance)) {
            least = column;
        }
    }
    return least;
}

static TableLayout table_lay_out(const IcsTable *self, int page_width)
{
    TableLayout layout = {0};
    for (int column = 0; column < self->n_columns; column++) {
        table_measure_column(self, column, &layout);
    }
    int least;
    while (table_width(self, &layout) > page_width &&
           (least = table_least_important(self, &layout)) >= 0) {
        layout.shown[least] = false;
    }
    int excess = MAX(table_width(self, &layout) - page_width, 0);
    layout.width[0] = MAX(layout.width[0] - excess, MIN(layout.width[0], TABLE_FIRST_MIN));
    for (int column = 0; column < self->n_columns; column++) {
        layout.last = layout.shown[column] ? column : layout.last;
    }
    return layout;
}

GPtrArray *ics_table_left_out(const IcsTable *self, int page_width)
{
    GPtrArray *heads = g_ptr_array_new();
    TableLayout all = table_lay_out(self, INT_MAX);
    TableLayout some = table_lay_out(self, page_width);
    for (int column = 0; column < self->n_columns; column++) {
        if (all.shown[column] && !some.shown[column]) {
            g_ptr_array_add(heads, (gpointer)self->columns[column].header);
        }
    }
    return heads;
}

/* ---- writing ---- */

static void table_write_cell(const IcsTable *self, const TableLayout *layout, int column,
                             const char *text, IcsInk ink, IcsPage *page)
{
    g_autofree char *cut = ics_text_cut(text, MAX(layout->width[column], 1));
    int padding = layout->width[column] - ics_text_width(cut);
    bool right = self->columns[column].alignment == ICS_TABLE_RIGHT;
    ics_text_pad(page->out, right ? padding : 0);
    ics_page_write(page, ink, cut);
    if (column != layout->last) {
        ics_text_pad(page->out, TABLE_GAP + (right ? 0 : padding));
    }
}

static void table_write_header(const IcsTable *self, const TableLayout *layout, IcsPage *page)
{
    for (int column = 0; column < self->n_columns; column++) {
        if (layout->shown[column]) {
            table_write_cell(self, layout, column, self->columns[column].header, ICS_INK_STRONG,
                             page);
        }
    }
    g_string_append_c(page->out, '\n');
}

static void table_write_row(const IcsTable *self, const TableLayout *layout, guint row,
                            IcsPage *page)
{
    gsize start = page->out->len;
    for (int column = 0; column < self->n_columns; column++) {
        if (layout->shown[column]) {
            const TableCell *cell = table_cell(self, row, column);
            table_write_cell(self, layout, column, cell->text, cell->ink, page);
        }
    }
    while (page->out->len > start && page->out->str[page->out->len - 1] == ' ') {
        g_string_truncate(page->out, page->out->len - 1);
    }
    g_string_append_c(page->out, '\n');
}

static void table_write_remark(const TableRemark *remark, IcsPage *page)
{
    ics_text_pad(page->out, TABLE_REMARK_INDENT);
    ics_page_paragraph(page, remark->ink, remark->text, TABLE_REMARK_INDENT);
}

void ics_table_write(const IcsTable *self, IcsPage *page)
{
    if (table_rows(self) == 0) {
        return;
    }
    TableLayout layout = table_lay_out(self, page->width);
    guint remark = 0;
    table_write_header(self, &layout, page);
    for (guint row = 0; row < table_rows(self); row++) {
        table_write_row(self, &layout, row, page);
        for (; remark < self->remarks->len; remark++) {
            const TableRemark *next = &g_array_index(self->remarks, TableRemark, remark);
            if (next->row != row) {
                break;
            }
            table_write_remark(next, page);
        }
    }
}
