#include <stdio.h>
#include <string.h>

#include "tool/cli/catalogue.h"
#include "tool/cli/command.h"
#include "tool/report/page.h"
#include "tool/report/text_width.h"

/* Paragraphs of a text, a line each, wrapped. */
static void help_paragraphs(const char *text)
{
    g_auto(GStrv) paragraphs = g_strsplit(text, "\n", -1);
    for (char **at = paragraphs; *at != NULL; at++) {
        g_autoptr(GPtrArray) lines = ics_text_wrap(*at, ICS_PAGE_WIDTH);
        for (guint i = 0; i < lines->len; i++) {
            puts(g_ptr_array_index(lines, i));
        }
    }
}

char *ics_command_overview(void)
{
    GString *text =
        g_string_new("ipcsim: a deterministic, fault-injecting network simulator\n\n"
                     "A trace is a JSON document that describes a world and what happens in it.\n"
                     "A ledger is a recorded run: the whole trace, the seed and every decision.\n\n"
                     "usage: ipcsim COMMAND [OPTION...] [OPERAND...]\n\n");
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        g_string_append_printf(text, "  %-7s %-23s %s\n", command->name, command->operands,
                               command->doc);
    }
    g_string_append(text, "\nTry: ipcsim run traces/udp_loss.json\n"
                          "     ipcsim help run; ipcsim help fault gilbert-elliott; ipcsim list "
                          "programs\n");
    return g_string_free(text, FALSE);
}

static void help_overview(void)
{
    g_autofree char *text = ics_command_overview();
    fputs(text, stdout);
}

static char *help_option_names(const GOptionEntry *entry)
{
    g_autofree char *brief =
        entry->short_name != 0 ? g_strdup_printf("-%c, ", entry->short_name) : g_strdup("");
    return entry->arg_description != NULL
               ? g_strdup_printf("%s--%s %s", brief, entry->long_name, entry->arg_description)
               : g_strdup_printf("%s--%s", brief, entry->long_name);
}

static void help_options(const GOptionEntry *entries)
{
    puts("\noptions:");
    for (const GOptionEntry *entry = entries; entry->long_name != NULL; entry++) {
        g_autofree char *names = help_option_names(entry);
        printf("  %-22s %s\n", names, entry->description);
    }
    printf("  %-22s %s\n", "-h, --help", "print this");
}

static void help_command(const IcsCommand *command)
{
    printf("usage: ipcsim %s%s %s\n\n%s\n", command->name,
           command->options != NULL ? " [OPTION...]" : "", command->operands, command->doc);
    if (command->details != NULL) {
        puts("");
        help_paragraphs(command->details);
    }
    if (command->options != NULL) {
        help_options(command->options());
    }
}

/* Several tables as one, so that their columns are in line. */
static void help_shared(const IcsCatalogueEntry *entry, GString *text)
{
    g_autoptr(GArray) rows = g_array_new(TRUE, TRUE, sizeof(IcsParameter));
    for (size_t i = 0; i < G_N_ELEMENTS(entry->more) && entry->more[i] != NULL; i++) {
        for (const IcsParameter *row = entry->more[i]; row->name != NULL; row++) {
            g_array_append_vals(rows, row, 1);
        }
    }
    ics_parameters_describe((const IcsParameter *)(gconstpointer)rows->data, text);
}

static void help_entry(const IcsCatalogueKind *kind, const IcsCatalogueEntry *entry)
{
    printf("%s (%s)\n\n", entry->name, kind->one);
    help_paragraphs(entry->doc);
    g_autoptr(GString) text = g_string_new(NULL);
    if (entry->parameters != NULL && entry->parameters[0].name != NULL) {
        g_string_append(text, "\nparameters:\n");
        ics_parameters_describe(entry->parameters, text);
    }
    if (entry->more[0] != NULL) {
        g_string_append_printf(text, "\nparameters of every %s:\n", kind->one);
        help_shared(entry, text);
    }
    fputs(text->str, stdout);
}

static int help_named(const IcsCatalogueKind *kind, const char *name)
{
    g_autoptr(GArray) entries = ics_catalogue_entries(kind);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    guint found = 0;
    for (guint i = 0; i < entries->len; i++) {
        const IcsCatalogueEntry *entry = &g_array_index(entries, IcsCatalogueEntry, i);
        if (strcmp(entry->name, name) == 0) {
            fputs(found++ > 0 ? "\n" : "", stdout);
            help_entry(kind, entry);
        }
        g_ptr_array_add(names, (gpointer)entry->name);
    }
    if (found > 0) {
        return ICS_EXIT_OK;
    }
    g_ptr_array_add(names, NULL);
    return ics_command_unknown(kind->one, name, (const char *const *)names->pdata);
}

static int help_unknown(const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        g_ptr_array_add(names, (gpointer)command->name);
    }
    for (const IcsCatalogueKind *kind = ics_catalogue; kind->name != NULL; kind++) {
        g_ptr_array_add(names, (gpointer)kind->name);
    }
    g_ptr_array_add(names, NULL);
    return ics_command_unknown("command or kind", word, (const char *const *)names->pdata);
}

/* `what` and `name` are nullable. */
static int help_about(const char *what, const char *name)
{
    if (what == NULL) {
        help_overview();
        return ICS_EXIT_OK;
    }
    const IcsCommand *command = ics_command_by_name(what);
    const IcsCatalogueKind *kind = ics_catalogue_kind(what);
    if (kind != NULL && name != NULL) {
        return help_named(kind, name);
    }
    if (kind != NULL) {
        char *list[] = {"list", (char *)kind->name, NULL};
        return ics_command_list(list);
    }
    if (command != NULL && name != NULL) {
        return ics_command_misused("help: \"%s\" is one operand too many; see: ipcsim help %s",
                                   name, what);
    }
    if (command == NULL) {
        return help_unknown(what);
    }
    help_command(command);
    return ICS_EXIT_OK;
}

int ics_command_help(char **arguments)
{
    static const GOptionEntry no_entries[] = {G_OPTION_ENTRY_NULL};
    const IcsCommand *self = ics_command_by_name("help");
    g_auto(GStrv) operands = ics_command_parse(self, no_entries, arguments, 0, 2);
    if (operands == NULL) {
        return ICS_EXIT_INPUT;
    }
    return help_about(operands[0], operands[0] != NULL ? operands[1] : NULL);
}
