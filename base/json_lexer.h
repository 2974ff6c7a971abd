/*
 * The tokens of JSON (RFC 8259, strictly), one after the other, over borrowed bytes. Nothing is
 * allocated, except for the text of an error. Private to base/.
 */
#ifndef ICS_BASE_JSON_LEXER_H
#define ICS_BASE_JSON_LEXER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/json_character.h"

typedef enum {
    ICS_JSON_TOKEN_BEGIN_OBJECT,
    ICS_JSON_TOKEN_END_OBJECT,
    ICS_JSON_TOKEN_BEGIN_ARRAY,
    ICS_JSON_TOKEN_END_ARRAY,
    ICS_JSON_TOKEN_COLON,
    ICS_JSON_TOKEN_COMMA,
    ICS_JSON_TOKEN_STRING,
    ICS_JSON_TOKEN_NUMBER,
    ICS_JSON_TOKEN_LITERAL, /* true, false, null */
    ICS_JSON_TOKEN_END,     /* the text is over */
    ICS_JSON_TOKEN_ERROR,
} IcsJsonTokenKind;

typedef struct {
    IcsJsonTokenKind kind;
    size_t start;      /* offset of the first byte, the quote of a string */
    size_t end;        /* offset behind the last byte */
    bool escaped;      /* of a string: it holds a backslash */
    bool out_of_range; /* of a number: an integer outside int64 */
} IcsJsonToken;

typedef struct {
    IcsJsonBytes bytes;
    size_t offset;
    size_t error_offset; /* after an error token */
    char *message;       /* after an error token: (owned by the caller) */
} IcsJsonLexer;

void ics_json_lexer_init(IcsJsonLexer *self, const char *text, size_t length);

/* The next token. After an error token the lexer stays where it is. */
IcsJsonToken ics_json_lexer_next(IcsJsonLexer *self);

/**
 * The contents of a string token of a text that the lexer accepted: escapes are resolved.
 *
 * Returns: UTF-8 of `*length` bytes, borrowed from the text or, when there are escapes, from
 * `scratch`, whose contents are replaced.
 */
const char *ics_json_lexer_string(const char *text, const IcsJsonToken *token, GString *scratch,
                                  size_t *length);

#endif
