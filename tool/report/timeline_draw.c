/* From rows to lines. With room between the lifelines, labels stand at the arrows:
 *
 *        time    client                     server
 *     20.432 ms  o------ #1 512 B ----->      |
 *
 * Without it, in a column of their own. */
#include <inttypes.h>
#include <string.h>

#include "tool/report/text_width.h"
#include "tool/report/timeline_labels.h"
#include "tool/report/timeline_line.h"
#include "tool/report/timeline_row.h"

#define DRAW_WIDTH_MIN    60
#define DRAW_TIME_COLUMNS 14
#define DRAW_MARGIN       4  /* between a lifeline and the time or the end of the line */
#define DRAW_GAP_MIN      24 /* between lifelines, for labels at the arrows */
#define DRAW_GAP_MAX      72
#define DRAW_ASIDE_GAP    12 /* the same, without them: at most ... */
#define DRAW_ASIDE_MIN    3  /* ... and at least */
#define DRAW_ASIDE_TEXT   26 /* the least for texts beside the lifelines */

typedef struct TimelineDrawing {
    const IcsTimeline *timeline;
    guint width;
    uint32_t columns[ICS_TIMELINE_MAX_HOSTS]; /* nodes in the order of the trace */
    guint n;
    guint x[ICS_TIMELINE_MAX_HOSTS];
    guint gap;
    bool aside; /* texts beside the lifelines */
    int blocked[ICS_TIMELINE_MAX_HOSTS];
    char lifelines[ICS_TIMELINE_MAX_HOSTS];
    int64_t shown_ns; /* the time in the line before */
    IcsTimelineLabels *labels;
} TimelineDrawing;

/* ---- layout ---- */

/* The hosts that take part, in the order in which the trace names them. */
static void drawing_order_columns(TimelineDrawing *self)
{
    const IcsWorld *world = self->timeline->world;
    IcsJsonNode root = ics_json_root(world->trace->document);
    IcsJsonNode hosts;
    IcsJsonNode host;
    IcsJsonIterator iterator;
    if (!ics_json_member(&root, "hosts", &hosts)) {
        return;
    }
    ics_json_iterator_init(&iterator, &hosts);
    while (ics_json_iterator_next(&iterator, &host) && self->n < self->timeline->n_columns) {
        for (guint i = 0; i < self->timeline->n_columns; i++) {
            uint32_t node = self->timeline->columns[i];
            if (strcmp(world->simulation->nodes[node].name, host.key) == 0) {
                self->columns[self->n++] = node;
            }
        }
    }
}

static void drawing_place_columns(TimelineDrawing *self)
{
    guint first = DRAW_TIME_COLUMNS + DRAW_MARGIN;
    guint room = self->width - first - DRAW_MARGIN - 1;
    guint gaps = MAX(self->n, 2) - 1;
    self->gap = MIN(room / gaps, DRAW_GAP_MAX);
    self->aside = self->gap < DRAW_GAP_MIN;
    if (self->aside) {
        guint narrow = (self->width - first - DRAW_ASIDE_TEXT) / gaps;
        self->gap = CLAMP(narrow, DRAW_ASIDE_MIN, DRAW_ASIDE_GAP);
    }
    /* What is left over by the division goes to the last gaps, where texts are at the arrows. */
    guint spare = self->aside || self->gap == DRAW_GAP_MAX ? 0 : room - self->gap * gaps;
    for (guint i = 0; i < self->n; i++) {
        self->x[i] = first + self->gap * i + (gaps > 0 ? spare * i / gaps : 0);
        self->lifelines[i] = '|';
    }
}

static guint drawing_column_of(const TimelineDrawing *self, uint32_t node)
{
    guint i = 0;
    while (i < self->n && self->columns[i] != node) {
        i++;
    }
    return i;
}

static const char *drawing_name(const TimelineDrawing *self, guint column)
{
    return self->timeline->world->simulation->nodes[self->columns[column]].name;
}

/* ---- heads ---- */

static bool drawing_names_fit(const TimelineDrawing *self)
{
    for (guint i = 0; i < self->n; i++) {
        if ((guint)ics_text_width(drawing_name(self, i)) + 1 > self->gap) {
            return false;
        }
    }
    return true;
}

/* "1 alice, 2 bob": the names that have no room above their lifelines. */
static void drawing_write_legend(const TimelineDrawing *self, GString *out)
{
    g_autoptr(GString) legend = g_string_new("hosts:");
    for (guint i = 0; i < self->n; i++) {
        g_string_append_printf(legend, "%s %u" ICS_TEXT_NO_BREAK "%s", i > 0 ? "," : "", i + 1,
                               drawing_name(self, i));
    }
    g_autoptr(GPtrArray) lines = ics_text_wrap(legend->str, (int)self->width);
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *plain = ics_text_with_plain_spaces(g_ptr_array_index(lines, i));
        g_string_append_printf(out, "%s\n", plain);
    }
}

static void drawing_write_heads(const TimelineDrawing *self, GString *out)
{
    IcsTimelineLine line;
    bool names = drawing_names_fit(self);
    if (!names) {
        drawing_write_legend(self, out);
    }
    ics_timeline_line_init(&line, self->width);
    ics_timeline_line_text(&line, DRAW_TIME_COLUMNS - 7, DRAW_TIME_COLUMNS, "time");
    for (guint i = 0; i < self->n; i++) {
        g_autofree char *number = g_strdup_printf("%u", i + 1);
        const char *name = names ? drawing_name(self, i) : number;
        guint length = (guint)ics_text_width(name);
        guint half = MIN(length / 2, DRAW_MARGIN);
        guint start = i == 0 ? self->x[0] - half : self->x[i] - length / 2;
        start = MIN(start, self->width - MIN(length, self->width));
        ics_timeline_line_text(&line, start, self->width, name);
    }
    ics_timeline_line_write(&line, out);
    ics_timeline_line_clear(&line);
}

/* ---- rows ---- */

/* Not again in the rows of one instant. */
static void drawing_draw_time(TimelineDrawing *self, IcsTimelineLine *line, int64_t at_ns)
{
    g_autofree char *text =
        g_strdup_printf("%7" PRId64 ".%03" PRId64 " ms", at_ns / 1000000, at_ns / 1000 % 1000);
    if (at_ns != self->shown_ns) {
        ics_timeline_line_text(line, 0, self->x[0] - 1, text);
    }
    self->shown_ns = at_ns;
}

static void drawing_draw_lifelines(const TimelineDrawing *self, IcsTimelineLine *line)
{
    for (guint i = 0; i < self->n; i++) {
        bool blocked = self->lifelines[i] == '|' && self->blocked[i] > 0;
        ics_timeline_line_set(line, self->x[i], blocked ? ':' : self->lifelines[i]);
    }
}

/* A rule goes across all lifelines. */
static void drawing_draw_rule(const TimelineDrawing *self, IcsTimelineLine *line,
                              const IcsTimelineRow *row)
{
    guint first = DRAW_TIME_COLUMNS + DRAW_MARGIN;
    guint last = self->n > 0 ? self->x[self->n - 1] : first;
    g_autofree char *text = g_strdup_printf("== %s ==", row->label);
    for (guint x = first; x <= last; x++) {
        ics_timeline_line_set(line, x, '=');
    }
    ics_timeline_line_text(line, first, self->width, text);
}

/* ---- texts ---- */

/* What is written beside an arrow that has no room for a label. Transfer full. */
static char *drawing_arrow_text(const TimelineDrawing *self, const IcsTimelineRow *row)
{
    g_autofree char *label = ics_timeline_labels_text(self->labels, row);
    const char *from = drawing_name(self, drawing_column_of(self, row->from));
    const char *to = drawing_name(self, drawing_column_of(self, row->to));
    if (row->detail != NULL) {
        return g_strdup_printf("X %s to %s: %s", label, to, row->detail);
    }
    return row->kind == ICS_TIMELINE_SENT ? g_strdup_printf("%s to %s", label, to)
                                          : g_strdup_printf("%s from %s", label, from);
}

/* Lines of text in the columns from `x` to `end`. */
typedef struct DrawnText {
    GPtrArray *lines;
    guint x;
    guint end;
    bool to_the_right; /* against `end` */
} DrawnText;

static DrawnText drawing_text_at(const char *text, guint x, guint end)
{
    return (DrawnText){.lines = ics_text_wrap(text, (int)(end - x)), .x = x, .end = end};
}

static DrawnText drawing_text_aside(const TimelineDrawing *self, const char *text)
{
    return drawing_text_at(text, self->x[self->n - 1] + 3, self->width);
}

/* Between its lifeline and the next one, which it may touch; left of the last one. */
static DrawnText drawing_text_note(const TimelineDrawing *self, const IcsTimelineRow *row)
{
    guint column = drawing_column_of(self, row->from);
    guint x = self->x[column];
    if (column + 1 < self->n) {
        return drawing_text_at(row->label, x + 2, self->x[column + 1]);
    }
    if (column == 0) {
        return drawing_text_at(row->label, x + 2, self->width);
    }
    DrawnText text = drawing_text_at(row->label, self->x[column - 1] + 1, x - 1);
    text.to_the_right = true;
    return text;
}

static void drawing_draw_text(const DrawnText *text, guint i, IcsTimelineLine *line)
{
    if (text->lines == NULL || i >= text->lines->len) {
        return;
    }
    const char *words = g_ptr_array_index(text->lines, i);
    guint length = MIN((guint)ics_text_width(words), text->end - text->x);
    guint x = text->to_the_right ? text->end - length : text->x;
    ics_timeline_line_text(line, x, text->end, words);
}

/* ---- lines ---- */

static void drawing_draw_arrow(const TimelineDrawing *self, IcsTimelineLine *line,
                               const IcsTimelineRow *row)
{
    g_autofree char *label = self->aside ? NULL : ics_timeline_labels_text(self->labels, row);
    IcsTimelineArrow arrow = {
        .from = self->x[drawing_column_of(self, row->from)],
        .to = self->x[drawing_column_of(self, row->to)],
        .first_half = row->kind == ICS_TIMELINE_SENT || row->kind == ICS_TIMELINE_REFUSED,
        .label = label,
        .detail = row->detail,
    };
    ics_timeline_line_arrow(line, &arrow);
    if (arrow.first_half) {
        ics_timeline_line_set(line, arrow.from, 'o');
    } else if (row->kind == ICS_TIMELINE_ARRIVED) {
        ics_timeline_line_set(line, arrow.to, 'o');
    }
}

/* The first line of a row but its text. */
static void drawing_draw_row(const TimelineDrawing *self, IcsTimelineLine *line,
                             const IcsTimelineRow *row)
{
    if (row->kind == ICS_TIMELINE_RULE) {
        drawing_draw_rule(self, line, row);
        return;
    }
    drawing_draw_lifelines(self, line);
    if (row->kind != ICS_TIMELINE_NOTE) {
        drawing_draw_arrow(self, line, row);
    } else if (self->aside) {
        ics_timeline_line_set(line, self->x[drawing_column_of(self, row->from)], 'o');
    }
}

static DrawnText drawing_text(const TimelineDrawing *self, const IcsTimelineRow *row)
{
    bool is_note = row->kind == ICS_TIMELINE_NOTE;
    if (row->kind == ICS_TIMELINE_RULE || (!is_note && !self->aside)) {
        return (DrawnText){0};
    }
    if (!self->aside) {
        return drawing_text_note(self, row);
    }
    g_autofree char *text = is_note ? g_strdup(row->label) : drawing_arrow_text(self, row);
    return drawing_text_aside(self, text);
}

static void drawing_write_row(TimelineDrawing *self, const IcsTimelineRow *row, GString *out)
{
    DrawnText text = drawing_text(self, row);
    guint n = text.lines != NULL ? text.lines->len : 0;
    for (guint i = 0; i < MAX(n, 1U); i++) {
        IcsTimelineLine line;
        ics_timeline_line_init(&line, self->width);
        if (i == 0) {
            drawing_draw_time(self, &line, row->at_ns);
            drawing_draw_row(self, &line, row);
        } else {
            drawing_draw_lifelines(self, &line);
        }
        drawing_draw_text(&text, i, &line);
        ics_timeline_line_write(&line, out);
        ics_timeline_line_clear(&line);
    }
    g_clear_pointer(&text.lines, g_ptr_array_unref);
}

/* What the row changes for those behind it. */
static void drawing_follow(TimelineDrawing *self, const IcsTimelineRow *row)
{
    guint column = drawing_column_of(self, row->from);
    if (column < self->n) {
        self->blocked[column] += row->blocked;
        self->lifelines[column] = row->lifeline != '\0' ? row->lifeline : self->lifelines[column];
    }
}

static void drawing_write_rest(const TimelineDrawing *self, GString *out)
{
    const IcsTimeline *timeline = self->timeline;
    if (timeline->others > 0) {
        g_string_append_printf(out,
                               "%" PRIu64 " rows about other hosts are left out (room for %d)\n",
                               timeline->others, ICS_TIMELINE_MAX_HOSTS);
    }
    if (timeline->more > 0) {
        g_string_append_printf(out, "... and %" PRIu64 " more rows (--timeline-rows)\n",
                               timeline->more);
    }
}

void ics_timeline_render(const IcsTimeline *timeline, guint width, GString *out)
{
    TimelineDrawing self = {
        .timeline = timeline, .width = MAX(width, DRAW_WIDTH_MIN), .shown_ns = -1};
    if (timeline->rows->len == 0) {
        g_string_append(out, "nothing happened\n");
        return;
    }
    drawing_order_columns(&self);
    drawing_place_columns(&self);
    self.labels = ics_timeline_labels_new(&timeline->world->network->flows);
    drawing_write_heads(&self, out);
    for (guint i = 0; i < timeline->rows->len; i++) {
        const IcsTimelineRow *row = &g_array_index(timeline->rows, IcsTimelineRow, i);
        drawing_write_row(&self, row, out);
        drawing_follow(&self, row);
    }
    drawing_write_rest(&self, out);
    ics_timeline_labels_free(self.labels);
}
