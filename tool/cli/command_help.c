#include <stdio.h>
#include <string.h>

#include "tool/cli/catalogue.h"
#include "tool/cli/command.h"

static void help_overview(void)
{
    puts("ipcsim: a deterministic, fault-injecting network simulator\n\n"
         "A trace is a JSON document that describes a world and what happens in it.\n"
         "A ledger is a recorded run: the whole trace, the seed and every decision.\n\n"
         "usage: ipcsim COMMAND [OPTION...] [OPERAND...]\n");
    for (const IcsCommand *command = ics_commands; command->name != NULL; command++) {
        printf("  %-6s %-22s %s\n", command->name, command->operands, command->doc);
    }
    puts("\nTry: ipcsim run traces/udp_loss.json\n"
         "     ipcsim help run; ipcsim help fault gilbert-elliott; ipcsim list programs");
}

static void help_option(const GOptionEntry *entry)
{
    g_autofree char *left =
        entry->arg_description != NULL
            ? g_strdup_printf("--%s %s", entry->long_name, entry->arg_description)
            : g_strdup_printf("--%s", entry->long_name);
    printf("  %-24s %s\n", left, entry->description);
}

static void help_command(const IcsCommand *command)
{
    printf("usage: ipcsim %s%s %s\n\n%s\n", command->name,
           command->options != NULL ? " [OPTION...]" : "", command->operands, command->doc);
    if (command->details != NULL) {
        printf("\n%s\n", command->details);
    }
    if (command->options == NULL) {
        return;
    }
    puts("\noptions:");
    for (const GOptionEntry *entry = command->options(); entry->long_name != NULL; entry++) {
        help_option(entry);
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
    printf("%s (%s)\n\n%s\n", entry->name, kind->one, entry->doc);
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

int ics_command_help(int n, char **arguments)
{
    if (n == 1) {
        help_overview();
        return ICS_EXIT_OK;
    }
    const IcsCommand *command = ics_command_by_name(arguments[1]);
    if (n == 2 && command != NULL) {
        help_command(command);
        return ICS_EXIT_OK;
    }
    const IcsCatalogueKind *kind = ics_catalogue_kind(arguments[1]);
    if (kind == NULL) {
        return ics_command_misused("help: there is no command or kind \"%s\"; see: ipcsim help",
                                   arguments[1]);
    }
    if (n == 2) {
        char *list[] = {"list", (char *)kind->name, NULL};
        return ics_command_list(2, list);
    }
    return n == 3 ? help_named(kind, arguments[2])
                  : ics_command_misused("help takes a command, or a kind and a name");
}
