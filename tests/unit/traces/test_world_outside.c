/* Worlds in which the outside is in the place of some hosts. */
#include <cmocka.h>

#include "base/error.h"
#include "netmodel/outside.h"
#include "tests/support/raw_packet.h"
#include "tests/support/trace_fixture.h"
#include "traces/world_internal.h"

#define ECHO                                                                                       \
    "{'ipcsim': 1, 'stop': '10s',"                                                                 \
    " 'hosts': {'left': {'address': '10.0.0.1'}, 'middle': {'address': '10.0.0.2'},"               \
    "           'right': {'address': '10.0.0.3'}},"                                                \
    " 'links': [{'name': 'one', 'ends': ['left', 'middle'], 'delay': '10ms'},"                     \
    "           {'name': 'two', 'ends': ['right', 'middle'], 'delay': '10ms'}],"                   \
    " 'processes': [{'name': 'echo', 'host': 'middle', 'program': 'udp-echo-server', 'port': 7},"  \
    "   {'name': 'asker', 'host': 'left', 'program': 'udp-client', 'to': 'middle:7'}],"            \
    " 'schedule': [{'at': '1s', 'process': 'asker', 'action': 'kill'},"                            \
    "              {'at': '2s', 'process': 'asker', 'action': 'restart'},"                         \
    "              {'at': '3s', 'host': 'left', 'action': 'crash'},"                               \
    "              {'at': '4s', 'host': 'left', 'action': 'restart'}]}"

#define MIDDLE   ICS_RAW_ADDRESS(10, 0, 0, 2)
#define STRANGER ICS_RAW_ADDRESS(172, 16, 9, 9)

typedef struct {
    IcsTrace *trace;
    IcsWorld *world;
    guint received;
    uint32_t source;
    uint32_t destination;
} Fixture;

static void fixture_receive(gpointer data, const IcsPacket *packet, int64_t at_ns)
{
    Fixture *fixture = data;
    fixture->received++;
    fixture->source = ics_raw_get32(packet->bytes + 12);
    fixture->destination = ics_raw_get32(packet->bytes + 16);
    assert_true(at_ns > 0);
}

static IcsWorld *make(const IcsTrace *trace, const char *first, const char *second, GError **error)
{
    const char *const outside[] = {first, second, NULL};
    IcsWorldOptions options = {.outside = outside};
    return ics_world_new(trace, &options, error);
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->trace = ics_trace_fixture_parse(ECHO);
    fixture->world = make(fixture->trace, "left", NULL, NULL);
    assert_non_null(fixture->world);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_world_free(fixture->world);
    ics_trace_free(fixture->trace);
    g_free(fixture);
    return 0;
}

static IcsOutside *door(const Fixture *fixture, const char *host)
{
    return ics_outside_of(ics_network_host_by_name(fixture->world->network, host));
}

static void only_the_named_hosts_are_doors(void **state)
{
    const Fixture *fixture = *state;
    assert_non_null(door(fixture, "left"));
    assert_null(door(fixture, "middle"));
    assert_null(door(fixture, "right"));
}

/* Neither at the start, nor when the schedule kills and restarts them. */
static void processes_of_such_a_host_never_start(void **state)
{
    Fixture *fixture = *state;
    IcsTraceProcess *processes = &g_array_index(fixture->trace->processes, IcsTraceProcess, 0);
    assert_false(ics_world_replaces(fixture->world, &processes[0]));
    assert_true(ics_world_replaces(fixture->world, &processes[1]));
    ics_world_run(fixture->world, UINT64_MAX);
    assert_int_equal(fixture->world->simulation->n_processes, 1);
    assert_int_equal(ics_world_direction(fixture->world, 0, 0)->counters.offered, 0);
}

static void programs_answer_a_stranger_behind_the_door(void **state)
{
    Fixture *fixture = *state;
    ics_outside_set_receiver(door(fixture, "left"), fixture_receive, fixture);
    IcsSimulation *simulation = fixture->world->simulation;
    ics_simulation_run(simulation, 1000, UINT64_MAX);
    g_autofree IcsRawPacket *packet = g_new0(IcsRawPacket, 1);
    ics_raw_packet_udp(packet, STRANGER, 5000, MIDDLE, 7, "hello");
    assert_int_equal(ics_outside_push(door(fixture, "left"), packet->bytes, packet->n),
                     ICS_CAUSE_NONE);
    ics_simulation_run(simulation, 500000000, UINT64_MAX);
    assert_int_equal(fixture->received, 1);
    assert_int_equal(fixture->source, MIDDLE);
    assert_int_equal(fixture->destination, STRANGER);
    assert_null(ics_world_check_invariants(fixture->world));
}

static const IcsInterface *default_of(const IcsWorld *world, const char *host)
{
    return ics_network_host_by_name(world->network, host)->default_route;
}

static void a_neighbour_sends_to_the_first_door_what_it_does_not_know(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(IcsWorld) both = make(fixture->trace, "right", "left", NULL);
    assert_string_equal(default_of(both, "middle")->peer->host->name, "right");
    assert_string_equal(default_of(both, "left")->peer->host->name, "middle");
    assert_string_equal(default_of(both, "right")->peer->host->name, "middle");
    assert_string_equal(default_of(fixture->world, "middle")->peer->host->name, "left");
    assert_null(default_of(fixture->world, "right"));
}

static void without_doors_there_are_no_default_routes(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(IcsWorld) plain = ics_world_new(fixture->trace, NULL, NULL);
    assert_null(default_of(plain, "left"));
    assert_null(default_of(plain, "middle"));
}

static void expect_refusal(const Fixture *fixture, const char *first, const char *second,
                           const char *message)
{
    g_autoptr(GError) error = NULL;
    assert_null(make(fixture->trace, first, second, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
}

static void a_host_that_the_trace_does_not_have_is_refused(void **state)
{
    expect_refusal(*state, "rihgt", NULL, "test: has no host \"rihgt\"; did you mean \"right\"?");
    expect_refusal(*state, "nobody", NULL,
                   "test: has no host \"nobody\"; there are: left, middle, right");
}

static void a_host_is_not_attached_twice(void **state)
{
    expect_refusal(*state, "left", "left", "host left is attached twice");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_the_named_hosts_are_doors),
        TEST(processes_of_such_a_host_never_start),
        TEST(programs_answer_a_stranger_behind_the_door),
        TEST(a_neighbour_sends_to_the_first_door_what_it_does_not_know),
        TEST(without_doors_there_are_no_default_routes),
        TEST(a_host_that_the_trace_does_not_have_is_refused),
        TEST(a_host_is_not_attached_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
