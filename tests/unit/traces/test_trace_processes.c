#include <cmocka.h>
#include <string.h>

#include "protocols/programs/operations.h"
#include "tests/support/trace_fixture.h"

#define HOSTS            "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'c': {}},\n"
#define PROCESS(members) HOSTS " 'processes': [{'name': 'p', 'host': 'a', " members "}]}"

static const IcsTraceErrorRow refused[] = {
    {"processes as an object", HOSTS " 'processes': {}}",
     "test:2:15: /processes: expected an array, got an object"},
    {"a process that is no object", HOSTS " 'processes': ['p']}",
     "test:2:16: /processes/0: expected an object, got the string \"p\""},
    {"a process without a program", PROCESS("'start': '1s'"),
     "test:2:16: /processes/0: the key \"program\" is missing (a name), or \"operations\" (a "
     "list)"},
    {"a process with a program and operations", PROCESS("'program': 'udp-sink', 'operations': []"),
     "test:2:66: /processes/0/operations: a process runs either a program or operations"},
    {"an unknown program", PROCESS("'program': 'udp-sing'"),
     "test:2:54: /processes/0/program: unknown program \"udp-sing\"; did you mean \"udp-sink\"?"},
    {"an unknown key of a process", PROCESS("'program': 'udp-sink', 'prot': 9"),
     "test:2:66: /processes/0/prot: unknown key \"prot\"; did you mean \"port\"?"},
    {"a parameter that is missing", PROCESS("'program': 'udp-client'"),
     "test:2:16: /processes/0: the key \"to\" is missing: text, the server, \"host:port\""},
    {"a parameter out of range", PROCESS("'program': 'udp-sink', 'port': 0"),
     "test:2:74: /processes/0/port: expected an integer from 1 to 65535, got 0"},
    {"a process on an unknown host",
     HOSTS " 'processes': [{'name': 'p', 'host': 'd', 'program': 'udp-sink'}]}",
     "test:2:38: /processes/0/host: unknown host \"d\"; known: a, b or c"},
    {"two processes of one name",
     HOSTS " 'processes': [{'name': 'p', 'host': 'a', 'program': 'udp-sink'},\n  {'name': 'p', "
           "'host': 'b', 'program': 'udp-sink'}]}",
     "test:3:12: /processes/1/name: two processes are called \"p\": see /processes/0"},
    {"a process with a slash in its name",
     HOSTS " 'processes': [{'name': 'p/q', 'host': 'a', 'program': 'udp-sink'}]}",
     "test:2:25: /processes/0/name: \"p/q\" cannot be the name of a process: expected 1 to 63 "
     "letters, digits, '.', '_' and '-', the first of them a letter or digit"},
    {"a start without a unit", PROCESS("'program': 'udp-sink', 'start': 5"),
     "test:2:75: /processes/0/start: expected a time such as \"20ms\" (in ns, us, ms, s, min or "
     "h), got \"5\": the unit is missing"},
    {"an unknown form", PROCESS("'program': 'udp-sink', 'form': 'thread'"),
     "test:2:74: /processes/0/form: unknown form \"thread\"; known: coroutine or handler"},
    {"a handler of a program that has none",
     PROCESS("'program': 'udp-client', 'to': 'b:9', 'form': 'handler'"),
     "test:2:89: /processes/0/form: udp-client exists as a coroutine only"},
    {"a destination on an unknown host", PROCESS("'program': 'udp-client', 'to': 'd:9'"),
     "test:2:74: /processes/0/to: unknown host \"d\"; known: a, b or c"},
    {"a destination without a port", PROCESS("'program': 'udp-client', 'to': 'b'"),
     "test:2:74: /processes/0/to: expected \"host:port\", got \"b\""},
    {"a destination port of 0", PROCESS("'program': 'udp-client', 'to': 'b:0'"),
     "test:2:74: /processes/0/to: expected a port from 1 to 65535, got \"0\""},
    {"an operation at an unknown socket", PROCESS("'operations': [{'do': 'close', 'socket': 's'}]"),
     "test:2:84: /processes/0/operations/0/socket: unknown socket \"s\""},
};

static const IcsTraceProcess *process_at(const IcsTrace *trace, guint index)
{
    return &g_array_index(trace->processes, IcsTraceProcess, index);
}

static void a_process_runs_a_program_on_a_host(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        HOSTS "'processes': [{'name': 'q', 'host': 'c', 'program': 'udp-sink', 'start': '2s',"
              " 'comment': 'x'}, {'name': 'p', 'host': 'a', 'program': 'udp-client',"
              " 'to': 'c:9', 'form': 'coroutine'}]}");
    const IcsTraceProcess *first = process_at(trace, 0);
    assert_string_equal(first->name, "q");
    assert_string_equal(first->pointer, "/processes/0");
    assert_int_equal(first->host, 2);
    assert_string_equal(first->program->name, "udp-sink");
    assert_int_equal(first->start_ns, 2000000000);
    assert_false(first->handler_form);
    assert_string_equal(process_at(trace, 1)->name, "p");
    assert_int_equal(process_at(trace, 1)->host, 0);
    assert_int_equal(process_at(trace, 1)->start_ns, 0);
}

static void a_destination_may_be_an_address_that_no_host_has(void **state)
{
    (void)state;
    const char *const destinations[] = {"192.0.2.1:9", "localhost:9", "127.0.0.1:9", "a:65535"};
    for (size_t i = 0; i < G_N_ELEMENTS(destinations); i++) {
        g_autofree char *text =
            g_strdup_printf(PROCESS("'program': 'udp-client', 'to': '%s'"), destinations[i]);
        g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
        assert_int_equal(trace->processes->len, 1);
    }
}

static void a_process_may_be_a_list_of_operations(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        PROCESS("'operations': [{'do': 'socket', 'socket': 's'}, {'do': 'close', 'socket': 's'}]"));
    assert_ptr_equal(process_at(trace, 0)->program, &ics_operations_program);
    assert_non_null(process_at(trace, 0)->config);
}

static void a_program_without_a_stack_is_a_handler(void **state)
{
    (void)state;
    bool any = false;
    for (const IcsProgramClass *const *klass = ics_program_classes; *klass != NULL; klass++) {
        if ((*klass)->handler == NULL || strcmp((*klass)->name, "udp-sink") != 0) {
            continue;
        }
        any = true;
        g_autoptr(IcsTrace) trace =
            ics_trace_fixture_parse(PROCESS("'program': 'udp-sink', 'form': 'handler'"));
        assert_true(process_at(trace, 0)->handler_form);
    }
    assert_true(any);
}

static void a_process_that_starts_after_the_stop_is_warned_of(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse(PROCESS("'program': 'udp-sink', 'start': '2h'"));
    assert_int_equal(trace->warnings->len, 1);
    assert_string_equal(g_ptr_array_index(trace->warnings, 0),
                        "test:2:75: /processes/0/start: the run stops before: the process will "
                        "never start");
}

/* The keys of the tables must differ: they are read from one object. */
static void no_key_means_two_things(void **state)
{
    (void)state;
    const char *const common[] = {"name",  "host", "program", "operations",
                                  "start", "form", "comment"};
    for (const IcsProgramClass *const *klass = ics_program_classes; *klass != NULL; klass++) {
        for (const IcsParameter *row = (*klass)->parameters; row->name != NULL; row++) {
            for (size_t i = 0; i < G_N_ELEMENTS(common); i++) {
                assert_string_not_equal(row->name, common[i]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_runs_a_program_on_a_host),
        cmocka_unit_test(a_destination_may_be_an_address_that_no_host_has),
        cmocka_unit_test(a_process_may_be_a_list_of_operations),
        cmocka_unit_test(a_program_without_a_stack_is_a_handler),
        cmocka_unit_test(a_process_that_starts_after_the_stop_is_warned_of),
        cmocka_unit_test(no_key_means_two_things),
    };
    return ics_trace_fixture_run("trace processes", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
