#include "tests/support/small_programs.h"

#include <cmocka.h>
#include <string.h>

#include "base/error.h"

typedef struct {
    const IcsProgramClass *klass;
    gpointer config;
} SmallProgramsConfig;

static IcsJsonDocument *small_programs_parse(const char *text)
{
    GError *error = NULL;
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    IcsJsonDocument *document = ics_json_document_parse("t.json", json, strlen(json), &error);
    if (document == NULL) {
        fail_msg("%s", error->message);
    }
    return document;
}

static const IcsProgramClass *small_programs_class(const char *program)
{
    const IcsProgramClass *klass = ics_program_class_by_name(program);
    assert_non_null(klass);
    return klass;
}

static bool small_programs_read_config(const IcsProgramClass *klass, const char *parameters,
                                       gpointer config, GError **error)
{
    g_autoptr(IcsJsonDocument) document = small_programs_parse(parameters);
    IcsJsonNode root = ics_json_root(document);
    return ics_parameters_read(klass->parameters, &root, NULL, config, error) &&
           (klass->check == NULL || klass->check(config, error));
}

static void small_programs_free_config(gpointer data)
{
    SmallProgramsConfig *self = data;
    ics_parameters_clear(self->klass->parameters, self->config);
    g_free(self->config);
    g_free(self);
}

IcsProcess *ics_small_programs_start(IcsSmallNetwork *self, const char *host, const char *process,
                                     const char *program, IcsSmallForm form, const char *parameters)
{
    GError *error = NULL;
    SmallProgramsConfig *kept =
        ics_small_network_keep(self, g_new0(SmallProgramsConfig, 1), small_programs_free_config);
    kept->klass = small_programs_class(program);
    kept->config = g_malloc0(kept->klass->config_bytes);
    if (!small_programs_read_config(kept->klass, parameters, kept->config, &error)) {
        fail_msg("%s", error->message);
    }
    bool is_handler = form == ICS_SMALL_HANDLER;
    assert_true(!is_handler || kept->klass->handler != NULL);
    IcsProcessProgram made = {
        .main = is_handler ? NULL : kept->klass->main,
        .handler = is_handler ? kept->klass->handler : NULL,
        .config = kept->config,
    };
    return ics_host_processes_start(ics_small_network_stack(self, host), process, &made);
}

void ics_small_programs_assert_refused(const char *program, const char *parameters,
                                       const char *words)
{
    g_autoptr(GError) error = NULL;
    const IcsProgramClass *klass = small_programs_class(program);
    g_autofree gpointer config = g_malloc0(klass->config_bytes);
    assert_false(small_programs_read_config(klass, parameters, config, &error));
    ics_parameters_clear(klass->parameters, config);
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (strstr(error->message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
    }
}

IcsOperations *ics_small_programs_read(const char *operations, GError **error)
{
    g_autoptr(IcsJsonDocument) document = small_programs_parse(operations);
    IcsJsonNode root = ics_json_root(document);
    return ics_operations_read(&root, error);
}

IcsProcess *ics_small_programs_operations(IcsSmallNetwork *self, const char *host,
                                          const char *process, const char *operations)
{
    GError *error = NULL;
    IcsOperations *list = ics_small_programs_read(operations, &error);
    if (list == NULL) {
        fail_msg("%s", error->message);
    }
    ics_small_network_keep(self, list, (GDestroyNotify)ics_operations_free);
    IcsProcessProgram made = {.main = ics_operations_program.main, .config = list};
    return ics_host_processes_start(ics_small_network_stack(self, host), process, &made);
}
