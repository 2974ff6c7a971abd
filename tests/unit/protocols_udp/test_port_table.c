/* Who receives from which port: RFC 768, RFC 1122 section 4.1.3, RFC 6335 section 6. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>

#include "protocols/udp/port_table.h"
#include "tests/support/splitmix.h"

#define FIRST 0x0a000001u
#define OTHER 0x0a000002u
#define ANY   0u

enum { EPHEMERAL_PORTS = ICS_PORT_EPHEMERAL_LAST - ICS_PORT_EPHEMERAL_FIRST + 1 };

static int setup(void **state)
{
    *state = g_new0(IcsPortTable, 1);
    return 0;
}

static int teardown(void **state)
{
    ics_port_table_clear(*state);
    g_free(*state);
    return 0;
}

static void an_empty_table_has_no_receiver(void **state)
{
    assert_null(ics_port_table_find(*state, FIRST, 7));
}

static void a_bound_port_has_its_receiver(void **state)
{
    IcsPortBinding echo = {0}, discard = {0};
    assert_int_equal(ics_port_table_bind(*state, &echo, ANY, 7), 0);
    assert_int_equal(ics_port_table_bind(*state, &discard, ANY, 9), 0);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 7), &echo);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 9), &discard);
    assert_null(ics_port_table_find(*state, FIRST, 8));
    assert_int_equal(echo.local_port, 7);
    assert_int_equal(echo.local_address, ANY);
}

static void a_bound_port_cannot_be_bound_twice(void **state)
{
    IcsPortBinding first = {0}, second = {0};
    assert_int_equal(ics_port_table_bind(*state, &first, ANY, 7), 0);
    assert_int_equal(ics_port_table_bind(*state, &second, ANY, 7), -EADDRINUSE);
    assert_int_equal(second.local_port, 0);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 7), &first);
}

static void one_address_and_any_address_exclude_each_other(void **state)
{
    IcsPortBinding one = {0}, any = {0};
    assert_int_equal(ics_port_table_bind(*state, &one, FIRST, 7), 0);
    assert_int_equal(ics_port_table_bind(*state, &any, ANY, 7), -EADDRINUSE);
    ics_port_table_unbind(*state, &one);
    assert_int_equal(ics_port_table_bind(*state, &any, ANY, 7), 0);
    assert_int_equal(ics_port_table_bind(*state, &one, FIRST, 7), -EADDRINUSE);
}

static void two_addresses_have_a_port_each(void **state)
{
    IcsPortBinding one = {0}, two = {0};
    assert_int_equal(ics_port_table_bind(*state, &one, FIRST, 7), 0);
    assert_int_equal(ics_port_table_bind(*state, &two, OTHER, 7), 0);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 7), &one);
    assert_ptr_equal(ics_port_table_find(*state, OTHER, 7), &two);
    assert_null(ics_port_table_find(*state, 0x0a000003u, 7));
    IcsPortBinding third = {0};
    assert_int_equal(ics_port_table_bind(*state, &third, FIRST, 7), -EADDRINUSE);
}

static void a_freed_port_can_be_bound_again(void **state)
{
    IcsPortBinding first = {0}, second = {0};
    assert_int_equal(ics_port_table_bind(*state, &first, ANY, 7), 0);
    ics_port_table_unbind(*state, &first);
    assert_int_equal(first.local_port, 0);
    assert_null(ics_port_table_find(*state, FIRST, 7));
    assert_int_equal(ics_port_table_bind(*state, &second, ANY, 7), 0);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 7), &second);
}

static void to_unbind_what_is_not_bound_does_nothing(void **state)
{
    IcsPortTable *table = *state;
    IcsPortBinding bound = {0}, never = {0};
    assert_int_equal(ics_port_table_bind(table, &bound, ANY, 7), 0);
    ics_port_table_unbind(table, &never);
    ics_port_table_unbind(table, &bound);
    ics_port_table_unbind(table, &bound);
    assert_int_equal(table->n_bindings, 0);
}

static void free_ports_are_given_out_in_ascending_order(void **state)
{
    IcsPortBinding bindings[3] = {0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ics_port_table_bind_free(*state, &bindings[i], ANY), 0);
        assert_int_equal(bindings[i].local_port, 49152 + i);
    }
}

static void a_freed_port_is_not_given_out_at_once(void **state)
{
    IcsPortBinding first = {0}, second = {0};
    assert_int_equal(ics_port_table_bind_free(*state, &first, ANY), 0);
    ics_port_table_unbind(*state, &first);
    assert_int_equal(ics_port_table_bind_free(*state, &second, ANY), 0);
    assert_int_equal(second.local_port, 49153);
}

static void a_port_that_was_asked_for_is_passed_over(void **state)
{
    IcsPortBinding taken = {0}, free = {0};
    assert_int_equal(ics_port_table_bind(*state, &taken, ANY, 49152), 0);
    assert_int_equal(ics_port_table_bind_free(*state, &free, ANY), 0);
    assert_int_equal(free.local_port, 49153);
}

static void free_ports_wrap_around_behind_65535(void **state)
{
    IcsPortTable *table = *state;
    IcsPortBinding last = {0}, first = {0};
    table->next_ephemeral = 65535;
    assert_int_equal(ics_port_table_bind_free(table, &last, ANY), 0);
    assert_int_equal(last.local_port, 65535);
    assert_int_equal(ics_port_table_bind_free(table, &first, ANY), 0);
    assert_int_equal(first.local_port, 49152);
}

static void after_16384_free_ports_there_is_none_left(void **state)
{
    IcsPortTable *table = *state;
    g_autofree IcsPortBinding *bindings = g_new0(IcsPortBinding, EPHEMERAL_PORTS + 1);
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
        assert_int_equal(ics_port_table_bind_free(table, &bindings[i], ANY), 0);
        assert_int_equal(bindings[i].local_port, 49152 + i);
    }
    IcsPortBinding *late = &bindings[EPHEMERAL_PORTS];
    assert_int_equal(ics_port_table_bind_free(table, late, ANY), -EADDRNOTAVAIL);
    assert_int_equal(ics_port_table_bind_free(table, late, ANY), -EADDRNOTAVAIL);
    assert_int_equal(late->local_port, 0);
    ics_port_table_unbind(table, &bindings[5000]);
    assert_int_equal(ics_port_table_bind_free(table, late, ANY), 0);
    assert_int_equal(late->local_port, 49152 + 5000);
}

static void one_address_can_run_out_of_ports_that_another_one_has(void **state)
{
    IcsPortTable *table = *state;
    g_autofree IcsPortBinding *bindings = g_new0(IcsPortBinding, EPHEMERAL_PORTS + 2);
    for (int i = 0; i < EPHEMERAL_PORTS; i++) {
        assert_int_equal(ics_port_table_bind_free(table, &bindings[i], FIRST), 0);
    }
    assert_int_equal(ics_port_table_bind_free(table, &bindings[EPHEMERAL_PORTS], FIRST),
                     -EADDRNOTAVAIL);
    assert_int_equal(ics_port_table_bind_free(table, &bindings[EPHEMERAL_PORTS], ANY),
                     -EADDRNOTAVAIL);
    assert_int_equal(ics_port_table_bind_free(table, &bindings[EPHEMERAL_PORTS + 1], OTHER), 0);
    assert_int_equal(ics_port_table_bind_free(table, &bindings[EPHEMERAL_PORTS], FIRST),
                     -EADDRNOTAVAIL);
}

static void the_smallest_and_the_largest_port_are_ports(void **state)
{
    IcsPortBinding smallest = {0}, largest = {0};
    assert_int_equal(ics_port_table_bind(*state, &smallest, ANY, 1), 0);
    assert_int_equal(ics_port_table_bind(*state, &largest, ANY, 65535), 0);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 1), &smallest);
    assert_ptr_equal(ics_port_table_find(*state, FIRST, 65535), &largest);
    assert_null(ics_port_table_find(*state, FIRST, 0));
}

static void every_port_of_a_host_can_be_bound_at_once(void **state)
{
    g_autofree IcsPortBinding *bindings = g_new0(IcsPortBinding, 65536);
    for (uint32_t port = 1; port <= 65535; port++) {
        assert_int_equal(ics_port_table_bind(*state, &bindings[port], ANY, (uint16_t)port), 0);
    }
    for (uint32_t port = 1; port <= 65535; port++) {
        assert_ptr_equal(ics_port_table_find(*state, FIRST, (uint16_t)port), &bindings[port]);
    }
    for (uint32_t port = 1; port <= 65535; port += 2) {
        ics_port_table_unbind(*state, &bindings[port]);
    }
    for (uint32_t port = 1; port <= 65535; port++) {
        IcsPortBinding *expected = port % 2 == 0 ? &bindings[port] : NULL;
        assert_ptr_equal(ics_port_table_find(*state, FIRST, (uint16_t)port), expected);
    }
}

/* The same by linear search: the receiver of one address, then that of all. */
static IcsPortBinding *slow_find(IcsPortBinding *bindings, size_t n, uint32_t address,
                                 uint16_t port)
{
    IcsPortBinding *found = NULL;
    for (size_t i = 0; i < n; i++) {
        bool fits = bindings[i].local_port == port && bindings[i].local_port != 0;
        if (fits && bindings[i].local_address == address) {
            return &bindings[i];
        }
        if (fits && bindings[i].local_address == ANY) {
            found = &bindings[i];
        }
    }
    return found;
}

static bool slow_is_free(const IcsPortBinding *bindings, size_t n, uint32_t address, uint16_t port)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t other = bindings[i].local_address;
        if (bindings[i].local_port == port &&
            (other == address || other == ANY || address == ANY)) {
            return false;
        }
    }
    return true;
}

static void it_agrees_with_a_list_over_random_calls(void **state)
{
    enum { N = 200, CALLS = 20000, PORTS = 64 };
    static const uint32_t addresses[] = {ANY, FIRST, OTHER, 0x0a000003u};
    IcsPortBinding bindings[N] = {0};
    uint64_t random = 1;
    for (int i = 0; i < CALLS; i++) {
        IcsPortBinding *binding = &bindings[ics_splitmix_next(&random) % N];
        uint32_t address = addresses[ics_splitmix_next(&random) % 4];
        uint16_t port = (uint16_t)(1 + ics_splitmix_next(&random) % PORTS);
        if (binding->local_port != 0) {
            ics_port_table_unbind(*state, binding);
        } else {
            int expected = slow_is_free(bindings, N, address, port) ? 0 : -EADDRINUSE;
            assert_int_equal(ics_port_table_bind(*state, binding, address, port), expected);
        }
        uint32_t sought = addresses[1 + ics_splitmix_next(&random) % 3];
        assert_ptr_equal(ics_port_table_find(*state, sought, port),
                         slow_find(bindings, N, sought, port));
    }
}

static void a_cleared_table_is_as_new(void **state)
{
    IcsPortTable *table = *state;
    IcsPortBinding old = {0}, fresh = {0};
    assert_int_equal(ics_port_table_bind_free(table, &old, ANY), 0);
    ics_port_table_clear(table);
    assert_null(ics_port_table_find(table, FIRST, 49152));
    assert_int_equal(ics_port_table_bind_free(table, &fresh, ANY), 0);
    assert_int_equal(fresh.local_port, 49152);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_empty_table_has_no_receiver),
        TEST(a_bound_port_has_its_receiver),
        TEST(a_bound_port_cannot_be_bound_twice),
        TEST(one_address_and_any_address_exclude_each_other),
        TEST(two_addresses_have_a_port_each),
        TEST(a_freed_port_can_be_bound_again),
        TEST(to_unbind_what_is_not_bound_does_nothing),
        TEST(free_ports_are_given_out_in_ascending_order),
        TEST(a_freed_port_is_not_given_out_at_once),
        TEST(a_port_that_was_asked_for_is_passed_over),
        TEST(free_ports_wrap_around_behind_65535),
        TEST(after_16384_free_ports_there_is_none_left),
        TEST(one_address_can_run_out_of_ports_that_another_one_has),
        TEST(the_smallest_and_the_largest_port_are_ports),
        TEST(every_port_of_a_host_can_be_bound_at_once),
        TEST(it_agrees_with_a_list_over_random_calls),
        TEST(a_cleared_table_is_as_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
