/* The characters inside JSON strings: which are valid, and what escapes mean. Private to base/. */
#ifndef ICS_BASE_JSON_CHARACTER_H
#define ICS_BASE_JSON_CHARACTER_H

#include <glib.h>
#include <stddef.h>

/* Borrowed bytes. */
typedef struct {
    const char *text;
    size_t length;
} IcsJsonBytes;

/**
 * The length of the multibyte character at an offset by the table of RFC 3629 clause 4: no
 * overlong forms, no surrogates, nothing over U+10FFFF. 0 when it is invalid.
 */
size_t ics_json_multibyte_length(const IcsJsonBytes *bytes, size_t offset);

/**
 * Checks one character of a string, which is neither plain ASCII nor the closing quote.
 *
 * Returns: (nullable): NULL and in `*length` its bytes; or what is wrong with it.
 */
const char *ics_json_check_character(const IcsJsonBytes *bytes, size_t offset, size_t *length);

/**
 * Appends the character of an escape that was checked; `at` points to its backslash.
 *
 * Returns: what follows the escape.
 */
const char *ics_json_append_escape(GString *out, const char *at);

#endif
