#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "tests/support/trace_fixture.h"
#include "tool/report/event_log.h"

#define TRACE(more)                                                                                \
    "{'ipcsim': 1, 'hosts': {'one': {}, 'two': {}}, 'links': [{'name': 'wire', 'ends': ['one', "   \
    "'two'], 'rate': '8Mbit', 'delay': '5ms'}], 'processes': [{'name': 'p', 'host': 'one', "       \
    "'operations': [" more "]}]}"

typedef struct {
    char *folder;
    char *path;
} Files;

static int set_up(void **state)
{
    Files *files = g_new0(Files, 1);
    files->folder = g_dir_make_tmp("ipcsim-test-XXXXXX", NULL);
    files->path = g_build_filename(files->folder, "events", NULL);
    *state = files;
    return 0;
}

static int tear_down(void **state)
{
    Files *files = *state;
    g_unlink(files->path);
    g_rmdir(files->folder);
    g_free(files->path);
    g_free(files->folder);
    g_free(files);
    return 0;
}

/* The log of a run of so many events; a failure is told through `error`. */
static bool log_run(const Files *files, const char *text, uint64_t events, GError **error)
{
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    IcsEventLog *log = ics_event_log_open(world, files->path, error);
    if (log == NULL) {
        return false;
    }
    ics_world_run(world, events);
    return ics_event_log_close(log, error);
}

static char *log_text(const Files *files, const char *text)
{
    char *written = NULL;
    assert_true(log_run(files, text, UINT64_MAX, NULL));
    assert_true(g_file_get_contents(files->path, &written, NULL, NULL));
    return written;
}

static void every_event_is_a_line(void **state)
{
    g_autofree char *written =
        log_text(*state, TRACE("{'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', "
                               "'port': 7}, {'do': 'log', 'text': 'a \\\"b\\\"'}, {'do': 'exit', "
                               "'code': 3}"));
    assert_string_equal(
        written, "{\"at_ns\":0,\"event\":\"process-started\",\"host\":\"one\",\"process\":\"p\"}\n"
                 "{\"at_ns\":0,\"event\":\"socket-bound\",\"host\":\"one\",\"process\":\"p\","
                 "\"port\":7,\"transport\":\"udp\"}\n"
                 "{\"at_ns\":0,\"event\":\"process-logged\",\"host\":\"one\",\"process\":\"p\","
                 "\"text\":\"a \\\"b\\\"\"}\n"
                 "{\"at_ns\":0,\"event\":\"socket-closed\",\"host\":\"one\",\"process\":\"p\","
                 "\"port\":7,\"transport\":\"udp\"}\n"
                 "{\"at_ns\":0,\"event\":\"process-ended\",\"host\":\"one\",\"process\":\"p\","
                 "\"outcome\":\"exited\",\"exit_code\":3}\n");
}

static void packets_leave_at_their_times(void **state)
{
    g_autofree char *written = log_text(
        *state, TRACE("{'do': 'socket', 'socket': 's'}, {'do': 'repeat', 'times': 2, 'operations': "
                      "[{'do': 'send', 'socket': 's', 'to': 'two:9', 'size': '72B'}]}"));
    assert_non_null(strstr(written, "{\"at_ns\":100000,\"event\":\"packet-departed\""));
    assert_non_null(strstr(written, "{\"at_ns\":200000,\"event\":\"packet-departed\""));
    assert_non_null(strstr(written, "\"flow\":\"p -> two:9\",\"flow_id\":0,\"message\":2"));
    assert_non_null(strstr(written, "\"cause\":\"no-port\""));
}

static void an_interrupted_run_has_its_log(void **state)
{
    const Files *files = *state;
    g_autofree char *written = NULL;
    assert_true(log_run(files, TRACE("{'do': 'wait', 'time': '1s'}"), 1, NULL));
    assert_true(g_file_get_contents(files->path, &written, NULL, NULL));
    assert_string_equal(
        written, "{\"at_ns\":0,\"event\":\"process-started\",\"host\":\"one\",\"process\":\"p\"}\n"
                 "{\"at_ns\":0,\"event\":\"process-blocked\",\"host\":\"one\",\"process\":\"p\","
                 "\"in\":\"sleep\"}\n");
}

static void a_world_without_events_has_an_empty_log(void **state)
{
    g_autofree char *written = log_text(*state, "{'ipcsim': 1, 'hosts': {'one': {}}}");
    assert_string_equal(written, "");
}

static void a_discarded_log_leaves_the_old_file(void **state)
{
    const Files *files = *state;
    g_autofree char *written = NULL;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(TRACE("{'do': 'exit'}"));
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    assert_true(g_file_set_contents(files->path, "old", -1, NULL));
    IcsEventLog *log = ics_event_log_open(world, files->path, NULL);
    ics_world_run(world, UINT64_MAX);
    ics_event_log_discard(log);
    assert_true(g_file_get_contents(files->path, &written, NULL, NULL));
    assert_string_equal(written, "old");
}

static void a_place_that_cannot_be_written_is_told_at_once(void **state)
{
    const Files *files = *state;
    const Files folder = {files->folder, files->folder};
    g_autoptr(GError) error = NULL;
    assert_false(log_run(&folder, TRACE("{'do': 'exit'}"), 1, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
}

static void a_full_disk_is_told_while_it_runs_and_at_the_end(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        TRACE("{'do': 'repeat', 'times': 10000, 'operations': [{'do': 'log', 'text': 'x'}]}"));
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    IcsEventLog *log = ics_event_log_open(world, "/dev/full", NULL);
    assert_true(ics_event_log_is_well(log));
    ics_world_run(world, UINT64_MAX);
    assert_false(ics_event_log_is_well(log));
    assert_false(ics_event_log_close(log, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
    assert_string_equal(error->message, "/dev/full: cannot be written: No space left on device");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_event_is_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(packets_leave_at_their_times, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_interrupted_run_has_its_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_world_without_events_has_an_empty_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_discarded_log_leaves_the_old_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_place_that_cannot_be_written_is_told_at_once, set_up,
                                        tear_down),
        cmocka_unit_test(a_full_disk_is_told_while_it_runs_and_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
