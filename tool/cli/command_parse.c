/* Options and operands. The tables are GLib's; its parser takes "--timeline=no" for yes, wants
 * arguments in the locale's character set, and knows neither "-oFILE" nor the nearest name. */
#include <string.h>

#include "base/quote.h"
#include "tool/cli/command.h"

static bool command_parse_is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

static bool command_parse_is_long(const char *word)
{
    return word[0] == '-' && word[1] == '-';
}

static bool command_parse_takes_value(const GOptionEntry *entry)
{
    return entry->arg != G_OPTION_ARG_NONE;
}

/* The value in the same word ("--seed=7", "-oFILE"); NULL when there is none. */
static const char *command_parse_own_value(const char *word)
{
    if (!command_parse_is_long(word)) {
        return word[2] != '\0' ? word + 2 : NULL;
    }
    const char *equals = strchr(word, '=');
    return equals != NULL ? equals + 1 : NULL;
}

static bool command_parse_matches(const GOptionEntry *entry, const char *word)
{
    if (!command_parse_is_long(word)) {
        return entry->short_name == word[1];
    }
    size_t n = strcspn(word + 2, "=");
    return strlen(entry->long_name) == n && strncmp(entry->long_name, word + 2, n) == 0;
}

/* Nullable. */
static const GOptionEntry *command_parse_entry(const GOptionEntry *entries, const char *word)
{
    for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
        if (command_parse_matches(entry, word)) {
            return entry;
        }
    }
    return NULL;
}

static bool command_parse_unknown(const IcsCommand *command, const GOptionEntry *entries,
                                  const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
        g_ptr_array_add(names, g_strconcat("--", entry->long_name, NULL));
    }
    g_ptr_array_add(names, g_strdup("--help"));
    g_ptr_array_add(names, NULL);
    g_autofree char *kind = g_strdup_printf("option of %s", command->name);
    g_autofree char *name = g_strndup(word, strcspn(word, "="));
    ics_command_unknown(kind, name, (const char *const *)names->pdata);
    return false;
}

static bool command_parse_refuse(const IcsCommand *command, const char *format, ...)
    G_GNUC_PRINTF(2, 3);

static bool command_parse_refuse(const IcsCommand *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    ics_command_misused("%s: %s; see: ipcsim help %s", command->name, text, command->name);
    return false;
}

/* `value` is NULL where there is none. */
static bool command_parse_check_value(const IcsCommand *command, const GOptionEntry *entry,
                                      const char *value)
{
    if (!command_parse_takes_value(entry)) {
        return value == NULL || command_parse_refuse(command, "--%s takes no value, got \"%s\"",
                                                     entry->long_name, value);
    }
    if (value == NULL) {
        return command_parse_refuse(command, "--%s needs a value: --%s %s", entry->long_name,
                                    entry->long_name, entry->arg_description);
    }
    if (value[0] == '\0' && entry->arg == G_OPTION_ARG_FILENAME) {
        return command_parse_refuse(command, "--%s: expected the name of a file, got \"\"",
                                    entry->long_name);
    }
    return true;
}

static void command_parse_append(char ***list, const char *value)
{
    guint n = *list != NULL ? g_strv_length(*list) : 0;
    *list = g_renew(char *, *list, n + 2);
    (*list)[n] = g_strdup(value);
    (*list)[n + 1] = NULL;
}

static void command_parse_store(const GOptionEntry *entry, const char *value)
{
    if (!command_parse_takes_value(entry)) {
        *(gboolean *)entry->arg_data = TRUE;
    } else if (entry->arg == G_OPTION_ARG_STRING_ARRAY) {
        command_parse_append(entry->arg_data, value);
    } else {
        g_assert(entry->arg == G_OPTION_ARG_STRING || entry->arg == G_OPTION_ARG_FILENAME);
        char **place = entry->arg_data;
        g_free(*place);
        *place = g_strdup(value);
    }
}

/* Takes one option and its value, if it has one; moves `at` to its last word. */
static bool command_parse_option(const IcsCommand *command, const GOptionEntry *entries, char ***at)
{
    const char *word = **at;
    const GOptionEntry *entry = command_parse_entry(entries, word);
    if (entry == NULL) {
        return command_parse_unknown(command, entries, word);
    }
    const char *value = command_parse_own_value(word);
    if (command_parse_takes_value(entry) && value == NULL && (*at)[1] != NULL) {
        value = *++*at;
    }
    if (!command_parse_check_value(command, entry, value)) {
        return false;
    }
    command_parse_store(entry, value);
    return true;
}

/* Carries the options out and collects the operands. */
static bool command_parse_words(const IcsCommand *command, const GOptionEntry *entries,
                                char **arguments, char ***operands)
{
    bool options = true;
    for (char **at = arguments + 1; *at != NULL; at++) {
        if (options && strcmp(*at, "--") == 0) {
            options = false;
        } else if (!options || !command_parse_is_option(*at)) {
            command_parse_append(operands, *at);
        } else if (!command_parse_option(command, entries, &at)) {
            return false;
        }
    }
    return true;
}

static bool command_parse_check_operands(const IcsCommand *command, char **operands, guint min,
                                         guint max)
{
    guint n = g_strv_length(operands);
    if (n < min) {
        return command_parse_refuse(command, "%s is missing", command->operands);
    }
    if (n > max) {
        g_autofree char *quoted = ics_quote(operands[max]);
        return command_parse_refuse(command, "%s is one operand too many", quoted);
    }
    return !g_strv_contains((const char *const *)operands, "") ||
           command_parse_refuse(command, "an operand is empty");
}

char **ics_command_parse(const IcsCommand *command, const GOptionEntry *entries, char **arguments,
                         guint min_operands, guint max_operands)
{
    char **operands = g_new0(char *, 1);
    if (!command_parse_words(command, entries, arguments, &operands) ||
        !command_parse_check_operands(command, operands, min_operands, max_operands)) {
        g_clear_pointer(&operands, g_strfreev);
    }
    return operands;
}
