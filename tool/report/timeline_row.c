#include "tool/report/timeline_row.h"

#include <stdbool.h>
#include <string.h>

void ics_timeline_line_init(IcsTimelineLine *self, guint width)
{
    self->cells = g_string_sized_new(width);
    for (guint i = 0; i < width; i++) {
        g_string_append_c(self->cells, ' ');
    }
}

void ics_timeline_line_set(IcsTimelineLine *self, guint x, char cell)
{
    if (x < self->cells->len) {
        self->cells->str[x] = cell;
    }
}

void ics_timeline_line_text(IcsTimelineLine *self, guint x, const char *text)
{
    for (; *text != '\0' && x < self->cells->len; text++, x++) {
        self->cells->str[x] = *text;
    }
}

/* A stretch of the arrow: from column a to column b, both included, a before b on the paper. */
static void timeline_line_shaft(IcsTimelineLine *self, guint a, guint b, const char *label)
{
    for (guint x = a; x <= b; x++) {
        ics_timeline_line_set(self, x, '-');
    }
    guint length = b - a + 1;
    guint text = (guint)strlen(label) + 2;
    if (text + 2 > length) {
        return;
    }
    g_autofree char *padded = g_strdup_printf(" %s ", label);
    ics_timeline_line_text(self, a + (length - text) / 2, padded);
}

static void timeline_line_die(IcsTimelineLine *self, const IcsTimelineRow *row, guint left,
                              guint right, bool rightwards)
{
    g_autofree char *detail = g_strdup_printf(" %s ", row->detail != NULL ? row->detail : "");
    guint room = (guint)strlen(detail) + 1;
    guint span = right - left - 1;
    guint shaft = span > room + 4 ? span - room : span - 1;
    if (rightwards) {
        timeline_line_shaft(self, left + 1, left + shaft - 1, row->label);
        ics_timeline_line_set(self, left + shaft, 'X');
        if (span > room + 4) {
            ics_timeline_line_text(self, left + shaft + 1, detail);
        }
    } else {
        timeline_line_shaft(self, right - shaft + 1, right - 1, row->label);
        ics_timeline_line_set(self, right - shaft, 'X');
        if (span > room + 4) {
            ics_timeline_line_text(self, left + 1, detail);
        }
    }
}

void ics_timeline_line_arrow(IcsTimelineLine *self, const IcsTimelineRow *row, guint from, guint to)
{
    guint left = MIN(from, to);
    guint right = MAX(from, to);
    bool rightwards = from < to;
    if (right - left < 4) {
        return;
    }
    if (row->kind == ICS_TIMELINE_DIED) {
        timeline_line_die(self, row, left, right, rightwards);
        return;
    }
    guint part = (right - left) * 3 / 5;
    bool near_left = (row->kind == ICS_TIMELINE_SENT) == rightwards;
    guint a = near_left ? left + 1 : right - part;
    guint b = near_left ? left + part : right - 1;
    timeline_line_shaft(self, a, b, row->label);
    ics_timeline_line_set(self, rightwards ? b : a, rightwards ? '>' : '<');
}

void ics_timeline_line_finish(IcsTimelineLine *self, GString *out)
{
    gsize n = self->cells->len;
    while (n > 0 && self->cells->str[n - 1] == ' ') {
        n--;
    }
    g_string_append_len(out, self->cells->str, (gssize)n);
    g_string_append_c(out, '\n');
    g_string_free(self->cells, TRUE);
}
