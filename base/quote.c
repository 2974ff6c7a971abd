#include "base/quote.h"

#include <glib.h>
#include <string.h>

#include "base/json_writer.h"

#define QUOTE_CHARACTERS_MAX 60

/* The bytes of the first characters of a text; an invalid byte counts as a character. */
static size_t quote_prefix_length(const char *text, size_t characters_max)
{
    const char *end = text + strlen(text);
    const char *at = text;

    for (size_t i = 0; i < characters_max && at < end; i++) {
        gunichar c = g_utf8_get_char_validated(at, end - at);
        at = c == (gunichar)-1 || c == (gunichar)-2 ? at + 1 : g_utf8_next_char(at);
    }
    return at - text;
}

static GString *quote_with_quotes(const char *text, size_t characters_max)
{
    GString *out = g_string_new(NULL);
    size_t length = quote_prefix_length(text, characters_max);

    ics_json_append_string(out, text, length);
    if (text[length]) {
        g_string_insert(out, (gssize)out->len - 1, "...");
    }
    return out;
}

char *ics_quote(const char *text)
{
    return g_string_free(quote_with_quotes(text, QUOTE_CHARACTERS_MAX), FALSE);
}

char *ics_one_line(const char *text, size_t characters_max)
{
    GString *out = quote_with_quotes(text, characters_max);

    g_string_truncate(out, out->len - 1);
    g_string_erase(out, 0, 1);
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
