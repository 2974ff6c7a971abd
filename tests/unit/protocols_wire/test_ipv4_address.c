#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "protocols/wire/ipv4_address.h"
#include "tests/support/splitmix.h"

typedef struct {
    const char *text;
    uint32_t address;
} AddressRow;

static const AddressRow addresses[] = {
    {"0.0.0.0", 0x00000000},     {"10.0.0.1", 0x0a000001},        {"1.2.3.4", 0x01020304},
    {"127.0.0.1", 0x7f000001},   {"192.168.100.9", 0xc0a86409},   {"224.0.0.1", 0xe0000001},
    {"99.100.9.10", 0x6364090a}, {"255.255.255.255", 0xffffffff},
};

static const char *const not_addresses[] = {
    "",          " ",
    "1",         "1.2.3",
    "1.2.3.",    "1.2.3.4.",
    ".1.2.3.4",  "1..2.3",
    "1.2.3.4.5", "256.0.0.1",
    "1.2.3.256", "01.2.3.4",
    "1.2.3.00",  "1.2.3.04",
    "1.2.3.4 ",  " 1.2.3.4",
    "1.2.3.+4",  "1.2.3.-4",
    "0x1.2.3.4", "1.2.3.4/24",
    "1,2,3,4",   "1.2.3.4\n",
    "a.b.c.d",   "1.2.3.99999",
    "000.0.0.0", "4294967297.0.0.1",
};

static void an_address_is_read_and_written_back(void **state)
{
    const AddressRow *row = *state;
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    uint32_t address = 0x55555555;
    assert_true(ics_ipv4_address_parse(row->text, &address));
    assert_true(address == row->address);
    assert_ptr_equal(ics_ipv4_address_format(row->address, text), text);
    assert_string_equal(text, row->text);
}

static void what_is_no_address_is_refused_and_sets_nothing(void **state)
{
    uint32_t address = 0x55555555;
    assert_false(ics_ipv4_address_parse(*state, &address));
    assert_true(address == 0x55555555);
}

static void every_number_of_every_part_survives_the_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 1;
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    for (uint32_t i = 0; i < 4096; i++) {
        uint32_t random = (uint32_t)ics_splitmix_next(&seed);
        int shift = (int)(i & 3) * 8;
        uint32_t address = (random & ~(0xffu << shift)) | (i >> 2 & 0xff) << shift, back = 0;
        ics_ipv4_address_format(address, text);
        assert_true(strlen(text) < sizeof text);
        assert_true(ics_ipv4_address_parse(text, &back));
        assert_true(back == address);
    }
}

static void every_prefix_length_is_read_and_written_back(void **state)
{
    (void)state;
    for (unsigned length = 0; length <= 32; length++) {
        char text[ICS_IPV4_PREFIX_TEXT_BYTES];
        g_autofree char *expected = g_strdup_printf("255.255.255.255/%u", length);
        IcsIpv4Prefix prefix = {0, 99};
        assert_true(ics_ipv4_prefix_parse(expected, &prefix));
        assert_int_equal(prefix.length, length);
        assert_true(prefix.address == 0xffffffff);
        assert_string_equal(ics_ipv4_prefix_format(prefix, text), expected);
    }
}

static void a_prefix_keeps_its_host_bits(void **state)
{
    (void)state;
    IcsIpv4Prefix prefix;
    assert_true(ics_ipv4_prefix_parse("10.0.0.1/24", &prefix));
    assert_true(prefix.address == 0x0a000001);
    assert_int_equal(prefix.length, 24);
}

static void what_is_no_prefix_is_refused_and_sets_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "10.0.0.1",
        "10.0.0.1/",
        "10.0.0.1/33",
        "10.0.0.1/-1",
        "10.0.0.1/024",
        "10.0.0/24",
        "10.0.0.1/24 ",
        "10.0.0.1//4",
        "10.0.0.1/24/24",
        "/24",
        "10.0.0.1 /24",
        "10.0.0.1/a",
        "10.0.0.1/00",
        "10.0.0.1/+8",
        "10.0.0.1/4294967296",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        IcsIpv4Prefix prefix = {0x55555555, 99};
        assert_false(ics_ipv4_prefix_parse(texts[i], &prefix));
        assert_true(prefix.address == 0x55555555 && prefix.length == 99);
    }
}

static void a_mask_has_as_many_ones_as_the_length_says(void **state)
{
    (void)state;
    assert_true(ics_ipv4_prefix_mask(0) == 0);
    assert_true(ics_ipv4_prefix_mask(1) == 0x80000000);
    assert_true(ics_ipv4_prefix_mask(24) == 0xffffff00);
    assert_true(ics_ipv4_prefix_mask(31) == 0xfffffffe);
    assert_true(ics_ipv4_prefix_mask(32) == 0xffffffff);
}

static void a_prefix_contains_exactly_its_network(void **state)
{
    (void)state;
    IcsIpv4Prefix prefix = {0x0a000001, 30}, all = {0x0a000001, 0}, one = {0x0a000001, 32};
    assert_false(ics_ipv4_prefix_contains(prefix, 0x09ffffff));
    assert_true(ics_ipv4_prefix_contains(prefix, 0x0a000000));
    assert_true(ics_ipv4_prefix_contains(prefix, 0x0a000003));
    assert_false(ics_ipv4_prefix_contains(prefix, 0x0a000004));
    assert_true(ics_ipv4_prefix_contains(all, 0xffffffff));
    assert_true(ics_ipv4_prefix_contains(one, 0x0a000001));
    assert_false(ics_ipv4_prefix_contains(one, 0x0a000000));
}

static void the_directed_broadcast_has_all_host_bits_set(void **state)
{
    (void)state;
    IcsIpv4Prefix wide = {0xac100102, 16}, narrow = {0x0a000001, 30}, all = {0, 0};
    assert_true(ics_ipv4_prefix_broadcast(wide) == 0xac10ffff);
    assert_true(ics_ipv4_prefix_broadcast(narrow) == 0x0a000003);
    assert_true(ics_ipv4_prefix_broadcast(all) == ICS_IPV4_LIMITED_BROADCAST);
}

static void the_classes_end_where_the_rfcs_say(void **state)
{
    (void)state;
    assert_true(ics_ipv4_address_is_unspecified(0));
    assert_false(ics_ipv4_address_is_unspecified(1));
    assert_false(ics_ipv4_address_is_loopback(0x7effffff));
    assert_true(ics_ipv4_address_is_loopback(0x7f000000));
    assert_true(ics_ipv4_address_is_loopback(0x7fffffff));
    assert_false(ics_ipv4_address_is_loopback(0x80000000));
    assert_false(ics_ipv4_address_is_multicast(0xdfffffff));
    assert_true(ics_ipv4_address_is_multicast(0xe0000000));
    assert_true(ics_ipv4_address_is_multicast(0xefffffff));
    assert_false(ics_ipv4_address_is_multicast(0xf0000000));
    assert_true(ics_ipv4_address_is_limited_broadcast(0xffffffff));
    assert_false(ics_ipv4_address_is_limited_broadcast(0xfffffffe));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_every_part_survives_the_round_trip),
        cmocka_unit_test(every_prefix_length_is_read_and_written_back),
        cmocka_unit_test(a_prefix_keeps_its_host_bits),
        cmocka_unit_test(what_is_no_prefix_is_refused_and_sets_nothing),
        cmocka_unit_test(a_mask_has_as_many_ones_as_the_length_says),
        cmocka_unit_test(a_prefix_contains_exactly_its_network),
        cmocka_unit_test(the_directed_broadcast_has_all_host_bits_set),
        cmocka_unit_test(the_classes_end_where_the_rfcs_say),
    };
    enum { FIXED = G_N_ELEMENTS(tests), GOOD = G_N_ELEMENTS(addresses) };
    struct CMUnitTest all[FIXED + GOOD + G_N_ELEMENTS(not_addresses)];
    memcpy(all, tests, sizeof tests);
    for (size_t i = 0; i < GOOD; i++)
        all[FIXED + i] = (struct CMUnitTest){addresses[i].text, an_address_is_read_and_written_back,
                                             NULL, NULL, (void *)&addresses[i]};
    for (size_t i = 0; i < G_N_ELEMENTS(not_addresses); i++)
        all[FIXED + GOOD + i] =
            (struct CMUnitTest){not_addresses[i], what_is_no_address_is_refused_and_sets_nothing,
                                NULL, NULL, (void *)not_addresses[i]};
    return cmocka_run_group_tests(all, NULL, NULL);
}
