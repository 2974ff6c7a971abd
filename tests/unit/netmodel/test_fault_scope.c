#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "netmodel/fault_scope.h"

typedef struct Fixture {
    IcsPacketPool *pool;
    IcsPacket *packet;
    IcsFaultScope scope;
} Fixture;

static int setup(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    fixture->pool = ics_packet_pool_new();
    fixture->packet = ics_packet_new(fixture->pool, 40);
    memset(fixture->packet->bytes, 0, 40);
    fixture->packet->bytes[0] = 0x45;
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    Fixture *fixture = *state;
    ics_fault_scope_clear(&fixture->scope);
    ics_packet_free(fixture->packet);
    ics_packet_pool_free(fixture->pool);
    g_free(fixture);
    return 0;
}

static void make(Fixture *fixture, const IcsFaultScopeConfig *config)
{
    GError *error = NULL;
    if (!ics_fault_scope_init(&fixture->scope, config, &error)) {
        fail_msg("%s", error->message);
    }
}

static bool covers(Fixture *fixture, int64_t at_ns)
{
    return ics_fault_scope_covers(&fixture->scope, fixture->packet, at_ns);
}

static GArray *numbers(const int64_t *values, guint n)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_array_append_vals(array, values, n);
    return array;
}

static void assert_refused(const IcsFaultScopeConfig *config, const char *words)
{
    IcsFaultScope scope;
    g_autoptr(GError) error = NULL;
    assert_false(ics_fault_scope_init(&scope, config, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (strstr(error->message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
    }
}

static void without_narrowing_everything_is_covered(void **state)
{
    Fixture *fixture = *state;
    make(fixture, &(IcsFaultScopeConfig){0});
    assert_true(fixture->scope.everything);
    assert_false(ics_fault_scope_counts(&fixture->scope));
    assert_true(covers(fixture, 0));
    assert_true(covers(fixture, INT64_MAX));
}

static void the_window_is_half_open(void **state)
{
    Fixture *fixture = *state;
    make(fixture, &(IcsFaultScopeConfig){.from_ns = 10, .until_ns = 20});
    assert_false(fixture->scope.everything);
    assert_false(covers(fixture, 9));
    assert_true(covers(fixture, 10));
    assert_true(covers(fixture, 19));
    assert_false(covers(fixture, 20));
}

static void a_window_may_be_open_at_the_end(void **state)
{
    Fixture *fixture = *state;
    make(fixture, &(IcsFaultScopeConfig){.from_ns = 10});
    assert_false(fixture->scope.everything);
    assert_false(covers(fixture, 9));
    assert_true(covers(fixture, INT64_MAX - 1));
}

static void an_empty_window_is_refused(void **state)
{
    (void)state;
    assert_refused(&(IcsFaultScopeConfig){.from_ns = 20, .until_ns = 20}, "is empty");
    assert_refused(&(IcsFaultScopeConfig){.from_ns = 21, .until_ns = 20}, "is empty");
}

static void nth_counts_from_1_in_any_order(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GArray) nth = numbers((const int64_t[]){5, 1, 2}, 3);
    make(fixture, &(IcsFaultScopeConfig){.nth = nth});
    const bool expected[] = {true, true, false, false, true, false, false};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_int_equal(covers(fixture, 0), expected[i]);
    }
    assert_true(ics_fault_scope_counts(&fixture->scope));
}

static void wrong_numbers_are_refused(void **state)
{
    (void)state;
    g_autoptr(GArray) twice = numbers((const int64_t[]){3, 1, 3}, 3);
    g_autoptr(GArray) zero = numbers((const int64_t[]){4, 0}, 2);
    g_autoptr(GArray) none = numbers(NULL, 0);
    assert_refused(&(IcsFaultScopeConfig){.nth = twice}, "packet 3 twice");
    assert_refused(&(IcsFaultScopeConfig){.nth = zero}, "counts from 1, got 0");
    assert_refused(&(IcsFaultScopeConfig){.nth = none}, "no packet");
}

static void every_takes_each_so_many_th(void **state)
{
    Fixture *fixture = *state;
    make(fixture, &(IcsFaultScopeConfig){.every = 3});
    for (int i = 1; i <= 12; i++) {
        assert_int_equal(covers(fixture, 0), i % 3 == 0);
    }
}

static void every_1_narrows_nothing_but_counts(void **state)
{
    Fixture *fixture = *state;
    make(fixture, &(IcsFaultScopeConfig){.every = 1});
    assert_false(fixture->scope.everything);
    assert_true(covers(fixture, 0));
    assert_true(covers(fixture, 0));
    assert_int_equal(fixture->scope.matched, 2);
}

static void nth_and_every_exclude_each_other(void **state)
{
    (void)state;
    g_autoptr(GArray) nth = numbers((const int64_t[]){1}, 1);
    assert_refused(&(IcsFaultScopeConfig){.nth = nth, .every = 2}, "cannot both be given");
}

static void only_matching_packets_count(void **state)
{
    Fixture *fixture = *state;
    g_autoptr(GArray) nth = numbers((const int64_t[]){2}, 1);
    make(fixture, &(IcsFaultScopeConfig){.nth = nth, .match = (char *)"ip proto 17"});
    fixture->packet->bytes[9] = 17;
    assert_false(covers(fixture, 0));
    fixture->packet->bytes[9] = 6;
    assert_false(covers(fixture, 0));
    fixture->packet->bytes[9] = 17;
    assert_true(covers(fixture, 0));
    assert_false(covers(fixture, 0));
    assert_int_equal(fixture->scope.matched, 3);
}

static void only_packets_inside_the_window_count(void **state)
{
    Fixture *fixture = *state;
    make(fixture, &(IcsFaultScopeConfig){.every = 2, .from_ns = 100});
    assert_false(covers(fixture, 0));
    assert_false(covers(fixture, 50));
    assert_false(covers(fixture, 100));
    assert_true(covers(fixture, 101));
}

static void a_wrong_expression_is_refused(void **state)
{
    (void)state;
    assert_refused(&(IcsFaultScopeConfig){.match = (char *)"udp port"}, "match: libpcap says");
    assert_refused(&(IcsFaultScopeConfig){.match = (char *)"host server"}, "match: \"server\"");
}

static void nothing_given_is_the_config_of_everything(void **state)
{
    Fixture *fixture = *state;
    IcsFaultScopeConfig config = {0};
    ics_parameters_defaults(ics_fault_scope_parameters, &config);
    make(fixture, &config);
    assert_true(fixture->scope.everything);
    ics_parameters_clear(ics_fault_scope_parameters, &config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_narrowing_everything_is_covered),
        TEST(the_window_is_half_open),
        TEST(a_window_may_be_open_at_the_end),
        TEST(an_empty_window_is_refused),
        TEST(nth_counts_from_1_in_any_order),
        TEST(wrong_numbers_are_refused),
        TEST(every_takes_each_so_many_th),
        TEST(every_1_narrows_nothing_but_counts),
        TEST(nth_and_every_exclude_each_other),
        TEST(only_matching_packets_count),
        TEST(only_packets_inside_the_window_count),
        TEST(a_wrong_expression_is_refused),
        TEST(nothing_given_is_the_config_of_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
