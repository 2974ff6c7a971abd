/* Help about parameters, for people. */
#include <string.h>

#include "base/parameters_private.h"
#include "base/quote.h"

/* No line is longer. */
#define PARAMETERS_HELP_WIDTH 80

/* The columns of a row before its doc. */
#define PARAMETERS_HELP_COLUMNS 3

typedef struct {
    char *columns[PARAMETERS_HELP_COLUMNS]; /* name, type with range, default */
    char *doc;
} ParametersHelpRow;

typedef struct {
    GArray *rows; /* of ParametersHelpRow */
    size_t widths[PARAMETERS_HELP_COLUMNS];
    size_t doc_width;
} ParametersHelp;

static void parameters_help_clear_row(gpointer data)
{
    ParametersHelpRow *row = data;

    for (int i = 0; i < PARAMETERS_HELP_COLUMNS; i++) {
        g_free(row->columns[i]);
    }
    g_free(row->doc);
}

static char *parameters_help_presence(const IcsParameter *parameter)
{
    if (parameter->required) {
        return g_strdup("required");
    }
    return parameter->fallback ? g_strdup_printf("default %s", parameter->fallback) : g_strdup("");
}

static ParametersHelpRow parameters_help_row(const IcsParameter *parameter)
{
    g_autofree char *range = ics_parameter_range_text(parameter);
    g_autofree char *choices =
        parameter->choices ? ics_join_names(parameter->choices) : g_strdup("");
    const char *noun = ics_parameter_noun(parameter);
    const char *space = strchr(noun, ' ');

    return (ParametersHelpRow){
        .columns = {g_strdup(parameter->name),
                    g_strdup_printf("%s%s%s", space ? space + 1 : noun, *range ? " " : "", range),
                    parameters_help_presence(parameter)},
        .doc = g_strconcat(parameter->doc, *choices ? ": " : "", choices, NULL),
    };
}

static void parameters_help_init(ParametersHelp *self, const IcsParameter *table)
{
    *self = (ParametersHelp){.rows = g_array_new(FALSE, FALSE, sizeof(ParametersHelpRow))};
    g_array_set_clear_func(self->rows, parameters_help_clear_row);
    for (const IcsParameter *parameter = table; parameter->name; parameter++) {
        ParametersHelpRow row = parameters_help_row(parameter);
        for (int i = 0; i < PARAMETERS_HELP_COLUMNS; i++) {
            self->widths[i] = MAX(self->widths[i], strlen(row.columns[i]));
        }
        self->doc_width = MAX(self->doc_width, strlen(row.doc));
        g_array_append_val(self->rows, row);
    }
}

static bool parameters_help_fits(const ParametersHelp *self)
{
    size_t width = self->doc_width + 2;

    for (int i = 0; i < PARAMETERS_HELP_COLUMNS; i++) {
        width += self->widths[i] + 2;
    }
    return width <= PARAMETERS_HELP_WIDTH;
}

/* Everything about a parameter in one line. */
static void parameters_help_write_line(const ParametersHelp *self, const ParametersHelpRow *row,
                                       GString *out)
{
    for (int i = 0; i < PARAMETERS_HELP_COLUMNS; i++) {
        g_string_append_printf(out, "  %-*s", (int)self->widths[i], row->columns[i]);
    }
    g_string_append_printf(out, "  %s\n", row->doc);
}

/* Lines of words behind an indentation. */
static void parameters_help_write_words(const char *text, size_t indent, GString *out)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    size_t column = 0;

    for (size_t i = 0; words[i]; i++) {
        if (column > 0 && column + 1 + strlen(words[i]) <= PARAMETERS_HELP_WIDTH) {
            g_string_append_printf(out, " %s", words[i]);
            column += 1 + strlen(words[i]);
            continue;
        }
        g_string_append_printf(out, "%s%*s%s", column > 0 ? "\n" : "", (int)indent, "", words[i]);
        column = indent + strlen(words[i]);
    }
    g_string_append_c(out, '\n');
}

/* What it is in the first line, what it means below. */
static void parameters_help_write_entry(const ParametersHelp *self, const ParametersHelpRow *row,
                                        GString *out)
{
    g_string_append_printf(out, "  %-*s  %s%s%s\n", (int)self->widths[0], row->columns[0],
                           row->columns[1], *row->columns[2] ? ", " : "", row->columns[2]);
    parameters_help_write_words(row->doc, self->widths[0] + 4, out);
}

void ics_parameters_describe(const IcsParameter *table, GString *out)
{
    ParametersHelp help;

    parameters_help_init(&help, table);
    bool fits = parameters_help_fits(&help);
    for (guint i = 0; i < help.rows->len; i++) {
        const ParametersHelpRow *row = &g_array_index(help.rows, ParametersHelpRow, i);
        if (fits) {
            parameters_help_write_line(&help, row, out);
        } else {
            parameters_help_write_entry(&help, row, out);
        }
    }
    g_array_unref(help.rows);
}
