/*
 * Any bytes either are a document, whose canonical text is a document with the same canonical text
 * and in which every node finds its place, or an error in ICS_ERROR_INPUT. Where the first byte is
 * 'S', the rest is "POINTER=VALUE" and a text, each up to a NUL, for ics_json_document_set.
 */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/json_document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The position of every node, for as many of them as do not take too long: it is linear in each. */
static void fuzz_visit(const IcsJsonNode *node, size_t *budget)
{
    IcsJsonIterator iterator;
    IcsJsonNode child;
    g_autofree char *where = ics_json_where_key(node);

    g_assert(where);
    ics_json_iterator_init(&iterator, node);
    while (*budget > 0 && ics_json_iterator_next(&iterator, &child)) {
        --*budget;
        fuzz_visit(&child, budget);
    }
}

static void fuzz_check(const IcsJsonDocument *document)
{
    g_autofree char *once = ics_json_document_text(document);
    g_autoptr(IcsJsonDocument) again = ics_json_document_parse("again", once, strlen(once), NULL);
    g_assert(again);
    g_autofree char *twice = ics_json_document_text(again);
    const IcsJsonNode root = ics_json_root(document);
    size_t budget = 64;

    g_assert_cmpstr(once, ==, twice);
    fuzz_visit(&root, &budget);
}

static void fuzz_set(IcsJsonDocument *document, char *option)
{
    g_autoptr(GError) error = NULL;
    char *equals = strchr(option, '=');

    if (!equals) {
        return;
    }
    *equals = '\0';
    if (ics_json_document_set(document, option, equals + 1, &error)) {
        fuzz_check(document);
    } else {
        g_assert(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    g_autofree char *option = NULL;
    g_autoptr(GError) error = NULL;

    if (size > 0 && data[0] == 'S') {
        option = g_strndup(text + 1, size - 1);
        size_t used = MIN(strlen(option) + 2, size);
        text += used;
        size -= used;
    }
    g_autoptr(IcsJsonDocument) document = ics_json_document_parse("fuzz", text, size, &error);
    if (!document) {
        g_assert(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    fuzz_check(document);
    if (option) {
        fuzz_set(document, option);
    }
    return 0;
}
