#include <string.h>

#include "base/error.h"
#include "base/json_document_private.h"
#include "base/json_scanner.h"
#include "base/nearest.h"
#include "base/quote.h"

/* The characters of a label in messages. */
#define JSON_SET_LABEL_MAX 72

/* A `--set` that is being carried out. */
typedef struct {
    IcsJsonDocument *document;
    const char *label;
    char **parts;  /* of the pointer, decoded, NULL-terminated; the first is the text before '/' */
    char **tokens; /* the parts behind it */
    size_t n_tokens;
    GString *resolved; /* the pointer, with the index in the place of "-" */
    struct json_object *parent;
    GError **error;
} JsonSet;

static bool G_GNUC_PRINTF(2, 3) json_set_fail(JsonSet *self, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(self->error, ICS_ERROR, ICS_ERROR_INPUT, "%s: %s", self->label, message);
    return false;
}

/* What the walk has reached, for messages. */
static const char *json_set_here(const JsonSet *self)
{
    return self->resolved->len > 0 ? self->resolved->str : "the document";
}

/* Resolves ~0 and ~1 in place (RFC 6901 clause 4). */
static bool json_set_unescape(char *token)
{
    char *out = token;

    for (const char *at = token; *at; at++) {
        if (*at == '~') {
            at++;
            if (*at != '0' && *at != '1') {
                return false;
            }
            *out++ = *at == '0' ? '~' : '/';
        } else {
            *out++ = *at;
        }
    }
    *out = '\0';
    return true;
}

static bool json_set_split(JsonSet *self, const char *pointer)
{
    if (*pointer != '/') {
        return json_set_fail(self, "a JSON pointer begins with '/', as in /seed or /links/0/rate");
    }
    if (!g_utf8_validate(pointer, -1, NULL)) {
        return json_set_fail(self, "the JSON pointer is not UTF-8");
    }
    self->parts = g_strsplit(pointer, "/", -1);
    self->tokens = self->parts + 1;
    self->n_tokens = g_strv_length(self->tokens);
    for (size_t i = 0; i < self->n_tokens; i++) {
        if (!json_set_unescape(self->tokens[i])) {
            return json_set_fail(self, "in a JSON pointer '~' is followed by 0 or 1");
        }
    }
    return true;
}

/* The index that a token means in an array: digits without superfluous zeros, or "-" for the end.
 */
static bool json_set_index(JsonSet *self, struct json_object *array, const char *token,
                           bool allow_append, size_t *index)
{
    size_t length = json_object_array_length(array);
    guint64 value = 0;

    if (strcmp(token, "-") == 0 && allow_append) {
        *index = length;
        return true;
    }
    bool superfluous_zero = token[0] == '0' && token[1] != '\0';
    if (superfluous_zero || !g_ascii_string_to_unsigned(token, 10, 0, G_MAXUINT64, &value, NULL)) {
        g_autofree char *quoted = ics_quote(token);
        return json_set_fail(self, "%s is an array: expected an index%s, got %s",
                             json_set_here(self), allow_append ? ", or - to append" : "", quoted);
    }
    if (value >= length) {
        return json_set_fail(self, "%s has %zu elements, counted from 0", json_set_here(self),
                             length);
    }
    *index = value;
    return true;
}

static bool json_set_fail_missing(JsonSet *self, const char *token)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autofree char *quoted = ics_quote(token);

    json_object_object_foreach(self->parent, key, value)
    {
        (void)value;
        g_ptr_array_add(names, key);
    }
    g_ptr_array_add(names, NULL);
    const char *nearest = ics_nearest(token, (const char *const *)names->pdata);
    return json_set_fail(self, "%s has no member %s%s%s%s", json_set_here(self), quoted,
                         nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                         nearest ? "\"?" : "");
}

/* From self->parent to its child `token`, which must exist. */
static bool json_set_descend(JsonSet *self, const char *token)
{
    struct json_object *child = NULL;
    size_t index = 0;

    if (json_object_is_type(self->parent, json_type_array)) {
        if (!json_set_index(self, self->parent, token, false, &index)) {
            return false;
        }
        child = json_object_array_get_idx(self->parent, index);
    } else if (!json_object_is_type(self->parent, json_type_object)) {
        return json_set_fail(self, "%s is neither an object nor an array", json_set_here(self));
    } else if (!json_object_object_get_ex(self->parent, token, &child)) {
        return json_set_fail_missing(self, token);
    }
    self->parent = child;
    ics_json_append_pointer_token(self->resolved, token, strlen(token));
    return true;
}

/* The value as JSON, or else as a string. A new reference, NULL for JSON's null. */
static bool json_set_parse(JsonSet *self, const char *text, struct json_object **value)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(IcsJsonDocument) document =
        ics_json_document_parse(self->label, text, strlen(text), &failure);
    const char *start = text + strspn(text, " \t\r\n");

    if (document) {
        if (self->n_tokens - 1 + document->depth >= ICS_JSON_DEPTH_MAX) {
            return json_set_fail(self, "nested deeper than %d levels", ICS_JSON_DEPTH_MAX);
        }
        *value = json_object_get(document->root);
        return true;
    }
    if (*start && strchr("{[\"", *start)) {
        g_propagate_error(self->error, g_steal_pointer(&failure));
        return false;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        return json_set_fail(self, "the value is not UTF-8");
    }
    *value = json_object_new_string(text);
    return true;
}

/* Puts the value, which is consumed, into self->parent. */
static bool json_set_put(JsonSet *self, const char *token, struct json_object *value)
{
    size_t index = 0;

    if (json_object_is_type(self->parent, json_type_object)) {
        json_object_object_add(self->parent, token, value);
        ics_json_append_pointer_token(self->resolved, token, strlen(token));
        return true;
    }
    if (!json_object_is_type(self->parent, json_type_array)) {
        json_object_put(value);
        return json_set_fail(self, "%s is neither an object nor an array", json_set_here(self));
    }
    if (!json_set_index(self, self->parent, token, true, &index)) {
        json_object_put(value);
        return false;
    }
    json_object_array_put_idx(self->parent, index, value);
    g_string_append_printf(self->resolved, "/%zu", index);
    return true;
}

static bool json_set_run(JsonSet *self, const char *pointer, const char *text)
{
    struct json_object *value = NULL;

    if (!json_set_split(self, pointer)) {
        return false;
    }
    for (size_t i = 0; i + 1 < self->n_tokens; i++) {
        if (!json_set_descend(self, self->tokens[i])) {
            return false;
        }
    }
    return json_set_parse(self, text, &value) &&
           json_set_put(self, self->tokens[self->n_tokens - 1], value);
}

/* "--set POINTER=VALUE" on one line of bounded length. Returns: (transfer full). */
static char *json_set_label(const char *pointer, const char *value)
{
    g_autofree char *whole = g_strdup_printf("--set %s=%s", pointer, value);
    char *label = g_utf8_make_valid(whole, -1);

    if (g_utf8_strlen(label, -1) > JSON_SET_LABEL_MAX) {
        strcpy(g_utf8_offset_to_pointer(label, JSON_SET_LABEL_MAX - 3), "...");
    }
    return g_strdelimit(label, "\n\r\t\v\f\b\x1B", ' ');
}

bool ics_json_document_set(IcsJsonDocument *self, const char *pointer, const char *value,
                           GError **error)
{
    g_autofree char *label = json_set_label(pointer, value);
    JsonSet set = {.document = self,
                   .label = label,
                   .resolved = g_string_new(NULL),
                   .parent = self->root,
                   .error = error};
    bool ok = json_set_run(&set, pointer, value);

    g_strfreev(set.parts);
    if (!ok) {
        g_string_free(set.resolved, TRUE);
        return false;
    }
    IcsJsonSet *note = g_new(IcsJsonSet, 1);
    note->pointer = g_string_free(set.resolved, FALSE);
    note->label = g_steal_pointer(&label);
    g_ptr_array_add(self->sets, note);
    return true;
}
