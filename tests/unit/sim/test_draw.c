#include <cmocka.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/draw.h"
#include "tests/support/statistics.h"

#define CORRELATION_DRAWS 20000
#define RATE_DRAWS        200000

static const IcsFate ask = {
    .flow = 0x5eed, .ordinal = 41, .lineage = 0, .fragment = 2, .klass = ICS_FATE_REPEAT};

static IcsDrawSite wire_loss(uint64_t seed)
{
    return ics_draw_site(seed, "wire client->server", "loss");
}

static void assert_same_pair(IcsDrawPair a, IcsDrawPair b)
{
    assert_true(a.first == b.first && a.second == b.second);
}

/* The law of fates, byte by byte: a change here changes every recorded run. */
static void a_draw_is_philox_of_site_fate_ordinal_and_kind(void **state)
{
    (void)state;
    const IcsDrawSite site = {UINT64_C(0x299f31d0a4093822)};
    const uint64_t fate_key = UINT64_C(0x85a308d3243f6a88);
    const uint64_t ordinal = UINT64_C(0x00037073) << 32 | UINT64_C(0x13198a2e);
    const uint32_t counter[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    IcsPhiloxBlock block = ics_philox(site.key, counter);
    IcsDrawPair pair = ics_draw_keyed(&site, fate_key, ordinal, 0x44);
    assert_true(pair.first == (block.word[0] | (uint64_t)block.word[1] << 32));
    assert_true(pair.second == (block.word[2] | (uint64_t)block.word[3] << 32));
    /* Random123's answer for these counter and key words. */
    assert_true(pair.first == UINT64_C(0x94fdccebd16cfe09));
    assert_true(pair.second == UINT64_C(0x24126ea15001e420));
}

static void names_are_hashed_to_the_same_keys_for_ever(void **state)
{
    (void)state;
    assert_true(ics_fate_flow("asker", 0, "echo") == UINT64_C(0xcc65a604579b5ad0));
    assert_true(wire_loss(7).key == UINT64_C(0x99cfe79ee2c7cd4f));
    assert_true(ics_draw_site_unnamed(7, "wire client->server", "loss", 0).key ==
                UINT64_C(0x5b4850fab7c9c390));
    assert_true(ics_fate_key(&ask) == UINT64_C(0xcb925bed3bdb7869));
    assert_true(ics_fate_for_copy(&ask, 11, 1).lineage == UINT64_C(0xe39730de2d7262df));
}

static void the_order_of_draws_does_not_matter(void **state)
{
    (void)state;
    enum { DRAWS = 100 };
    IcsDrawSite sites[2] = {wire_loss(1), ics_draw_site(1, "wire server->client", "loss")};
    IcsDrawPair forward[2][DRAWS];
    for (int site = 0; site < 2; site++) {
        for (uint64_t i = 0; i < DRAWS; i++) {
            forward[site][i] = ics_draw_pair(&sites[site], &(IcsFate){.ordinal = i}, 0);
        }
    }
    for (uint64_t i = DRAWS; i-- > 0;) {
        for (int site = 1; site >= 0; site--) {
            ics_draw_sequential_u64(&sites[site], i, 0);
            IcsDrawPair pair = ics_draw_pair(&sites[site], &(IcsFate){.ordinal = i}, 0);
            assert_same_pair(pair, forward[site][i]);
        }
    }
}

static void every_part_of_a_fate_but_the_copy_number_moves_its_draw(void **state)
{
    (void)state;
    const IcsDrawSite site = wire_loss(1);
    IcsFate changed[6] = {ask, ask, ask, ask, ask, ask};
    changed[1].flow ^= UINT64_C(1) << 63;
    changed[2].ordinal ^= UINT64_C(1) << 54;
    changed[3].lineage ^= 1;
    changed[4].fragment ^= 1;
    changed[5].klass = ICS_FATE_CONTROL;
    for (int a = 0; a < 6; a++) {
        for (int b = 0; b < a; b++) {
            uint64_t draw_a = ics_draw_u64(&site, &changed[a], 0);
            assert_true(draw_a != ics_draw_u64(&site, &changed[b], 0));
        }
    }
    IcsFate copy_number = ask;
    copy_number.copy = 9;
    assert_true(ics_draw_u64(&site, &ask, 0) == ics_draw_u64(&site, &copy_number, 0));
}

static void kinds_and_sites_have_draws_of_their_own(void **state)
{
    (void)state;
    const IcsDrawSite site = wire_loss(1), other_seed = wire_loss(2);
    uint64_t draw = ics_draw_u64(&site, &ask, 0);
    assert_true(draw != ics_draw_u64(&site, &ask, 1));
    assert_true(draw != ics_draw_u64(&site, &ask, ICS_DRAW_KIND_MAX));
    assert_true(draw != ics_draw_u64(&other_seed, &ask, 0));
}

static void site_names_do_not_run_into_each_other(void **state)
{
    (void)state;
    const uint64_t keys[] = {
        ics_draw_site(1, "ab", "c").key,
        ics_draw_site(1, "a", "bc").key,
        ics_draw_site(1, "abc", "").key,
        ics_draw_site(1, "c", "ab").key,
        ics_draw_site(2, "ab", "c").key,
        ics_draw_site_unnamed(1, "ab", "c", 0).key,
        ics_draw_site_unnamed(1, "ab", "c", 1).key,
        ics_draw_site_unnamed(1, "a", "bc", 0).key,
        ics_fate_flow("ab", 0, "c"),
        ics_fate_flow("ab", 1, "c"),
        ics_fate_flow("c", 0, "ab"),
        ics_fate_flow("a", 0, "bc"),
    };
    for (size_t a = 0; a < G_N_ELEMENTS(keys); a++) {
        for (size_t b = 0; b < a; b++) {
            assert_true(keys[a] != keys[b]);
        }
    }
}

/* Both forms of counter with every other word equal: only the domain bit can tell them apart. */
static void a_sequential_draw_never_meets_a_draw_of_a_fate(void **state)
{
    (void)state;
    const IcsDrawSite site = wire_loss(1);
    const uint64_t ordinals[] = {0, 1, ICS_FATE_ORDINALS - 1, ICS_FATE_ORDINALS, UINT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(ordinals); i++) {
        uint32_t fate[4], sequential[4];
        ics_draw_counter(77, ordinals[i], ICS_DRAW_KIND_MAX, fate);
        ics_draw_sequential_counter(ordinals[i], ICS_DRAW_KIND_MAX, sequential);
        assert_int_equal(fate[3] & ICS_DRAW_SEQUENTIAL, 0);
        assert_int_equal(sequential[3] & ICS_DRAW_SEQUENTIAL, ICS_DRAW_SEQUENTIAL);
    }
    assert_true(ics_draw_keyed(&site, 77, 0, 3).first != ics_draw_sequential_u64(&site, 77, 3));
}

static void steps_differ_in_all_64_bits(void **state)
{
    (void)state;
    const IcsDrawSite site = wire_loss(1);
    uint64_t first = ics_draw_sequential_u64(&site, 0, 0);
    for (int bit = 0; bit < 64; bit++) {
        assert_true(first != ics_draw_sequential_u64(&site, UINT64_C(1) << bit, 0));
    }
}

static void copies_have_fates_of_their_own(void **state)
{
    (void)state;
    const IcsFate first = ics_fate_for_copy(&ask, 11, 1);
    const IcsFate second = ics_fate_for_copy(&ask, 11, 2);
    const IcsFate elsewhere = ics_fate_for_copy(&ask, 12, 1);
    const IcsFate of_copy = ics_fate_for_copy(&first, 11, 1);
    const uint64_t lineages[] = {0, first.lineage, second.lineage, elsewhere.lineage,
                                 of_copy.lineage};
    for (size_t a = 0; a < G_N_ELEMENTS(lineages); a++) {
        for (size_t b = 0; b < a; b++) {
            assert_true(lineages[a] != lineages[b]);
        }
    }
    assert_int_equal(first.copy, 1);
    assert_int_equal(second.copy, 2);
    assert_int_equal(of_copy.copy, 2);
    assert_true(first.ordinal == ask.ordinal && first.flow == ask.flow);
    assert_true(first.klass == ask.klass && first.fragment == ask.fragment);
}

static void the_copy_number_stops_at_its_largest(void **state)
{
    (void)state;
    IcsFate parent = ask;
    parent.copy = UINT16_MAX - 1;
    assert_int_equal(ics_fate_for_copy(&parent, 11, 5).copy, UINT16_MAX);
    assert_int_equal(ics_fate_for_copy(&ask, 11, UINT32_MAX).copy, UINT16_MAX);
}

static void classes_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(ics_fate_class_name(ICS_FATE_FIRST), "first");
    assert_string_equal(ics_fate_class_name(ICS_FATE_REPEAT), "repeat");
    assert_string_equal(ics_fate_class_name(ICS_FATE_CONTROL), "control");
}

static void never_and_always_and_the_edges_between_are_exact(void **state)
{
    (void)state;
    assert_false(ics_draw_happens(0, 0));
    assert_true(ics_draw_happens(UINT64_MAX, ICS_PROBABILITY_ONE));
    assert_true(ics_draw_happens(1, 1));
    assert_false(ics_draw_happens(2, 1));
    assert_false(ics_draw_happens(UINT64_MAX, ICS_PROBABILITY_ONE - 1));
    assert_true(ics_draw_happens(UINT64_MAX - 2, ICS_PROBABILITY_ONE - 1));
}

static void a_number_below_n_covers_its_whole_range(void **state)
{
    (void)state;
    const uint64_t limits[] = {1, 2, 3, 1000, UINT64_C(1) << 32, UINT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++) {
        assert_true(ics_draw_below(0, limits[i]) == 0);
        assert_true(ics_draw_below(UINT64_MAX, limits[i]) == limits[i] - 1);
    }
    assert_true(ics_draw_below(UINT64_C(1) << 63, 1000) == 500);
    assert_true(ics_draw_below((UINT64_C(1) << 63) - 1, 1000) == 499);
}

/* z-score of the events in RATE_DRAWS draws against `p`, when they are made with `actual`. */
static double rate_z(uint64_t seed, double p, IcsProbability actual)
{
    const IcsDrawSite site = wire_loss(seed);
    IcsFate fate = {.flow = ics_fate_flow("asker", 0, "echo")};
    uint64_t happened = 0;
    for (; fate.ordinal < RATE_DRAWS; fate.ordinal++) {
        happened += ics_draw_happens(ics_draw_u64(&site, &fate, 0), actual);
    }
    return ics_stat_z_binomial(happened, RATE_DRAWS, p);
}

static void rate_scores(double z[ICS_STAT_SEEDS], double p, IcsProbability actual)
{
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        z[seed - 1] = rate_z(seed, p, actual);
    }
}

static void events_happen_at_their_rate(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    rate_scores(z, 0.1, ics_probability_from_ratio(1, 10));
    assert_true(ics_stat_pass_or_explain("p = 0.1", z, ICS_STAT_SEEDS));
    rate_scores(z, 0.5, ics_probability_from_ratio(1, 2));
    assert_true(ics_stat_pass_or_explain("p = 0.5", z, ICS_STAT_SEEDS));
}

static void a_rate_that_is_two_percent_wrong_is_noticed(void **state)
{
    (void)state;
    double z[ICS_STAT_SEEDS];
    rate_scores(z, 0.1, ics_probability_from_ratio(102, 1000));
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
    rate_scores(z, 0.5, ics_probability_from_ratio(49, 100));
    assert_false(ics_stat_pass(z, ICS_STAT_SEEDS));
}

/* Two streams of draws, whose i-th members have names that differ in one small thing. */
typedef IcsDrawPair (*Stream)(uint64_t seed, uint64_t i);

static IcsDrawPair plain_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_pair(&site, &(IcsFate){.flow = 1, .ordinal = 2 * i}, 0);
}

static IcsDrawPair next_ordinal_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_pair(&site, &(IcsFate){.flow = 1, .ordinal = 2 * i + 1}, 0);
}

static IcsDrawPair next_kind_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_pair(&site, &(IcsFate){.flow = 1, .ordinal = 2 * i}, 1);
}

static IcsDrawPair next_fragment_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_pair(&site, &(IcsFate){.flow = 1, .ordinal = 2 * i, .fragment = 1}, 0);
}

static IcsDrawPair other_class_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    IcsFate fate = {.flow = 1, .ordinal = 2 * i, .klass = ICS_FATE_REPEAT};
    return ics_draw_pair(&site, &fate, 0);
}

static IcsDrawPair next_flow_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_pair(&site, &(IcsFate){.flow = 2, .ordinal = 2 * i}, 0);
}

static IcsDrawPair next_site_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = ics_draw_site(seed, "wire client->server", "loss2");
    return ics_draw_pair(&site, &(IcsFate){.flow = 1, .ordinal = 2 * i}, 0);
}

static IcsDrawPair sequential_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_sequential_pair(&site, 2 * i, 0);
}

static IcsDrawPair next_step_stream(uint64_t seed, uint64_t i)
{
    const IcsDrawSite site = wire_loss(seed);
    return ics_draw_sequential_pair(&site, 2 * i + 1, 0);
}

static IcsDrawPair zero_stream(uint64_t seed, uint64_t i)
{
    (void)seed;
    (void)i;
    return (IcsDrawPair){0, 0};
}

/* Ones in the exclusive or of two streams: half of all bits when they are independent. */
static double difference_z(uint64_t seed, Stream a, Stream b)
{
    uint64_t ones = 0;
    for (uint64_t i = 0; i < CORRELATION_DRAWS; i++) {
        IcsDrawPair x = a(seed, i), y = b(seed, i);
        ones += (uint64_t)__builtin_popcountll(x.first ^ y.first);
        ones += (uint64_t)__builtin_popcountll(x.second ^ y.second);
    }
    return ics_stat_z_binomial(ones, UINT64_C(128) * CORRELATION_DRAWS, 0.5);
}

/* Correlation of the draws as numbers, which sees the high bits; variance 1/n. */
static double product_z(uint64_t seed, Stream a, Stream b)
{
    double sum = 0;
    for (uint64_t i = 0; i < CORRELATION_DRAWS; i++) {
        double x = (double)a(seed, i).first / 0x1p64 - 0.5, y = (double)b(seed, i).first / 0x1p64;
        sum += 12 * x * (y - 0.5);
    }
    return sum / sqrt(CORRELATION_DRAWS);
}

static void assert_uncorrelated(const char *what, Stream a, Stream b)
{
    double difference[ICS_STAT_SEEDS], product[ICS_STAT_SEEDS];
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        difference[seed - 1] = difference_z(seed, a, b);
        product[seed - 1] = product_z(seed, a, b);
    }
    assert_true(ics_stat_pass_or_explain(what, difference, ICS_STAT_SEEDS));
    if (b != zero_stream) {
        assert_true(ics_stat_pass_or_explain(what, product, ICS_STAT_SEEDS));
    }
}

static void draws_have_as_many_ones_as_zeros(void **state)
{
    (void)state;
    assert_uncorrelated("ones of fates", plain_stream, zero_stream);
    assert_uncorrelated("ones of steps", sequential_stream, zero_stream);
}

static void draws_with_neighbouring_names_are_uncorrelated(void **state)
{
    (void)state;
    assert_uncorrelated("next ordinal", plain_stream, next_ordinal_stream);
    assert_uncorrelated("next kind", plain_stream, next_kind_stream);
    assert_uncorrelated("next fragment", plain_stream, next_fragment_stream);
    assert_uncorrelated("other class", plain_stream, other_class_stream);
    assert_uncorrelated("next flow", plain_stream, next_flow_stream);
    assert_uncorrelated("next site", plain_stream, next_site_stream);
    assert_uncorrelated("next step", sequential_stream, next_step_stream);
    assert_uncorrelated("step and fate", sequential_stream, plain_stream);
}

static void the_correlation_scores_notice_equal_draws(void **state)
{
    (void)state;
    assert_true(fabs(difference_z(1, plain_stream, plain_stream)) > 100);
    assert_true(product_z(1, plain_stream, plain_stream) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draw_is_philox_of_site_fate_ordinal_and_kind),
        cmocka_unit_test(names_are_hashed_to_the_same_keys_for_ever),
        cmocka_unit_test(the_order_of_draws_does_not_matter),
        cmocka_unit_test(every_part_of_a_fate_but_the_copy_number_moves_its_draw),
        cmocka_unit_test(kinds_and_sites_have_draws_of_their_own),
        cmocka_unit_test(site_names_do_not_run_into_each_other),
        cmocka_unit_test(a_sequential_draw_never_meets_a_draw_of_a_fate),
        cmocka_unit_test(steps_differ_in_all_64_bits),
        cmocka_unit_test(copies_have_fates_of_their_own),
        cmocka_unit_test(the_copy_number_stops_at_its_largest),
        cmocka_unit_test(classes_have_their_names),
        cmocka_unit_test(never_and_always_and_the_edges_between_are_exact),
        cmocka_unit_test(a_number_below_n_covers_its_whole_range),
        cmocka_unit_test(events_happen_at_their_rate),
        cmocka_unit_test(a_rate_that_is_two_percent_wrong_is_noticed),
        cmocka_unit_test(draws_have_as_many_ones_as_zeros),
        cmocka_unit_test(draws_with_neighbouring_names_are_uncorrelated),
        cmocka_unit_test(the_correlation_scores_notice_equal_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
