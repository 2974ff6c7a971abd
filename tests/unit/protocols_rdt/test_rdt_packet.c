#include <cmocka.h>
#include <string.h>

#include "protocols/rdt/rdt_actions.h"
#include "protocols/rdt/rdt_packet.h"
#include "tests/support/rdt_harness.h"
#include "tests/support/slow_checksum.h"

static bool reads(const GByteArray *bytes, IcsRdtPacket *packet)
{
    IcsRdtEvent event = {.kind = ICS_RDT_DATAGRAM, .bytes = bytes->data, .n = bytes->len};
    return ics_rdt_packet_read(&event, packet);
}

static void a_datagram_reads_back(void **state)
{
    (void)state;
    IcsRdtPacket packet;
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 65535, "hello");
    assert_true(reads(data, &packet));
    assert_int_equal(packet.kind, ICS_RDT_DATA);
    assert_int_equal(packet.sequence, 65535);
    assert_int_equal(packet.n, 5);
    assert_memory_equal(packet.message, "hello", 5);
    g_autoptr(GByteArray) ack = ics_rdt_harness_make(2, 7, "");
    assert_true(reads(ack, &packet));
    assert_int_equal(packet.kind, ICS_RDT_ACK);
    assert_int_equal(packet.sequence, 7);
}

/* Kind 1, sequence 1, message "a": the CRC of 01 00 00 01 61 was computed with Python's zlib. */
static void the_bytes_are_those_of_the_diagram(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0x01, 0x00, 0x00, 0x01, 0xd8, 0xec, 0xbe, 0x22, 'a'};
    IcsRdtActions actions;
    IcsRdtKept kept = {0};
    IcsRdtEvent event = {.kind = ICS_RDT_MESSAGE, .bytes = (const uint8_t *)"a", .n = 1, .tag = 5};
    ics_rdt_actions_init(&actions);
    ics_rdt_kept_make_data(&kept, 1, &event);
    ics_rdt_kept_send(&kept, &actions);
    const IcsRdtAction *action = ics_rdt_actions_get(&actions, 0);
    assert_int_equal(action->n, sizeof expected);
    assert_int_equal(action->tag, 5);
    assert_memory_equal(ics_rdt_actions_bytes(&actions, action), expected, sizeof expected);
    g_free(kept.bytes);
    ics_rdt_actions_clear(&actions);
}

static void every_single_flipped_bit_is_seen(void **state)
{
    (void)state;
    IcsRdtPacket packet;
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 3, "hello");
    for (guint bit = 0; bit < 8 * data->len; bit++) {
        data->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(reads(data, &packet));
        data->data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    assert_true(reads(data, &packet));
}

static void every_pair_of_flipped_bits_is_seen(void **state)
{
    (void)state;
    IcsRdtPacket packet;
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 3, "hello, world");
    for (guint a = 0; a < 8 * data->len; a++) {
        for (guint b = a + 1; b < 8 * data->len; b++) {
            data->data[a / 8] ^= (uint8_t)(1 << a % 8);
            data->data[b / 8] ^= (uint8_t)(1 << b % 8);
            assert_false(reads(data, &packet));
            data->data[a / 8] ^= (uint8_t)(1 << a % 8);
            data->data[b / 8] ^= (uint8_t)(1 << b % 8);
        }
    }
}

/* The weakness of the Internet checksum, and why it is not used here. */
static void words_that_changed_places_are_seen(void **state)
{
    (void)state;
    IcsRdtPacket packet;
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 3, "abcd");
    uint16_t before = ics_slow_checksum_sum(data->data + 8, 4);
    memcpy(data->data + 8, "cdab", 4);
    assert_int_equal(ics_slow_checksum_sum(data->data + 8, 4), before);
    assert_false(reads(data, &packet));
}

static void every_cut_is_seen(void **state)
{
    (void)state;
    IcsRdtPacket packet;
    g_autoptr(GByteArray) data = ics_rdt_harness_make(1, 3, "hello");
    while (data->len > 0) {
        g_byte_array_set_size(data, data->len - 1);
        assert_false(reads(data, &packet));
    }
}

static void what_is_whole_but_none_of_ours_is_refused(void **state)
{
    (void)state;
    IcsRdtPacket packet;
    for (unsigned kind = 0; kind < 256; kind++) {
        g_autoptr(GByteArray) data = ics_rdt_harness_make((uint8_t)kind, 0, "");
        assert_int_equal(reads(data, &packet), kind == 1 || kind == 2);
    }
    g_autoptr(GByteArray) ack = ics_rdt_harness_make(2, 0, "an ACK has no message");
    assert_false(reads(ack, &packet));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_datagram_reads_back),
        cmocka_unit_test(the_bytes_are_those_of_the_diagram),
        cmocka_unit_test(every_single_flipped_bit_is_seen),
        cmocka_unit_test(every_pair_of_flipped_bits_is_seen),
        cmocka_unit_test(words_that_changed_places_are_seen),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(what_is_whole_but_none_of_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
