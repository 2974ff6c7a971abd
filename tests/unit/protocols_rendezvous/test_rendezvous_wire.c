#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/rendezvous/rendezvous_wire.h"
#include "tests/support/splitmix.h"

/* As the diagram draws it: "hi", the message 0x01020304 of the session 0xcafef00d. */
static const uint8_t data[] = {'R',  'V',  1,    1,    0xca, 0xfe, 0xf0, 0x0d, 0x01,
                               0x02, 0x03, 0x04, 0x00, 0x02, 0x00, 0x00, 'h',  'i'};
static const uint8_t ack[] = {'R',  'V',  1,    2,    0xca, 0xfe, 0xf0, 0x0d,
                              0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00};

static IcsRendezvousResult parse(const uint8_t *bytes, size_t n)
{
    IcsRendezvousHeader header;
    return ics_rendezvous_wire_parse(bytes, n, &header);
}

static IcsRendezvousResult parse_with(size_t at, uint8_t value)
{
    uint8_t bytes[sizeof data];
    memcpy(bytes, data, sizeof data);
    bytes[at] = value;
    return parse(bytes, sizeof bytes);
}

static void a_message_is_read_as_drawn(void **state)
{
    (void)state;
    IcsRendezvousHeader header;
    assert_int_equal(ics_rendezvous_wire_parse(data, sizeof data, &header), ICS_RENDEZVOUS_OK);
    assert_int_equal(header.type, ICS_RENDEZVOUS_DATA);
    assert_true(header.session == 0xcafef00d);
    assert_true(header.sequence == 0x01020304);
    assert_int_equal(header.length, 2);
}

static void an_acknowledgement_is_written_as_drawn(void **state)
{
    (void)state;
    uint8_t bytes[sizeof ack];
    IcsRendezvousHeader header = {ICS_RENDEZVOUS_ACK, 0xcafef00d, 0x01020304, 0};
    memset(bytes, 0xff, sizeof bytes);
    ics_rendezvous_wire_emit(&header, bytes);
    assert_memory_equal(bytes, ack, sizeof ack);
    assert_int_equal(parse(bytes, sizeof bytes), ICS_RENDEZVOUS_OK);
}

static void random_headers_survive(void **state)
{
    (void)state;
    uint64_t seed = 1;
    static uint8_t bytes[ICS_RENDEZVOUS_HEADER_BYTES + ICS_RENDEZVOUS_MESSAGE_MAX_BYTES];
    for (int round = 0; round < 10000; round++) {
        uint64_t draw = ics_splitmix_next(&seed), length = ics_splitmix_next(&seed);
        bool is_ack = round % 4 == 0;
        IcsRendezvousHeader header = {
            .type = is_ack ? ICS_RENDEZVOUS_ACK : ICS_RENDEZVOUS_DATA,
            .session = (uint32_t)draw,
            .sequence = (uint32_t)(draw >> 32),
            .length = is_ack ? 0 : (uint16_t)(length % (ICS_RENDEZVOUS_MESSAGE_MAX_BYTES + 1)),
        };
        IcsRendezvousHeader back;
        ics_rendezvous_wire_emit(&header, bytes);
        assert_int_equal(
            ics_rendezvous_wire_parse(bytes, ICS_RENDEZVOUS_HEADER_BYTES + header.length, &back),
            ICS_RENDEZVOUS_OK);
        assert_true(back.type == header.type && back.length == header.length);
        assert_true(back.session == header.session && back.sequence == header.sequence);
    }
}

static void the_largest_message_fills_the_largest_datagram(void **state)
{
    (void)state;
    assert_int_equal(ICS_RENDEZVOUS_MESSAGE_MAX_BYTES + ICS_RENDEZVOUS_HEADER_BYTES, 65507);
}

static void every_cut_of_a_message_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse(NULL, 0), ICS_RENDEZVOUS_TOO_SHORT);
    for (size_t n = 1; n < sizeof data; n++) {
        g_autofree uint8_t *cut = g_memdup2(data, n);
        assert_int_equal(parse(cut, n),
                         n < 16 ? ICS_RENDEZVOUS_TOO_SHORT : ICS_RENDEZVOUS_BAD_LENGTH);
    }
}

static void bytes_behind_the_message_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[sizeof data + 1] = {0};
    memcpy(bytes, data, sizeof data);
    assert_int_equal(parse(bytes, sizeof bytes), ICS_RENDEZVOUS_BAD_LENGTH);
}

static void an_acknowledgement_with_bytes_is_refused(void **state)
{
    (void)state;
    assert_int_equal(parse_with(3, ICS_RENDEZVOUS_ACK), ICS_RENDEZVOUS_BAD_LENGTH);
}

static void every_other_value_of_a_constant_field_is_refused(void **state)
{
    (void)state;
    for (unsigned value = 0; value <= 255; value++) {
        assert_int_equal(parse_with(0, (uint8_t)value),
                         value == 'R' ? ICS_RENDEZVOUS_OK : ICS_RENDEZVOUS_BAD_MAGIC);
        assert_int_equal(parse_with(1, (uint8_t)value),
                         value == 'V' ? ICS_RENDEZVOUS_OK : ICS_RENDEZVOUS_BAD_MAGIC);
        assert_int_equal(parse_with(2, (uint8_t)value),
                         value == 1 ? ICS_RENDEZVOUS_OK : ICS_RENDEZVOUS_BAD_VERSION);
        assert_int_equal(parse_with(14, (uint8_t)value),
                         value == 0 ? ICS_RENDEZVOUS_OK : ICS_RENDEZVOUS_BAD_RESERVED);
        assert_int_equal(parse_with(15, (uint8_t)value),
                         value == 0 ? ICS_RENDEZVOUS_OK : ICS_RENDEZVOUS_BAD_RESERVED);
        if (value != ICS_RENDEZVOUS_DATA && value != ICS_RENDEZVOUS_ACK)
            assert_int_equal(parse_with(3, (uint8_t)value), ICS_RENDEZVOUS_BAD_TYPE);
    }
}

static void results_and_types_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(ics_rendezvous_result_name(ICS_RENDEZVOUS_OK), "ok");
    assert_string_equal(ics_rendezvous_result_name(ICS_RENDEZVOUS_TOO_SHORT), "too-short");
    assert_string_equal(ics_rendezvous_result_name(ICS_RENDEZVOUS_BAD_RESERVED), "bad-reserved");
    assert_string_equal(ics_rendezvous_type_name(ICS_RENDEZVOUS_DATA), "data");
    assert_string_equal(ics_rendezvous_type_name(ICS_RENDEZVOUS_ACK), "ack");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_read_as_drawn),
        cmocka_unit_test(an_acknowledgement_is_written_as_drawn),
        cmocka_unit_test(random_headers_survive),
        cmocka_unit_test(the_largest_message_fills_the_largest_datagram),
        cmocka_unit_test(every_cut_of_a_message_is_refused),
        cmocka_unit_test(bytes_behind_the_message_are_refused),
        cmocka_unit_test(an_acknowledgement_with_bytes_is_refused),
        cmocka_unit_test(every_other_value_of_a_constant_field_is_refused),
        cmocka_unit_test(results_and_types_have_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
