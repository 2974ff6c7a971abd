#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/wire/bytes.h"
#include "protocols/wire/internet_checksum.h"
#include "tests/support/slow_checksum.h"
#include "tests/support/splitmix.h"

static uint16_t fast_sum(const uint8_t *bytes, size_t n)
{
    return ics_checksum_fold(ics_checksum_add(0, bytes, n));
}

/* RFC 1071, section 3: 0001 + f203 + f4f5 + f6f7 = 2ddf0, folded ddf2. */
static void the_example_of_rfc_1071_sums_to_ddf2(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    uint32_t partial = ics_checksum_add(0, bytes, sizeof bytes);
    assert_int_equal(ics_checksum_fold(partial), 0xddf2);
    assert_int_equal(ics_checksum_finish(partial), 0x220d);
}

/* RFC 1071, section 3, break of the same bytes: 0001 + f2(00) = f201, and f4f5 + f6f7 swapped into
 * their odd places give the same sum. */
static void the_example_of_rfc_1071_may_be_broken_at_an_odd_byte(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    uint32_t first = ics_checksum_add(0, bytes, 3);
    assert_int_equal(ics_checksum_fold(first), 0xf201);
    assert_int_equal(ics_checksum_fold(ics_checksum_add(first, bytes + 3, 5)), 0xddf2);
}

static void nothing_sums_to_zero_and_checks_to_ffff(void **state)
{
    (void)state;
    uint8_t byte = 7;
    assert_int_equal(ics_checksum_fold(0), 0);
    assert_int_equal(ics_checksum_finish(0), 0xffff);
    assert_int_equal(ics_checksum_add(0, NULL, 0), 0);
    assert_int_equal(ics_checksum_copy(NULL, NULL, 0, 0x1234), 0x1234);
    assert_int_equal(ics_checksum_copy(&byte, &byte + 1, 0, 0), 0);
    assert_int_equal(byte, 7);
}

static void an_odd_last_byte_is_the_high_half_of_a_word(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x12, 0x34, 0x56};
    assert_int_equal(fast_sum(bytes, 1), 0x1200);
    assert_int_equal(fast_sum(bytes, 3), 0x1234 + 0x5600);
}

static void every_length_and_alignment_agrees_with_the_slow_sum(void **state)
{
    (void)state;
    uint8_t bytes[16 + 300];
    uint64_t seed = 1;
    ics_splitmix_fill(&seed, bytes, sizeof bytes);
    for (size_t offset = 0; offset < 16; offset++)
        for (size_t n = 0; n <= 300; n++)
            assert_int_equal(fast_sum(bytes + offset, n), ics_slow_checksum_sum(bytes + offset, n));
}

/* Every carry that can happen happens: words of all ones, up to beyond the largest packet. */
static void words_of_all_ones_lose_no_carry(void **state)
{
    (void)state;
    size_t size = 1 << 20;
    g_autofree uint8_t *ones = g_malloc(size);
    memset(ones, 0xff, size);
    for (size_t n = 2; n <= size; n *= 2)
        assert_int_equal(fast_sum(ones, n), 0xffff);
    assert_int_equal(fast_sum(ones, 65535), ics_slow_checksum_sum(ones, 65535));
}

static void zero_bytes_sum_to_zero_at_any_length(void **state)
{
    (void)state;
    static const uint8_t zeros[1500];
    for (size_t n = 0; n <= sizeof zeros; n++)
        assert_int_equal(fast_sum(zeros, n), 0);
}

/* One's complement has two zeros; a sum of words that are not all zero must come out as ffff. */
static void a_sum_of_words_that_cancel_is_ffff_and_not_zero(void **state)
{
    (void)state;
    static const uint8_t cancel[] = {0x12, 0x34, 0xed, 0xcb, 0x00, 0x01, 0xff, 0xfe};
    assert_int_equal(fast_sum(cancel, 4), 0xffff);
    assert_int_equal(fast_sum(cancel, 8), 0xffff);
}

static void a_sum_may_be_continued_after_any_two_cuts(void **state)
{
    (void)state;
    enum { SIZE = 70 };
    uint8_t bytes[SIZE];
    uint64_t seed = 2;
    ics_splitmix_fill(&seed, bytes, SIZE);
    uint16_t whole = ics_slow_checksum_sum(bytes, SIZE);
    for (size_t first = 0; first <= SIZE; first++) {
        for (size_t second = first; second <= SIZE; second++) {
            uint32_t partial = ics_checksum_add(0, bytes, first);
            partial = ics_checksum_add(partial, bytes + first, second - first);
            partial = ics_checksum_add(partial, bytes + second, SIZE - second);
            assert_int_equal(ics_checksum_fold(partial), whole);
        }
    }
}

static void a_sum_byte_by_byte_is_the_sum_in_one_piece(void **state)
{
    (void)state;
    uint8_t bytes[257];
    uint64_t seed = 3;
    ics_splitmix_fill(&seed, bytes, sizeof bytes);
    uint32_t partial = 0;
    for (size_t i = 0; i < sizeof bytes; i++) {
        partial = ics_checksum_add(partial, bytes + i, 1);
        assert_int_equal(partial >> 31, (i + 1) % 2);
        assert_int_equal(ics_checksum_fold(partial), ics_slow_checksum_sum(bytes, i + 1));
    }
}

static void a_copy_has_the_same_bytes_and_the_same_sum(void **state)
{
    (void)state;
    uint8_t source[16 + 200], destination[16 + 200 + 1];
    uint64_t seed = 4;
    ics_splitmix_fill(&seed, source, sizeof source);
    for (size_t offset = 0; offset < 16; offset++) {
        for (size_t n = 0; n <= 200; n++) {
            memset(destination, 0xa5, sizeof destination);
            uint8_t *to = destination + 15 - offset;
            uint32_t partial = ics_checksum_copy(to, source + offset, n, 0);
            assert_int_equal(partial, ics_checksum_add(0, source + offset, n));
            assert_memory_equal(to, source + offset, n);
            assert_int_equal(to[n], 0xa5);
            assert_true(offset == 15 || to[-1] == 0xa5);
        }
    }
}

static void a_copy_continues_a_sum_at_an_odd_byte(void **state)
{
    (void)state;
    uint8_t source[99], destination[99];
    uint64_t seed = 5;
    ics_splitmix_fill(&seed, source, sizeof source);
    for (size_t cut = 0; cut <= sizeof source; cut++) {
        uint32_t partial = ics_checksum_copy(destination, source, cut, 0);
        partial = ics_checksum_copy(destination + cut, source + cut, sizeof source - cut, partial);
        assert_int_equal(ics_checksum_fold(partial), ics_slow_checksum_sum(source, sizeof source));
        assert_memory_equal(destination, source, sizeof source);
    }
}

static void bytes_with_their_own_checksum_sum_to_ffff(void **state)
{
    (void)state;
    uint8_t bytes[64];
    uint64_t seed = 6;
    for (int round = 0; round < 1000; round++) {
        ics_splitmix_fill(&seed, bytes, sizeof bytes);
        ics_bytes_store_be16(bytes + 10, 0);
        ics_bytes_store_be16(bytes + 10,
                             ics_checksum_finish(ics_checksum_add(0, bytes, sizeof bytes)));
        assert_int_equal(fast_sum(bytes, sizeof bytes), 0xffff);
    }
}

static void the_pseudo_header_is_the_sum_of_its_twelve_bytes(void **state)
{
    (void)state;
    uint8_t pseudo[12] = {0};
    uint64_t seed = 7;
    for (int round = 0; round < 1000; round++) {
        uint32_t source = (uint32_t)ics_splitmix_next(&seed);
        uint32_t destination = (uint32_t)ics_splitmix_next(&seed);
        uint16_t length = (uint16_t)ics_splitmix_next(&seed);
        ics_bytes_store_be32(pseudo, source);
        ics_bytes_store_be32(pseudo + 4, destination);
        pseudo[9] = (uint8_t)round;
        ics_bytes_store_be16(pseudo + 10, length);
        uint32_t partial = ics_checksum_pseudo_header(source, destination, (uint8_t)round, length);
        assert_int_equal(partial, ics_slow_checksum_sum(pseudo, sizeof pseudo));
    }
}

static void the_largest_pseudo_header_loses_no_carry(void **state)
{
    (void)state;
    uint8_t pseudo[12];
    memset(pseudo, 0xff, sizeof pseudo);
    pseudo[8] = 0;
    assert_int_equal(ics_checksum_pseudo_header(0xffffffff, 0xffffffff, 255, 65535),
                     ics_slow_checksum_sum(pseudo, sizeof pseudo));
    assert_int_equal(ics_checksum_pseudo_header(0, 0, 0, 0), 0);
}

/* RFC 1624, section 4: HC = dd2f, a field 5555 becomes 3285, and the header's true new checksum is
 * 0000. RFC 1141's equation gives ffff here. */
static void the_example_of_rfc_1624_updates_to_zero(void **state)
{
    (void)state;
    assert_int_equal(ics_checksum_update16(0xdd2f, 0x5555, 0x3285), 0x0000);
}

static void an_update_is_what_computing_anew_gives(void **state)
{
    (void)state;
    uint8_t bytes[20];
    uint64_t seed = 8;
    for (int round = 0; round < 20000; round++) {
        ics_splitmix_fill(&seed, bytes, sizeof bytes);
        bytes[0] = 0x45;
        uint16_t before = (uint16_t)~ics_slow_checksum_sum(bytes, sizeof bytes);
        uint16_t old_word = ics_bytes_load_be16(bytes + 8);
        uint16_t new_word = (uint16_t)ics_splitmix_next(&seed);
        ics_bytes_store_be16(bytes + 8, new_word);
        assert_int_equal(ics_checksum_update16(before, old_word, new_word),
                         (uint16_t)~ics_slow_checksum_sum(bytes, sizeof bytes));
    }
}

/* Every value of the field over a header whose other words sum to each of the hard cases. */
static void an_update_is_right_for_every_word_beside_hard_sums(void **state)
{
    (void)state;
    static const uint16_t rest[] = {0x0001, 0x7fff, 0x8000, 0xfffe, 0xffff};
    for (size_t i = 0; i < G_N_ELEMENTS(rest); i++) {
        for (uint32_t word = 0; word <= 0xffff; word++) {
            uint8_t bytes[4] = {(uint8_t)(rest[i] >> 8), (uint8_t)rest[i], (uint8_t)(word >> 8),
                                (uint8_t)word};
            uint16_t before = (uint16_t)~ics_slow_checksum_sum(bytes, 4);
            uint16_t next = (uint16_t)(word * 40503 + 1);
            ics_bytes_store_be16(bytes + 2, next);
            assert_int_equal(ics_checksum_update16(before, (uint16_t)word, next),
                             (uint16_t)~ics_slow_checksum_sum(bytes, 4));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_1071_sums_to_ddf2),
        cmocka_unit_test(the_example_of_rfc_1071_may_be_broken_at_an_odd_byte),
        cmocka_unit_test(nothing_sums_to_zero_and_checks_to_ffff),
        cmocka_unit_test(an_odd_last_byte_is_the_high_half_of_a_word),
        cmocka_unit_test(every_length_and_alignment_agrees_with_the_slow_sum),
        cmocka_unit_test(words_of_all_ones_lose_no_carry),
        cmocka_unit_test(zero_bytes_sum_to_zero_at_any_length),
        cmocka_unit_test(a_sum_of_words_that_cancel_is_ffff_and_not_zero),
        cmocka_unit_test(a_sum_may_be_continued_after_any_two_cuts),
        cmocka_unit_test(a_sum_byte_by_byte_is_the_sum_in_one_piece),
        cmocka_unit_test(a_copy_has_the_same_bytes_and_the_same_sum),
        cmocka_unit_test(a_copy_continues_a_sum_at_an_odd_byte),
        cmocka_unit_test(bytes_with_their_own_checksum_sum_to_ffff),
        cmocka_unit_test(the_pseudo_header_is_the_sum_of_its_twelve_bytes),
        cmocka_unit_test(the_largest_pseudo_header_loses_no_carry),
        cmocka_unit_test(the_example_of_rfc_1624_updates_to_zero),
        cmocka_unit_test(an_update_is_what_computing_anew_gives),
        cmocka_unit_test(an_update_is_right_for_every_word_beside_hard_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
