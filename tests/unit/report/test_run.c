/* The interface for programs that embed the simulator. */
#include <cmocka.h>
#include <glib.h>
#include <ipcsim/ipcsim.h>
#include <string.h>

#include "tests/support/trace_fixture.h"

#define MS INT64_C(1000000)

/* Something is decided by chance, processes block, a host crashes. */
static const char busy[] =
    "{'ipcsim': 1, 'title': 'Busy', 'seed': 5, 'stop': '3s', 'hosts': {'client': {}, 'server': {}},"
    " 'links': [{'name': 'wire', 'ends': ['client', 'server'], 'rate': '1Mbit', 'delay': '10ms',"
    "  'faults': [{'kind': 'loss', 'probability': '10%'},"
    "   {'kind': 'duplicate', 'probability': '5%'},"
    "   {'kind': 'reorder', 'probability': '5%', 'displacement': 2}]}],"
    " 'processes': [{'name': 'echo', 'host': 'server', 'program': 'udp-echo-server', 'port': 7},"
    "  {'name': 'asker', 'host': 'client', 'program': 'udp-client', 'to': 'server:7',"
    "   'messages': 500, 'interval': '10ms', 'wait': 'none'}],"
    " 'schedule': [{'at': '1s', 'action': 'crash', 'host': 'server'},"
    "  {'at': '1500ms', 'action': 'restart', 'host': 'server'}],"
    " 'expect': [{'flow': 'asker -> echo', 'metric': 'sent', 'min': 100}]}";

static const char quiet[] = "{'ipcsim': 1, 'hosts': {'one': {}}}";

static IcsRun *new_run(const char *trace, const IcsRunOptions *options)
{
    g_autofree char *text = ics_trace_fixture_text(trace);
    char *message = NULL;
    IcsRun *run = ics_run_new_from_text("test", text, strlen(text), options, &message);
    if (run == NULL) {
        fail_msg("%s", message);
    }
    return run;
}

static uint64_t digest_of(const char *trace, const IcsRunOptions *options)
{
    IcsRun *run = new_run(trace, options);
    ics_run_to_end(run);
    uint64_t digest = ics_run_digest(run);
    ics_run_free(run);
    return digest;
}

static void assert_says(const IcsRun *run, IcsResultFormat format, const char *expected)
{
    char *text = ics_run_result(run, format);
    if (strstr(text, expected) == NULL) {
        fail_msg("\"%s\" is not in\n%s", expected, text);
    }
    ics_run_free_text(text);
}

static void a_run_goes_to_its_end(void **state)
{
    (void)state;
    IcsRun *run = new_run(busy, NULL);
    assert_int_equal(ics_run_now(run), 0);
    assert_false(ics_run_is_ok(run));
    ics_run_to_end(run);
    assert_int_equal(ics_run_now(run), 3000 * MS);
    assert_true(ics_run_is_ok(run));
    assert_says(run, ICS_RESULT_TEXT, "Busy\n");
    assert_says(run, ICS_RESULT_JSON, "\"stopped\": \"time\"");
    uint64_t digest = ics_run_digest(run);
    ics_run_to_end(run);
    assert_int_equal(ics_run_digest(run), digest);
    ics_run_free(run);
}

static void a_run_by_steps_is_the_same_run(void **state)
{
    (void)state;
    static const int64_t steps_ns[] = {100000, 999999, 7 * MS, 33333333, 10000 * MS};
    uint64_t whole = digest_of(busy, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(steps_ns); i++) {
        IcsRun *run = new_run(busy, NULL);
        for (int64_t until_ns = 0; ics_run_until(run, until_ns); until_ns += steps_ns[i]) {
            assert_int_equal(ics_run_now(run), until_ns);
        }
        assert_int_equal(ics_run_digest(run), whole);
        ics_run_free(run);
    }
}

static void looking_at_it_changes_nothing(void **state)
{
    (void)state;
    IcsRun *run = new_run(busy, NULL);
    for (int64_t until_ns = 0; ics_run_until(run, until_ns); until_ns += 100 * MS) {
        ics_run_free_text(ics_run_result(run, ICS_RESULT_JSON));
        ics_run_free_text(ics_run_result(run, ICS_RESULT_TEXT));
        ics_run_is_ok(run);
        ics_run_digest(run);
    }
    assert_int_equal(ics_run_digest(run), digest_of(busy, NULL));
    ics_run_free(run);
}

static void time_does_not_go_back(void **state)
{
    (void)state;
    IcsRun *run = new_run(busy, NULL);
    assert_true(ics_run_until(run, 500 * MS));
    uint64_t digest = ics_run_digest(run);
    assert_true(ics_run_until(run, 100 * MS));
    assert_true(ics_run_until(run, -5));
    assert_int_equal(ics_run_now(run), 500 * MS);
    assert_int_equal(ics_run_digest(run), digest);
    ics_run_to_end(run);
    assert_int_equal(ics_run_digest(run), digest_of(busy, NULL));
    ics_run_free(run);
}

static void a_run_that_is_not_over_says_so(void **state)
{
    (void)state;
    IcsRun *run = new_run(busy, NULL);
    assert_true(ics_run_until(run, 500 * MS));
    assert_says(run, ICS_RESULT_JSON, "\"stopped\": \"interrupted\"");
    assert_false(ics_run_is_ok(run));
    ics_run_free(run);
}

static void a_quiet_world_is_over_at_once(void **state)
{
    (void)state;
    IcsRun *run = new_run(quiet, NULL);
    assert_false(ics_run_until(run, MS));
    assert_true(ics_run_is_ok(run));
    assert_says(run, ICS_RESULT_JSON, "\"stopped\": \"quiescent\"");
    ics_run_free(run);
}

static void options_change_seed_and_values(void **state)
{
    (void)state;
    const char *const seed_9[] = {"/seed=9", NULL};
    const char *const two[] = {"/title=Other", "/seed=9", NULL};
    const IcsRunOptions by_option = {.has_seed = true, .seed = 9};
    const IcsRunOptions by_set = {.sets = seed_9};
    const IcsRunOptions by_both = {.has_seed = true, .seed = 10, .sets = two};
    const IcsRunOptions ten = {.has_seed = true, .seed = 10};
    const IcsRunOptions nothing = {.seed = 9};
    assert_int_equal(digest_of(busy, &by_option), digest_of(busy, &by_set));
    assert_int_equal(digest_of(busy, &by_both), digest_of(busy, &ten));
    assert_int_not_equal(digest_of(busy, &by_option), digest_of(busy, &ten));
    assert_int_equal(digest_of(busy, &nothing), digest_of(busy, NULL));
    IcsRun *run = new_run(busy, &by_both);
    assert_says(run, ICS_RESULT_TEXT, "Other\n");
    ics_run_free(run);
}

/* ---- what is refused ---- */

static void a_file_that_is_missing_is_told(void **state)
{
    (void)state;
    char *message = NULL;
    assert_null(ics_run_new("/nonexistent/x.json", NULL, &message));
    assert_string_equal(message, "/nonexistent/x.json: cannot be read: No such file or directory");
    ics_run_free_text(message);
    assert_null(ics_run_new("/nonexistent/x.json", NULL, NULL));
}

static void text_that_is_no_trace_is_told_with_its_place(void **state)
{
    (void)state;
    char *message = NULL;
    assert_null(ics_run_new_from_text("mine", "{\n \"ipcsim\": 2}", 15, NULL, &message));
    assert_true(g_str_has_prefix(message, "mine:2:12: /ipcsim: "));
    ics_run_free_text(message);
    assert_null(ics_run_new_from_text("mine", "", 0, NULL, NULL));
}

static void a_set_that_is_wrong_is_told(void **state)
{
    (void)state;
    const char *const sets[] = {"/seed=x", NULL};
    const IcsRunOptions options = {.sets = sets};
    g_autofree char *text = ics_trace_fixture_text(busy);
    char *message = NULL;
    assert_null(ics_run_new_from_text("test", text, strlen(text), &options, &message));
    assert_string_equal(message, "--set /seed=x: /seed: expected an integer, got the string \"x\"");
    ics_run_free_text(message);
}

/* ---- programs of one's own ---- */

static void ask_once(IcsProcess *self, const void *config)
{
    IcsEndpoint to;
    char answer[16] = "";
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 100 * MS);
    ics_resolve_endpoint(self, "server:7", &to);
    for (int i = 0; i < *(const int *)config; i++) {
        ics_send_to(self, socket, "hello", 5, 0, to);
        int64_t n = ics_receive(self, socket, answer, sizeof answer - 1, 0);
        ics_log(self, "%s", n < 0 ? "no answer" : answer);
    }
}

#define SERVER                                                                                     \
    "{'ipcsim': 1, 'hosts': {'client': {}, 'server': {}}, 'links': [{'name': 'wire', 'ends': "     \
    "['client', 'server'], 'delay': '10ms', 'faults': [{'kind': 'loss', 'nth': 2}]}], "            \
    "'processes': [{'name': 'echo', 'host': 'server', 'program': 'udp-echo-server', 'port': 7}], " \
    "'schedule': [{'at': '1s', 'action': 'crash', 'host': 'client'}]}"

static void a_program_of_ones_own_runs(void **state)
{
    (void)state;
    static const int rounds = 2;
    IcsRun *run = new_run(SERVER, NULL);
    assert_true(ics_run_add_process(run, "client", "mine", ask_once, &rounds, NULL));
    ics_run_to_end(run);
    assert_says(run, ICS_RESULT_TEXT, "mine: hello\nmine: no answer\n");
    assert_says(run, ICS_RESULT_JSON, "\"name\": \"mine -> echo\"");
    ics_run_free(run);
}

static void it_may_come_while_the_run_goes_on(void **state)
{
    (void)state;
    static const int rounds = 1;
    IcsRun *run = new_run(SERVER, NULL);
    assert_true(ics_run_until(run, 500 * MS));
    assert_true(ics_run_add_process(run, "client", "late", ask_once, &rounds, NULL));
    assert_true(ics_run_until(run, 510 * MS));
    assert_says(run, ICS_RESULT_JSON, "\"undecided\": 1");
    ics_run_to_end(run);
    assert_says(run, ICS_RESULT_TEXT, "late: hello\n");
    ics_run_free(run);
}

static void a_host_that_is_missing_or_down_takes_no_process(void **state)
{
    (void)state;
    static const int rounds = 1;
    char *message = NULL;
    IcsRun *run = new_run(SERVER, NULL);
    assert_false(ics_run_add_process(run, "nowhere", "mine", ask_once, &rounds, &message));
    assert_string_equal(message, "nowhere: the trace has no host of this name");
    ics_run_free_text(message);
    ics_run_to_end(run);
    assert_false(ics_run_add_process(run, "client", "mine", ask_once, &rounds, &message));
    assert_string_equal(message, "client: the host has crashed");
    ics_run_free_text(message);
    assert_false(ics_run_add_process(run, "client", "mine", ask_once, &rounds, NULL));
    ics_run_free(run);
}

static void a_run_may_be_left_at_any_time(void **state)
{
    (void)state;
    static const int rounds = 1;
    ics_run_free(NULL);
    for (int64_t until_ns = 0; until_ns < 60 * MS; until_ns += 5 * MS) {
        IcsRun *run = new_run(SERVER, NULL);
        assert_true(ics_run_add_process(run, "client", "mine", ask_once, &rounds, NULL));
        ics_run_until(run, until_ns);
        ics_run_free(run);
    }
}

/* ---- several runs ---- */

static void runs_in_turns_know_nothing_of_each_other(void **state)
{
    (void)state;
    const IcsRunOptions other = {.has_seed = true, .seed = 6};
    IcsRun *one = new_run(busy, NULL);
    IcsRun *two = new_run(busy, &other);
    for (int64_t until_ns = 0; until_ns < 3000 * MS; until_ns += 10 * MS) {
        ics_run_until(one, until_ns);
        ics_run_until(two, until_ns);
    }
    ics_run_to_end(two);
    ics_run_to_end(one);
    assert_int_equal(ics_run_digest(one), digest_of(busy, NULL));
    assert_int_equal(ics_run_digest(two), digest_of(busy, &other));
    ics_run_free(one);
    ics_run_free(two);
}

enum { THREADS = 4, RUNS = 3 };

/* Digests and results of runs with the seeds 1, 2 ...; as a text. */
static gpointer run_several(G_GNUC_UNUSED gpointer data)
{
    GString *text = g_string_new(NULL);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        const IcsRunOptions options = {.has_seed = true, .seed = seed};
        IcsRun *run = new_run(busy, &options);
        ics_run_to_end(run);
        char *result = ics_run_result(run, ICS_RESULT_JSON);
        g_string_append(text, result);
        ics_run_free_text(result);
        ics_run_free(run);
    }
    return g_string_free(text, FALSE);
}

static void runs_in_threads_know_nothing_of_each_other(void **state)
{
    (void)state;
    GThread *threads[THREADS];
    g_autofree char *alone = run_several(NULL);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = g_thread_new("run", run_several, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        g_autofree char *together = g_thread_join(threads[i]);
        assert_string_equal(together, alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_goes_to_its_end),
        cmocka_unit_test(a_run_by_steps_is_the_same_run),
        cmocka_unit_test(looking_at_it_changes_nothing),
        cmocka_unit_test(time_does_not_go_back),
        cmocka_unit_test(a_run_that_is_not_over_says_so),
        cmocka_unit_test(a_quiet_world_is_over_at_once),
        cmocka_unit_test(options_change_seed_and_values),
        cmocka_unit_test(a_file_that_is_missing_is_told),
        cmocka_unit_test(text_that_is_no_trace_is_told_with_its_place),
        cmocka_unit_test(a_set_that_is_wrong_is_told),
        cmocka_unit_test(a_program_of_ones_own_runs),
        cmocka_unit_test(it_may_come_while_the_run_goes_on),
        cmocka_unit_test(a_host_that_is_missing_or_down_takes_no_process),
        cmocka_unit_test(a_run_may_be_left_at_any_time),
        cmocka_unit_test(runs_in_turns_know_nothing_of_each_other),
        cmocka_unit_test(runs_in_threads_know_nothing_of_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
