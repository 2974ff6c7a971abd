#include "tool/report/timeline_line.h"

#include <string.h>

#include "tool/report/text_width.h"

#define TIMELINE_LINE_WIDTH_MIN 8
#define TIMELINE_LINE_CUT       ".."

/* Blanks around a label, the tip, and the least of the shaft on either side. */
#define TIMELINE_LINE_LABEL_MARGIN 5

void ics_timeline_line_init(IcsTimelineLine *self, guint width)
{
    self->width = MAX(width, TIMELINE_LINE_WIDTH_MIN);
    self->cells = g_new(gunichar, self->width);
    for (guint x = 0; x < self->width; x++) {
        self->cells[x] = ' ';
    }
}

void ics_timeline_line_clear(IcsTimelineLine *self)
{
    g_free(self->cells);
}

void ics_timeline_line_set(IcsTimelineLine *self, guint x, char cell)
{
    if (x < self->width) {
        self->cells[x] = (guchar)cell;
    }
}

/* Writes what fits whole. */
static void timeline_line_characters(IcsTimelineLine *self, guint x, guint end, const char *text)
{
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        guint columns = g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
        if (x + columns > end) {
            return;
        }
        if (columns > 0) {
            self->cells[x] = c;
        }
        if (columns > 1) {
            self->cells[x + 1] = 0;
        }
        x += columns;
    }
}

void ics_timeline_line_text(IcsTimelineLine *self, guint x, guint end, const char *text)
{
    const guint cut = (guint)strlen(TIMELINE_LINE_CUT);
    end = MIN(end, self->width);
    if (x >= end) {
        return;
    }
    if (x + (guint)ics_text_width(text) <= end) {
        timeline_line_characters(self, x, end, text);
    } else if (x + cut <= end) {
        timeline_line_characters(self, x, end - cut, text);
        timeline_line_characters(self, end - cut, end, TIMELINE_LINE_CUT);
    }
}

/* ---- arrows ---- */

/* Columns from `a` up to, but without, `b`: dashes and the label in their middle; the tip is drawn
 * over the last of them. */
static void timeline_line_shaft(IcsTimelineLine *self, guint a, guint b, const char *label)
{
    for (guint x = a; x < b; x++) {
        ics_timeline_line_set(self, x, '-');
    }
    if (label == NULL || b - a < TIMELINE_LINE_LABEL_MARGIN + 1) {
        return;
    }
    guint room = b - a - TIMELINE_LINE_LABEL_MARGIN;
    guint length = MIN((guint)ics_text_width(label), room);
    guint start = a + (b - a - length) / 2;
    ics_timeline_line_set(self, start - 1, ' ');
    ics_timeline_line_text(self, start, start + length, label);
    ics_timeline_line_set(self, start + length, ' ');
}

/* Columns behind the shaft: the head, or a cross and what it was. */
static guint timeline_line_tip(const IcsTimelineArrow *arrow)
{
    return arrow->detail == NULL || arrow->label == NULL ? 1
                                                         : (guint)ics_text_width(arrow->detail) + 3;
}

/* How many columns of the gap between the lifelines it takes. */
static guint timeline_line_length(const IcsTimelineArrow *arrow, guint gap)
{
    guint label =
        arrow->label != NULL ? (guint)ics_text_width(arrow->label) + TIMELINE_LINE_LABEL_MARGIN : 0;
    return MIN(MAX((gap + 1) * 3 / 5, label + timeline_line_tip(arrow)), gap);
}

static void timeline_line_draw_tip(IcsTimelineLine *self, const IcsTimelineArrow *arrow, guint a,
                                   guint b, bool rightwards)
{
    char head = arrow->detail != NULL ? 'X' : rightwards ? '>' : '<';
    ics_timeline_line_set(self, rightwards ? a : b - 1, head);
    if (b - a > 1) {
        guint x = rightwards ? a + 2 : a + 1;
        ics_timeline_line_text(self, x, b - 1, arrow->detail);
    }
}

void ics_timeline_line_arrow(IcsTimelineLine *self, const IcsTimelineArrow *arrow)
{
    guint left = MIN(arrow->from, arrow->to) + 1;
    guint right = MAX(arrow->from, arrow->to);
    bool rightwards = arrow->from < arrow->to;
    if (right <= left) {
        return;
    }
    guint length = timeline_line_length(arrow, right - left);
    guint tip = MIN(timeline_line_tip(arrow), length);
    guint a = arrow->first_half == rightwards ? left : right - length;
    guint b = a + length;
    if (rightwards) {
        timeline_line_shaft(self, a, b - tip + 1, arrow->label);
        timeline_line_draw_tip(self, arrow, b - tip, b, true);
    } else {
        timeline_line_shaft(self, a + tip - 1, b, arrow->label);
        timeline_line_draw_tip(self, arrow, a, a + tip, false);
    }
}

void ics_timeline_line_write(const IcsTimelineLine *self, GString *out)
{
    guint n = self->width;
    while (n > 0 && self->cells[n - 1] == ' ') {
        n--;
    }
    for (guint x = 0; x < n; x++) {
        if (self->cells[x] != 0) {
            g_string_append_unichar(out, self->cells[x]);
        }
    }
    g_string_append_c(out, '\n');
}
