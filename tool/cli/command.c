#include "tool/cli/command.h"

#include <stdio.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "tool/report/text_width.h"

/* Names of files and words of the command line are in messages, whatever they are made of. */
static void command_say(const char *text)
{
    g_autofree char *plain = ics_text_plain(text);
    fprintf(stderr, "ipcsim: %s\n", plain);
}

int ics_command_fail(const GError *error)
{
    command_say(error->message);
    return ics_error_exit_status(error);
}

void ics_command_warn(const char *text)
{
    g_autofree char *warning = g_strconcat("warning: ", text, NULL);
    command_say(warning);
}

void ics_command_note(const char *text)
{
    command_say(text);
}

int ics_command_misused(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    command_say(message);
    return ICS_EXIT_INPUT;
}

int ics_command_unknown(const char *kind, const char *word, const char *const *candidates)
{
    g_autofree char *quoted = ics_quote(word);
    const char *near = ics_nearest(word, candidates);
    if (near != NULL) {
        return ics_command_misused("unknown %s %s; did you mean \"%s\"?", kind, quoted, near);
    }
    g_autofree char *all = g_strjoinv(", ", (char **)candidates);
    return ics_command_misused("unknown %s %s; there are: %s", kind, quoted, all);
}

bool ics_command_number(const char *option, const char *text, guint64 min, guint64 max,
                        guint64 *value, GError **error)
{
    if (g_ascii_string_to_unsigned(text, 10, min, max, value, NULL)) {
        return true;
    }
    g_autofree char *quoted = ics_quote(text);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "--%s: expected a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
                ", got %s",
                option, min, max, quoted);
    return false;
}
