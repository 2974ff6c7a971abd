#include "tool/experiments/transport_label.h"

#include <stdbool.h>
#include <string.h>

/* The length of the next piece: up to a parenthesis that opens, or behind a comma. */
static size_t transport_label_piece(const char *text)
{
    size_t n = 1;
    while (text[n] != '\0' && text[n] != '(' && text[n - 1] != ',') {
        n++;
    }
    return n;
}

GPtrArray *ics_transport_label_lines(const char *text, int width)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) line = g_string_new(NULL);
    bool whole = strlen(text) <= (size_t)width;
    while (*text != '\0') {
        size_t n = whole ? strlen(text) : transport_label_piece(text);
        bool is_settings = !whole && text[0] == '(';
        if (line->len > 0 && (is_settings || line->len + n > (size_t)width)) {
            g_ptr_array_add(lines, g_strdup(line->str));
            g_string_truncate(line, 0);
        }
        g_string_append_len(line, text, (gssize)n);
        text += n;
    }
    g_ptr_array_add(lines, g_strdup(line->str));
    return lines;
}
