#include "tool/experiments/settings.h"

#include <string.h>

#include "base/error.h"
#include "base/json_document.h"
#include "base/quote.h"

/* ---- the place in the trace ---- */

/* The token of a pointer without its escapes (RFC 6901, section 4). Transfer full. */
static char *settings_token(const char *escaped)
{
    GString *token = g_string_new(escaped);
    g_string_replace(token, "~1", "/", 0);
    g_string_replace(token, "~0", "~", 0);
    return g_string_free(token, FALSE);
}

static bool settings_child(const IcsJsonNode *parent, const char *token, IcsJsonNode *child)
{
    guint64 index;
    if (ics_json_type(parent) == ICS_JSON_ARRAY) {
        return g_ascii_string_to_unsigned(token, 10, 0, G_MAXUINT32, &index, NULL) &&
               ics_json_element(parent, index, child);
    }
    return ics_json_member(parent, token, child);
}

/* "loss probability": the last token, and what the object around it is or is called. */
static char *settings_label(const IcsJsonNode *parent, const char *token)
{
    IcsJsonNode node;
    const char *what;
    bool is_said =
        (ics_json_member(parent, "kind", &node) || ics_json_member(parent, "name", &node)) &&
        ics_json_get_string(&node, &what, NULL);
    return is_said ? g_strdup_printf("%s %s", what, token) : g_strdup(token);
}

/* Whether the node has this descendant; then the label is filled in. Nodes are chained to their
 * parents on the stack: a call for each token. */
static bool settings_find(const IcsJsonNode *node, char **tokens, char **label)
{
    IcsJsonNode child;
    g_autofree char *token = settings_token(tokens[0]);
    if (!settings_child(node, token, &child)) {
        return false;
    }
    if (tokens[1] != NULL) {
        return settings_find(&child, tokens + 1, label);
    }
    *label = settings_label(node, token);
    return true;
}

static bool settings_name(IcsSettings *self, GError **error)
{
    const char *pointer = self->vary->pointer;
    g_auto(GStrv) tokens = g_strsplit(pointer + 1, "/", -1);
    IcsJsonNode root = ics_json_root(self->base->document);
    if (pointer[1] != '\0' && settings_find(&root, tokens, &self->label)) {
        return true;
    }
    g_autofree char *quoted = ics_quote(pointer);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "--vary: %s has nothing at %s; --set can put it there first", self->base->name,
                quoted);
    return false;
}

/* ---- the traces ---- */

static bool settings_add(IcsSettings *self, const char *text, const char *value,
                         const char *base_directory, GError **error)
{
    g_autofree char *set = g_strdup_printf("%s=%s", self->vary->pointer, value);
    const char *const sets[] = {set, NULL};
    IcsTrace *trace =
        ics_trace_parse(self->base->name, text, strlen(text), base_directory, sets, error);
    if (trace == NULL) {
        return false;
    }
    g_ptr_array_add(self->traces, trace);
    return true;
}

static bool settings_sweep(IcsSettings *self, const char *base_directory, GError **error)
{
    g_autofree char *text = ics_json_document_text(self->base->document);
    const GPtrArray *values = self->vary->values;
    for (guint i = 0; i < values->len; i++) {
        if (!settings_add(self, text, g_ptr_array_index(values, i), base_directory, error)) {
            return false;
        }
    }
    return true;
}

IcsSettings *ics_settings_new(IcsTrace *base, const IcsVary *vary, const char *base_directory,
                              GError **error)
{
    g_autoptr(IcsSettings) self = g_new0(IcsSettings, 1);
    self->base = base;
    self->vary = vary;
    self->traces = g_ptr_array_new();
    if (vary == NULL) {
        g_ptr_array_add(self->traces, base);
        return g_steal_pointer(&self);
    }
    bool ok = settings_name(self, error) && settings_sweep(self, base_directory, error);
    return ok ? g_steal_pointer(&self) : NULL;
}

void ics_settings_free(IcsSettings *self)
{
    if (self == NULL) {
        return;
    }
    for (guint i = 0; self->vary != NULL && i < self->traces->len; i++) {
        ics_trace_free(g_ptr_array_index(self->traces, i));
    }
    g_ptr_array_unref(self->traces);
    g_free(self->label);
    g_free(self);
}
