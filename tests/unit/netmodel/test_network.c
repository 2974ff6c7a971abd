/* The network: who is in it, what joins whom, and the digest of all. */
#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "tests/support/child.h"
#include "tests/support/link_fixture.h"

/* ---- hosts and addresses ---- */

static void there_is_a_host_for_each_node(void **state)
{
    IcsLinkFixture *fixture = *state;
    static const char *const names[] = {"a", "b", "c"};
    for (uint32_t node = 1; node <= 3; node++) {
        const IcsHost *host = ics_network_host(fixture->network, node);
        assert_int_equal(host->node, node);
        assert_string_equal(host->name, names[node - 1]);
        assert_ptr_equal(ics_network_host_by_name(fixture->network, names[node - 1]), host);
        assert_int_equal(host->state, ICS_HOST_UP);
    }
    assert_null(ics_network_host_by_name(fixture->network, "d"));
    assert_null(ics_network_host_by_name(fixture->network, ""));
}

static void ask_for_the_world(gpointer network)
{
    ics_network_host(network, ICS_NODE_WORLD);
}

static void ask_for_too_many(gpointer network)
{
    ics_network_host(network, 4);
}

static void the_world_and_what_lies_behind_the_last_node_are_no_hosts(void **state)
{
    const IcsLinkFixture *fixture = *state;
    assert_true(ics_test_child_aborts(ask_for_the_world, fixture->network));
    assert_true(ics_test_child_aborts(ask_for_too_many, fixture->network));
}

static void an_address_belongs_to_one_host(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsNetwork *network = fixture->network;
    IcsHost *a = ics_link_fixture_host(fixture, "a"), *b = ics_link_fixture_host(fixture, "b");
    char name[] = "eth0";
    const IcsInterface *first = ics_network_add_interface(network, a, name, 7, 24, NULL);
    name[0] = 'x';
    assert_string_equal(first->name, "eth0");
    assert_int_equal(first->address, 7);
    assert_int_equal(first->prefix_bits, 24);
    assert_int_equal(first->index, 0);
    assert_null(first->out);
    assert_ptr_equal(ics_network_host_by_address(network, 7), a);
    assert_null(ics_network_host_by_address(network, 8));
    const IcsInterface *second = ics_network_add_interface(network, a, "eth1", 7, 24, NULL);
    assert_int_equal(second->index, 1); /* an interface may share its host's address */
    g_autoptr(GError) error = NULL;
    assert_null(ics_network_add_interface(network, b, "eth0", 7, 24, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_non_null(strstr(error->message, "host a has this address already"));
    assert_int_equal(b->interfaces->len, 0);
}

/* ---- links ---- */

static void a_link_is_two_directions_side_by_side(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkConfig forth = {.name = "wire", .rate_bps = 1000, .delay_ns = 1, .mtu_bytes = 100};
    IcsLinkConfig back = {.name = "wire", .rate_bps = 2000, .delay_ns = 2, .mtu_bytes = 200};
    IcsInterface *near = ics_link_fixture_interface(fixture, "a");
    IcsInterface *far = ics_link_fixture_interface(fixture, "b");
    assert_true(ics_network_add_link(fixture->network, near, far, &forth, &back, NULL));
    assert_int_equal(fixture->network->directions->len, 2);
    const IcsLinkDirection *first = g_ptr_array_index(fixture->network->directions, 0);
    const IcsLinkDirection *second = g_ptr_array_index(fixture->network->directions, 1);
    assert_ptr_equal(near->out, first);
    assert_ptr_equal(far->out, second);
    assert_ptr_equal(near->peer, far);
    assert_ptr_equal(far->peer, near);
    assert_ptr_equal(first->from, near);
    assert_ptr_equal(first->to, far);
    assert_int_equal(first->transmitter.rate_bps, 1000);
    assert_int_equal(second->transmitter.rate_bps, 2000);
    assert_int_equal(first->delay_ns, 1);
    assert_int_equal(second->mtu_bytes, 200);
    assert_ptr_equal(ics_network_direction(fixture->network, "wire", "a"), first);
    assert_ptr_equal(ics_network_direction(fixture->network, "wire", "b"), second);
    assert_null(ics_network_direction(fixture->network, "wire", "c"));
    assert_null(ics_network_direction(fixture->network, "wires", "a"));
}

static void join_again(gpointer data)
{
    IcsInterface *interface = data;
    IcsLinkConfig config = {.name = "again", .mtu_bytes = 100};
    ics_network_add_link(interface->host->network, interface, interface->peer, &config, &config,
                         NULL);
}

static void an_interface_has_one_link(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 1, false);
    assert_true(ics_test_child_aborts(join_again, wire->from));
}

static void join_itself(gpointer data)
{
    IcsLinkFixture *fixture = data;
    IcsLinkConfig config = {.name = "loop", .mtu_bytes = 100};
    ics_network_add_link(fixture->network, ics_link_fixture_interface(fixture, "a"),
                         ics_link_fixture_interface(fixture, "a"), &config, &config, NULL);
}

static void no_link_joins_a_host_to_itself(void **state)
{
    assert_true(ics_test_child_aborts(join_itself, *state));
}

static void a_link_whose_queue_contradicts_itself_is_refused(void **state)
{
    for (int wrong = 0; wrong < 2; wrong++) {
        IcsLinkFixture *fixture = *state;
        const IcsQueueClass *red = ics_queue_class_by_name("red");
        g_autofree gpointer contradiction = g_malloc0(red->config_bytes);
        IcsLinkConfig right = {.name = "wire", .rate_bps = 1000, .mtu_bytes = 100};
        IcsLinkConfig bad = right;
        bad.queue = red;
        bad.queue_config = contradiction;
        IcsInterface *near = ics_link_fixture_interface(fixture, "a");
        IcsInterface *far = ics_link_fixture_interface(fixture, "b");
        g_autoptr(GError) error = NULL;
        assert_false(ics_network_add_link(fixture->network, near, far, wrong ? &right : &bad,
                                          wrong ? &bad : &right, &error));
        assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
        assert_null(near->out);
        assert_null(far->out);
        ics_link_fixture_teardown(state);
        ics_link_fixture_setup(state);
    }
}

/* ---- all directions ---- */

static void observers_of_departures_have_all_of_them_scheduled(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_observe(fixture);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8000000, 0, 9, false);
    ics_network_schedule_departures(fixture->network);
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_run_until(fixture, 150000);
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DEPARTED, "0@100000");
}

static void schedule_departures(gpointer network)
{
    ics_network_schedule_departures(network);
}

static void departures_cannot_be_scheduled_in_the_middle_of_a_run(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 9, false);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    assert_true(ics_test_child_aborts(schedule_departures, fixture->network));
}

static void a_direction_that_has_lost_count_is_found(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 9, false);
    IcsLinkDirection *back = ics_link_fixture_back(wire);
    assert_null(ics_network_find_unconserved(fixture->network));
    uint64_t *counters[] = {&back->counters.offered, &back->counters.copies,
                            &back->counters.delivered, &back->counters.dropped[ICS_N_CAUSES - 1]};
    for (size_t i = 0; i < G_N_ELEMENTS(counters); i++) {
        ++*counters[i];
        assert_ptr_equal(ics_network_find_unconserved(fixture->network), back);
        assert_false(ics_link_direction_is_conserved(back));
        --*counters[i];
    }
    assert_null(ics_network_find_unconserved(fixture->network));
}

/* ---- digest ---- */

static uint64_t digest_of_links_added(bool backwards)
{
    static const char *const names[] = {"a", "b", "c", NULL};
    g_autoptr(IcsLinkFixture) fixture = ics_link_fixture_new(names, 1, INT64_MAX);
    IcsLinkDirection *directions[2];
    for (int i = 0; i < 2; i++) {
        int which = backwards ? 1 - i : i;
        directions[which] = ics_link_fixture_link(
            fixture, "a", which ? "c" : "b",
            &(IcsLinkConfig){.name = which ? "second" : "first", .delay_ns = 5});
    }
    ics_link_fixture_send(fixture, 1, directions[0], 0, 30);
    ics_link_fixture_send(fixture, 2, directions[1], 1, 40);
    ics_link_fixture_run(fixture);
    for (guint i = 0; i < fixture->inputs->len; i++) {
        assert_int_equal(g_array_index(fixture->inputs, IcsSighting, i).interface->index, 0);
    }
    return ics_network_digest(fixture->network);
}

static void the_digest_does_not_depend_on_the_order_in_which_links_were_made(void **state)
{
    (void)state;
    assert_int_equal(digest_of_links_added(false), digest_of_links_added(true));
}

static void asking_for_the_digest_does_not_change_it(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 0, 9, false);
    uint64_t empty = ics_network_digest(fixture->network);
    assert_int_equal(ics_network_digest(fixture->network), empty);
    ics_link_fixture_send(fixture, 0, wire, 0, 100);
    ics_link_fixture_run(fixture);
    assert_int_not_equal(ics_network_digest(fixture->network), empty);
}

static void no_network_is_freed_quietly(void **state)
{
    (void)state;
    ics_network_free(NULL);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(there_is_a_host_for_each_node),
        TEST(the_world_and_what_lies_behind_the_last_node_are_no_hosts),
        TEST(an_address_belongs_to_one_host),
        TEST(a_link_is_two_directions_side_by_side),
        TEST(an_interface_has_one_link),
        TEST(no_link_joins_a_host_to_itself),
        TEST(a_link_whose_queue_contradicts_itself_is_refused),
        TEST(observers_of_departures_have_all_of_them_scheduled),
        TEST(departures_cannot_be_scheduled_in_the_middle_of_a_run),
        TEST(a_direction_that_has_lost_count_is_found),
        TEST(the_digest_does_not_depend_on_the_order_in_which_links_were_made),
        TEST(asking_for_the_digest_does_not_change_it),
        TEST(no_network_is_freed_quietly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
