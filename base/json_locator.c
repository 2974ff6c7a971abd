#include <string.h>

#include "base/json_lexer.h"
#include "base/json_scanner.h"

/* Moves behind the value whose first token was just read. */
static void json_locator_skip(IcsJsonLexer *lexer, IcsJsonTokenKind kind)
{
    size_t depth = 0;

    for (;;) {
        depth += kind == ICS_JSON_TOKEN_BEGIN_OBJECT || kind == ICS_JSON_TOKEN_BEGIN_ARRAY;
        depth -= kind == ICS_JSON_TOKEN_END_OBJECT || kind == ICS_JSON_TOKEN_END_ARRAY;
        if (depth == 0) {
            return;
        }
        kind = ics_json_lexer_next(lexer).kind;
    }
}

static bool json_locator_key_equals(const IcsJsonLexer *lexer, const IcsJsonToken *token,
                                    const char *key, GString *scratch)
{
    size_t length;
    const char *text = ics_json_lexer_string(lexer->bytes.text, token, scratch, &length);

    return strlen(key) == length && memcmp(text, key, length) == 0;
}

/* From behind '{' to the first token of the member's value. */
static bool json_locator_enter_member(IcsJsonLexer *lexer, const char *key, GString *scratch,
                                      IcsJsonToken *key_token, IcsJsonToken *value)
{
    for (;;) {
        *key_token = ics_json_lexer_next(lexer);
        if (key_token->kind != ICS_JSON_TOKEN_STRING) {
            return false;
        }
        ics_json_lexer_next(lexer); /* the colon */
        *value = ics_json_lexer_next(lexer);
        if (json_locator_key_equals(lexer, key_token, key, scratch)) {
            return true;
        }
        json_locator_skip(lexer, value->kind);
        if (ics_json_lexer_next(lexer).kind != ICS_JSON_TOKEN_COMMA) {
            return false;
        }
    }
}

/* From behind '[' to the first token of the element. */
static bool json_locator_enter_element(IcsJsonLexer *lexer, size_t index, IcsJsonToken *value)
{
    *value = ics_json_lexer_next(lexer);
    for (size_t i = 0; i < index; i++) {
        if (value->kind == ICS_JSON_TOKEN_END_ARRAY) {
            return false;
        }
        json_locator_skip(lexer, value->kind);
        if (ics_json_lexer_next(lexer).kind != ICS_JSON_TOKEN_COMMA) {
            return false;
        }
        *value = ics_json_lexer_next(lexer);
    }
    return value->kind != ICS_JSON_TOKEN_END_ARRAY;
}

bool ics_json_locate(const char *text, size_t length, const IcsJsonStep *steps, size_t n_steps,
                     bool of_key, size_t *offset)
{
    GString *scratch = g_string_new(NULL);
    IcsJsonLexer lexer;
    IcsJsonToken key = {.start = 0};
    bool found = true;

    ics_json_lexer_init(&lexer, text, length);
    IcsJsonToken value = ics_json_lexer_next(&lexer);
    for (size_t i = 0; i < n_steps && found; i++) {
        if (steps[i].key) {
            found = value.kind == ICS_JSON_TOKEN_BEGIN_OBJECT &&
                    json_locator_enter_member(&lexer, steps[i].key, scratch, &key, &value);
        } else {
            found = value.kind == ICS_JSON_TOKEN_BEGIN_ARRAY &&
                    json_locator_enter_element(&lexer, steps[i].index, &value);
        }
    }
    if (found) {
        bool at_key = of_key && n_steps > 0 && steps[n_steps - 1].key;
        *offset = at_key ? key.start : value.start;
    }
    g_string_free(scratch, TRUE);
    return found;
}
