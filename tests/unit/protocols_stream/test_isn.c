#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "protocols/stream/isn.h"
#include "protocols/stream/stream.h"

static const IcsStreamName connection = {0x0a000001, 0x0a000002, 40000, 7896};

static uint32_t number(uint64_t seed, const char *host, int64_t now_ns, IcsStreamName name)
{
    IcsIsn isn;
    ics_isn_init(&isn, seed, host);
    return ics_isn_number(&isn, now_ns, &name);
}

static uint32_t offset(uint64_t seed, const char *host, IcsStreamName name)
{
    IcsIsn isn;
    ics_isn_init(&isn, seed, host);
    return ics_isn_timestamp_offset(&isn, &name);
}

/* RFC 9293, MUST-8: by 1 every 4 microseconds. */
static void the_clock_counts_every_four_microseconds(void **state)
{
    (void)state;
    uint32_t start = number(7, "client", 0, connection);
    assert_int_equal(number(7, "client", 3999, connection), start);
    assert_int_equal(number(7, "client", 4000, connection), start + 1);
    assert_int_equal(number(7, "client", 7999, connection), start + 1);
    assert_int_equal((uint32_t)(number(7, "client", 1000000000, connection) - start), 250000);
}

/* RFC 9293, section 3.4.1: 4.55 hours around. */
static void the_clock_wraps_around_after_2_to_the_32_ticks(void **state)
{
    (void)state;
    int64_t around_ns = INT64_C(17179869184000);
    uint32_t start = number(7, "client", 123456789, connection);
    assert_int_equal(number(7, "client", 123456789 + around_ns, connection), start);
    assert_int_equal(number(7, "client", 123456789 + around_ns + 4000, connection), start + 1);
}

/* Whatever is told of the same world a second time, and on any machine. */
static void the_same_world_gives_the_same_numbers(void **state)
{
    (void)state;
    assert_int_equal(number(7, "client", 5000, connection), 0xb9960c11);
    assert_int_equal(offset(7, "client", connection), 0x86e4263c);
}

static void every_part_of_the_name_changes_the_number(void **state)
{
    (void)state;
    uint32_t start = number(7, "client", 0, connection);
    for (unsigned bit = 0; bit < 32; bit++) {
        IcsStreamName other = connection;
        other.local_address ^= 1u << bit;
        assert_int_not_equal(number(7, "client", 0, other), start);
        other = connection;
        other.peer_address ^= 1u << bit;
        assert_int_not_equal(number(7, "client", 0, other), start);
        other = connection;
        other.local_port ^= (uint16_t)(bit < 16 ? 1u << bit : 0);
        other.peer_port ^= (uint16_t)(bit < 16 ? 0 : 1u << (bit - 16));
        assert_int_not_equal(number(7, "client", 0, other), start);
    }
}

static void both_ends_have_numbers_of_their_own(void **state)
{
    (void)state;
    IcsStreamName swapped = {connection.peer_address, connection.local_address,
                             connection.peer_port, connection.local_port};
    assert_int_not_equal(number(7, "client", 0, connection), number(7, "client", 0, swapped));
    assert_int_not_equal(number(7, "client", 0, connection), number(7, "server", 0, connection));
}

static void another_seed_or_host_has_other_numbers(void **state)
{
    (void)state;
    uint32_t start = number(7, "client", 0, connection);
    assert_int_not_equal(number(8, "client", 0, connection), start);
    assert_int_not_equal(number(7, "clients", 0, connection), start);
    assert_int_not_equal(offset(8, "client", connection), offset(7, "client", connection));
}

static void the_timestamps_of_a_connection_are_no_hint_at_its_numbers(void **state)
{
    (void)state;
    assert_int_not_equal(offset(7, "client", connection), number(7, "client", 0, connection));
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* RFC 6528 against guessing: the numbers of neighbouring ports are spread over the space. The
 * largest of 65,536 gaps between numbers at random is 12 times their mean on average, and over 40
 * times with a probability of 65536 * exp(-40), under 1e-12. */
static void the_numbers_of_neighbouring_ports_are_spread_over_the_space(void **state)
{
    (void)state;
    enum { PORTS = 65536 };
    g_autofree uint32_t *numbers = g_new(uint32_t, PORTS);
    for (uint32_t port = 0; port < PORTS; port++) {
        IcsStreamName name = connection;
        name.local_port = (uint16_t)port;
        numbers[port] = number(7, "client", 0, name);
    }
    qsort(numbers, PORTS, sizeof numbers[0], compare_numbers);
    uint32_t largest = numbers[0] - numbers[PORTS - 1];
    for (uint32_t i = 1; i < PORTS; i++)
        largest = MAX(largest, numbers[i] - numbers[i - 1]);
    assert_true(largest < 40 * (UINT32_MAX / PORTS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clock_counts_every_four_microseconds),
        cmocka_unit_test(the_clock_wraps_around_after_2_to_the_32_ticks),
        cmocka_unit_test(the_same_world_gives_the_same_numbers),
        cmocka_unit_test(every_part_of_the_name_changes_the_number),
        cmocka_unit_test(both_ends_have_numbers_of_their_own),
        cmocka_unit_test(another_seed_or_host_has_other_numbers),
        cmocka_unit_test(the_timestamps_of_a_connection_are_no_hint_at_its_numbers),
        cmocka_unit_test(the_numbers_of_neighbouring_ports_are_spread_over_the_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
