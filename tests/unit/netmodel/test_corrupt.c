#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "sim/choice_recorder.h"
#include "tests/support/fault_harness.h"

static IcsCorruptConfig with(uint64_t n, uint64_t d, int64_t bits)
{
    return (IcsCorruptConfig){
        .probability = ics_probability_from_ratio(n, d), .has_probability = true, .bits = bits};
}

static IcsCorruptConfig error_rate(uint64_t n, uint64_t d)
{
    return (IcsCorruptConfig){.bit_error_rate = ics_probability_from_ratio(n, d),
                              .has_bit_error_rate = true};
}

/* How many bits of bytes first to last are 1; packets begin as zeros. */
static uint32_t ones(const IcsPacket *packet, uint32_t first, uint32_t last)
{
    uint32_t n = 0;
    for (uint32_t i = first; i <= last && i < packet->length; i++) {
        n += (uint32_t)__builtin_popcount(packet->bytes[i]);
    }
    return n;
}

/* Asks about a packet of zeros; returns how many of its bits were flipped. */
static uint32_t corrupt(IcsFaultHarness *harness, uint32_t length)
{
    IcsPacket *packet = ics_fault_harness_packet(harness, length);
    IcsPassage passage = ics_fault_harness_ask(harness, packet, 0);
    uint32_t flipped = ones(packet, 0, length);
    assert_int_equal(passage.bits_flipped, flipped);
    assert_int_equal(packet->damaged, flipped > 0);
    ics_packet_free(packet);
    return flipped;
}

static void a_packet_that_is_hit_has_so_many_different_bits_flipped(void **state)
{
    IcsFaultHarness *harness = *state;
    const int64_t bits[] = {1, 2, 3, 17, 100, 255, 256, 300, 799, 800};
    for (size_t i = 0; i < G_N_ELEMENTS(bits); i++) {
        IcsCorruptConfig config = with(1, 1, bits[i]);
        ics_fault_harness_make(harness, &ics_corrupt_class, &config);
        for (int j = 0; j < 10; j++) {
            assert_int_equal(corrupt(harness, 100), bits[i]);
        }
    }
}

static void one_bit_is_flipped_if_nothing_else_is_said(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 0);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    assert_int_equal(corrupt(harness, 100), 1);
    assert_int_equal(corrupt(harness, 1), 1);
}

static void no_more_bits_are_flipped_than_there_are(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 100);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    assert_int_equal(corrupt(harness, 3), 24);
    assert_int_equal(corrupt(harness, 0), 0);
    assert_int_equal(harness->fault->happened, 1);
}

static void a_range_keeps_flips_away_from_the_rest(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 16);
    config.from_byte = 28;
    config.to_byte = 29;
    config.has_to_byte = true;
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    IcsPacket *packet = ics_fault_harness_packet(harness, 100);
    ics_fault_harness_ask(harness, packet, 0);
    assert_int_equal(ones(packet, 28, 29), 16);
    assert_int_equal(ones(packet, 0, 99), 16);
    ics_packet_free(packet);
    assert_int_equal(corrupt(harness, 29), 8);
    assert_int_equal(corrupt(harness, 28), 0);
}

static void the_range_may_be_the_first_byte_alone(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 8);
    config.has_to_byte = true;
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    IcsPacket *packet = ics_fault_harness_packet(harness, 2);
    ics_fault_harness_ask(harness, packet, 0);
    assert_int_equal(packet->bytes[0], 0xff);
    assert_int_equal(packet->bytes[1], 0);
    ics_packet_free(packet);
}

static void copies_keep_the_bytes_that_were_sent(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 5);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    IcsPacket *packet = ics_fault_harness_packet(harness, 100);
    IcsPacket *copy = ics_packet_copy(packet, 1, 1);
    ics_fault_harness_ask(harness, packet, 0);
    assert_int_equal(ones(packet, 0, 99), 5);
    assert_int_equal(ones(copy, 0, 99), 0);
    assert_false(copy->damaged);
    ics_packet_free(packet);
    ics_packet_free(copy);
}

static void contradictions_are_refused(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig nothing = {0}, both = error_rate(1, 1000), bits = error_rate(1, 1000);
    IcsCorruptConfig zero = error_rate(0, 1), backwards = with(1, 1, 1);
    both.has_probability = true;
    bits.bits = 2;
    backwards.from_byte = 5;
    backwards.to_byte = 4;
    backwards.has_to_byte = true;
    ics_fault_harness_assert_refused(harness, &ics_corrupt_class, &nothing, "needs a probability");
    ics_fault_harness_assert_refused(harness, &ics_corrupt_class, &both, "not by both");
    ics_fault_harness_assert_refused(harness, &ics_corrupt_class, &bits, "not by both");
    ics_fault_harness_assert_refused(harness, &ics_corrupt_class, &zero, "does nothing");
    ics_fault_harness_assert_refused(harness, &ics_corrupt_class, &backwards, "before from-byte");
}

/* First the count, then each place, under keys of their own. */
static void every_flip_is_a_choice_of_its_own(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 3);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    IcsChoiceRecorder *recorder = ics_choice_recorder_new(true);
    harness->chooser.driver = &recorder->driver;
    IcsPacket *packet = ics_fault_harness_packet(harness, 100);
    ics_fault_harness_ask(harness, packet, 0);
    assert_int_equal(recorder->choices->len, 4);
    for (guint i = 0; i < 4; i++) {
        const IcsRecordedChoice *choice = &g_array_index(recorder->choices, IcsRecordedChoice, i);
        assert_int_equal(choice->draw, i == 0 ? 0 : 1);
        assert_int_equal(choice->step, i == 0 ? 0 : i - 1);
        if (i == 0) {
            assert_int_equal(choice->outcome, 3);
            continue;
        }
        int64_t bit = choice->outcome - 1;
        assert_true((packet->bytes[bit / 8] & 0x80 >> bit % 8) != 0);
    }
    ics_packet_free(packet);
    ics_choice_recorder_free(recorder);
}

/* A driver that takes one flip away and leaves the others. */
typedef struct Editor {
    IcsChoiceDriver driver;
    uint64_t removed_step;
} Editor;

static int64_t edit(IcsChoiceDriver *driver, const IcsChoice *choice, IcsChoiceDraw draw,
                    gconstpointer element)
{
    const Editor *self = (const Editor *)driver;
    bool removed = choice->draw == 1 && choice->step == self->removed_step;
    return removed ? 0 : draw(choice, element);
}

static void a_flip_can_be_taken_out_alone(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = with(1, 1, 3);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    IcsPacket *packet = ics_fault_harness_packet(harness, 100);
    Editor editor = {.driver.choose = edit, .removed_step = 1};
    harness->chooser.driver = &editor.driver;
    assert_int_equal(ics_fault_harness_ask(harness, packet, 0).bits_flipped, 2);
    ics_packet_free(packet);
}

static void a_bit_error_rate_of_1_flips_every_bit(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = error_rate(1, 1);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    assert_int_equal(corrupt(harness, 100), 800);
    assert_int_equal(ics_fault_requested(harness->fault), ICS_FAULT_RATE_UNKNOWN);
}

static void the_least_bit_error_rate_does_not_overflow(void **state)
{
    IcsFaultHarness *harness = *state;
    IcsCorruptConfig config = {.bit_error_rate = 1, .has_bit_error_rate = true};
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(corrupt(harness, 1500), 0);
    }
}

/* ---- laws ---- */

static double measure_rate(IcsFaultHarness *harness, const void *context)
{
    const IcsCorruptConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    ics_fault_harness_make(harness, &ics_corrupt_class, config);
    for (size_t i = 0; i < n; i++) {
        corrupt(harness, 20);
    }
    return ics_stat_z_binomial(harness->fault->happened, n, 0.3);
}

static void the_rate_is_the_probability(void **state)
{
    (void)state;
    IcsCorruptConfig right = with(300, 1000, 1);
    IcsCorruptConfig low = with(294, 1000, 1), high = with(306, 1000, 1);
    ics_fault_harness_assert_law("corrupt", measure_rate, &right, &low, &high);
}

/* The number of errors in 160 bits is binomial. */
static double measure_errors(IcsFaultHarness *harness, const void *context)
{
    const IcsCorruptConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS / 4);
    ics_fault_harness_make(harness, &ics_corrupt_class, config);
    uint64_t errors = 0;
    for (size_t i = 0; i < n; i++) {
        errors += corrupt(harness, 20);
    }
    return ics_stat_z_binomial(errors, n * 160, 0.01);
}

static void bits_are_hit_at_the_bit_error_rate(void **state)
{
    (void)state;
    IcsCorruptConfig right = error_rate(1000, 100000);
    IcsCorruptConfig low = error_rate(980, 100000), high = error_rate(1020, 100000);
    ics_fault_harness_assert_law("bit errors", measure_errors, &right, &low, &high);
}

/* Packets of k errors: cells 0 to 6 and more, of a binomial of 160 trials of 1 %. */
static double measure_counts(IcsFaultHarness *harness, const void *context)
{
    enum { CELLS = 7 };
    const IcsCorruptConfig *config = context;
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS / 2);
    ics_fault_harness_make(harness, &ics_corrupt_class, config);
    uint64_t counts[CELLS] = {0};
    for (size_t i = 0; i < n; i++) {
        uint32_t errors = corrupt(harness, 20);
        counts[MIN(errors, CELLS - 1)]++;
    }
    double probabilities[CELLS], left = 1, term = pow(0.99, 160);
    for (int k = 0; k + 1 < CELLS; k++) {
        probabilities[k] = term;
        left -= term;
        term *= (160.0 - k) / (k + 1) * 0.01 / 0.99;
    }
    probabilities[CELLS - 1] = left;
    double x = ics_stat_chi_square(counts, probabilities, CELLS);
    return ics_stat_chi_square_z(x, CELLS - 1);
}

static void the_number_of_errors_is_binomial(void **state)
{
    (void)state;
    IcsCorruptConfig right = error_rate(1000, 100000);
    IcsCorruptConfig low = error_rate(980, 100000), high = error_rate(1020, 100000);
    ics_fault_harness_assert_law("errors per packet", measure_counts, &right, &low, &high);
}

/* 30 of 400 bits: each is hit with 3/40. The hits of one packet exclude each other, which makes
 * Pearson's statistic smaller by the factor (400 - 30) / (400 - 1). A packet that is a byte longer
 * or shorter has each bit hit 2 % less or more often. */
static double measure_places(IcsFaultHarness *harness, const void *context)
{
    enum { BITS = 400, HITS = 30 };
    uint32_t length = *(const uint32_t *)context;
    IcsCorruptConfig config = with(1, 1, HITS);
    size_t n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS / 8);
    ics_fault_harness_make(harness, &ics_corrupt_class, &config);
    double hits[BITS] = {0};
    for (size_t i = 0; i < n; i++) {
        IcsPacket *packet = ics_fault_harness_packet(harness, MAX(length, BITS / 8));
        packet->length = length;
        ics_fault_harness_ask(harness, packet, 0);
        for (size_t bit = 0; bit < BITS; bit++) {
            hits[bit] += (packet->bytes[bit / 8] & 0x80 >> bit % 8) != 0;
        }
        ics_packet_free(packet);
    }
    double expected = (double)n * HITS / BITS, x = 0;
    for (size_t bit = 0; bit < BITS; bit++) {
        x += (hits[bit] - expected) * (hits[bit] - expected) / expected;
    }
    return ics_stat_chi_square_z(x * (BITS - 1) / (BITS - HITS), BITS - 1);
}

static void every_bit_is_hit_equally_often(void **state)
{
    (void)state;
    uint32_t right = 50, low = 51, high = 49;
    ics_fault_harness_assert_law("places", measure_places, &right, &low, &high);
}

#define TEST(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, ics_fault_harness_setup, ics_fault_harness_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_packet_that_is_hit_has_so_many_different_bits_flipped),
        TEST(one_bit_is_flipped_if_nothing_else_is_said),
        TEST(no_more_bits_are_flipped_than_there_are),
        TEST(a_range_keeps_flips_away_from_the_rest),
        TEST(the_range_may_be_the_first_byte_alone),
        TEST(copies_keep_the_bytes_that_were_sent),
        TEST(contradictions_are_refused),
        TEST(every_flip_is_a_choice_of_its_own),
        TEST(a_flip_can_be_taken_out_alone),
        TEST(a_bit_error_rate_of_1_flips_every_bit),
        TEST(the_least_bit_error_rate_does_not_overflow),
        TEST(the_rate_is_the_probability),
        TEST(bits_are_hit_at_the_bit_error_rate),
        TEST(the_number_of_errors_is_binomial),
        TEST(every_bit_is_hit_equally_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
