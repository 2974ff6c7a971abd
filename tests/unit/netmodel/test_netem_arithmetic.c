/* Expected values were computed from the text of Linux's net/sched/sch_netem.c and of iproute2's
 * netem/normal.c, pareto.c and paretonormal.c in another language. */
#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "netmodel/netem_arithmetic.h"

/* tc: rint(percent / 100 * 0xffffffff), ties to even. */
static void percentages_round_as_tc_rounds_them(void **state)
{
    (void)state;
    const struct {
        const char *text;
        uint32_t expected;
    } rows[] = {
        {"0%", 0},           {"100%", 4294967295}, {"50%", 2147483648}, {"25%", 1073741824},
        {"10%", 429496730},  {"30%", 1288490188},  {"1%", 42949673},    {"0.1%", 4294967},
        {"75%", 3221225471}, {"0.0000001%", 4},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        IcsProbability p;
        assert_true(ics_probability_parse(rows[i].text, &p, NULL));
        assert_int_equal(ics_netem_percent(p), rows[i].expected);
    }
}

#define N_NUMBERS 8

static void assert_crandom(uint32_t rho, const uint32_t expected[N_NUMBERS])
{
    IcsNetemCrandom crandom = {.last = 0x12345678, .rho = rho};
    for (uint32_t i = 0; i < N_NUMBERS; i++) {
        uint32_t value = i * UINT32_C(0x9E3779B9) + 12345;
        assert_int_equal(ics_netem_crandom(&crandom, value), expected[i]);
    }
}

static void crandom_mixes_each_number_with_the_one_before(void **state)
{
    (void)state;
    assert_crandom(0x80000000, (const uint32_t[]){0x091a4358, 0x53a8f6a4, 0x480c0d27, 0x91595544,
                                                  0x851bb630, 0x4e18a383, 0x81b2d708, 0x6a9bada8});
    assert_crandom(0x40000000, (const uint32_t[]){0x048d39c8, 0x77cd0de6, 0x4b469e39, 0xb6ce9d98,
                                                  0x885a38bb, 0x3366bacf, 0x94d3769e, 0x63d840dd});
    assert_crandom(0xe6666666, (const uint32_t[]){0x106252a4, 0x1e9141c5, 0x218dd85b, 0x34105275,
                                                  0x3af1b2ec, 0x375baf83, 0x43f3d237, 0x45824a6b});
    assert_crandom(1, (const uint32_t[]){0x00003039, 0x9e37a9f0, 0x3c6f23ab, 0xdaa69d62, 0x78de171d,
                                         0x171590d6, 0xb54d0a8d, 0x53848448});
}

static void without_correlation_crandom_is_what_was_drawn(void **state)
{
    (void)state;
    IcsNetemCrandom crandom = {.last = 0x12345678};
    assert_int_equal(ics_netem_crandom(&crandom, 0xdeadbeef), 0xdeadbeef);
    assert_int_equal(crandom.last, 0x12345678);
}

static void full_correlation_repeats_the_first_number_for_ever(void **state)
{
    (void)state;
    IcsNetemCrandom crandom = {.last = 0x12345678, .rho = UINT32_MAX};
    assert_int_equal(ics_netem_crandom(&crandom, 0), 0x12345678);
    assert_int_equal(ics_netem_crandom(&crandom, UINT32_MAX), 0x12345678);
}

static void tabledist_scales_and_rounds_as_netem(void **state)
{
    (void)state;
    int16_t values[] = {-32768, -8192, -1, 0, 1, 8192, 32767};
    const IcsNetemTable table = {.n = 7, .values = values};
    const struct {
        int64_t mu_ns;
        int32_t sigma_ns;
        uint32_t random;
        int64_t by_table;
        int64_t uniform;
    } rows[] = {
        {10000000, 2000000, 0, 2000000, 8000000},
        {10000000, 2000000, 1, 8000000, 8000001},
        {10000000, 2000000, 2, 9999756, 8000002},
        {10000000, 2000000, 4, 10000244, 8000004},
        {10000000, 2000000, UINT32_MAX, 10000000, 10967295},
        {0, 8191, 4, 1, -8187},
        {0, 8193, 2, -1, -8191},
        {5, 4096, 2, 4, -4089},
        {5, 4096, 4, 6, -4087},
        {5, 4095, 2, 5, -4088},
        {5, 4095, 4, 5, -4086},
        {1000000000000, INT32_MAX, 6, 1008589672444, 997852516359},
        {1000000000000, INT32_MAX, 7, 991410065412, 997852516360},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(
            ics_netem_tabledist(rows[i].mu_ns, rows[i].sigma_ns, rows[i].random, &table),
            rows[i].by_table);
        assert_int_equal(ics_netem_tabledist(rows[i].mu_ns, rows[i].sigma_ns, rows[i].random,
                                             &(IcsNetemTable){0}),
                         rows[i].uniform);
    }
    assert_int_equal(ics_netem_tabledist(7, 0, 12345, &table), 7);
}

typedef struct TableRow {
    uint32_t index;
    int16_t value;
} TableRow;

/* Within 1 of what tc has. */
static void assert_table(IcsNetemDistribution distribution, const TableRow *rows, size_t n)
{
    IcsNetemTable table;
    ics_netem_table_init(&table, distribution);
    assert_int_equal(table.n, 4096);
    for (size_t i = 0; i < n; i++) {
        int32_t difference = table.values[rows[i].index] - rows[i].value;
        assert_in_range(difference + 1, 0, 2);
    }
    for (uint32_t i = 1; i < table.n; i++) {
        assert_true(table.values[i - 1] <= table.values[i]);
    }
    ics_netem_table_clear(&table);
}

static void the_named_tables_are_those_of_tc(void **state)
{
    (void)state;
    const TableRow normal[] = {
        {0, -32768},  {1, -28307},   {2, -26871},   {3, -25967},   {4, -25298},   {5, -24765},
        {6, -24320},  {7, -23937},   {1024, -5525}, {2047, -5},    {2048, 0},     {2049, 5},
        {3072, 5526}, {4088, 23679}, {4092, 25450}, {4094, 27159}, {4095, 28858},
    };
    const TableRow pareto[] = {
        {0, -5461},    {1, -5460},    {2, -5460},  {3, -5459},    {7, -5455},    {1024, -4362},
        {2047, -2625}, {2048, -2622}, {3072, 955}, {4088, 32767}, {4095, 32767},
    };
    const TableRow paretonormal[] = {
        {0, -12305},   {1, -11171},   {2, -10812},  {3, -10586},   {7, -10075},
        {1024, -4652}, {2048, -1966}, {3072, 2097}, {4088, 30495}, {4095, 31789},
    };
    assert_table(ICS_NETEM_NORMAL, normal, G_N_ELEMENTS(normal));
    assert_table(ICS_NETEM_PARETO, pareto, G_N_ELEMENTS(pareto));
    assert_table(ICS_NETEM_PARETONORMAL, paretonormal, G_N_ELEMENTS(paretonormal));
}

static void uniform_needs_no_table(void **state)
{
    (void)state;
    IcsNetemTable table;
    ics_netem_table_init(&table, ICS_NETEM_UNIFORM);
    assert_int_equal(table.n, 0);
    assert_null(table.values);
}

static void a_table_is_read_in_netems_format(void **state)
{
    (void)state;
    IcsNetemTable table;
    assert_true(ics_netem_table_parse(&table, "# comment\n 1 -2\n3\n", NULL));
    assert_int_equal(table.n, 3);
    assert_int_equal(table.values[0], 1);
    assert_int_equal(table.values[1], -2);
    assert_int_equal(table.values[2], 3);
    ics_netem_table_clear(&table);
    g_autoptr(GError) error = NULL;
    assert_false(ics_netem_table_parse(&table, "", &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentages_round_as_tc_rounds_them),
        cmocka_unit_test(crandom_mixes_each_number_with_the_one_before),
        cmocka_unit_test(without_correlation_crandom_is_what_was_drawn),
        cmocka_unit_test(full_correlation_repeats_the_first_number_for_ever),
        cmocka_unit_test(tabledist_scales_and_rounds_as_netem),
        cmocka_unit_test(the_named_tables_are_those_of_tc),
        cmocka_unit_test(uniform_needs_no_table),
        cmocka_unit_test(a_table_is_read_in_netems_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
