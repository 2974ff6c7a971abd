#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "traces/trace_schema.h"

#define SCHEMA_FILE "traces/schema/trace.schema.json"

static char *schema_path(void)
{
    const char *root = g_getenv("IPCSIM_SOURCE_DIR");
    return g_build_filename(root != NULL ? root : ".", SCHEMA_FILE, NULL);
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
    g_autofree char *path = schema_path();
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_committed_schema_is_what_the_tables_say),
    };
    return cmocka_run_group_tests_name("trace schema", tests, NULL, NULL);
}
