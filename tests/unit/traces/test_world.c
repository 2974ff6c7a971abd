#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "tests/support/trace_fixture.h"
#include "tests/support/world_fixture.h"
#include "traces/world_internal.h"

#define LOSSY                                                                                      \
    "{'ipcsim': 1, 'seed': 3, 'stop': '10s',"                                                      \
    " 'hosts': {'a': {'faults': [{'kind': 'send-omission', 'nth': 2},"                             \
    "                            {'kind': 'receive-omission', 'nth': 1}]}, 'b': {}},"              \
    " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'rate': '1Mbit', 'delay': '10ms',"            \
    "   'faults': [{'kind': 'loss', 'probability': 0.3},"                                          \
    "              {'kind': 'duplicate', 'probability': 0.3, 'direction': 'b->a'}]}],"             \
    " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'port': 9},"              \
    "   {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': 100,"    \
    "    'interval': '10ms', 'size': 100}]}"

static void a_run_is_the_same_every_time(void **state)
{
    (void)state;
    assert_true(ics_world_fixture_digest(LOSSY) == ics_world_fixture_digest(LOSSY));
}

static void one_trace_makes_many_worlds(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(LOSSY);
    g_autoptr(IcsWorld) first = ics_world_new(trace, NULL, NULL);
    g_autoptr(IcsWorld) second = ics_world_new(trace, NULL, NULL);
    while (ics_world_run(first, 7) == ICS_STOP_BUDGET) {
        ics_world_run(second, 3);
    }
    ics_world_run(second, UINT64_MAX);
    assert_true(ics_world_digest(first) == ics_world_digest(second));
}

static void another_seed_gives_another_run(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(LOSSY);
    IcsWorldOptions options = {.has_seed = true, .seed = 4};
    g_autoptr(IcsWorld) first = ics_world_new(trace, NULL, NULL);
    g_autoptr(IcsWorld) second = ics_world_new(trace, &options, NULL);
    assert_int_equal(first->seed, 3);
    assert_int_equal(second->seed, 4);
    ics_world_run(first, UINT64_MAX);
    ics_world_run(second, UINT64_MAX);
    assert_true(ics_world_digest(first) != ics_world_digest(second));
}

static void whoever_observes_changes_nothing(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(LOSSY, ICS_OBSERVE_EVERYTHING);
    ics_world_fixture_run(fixture);
    assert_true(fixture->lines->len > 300);
    assert_true(ics_world_digest(fixture->world) == ics_world_fixture_digest(LOSSY));
}

static void faults_act_where_the_trace_puts_them(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(LOSSY, 0);
    const IcsWorld *world = fixture->world;
    assert_string_equal(ics_world_link_fault(world, 0, 0, 0)->klass->name, "loss");
    assert_string_equal(ics_world_link_fault(world, 0, 1, 0)->klass->name, "loss");
    assert_null(ics_world_link_fault(world, 0, 0, 1));
    assert_string_equal(ics_world_link_fault(world, 0, 1, 1)->klass->name, "duplicate");
    assert_ptr_equal(ics_world_host_fault(world, 0, 0), ics_world_host(world, 0)->send_omissions);
    assert_ptr_equal(ics_world_host_fault(world, 0, 1),
                     ics_world_host(world, 0)->receive_omissions);
    ics_world_fixture_run(fixture);
    assert_int_equal(ics_world_host(world, 0)->dropped[ICS_CAUSE_SEND_OMISSION], 1);
    assert_int_equal(ics_world_direction(world, 0, 0)->counters.offered, 99);
    assert_int_equal(ics_world_link_fault(world, 0, 0, 0)->asked, 99);
}

static void a_world_that_needs_more_than_its_limit_is_refused(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(LOSSY);
    IcsWorldOptions options = {.memory_limit_bytes = 1048576};
    GError *error = NULL;
    assert_null(ics_world_new(trace, &options, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
    assert_string_equal(error->message, "test: a world of 2 hosts, 1 links and 2 processes needs "
                                        "about 5 MiB of memory, and 1 MiB may be used");
    g_error_free(error);
    options.memory_limit_bytes = ics_trace_estimate_memory(trace);
    g_autoptr(IcsWorld) world = ics_world_new(trace, &options, NULL);
    assert_non_null(world);
}

static void the_run_ends_when_nothing_is_left_or_at_the_stop(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(LOSSY, 0);
    assert_int_equal(ics_world_run(fixture->world, UINT64_MAX), ICS_STOP_QUIESCENT);
    assert_true(ics_world_end_ns(fixture->world) < 2 * ICS_NS_PER_S);
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'stop': '1s', 'hosts': {'a': {}}, 'processes': [{'name': 'p', 'host': 'a',"
        " 'operations': [{'do': 'repeat', 'times': 100, 'operations': ["
        "   {'do': 'wait', 'time': '300ms'}]}]}]}");
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    assert_int_equal(ics_world_run(world, UINT64_MAX), ICS_STOP_TIME);
    assert_int_equal(ics_world_end_ns(world), ICS_NS_PER_S);
}

static void a_process_starts_at_its_time(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {}}, 'processes': ["
        " {'name': 'late', 'host': 'a', 'start': '2s', 'operations': [{'do': 'exit'}]},"
        " {'name': 'early', 'host': 'a', 'operations': [{'do': 'exit'}]}]}",
        ICS_OBSERVE_MASK(PROCESS_STARTED));
    ics_world_fixture_run(fixture);
    assert_string_equal(ics_world_fixture_first(fixture, "*early"), "0 s process-started early");
    assert_string_equal(ics_world_fixture_first(fixture, "*late"), "2 s process-started late");
}

static const char *route_to(const IcsWorld *world, uint32_t host, uint32_t address)
{
    const IcsInterface *interface = ics_host_route(ics_world_host(world, host), address);
    if (interface == NULL) {
        return "none";
    }
    return interface->out != NULL ? interface->out->name : "loopback";
}

/* Of several links between two hosts each carries what goes to the address at its far end. */
static void parallel_links_lead_to_the_addresses_at_their_ends(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {'interfaces': {"
        "   'x': '10.1.0.1', 'y': '10.1.0.2', 'z': '10.1.0.3'}}, 'c': {}},"
        " 'links': [{'name': 'one', 'ends': ['a', 'b/x']}, {'name': 'two', 'ends': ['b/y', 'a']}]}",
        0);
    assert_string_equal(route_to(fixture->world, 0, 0x0a010001), "one a->b");
    assert_string_equal(route_to(fixture->world, 0, 0x0a010002), "two a->b");
    assert_string_equal(route_to(fixture->world, 0, 0x0a010003), "one a->b");
    assert_string_equal(route_to(fixture->world, 0, 0x0a000001), "loopback");
    assert_string_equal(route_to(fixture->world, 0, 0x0a000002), "none");
    assert_string_equal(route_to(fixture->world, 0, 0xc0000201), "none");
    assert_string_equal(route_to(fixture->world, 1, 0x0a000001), "one b->a");
    assert_string_equal(route_to(fixture->world, 2, 0x0a000001), "none");
}

/* What leaves by an unnumbered interface comes from the host's first address. */
static void the_hub_of_a_star_has_one_address(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'hub': {'address': '10.9.9.9'}, 'x': {}, 'y': {}},"
        " 'links': [{'name': 'one', 'ends': ['x', 'hub']}, {'name': 'two', 'ends': ['hub', 'y']}],"
        " 'processes': ["
        "  {'name': 'echo', 'host': 'y', 'program': 'udp-echo-server'},"
        "  {'name': 'p', 'host': 'hub', 'program': 'udp-client', 'to': 'y:6789', 'messages': 3}]}",
        ICS_OBSERVE_MASK(MESSAGE_DELIVERED));
    const IcsHost *hub = ics_world_host(fixture->world, 0);
    assert_int_equal(hub->interfaces->len, 2);
    ics_world_fixture_run(fixture);
    assert_int_equal(ics_world_fixture_count(fixture, "*echo"), 3);
    assert_int_equal(ics_world_fixture_count(fixture, "*delivered p"), 3);
    assert_string_equal(route_to(fixture->world, 1, 0x0a090909), "one x->hub");
    assert_string_equal(route_to(fixture->world, 2, 0x0a090909), "two y->hub");
}

static void flows_are_named_by_who_receives(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}},"
        " 'links': [{'name': 'wire', 'ends': ['a', 'b']}], 'processes': ["
        "  {'name': 'echo', 'host': 'b', 'start': '1s', 'operations': ["
        "    {'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', 'port': 7},"
        "    {'do': 'receive', 'socket': 's'}, {'do': 'send', 'socket': 's', 'to': 'sender',"
        "     'received': true}]},"
        "  {'name': 'asker', 'host': 'a', 'operations': ["
        "    {'do': 'socket', 'socket': 's'}, {'do': 'send', 'socket': 's', 'to': 'b:7', 'text': "
        "'x'},"
        "    {'do': 'send', 'socket': 's', 'to': 'b:8', 'text': 'x'},"
        "    {'do': 'send', 'socket': 's', 'to': 'localhost:9', 'text': 'x'},"
        "    {'do': 'wait', 'time': '2s'}, {'do': 'send', 'socket': 's', 'to': 'b:7', 'text': 'x'},"
        "    {'do': 'receive', 'socket': 's'}]},"
        "  {'name': 'own', 'host': 'a', 'program': 'udp-sink', 'port': 9}]}",
        0);
    ics_world_fixture_run_until(fixture, ICS_NS_PER_S / 2);
    g_autofree char *before = ics_world_flow_name(fixture->world, 0);
    assert_string_equal(before, "asker -> b:7");
    ics_world_fixture_run(fixture);
    const char *const names[] = {"asker -> echo", "asker -> b:8", "asker -> own", "echo -> asker"};
    assert_int_equal(ics_flow_table_size(&fixture->world->network->flows), G_N_ELEMENTS(names));
    for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *name = ics_world_flow_name(fixture->world, i);
        assert_string_equal(name, names[i]);
    }
}

static void a_world_can_be_taken_apart_at_any_time(void **state)
{
    (void)state;
    for (int64_t until_ns = 0; until_ns < 200 * ICS_NS_PER_MS; until_ns += 7 * ICS_NS_PER_MS) {
        g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(LOSSY, ICS_OBSERVE_EVERYTHING);
        ics_world_fixture_run_until(fixture, until_ns);
    }
}

static void lost_packets_are_found(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(LOSSY, 0);
    ics_world_fixture_run(fixture);
    IcsLinkDirection *direction = ics_world_direction(fixture->world, 0, 1);
    direction->counters.offered++;
    g_autofree char *broken = ics_world_check_invariants(fixture->world);
    assert_string_equal(broken, "packets are not conserved on wire b->a: offered 1 + copies 0 is "
                                "not delivered 0 + dropped 0 + in flight 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_the_same_every_time),
        cmocka_unit_test(one_trace_makes_many_worlds),
        cmocka_unit_test(another_seed_gives_another_run),
        cmocka_unit_test(whoever_observes_changes_nothing),
        cmocka_unit_test(faults_act_where_the_trace_puts_them),
        cmocka_unit_test(a_world_that_needs_more_than_its_limit_is_refused),
        cmocka_unit_test(the_run_ends_when_nothing_is_left_or_at_the_stop),
        cmocka_unit_test(a_process_starts_at_its_time),
        cmocka_unit_test(parallel_links_lead_to_the_addresses_at_their_ends),
        cmocka_unit_test(the_hub_of_a_star_has_one_address),
        cmocka_unit_test(flows_are_named_by_who_receives),
        cmocka_unit_test(a_world_can_be_taken_apart_at_any_time),
        cmocka_unit_test(lost_packets_are_found),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
