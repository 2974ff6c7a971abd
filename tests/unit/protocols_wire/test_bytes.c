#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "protocols/wire/bytes.h"

static const uint8_t ascending[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe};

static void the_first_byte_is_the_most_significant(void **state)
{
    (void)state;
    assert_int_equal(ics_bytes_load_be16(ascending), 0x0123);
    assert_int_equal(ics_bytes_load_be32(ascending), 0x01234567);
    assert_true(ics_bytes_load_be64(ascending) == 0x0123456789abcdefu);
}

static void an_odd_address_makes_no_difference(void **state)
{
    (void)state;
    assert_int_equal(ics_bytes_load_be16(ascending + 1), 0x2345);
    assert_int_equal(ics_bytes_load_be32(ascending + 1), 0x23456789);
    assert_true(ics_bytes_load_be64(ascending + 1) == 0x23456789abcdeffeu);
}

static void the_highest_bit_does_not_spread(void **state)
{
    (void)state;
    static const uint8_t ones[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    assert_true(ics_bytes_load_be16(ones) == 0xffffu);
    assert_true(ics_bytes_load_be32(ones) == 0xffffffffu);
    assert_true(ics_bytes_load_be64(ones) == UINT64_MAX);
}

static void what_is_stored_is_loaded_and_nothing_else_is_touched(void **state)
{
    (void)state;
    uint8_t bytes[11];
    static const uint8_t untouched[11] = {0};
    memset(bytes, 0, sizeof bytes);
    ics_bytes_store_be16(bytes + 1, 0x8001);
    assert_int_equal(ics_bytes_load_be16(bytes + 1), 0x8001);
    assert_memory_equal(bytes + 3, untouched, 8);
    ics_bytes_store_be32(bytes + 1, 0x80000001);
    assert_true(ics_bytes_load_be32(bytes + 1) == 0x80000001u);
    assert_memory_equal(bytes + 5, untouched, 6);
    ics_bytes_store_be64(bytes + 1, 0x8000000000000001u);
    assert_true(ics_bytes_load_be64(bytes + 1) == 0x8000000000000001u);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[9], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_byte_is_the_most_significant),
        cmocka_unit_test(an_odd_address_makes_no_difference),
        cmocka_unit_test(the_highest_bit_does_not_spread),
        cmocka_unit_test(what_is_stored_is_loaded_and_nothing_else_is_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
