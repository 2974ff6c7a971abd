#include <stdio.h>
#include <string.h>

#include "tool/cli/catalogue.h"
#include "tool/cli/command.h"
#include "traces/trace_schema.h"

static int list_schema(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    IcsJsonWriter writer;
    ics_json_writer_init(&writer, text, ICS_JSON_WRITER_PRETTY);
    ics_trace_write_schema(&writer);
    ics_json_writer_finish(&writer);
    puts(text->str);
    return ICS_EXIT_OK;
}

static void list_kinds(void)
{
    for (const IcsCatalogueKind *kind = ics_catalogue; kind->name != NULL; kind++) {
        printf("%s\n", kind->name);
    }
    puts("schema");
}

static int list_unknown(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsCatalogueKind *kind = ics_catalogue; kind->name != NULL; kind++) {
        g_ptr_array_add(names, (gpointer)kind->name);
    }
    g_ptr_array_add(names, (gpointer) "schema");
    g_ptr_array_add(names, NULL);
    return ics_command_unknown("kind", name, (const char *const *)names->pdata);
}

static void list_entries(const IcsCatalogueKind *kind)
{
    g_autoptr(GArray) entries = ics_catalogue_entries(kind);
    int width = 0;
    for (guint i = 0; i < entries->len; i++) {
        const char *name = g_array_index(entries, IcsCatalogueEntry, i).name;
        width = MAX(width, (int)strlen(name));
    }
    for (guint i = 0; i < entries->len; i++) {
        const IcsCatalogueEntry *entry = &g_array_index(entries, IcsCatalogueEntry, i);
        printf("%-*s  %s\n", width, entry->name, entry->doc);
    }
}

int ics_command_list(char **arguments)
{
    static const GOptionEntry no_entries[] = {G_OPTION_ENTRY_NULL};
    const IcsCommand *self = ics_command_by_name("list");
    g_auto(GStrv) operands = ics_command_parse(self, no_entries, arguments, 0, 1);
    if (operands == NULL) {
        return ICS_EXIT_INPUT;
    }
    if (operands[0] == NULL) {
        list_kinds();
        return ICS_EXIT_OK;
    }
    if (strcmp(operands[0], "schema") == 0) {
        return list_schema();
    }
    const IcsCatalogueKind *kind = ics_catalogue_kind(operands[0]);
    if (kind == NULL) {
        return list_unknown(operands[0]);
    }
    list_entries(kind);
    return ICS_EXIT_OK;
}
