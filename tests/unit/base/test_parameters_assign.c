#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/parameters.h"

typedef struct Config {
    bool flag;
    int64_t count;
    int64_t time_ns;
    int64_t offset_ns;
    int64_t rate_bps;
    int64_t size_bytes;
    int64_t plain_bytes;
    IcsProbability chance;
    bool has_chance;
    char *text;
    int colour;
    GArray *list;
} Config;

static const char *const colours[] = {"red", "green", NULL};

static const IcsParameter table[] = {
    ICS_PARAMETER_BOOLEAN_ROW(Config, flag, "flag", "false", "a flag"),
    ICS_PARAMETER_INTEGER_ROW(Config, count, "count", "1", 1, 10, "a count"),
    ICS_PARAMETER_TIME_ROW(Config, time_ns, "time", "1s", 1, INT64_MAX, "a time"),
    ICS_PARAMETER_TIME_ROW(Config, offset_ns, "offset", "0s", INT64_MIN, INT64_MAX, "an offset"),
    ICS_PARAMETER_RATE_ROW(Config, rate_bps, "rate", "1kbit", 1, INT64_MAX, "a rate"),
    ICS_PARAMETER_SIZE_ROW(Config, size_bytes, "size", "1B", 0, 1000000, "a size"),
    ICS_PARAMETER_SIZE_ROW(Config, plain_bytes, "plain", "1B", 0, 1000000, "another",
                           ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_PROBABILITY_ROW(Config, chance, "chance", "0%", "a chance",
                                  ICS_PARAMETER_PRESENCE(Config, has_chance)),
    ICS_PARAMETER_STRING_ROW(Config, text, "text", "old", "a text", .min = 1),
    ICS_PARAMETER_NAME_ROW(Config, colour, "colour", "red", colours, "a colour"),
    ICS_PARAMETER_INTEGER_LIST_ROW(Config, list, "list", 1, 5, "a list"),
    ICS_PARAMETER_END,
};

static int setup(void **state)
{
    Config *config = g_new0(Config, 1);
    ics_parameters_defaults(table, config);
    *state = config;
    return 0;
}

static int teardown(void **state)
{
    ics_parameters_clear(table, *state);
    g_free(*state);
    return 0;
}

static void assign(Config *config, const char *name, const char *value)
{
    g_autoptr(GError) error = NULL;
    if (!ics_parameters_assign(table, name, value, config, &error)) {
        fail_msg("%s", error->message);
    }
}

static void assert_refused(Config *config, const char *name, const char *value, const char *message)
{
    g_autoptr(GError) error = NULL;
    assert_false(ics_parameters_assign(table, name, value, config, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
}

static void each_type_takes_what_a_trace_would_say(void **state)
{
    Config *config = *state;
    assign(config, "count", "10");
    assign(config, "time", "200ms");
    assign(config, "offset", "-3us");
    assign(config, "rate", "10 Mbit");
    assign(config, "size", "64KiB");
    assign(config, "plain", "512");
    assign(config, "text", "new");
    assign(config, "colour", "green");
    assign(config, "list", "3");
    assert_int_equal(config->count, 10);
    assert_int_equal(config->time_ns, 200000000);
    assert_int_equal(config->offset_ns, -3000);
    assert_int_equal(config->rate_bps, 10000000);
    assert_int_equal(config->size_bytes, 65536);
    assert_int_equal(config->plain_bytes, 512);
    assert_string_equal(config->text, "new");
    assert_int_equal(config->colour, 1);
    assert_int_equal(config->list->len, 1);
    assert_int_equal(g_array_index(config->list, int64_t, 0), 3);
}

static void a_boolean_is_on_off_true_or_false(void **state)
{
    Config *config = *state;
    assign(config, "flag", "on");
    assert_true(config->flag);
    assign(config, "flag", "off");
    assert_false(config->flag);
    assign(config, "flag", "true");
    assert_true(config->flag);
    assign(config, "flag", "false");
    assert_false(config->flag);
    assert_refused(config, "flag", "yes", "flag: expected on, off, true or false, got \"yes\"");
}

static void what_was_assigned_counts_as_given(void **state)
{
    Config *config = *state;
    assert_false(config->has_chance);
    assign(config, "chance", "50%");
    assert_true(config->has_chance);
    assert_int_equal(config->chance, ICS_PROBABILITY_ONE / 2);
}

static void a_value_out_of_range_is_refused_and_changes_nothing(void **state)
{
    Config *config = *state;
    assert_refused(config, "count", "11", "count: expected an integer from 1 to 10, got \"11\"");
    assert_refused(config, "count", "0", "count: expected an integer from 1 to 10, got \"0\"");
    assert_refused(config, "list", "6", "list: expected integers from 1 to 5, got \"6\"");
    assert_refused(config, "text", "", "text: expected text that is not empty, got \"\"");
    assert_int_equal(config->count, 1);
    assert_string_equal(config->text, "old");
    assert_null(config->list);
}

static void a_value_of_another_type_is_refused(void **state)
{
    Config *config = *state;
    assert_refused(config, "count", "three",
                   "count: expected an integer from 1 to 10, got \"three\"");
    assert_refused(config, "time", "5", "time: expected a time of at least 1 ns, got \"5\"");
    assert_refused(config, "size", "5", "size: expected a size of at most 1 MB, got \"5\"");
    assert_refused(config, "chance", "often", "chance: expected a probability, got \"often\"");
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
    Config *config = *state;
    assert_refused(config, "cuont", "3", "unknown setting \"cuont\"; did you mean \"count\"?");
    assert_refused(config, "colour", "gren", "unknown colour \"gren\"; did you mean \"green\"?");
    assert_refused(config, "colour", "mauve", "unknown colour \"mauve\"; known: red or green");
}

static void several_are_assigned_by_one_text(void **state)
{
    Config *config = *state;
    assert_true(ics_parameters_assign_all(table, "count=7, flag = on,colour=green", config, NULL));
    assert_int_equal(config->count, 7);
    assert_true(config->flag);
    assert_int_equal(config->colour, 1);
    assert_true(ics_parameters_assign_all(table, "", config, NULL));
    assert_int_equal(config->count, 7);
}

static void the_first_that_is_wrong_is_named(void **state)
{
    static const char *const texts[] = {"count=7,flag", "count=8,", "count=9,count=11"};
    static const char *const words[] = {"NAME=VALUE, got", "NAME=VALUE", "10"};
    Config *config = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(ics_parameters_assign_all(table, texts[i], config, &error));
        assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
        assert_non_null(strstr(error->message, words[i]));
    }
    assert_int_equal(config->count, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_type_takes_what_a_trace_would_say, setup, teardown),
        cmocka_unit_test_setup_teardown(a_boolean_is_on_off_true_or_false, setup, teardown),
        cmocka_unit_test_setup_teardown(what_was_assigned_counts_as_given, setup, teardown),
        cmocka_unit_test_setup_teardown(a_value_out_of_range_is_refused_and_changes_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_value_of_another_type_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(several_are_assigned_by_one_text, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_that_is_wrong_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_name_is_answered_with_the_nearest, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
