/* The JSON Schema of lists of operations says what the reader takes. */
#include <cmocka.h>
#include <string.h>

#include "protocols/programs/operations.h"

static IcsJsonDocument *schema(void)
{
    GError *error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    IcsJsonWriter writer;
    ics_json_writer_init(&writer, text, ICS_JSON_WRITER_PRETTY);
    ics_operations_write_schema(&writer, "#/$defs/operations");
    ics_json_writer_finish(&writer);
    IcsJsonDocument *document = ics_json_document_parse("schema", text->str, text->len, &error);
    if (document == NULL) {
        fail_msg("%s", error->message);
    }
    return document;
}

static IcsJsonNode member(const IcsJsonNode *object, const char *key)
{
    IcsJsonNode node;
    if (!ics_json_member(object, key, &node)) {
        fail_msg("there is no \"%s\"", key);
    }
    return node;
}

static bool has_string(const IcsJsonNode *array, const char *sought)
{
    IcsJsonIterator iterator;
    IcsJsonNode node;
    const char *text;
    ics_json_iterator_init(&iterator, array);
    while (ics_json_iterator_next(&iterator, &node)) {
        assert_true(ics_json_get_string(&node, &text, NULL));
        if (strcmp(text, sought) == 0) {
            return true;
        }
    }
    return false;
}

static void each_kind_of_operation_has_a_schema_with_its_parameters(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = schema();
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode items = member(&root, "items"), one_of = member(&items, "oneOf");
    assert_int_equal(ics_json_length(&one_of), ICS_N_OPERATION_KINDS);
    for (int kind = 0; kind < ICS_N_OPERATION_KINDS; kind++) {
        IcsJsonNode one;
        assert_true(ics_json_element(&one_of, (size_t)kind, &one));
        IcsJsonNode properties = member(&one, "properties"), required = member(&one, "required");
        IcsJsonNode verb = member(&properties, "do"), constant = member(&verb, "const");
        const char *name;
        assert_true(ics_json_get_string(&constant, &name, NULL));
        assert_string_equal(name, ics_operation_kind_name((IcsOperationKind)kind));
        assert_true(has_string(&required, "do"));
        IcsJsonNode expect;
        assert_int_equal(ics_json_member(&properties, "expect", &expect),
                         kind != ICS_OPERATION_EXIT);
        const IcsParameter *row = ics_operation_parameters((IcsOperationKind)kind);
        for (; row->name != NULL; row++) {
            member(&properties, row->name);
            assert_int_equal(has_string(&required, row->name), row->required);
        }
    }
}

static void bodies_refer_to_the_list_itself(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = schema();
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode items = member(&root, "items"), one_of = member(&items, "oneOf");
    for (int kind = 0; kind < ICS_N_OPERATION_KINDS; kind++) {
        IcsJsonNode one, body;
        ics_json_element(&one_of, (size_t)kind, &one);
        IcsJsonNode properties = member(&one, "properties"), required = member(&one, "required");
        bool has_body = kind == ICS_OPERATION_REPEAT || kind == ICS_OPERATION_SPAWN;
        assert_int_equal(ics_json_member(&properties, "operations", &body), has_body);
        assert_int_equal(has_string(&required, "operations"), has_body);
        if (has_body) {
            IcsJsonNode reference = member(&body, "$ref");
            const char *text;
            assert_true(ics_json_get_string(&reference, &text, NULL));
            assert_string_equal(text, "#/$defs/operations");
            assert_int_equal(ics_json_member(&body, "minItems", &reference),
                             kind == ICS_OPERATION_REPEAT);
        }
    }
}

static void nothing_else_is_allowed(void **state)
{
    (void)state;
    g_autoptr(IcsJsonDocument) document = schema();
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode items = member(&root, "items"), one_of = member(&items, "oneOf");
    for (size_t kind = 0; kind < ICS_N_OPERATION_KINDS; kind++) {
        IcsJsonNode one;
        bool allowed = true;
        ics_json_element(&one_of, kind, &one);
        IcsJsonNode additional = member(&one, "additionalProperties");
        assert_true(ics_json_get_bool(&additional, &allowed, NULL));
        assert_false(allowed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_operation_has_a_schema_with_its_parameters),
        cmocka_unit_test(bodies_refer_to_the_list_itself),
        cmocka_unit_test(nothing_else_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
