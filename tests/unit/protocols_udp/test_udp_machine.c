/* What a host makes of UDP datagrams: RFC 768, RFC 1122 section 4.1. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/udp/udp_machine.h"
#include "tests/support/raw_packet.h"

#define HERE  ICS_RAW_ADDRESS(10, 0, 0, 1)
#define ALSO  ICS_RAW_ADDRESS(10, 0, 1, 1)
#define THERE ICS_RAW_ADDRESS(10, 0, 0, 2)

enum { IP = 20, UDP_LENGTH = IP + 4, UDP_CHECKSUM = IP + 6 };

typedef struct {
    IcsPortTable ports;
    IcsPortBinding echo; /* port 7 of all addresses */
    IcsRawPacket packet; /* from THERE:5000 to HERE:7 */
    IcsUdpArrival arrival;
} Fixture;

static int setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    assert_int_equal(ics_port_table_bind(&self->ports, &self->echo, 0, 7), 0);
    ics_raw_packet_udp(&self->packet, THERE, 5000, HERE, 7, "hello");
    *state = self;
    return 0;
}

static int teardown(void **state)
{
    Fixture *self = *state;
    ics_port_table_clear(&self->ports);
    g_free(self);
    return 0;
}

static IcsUdpVerdict judge(Fixture *self)
{
    IcsIpv4Header header;
    assert_int_equal(ics_ipv4_parse(self->packet.bytes, self->packet.n, &header), ICS_IPV4_OK);
    return ics_udp_machine_input(&self->ports, &header, self->packet.bytes, &self->arrival);
}

static void set_udp_length(Fixture *self, uint16_t length)
{
    ics_raw_packet_put16(&self->packet, UDP_LENGTH, length);
}

static void a_good_datagram_goes_to_its_ports_receiver(void **state)
{
    Fixture *self = *state;
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_ptr_equal(self->arrival.binding, &self->echo);
    assert_int_equal(self->arrival.source_port, 5000);
    assert_int_equal(self->arrival.destination_port, 7);
    assert_int_equal(self->arrival.payload_bytes, 5);
    assert_memory_equal(self->packet.bytes + self->arrival.payload_offset, "hello", 5);
}

static void an_empty_datagram_is_one(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_udp(&self->packet, THERE, 5000, HERE, 7, "");
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_int_equal(self->arrival.payload_bytes, 0);
}

static void a_zero_checksum_says_that_there_is_none(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_put16(&self->packet, UDP_CHECKSUM, 0);
    self->packet.bytes[IP + 8] ^= 1;
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
}

static void every_single_bit_error_is_caught(void **state)
{
    Fixture *self = *state;
    for (size_t bit = IP * 8; bit < self->packet.n * 8; bit++) {
        uint8_t mask = (uint8_t)(0x80 >> bit % 8);
        self->packet.bytes[bit / 8] ^= mask;
        IcsUdpVerdict verdict = judge(self);
        assert_true(verdict == ICS_UDP_VERDICT_BAD_CHECKSUM ||
                    verdict == ICS_UDP_VERDICT_BAD_LENGTH);
        self->packet.bytes[bit / 8] ^= mask;
    }
}

static void a_datagram_for_somebody_else_fails_its_checksum(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_put32(&self->packet, 16, ALSO);
    ics_raw_packet_seal_ip(&self->packet);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_BAD_CHECKSUM);
}

static void a_length_over_what_ip_carried_is_bad(void **state)
{
    Fixture *self = *state;
    set_udp_length(self, 14);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_BAD_LENGTH);
    set_udp_length(self, 65535);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_BAD_LENGTH);
}

static void a_length_under_the_headers_is_bad(void **state)
{
    Fixture *self = *state;
    for (uint16_t length = 0; length < 8; length++) {
        set_udp_length(self, length);
        assert_int_equal(judge(self), ICS_UDP_VERDICT_BAD_LENGTH);
    }
}

static void less_than_a_header_is_bad(void **state)
{
    Fixture *self = *state;
    for (size_t n = 0; n < 8; n++) {
        ics_raw_packet_ipv4(&self->packet, THERE, HERE, 17, "\0\0\0\0\0\0\0", n);
        assert_int_equal(judge(self), ICS_UDP_VERDICT_BAD_LENGTH);
    }
}

static void a_length_under_what_ip_carried_leaves_the_rest_out(void **state)
{
    Fixture *self = *state;
    set_udp_length(self, 8 + 3);
    ics_raw_packet_seal_udp(&self->packet);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_int_equal(self->arrival.payload_bytes, 3);
}

static void padding_of_the_link_is_no_part_of_it(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_pad(&self->packet, 17);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_int_equal(self->arrival.payload_bytes, 5);
    set_udp_length(self, 8 + 5 + 1);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_BAD_LENGTH);
}

static void options_of_the_ip_header_move_the_payload(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_insert_options(&self->packet, (const uint8_t *)"\1\1\1\0", 4);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_int_equal(self->arrival.payload_offset, 20 + 4 + 8);
    assert_memory_equal(self->packet.bytes + self->arrival.payload_offset, "hello", 5);
}

static void a_port_without_a_receiver_is_told(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_udp(&self->packet, THERE, 5000, HERE, 8, "hello");
    assert_int_equal(judge(self), ICS_UDP_VERDICT_NO_PORT);
    assert_null(self->arrival.binding);
    assert_int_equal(self->arrival.destination_port, 8);
}

static void nobody_receives_from_port_0(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_udp(&self->packet, THERE, 5000, HERE, 0, "hello");
    assert_int_equal(judge(self), ICS_UDP_VERDICT_NO_PORT);
}

static void source_port_0_wants_no_answer_and_is_delivered(void **state)
{
    Fixture *self = *state;
    ics_raw_packet_udp(&self->packet, THERE, 0, HERE, 7, "hello");
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_int_equal(self->arrival.source_port, 0);
}

static void a_connected_receiver_hears_its_peer_only(void **state)
{
    Fixture *self = *state;
    self->echo.connected = true;
    self->echo.peer_address = THERE;
    self->echo.peer_port = 5000;
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    ics_raw_packet_udp(&self->packet, THERE, 5001, HERE, 7, "hello");
    assert_int_equal(judge(self), ICS_UDP_VERDICT_NOT_CONNECTED);
    ics_raw_packet_udp(&self->packet, ALSO, 5000, HERE, 7, "hello");
    assert_int_equal(judge(self), ICS_UDP_VERDICT_NOT_CONNECTED);
}

static void the_receiver_of_one_address_goes_before_others(void **state)
{
    Fixture *self = *state;
    IcsPortBinding here = {0}, also = {0};
    ics_port_table_unbind(&self->ports, &self->echo);
    assert_int_equal(ics_port_table_bind(&self->ports, &here, HERE, 7), 0);
    assert_int_equal(ics_port_table_bind(&self->ports, &also, ALSO, 7), 0);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_ptr_equal(self->arrival.binding, &here);
}

static void the_longest_datagram_is_delivered_whole(void **state)
{
    Fixture *self = *state;
    g_autofree char *text = g_strnfill(65507, 'x');
    ics_raw_packet_udp(&self->packet, THERE, 5000, HERE, 7, text);
    assert_int_equal(judge(self), ICS_UDP_VERDICT_DELIVER);
    assert_int_equal(self->arrival.payload_bytes, 65507);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_datagram_goes_to_its_ports_receiver),
        TEST(an_empty_datagram_is_one),
        TEST(a_zero_checksum_says_that_there_is_none),
        TEST(every_single_bit_error_is_caught),
        TEST(a_datagram_for_somebody_else_fails_its_checksum),
        TEST(a_length_over_what_ip_carried_is_bad),
        TEST(a_length_under_the_headers_is_bad),
        TEST(less_than_a_header_is_bad),
        TEST(a_length_under_what_ip_carried_leaves_the_rest_out),
        TEST(padding_of_the_link_is_no_part_of_it),
        TEST(options_of_the_ip_header_move_the_payload),
        TEST(a_port_without_a_receiver_is_told),
        TEST(nobody_receives_from_port_0),
        TEST(source_port_0_wants_no_answer_and_is_delivered),
        TEST(a_connected_receiver_hears_its_peer_only),
        TEST(the_receiver_of_one_address_goes_before_others),
        TEST(the_longest_datagram_is_delivered_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
