/* Choices of transports as text: "udp, rdt.gbn(window=8, timeout=200ms)". */
#include <string.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "protocols/socket/transport.h"

static void transport_choice_refuse(const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsTransportClass *const *klass = ics_transport_classes; *klass != NULL; klass++) {
        g_ptr_array_add(names, (char *)(*klass)->name);
    }
    g_ptr_array_add(names, NULL);
    const char *const *candidates = (const char *const *)names->pdata;
    const char *near = ics_nearest(name, candidates);
    g_autofree char *quoted = ics_quote(name);
    g_autofree char *known = ics_join_names(candidates);
    if (near != NULL) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "unknown transport %s; did you mean \"%s\"?",
                    quoted, near);
    } else {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "unknown transport %s; known: %s", quoted,
                    known);
    }
}

static const IcsTransportClass *transport_choice_class(const char *name, GError **error)
{
    const IcsTransportClass *klass = ics_transport_class_by_name(name);
    if (klass == NULL) {
        transport_choice_refuse(name, error);
    }
    return klass;
}

static char *transport_choice_without_blanks(const char *text)
{
    GString *out = g_string_new(NULL);
    for (; *text != '\0'; text++) {
        if (!g_ascii_isspace(*text)) {
            g_string_append_c(out, *text);
        }
    }
    return g_string_free(out, FALSE);
}

static IcsTransportChoice *transport_choice_new(const IcsTransportClass *klass, const char *text)
{
    IcsTransportChoice *self = g_new0(IcsTransportChoice, 1);
    self->klass = klass;
    self->config = klass->config_bytes > 0 ? g_malloc0(klass->config_bytes) : NULL;
    self->text = transport_choice_without_blanks(text);
    ics_parameters_defaults(klass->parameters, self->config);
    return self;
}

/* Where the settings begin, or the end of the text; NULL when the parentheses do not match. */
static const char *transport_choice_settings(const char *text, GError **error)
{
    const char *open = strchr(text, '(');
    const char *close = strchr(text, ')');
    bool none = open == NULL && close == NULL;
    if (none || (open != NULL && close > open && close[1] == '\0')) {
        return none ? text + strlen(text) : open;
    }
    g_autofree char *quoted = ics_quote(text);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "expected a transport such as \"rdt.gbn(window=8)\", got %s", quoted);
    return NULL;
}

/* `settings` is empty, or begins with a parenthesis and ends with one. */
static bool transport_choice_assign(const IcsTransportClass *klass, const char *settings,
                                    gpointer config, GError **error)
{
    if (*settings == '\0') {
        return true;
    }
    g_autofree char *inner = g_strndup(settings + 1, strlen(settings) - 2);
    return *g_strstrip(inner) == '\0' ||
           ics_parameters_assign_all(klass->parameters, inner, config, error);
}

static bool transport_choice_complete(IcsTransportChoice *self, const char *settings,
                                      GError **error)
{
    return transport_choice_assign(self->klass, settings, self->config, error) &&
           (self->klass->check == NULL || self->klass->check(self->config, error));
}

void ics_transport_choice_apply(const IcsTransportChoice *self, gpointer config)
{
    const char *settings = transport_choice_settings(self->text, NULL);
    bool ok = transport_choice_assign(self->klass, settings, config, NULL);
    g_assert(ok);
}

IcsTransportChoice *ics_transport_choice_parse(const char *text, GError **error)
{
    g_autofree char *stripped = g_strstrip(g_strdup(text));
    const char *settings = transport_choice_settings(stripped, error);
    if (settings == NULL) {
        return NULL;
    }
    g_autofree char *name = g_strstrip(g_strndup(stripped, (gsize)(settings - stripped)));
    const IcsTransportClass *klass = transport_choice_class(name, error);
    if (klass == NULL) {
        return NULL;
    }
    g_autoptr(IcsTransportChoice) self = transport_choice_new(klass, stripped);
    if (!transport_choice_complete(self, settings, error)) {
        g_prefix_error(error, "%s: ", klass->name);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void ics_transport_choice_free(IcsTransportChoice *self)
{
    if (self == NULL) {
        return;
    }
    ics_parameters_clear(self->klass->parameters, self->config);
    g_free(self->config);
    g_free(self->text);
    g_free(self);
}

/* The length of the first entry of a list: up to a comma outside parentheses. */
static size_t transport_choice_entry(const char *list)
{
    size_t n = 0;
    for (int depth = 0; list[n] != '\0' && (list[n] != ',' || depth > 0); n++) {
        depth += (list[n] == '(') - (list[n] == ')');
    }
    return n;
}

static void transport_choice_free_element(gpointer choice)
{
    ics_transport_choice_free(choice);
}

GPtrArray *ics_transport_choices_parse(const char *list, GError **error)
{
    g_autoptr(GPtrArray) choices = g_ptr_array_new_with_free_func(transport_choice_free_element);
    for (;;) {
        size_t n = transport_choice_entry(list);
        g_autofree char *entry = g_strndup(list, n);
        IcsTransportChoice *choice = ics_transport_choice_parse(entry, error);
        if (choice == NULL) {
            return NULL;
        }
        g_ptr_array_add(choices, choice);
        if (list[n] == '\0') {
            return g_steal_pointer(&choices);
        }
        list += n + 1;
    }
}
