/*
 * Which texts are JSON documents, and where in a text a value stands. One pass, iterative; memory
 * only for the keys of the objects that are open. Private to base/.
 */
#ifndef ICS_BASE_JSON_SCANNER_H
#define ICS_BASE_JSON_SCANNER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The characters of a JSON pointer in a message. */
#define ICS_JSON_POINTER_SHOWN_MAX 200

/* What a document consists of. */
typedef struct {
    size_t objects;
    size_t members;
    size_t arrays;
    size_t elements;
    size_t scalars; /* neither object nor array */
    size_t depth;
} IcsJsonCensus;

/**
 * Checks a whole text by the rules of json_document.h.
 *
 * Errors: ICS_ERROR_INPUT, "NAME:LINE:COL: message".
 */
bool ics_json_scan(const char *name, const char *text, size_t length, IcsJsonCensus *census,
                   GError **error);

/* One step down from a container: a key, or, when that is NULL, an index. */
typedef struct {
    const char *key;
    size_t index;
} IcsJsonStep;

/**
 * The offset of the value at the end of a path from the root, or of the key before it, in a text
 * that ics_json_scan accepts.
 *
 * Returns: false when there is no such value.
 */
bool ics_json_locate(const char *text, size_t length, const IcsJsonStep *steps, size_t n_steps,
                     bool of_key, size_t *offset);

/* Line and column, both from 1, of an offset; columns count characters. */
void ics_json_text_position(const char *text, size_t offset, size_t *line, size_t *column);

/* Appends "/token" with '~' and '/' escaped (RFC 6901). */
void ics_json_append_pointer_token(GString *out, const char *token, size_t length);

#endif
