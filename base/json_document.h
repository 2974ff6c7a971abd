/*
 * JSON documents (RFC 8259, strictly) in which every value knows its line and column.
 *
 * Our own scanner decides what is a document; json-c builds the tree. Refused, besides all that RFC
 * 8259 forbids: duplicate keys, NUL (raw or \u0000), invalid UTF-8, lone surrogates, a byte order
 * mark, nesting over 64, integers outside int64, text after the value, documents over 1 GiB.
 * Errors read "FILE:LINE:COL: message".
 */
#ifndef ICS_BASE_JSON_DOCUMENT_H
#define ICS_BASE_JSON_DOCUMENT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/json_node.h"

/* Containers in containers; a document that is one object has the depth 1. */
#define ICS_JSON_DEPTH_MAX 64

#define ICS_JSON_DOCUMENT_BYTES_MAX (INT64_C(1) << 30)

/**
 * Reads and parses a file; "-" is standard input, called "<stdin>" in messages.
 *
 * Errors: ICS_ERROR_INPUT for a file that is not there, may not be read, is a directory or is not
 * a document; ICS_ERROR_MACHINE when reading fails or when the tree would not fit in three
 * quarters of the memory that is available (estimated before it is built).
 * Returns: (transfer full) (nullable).
 */
IcsJsonDocument *ics_json_document_load(const char *path, GError **error);

/* As ics_json_document_load, with the bytes that the tree may take (`--memory`). */
IcsJsonDocument *ics_json_document_load_within(const char *path, int64_t memory_limit_bytes,
                                               GError **error);

/* As ics_json_document_load, from memory; `name` stands for FILE in messages. Text is copied. */
IcsJsonDocument *ics_json_document_parse(const char *name, const char *text, size_t length,
                                         GError **error);

void ics_json_document_free(IcsJsonDocument *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsJsonDocument, ics_json_document_free)

/* The name that messages use. */
const char *ics_json_document_name(const IcsJsonDocument *self);

/**
 * Gives the value at a JSON pointer a new value, for `--set POINTER=VALUE`. The parent must exist;
 * a member is added when it is missing; "-" appends to an array. `value` is taken as JSON if it
 * parses as JSON, as a string otherwise; but text that starts with '{', '[' or '"' must be JSON.
 * Messages about values at or under the pointer say "--set POINTER=VALUE" from now on. Nodes of
 * this document become invalid.
 *
 * Errors: ICS_ERROR_INPUT; the document is then unchanged.
 */
bool ics_json_document_set(IcsJsonDocument *self, const char *pointer, const char *value,
                           GError **error);

/* ics_json_node_text of the root: to hash and to embed. Returns: (transfer full). */
char *ics_json_document_text(const IcsJsonDocument *self);

#endif
