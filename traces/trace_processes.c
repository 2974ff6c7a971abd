/* Processes: a built-in program with its parameters, or a list of operations, on a host. */
#include <string.h>

#include "base/error.h"
#include "protocols/programs/operations.h"
#include "traces/trace_reader.h"

typedef struct IcsTraceProcessSettings {
    char *name;
    char *host;
    int64_t start_ns;
    int form; /* 0: coroutine, 1: handler */
    char *comment;
} IcsTraceProcessSettings;

static const char *const trace_processes_forms[] = {"coroutine", "handler", NULL};

const IcsParameter ics_trace_process_parameters[] = {
    ICS_PARAMETER_STRING_ROW(IcsTraceProcessSettings, name, "name", NULL, "its name",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_STRING_ROW(IcsTraceProcessSettings, host, "host", NULL, "where it runs",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_TIME_ROW(IcsTraceProcessSettings, start_ns, "start", "0 ns", 0,
                           ICS_TRACE_TIME_MAX_NS, "when it starts"),
    ICS_PARAMETER_NAME_ROW(IcsTraceProcessSettings, form, "form", "coroutine",
                           trace_processes_forms,
                           "with a stack of its own, or without one (for masses of processes); "
                           "the results are the same"),
    ICS_TRACE_COMMENT_ROW(IcsTraceProcessSettings),
    ICS_PARAMETER_END,
};

/* ---- the program ---- */

static const IcsProgramClass *trace_processes_class_by_name(const IcsJsonNode *node, GError **error)
{
    int index;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsProgramClass *const *klass = ics_program_classes; *klass != NULL; klass++) {
        g_ptr_array_add(names, (gpointer)(*klass)->name);
    }
    g_ptr_array_add(names, NULL);
    if (!ics_json_get_name(node, "program", (const char *const *)names->pdata, &index, error)) {
        return NULL;
    }
    return ics_program_classes[index];
}

/* Either a program or a list of operations. */
static const IcsProgramClass *trace_processes_read_class(const IcsJsonNode *node, GError **error)
{
    IcsJsonNode program;
    IcsJsonNode operations;
    if (!ics_json_expect_object(node, error)) {
        return NULL;
    }
    bool has_program = ics_json_member(node, "program", &program);
    bool has_operations = ics_json_member(node, "operations", &operations);
    if (has_program && has_operations) {
        ics_json_error_at_key(&operations, error, "a process runs either a program or operations");
        return NULL;
    }
    if (!has_program && !has_operations) {
        ics_json_error(node, error,
                       "the key \"program\" is missing (a name), or \"operations\" (a list)");
        return NULL;
    }
    return has_program ? trace_processes_class_by_name(&program, error) : &ics_operations_program;
}

/* program.h: a parameter "to" is an endpoint. */
static bool trace_processes_check_endpoint(const IcsTraceReader *self, const IcsJsonNode *node,
                                           const IcsProgramClass *program, GError **error)
{
    IcsJsonNode to;
    const char *text;
    for (const IcsParameter *row = program->parameters; row->name != NULL; row++) {
        if (row->type == ICS_PARAMETER_STRING && strcmp(row->name, "to") == 0 &&
            ics_json_member(node, row->name, &to)) {
            return ics_json_get_string(&to, &text, error) &&
                   ics_trace_reader_endpoint(self, &to, text, error);
        }
    }
    return true;
}

static gconstpointer trace_processes_read_operations(IcsTraceReader *self, const IcsJsonNode *node,
                                                     GError **error)
{
    IcsJsonNode array = ics_trace_reader_member(node, "operations");
    IcsOperations *operations = ics_operations_read(&array, error);
    if (operations != NULL) {
        g_ptr_array_add(self->trace->operations, operations);
    }
    return operations;
}

static gconstpointer trace_processes_read_config(IcsTraceReader *self, const IcsJsonNode *node,
                                                 const IcsProgramClass *program,
                                                 const char *const *keys, GError **error)
{
    GError *failure = NULL;
    if (program == &ics_operations_program) {
        return trace_processes_read_operations(self, node, error);
    }
    gconstpointer config = ics_trace_reader_config(self, node, program->parameters,
                                                   program->config_bytes, keys, error);
    if (config == NULL || !trace_processes_check_endpoint(self, node, program, error)) {
        return NULL;
    }
    if (program->check != NULL && !program->check(config, &failure)) {
        ics_trace_reader_fail(node, failure, error);
        return NULL;
    }
    return config;
}

/* ---- one process ---- */

static bool trace_processes_name(IcsTraceReader *self, const IcsJsonNode *node, const char *name,
                                 GError **error)
{
    IcsJsonNode at = ics_trace_reader_member(node, "name");
    uint32_t index = self->trace->processes->len;
    if (!ics_trace_reader_check_name(&at, false, "process", name, error)) {
        return false;
    }
    if (!ics_name_index_add(&self->processes, name, index)) {
        ics_name_index_has(&self->processes, name, &index);
        ics_json_error(&at, error, "two processes are called \"%s\": see %s", name,
                       g_array_index(self->trace->processes, IcsTraceProcess, index).pointer);
        return false;
    }
    return true;
}

static bool trace_processes_read_settings(IcsTraceReader *self, const IcsJsonNode *node,
                                          const char *const *keys, IcsTraceProcess *process,
                                          GError **error)
{
    const IcsTraceProcessSettings *settings = ics_trace_reader_config(
        self, node, ics_trace_process_parameters, sizeof(*settings), keys, error);
    if (settings == NULL || !trace_processes_name(self, node, settings->name, error)) {
        return false;
    }
    process->name = settings->name;
    process->start_ns = settings->start_ns;
    process->handler_form = settings->form == 1;
    IcsJsonNode host = ics_trace_reader_member(node, "host");
    if (process->start_ns > self->trace->stop_ns) {
        IcsJsonNode start = ics_trace_reader_member(node, "start");
        ics_trace_reader_warn(self, &start, "the run stops before: the process will never start");
    }
    return ics_name_index_find(&self->hosts, &host, settings->host, &process->host, error);
}

static bool trace_processes_check_form(const IcsJsonNode *node, const IcsTraceProcess *process,
                                       GError **error)
{
    if (process->handler_form && process->program->handler == NULL) {
        IcsJsonNode form = ics_trace_reader_member(node, "form");
        ics_json_error(&form, error, "%s exists as a coroutine only",
                       process->program == &ics_operations_program ? "a list of operations"
                                                                   : process->program->name);
        return false;
    }
    return true;
}

static bool trace_processes_read_one(IcsTraceReader *self, const IcsJsonNode *node, GError **error)
{
    static const char *const program_key[] = {"program", NULL};
    static const char *const operations_key[] = {"operations", NULL};
    IcsTraceProcess process = {.program = trace_processes_read_class(node, error)};
    if (process.program == NULL) {
        return false;
    }
    bool is_list = process.program == &ics_operations_program;
    const IcsParameter *const tables[] = {ics_trace_process_parameters,
                                          is_list ? NULL : process.program->parameters, NULL};
    g_autoptr(GPtrArray) keys =
        ics_trace_reader_keys(tables, is_list ? operations_key : program_key);
    const char *const *list = (const char *const *)keys->pdata;
    process.pointer = ics_trace_reader_pointer(self, node);
    if (!trace_processes_read_settings(self, node, list, &process, error) ||
        !trace_processes_check_form(node, &process, error)) {
        return false;
    }
    process.config = trace_processes_read_config(self, node, process.program, list, error);
    if (process.config == NULL) {
        return false;
    }
    g_array_append_val(self->trace->processes, process);
    return true;
}

bool ics_trace_processes_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    IcsJsonNode processes;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_member(root, "processes", &processes)) {
        return true;
    }
    if (!ics_json_expect_array(&processes, error)) {
        return false;
    }
    ics_json_iterator_init(&iterator, &processes);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_processes_read_one(self, &child, error)) {
            return false;
        }
    }
    return true;
}
