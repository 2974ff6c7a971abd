/* Fault elements of links and hosts. Every rule is tried out, so that what contradicts itself is
 * refused where it stands. */
#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "netmodel/fault_kinds.h"
#include "traces/trace_chain.h"
#include "traces/trace_file.h"
#include "traces/trace_reader.h"

typedef struct IcsTraceFaultSettings {
    char *name;
    int64_t clock_ns;
    bool on;
    char *comment;
} IcsTraceFaultSettings;

const IcsParameter ics_trace_fault_parameters[] = {
    ICS_PARAMETER_STRING_ROW(IcsTraceFaultSettings, name, "name", NULL,
                             "its name, for the schedule and for its random decisions; kind and "
                             "order if not given"),
    ICS_PARAMETER_TIME_ROW(IcsTraceFaultSettings, clock_ns, "clock", NULL, 1, ICS_TRACE_TIME_MAX_NS,
                           "kinds with a state: it advances once in such a time, not per packet"),
    ICS_PARAMETER_BOOLEAN_ROW(IcsTraceFaultSettings, on, "on", "true",
                              "whether it acts from the start"),
    ICS_TRACE_COMMENT_ROW(IcsTraceFaultSettings),
    ICS_PARAMETER_END,
};

static const char *const trace_faults_host_others[] = {"kind", NULL};
static const char *const trace_faults_link_others[] = {"kind", "direction", NULL};

/* ---- the kind ---- */

/* The names of the kinds that act on a link, or in a host. Transfer container. */
static GPtrArray *trace_faults_kinds(bool of_host)
{
    GPtrArray *names = g_ptr_array_new();
    for (const IcsFaultClass *const *klass = ics_fault_classes; *klass != NULL; klass++) {
        if (ics_fault_stage_is_host((*klass)->stage) == of_host) {
            g_ptr_array_add(names, (gpointer)(*klass)->name);
        }
    }
    g_ptr_array_add(names, NULL);
    return names;
}

static const IcsFaultClass *trace_faults_read_kind(const IcsJsonNode *node, bool of_host,
                                                   GError **error)
{
    IcsJsonNode kind;
    int index;
    if (!ics_json_require_member(node, "kind", &kind, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) names = trace_faults_kinds(of_host);
    const char *const *list = (const char *const *)names->pdata;
    if (!ics_json_get_name(&kind, of_host ? "kind of fault of a host" : "kind of fault of a link",
                           list, &index, error)) {
        return NULL;
    }
    return ics_fault_class_by_name(list[index]);
}

/* ---- its parameters ---- */

/* The parameters of its kind. A file that they name takes the place of its name. */
static gpointer trace_faults_read_config(IcsTraceReader *self, const IcsJsonNode *node,
                                         const IcsFaultClass *klass, const char *const *keys,
                                         GError **error)
{
    gpointer config =
        ics_trace_reader_config(self, node, klass->parameters, klass->config_bytes, keys, error);
    if (config == NULL) {
        return NULL;
    }
    char **file = ics_fault_config_file(klass, config);
    if (file == NULL) {
        return config;
    }
    IcsJsonNode named = ics_trace_reader_member(node, klass->file_parameter);
    char *text = ics_trace_file_read(&named, self->base_directory, *file, error);
    if (text == NULL) {
        return NULL;
    }
    g_free(*file);
    *file = text;
    return config;
}

static bool trace_faults_read_settings(IcsTraceReader *self, const IcsJsonNode *node,
                                       const char *const *keys, IcsTraceFault *fault,
                                       GError **error)
{
    const IcsTraceFaultSettings *settings = ics_trace_reader_config(
        self, node, ics_trace_fault_parameters, sizeof(*settings), keys, error);
    if (settings == NULL) {
        return false;
    }
    if (settings->name != NULL) {
        IcsJsonNode name = ics_trace_reader_member(node, "name");
        if (!ics_trace_reader_check_name(&name, false, "fault", settings->name, error)) {
            return false;
        }
    }
    fault->name = settings->name;
    fault->clock_ns = settings->clock_ns;
    fault->on = settings->on;
    return true;
}

static bool trace_faults_read_parameters(IcsTraceReader *self, const IcsJsonNode *node,
                                         const IcsTraceLink *link, IcsTraceFault *fault,
                                         GError **error)
{
    const IcsFaultClass *klass = fault->klass;
    const IcsParameter *const tables[] = {klass->parameters, ics_trace_fault_parameters,
                                          ics_fault_scope_parameters, NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(
        tables, link != NULL ? trace_faults_link_others : trace_faults_host_others);
    const char *const *list = (const char *const *)keys->pdata;
    if (!trace_faults_read_settings(self, node, list, fault, error)) {
        return false;
    }
    const IcsFaultScopeConfig *scope = ics_trace_reader_config(
        self, node, ics_fault_scope_parameters, sizeof(*scope), list, error);
    if (scope == NULL) {
        return false;
    }
    fault->scope = *scope;
    fault->config = trace_faults_read_config(self, node, klass, list, error);
    return fault->config != NULL;
}

static bool trace_faults_read_direction(IcsTraceReader *self, const IcsJsonNode *node,
                                        const IcsTraceLink *link, IcsTraceFault *fault,
                                        GError **error)
{
    IcsJsonNode direction;
    fault->directions[0] = link != NULL;
    fault->directions[1] = link != NULL;
    return link == NULL || !ics_json_member(node, "direction", &direction) ||
           ics_trace_reader_direction(self, &direction, link, fault->directions, error);
}

/* ---- warnings ---- */

/* Whether the filter looks at a transport header, which later fragments do not carry. */
static bool trace_faults_match_needs_header(const char *match)
{
    g_autoptr(GRegex) regex =
        g_regex_new("\\b(port|portrange)\\b|\\b(udp|tcp|icmp)\\s*\\[", 0, 0, NULL);
    return g_regex_match(regex, match, 0, NULL);
}

static void trace_faults_warn(IcsTraceReader *self, const IcsJsonNode *node,
                              const IcsTraceFault *fault)
{
    if (fault->scope.match != NULL && trace_faults_match_needs_header(fault->scope.match)) {
        IcsJsonNode match = ics_trace_reader_member(node, "match");
        ics_trace_reader_warn(self, &match,
                              "later fragments of a datagram carry no transport header: they will "
                              "not match");
    }
    if (fault->scope.from_ns > self->trace->stop_ns) {
        IcsJsonNode from = ics_trace_reader_member(node, "from");
        ics_trace_reader_warn(self, &from, "the run stops before: the fault will never act");
    }
}

/* ---- one rule ---- */

static bool trace_faults_check_alone(const IcsJsonNode *node, const IcsTraceFault *fault,
                                     GError **error)
{
    GError *failure = NULL;
    IcsFault *chain = NULL;
    if (!ics_trace_chain_add(&chain, fault, fault->config, "", 0, &failure)) {
        return ics_trace_reader_fail(node, failure, error);
    }
    ics_fault_chain_free(&chain);
    return true;
}

static bool trace_faults_check_new_name(const IcsJsonNode *node, const GArray *faults,
                                        const IcsTraceFault *fault, GError **error)
{
    for (guint i = 0; fault->name != NULL && i < faults->len; i++) {
        const IcsTraceFault *other = &g_array_index(faults, IcsTraceFault, i);
        if (g_strcmp0(other->name, fault->name) == 0) {
            IcsJsonNode name = ics_trace_reader_member(node, "name");
            ics_json_error(&name, error, "two faults here are called \"%s\": see %s", fault->name,
                           other->pointer);
            return false;
        }
    }
    return true;
}

static bool trace_faults_read_one(IcsTraceReader *self, const IcsJsonNode *node,
                                  const IcsTraceLink *link, GArray *faults, GError **error)
{
    IcsTraceFault fault = {.klass = trace_faults_read_kind(node, link == NULL, error)};
    if (fault.klass == NULL || !trace_faults_read_parameters(self, node, link, &fault, error) ||
        !trace_faults_read_direction(self, node, link, &fault, error) ||
        !trace_faults_check_new_name(node, faults, &fault, error) ||
        !trace_faults_check_alone(node, &fault, error)) {
        return false;
    }
    fault.pointer = ics_trace_reader_pointer(self, node);
    trace_faults_warn(self, node, &fault);
    g_array_append_val(faults, fault);
    return true;
}

bool ics_trace_faults_read(IcsTraceReader *self, const IcsJsonNode *owner, const IcsTraceLink *link,
                           GArray *faults, GError **error)
{
    IcsJsonNode list;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_member(owner, "faults", &list)) {
        return true;
    }
    if (!ics_json_expect_array(&list, error)) {
        return false;
    }
    if (ics_json_length(&list) > ICS_TRACE_FAULTS_MAX) {
        ics_json_error(&list, error, "expected at most %d faults, got %zu", ICS_TRACE_FAULTS_MAX,
                       ics_json_length(&list));
        return false;
    }
    ics_json_iterator_init(&iterator, &list);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_faults_read_one(self, &child, link, faults, error)) {
            return false;
        }
    }
    return true;
}

/* ---- rules together ---- */

/* The elements of one direction (of a host, where `direction` is negative). For those that make
 * copies the config with the most of them that the schedule gives so far. Transfer full. */
static IcsFault *trace_faults_chain(const IcsTraceReader *self, const GArray *faults, int direction)
{
    IcsFault *chain = NULL;
    for (guint i = 0; i < faults->len; i++) {
        const IcsTraceFault *rule = &g_array_index(faults, IcsTraceFault, i);
        if (direction >= 0 && !rule->directions[direction]) {
            continue;
        }
        gconstpointer changed = g_hash_table_lookup(self->changes, rule->pointer);
        gconstpointer config = changed != NULL ? changed : rule->config;
        bool added = ics_trace_chain_add(&chain, rule, config, "", 0, NULL);
        g_assert(added);
    }
    return chain;
}

bool ics_trace_faults_check_chains(IcsTraceReader *self, const IcsJsonNode *owner,
                                   const IcsTraceLink *link, GError **error)
{
    for (int direction = 0; link->faults->len > 0 && direction < 2; direction++) {
        GError *failure = NULL;
        const IcsFault *culprit = NULL;
        IcsFault *chain = trace_faults_chain(self, link->faults, direction);
        if (ics_fault_chain_check(chain, &culprit, &failure)) {
            ics_fault_chain_free(&chain);
            continue;
        }
        guint index = 0;
        while (g_array_index(link->faults, IcsTraceFault, index).pointer !=
               culprit->point.pointer) {
            index++;
        }
        ics_fault_chain_free(&chain);
        IcsJsonNode list = ics_trace_reader_member(owner, "faults");
        IcsJsonNode node;
        ics_json_element(&list, index, &node);
        return ics_trace_reader_fail(&node, failure, error);
    }
    return true;
}

/* ---- changes by the schedule ---- */

/* Gives the rule's element in one chain the new parameters and checks the whole chain. */
static bool trace_faults_try_change(const IcsTraceReader *self, const GArray *faults,
                                    const IcsTraceFault *rule, gconstpointer config, int direction,
                                    GError **error)
{
    IcsFault *chain = trace_faults_chain(self, faults, direction);
    bool ok = ics_fault_change(ics_trace_chain_find(chain, rule), config, error) &&
              (direction < 0 || ics_fault_chain_check(chain, NULL, error));
    ics_fault_chain_free(&chain);
    return ok;
}

static void trace_faults_keep_copies(IcsTraceReader *self, const IcsTraceFault *rule,
                                     gpointer config)
{
    if (rule->klass != &ics_duplicate_class) {
        return;
    }
    const IcsDuplicateConfig *changed = config;
    const IcsDuplicateConfig *most = g_hash_table_lookup(self->changes, rule->pointer);
    most = most != NULL ? most : rule->config;
    if (changed->copies > most->copies) {
        g_hash_table_insert(self->changes, (gpointer)rule->pointer, config);
    }
}

gconstpointer ics_trace_faults_read_change(IcsTraceReader *self, const IcsJsonNode *node,
                                           const GArray *faults, const IcsTraceFault *rule,
                                           const bool directions[2], GError **error)
{
    bool of_host = ics_fault_stage_is_host(rule->klass->stage);
    gpointer config = trace_faults_read_config(self, node, rule->klass, NULL, error);
    if (config == NULL) {
        return NULL;
    }
    for (int direction = of_host ? -1 : 0; direction < (of_host ? 0 : 2); direction++) {
        GError *failure = NULL;
        if ((of_host || directions[direction]) &&
            !trace_faults_try_change(self, faults, rule, config, direction, &failure)) {
            ics_trace_reader_fail(node, failure, error);
            return NULL;
        }
    }
    trace_faults_keep_copies(self, rule, config);
    return config;
}
