/* The datagrams that leave a host: RFC 768, RFC 791, RFC 1122 sections 3.2.1.3 and 4.1.3.5. */
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "tests/support/small_network.h"

enum { IP_BYTES = 20, UDP_BYTES = 8 };

static uint32_t a(const IcsSmallNetwork *network)
{
    return ics_small_network_address(network, "a");
}

static uint32_t b(const IcsSmallNetwork *network)
{
    return ics_small_network_address(network, "b");
}

static int send_from(IcsSmallNetwork *network, const IcsUdpRequest *request)
{
    IcsStack *stack = ics_small_network_stack(network, "a");
    IcsInterface *interface;
    int result = ics_stack_find_udp_way(stack, request->source, request->destination,
                                        request->payload_bytes, &interface);
    if (result == 0) {
        ics_stack_send_udp(stack, interface, request);
    }
    return result;
}

static IcsUdpRequest request_for(const IcsSmallNetwork *network, const char *text)
{
    return (IcsUdpRequest){.destination = b(network),
                           .source_port = 5000,
                           .destination_port = 7,
                           .payload = text,
                           .payload_bytes = strlen(text)};
}

static void a_datagram_leaves_as_the_rfcs_draw_it(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsUdpRequest request = request_for(network, "hello");
    assert_int_equal(send_from(network, &request), 0);
    size_t n;
    const uint8_t *bytes = ics_small_network_sent(network, 0, &n);
    assert_int_equal(n, IP_BYTES + UDP_BYTES + 5);
    assert_true(ics_raw_packet_is_right(bytes, n));
    assert_int_equal(bytes[8], 64); /* RFC 1700 */
    assert_int_equal(bytes[9], 17);
    assert_int_equal(ics_raw_get32(bytes + 12), a(network));
    assert_int_equal(ics_raw_get32(bytes + 16), b(network));
    assert_int_equal(ics_raw_get16(bytes + 20), 5000);
    assert_int_equal(ics_raw_get16(bytes + 22), 7);
    assert_memory_equal(bytes + IP_BYTES + UDP_BYTES, "hello", 5);
}

static void every_length_up_to_the_mtu_leaves_with_good_checksums(void **state)
{
    IcsSmallNetwork *network = *state;
    g_autofree char *text = g_strnfill(1472, 'y');
    for (size_t i = 0; i < 1472; i++) {
        text[i] = (char)(i * 7 + 1);
    }
    IcsUdpRequest request = request_for(network, "");
    request.payload = text;
    for (size_t n = 0; n <= 1472; n++) {
        request.payload_bytes = n;
        assert_int_equal(send_from(network, &request), 0);
        size_t length;
        const uint8_t *bytes = ics_small_network_sent(network, (guint)n, &length);
        assert_int_equal(length, IP_BYTES + UDP_BYTES + n);
        assert_true(ics_raw_packet_is_right(bytes, length));
        assert_int_equal(ics_raw_get16(bytes + 4), n); /* identification */
    }
}

static void a_checksum_of_zero_is_sent_as_all_ones(void **state)
{
    IcsSmallNetwork *network = *state;
    uint8_t payload[2] = {0, 0};
    IcsUdpRequest request = request_for(network, "");
    request.payload = payload;
    request.payload_bytes = sizeof payload;
    assert_int_equal(send_from(network, &request), 0);
    size_t n;
    uint16_t checksum = ics_raw_get16(ics_small_network_sent(network, 0, &n) + 26);
    payload[0] = (uint8_t)(checksum >> 8); /* makes the sum all ones, its complement zero */
    payload[1] = (uint8_t)checksum;
    assert_int_equal(send_from(network, &request), 0);
    const uint8_t *bytes = ics_small_network_sent(network, 1, &n);
    assert_int_equal(ics_raw_get16(bytes + 26), 0xffff);
    assert_true(ics_raw_packet_is_right(bytes, n));
}

static void the_checksum_can_be_left_out(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsUdpRequest request = request_for(network, "hello");
    request.without_checksum = true;
    assert_int_equal(send_from(network, &request), 0);
    request.payload_bytes = 0;
    request.payload = NULL;
    assert_int_equal(send_from(network, &request), 0);
    size_t n;
    const uint8_t *bytes = ics_small_network_sent(network, 0, &n);
    assert_int_equal(ics_raw_get16(bytes + 26), 0);
    assert_int_equal(ics_raw_get16(bytes + 24), UDP_BYTES + 5);
    assert_memory_equal(bytes + IP_BYTES + UDP_BYTES, "hello", 5);
    assert_int_equal(ics_raw_get16(ics_small_network_sent(network, 1, &n) + 26), 0);
}

static void identifications_count_up_over_all_destinations(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsUdpRequest request = request_for(network, "x");
    ics_small_network_stack(network, "a")->identification = 65535;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(send_from(network, &request), 0);
    }
    static const uint16_t expected[] = {65535, 0, 1};
    for (guint i = 0; i < 3; i++) {
        size_t n;
        const uint8_t *bytes = ics_small_network_sent(network, i, &n);
        assert_int_equal(ics_raw_get16(bytes + 4), expected[i]);
    }
}

static int find(IcsSmallNetwork *network, uint32_t destination, size_t n)
{
    IcsInterface *interface;
    return ics_stack_find_udp_way(ics_small_network_stack(network, "a"), 0, destination, n,
                                  &interface);
}

static void a_datagram_over_the_mtu_is_too_long(void **state)
{
    IcsSmallNetwork *network = *state;
    assert_int_equal(find(network, b(network), 1472), 0);
    assert_int_equal(find(network, b(network), 1473), -EMSGSIZE);
}

static void over_65507_bytes_is_too_long_everywhere(G_GNUC_UNUSED void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    IcsLinkConfig jumbo = ics_small_network_link_config();
    jumbo.mtu_bytes = 65535;
    ics_small_network_link(network, "a", "b", &jumbo);
    uint32_t destinations[] = {b(network), a(network), ICS_RAW_ADDRESS(127, 0, 0, 1)};
    for (size_t i = 0; i < G_N_ELEMENTS(destinations); i++) {
        assert_int_equal(find(network, destinations[i], 65507), 0);
        assert_int_equal(find(network, destinations[i], 65508), -EMSGSIZE);
        assert_int_equal(find(network, destinations[i], SIZE_MAX), -EMSGSIZE);
    }
}

static void an_unknown_destination_is_unreachable(void **state)
{
    IcsSmallNetwork *network = *state;
    assert_int_equal(find(network, ICS_RAW_ADDRESS(10, 0, 0, 77), 1), -ENETUNREACH);
    assert_int_equal(find(network, ICS_RAW_ADDRESS(255, 255, 255, 255), 1), -ENETUNREACH);
    assert_int_equal(find(network, ICS_RAW_ADDRESS(224, 0, 0, 1), 1), -ENETUNREACH);
    assert_int_equal(ics_stack_source_address(ics_small_network_stack(network, "a"),
                                              ICS_RAW_ADDRESS(10, 0, 0, 77)),
                     0);
}

static void two_hosts_without_a_link_do_not_reach_each_other(G_GNUC_UNUSED void **state)
{
    static const char *const names[] = {"a", "b", "c", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    ics_small_network_link(network, "a", "b", NULL);
    ics_small_network_link(network, "b", "c", NULL);
    assert_int_equal(find(network, ics_small_network_address(network, "c"), 1), -ENETUNREACH);
}

static void a_loopback_source_does_not_leave_the_host(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsUdpRequest request = request_for(network, "hello");
    request.source = ICS_RAW_ADDRESS(127, 0, 0, 1);
    assert_int_equal(send_from(network, &request), -EINVAL);
    request.destination = a(network);
    assert_int_equal(send_from(network, &request), 0);
    ics_small_network_run(network);
    assert_int_equal(ics_small_network_n_sent(network), 0);
}

static void the_source_is_the_address_of_the_way(void **state)
{
    IcsSmallNetwork *network = *state;
    IcsStack *stack = ics_small_network_stack(network, "a");
    assert_int_equal(ics_stack_source_address(stack, b(network)), a(network));
    assert_int_equal(ics_stack_source_address(stack, a(network)), a(network));
    assert_int_equal(ics_stack_source_address(stack, ICS_RAW_ADDRESS(127, 0, 0, 1)),
                     ICS_RAW_ADDRESS(127, 0, 0, 1));
}

static void a_source_that_was_asked_for_is_used(void **state)
{
    IcsSmallNetwork *network = *state;
    uint32_t second = ICS_RAW_ADDRESS(10, 0, 7, 1);
    ics_network_add_interface(network->network, ics_small_network_host(network, "a"), "eth9",
                              second, 24, NULL);
    IcsUdpRequest request = request_for(network, "hello");
    request.source = second;
    assert_int_equal(send_from(network, &request), 0);
    size_t n;
    const uint8_t *bytes = ics_small_network_sent(network, 0, &n);
    assert_int_equal(ics_raw_get32(bytes + 12), second);
    assert_true(ics_raw_packet_is_right(bytes, n));
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_datagram_leaves_as_the_rfcs_draw_it),
        TEST(every_length_up_to_the_mtu_leaves_with_good_checksums),
        TEST(a_checksum_of_zero_is_sent_as_all_ones),
        TEST(the_checksum_can_be_left_out),
        TEST(identifications_count_up_over_all_destinations),
        TEST(a_datagram_over_the_mtu_is_too_long),
        cmocka_unit_test(over_65507_bytes_is_too_long_everywhere),
        TEST(an_unknown_destination_is_unreachable),
        cmocka_unit_test(two_hosts_without_a_link_do_not_reach_each_other),
        TEST(a_loopback_source_does_not_leave_the_host),
        TEST(the_source_is_the_address_of_the_way),
        TEST(a_source_that_was_asked_for_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
