#include "tool/report/text_width.h"

#include <stdbool.h>
#include <string.h>

#define TEXT_REPLACEMENT 0xfffd
#define TEXT_ELLIPSIS    "\342\200\246"

static int text_character_width(gunichar c)
{
    if (g_unichar_iszerowidth(c)) {
        return 0;
    }
    return g_unichar_iswide(c) ? 2 : 1;
}

int ics_text_width(const char *text)
{
    int width = 0;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        width += text_character_width(g_utf8_get_char(at));
    }
    return width;
}

char *ics_text_plain(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(out, g_unichar_iscntrl(c) ? TEXT_REPLACEMENT : c);
    }
    return g_string_free(out, FALSE);
}

/* Bytes of the longest beginning that takes at most `width` columns. */
static size_t text_prefix(const char *text, int width)
{
    const char *at = text;
    while (*at != '\0') {
        width -= text_character_width(g_utf8_get_char(at));
        if (width < 0) {
            break;
        }
        at = g_utf8_next_char(at);
    }
    return (size_t)(at - text);
}

char *ics_text_cut(const char *text, int width)
{
    g_assert(width >= 1);
    if (ics_text_width(text) <= width) {
        return g_strdup(text);
    }
    g_autofree char *kept = g_strndup(text, text_prefix(text, width - 1));
    return g_strconcat(kept, TEXT_ELLIPSIS, NULL);
}

static bool text_may_break(const char *at)
{
    return at[0] == '\0' || (at[0] == ' ' && at[1] != '%');
}

/* Bytes of the next line: up to the last break that fits, or as much of the word as fits. */
static size_t text_line_bytes(const char *text, int width)
{
    size_t fits = text_prefix(text, width);
    for (size_t n = fits + 1; n > 1; n--) {
        if (text_may_break(text + n - 1)) {
            return n - 1;
        }
    }
    return fits > 0 ? fits : (size_t)(g_utf8_next_char(text) - text);
}

GPtrArray *ics_text_wrap(const char *text, int width)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
    while (*text == ' ') {
        text++;
    }
    while (*text != '\0') {
        size_t n = text_line_bytes(text, width);
        char *line = g_strndup(text, n);
        g_ptr_array_add(lines, g_strchomp(line));
        text += n;
        while (*text == ' ') {
            text++;
        }
    }
    return lines;
}

char *ics_text_with_plain_spaces(const char *text)
{
    GString *out = g_string_new(text);
    g_string_replace(out, ICS_TEXT_NO_BREAK, " ", 0);
    return g_string_free(out, FALSE);
}

void ics_text_pad(GString *out, int n)
{
    for (int i = 0; i < n; i++) {
        g_string_append_c(out, ' ');
    }
}
