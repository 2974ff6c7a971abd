#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "base/json_document.h"
#include "traces/trace.h"
#include "traces/trace_schema.h"

#define SCHEMA_FILE  "traces/schema/trace.schema.json"
#define CORPUS_FILES "tests/unit/traces/files"

static char *in_sources(const char *file)
{
    const char *root = g_getenv("IPCSIM_SOURCE_DIR");
    return g_build_filename(root != NULL ? root : ".", file, NULL);
}

static char *schema_text(void)
{
    GString *text = g_string_new(NULL);
    IcsJsonWriter writer;
    ics_json_writer_init(&writer, text, ICS_JSON_WRITER_PRETTY);
    ics_trace_write_schema(&writer);
    ics_json_writer_finish(&writer);
    g_string_append_c(text, '\n');
    return g_string_free(text, FALSE);
}

static void the_committed_schema_is_what_the_tables_say(void **state)
{
    (void)state;
    g_autofree char *path = in_sources(SCHEMA_FILE);
    g_autofree char *generated = schema_text();
    g_autofree char *committed = NULL;
    if (g_strcmp0(g_getenv("IPCSIM_UPDATE_GOLDEN"), "1") == 0) {
        assert_true(g_file_set_contents(path, generated, -1, NULL));
    }
    assert_true(g_file_get_contents(path, &committed, NULL, NULL));
    if (strcmp(committed, generated) != 0) {
        fail_msg("%s is not what the tables say; IPCSIM_UPDATE_GOLDEN=1 rewrites it", path);
    }
}

/* Whether the loader takes a trace of the corpus; else what it says. */
static bool is_loaded(const IcsJsonNode *trace, char **message)
{
    g_autofree char *files = in_sources(CORPUS_FILES);
    g_autofree char *text = ics_json_node_text(trace);
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsTrace) loaded = ics_trace_parse("test", text, strlen(text), files, NULL, &error);
    *message = loaded != NULL ? NULL : g_strdup(error->message);
    return loaded != NULL;
}

static void check_corpus(const char *key, bool good)
{
    g_autofree char *path = in_sources(CORPUS_FILES "/schema_corpus.json");
    g_autoptr(IcsJsonDocument) corpus = ics_json_document_load(path, NULL);
    assert_non_null(corpus);
    IcsJsonNode root = ics_json_root(corpus);
    IcsJsonNode list;
    IcsJsonNode entry;
    IcsJsonIterator iterator;
    assert_true(ics_json_member(&root, key, &list));
    assert_true(ics_json_length(&list) > 50);
    ics_json_iterator_init(&iterator, &list);
    while (ics_json_iterator_next(&iterator, &entry)) {
        IcsJsonNode name;
        IcsJsonNode trace;
        const char *called;
        g_autofree char *message = NULL;
        assert_true(ics_json_member(&entry, "name", &name) &&
                    ics_json_get_string(&name, &called, NULL) &&
                    ics_json_member(&entry, "trace", &trace));
        if (is_loaded(&trace, &message) != good) {
            fail_msg("%s: %s", called, message != NULL ? message : "is accepted");
        }
    }
}

/* tests/scenario/test_trace_schema.py holds the schema against the same corpus. */
static void what_the_schema_accepts_is_loaded(void **state)
{
    (void)state;
    check_corpus("good", true);
}

static void what_the_schema_refuses_is_not_loaded(void **state)
{
    (void)state;
    check_corpus("refused-by-both", false);
}

static void the_loader_refuses_more_than_a_schema_can_say(void **state)
{
    (void)state;
    check_corpus("refused-by-loader", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_committed_schema_is_what_the_tables_say),
        cmocka_unit_test(what_the_schema_accepts_is_loaded),
        cmocka_unit_test(what_the_schema_refuses_is_not_loaded),
        cmocka_unit_test(the_loader_refuses_more_than_a_schema_can_say),
    };
    return cmocka_run_group_tests_name("trace schema", tests, NULL, NULL);
}
