#include "tests/support/trace_fixture.h"

#include <cmocka.h>
#include <string.h>

#include "base/error.h"

char *ics_trace_fixture_text(const char *text)
{
    return g_strdelimit(g_strdup(text), "'", '"');
}

static IcsTrace *trace_fixture_load(const char *text, GError **error)
{
    const char *root = g_getenv("IPCSIM_SOURCE_DIR");
    g_autofree char *files =
        g_build_filename(root != NULL ? root : ".", "tests", "unit", "traces", "files", NULL);
    g_autofree char *json = ics_trace_fixture_text(text);
    return ics_trace_parse("test", json, strlen(json), files, NULL, error);
}

IcsTrace *ics_trace_fixture_parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    IcsTrace *trace = trace_fixture_load(text, &error);
    if (trace == NULL) {
        fail_msg("%s", error->message);
    }
    return trace;
}

char *ics_trace_fixture_refusal(const char *text)
{
    GError *error = NULL;
    g_autoptr(IcsTrace) trace = trace_fixture_load(text, &error);
    assert_null(trace);
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    char *message = g_strdup(error->message);
    g_error_free(error);
    return message;
}

static void the_trace_is_refused(void **state)
{
    const IcsTraceErrorRow *row = *state;
    g_autofree char *message = ics_trace_fixture_refusal(row->text);
    assert_string_equal(message, row->message);
}

int ics_trace_fixture_run(const char *group, const struct CMUnitTest *tests, size_t n,
                          const IcsTraceErrorRow *rows, size_t n_rows)
{
    g_autofree struct CMUnitTest *all = g_new0(struct CMUnitTest, n + n_rows);
    memcpy(all, tests, n * sizeof(*tests));
    for (size_t i = 0; i < n_rows; i++) {
        all[n + i].name = rows[i].name;
        all[n + i].test_func = the_trace_is_refused;
        all[n + i].initial_state = (void *)&rows[i];
    }
    return _cmocka_run_group_tests(group, all, n + n_rows, NULL, NULL);
}
