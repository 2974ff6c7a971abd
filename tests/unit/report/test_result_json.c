#include <cmocka.h>
#include <string.h>

#include "tests/support/result_fixture.h"
#include "tool/report/result_json.h"

static const char world[] =
    "{'ipcsim': 1, 'title': 'A \\u201cquoted\\u201d title', 'seed': 9223372036854775807,"
    " 'stop': '53ms', 'hosts': {'a': {'address': '10.0.0.1',"
    "  'faults': [{'kind': 'send-omission', 'nth': 2}]}, 'b': {'address': '10.0.0.2'}},"
    " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'delay': '5ms', 'faults': ["
    "  {'kind': 'loss', 'probability': '25%', 'name': 'bad', 'direction': 'a->b'}]}],"
    " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink'},"
    "  {'name': 'never', 'host': 'b', 'start': '1h', 'program': 'udp-sink', 'port': 10},"
    "  {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': 10,"
    "   'size': '100B', 'interval': '10ms'}],"
    " 'expect': [{'flow': 'source -> sink', 'metric': 'lost', 'cause': 'send-omission',"
    "   'equals': 1},"
    "  {'flow': 'source -> sink', 'metric': 'delivery-ratio', 'max': '100%', 'min': '50%'},"
    "  {'flow': 'never -> sink', 'metric': 'latency-p50', 'max': '5ms'}]}";

static char *compact(const IcsResult *result)
{
    GString *out = g_string_new(NULL);
    IcsJsonWriter writer;
    ics_json_writer_init(&writer, out, ICS_JSON_WRITER_COMPACT);
    ics_result_json_write(result, &writer);
    ics_json_writer_finish(&writer);
    return g_string_free(out, FALSE);
}

static int setup(void **state)
{
    g_autoptr(IcsResult) result = ics_result_fixture_run(world);
    *state = compact(result);
    return 0;
}

static int teardown(void **state)
{
    g_free(*state);
    return 0;
}

static void check_says(const char *json, const char *expected)
{
    g_autofree char *text = g_strdelimit(g_strdup(expected), "'", '"');
    if (strstr(json, text) == NULL) {
        fail_msg("%s is not in %s", text, json);
    }
}

static void it_opens_with_its_version_and_the_run(void **state)
{
    g_autofree char *start =
        g_strdup("{\"ipcsim_result\":1,\"command\":\"run\",\"version\":\"" ICS_VERSION "\","
                 "\"trace\":{\"title\":\"A “quoted” title\",\"sha256\":\"");
    assert_true(g_str_has_prefix(*state, start));
    check_says(*state, "'seed':9223372036854775807,'stopped':'time','virtual_ns':53000000,");
}

static void the_parts_stand_in_a_fixed_order(void **state)
{
    const char *const keys[] = {"\"digest\":", "\"flows\":[",     "\"links\":[",
                                "\"hosts\":[", "\"processes\":[", "\"expectations\":[",
                                "\"ok\":",     "\"warnings\":["};
    const char *at = *state;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        at = strstr(at, keys[i]);
        assert_non_null(at);
    }
}

static void causes_that_did_not_occur_are_left_out(void **state)
{
    check_says(*state, "'lost':{'send-omission':1}");
    check_says(*state, "{'name':'b','state':'up','restarts':0,'dropped':{},'faults':[]}");
}

static void a_fault_says_what_was_asked_and_what_came(void **state)
{
    check_says(*state, "{'kind':'loss','name':'bad','pointer':'/links/0/faults/0',"
                       "'requested':{'n':250000000000000,'of':1000000000000000},"
                       "'realised':{'n':");
    check_says(*state, "{'kind':'send-omission','name':null,'pointer':'/hosts/a/faults/0',"
                       "'requested':{'n':1000000000000000,'of':1000000000000000},"
                       "'realised':{'n':1,'of':1}}");
}

static void an_infinite_rate_is_null(void **state)
{
    check_says(*state, "'rate_bps':null,'has_capacity_trace':false,'delay_ns':5000000,");
}

static void what_is_undefined_is_null(void **state)
{
    check_says(*state, "'reordering':{'ratio':{'n':0,'of':4},'extent_max':null,"
                       "'extent_mean':null}");
    check_says(*state, "{'name':'never','host':'b','outcome':'not-started','exit_code':null,"
                       "'started_ns':null,'ended_ns':null,'blocked':{'intervals':0,'total_ns':0,"
                       "'longest_ns':0,'by_reason':{},'first':[]}");
}

static void an_expectation_has_value_and_bounds_in_its_unit(void **state)
{
    check_says(*state, "{'pointer':'/expect/0','of':'flow','name':'source -> sink',"
                       "'metric':'lost','cause':'send-omission','value':1,'min':1,'max':1,"
                       "'ok':true}");
    check_says(*state, "'metric':'delivery-ratio','cause':null,'value':{'n':4,'of':6},"
                       "'min':{'n':500000000000000,'of':1000000000000000},'max':null,'ok':true}");
    check_says(*state, "'metric':'latency-p50','cause':null,'value':null,'min':null,"
                       "'max':5000000,'ok':false}");
}

static void the_text_ends_with_a_new_line(void **state)
{
    (void)state;
    g_autoptr(IcsResult) result = ics_result_fixture_run(world);
    g_autofree char *text = ics_result_json_text(result);
    assert_true(g_str_has_prefix(text, "{\n  \"ipcsim_result\": 1,\n"));
    assert_true(g_str_has_suffix(text, "\n}\n"));
}

#define JSON_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JSON_TEST(it_opens_with_its_version_and_the_run),
        JSON_TEST(the_parts_stand_in_a_fixed_order),
        JSON_TEST(causes_that_did_not_occur_are_left_out),
        JSON_TEST(a_fault_says_what_was_asked_and_what_came),
        JSON_TEST(an_infinite_rate_is_null),
        JSON_TEST(what_is_undefined_is_null),
        JSON_TEST(an_expectation_has_value_and_bounds_in_its_unit),
        cmocka_unit_test(the_text_ends_with_a_new_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
