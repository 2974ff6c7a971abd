/* The known answers are the philox4x32 lines with 10 rounds of Random123's tests/kat_vectors. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/philox.h"

static void assert_philox(const uint32_t counter[4], uint64_t key, const uint32_t expected[4])
{
    IcsPhiloxBlock block = ics_philox(key, counter);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(block.word[i], expected[i]);
    }
}

static void zeros_give_the_published_answer(void **state)
{
    (void)state;
    const uint32_t counter[4] = {0, 0, 0, 0};
    const uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    assert_philox(counter, 0, expected);
}

static void ones_give_the_published_answer(void **state)
{
    (void)state;
    const uint32_t counter[4] = {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
    const uint32_t expected[4] = {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd};
    assert_philox(counter, UINT64_MAX, expected);
}

static void the_digits_of_pi_give_the_published_answer(void **state)
{
    (void)state;
    const uint32_t counter[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    const uint32_t expected[4] = {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1};
    assert_philox(counter, UINT64_C(0x299f31d0a4093822), expected);
}

static void every_bit_of_counter_and_key_changes_the_answer(void **state)
{
    (void)state;
    const uint32_t counter[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    const uint64_t key = UINT64_C(0x299f31d0a4093822);
    IcsPhiloxBlock original = ics_philox(key, counter);
    for (int bit = 0; bit < 192; bit++) {
        uint32_t changed[4] = {counter[0], counter[1], counter[2], counter[3]};
        uint64_t changed_key = key;
        if (bit < 128) {
            changed[bit / 32] ^= UINT32_C(1) << bit % 32;
        } else {
            changed_key ^= UINT64_C(1) << (bit - 128);
        }
        IcsPhiloxBlock block = ics_philox(changed_key, changed);
        int flipped = 0;
        for (int i = 0; i < 4; i++) {
            flipped += __builtin_popcount(block.word[i] ^ original.word[i]);
        }
        /* 64 of 128 bits are expected to flip, with a standard deviation of 5.7. */
        assert_in_range(flipped, 64 - 28, 64 + 28);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros_give_the_published_answer),
        cmocka_unit_test(ones_give_the_published_answer),
        cmocka_unit_test(the_digits_of_pi_give_the_published_answer),
        cmocka_unit_test(every_bit_of_counter_and_key_changes_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
