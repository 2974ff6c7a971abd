#include "base/json_scanner.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/json_document.h"
#include "base/json_lexer.h"
#include "base/quote.h"

/* What may come next. */
typedef enum {
    JSON_SCANNER_VALUE,
    JSON_SCANNER_VALUE_OR_END,
    JSON_SCANNER_KEY,
    JSON_SCANNER_KEY_OR_END,
    JSON_SCANNER_COLON,
    JSON_SCANNER_COMMA_OR_END,
} JsonScannerState;

/* A key of an open object. Its text is read again when it is needed. */
typedef struct {
    uint64_t hash;
    size_t start;
} JsonScannerKey;

/* An open container. */
typedef struct {
    bool is_object;
    size_t start;
    size_t first_key;  /* index in the scanner's keys */
    IcsJsonToken key;  /* the current one */
    size_t n_children; /* those before the current one */
} JsonScannerFrame;

typedef struct {
    const char *name;
    IcsJsonLexer lexer;
    JsonScannerState state;
    JsonScannerFrame frames[ICS_JSON_DEPTH_MAX];
    size_t depth;
    GArray *keys; /* of JsonScannerKey: those of every open object, the outermost first */
    GString *scratch[2];
    IcsJsonCensus *census;
    GError **error;
} JsonScanner;

void ics_json_text_position(const char *text, size_t offset, size_t *line, size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            ++*line;
            *column = 1;
        } else {
            *column += ((unsigned char)text[i] & 0xC0) != 0x80;
        }
    }
}

void ics_json_append_pointer_token(GString *out, const char *token, size_t length)
{
    g_string_append_c(out, '/');
    for (size_t i = 0; i < length; i++) {
        if (token[i] == '~') {
            g_string_append(out, "~0");
        } else if (token[i] == '/') {
            g_string_append(out, "~1");
        } else {
            g_string_append_c(out, token[i]);
        }
    }
}

static bool G_GNUC_PRINTF(3, 4)
    json_scanner_fail(JsonScanner *self, size_t offset, const char *format, ...)
{
    va_list arguments;
    size_t line;
    size_t column;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    ics_json_text_position(self->lexer.bytes.text, offset, &line, &column);
    g_set_error(self->error, ICS_ERROR, ICS_ERROR_INPUT, "%s:%zu:%zu: %s", self->name, line, column,
                message);
    return false;
}

static JsonScannerFrame *json_scanner_top(JsonScanner *self)
{
    return &self->frames[self->depth - 1];
}

/* The JSON pointer of the innermost container's child, for messages. Returns: (transfer full). */
static char *json_scanner_pointer(JsonScanner *self)
{
    g_autoptr(GString) out = g_string_new(NULL);

    for (size_t i = 0; i < self->depth; i++) {
        const JsonScannerFrame *frame = &self->frames[i];
        if (frame->is_object) {
            size_t length;
            const char *key = ics_json_lexer_string(self->lexer.bytes.text, &frame->key,
                                                    self->scratch[0], &length);
            ics_json_append_pointer_token(out, key, length);
        } else {
            g_string_append_printf(out, "/%zu", frame->n_children);
        }
    }
    return ics_one_line(out->str, ICS_JSON_POINTER_SHOWN_MAX);
}

/* The text of a key that was accepted before. */
static const char *json_scanner_key_text(JsonScanner *self, const JsonScannerKey *key, int scratch,
                                         size_t *length, IcsJsonToken *token)
{
    IcsJsonLexer lexer = self->lexer;

    lexer.offset = key->start;
    *token = ics_json_lexer_next(&lexer);
    return ics_json_lexer_string(lexer.bytes.text, token, self->scratch[scratch], length);
}

static int json_scanner_compare_texts(JsonScanner *self, const JsonScannerKey *a,
                                      const JsonScannerKey *b)
{
    size_t a_length;
    size_t b_length;
    IcsJsonToken token;
    const char *a_text = json_scanner_key_text(self, a, 0, &a_length, &token);
    const char *b_text = json_scanner_key_text(self, b, 1, &b_length, &token);
    int order = memcmp(a_text, b_text, MIN(a_length, b_length));

    return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* By hash, then text, then place: a total order, so that nobody can make it slow. */
static int json_scanner_compare_keys(const void *a_key, const void *b_key, void *self)
{
    const JsonScannerKey *a = a_key;
    const JsonScannerKey *b = b_key;

    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    int order = json_scanner_compare_texts(self, a, b);
    return order ? order : (a->start > b->start) - (a->start < b->start);
}

static bool json_scanner_fail_duplicate(JsonScanner *self, const JsonScannerKey *first,
                                        const JsonScannerKey *second)
{
    size_t line;
    size_t column;
    size_t length;

    json_scanner_key_text(self, second, 0, &length, &json_scanner_top(self)->key);
    g_autofree char *pointer = json_scanner_pointer(self);
    ics_json_text_position(self->lexer.bytes.text, first->start, &line, &column);
    return json_scanner_fail(self, second->start,
                             "%s: the key appears twice; first at line %zu, column %zu", pointer,
                             line, column);
}

/* Looks for a duplicate among the keys of the object that is about to be closed. */
static bool json_scanner_check_keys(JsonScanner *self)
{
    size_t first = json_scanner_top(self)->first_key;
    size_t n = self->keys->len - first;
    const JsonScannerKey *found = NULL;

    if (n < 2) {
        return true;
    }
    JsonScannerKey *keys = &g_array_index(self->keys, JsonScannerKey, first);
    g_qsort_with_data(keys, (int)n, sizeof *keys, json_scanner_compare_keys, self);
    for (size_t i = 1; i < n; i++) {
        if (keys[i].hash == keys[i - 1].hash && (!found || keys[i].start < found->start) &&
            json_scanner_compare_texts(self, &keys[i], &keys[i - 1]) == 0) {
            found = &keys[i];
        }
    }
    return !found || json_scanner_fail_duplicate(self, found - 1, found);
}

static void json_scanner_count_child(JsonScanner *self)
{
    self->census->elements += self->depth > 0 && !json_scanner_top(self)->is_object;
}

static bool json_scanner_open(JsonScanner *self, const IcsJsonToken *token, bool is_object)
{
    if (self->depth == ICS_JSON_DEPTH_MAX) {
        return json_scanner_fail(self, token->start, "nested deeper than %d levels",
                                 ICS_JSON_DEPTH_MAX);
    }
    json_scanner_count_child(self);
    self->frames[self->depth] = (JsonScannerFrame){
        .is_object = is_object, .start = token->start, .first_key = self->keys->len};
    self->depth++;
    self->census->depth = MAX(self->census->depth, self->depth);
    *(is_object ? &self->census->objects : &self->census->arrays) += 1;
    self->state = is_object ? JSON_SCANNER_KEY_OR_END : JSON_SCANNER_VALUE_OR_END;
    return true;
}

static bool json_scanner_close(JsonScanner *self)
{
    JsonScannerFrame *frame = json_scanner_top(self);

    if (frame->is_object) {
        if (!json_scanner_check_keys(self)) {
            return false;
        }
        g_array_set_size(self->keys, frame->first_key);
    }
    self->depth--;
    self->state = JSON_SCANNER_COMMA_OR_END;
    return true;
}

static bool json_scanner_key(JsonScanner *self, const IcsJsonToken *token)
{
    size_t length;
    const char *text =
        ics_json_lexer_string(self->lexer.bytes.text, token, self->scratch[0], &length);
    const JsonScannerKey key = {.hash = ics_hash_bytes(text, length, 0), .start = token->start};

    g_array_append_val(self->keys, key);
    json_scanner_top(self)->key = *token;
    self->census->members++;
    self->state = JSON_SCANNER_COLON;
    return true;
}

static bool json_scanner_fail_at_end(JsonScanner *self)
{
    if (self->depth == 0) {
        return json_scanner_fail(self, self->lexer.bytes.length, "the document is empty");
    }
    const JsonScannerFrame *frame = json_scanner_top(self);
    size_t line;
    size_t column;
    ics_json_text_position(self->lexer.bytes.text, frame->start, &line, &column);
    return json_scanner_fail(self, self->lexer.bytes.length,
                             "the %s that begins at line %zu, column %zu has no end",
                             frame->is_object ? "object" : "array", line, column);
}

static const char *json_scanner_expected(JsonScanner *self)
{
    switch (self->state) {
    case JSON_SCANNER_VALUE:
        return "a value";
    case JSON_SCANNER_VALUE_OR_END:
        return "a value or ']'";
    case JSON_SCANNER_KEY:
        return "a key between double quotes";
    case JSON_SCANNER_KEY_OR_END:
        return "a key between double quotes or '}'";
    case JSON_SCANNER_COLON:
        return "':' after the key";
    case JSON_SCANNER_COMMA_OR_END:
        return json_scanner_top(self)->is_object ? "',' or '}'" : "',' or ']'";
    }
    g_assert_not_reached();
}

/* A token that may not stand where it stands. */
static bool json_scanner_fail_token(JsonScanner *self, const IcsJsonToken *token)
{
    if (token->kind == ICS_JSON_TOKEN_ERROR) {
        return json_scanner_fail(self, self->lexer.error_offset, "%s", self->lexer.message);
    }
    if (token->kind == ICS_JSON_TOKEN_END) {
        return json_scanner_fail_at_end(self);
    }
    g_autofree char *got =
        g_strndup(self->lexer.bytes.text + token->start, MIN(token->end - token->start, 40));
    g_autofree char *valid = g_utf8_make_valid(got, -1);
    bool in_array = self->depth > 0 && !json_scanner_top(self)->is_object;
    bool after_comma =
        self->state == JSON_SCANNER_KEY || (self->state == JSON_SCANNER_VALUE && in_array);
    bool closes =
        token->kind == ICS_JSON_TOKEN_END_OBJECT || token->kind == ICS_JSON_TOKEN_END_ARRAY;
    const char *quote = token->kind <= ICS_JSON_TOKEN_COMMA ? "'" : "";
    return json_scanner_fail(self, token->start, "expected %s, got %s%s%s%s",
                             json_scanner_expected(self), quote, valid, quote,
                             after_comma && closes ? "; is there a ',' too many before it?" : "");
}

static bool json_scanner_scalar(JsonScanner *self, const IcsJsonToken *token)
{
    if (token->out_of_range) {
        g_autofree char *pointer = json_scanner_pointer(self);
        return json_scanner_fail(self, token->start,
                                 "%s%sthe integer is outside the range of 64 bits, "
                                 "%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                                 pointer, *pointer ? ": " : "", INT64_MIN, INT64_MAX);
    }
    json_scanner_count_child(self);
    self->census->scalars++;
    self->state = JSON_SCANNER_COMMA_OR_END;
    return true;
}

/* JSON_SCANNER_VALUE, and JSON_SCANNER_VALUE_OR_END. */
static bool json_scanner_step_value(JsonScanner *self, const IcsJsonToken *token)
{
    switch (token->kind) {
    case ICS_JSON_TOKEN_BEGIN_OBJECT:
        return json_scanner_open(self, token, true);
    case ICS_JSON_TOKEN_BEGIN_ARRAY:
        return json_scanner_open(self, token, false);
    case ICS_JSON_TOKEN_STRING:
    case ICS_JSON_TOKEN_NUMBER:
    case ICS_JSON_TOKEN_LITERAL:
        return json_scanner_scalar(self, token);
    case ICS_JSON_TOKEN_END_ARRAY:
        if (self->state == JSON_SCANNER_VALUE_OR_END) {
            return json_scanner_close(self);
        }
        break;
    case ICS_JSON_TOKEN_END_OBJECT:
    case ICS_JSON_TOKEN_COLON:
    case ICS_JSON_TOKEN_COMMA:
    case ICS_JSON_TOKEN_END:
    case ICS_JSON_TOKEN_ERROR:
        break;
    }
    return json_scanner_fail_token(self, token);
}

/* JSON_SCANNER_COMMA_OR_END. */
static bool json_scanner_step_after_value(JsonScanner *self, const IcsJsonToken *token)
{
    JsonScannerFrame *frame = json_scanner_top(self);

    if (token->kind == ICS_JSON_TOKEN_COMMA) {
        frame->n_children++;
        self->state = frame->is_object ? JSON_SCANNER_KEY : JSON_SCANNER_VALUE;
        return true;
    }
    if (token->kind == (frame->is_object ? ICS_JSON_TOKEN_END_OBJECT : ICS_JSON_TOKEN_END_ARRAY)) {
        return json_scanner_close(self);
    }
    return json_scanner_fail_token(self, token);
}

static bool json_scanner_step(JsonScanner *self, const IcsJsonToken *token)
{
    switch (self->state) {
    case JSON_SCANNER_VALUE:
    case JSON_SCANNER_VALUE_OR_END:
        return json_scanner_step_value(self, token);
    case JSON_SCANNER_KEY_OR_END:
        if (token->kind == ICS_JSON_TOKEN_END_OBJECT) {
            return json_scanner_close(self);
        }
        /* fall through */
    case JSON_SCANNER_KEY:
        if (token->kind == ICS_JSON_TOKEN_STRING) {
            return json_scanner_key(self, token);
        }
        break;
    case JSON_SCANNER_COLON:
        if (token->kind == ICS_JSON_TOKEN_COLON) {
            self->state = JSON_SCANNER_VALUE;
            return true;
        }
        break;
    case JSON_SCANNER_COMMA_OR_END:
        return json_scanner_step_after_value(self, token);
    }
    return json_scanner_fail_token(self, token);
}

/* From the first token of the value at the top to its last, and what follows it. */
static bool json_scanner_run(JsonScanner *self)
{
    IcsJsonToken token;

    do {
        token = ics_json_lexer_next(&self->lexer);
        if (!json_scanner_step(self, &token)) {
            return false;
        }
    } while (self->depth > 0);
    token = ics_json_lexer_next(&self->lexer);
    if (token.kind != ICS_JSON_TOKEN_END) {
        return json_scanner_fail(self, token.start, "only white space may follow the document");
    }
    return true;
}

bool ics_json_scan(const char *name, const char *text, size_t length, IcsJsonCensus *census,
                   GError **error)
{
    JsonScanner self = {
        .name = name,
        .state = JSON_SCANNER_VALUE,
        .keys = g_array_new(FALSE, FALSE, sizeof(JsonScannerKey)),
        .scratch = {g_string_new(NULL), g_string_new(NULL)},
        .census = census,
        .error = error,
    };

    *census = (IcsJsonCensus){.depth = 0};
    ics_json_lexer_init(&self.lexer, text, length);
    bool valid = json_scanner_run(&self);
    g_free(self.lexer.message);
    g_array_free(self.keys, TRUE);
    g_string_free(self.scratch[0], TRUE);
    g_string_free(self.scratch[1], TRUE);
    return valid;
}
