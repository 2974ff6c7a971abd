/* Hosts: what their omissions take, how they talk to themselves, and which way leads where. */
#include <cmocka.h>

#include "tests/support/child.h"
#include "tests/support/link_fixture.h"

static IcsLinkDirection *usual_wire(IcsLinkFixture *fixture)
{
    ics_link_fixture_observe(fixture);
    return ics_link_fixture_wire(fixture, 0, 5, 10, false);
}

/* ---- omissions ---- */

static void omit(IcsLinkFixture *fixture, IcsFault **chain, const char *place,
                 const IcsFaultClass *klass, int64_t every)
{
    IcsOmissionConfig config = {0};
    IcsFaultScopeConfig scope = {.every = every};
    IcsFixtureFault rule = {.klass = klass, .config = &config, .scope = &scope};
    ics_link_fixture_add_fault(fixture, chain, place, &rule);
}

static void a_send_omission_keeps_the_packet_from_the_link(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    omit(fixture, &a->send_omissions, "host a", &ics_send_omission_class, 3);
    omit(fixture, &a->send_omissions, "host a", &ics_send_omission_class, 3);
    ics_link_fixture_burst(fixture, 10, wire, 6, 100);
    ics_link_fixture_run(fixture);
    /* The first takes the third of six, the second the third of those that are left. */
    ics_link_fixture_expect(fixture, "0@15 1@15 4@15");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED,
                                 "2@10 send-omission, 3@10 send-omission, 5@10 send-omission");
    assert_int_equal(wire->counters.offered, 3);
    assert_int_equal(a->dropped[ICS_CAUSE_SEND_OMISSION], 3);
}

static void a_receive_omission_takes_what_has_arrived(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsHost *b = ics_link_fixture_host(fixture, "b");
    omit(fixture, &b->receive_omissions, "host b", &ics_receive_omission_class, 2);
    ics_link_fixture_burst(fixture, 10, wire, 4, 100);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@15 2@15");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_DROPPED,
                                 "1@15 receive-omission, 3@15 receive-omission");
    assert_int_equal(wire->counters.delivered, 4);
    assert_int_equal(b->dropped[ICS_CAUSE_RECEIVE_OMISSION], 2);
}

static void omissions_concern_every_interface_of_their_host_and_no_other_host(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *to_b = usual_wire(fixture);
    IcsLinkConfig config = {.name = "other", .delay_ns = 5};
    IcsLinkDirection *to_c = ics_link_fixture_link(fixture, "a", "c", &config);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    omit(fixture, &a->send_omissions, "host a", &ics_send_omission_class, 2);
    omit(fixture, &a->receive_omissions, "host a", &ics_receive_omission_class, 2);
    for (int i = 0; i < 2; i++) {
        ics_link_fixture_send(fixture, 10 * i, to_b, 0, 100);
        ics_link_fixture_send(fixture, 10 * i, to_c, 1, 100);
        ics_link_fixture_send(fixture, 10 * i, ics_link_fixture_back(to_b), 2, 100);
        ics_link_fixture_send(fixture, 10 * i, ics_link_fixture_back(to_c), 3, 100);
    }
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "B0@5 0@5 B1@15 1@15");
}

static void an_omission_is_in_the_digest_of_its_host(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    omit(fixture, &a->send_omissions, "host a", &ics_send_omission_class, 2);
    const IcsDigest *digest = &fixture->simulation->nodes[a->node].digest;
    ics_link_fixture_burst(fixture, 0, wire, 2, 100);
    ics_link_fixture_run(fixture);
    assert_int_equal(digest->records, 1);
    assert_int_not_equal(digest->state, 0);
}

/* ---- loopback ---- */

static void a_host_hears_itself_at_once_and_in_order(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsLinkDirection *wire = usual_wire(fixture);
    ics_link_fixture_send_to_itself(fixture, 7, "a", 0);
    ics_link_fixture_send_to_itself(fixture, 7, "a", 0);
    ics_link_fixture_send_to_itself(fixture, 8, "a", 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@7 1@7 2@8");
    ics_link_fixture_expect_seen(fixture, ICS_OBSERVE_PACKET_LOOPED, "0@7, 1@7, 2@8");
    const IcsSighting *input = &g_array_index(fixture->inputs, IcsSighting, 0);
    assert_ptr_equal(input->interface, ics_link_fixture_host(fixture, "a")->loopback);
    assert_string_equal(input->interface->name, "lo");
    assert_int_equal(wire->counters.offered, 0);
}

static void omissions_take_what_a_host_says_to_itself(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    omit(fixture, &a->send_omissions, "host a", &ics_send_omission_class, 3);
    omit(fixture, &a->receive_omissions, "host a", &ics_receive_omission_class, 2);
    for (int i = 0; i < 6; i++) {
        ics_link_fixture_send_to_itself(fixture, i, "a", 0);
    }
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@0 3@3");
}

/* Answers its first packets to itself, from within its input. */
static void answer_itself(IcsRecordingStack *self, IcsInterface *interface, const IcsPacket *packet)
{
    if (packet->fate.ordinal < 2) {
        ics_interface_send(interface, ics_link_fixture_packet(self->fixture, 0, 50));
    }
}

static void a_host_may_answer_itself_forever_within_an_instant(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_stack(fixture, "a")->on_input = answer_itself;
    ics_link_fixture_send_to_itself(fixture, 3, "a", 0);
    ics_link_fixture_send_to_itself(fixture, 3, "a", 0);
    ics_link_fixture_run(fixture);
    ics_link_fixture_expect(fixture, "0@3 1@3 2@3 3@3");
}

static void what_a_host_says_to_itself_may_be_freed_on_the_way(void **state)
{
    IcsLinkFixture *fixture = *state;
    ics_link_fixture_send_to_itself(fixture, 3, "a", 0);
    assert_int_equal(ics_simulation_run(fixture->simulation, 10, 1), ICS_STOP_BUDGET);
    assert_int_equal(ics_packet_pool_in_use(fixture->network->packets), 1);
}

/* ---- routes ---- */

#define ADDRESS(a, b, c, d)                                                                        \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

static IcsInterface *interface_at(IcsLinkFixture *fixture, const char *host, uint32_t address)
{
    return ics_network_add_interface(fixture->network, ics_link_fixture_host(fixture, host), "eth",
                                     address, 24, NULL);
}

static void join(IcsLinkFixture *fixture, IcsInterface *a, IcsInterface *b)
{
    IcsLinkConfig config = {.name = "wire", .mtu_bytes = 1500};
    assert_true(ics_network_add_link(fixture->network, a, b, &config, &config, NULL));
}

static void a_host_reaches_its_own_addresses_and_127_by_loopback(void **state)
{
    IcsLinkFixture *fixture = *state;
    usual_wire(fixture); /* 10.0.0.1 and 10.0.0.2 */
    ics_network_connect_routes(fixture->network);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    assert_ptr_equal(ics_host_route(a, ADDRESS(10, 0, 0, 1)), a->loopback);
    assert_ptr_equal(ics_host_route(a, ADDRESS(127, 0, 0, 1)), a->loopback);
    assert_ptr_equal(ics_host_route(a, ADDRESS(127, 255, 255, 255)), a->loopback);
    assert_null(ics_host_route(a, ADDRESS(128, 0, 0, 1)));
    assert_true(ics_host_owns_address(a, ADDRESS(10, 0, 0, 1)));
    assert_true(ics_host_owns_address(a, ADDRESS(127, 1, 2, 3)));
    assert_false(ics_host_owns_address(a, ADDRESS(10, 0, 0, 2)));
}

static void a_neighbour_is_reached_by_its_link_and_a_stranger_not_at_all(void **state)
{
    IcsLinkFixture *fixture = *state;
    const IcsLinkDirection *to_b = usual_wire(fixture);
    const IcsLinkDirection *to_c =
        ics_link_fixture_link(fixture, "b", "c", &(IcsLinkConfig){.name = "other"});
    ics_network_connect_routes(fixture->network);
    IcsHost *a = ics_link_fixture_host(fixture, "a"), *b = ics_link_fixture_host(fixture, "b");
    assert_ptr_equal(ics_host_route(a, ADDRESS(10, 0, 0, 2)), to_b->from);
    assert_null(ics_host_route(a, ADDRESS(10, 0, 0, 4))); /* c, behind b */
    assert_null(ics_host_route(a, ADDRESS(10, 0, 0, 9))); /* nobody */
    assert_ptr_equal(ics_host_route(b, ADDRESS(10, 0, 0, 1)), to_b->to);
    assert_ptr_equal(ics_host_route(b, ADDRESS(10, 0, 0, 4)), to_c->from);
}

static void every_address_of_a_neighbour_leads_to_it(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *near = interface_at(fixture, "a", 1);
    IcsInterface *far = interface_at(fixture, "b", 2);
    interface_at(fixture, "b", 3); /* no link ends there */
    join(fixture, near, far);
    ics_network_connect_routes(fixture->network);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    assert_ptr_equal(ics_host_route(a, 2), near);
    assert_ptr_equal(ics_host_route(a, 3), near);
}

static void of_two_links_to_a_neighbour_each_serves_the_address_at_its_end(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *first = interface_at(fixture, "a", 1);
    IcsInterface *second = interface_at(fixture, "a", 2);
    interface_at(fixture, "b", 5);
    join(fixture, first, interface_at(fixture, "b", 3));
    join(fixture, second, interface_at(fixture, "b", 4));
    ics_network_connect_routes(fixture->network);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    assert_ptr_equal(ics_host_route(a, 3), first);
    assert_ptr_equal(ics_host_route(a, 4), second);
    assert_ptr_equal(ics_host_route(a, 5), first);
}

static void of_two_links_to_one_address_the_first_serves(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *first = interface_at(fixture, "a", 1);
    IcsInterface *second = interface_at(fixture, "a", 1);
    join(fixture, first, interface_at(fixture, "b", 2));
    join(fixture, second, interface_at(fixture, "b", 2));
    ics_network_connect_routes(fixture->network);
    assert_ptr_equal(ics_host_route(ics_link_fixture_host(fixture, "a"), 2), first);
}

/* The last destination is remembered. */
static void routes_may_be_asked_for_in_any_order(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *to_b = interface_at(fixture, "a", 1), *to_c = interface_at(fixture, "a", 2);
    join(fixture, to_b, interface_at(fixture, "b", 3));
    join(fixture, to_c, interface_at(fixture, "c", 4));
    ics_network_connect_routes(fixture->network);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    for (int i = 0; i < 3; i++) {
        assert_ptr_equal(ics_host_route(a, 3), to_b);
        assert_ptr_equal(ics_host_route(a, 3), to_b);
        assert_ptr_equal(ics_host_route(a, 4), to_c);
        assert_null(ics_host_route(a, 5));
        assert_null(ics_host_route(a, 0));
        assert_ptr_equal(ics_host_route(a, 2), a->loopback);
    }
}

static void a_route_that_did_not_exist_is_found_once_it_does(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *near = interface_at(fixture, "a", 1);
    join(fixture, near, interface_at(fixture, "b", 2));
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    assert_null(ics_host_route(a, 2));
    ics_network_connect_routes(fixture->network);
    assert_ptr_equal(ics_host_route(a, 2), near);
}

static void the_default_route_serves_what_no_link_leads_to(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *to_b = interface_at(fixture, "a", 1), *to_c = interface_at(fixture, "a", 2);
    join(fixture, to_b, interface_at(fixture, "b", 3));
    join(fixture, to_c, interface_at(fixture, "c", 4));
    ics_network_connect_routes(fixture->network);
    IcsHost *a = ics_link_fixture_host(fixture, "a");
    assert_null(ics_host_route(a, 9));
    ics_host_set_default_route(a, to_c);
    assert_ptr_equal(ics_host_route(a, 9), to_c);
    assert_ptr_equal(ics_host_route(a, 3), to_b);
    assert_ptr_equal(ics_host_route(a, 1), a->loopback);
    ics_host_set_default_route(a, to_b);
    assert_ptr_equal(ics_host_route(a, 9), to_b);
    ics_host_set_default_route(a, NULL);
    assert_null(ics_host_route(a, 9));
}

static void the_source_address_is_that_of_the_interface(void **state)
{
    IcsLinkFixture *fixture = *state;
    IcsInterface *first = interface_at(fixture, "a", 1);
    IcsInterface *second = interface_at(fixture, "a", 2);
    IcsHost *a = ics_link_fixture_host(fixture, "a"), *c = ics_link_fixture_host(fixture, "c");
    assert_int_equal(ics_host_source_address(a, first), 1);
    assert_int_equal(ics_host_source_address(a, second), 2);
    assert_int_equal(ics_host_source_address(a, a->loopback), 1);
    assert_int_equal(ics_host_source_address(c, c->loopback), ADDRESS(127, 0, 0, 1));
}

/* ---- states ---- */

static void name_no_state(gpointer data)
{
    (void)data;
    ics_host_state_name((IcsHostState)3);
}

static void states_have_names(void **state)
{
    (void)state;
    assert_string_equal(ics_host_state_name(ICS_HOST_UP), "up");
    assert_string_equal(ics_host_state_name(ICS_HOST_PAUSED), "paused");
    assert_string_equal(ics_host_state_name(ICS_HOST_CRASHED), "crashed");
    assert_true(ics_test_child_aborts(name_no_state, NULL));
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_link_fixture_setup, ics_link_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_send_omission_keeps_the_packet_from_the_link),
        TEST(a_receive_omission_takes_what_has_arrived),
        TEST(omissions_concern_every_interface_of_their_host_and_no_other_host),
        TEST(an_omission_is_in_the_digest_of_its_host),
        TEST(a_host_hears_itself_at_once_and_in_order),
        TEST(omissions_take_what_a_host_says_to_itself),
        TEST(a_host_may_answer_itself_forever_within_an_instant),
        TEST(what_a_host_says_to_itself_may_be_freed_on_the_way),
        TEST(a_host_reaches_its_own_addresses_and_127_by_loopback),
        TEST(a_neighbour_is_reached_by_its_link_and_a_stranger_not_at_all),
        TEST(every_address_of_a_neighbour_leads_to_it),
        TEST(of_two_links_to_a_neighbour_each_serves_the_address_at_its_end),
        TEST(of_two_links_to_one_address_the_first_serves),
        TEST(routes_may_be_asked_for_in_any_order),
        TEST(a_route_that_did_not_exist_is_found_once_it_does),
        TEST(the_default_route_serves_what_no_link_leads_to),
        TEST(the_source_address_is_that_of_the_interface),
        TEST(states_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
