#include "base/quote.h"

#include <glib.h>
#include <string.h>

#include "base/json_writer.h"

#define QUOTE_CHARACTERS_MAX 60

/* The bytes of the first characters of a text; an invalid byte counts as a character. */
static size_t quote_prefix_length(const char *text)
{
    const char *end = text + strlen(text);
    const char *at = text;

    for (int i = 0; i < QUOTE_CHARACTERS_MAX && at < end; i++) {
        gunichar c = g_utf8_get_char_validated(at, end - at);
        at = c == (gunichar)-1 || c == (gunichar)-2 ? at + 1 : g_utf8_next_char(at);
    }
    return at - text;
}

char *ics_quote(const char *text)
{
    GString *out = g_string_new(NULL);
    size_t length = quote_prefix_length(text);

    ics_json_append_string(out, text, length);
    if (text[length]) {
        g_string_insert(out, out->len - 1, "...");
    }
    return g_string_free(out, FALSE);
}

char *ics_join_names(const char *const *names)
{
    GString *out = g_string_new(NULL);

    for (size_t i = 0; names[i]; i++) {
        if (i > 0) {
            g_string_append(out, names[i + 1] ? ", " : " or ");
        }
        g_string_append(out, names[i]);
    }
    return g_string_free(out, FALSE);
}
