/* The door: what a host without a stack lets in, where that goes, and what it hands out. */
#include <cmocka.h>
#include <string.h>

#include "netmodel/outside.h"
#include "tests/support/link_fixture.h"
#include "tests/support/raw_packet.h"

#define A_ADDRESS ICS_RAW_ADDRESS(10, 0, 0, 1)
#define B_ADDRESS ICS_RAW_ADDRESS(10, 0, 0, 2)
#define STRANGER  ICS_RAW_ADDRESS(192, 168, 7, 5)
#define MTU       1500

typedef struct {
    IcsLinkFixture *fixture;
    IcsOutside *outside; /* in the place of "a" */
    IcsLinkDirection *wire;
    GString *received;
    IcsRawPacket packet;
} Door;

static void door_receive(gpointer data, const IcsPacket *packet, int64_t at_ns)
{
    Door *door = data;
    g_string_append_printf(door->received, "%u bytes@%" G_GINT64_FORMAT " ", packet->length, at_ns);
}

static IcsOutside *door_open(IcsLinkFixture *fixture, const char *name)
{
    IcsHost *host = ics_link_fixture_host(fixture, name);
    host->stack_class->free(host->stack);
    host->stack = NULL;
    return ics_outside_install(host);
}

static int set_up(void **state)
{
    Door *door = g_new0(Door, 1);
    void *fixture;
    ics_link_fixture_setup(&fixture);
    door->fixture = fixture;
    IcsLinkConfig config = {.name = "wire", .delay_ns = 5, .mtu_bytes = MTU, .scheduled = true};
    door->wire = ics_link_fixture_link(fixture, "a", "b", &config);
    ics_network_connect_routes(door->fixture->network);
    ics_link_fixture_observe(fixture);
    door->outside = door_open(fixture, "a");
    door->received = g_string_new(NULL);
    ics_outside_set_receiver(door->outside, door_receive, door);
    *state = door;
    return 0;
}

static int tear_down(void **state)
{
    Door *door = *state;
    void *fixture = door->fixture;
    ics_link_fixture_teardown(&fixture);
    g_string_free(door->received, TRUE);
    g_free(door);
    return 0;
}

static IcsRawPacket *packet_to(Door *door, uint32_t destination, size_t payload_bytes)
{
    g_autofree uint8_t *payload = g_malloc0(payload_bytes + 1);
    ics_raw_packet_ipv4(&door->packet, STRANGER, destination, 17, payload, payload_bytes);
    return &door->packet;
}

static IcsCause push(Door *door, const IcsRawPacket *packet)
{
    return ics_outside_push(door->outside, packet->bytes, packet->n);
}

static uint64_t dropped(const Door *door, IcsCause cause)
{
    return ics_link_fixture_host(door->fixture, "a")->dropped[cause];
}

/* ---- in ---- */

static void a_packet_that_is_pushed_travels_like_any_other(void **state)
{
    Door *door = *state;
    assert_int_equal(push(door, packet_to(door, B_ADDRESS, 80)), ICS_CAUSE_NONE);
    ics_link_fixture_run(door->fixture);
    const IcsSighting *arrived = &g_array_index(door->fixture->inputs, IcsSighting, 0);
    assert_int_equal(door->fixture->inputs->len, 1);
    assert_int_equal(arrived->at_ns, 5);
    assert_int_equal(arrived->length, 100);
    assert_int_equal(door->wire->counters.delivered, 1);
    assert_int_equal(ics_outside_counters(door->outside)->pushed, 1);
}

static void a_packet_enters_at_the_present_time(void **state)
{
    Door *door = *state;
    ics_simulation_advance(door->fixture->simulation, 1000);
    push(door, packet_to(door, B_ADDRESS, 0));
    ics_link_fixture_run(door->fixture);
    assert_int_equal(g_array_index(door->fixture->inputs, IcsSighting, 0).at_ns, 1005);
}

static void a_push_is_done_by_the_node_of_the_host(void **state)
{
    Door *door = *state;
    IcsSimulation *simulation = door->fixture->simulation;
    uint32_t node = ics_link_fixture_host(door->fixture, "a")->node;
    uint64_t world = simulation->nodes[ICS_NODE_WORLD].next_ordinal;
    uint64_t before = simulation->nodes[node].next_ordinal;
    push(door, packet_to(door, B_ADDRESS, 0));
    assert_int_equal(simulation->nodes[ICS_NODE_WORLD].next_ordinal, world);
    assert_true(simulation->nodes[node].next_ordinal > before);
    assert_int_equal(simulation->current, ICS_NODE_WORLD);
}

/* Each door counts what comes through it; what it refuses has a fate too. */
static void ordinals_count_the_packets_of_the_door(void **state)
{
    Door *door = *state;
    push(door, packet_to(door, B_ADDRESS, 0));
    ics_outside_push(door->outside, "", 0);
    push(door, packet_to(door, B_ADDRESS, 0));
    ics_link_fixture_run(door->fixture);
    const IcsSighting *inputs = &g_array_index(door->fixture->inputs, IcsSighting, 0);
    assert_int_equal(inputs[0].ordinal, 0);
    assert_int_equal(inputs[1].ordinal, 2);
    assert_int_equal(inputs[0].flow, ics_fate_flow("a", UINT64_MAX, "b"));
    assert_int_equal(inputs[0].flow, inputs[1].flow);
}

static void padding_behind_the_packet_is_cut_off(void **state)
{
    Door *door = *state;
    IcsRawPacket *packet = packet_to(door, B_ADDRESS, 10);
    ics_raw_packet_pad(packet, 40);
    assert_int_equal(push(door, packet), ICS_CAUSE_NONE);
    ics_link_fixture_run(door->fixture);
    assert_int_equal(g_array_index(door->fixture->inputs, IcsSighting, 0).length, 30);
}

static void options_are_carried(void **state)
{
    Door *door = *state;
    uint8_t options[40] = {1};
    IcsRawPacket *packet = packet_to(door, B_ADDRESS, 8);
    ics_raw_packet_insert_options(packet, options, sizeof options);
    assert_int_equal(push(door, packet), ICS_CAUSE_NONE);
    ics_link_fixture_run(door->fixture);
    assert_int_equal(g_array_index(door->fixture->inputs, IcsSighting, 0).length, 68);
}

static void expect_refused(Door *door, const void *bytes, size_t n, IcsCause cause)
{
    uint64_t before = dropped(door, cause);
    assert_int_equal(ics_outside_push(door->outside, bytes, n), cause);
    assert_int_equal(dropped(door, cause), before + 1);
    assert_int_equal(door->wire->counters.offered, 0);
}

static void what_is_no_ipv4_packet_is_refused(void **state)
{
    Door *door = *state;
    IcsRawPacket *packet = packet_to(door, B_ADDRESS, 10);
    expect_refused(door, NULL, 0, ICS_CAUSE_BAD_IP_HEADER);
    for (size_t n = 1; n < packet->n; n++) {
        expect_refused(door, packet->bytes, n, ICS_CAUSE_BAD_IP_HEADER);
    }
    static const uint8_t first[] = {0x60, 0x05, 0x35, 0x44, 0x40, 0x4f, 0x00, 0xf5};
    for (size_t i = 0; i < sizeof first; i++) {
        packet->bytes[0] = first[i];
        expect_refused(door, packet->bytes, packet->n, ICS_CAUSE_BAD_IP_HEADER);
    }
    assert_int_equal(ics_outside_counters(door->outside)->refused, packet->n + sizeof first);
    assert_int_equal(ics_outside_counters(door->outside)->pushed, 0);
}

static void a_wrong_total_length_is_refused(void **state)
{
    Door *door = *state;
    IcsRawPacket *packet = packet_to(door, B_ADDRESS, 10);
    static const uint16_t lengths[] = {0, 1, 19, 31, 65535};
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        ics_raw_packet_put16(packet, 2, lengths[i]);
        expect_refused(door, packet->bytes, packet->n, ICS_CAUSE_BAD_IP_HEADER);
    }
}

static void more_bytes_than_a_packet_can_have_are_refused(void **state)
{
    Door *door = *state;
    size_t n = ICS_PACKET_MAX_BYTES + (size_t)1000;
    g_autofree uint8_t *bytes = g_malloc0(n);
    expect_refused(door, bytes, n, ICS_CAUSE_BAD_IP_HEADER);
}

static void the_mtu_is_the_largest_that_is_let_in(void **state)
{
    Door *door = *state;
    const IcsRawPacket *packet = packet_to(door, B_ADDRESS, MTU - 20 + 1);
    expect_refused(door, packet->bytes, packet->n, ICS_CAUSE_TOO_BIG);
    assert_int_equal(push(door, packet_to(door, B_ADDRESS, MTU - 20)), ICS_CAUSE_NONE);
    ics_link_fixture_run(door->fixture);
    assert_int_equal(g_array_index(door->fixture->inputs, IcsSighting, 0).length, MTU);
}

static void destinations_that_nothing_leads_to_are_refused(void **state)
{
    Door *door = *state;
    static const uint32_t nowhere[] = {A_ADDRESS, STRANGER, ICS_RAW_ADDRESS(127, 0, 0, 1), 0};
    for (size_t i = 0; i < G_N_ELEMENTS(nowhere); i++) {
        const IcsRawPacket *packet = packet_to(door, nowhere[i], 4);
        expect_refused(door, packet->bytes, packet->n, ICS_CAUSE_NO_ROUTE);
    }
}

static void a_default_route_leads_everywhere_else(void **state)
{
    Door *door = *state;
    IcsHost *a = ics_link_fixture_host(door->fixture, "a");
    ics_host_set_default_route(a, door->wire->from);
    assert_int_equal(push(door, packet_to(door, STRANGER, 4)), ICS_CAUSE_NONE);
    const IcsRawPacket *own = packet_to(door, A_ADDRESS, 4);
    assert_int_equal(push(door, own), ICS_CAUSE_NO_ROUTE);
    ics_link_fixture_run(door->fixture);
    assert_int_equal(door->fixture->inputs->len, 1);
}

static void nothing_comes_through_the_door_of_a_host_that_is_down(void **state)
{
    Door *door = *state;
    IcsHost *a = ics_link_fixture_host(door->fixture, "a");
    const IcsRawPacket *packet = packet_to(door, B_ADDRESS, 4);
    ics_host_pause(a);
    expect_refused(door, packet->bytes, packet->n, ICS_CAUSE_HOST_PAUSED);
    ics_host_resume(a);
    ics_host_crash(a);
    expect_refused(door, packet->bytes, packet->n, ICS_CAUSE_HOST_DOWN);
    ics_host_restart(a);
    assert_int_equal(push(door, packet), ICS_CAUSE_NONE);
}

static void observers_are_told_of_what_is_refused(void **state)
{
    Door *door = *state;
    ics_outside_push(door->outside, "x", 1);
    assert_int_equal(door->fixture->observations->len, 1);
    const IcsSighting *seen = &g_array_index(door->fixture->observations, IcsSighting, 0);
    assert_int_equal(seen->kind, ICS_OBSERVE_PACKET_DROPPED);
    assert_int_equal(seen->cause, ICS_CAUSE_BAD_IP_HEADER);
    assert_int_equal(seen->length, 1);
}

/* ---- out ---- */

static void everything_that_arrives_is_handed_out(void **state)
{
    Door *door = *state;
    ics_link_fixture_send(door->fixture, 10, ics_link_fixture_back(door->wire), 0, 1);
    ics_link_fixture_send(door->fixture, 20, ics_link_fixture_back(door->wire), 0, MTU);
    ics_link_fixture_run(door->fixture);
    assert_string_equal(door->received->str, "1 bytes@15 1500 bytes@25 ");
    assert_int_equal(ics_outside_counters(door->outside)->received, 2);
}

static void without_a_receiver_what_arrives_disappears(void **state)
{
    Door *door = *state;
    ics_outside_set_receiver(door->outside, NULL, NULL);
    ics_link_fixture_send(door->fixture, 10, ics_link_fixture_back(door->wire), 0, 100);
    ics_link_fixture_run(door->fixture);
    assert_int_equal(ics_outside_counters(door->outside)->received, 1);
    assert_int_equal(ics_packet_pool_in_use(door->fixture->network->packets), 0);
}

static void what_came_while_the_host_was_paused_is_handed_out_at_the_resume(void **state)
{
    Door *door = *state;
    ics_link_fixture_host_verb(door->fixture, 5, "a", ics_host_pause);
    ics_link_fixture_send(door->fixture, 10, ics_link_fixture_back(door->wire), 0, 100);
    ics_link_fixture_host_verb(door->fixture, 50, "a", ics_host_resume);
    ics_link_fixture_run(door->fixture);
    assert_string_equal(door->received->str, "100 bytes@50 ");
}

static void answer(gpointer data, const IcsPacket *packet, int64_t at_ns)
{
    Door *door = data;
    door_receive(data, packet, at_ns);
    if (door->received->len < 40) {
        push(door, packet_to(door, B_ADDRESS, 4));
    }
}

static void a_receiver_may_push(void **state)
{
    Door *door = *state;
    ics_outside_set_receiver(door->outside, answer, door);
    ics_link_fixture_send(door->fixture, 10, ics_link_fixture_back(door->wire), 0, 100);
    ics_link_fixture_run(door->fixture);
    assert_string_equal(door->received->str, "100 bytes@15 ");
    assert_int_equal(g_array_index(door->fixture->inputs, IcsSighting, 0).at_ns, 20);
}

static void two_doors_face_each_other(void **state)
{
    Door *door = *state;
    IcsOutside *other = door_open(door->fixture, "b");
    ics_outside_set_receiver(other, door_receive, door);
    push(door, packet_to(door, B_ADDRESS, 4));
    ics_link_fixture_run(door->fixture);
    assert_string_equal(door->received->str, "24 bytes@5 ");
}

static void only_a_door_is_a_door(void **state)
{
    Door *door = *state;
    assert_ptr_equal(ics_outside_of(ics_link_fixture_host(door->fixture, "a")), door->outside);
    assert_null(ics_outside_of(ics_link_fixture_host(door->fixture, "b")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_packet_that_is_pushed_travels_like_any_other),
        TEST(a_packet_enters_at_the_present_time),
        TEST(a_push_is_done_by_the_node_of_the_host),
        TEST(ordinals_count_the_packets_of_the_door),
        TEST(padding_behind_the_packet_is_cut_off),
        TEST(options_are_carried),
        TEST(what_is_no_ipv4_packet_is_refused),
        TEST(a_wrong_total_length_is_refused),
        TEST(more_bytes_than_a_packet_can_have_are_refused),
        TEST(the_mtu_is_the_largest_that_is_let_in),
        TEST(destinations_that_nothing_leads_to_are_refused),
        TEST(a_default_route_leads_everywhere_else),
        TEST(nothing_comes_through_the_door_of_a_host_that_is_down),
        TEST(observers_are_told_of_what_is_refused),
        TEST(everything_that_arrives_is_handed_out),
        TEST(without_a_receiver_what_arrives_disappears),
        TEST(what_came_while_the_host_was_paused_is_handed_out_at_the_resume),
        TEST(a_receiver_may_push),
        TEST(two_doors_face_each_other),
        TEST(only_a_door_is_a_door),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
