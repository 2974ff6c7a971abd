
/* Content that can be checked at any place. */
#include <cmocka.h>

#include "protocols/programs/pattern.h"

#define KEY   UINT64_C(0x1234567890ABCDEF)
#define BYTES 20000

static IcsPattern pattern;
static uint8_t whole[BYTES];

static int make(void **state)
{
    (void)state;
    ics_pattern_init(&pattern, KEY);
    ics_pattern_fill(&pattern, 0, whole, BYTES);
    return 0;
}

static void a_byte_depends_on_its_place_only(void **state)
{
    (void)state;
    uint8_t piece[64];
    for (uint64_t offset = 0; offset < BYTES - sizeof piece; offset += 61) {
        for (size_t n = 0; n <= sizeof piece; n++) {
            ics_pattern_fill(&pattern, offset, piece, n);
            assert_memory_equal(piece, whole + offset, n);
        }
    }
}

static void what_was_filled_is_right(void **state)
{
    (void)state;
    for (size_t offset = 0; offset < 3 * ICS_PATTERN_BLOCK_BYTES; offset += 997) {
        assert_int_equal(ics_pattern_check(&pattern, offset, whole + offset, BYTES - offset),
                         BYTES - offset);
    }
    assert_int_equal(ics_pattern_check(&pattern, 5, whole, 0), 0);
}

static void the_first_wrong_byte_is_found(void **state)
{
    (void)state;
    for (size_t at = 0; at < BYTES; at += 333) {
        whole[at] ^= 1;
        assert_int_equal(ics_pattern_check(&pattern, 0, whole, BYTES), at);
        whole[at] ^= 1;
    }
}

/* Of 64 bytes at another place some match by chance, never many. */
static void moved_bytes_do_not_match(void **state)
{
    (void)state;
    static const size_t distances[] = {1, 2, 8, 64, 1448, 1460, 4096, 8192, 12288};
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        assert_true(ics_pattern_check(&pattern, distances[i], whole, 64) < 3);
    }
}

static void another_key_makes_other_bytes(void **state)
{
    (void)state;
    IcsPattern other;
    ics_pattern_init(&other, KEY + 1);
    assert_true(ics_pattern_check(&other, 0, whole, 64) < 3);
}

static void an_offset_beyond_32_bits_is_a_place_of_its_own(void **state)
{
    (void)state;
    uint8_t far[64];
    ics_pattern_fill(&pattern, UINT64_C(1) << 32, far, sizeof far);
    assert_true(ics_pattern_check(&pattern, 0, far, sizeof far) < 3);
    assert_int_equal(ics_pattern_check(&pattern, UINT64_C(1) << 32, far, sizeof far), sizeof far);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_byte_depends_on_its_place_only, make),
        cmocka_unit_test_setup(what_was_filled_is_right, make),
        cmocka_unit_test_setup(the_first_wrong_byte_is_found, make),
        cmocka_unit_test_setup(moved_bytes_do_not_match, make),
        cmocka_unit_test_setup(another_key_makes_other_bytes, make),
        cmocka_unit_test_setup(an_offset_beyond_32_bits_is_a_place_of_its_own, make),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
