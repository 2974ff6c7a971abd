/* To whom a segment belongs and which ports are free: RFC 9293, section 3.3.1; RFC 1122, section
 * 4.1.3; RFC 6335, section 6. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>

#include "protocols/stream/stream_table.h"

#define FIRST 0x0a000001u
#define OTHER 0x0a000002u
#define PEER  0x0a0000ffu
#define ANY   0u

enum { EPHEMERAL_FIRST = 49152, EPHEMERAL_LAST = 65535, EPHEMERAL_PORTS = 16384 };

static int setup(void **state)
{
    *state = g_new0(IcsStreamTable, 1);
    return 0;
}

static int teardown(void **state)
{
    ics_stream_table_clear(*state);
    g_free(*state);
    return 0;
}

static IcsStreamName name_of(uint16_t local_port, uint16_t peer_port)
{
    return (IcsStreamName){FIRST, PEER, local_port, peer_port};
}

static void an_empty_table_knows_nobody(void **state)
{
    IcsStreamName name = name_of(80, 5000);
    assert_null(ics_stream_table_find(*state, &name));
    assert_null(ics_stream_table_find_listener(*state, FIRST, 80));
    assert_false(ics_stream_table_uses_port(*state, 80));
}

static void a_connection_is_found_by_all_four_numbers(void **state)
{
    IcsStreamLink link = {0};
    IcsStreamName name = name_of(80, 5000);
    assert_int_equal(ics_stream_table_add(*state, &link, &name), 0);
    assert_ptr_equal(ics_stream_table_find(*state, &name), &link);
    IcsStreamName others[] = {
        {OTHER, PEER, 80, 5000}, {FIRST, OTHER, 80, 5000}, {FIRST, PEER, 81, 5000},
        {FIRST, PEER, 80, 5001}, {PEER, FIRST, 5000, 80},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        assert_null(ics_stream_table_find(*state, &others[i]));
    }
    ics_stream_table_remove(*state, &link);
    assert_null(ics_stream_table_find(*state, &name));
    assert_int_equal(link.name.local_port, 0);
}

static void a_connection_cannot_be_twice(void **state)
{
    IcsStreamLink first = {0}, second = {0};
    IcsStreamName name = name_of(80, 5000);
    assert_int_equal(ics_stream_table_add(*state, &first, &name), 0);
    assert_int_equal(ics_stream_table_add(*state, &second, &name), -EADDRINUSE);
    assert_int_equal(second.name.local_port, 0);
    ics_stream_table_remove(*state, &first);
    assert_int_equal(ics_stream_table_add(*state, &second, &name), 0);
    assert_ptr_equal(ics_stream_table_find(*state, &name), &second);
}

static void removing_what_is_in_no_table_does_nothing(void **state)
{
    IcsStreamLink link = {0};
    IcsStreamBinding binding = {0};
    ics_stream_table_remove(*state, &link);
    ics_stream_table_unbind(*state, &binding);
    assert_false(ics_stream_table_uses_port(*state, 0));
}

static void ten_thousand_connections_are_found_and_forgotten(void **state)
{
    enum { N = 10000 };
    g_autofree IcsStreamLink *links = g_new0(IcsStreamLink, N);
    for (uint32_t i = 0; i < N; i++) {
        IcsStreamName name = {FIRST, PEER + i / 100, 80, (uint16_t)(1024 + i % 100)};
        assert_int_equal(ics_stream_table_add(*state, &links[i], &name), 0);
    }
    for (uint32_t i = 0; i < N; i++) {
        IcsStreamName name = links[i].name;
        assert_ptr_equal(ics_stream_table_find(*state, &name), &links[i]);
        if (i % 2 == 0) {
            ics_stream_table_remove(*state, &links[i]);
        }
    }
    IcsStreamTable *table = *state;
    assert_int_equal(table->n_links, N / 2);
    assert_int_equal(table->n_ports, 1);
    for (uint32_t i = 1; i < N; i += 2) {
        IcsStreamName name = links[i].name;
        assert_ptr_equal(ics_stream_table_find(*state, &name), &links[i]);
        ics_stream_table_remove(*state, &links[i]);
    }
    assert_int_equal(table->n_ports, 0);
    assert_false(ics_stream_table_uses_port(table, 80));
}

static void only_who_listens_is_a_listener(void **state)
{
    IcsStreamBinding binding = {0};
    assert_int_equal(ics_stream_table_bind(*state, &binding, ANY, 80, false), 0);
    assert_null(ics_stream_table_find_listener(*state, FIRST, 80));
    binding.listening = true;
    assert_ptr_equal(ics_stream_table_find_listener(*state, FIRST, 80), &binding);
    assert_ptr_equal(ics_stream_table_find_listener(*state, OTHER, 80), &binding);
    assert_null(ics_stream_table_find_listener(*state, FIRST, 81));
    ics_stream_table_unbind(*state, &binding);
    assert_null(ics_stream_table_find_listener(*state, FIRST, 80));
}

static void a_listener_at_the_address_goes_before_one_at_any(void **state)
{
    for (int order = 0; order < 2; order++) {
        IcsStreamBinding one = {.listening = true}, any = {.listening = true};
        IcsStreamBinding *first = order == 0 ? &one : &any;
        IcsStreamBinding *second = order == 0 ? &any : &one;
        uint32_t first_address = order == 0 ? FIRST : ANY;
        uint32_t second_address = order == 0 ? ANY : FIRST;
        assert_int_equal(ics_stream_table_bind(*state, first, first_address, 80, true), 0);
        assert_int_equal(ics_stream_table_bind(*state, second, second_address, 80, true), 0);
        assert_ptr_equal(ics_stream_table_find_listener(*state, FIRST, 80), &one);
        assert_ptr_equal(ics_stream_table_find_listener(*state, OTHER, 80), &any);
        ics_stream_table_unbind(*state, &one);
        assert_ptr_equal(ics_stream_table_find_listener(*state, FIRST, 80), &any);
        ics_stream_table_unbind(*state, &any);
    }
}

static void a_listener_at_one_address_does_not_hear_another(void **state)
{
    IcsStreamBinding one = {.listening = true};
    assert_int_equal(ics_stream_table_bind(*state, &one, FIRST, 80, false), 0);
    assert_null(ics_stream_table_find_listener(*state, OTHER, 80));
}

static void a_bound_port_cannot_be_bound_twice(void **state)
{
    IcsStreamBinding any = {0}, second = {0};
    assert_int_equal(ics_stream_table_bind(*state, &any, ANY, 80, false), 0);
    assert_int_equal(ics_stream_table_bind(*state, &second, ANY, 80, false), -EADDRINUSE);
    assert_int_equal(ics_stream_table_bind(*state, &second, ANY, 80, true), -EADDRINUSE);
    assert_int_equal(ics_stream_table_bind(*state, &second, FIRST, 80, false), -EADDRINUSE);
    assert_int_equal(second.local_port, 0);
    ics_stream_table_unbind(*state, &any);
    assert_int_equal(ics_stream_table_bind(*state, &second, FIRST, 80, false), 0);
    assert_int_equal(ics_stream_table_bind(*state, &any, ANY, 80, false), -EADDRINUSE);
    assert_int_equal(ics_stream_table_bind(*state, &any, OTHER, 80, false), 0);
}

static void a_port_with_a_connection_can_be_bound_for_reuse_only(void **state)
{
    IcsStreamLink link = {0};
    IcsStreamBinding binding = {0};
    IcsStreamName name = name_of(80, 5000);
    assert_int_equal(ics_stream_table_add(*state, &link, &name), 0);
    assert_int_equal(ics_stream_table_bind(*state, &binding, ANY, 80, false), -EADDRINUSE);
    assert_int_equal(ics_stream_table_bind(*state, &binding, ANY, 80, true), 0);
    ics_stream_table_unbind(*state, &binding);
    assert_true(ics_stream_table_uses_port(*state, 80));
    ics_stream_table_remove(*state, &link);
    assert_int_equal(ics_stream_table_bind(*state, &binding, ANY, 80, false), 0);
}

static void free_ports_are_given_out_in_order_and_from_the_start_again(void **state)
{
    g_autofree IcsStreamBinding *bindings = g_new0(IcsStreamBinding, EPHEMERAL_PORTS);
    for (uint32_t i = 0; i < EPHEMERAL_PORTS; i++) {
        assert_int_equal(ics_stream_table_bind_free(*state, &bindings[i], ANY), 0);
        assert_int_equal(bindings[i].local_port, EPHEMERAL_FIRST + i);
    }
    IcsStreamBinding one_more = {0};
    assert_int_equal(ics_stream_table_bind_free(*state, &one_more, ANY), -EADDRNOTAVAIL);
    ics_stream_table_unbind(*state, &bindings[77]);
    assert_int_equal(ics_stream_table_bind_free(*state, &one_more, ANY), 0);
    assert_int_equal(one_more.local_port, EPHEMERAL_FIRST + 77);
}

static void a_port_with_a_connection_is_not_given_to_a_binding(void **state)
{
    IcsStreamLink link = {0};
    IcsStreamName name = name_of(EPHEMERAL_FIRST, 80);
    assert_int_equal(ics_stream_table_add(*state, &link, &name), 0);
    IcsStreamBinding binding = {0};
    assert_int_equal(ics_stream_table_bind_free(*state, &binding, ANY), 0);
    assert_int_equal(binding.local_port, EPHEMERAL_FIRST + 1);
}

static void connections_to_different_peers_share_a_local_port(void **state)
{
    g_autofree IcsStreamLink *links = g_new0(IcsStreamLink, EPHEMERAL_PORTS);
    IcsStreamName name = name_of(0, 80);
    for (uint32_t i = 0; i < EPHEMERAL_PORTS; i++) {
        assert_int_equal(ics_stream_table_add_free(*state, &links[i], &name), 0);
        assert_int_equal(links[i].name.local_port, EPHEMERAL_FIRST + i);
        assert_int_equal(links[i].name.peer_port, 80);
    }
    IcsStreamLink same = {0}, other = {0};
    assert_int_equal(ics_stream_table_add_free(*state, &same, &name), -EADDRNOTAVAIL);
    name.peer_port = 81;
    assert_int_equal(ics_stream_table_add_free(*state, &other, &name), 0);
    assert_in_range(other.name.local_port, EPHEMERAL_FIRST, EPHEMERAL_LAST);
}

static void a_bound_port_is_not_given_to_a_connection(void **state)
{
    IcsStreamBinding binding = {0};
    assert_int_equal(ics_stream_table_bind(*state, &binding, ANY, EPHEMERAL_FIRST, false), 0);
    IcsStreamLink link = {0};
    IcsStreamName name = name_of(0, 80);
    assert_int_equal(ics_stream_table_add_free(*state, &link, &name), 0);
    assert_int_equal(link.name.local_port, EPHEMERAL_FIRST + 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_table_knows_nobody),
        TEST(a_connection_is_found_by_all_four_numbers),
        TEST(a_connection_cannot_be_twice),
        TEST(removing_what_is_in_no_table_does_nothing),
        TEST(ten_thousand_connections_are_found_and_forgotten),
        TEST(only_who_listens_is_a_listener),
        TEST(a_listener_at_the_address_goes_before_one_at_any),
        TEST(a_listener_at_one_address_does_not_hear_another),
        TEST(a_bound_port_cannot_be_bound_twice),
        TEST(a_port_with_a_connection_can_be_bound_for_reuse_only),
        TEST(free_ports_are_given_out_in_order_and_from_the_start_again),
        TEST(a_port_with_a_connection_is_not_given_to_a_binding),
        TEST(connections_to_different_peers_share_a_local_port),
        TEST(a_bound_port_is_not_given_to_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
