#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "netmodel/packet.h"
#include "tests/support/child.h"

#define ELEMENT_KEY UINT64_C(0x1234567890abcdef)

static int with_a_pool(void **state)
{
    *state = ics_packet_pool_new();
    return 0;
}

static int drop_the_pool(void **state)
{
    IcsPacketPool *pool = *state;
    assert_int_equal(ics_packet_pool_in_use(pool), 0);
    ics_packet_pool_free(pool);
    return 0;
}

/* A packet whose byte i is seed + i. */
static IcsPacket *packet_with_pattern(IcsPacketPool *pool, uint32_t length, uint8_t seed)
{
    IcsPacket *packet = ics_packet_new(pool, length);
    for (uint32_t i = 0; i < length; i++) {
        packet->bytes[i] = (uint8_t)(seed + i);
    }
    return packet;
}

static void assert_pattern(const IcsPacket *packet, uint32_t length, uint8_t seed)
{
    assert_int_equal(packet->length, length);
    for (uint32_t i = 0; i < length; i++) {
        assert_int_equal(packet->bytes[i], (uint8_t)(seed + i));
    }
}

static void a_new_packet_is_an_empty_original(void **state)
{
    IcsPacket *packet = ics_packet_new(*state, 512);
    assert_int_equal(packet->length, 512);
    assert_int_equal(packet->id, 1);
    assert_int_equal(packet->parent_id, 0);
    assert_int_equal(packet->message.flow, ICS_FLOW_NONE);
    assert_int_equal(packet->fate.flow, 0);
    assert_int_equal(packet->fate.lineage, 0);
    assert_false(packet->damaged);
    assert_false(ics_event_is_queued(&packet->event));
    ics_packet_free(packet);
}

static void a_reused_packet_remembers_nothing(void **state)
{
    IcsPacket *first = ics_packet_new(*state, 100);
    first->damaged = true;
    first->fate.ordinal = 9;
    first->message.flow = 3;
    first->overtakers_left = 2;
    first->arrives_ns = 77;
    ics_packet_free(first);
    IcsPacket *second = ics_packet_new(*state, 100);
    assert_ptr_equal(second, first);
    assert_int_equal(second->id, 2);
    assert_false(second->damaged);
    assert_int_equal(second->fate.ordinal, 0);
    assert_int_equal(second->message.flow, ICS_FLOW_NONE);
    assert_int_equal(second->overtakers_left, 0);
    assert_int_equal(second->arrives_ns, 0);
    ics_packet_free(second);
}

static void the_pool_counts_what_is_out(void **state)
{
    IcsPacket *packets[3];
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(ics_packet_pool_in_use(*state), i);
        packets[i] = ics_packet_new(*state, 40);
    }
    IcsPacket *copy = ics_packet_copy(packets[0], ELEMENT_KEY, 1);
    assert_int_equal(ics_packet_pool_in_use(*state), 4);
    ics_packet_free(copy);
    for (uint32_t i = 0; i < 3; i++) {
        ics_packet_free(packets[i]);
    }
    assert_int_equal(ics_packet_pool_in_use(*state), 0);
}

static void leak_a_packet(G_GNUC_UNUSED gpointer data)
{
    IcsPacketPool *pool = ics_packet_pool_new();
    ics_packet_new(pool, 1);
    ics_packet_pool_free(pool);
}

static void a_pool_with_packets_out_cannot_be_freed(G_GNUC_UNUSED void **state)
{
    assert_true(ics_test_child_aborts(leak_a_packet, NULL));
}

static void headers_go_before_the_payload_and_come_off_again(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 100, 5);
    uint8_t *payload = packet->bytes;
    ics_packet_push(packet, 8);
    ics_packet_push(packet, 20);
    memset(packet->bytes, 0xee, 28);
    assert_ptr_equal(packet->bytes, payload - 28);
    assert_int_equal(packet->length, 128);
    ics_packet_pull(packet, 20);
    ics_packet_pull(packet, 8);
    assert_ptr_equal(packet->bytes, payload);
    assert_pattern(packet, 100, 5);
    ics_packet_free(packet);
}

static void the_whole_headroom_can_be_used(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 10, 1);
    ics_packet_push(packet, ICS_PACKET_HEADROOM);
    memset(packet->bytes, 0xaa, ICS_PACKET_HEADROOM);
    ics_packet_pull(packet, ICS_PACKET_HEADROOM);
    assert_pattern(packet, 10, 1);
    ics_packet_pull(packet, 10);
    assert_int_equal(packet->length, 0);
    ics_packet_free(packet);
}

static void push_beyond_the_headroom(gpointer pool)
{
    ics_packet_push(ics_packet_new(pool, 10), ICS_PACKET_HEADROOM + 1);
}

static void push_beyond_the_largest_packet(gpointer pool)
{
    ics_packet_push(ics_packet_new(pool, ICS_PACKET_MAX_BYTES), 1);
}

static void push_onto_shared_bytes(gpointer pool)
{
    IcsPacket *packet = ics_packet_new(pool, 10);
    ics_packet_copy(packet, ELEMENT_KEY, 1);
    ics_packet_push(packet, 1);
}

static void pull_beyond_the_end(gpointer pool)
{
    ics_packet_pull(ics_packet_new(pool, 10), 11);
}

static void take_a_packet_over_the_largest(gpointer pool)
{
    ics_packet_new(pool, ICS_PACKET_MAX_BYTES + 1);
}

static void misuse_of_the_bytes_is_an_assertion(void **state)
{
    assert_true(ics_test_child_aborts(push_beyond_the_headroom, *state));
    assert_true(ics_test_child_aborts(push_beyond_the_largest_packet, *state));
    assert_true(ics_test_child_aborts(push_onto_shared_bytes, *state));
    assert_true(ics_test_child_aborts(pull_beyond_the_end, *state));
    assert_true(ics_test_child_aborts(take_a_packet_over_the_largest, *state));
}

static void trim_cuts_the_tail_and_never_grows(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 50, 0);
    ics_packet_trim(packet, 60);
    assert_pattern(packet, 50, 0);
    ics_packet_trim(packet, 50);
    assert_pattern(packet, 50, 0);
    ics_packet_trim(packet, 7);
    assert_pattern(packet, 7, 0);
    ics_packet_trim(packet, 0);
    assert_int_equal(packet->length, 0);
    ics_packet_free(packet);
}

static void a_copy_shares_the_bytes_and_knows_its_parent(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 300, 9);
    packet->fate = (IcsFate){.flow = 11, .ordinal = 4, .klass = ICS_FATE_REPEAT};
    packet->message = (IcsMessageTag){.flow = 2, .ordinal = 4, .bytes = 272};
    packet->damaged = true;
    IcsPacket *copy = ics_packet_copy(packet, ELEMENT_KEY, 1);
    IcsFate expected = ics_fate_for_copy(&packet->fate, ELEMENT_KEY, 1);
    assert_ptr_equal(copy->bytes, packet->bytes);
    assert_int_equal(copy->parent_id, packet->id);
    assert_int_equal(copy->id, packet->id + 1);
    assert_int_equal(copy->fate.lineage, expected.lineage);
    assert_int_equal(copy->fate.copy, expected.copy);
    assert_int_equal(copy->fate.flow, 11);
    assert_int_equal(copy->fate.ordinal, 4);
    assert_int_equal(copy->fate.klass, ICS_FATE_REPEAT);
    assert_int_equal(copy->message.flow, 2);
    assert_int_equal(copy->message.bytes, 272);
    assert_true(copy->damaged);
    ics_packet_free(packet);
    ics_packet_free(copy);
}

static void copies_of_copies_have_their_own_lineages(void **state)
{
    IcsPacket *packet = ics_packet_new(*state, 20);
    IcsPacket *first = ics_packet_copy(packet, ELEMENT_KEY, 1);
    IcsPacket *second = ics_packet_copy(packet, ELEMENT_KEY, 2);
    IcsPacket *nested = ics_packet_copy(first, ELEMENT_KEY, 1);
    assert_int_equal(nested->parent_id, first->id);
    assert_int_equal(second->parent_id, packet->id);
    uint64_t lineages[] = {packet->fate.lineage, first->fate.lineage, second->fate.lineage,
                           nested->fate.lineage};
    for (size_t i = 0; i < G_N_ELEMENTS(lineages); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(lineages[i] != lineages[j]);
        }
    }
    ics_packet_free(packet);
    ics_packet_free(first);
    ics_packet_free(second);
    ics_packet_free(nested);
}

static void a_copy_outlives_its_original(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 1000, 3);
    IcsPacket *copy = ics_packet_copy(packet, ELEMENT_KEY, 1);
    ics_packet_free(packet);
    IcsPacket *other = packet_with_pattern(*state, 1000, 200);
    assert_pattern(copy, 1000, 3);
    assert_pattern(other, 1000, 200);
    ics_packet_free(copy);
    ics_packet_free(other);
}

static void a_writer_alone_keeps_its_bytes_where_they_are(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 64, 0);
    uint8_t *bytes = packet->bytes;
    ics_packet_make_writable(packet);
    assert_ptr_equal(packet->bytes, bytes);
    IcsPacket *copy = ics_packet_copy(packet, ELEMENT_KEY, 1);
    ics_packet_free(copy);
    ics_packet_make_writable(packet);
    assert_ptr_equal(packet->bytes, bytes);
    ics_packet_free(packet);
}

static void a_change_of_one_copy_is_seen_by_no_other(void **state)
{
    IcsPacket *packet = packet_with_pattern(*state, 200, 1);
    IcsPacket *changed = ics_packet_copy(packet, ELEMENT_KEY, 1);
    IcsPacket *witness = ics_packet_copy(packet, ELEMENT_KEY, 2);
    ics_packet_make_writable(changed);
    assert_pattern(changed, 200, 1);
    memset(changed->bytes, 0, 200);
    assert_pattern(packet, 200, 1);
    assert_pattern(witness, 200, 1);
    assert_ptr_equal(witness->bytes, packet->bytes);
    ics_packet_free(packet);
    ics_packet_make_writable(witness);
    assert_pattern(witness, 200, 1);
    ics_packet_free(witness);
    ics_packet_free(changed);
}

/* The start of the bytes has moved by -pushed or +pulled since the packet was made. */
static void check_copy_on_write(IcsPacketPool *pool, uint32_t length, uint32_t pushed,
                                uint32_t pulled)
{
    IcsPacket *packet = packet_with_pattern(pool, length, 17);
    ics_packet_push(packet, pushed);
    for (uint32_t i = 0; i < pushed; i++) {
        packet->bytes[i] = (uint8_t)(17 - pushed + i);
    }
    ics_packet_pull(packet, pulled);
    uint32_t left = length + pushed - pulled;
    uint8_t seed = (uint8_t)(17 - pushed + pulled);
    IcsPacket *copy = ics_packet_copy(packet, ELEMENT_KEY, 1);
    ics_packet_make_writable(copy);
    assert_pattern(copy, left, seed);
    memset(copy->bytes, 0x5a, left);
    assert_pattern(packet, left, seed);
    /* The headroom has come along: as much can be pushed as before. */
    ics_packet_push(copy, ICS_PACKET_HEADROOM - pushed);
    memset(copy->bytes, 0, ICS_PACKET_HEADROOM - pushed);
    ics_packet_free(packet);
    ics_packet_free(copy);
}

static void copy_on_write_keeps_the_place_in_the_buffer(void **state)
{
    check_copy_on_write(*state, 0, 0, 0);
    check_copy_on_write(*state, 1, 0, 1);
    check_copy_on_write(*state, 128, 0, 0);
    check_copy_on_write(*state, 128, 28, 0);
    check_copy_on_write(*state, 100, ICS_PACKET_HEADROOM, 0);
    check_copy_on_write(*state, 1400, 28, 28);
    check_copy_on_write(*state, 1400, 0, 1399);
    check_copy_on_write(*state, ICS_PACKET_MAX_BYTES - ICS_PACKET_HEADROOM, 0, 20);
    check_copy_on_write(*state, ICS_PACKET_MAX_BYTES - ICS_PACKET_HEADROOM, 28, 20);
}

static void packets_of_every_length_keep_out_of_each_others_bytes(void **state)
{
    static const uint32_t lengths[] = {
        0,    1,    127,  128,  129,  639,  640,   641,
        1663, 1664, 1665, 9215, 9216, 9217, 65534, ICS_PACKET_MAX_BYTES};
    enum { N = G_N_ELEMENTS(lengths), EACH = 3 };
    IcsPacket *packets[N * EACH];
    for (uint32_t i = 0; i < N * EACH; i++) {
        packets[i] = packet_with_pattern(*state, lengths[i % N], (uint8_t)(i * 29));
    }
    for (uint32_t i = 0; i < N * EACH; i++) {
        assert_pattern(packets[i], lengths[i % N], (uint8_t)(i * 29));
    }
    for (uint32_t i = 0; i < N * EACH; i++) {
        ics_packet_free(packets[i]);
    }
}

/* What a lossy, duplicating, corrupting link does to packets of many sizes. */
static void use_packets(IcsPacketPool *pool, uint32_t rounds)
{
    static const uint32_t lengths[] = {28, 540, 1500, 4000, 60000};
    IcsPacket *waiting[16] = {NULL};
    for (uint32_t i = 0; i < rounds; i++) {
        IcsPacket **slot = &waiting[i % G_N_ELEMENTS(waiting)];
        if (*slot != NULL) {
            ics_packet_free(*slot);
        }
        IcsPacket *packet = ics_packet_new(pool, lengths[i % G_N_ELEMENTS(lengths)]);
        *slot = ics_packet_copy(packet, ELEMENT_KEY, 1);
        if (i % 3 == 0) {
            ics_packet_make_writable(*slot);
        }
        ics_packet_free(packet);
    }
    for (uint32_t i = 0; i < G_N_ELEMENTS(waiting); i++) {
        ics_packet_free(waiting[i]);
    }
}

static void the_steady_state_allocates_nothing(void **state)
{
    assert_int_equal(ics_packet_pool_allocations(*state), 0);
    use_packets(*state, 1000);
    uint64_t allocations = ics_packet_pool_allocations(*state);
    assert_true(allocations > 0);
    use_packets(*state, 100000);
    assert_int_equal(ics_packet_pool_allocations(*state), allocations);
}

static void free_a_packet_with_a_queued_event(gpointer pool)
{
    IcsPacket *packet = ics_packet_new(pool, 10);
    packet->event.slot = 0;
    ics_packet_free(packet);
}

static void a_packet_with_a_queued_event_cannot_be_freed(void **state)
{
    assert_true(ics_test_child_aborts(free_a_packet_with_a_queued_event, *state));
}

static void a_list_is_first_in_first_out_and_counts(void **state)
{
    IcsPacketList list = {0};
    IcsPacket *packets[3];
    assert_null(ics_packet_list_take(&list));
    for (uint32_t i = 0; i < 3; i++) {
        packets[i] = ics_packet_new(*state, 100 * (i + 1));
        ics_packet_list_append(&list, packets[i]);
        assert_int_equal(list.packets, i + 1);
    }
    assert_int_equal(list.bytes, 600);
    for (uint32_t i = 0; i < 3; i++) {
        assert_ptr_equal(ics_packet_list_take(&list), packets[i]);
        assert_null(packets[i]->next);
    }
    assert_null(ics_packet_list_take(&list));
    assert_int_equal(list.packets, 0);
    assert_int_equal(list.bytes, 0);
    ics_packet_list_append(&list, packets[1]);
    assert_ptr_equal(list.first, packets[1]);
    assert_ptr_equal(ics_packet_list_take(&list), packets[1]);
    for (uint32_t i = 0; i < 3; i++) {
        ics_packet_free(packets[i]);
    }
}

#define PACKET_TEST(name) cmocka_unit_test_setup_teardown(name, with_a_pool, drop_the_pool)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PACKET_TEST(a_new_packet_is_an_empty_original),
        PACKET_TEST(a_reused_packet_remembers_nothing),
        PACKET_TEST(the_pool_counts_what_is_out),
        PACKET_TEST(a_pool_with_packets_out_cannot_be_freed),
        PACKET_TEST(headers_go_before_the_payload_and_come_off_again),
        PACKET_TEST(the_whole_headroom_can_be_used),
        PACKET_TEST(misuse_of_the_bytes_is_an_assertion),
        PACKET_TEST(trim_cuts_the_tail_and_never_grows),
        PACKET_TEST(a_copy_shares_the_bytes_and_knows_its_parent),
        PACKET_TEST(copies_of_copies_have_their_own_lineages),
        PACKET_TEST(a_copy_outlives_its_original),
        PACKET_TEST(a_writer_alone_keeps_its_bytes_where_they_are),
        PACKET_TEST(a_change_of_one_copy_is_seen_by_no_other),
        PACKET_TEST(copy_on_write_keeps_the_place_in_the_buffer),
        PACKET_TEST(packets_of_every_length_keep_out_of_each_others_bytes),
        PACKET_TEST(the_steady_state_allocates_nothing),
        PACKET_TEST(a_packet_with_a_queued_event_cannot_be_freed),
        PACKET_TEST(a_list_is_first_in_first_out_and_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
