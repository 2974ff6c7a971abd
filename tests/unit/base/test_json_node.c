#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/json_document.h"

static IcsJsonDocument *parse(const char *text)
{
    GError *error = NULL;
    IcsJsonDocument *document = ics_json_document_parse("test", text, strlen(text), &error);

    if (!document) {
        fail_msg("%s", error->message);
    }
    return document;
}

static void assert_raised(GError *error, const char *message)
{
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
    g_error_free(error);
}

static void a_number_keeps_the_text_of_the_file(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("[1, -1.50, 1E+2, \"1\", null]");
    IcsJsonNode root = ics_json_root(document);
    const char *const texts[] = {"1", "-1.50", "1E+2", NULL, NULL};

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        IcsJsonNode node;
        assert_true(ics_json_element(&root, i, &node));
        const char *text = ics_json_decimal_text(&node);
        if (texts[i]) {
            assert_string_equal(text, texts[i]);
        } else {
            assert_null(text);
        }
    }
}

static void every_type_is_told(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("[null, true, 1, 1.0, \"\", [], {}]");
    IcsJsonNode root = ics_json_root(document);
    const IcsJsonType types[] = {ICS_JSON_NULL,   ICS_JSON_BOOLEAN, ICS_JSON_INTEGER,
                                 ICS_JSON_NUMBER, ICS_JSON_STRING,  ICS_JSON_ARRAY,
                                 ICS_JSON_OBJECT};

    assert_int_equal(ics_json_length(&root), G_N_ELEMENTS(types));
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        IcsJsonNode node;
        assert_true(ics_json_element(&root, i, &node));
        assert_int_equal(ics_json_type(&node), types[i]);
        assert_int_equal(ics_json_length(&node), 0);
    }
}

static void absent_members_and_elements_leave_the_child_alone(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\"a\": [1], \"n\": null}");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode array;
    IcsJsonNode child = {.index = 99};

    assert_true(ics_json_member(&root, "a", &array));
    assert_false(ics_json_member(&root, "b", &child));
    assert_false(ics_json_member(&array, "a", &child));
    assert_false(ics_json_element(&array, 1, &child));
    assert_false(ics_json_element(&array, SIZE_MAX, &child));
    assert_false(ics_json_element(&root, 0, &child));
    assert_int_equal(child.index, 99);
    assert_true(ics_json_member(&root, "n", &child));
    assert_int_equal(ics_json_type(&child), ICS_JSON_NULL);
}

static void members_come_in_the_order_of_the_file(void **state)
{
    (void)state;
    GString *text = g_string_new("{");
    size_t n = 0;

    for (int i = 999; i >= 0; i--) {
        g_string_append_printf(text, "%s\"k%d\":%d", i < 999 ? "," : "", i, i);
    }
    g_string_append_c(text, '}');
    g_autoptr(IcsJsonDocument) document = parse(text->str);
    IcsJsonNode root = ics_json_root(document);
    IcsJsonIterator iterator;
    IcsJsonNode child;
    ics_json_iterator_init(&iterator, &root);
    while (ics_json_iterator_next(&iterator, &child)) {
        g_autofree char *key = g_strdup_printf("k%d", 999 - (int)n);
        assert_string_equal(child.key, key);
        assert_int_equal(child.index, n);
        n++;
    }
    assert_int_equal(n, 1000);
    assert_false(ics_json_iterator_next(&iterator, &child));
    g_string_free(text, TRUE);
}

static void elements_are_iterated_and_scalars_have_no_children(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("[10, 20, 30]");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonIterator iterator;
    IcsJsonNode child;
    int64_t sum = 0;

    ics_json_iterator_init(&iterator, &root);
    while (ics_json_iterator_next(&iterator, &child)) {
        int64_t value = 0;
        assert_true(ics_json_get_int64(&child, &value, NULL));
        assert_null(child.key);
        sum += value;
    }
    assert_int_equal(sum, 60);
    IcsJsonNode first;
    assert_true(ics_json_element(&root, 0, &first));
    ics_json_iterator_init(&iterator, &first);
    assert_false(ics_json_iterator_next(&iterator, &child));
}

static void values_are_read_by_their_types(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse(
        "[\"x\\u00e9\", -9223372036854775808, true, \"20ms\", \"10Mbit\", \"64KiB\", \"10%\", "
        "0.5, 1, \"-3ms\"]");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode nodes[10];
    const char *text = NULL;
    int64_t number = 0;
    bool boolean = false;
    IcsProbability probability = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        assert_true(ics_json_element(&root, i, &nodes[i]));
    }
    assert_true(ics_json_get_string(&nodes[0], &text, NULL));
    assert_string_equal(text, "x\xC3\xA9");
    assert_true(ics_json_get_int64(&nodes[1], &number, NULL));
    assert_int_equal(number, INT64_MIN);
    assert_true(ics_json_get_bool(&nodes[2], &boolean, NULL));
    assert_true(boolean);
    assert_true(ics_json_get_time(&nodes[3], &number, NULL));
    assert_int_equal(number, 20000000);
    assert_true(ics_json_get_rate(&nodes[4], &number, NULL));
    assert_int_equal(number, 10000000);
    assert_true(ics_json_get_size(&nodes[5], &number, NULL));
    assert_int_equal(number, 65536);
    assert_true(ics_json_get_probability(&nodes[6], &probability, NULL));
    assert_int_equal(probability, 922337203685477581);
    assert_true(ics_json_get_probability(&nodes[7], &probability, NULL));
    assert_true(probability == ICS_PROBABILITY_ONE / 2);
    assert_true(ics_json_get_probability(&nodes[8], &probability, NULL));
    assert_true(probability == ICS_PROBABILITY_ONE);
    assert_true(ics_json_get_signed_time(&nodes[9], &number, NULL));
    assert_int_equal(number, -3000000);
}

static void a_wrong_type_is_told_with_its_place(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document =
        parse("{\n  \"a\": 5,\n  \"b\": \"x\",\n  \"c\": [1],\n  \"d\": 1.5, \"e\": 1e0}");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode a;
    IcsJsonNode b;
    IcsJsonNode c;
    IcsJsonNode d;
    IcsJsonNode e;
    const char *text = "untouched";
    int64_t number = 77;
    bool boolean = true;
    IcsProbability probability = 77;
    GError *error = NULL;

    assert_true(ics_json_member(&root, "a", &a) && ics_json_member(&root, "b", &b));
    assert_true(ics_json_member(&root, "c", &c) && ics_json_member(&root, "d", &d));
    assert_true(ics_json_member(&root, "e", &e));
    assert_false(ics_json_get_string(&a, &text, &error));
    assert_raised(g_steal_pointer(&error), "test:2:8: /a: expected a string, got the number 5");
    assert_false(ics_json_get_int64(&b, &number, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:3:8: /b: expected an integer, got the string \"x\"");
    assert_false(ics_json_get_int64(&d, &number, &error));
    assert_raised(g_steal_pointer(&error), "test:5:8: /d: expected an integer, got the number 1.5");
    assert_false(ics_json_get_int64(&e, &number, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:5:18: /e: expected an integer, got the number 1e0");
    assert_false(ics_json_get_bool(&c, &boolean, &error));
    assert_raised(g_steal_pointer(&error), "test:4:8: /c: expected a boolean, got an array");
    assert_false(ics_json_expect_array(&root, &error));
    assert_raised(g_steal_pointer(&error), "test:1:1: expected an array, got an object");
    assert_false(ics_json_get_time(&a, &number, &error));
    assert_raised(
        g_steal_pointer(&error),
        "test:2:8: /a: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), got "
        "\"5\": the unit is missing");
    assert_false(ics_json_get_time(&c, &number, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:4:8: /c: expected a string with a number and a unit, got an array");
    assert_false(ics_json_get_probability(&b, &probability, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:3:8: /b: expected a number from 0 to 1 or a string "
                  "such as \"10%\", got the string \"x\"");
    assert_false(ics_json_get_probability(&a, &probability, &error));
    assert_raised(
        g_steal_pointer(&error),
        "test:2:8: /a: expected a probability from 0 to 1 or from \"0%\" to \"100%\", got "
        "\"5\": it is above 1; is '%' missing?");
    assert_string_equal(text, "untouched");
    assert_int_equal(number, 77);
    assert_true(boolean);
    assert_int_equal(probability, 77);
}

static void pointers_escape_tilde_and_slash(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\"a/b\": [{\"m~n\": {\"\": {\"~1\": 0}}}]}");
    IcsJsonNode nodes[6];

    nodes[0] = ics_json_root(document);
    assert_true(ics_json_member(&nodes[0], "a/b", &nodes[1]));
    assert_true(ics_json_element(&nodes[1], 0, &nodes[2]));
    assert_true(ics_json_member(&nodes[2], "m~n", &nodes[3]));
    assert_true(ics_json_member(&nodes[3], "", &nodes[4]));
    assert_true(ics_json_member(&nodes[4], "~1", &nodes[5]));
    const char *const pointers[] = {
        "", "/a~1b", "/a~1b/0", "/a~1b/0/m~0n", "/a~1b/0/m~0n/", "/a~1b/0/m~0n//~01"};
    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        g_autofree char *pointer = ics_json_pointer(&nodes[i]);
        assert_string_equal(pointer, pointers[i]);
    }
    g_autofree char *where = ics_json_where(&nodes[5]);
    assert_string_equal(where, "test:1:30: /a~1b/0/m~0n//~01");
}

static void columns_count_characters_and_a_key_has_its_own_place(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document =
        parse("{\"\xE2\x82\xAC\xF0\x9F\x98\x80\": 1,\r\n\t\"\\u0062\" :\n [ \"\\n{}[],\", 2 ]}");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode first;
    IcsJsonNode second;
    IcsJsonNode element;
    size_t line = 0;
    size_t column = 0;

    assert_true(ics_json_member(&root, "\xE2\x82\xAC\xF0\x9F\x98\x80", &first));
    assert_true(ics_json_member(&root, "b", &second));
    assert_true(ics_json_element(&second, 1, &element));
    assert_true(ics_json_position(&root, false, &line, &column));
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
    assert_true(ics_json_position(&first, false, &line, &column));
    assert_int_equal(line, 1);
    assert_int_equal(column, 8);
    assert_true(ics_json_position(&first, true, &line, &column));
    assert_int_equal(column, 2);
    assert_true(ics_json_position(&second, true, &line, &column));
    assert_int_equal(line, 2);
    assert_int_equal(column, 2);
    assert_true(ics_json_position(&second, false, &line, &column));
    assert_int_equal(line, 3);
    assert_int_equal(column, 2);
    assert_true(ics_json_position(&element, true, &line, &column));
    assert_int_equal(line, 3);
    assert_int_equal(column, 15);
}

static void an_error_stands_at_the_value_or_at_the_key(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\n \"a\": 1}");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode a;
    GError *error = NULL;

    assert_true(ics_json_member(&root, "a", &a));
    ics_json_error(&a, &error, "no %s before %d", "value", 7);
    assert_raised(g_steal_pointer(&error), "test:2:7: /a: no value before 7");
    ics_json_error_at_key(&a, &error, "no");
    assert_raised(g_steal_pointer(&error), "test:2:2: /a: no");
    ics_json_error(&root, &error, "no");
    assert_raised(g_steal_pointer(&error), "test:1:1: no");
}

static void a_pointer_in_a_message_stays_on_one_line(void **state)
{
    (void)state;
    g_autofree char *key = g_strnfill(1000, 'k');
    g_autofree char *text = g_strdup_printf("{\"a\\nb\": 1, \"%s\": 2}", key);
    g_autoptr(IcsJsonDocument) document = parse(text);
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode node;

    assert_true(ics_json_member(&root, "a\nb", &node));
    g_autofree char *where = ics_json_where(&node);
    g_autofree char *pointer = ics_json_pointer(&node);
    assert_string_equal(where, "test:1:10: /a\\nb");
    assert_string_equal(pointer, "/a\nb");
    assert_true(ics_json_member(&root, key, &node));
    g_autofree char *cut = ics_json_where(&node);
    assert_true(g_str_has_suffix(cut, "kkk..."));
    assert_true(strlen(cut) < 250);
}

static void a_missing_key_is_told(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\"a\": {\"b\": 1}}");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode a;
    IcsJsonNode child;
    GError *error = NULL;

    assert_true(ics_json_require_member(&root, "a", &a, NULL));
    assert_false(ics_json_require_member(&a, "seed", &child, &error));
    assert_raised(g_steal_pointer(&error), "test:1:7: /a: the key \"seed\" is missing");
    assert_true(ics_json_require_member(&a, "b", &child, NULL));
    IcsJsonNode none;
    assert_false(ics_json_require_member(&child, "c", &none, &error));
    assert_raised(g_steal_pointer(&error), "test:1:13: /a/b: expected an object, got the number 1");
}

static void an_unknown_key_gets_the_nearest_name(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{\"rate\": 1,\n \"dealy\": 2, \"zzz\": 3}");
    IcsJsonNode root = ics_json_root(document);
    const char *const near[] = {"rate", "delay", "queue", NULL};
    const char *const far[] = {"rate", "dealy", "queue", NULL};
    const char *const all[] = {"rate", "dealy", "zzz", NULL};
    GError *error = NULL;

    assert_false(ics_json_refuse_unknown_keys(&root, near, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:2:2: /dealy: unknown key \"dealy\"; did you mean \"delay\"?");
    assert_false(ics_json_refuse_unknown_keys(&root, far, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:2:14: /zzz: unknown key \"zzz\"; known: rate, dealy or queue");
    assert_true(ics_json_refuse_unknown_keys(&root, all, &error));
    assert_null(error);
}

static void a_name_becomes_its_index(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("[\"loss\", \"los\", \"gremlin\", 3]");
    IcsJsonNode root = ics_json_root(document);
    const char *const names[] = {"delay", "loss", NULL};
    IcsJsonNode nodes[4];
    int index = 77;
    GError *error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(nodes); i++) {
        assert_true(ics_json_element(&root, i, &nodes[i]));
    }
    assert_true(ics_json_get_name(&nodes[0], "kind of fault", names, &index, NULL));
    assert_int_equal(index, 1);
    assert_false(ics_json_get_name(&nodes[1], "kind of fault", names, &index, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:1:10: /1: unknown kind of fault \"los\"; did you mean \"loss\"?");
    assert_false(ics_json_get_name(&nodes[2], "kind of fault", names, &index, &error));
    assert_raised(g_steal_pointer(&error),
                  "test:1:17: /2: unknown kind of fault \"gremlin\"; known: delay or loss");
    assert_false(ics_json_get_name(&nodes[3], "kind of fault", names, &index, &error));
    assert_raised(g_steal_pointer(&error), "test:1:28: /3: expected a string, got the number 3");
    assert_int_equal(index, 1);
}

static void a_part_of_a_document_has_a_canonical_text(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = parse("{ \"a\" : [ 1.50 , { \"b\" : \"\\u002f\" } ] }");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode a;

    assert_true(ics_json_member(&root, "a", &a));
    g_autofree char *text = ics_json_node_text(&a);
    assert_string_equal(text, "[1.50,{\"b\":\"/\"}]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_keeps_the_text_of_the_file),
        cmocka_unit_test(every_type_is_told),
        cmocka_unit_test(absent_members_and_elements_leave_the_child_alone),
        cmocka_unit_test(members_come_in_the_order_of_the_file),
        cmocka_unit_test(elements_are_iterated_and_scalars_have_no_children),
        cmocka_unit_test(values_are_read_by_their_types),
        cmocka_unit_test(a_wrong_type_is_told_with_its_place),
        cmocka_unit_test(pointers_escape_tilde_and_slash),
        cmocka_unit_test(columns_count_characters_and_a_key_has_its_own_place),
        cmocka_unit_test(an_error_stands_at_the_value_or_at_the_key),
        cmocka_unit_test(a_pointer_in_a_message_stays_on_one_line),
        cmocka_unit_test(a_missing_key_is_told),
        cmocka_unit_test(an_unknown_key_gets_the_nearest_name),
        cmocka_unit_test(a_name_becomes_its_index),
        cmocka_unit_test(a_part_of_a_document_has_a_canonical_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
