#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_document.h"

typedef struct {
    char *folder;
    char *path;
} Files;

static int make_folder(void **state)
{
    Files *files = g_new0(Files, 1);

    files->folder = g_dir_make_tmp("ipcsim-test-XXXXXX", NULL);
    files->path = g_build_filename(files->folder, "trace.json", NULL);
    *state = files;
    return files->folder ? 0 : -1;
}

static int remove_folder(void **state)
{
    Files *files = *state;

    g_unlink(files->path);
    g_rmdir(files->folder);
    g_free(files->folder);
    g_free(files->path);
    g_free(files);
    return 0;
}

static void a_file_is_loaded_under_its_path(void **state)
{
    const Files *files = *state;
    GError *error = NULL;

    assert_true(g_file_set_contents(files->path, "{\"a\": [1]}\n", -1, NULL));
    g_autoptr(IcsJsonDocument) document = ics_json_document_load(files->path, &error);
    assert_null(error);
    assert_string_equal(ics_json_document_name(document), files->path);
    g_autofree char *text = ics_json_document_text(document);
    assert_string_equal(text, "{\"a\":[1]}");
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode a;
    assert_true(ics_json_member(&root, "a", &a));
    g_autofree char *where = ics_json_where(&a);
    g_autofree char *expected = g_strdup_printf("%s:1:7: /a", files->path);
    assert_string_equal(where, expected);
}

static void a_syntax_error_names_the_file(void **state)
{
    const Files *files = *state;
    GError *error = NULL;

    assert_true(g_file_set_contents(files->path, "{\n}}", -1, NULL));
    assert_null(ics_json_document_load(files->path, &error));
    g_autofree char *start = g_strdup_printf("%s:2:2: ", files->path);
    assert_true(g_str_has_prefix(error->message, start));
    g_error_free(error);
}

static void a_missing_file_is_the_requests_fault(void **state)
{
    const Files *files = *state;
    GError *error = NULL;
    g_autofree char *below = g_build_filename(files->path, "x", NULL);

    assert_null(ics_json_document_load(files->path, &error));
    assert_int_equal(ics_error_exit_status(error), 2);
    assert_true(g_str_has_prefix(error->message, files->path));
    g_clear_error(&error);
    assert_null(ics_json_document_load(files->folder, &error));
    assert_int_equal(ics_error_exit_status(error), 2);
    g_clear_error(&error);
    assert_true(g_file_set_contents(files->path, "{}", -1, NULL));
    assert_null(ics_json_document_load(below, &error));
    assert_int_equal(ics_error_exit_status(error), 2);
    g_clear_error(&error);
    assert_null(ics_json_document_load("", &error));
    assert_int_equal(ics_error_exit_status(error), 2);
    g_clear_error(&error);
}

static void a_file_that_cannot_be_read_is_the_machines_fault(void **state)
{
    (void)state;
    GError *error = NULL;

    /* Reading this file at its start, where nothing is mapped, fails with EIO. */
    assert_null(ics_json_document_load("/proc/self/mem", &error));
    assert_int_equal(ics_error_exit_status(error), 3);
    assert_non_null(strstr(error->message, g_strerror(EIO)));
    g_error_free(error);
}

static void standard_input_is_a_dash(void **state)
{
    (void)state;
    int ends[2];
    int saved = dup(STDIN_FILENO);

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "[1, ]", 5), 5);
    close(ends[1]);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    GError *error = NULL;
    assert_null(ics_json_document_load("-", &error));
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    assert_true(g_str_has_prefix(error->message, "<stdin>:1:5: "));
    g_error_free(error);
}

static void a_tree_that_would_not_fit_is_refused_before_it_is_built(void **state)
{
    const Files *files = *state;
    GString *text = g_string_new("[{}");
    GError *error = NULL;

    for (int i = 1; i < 10000; i++) {
        g_string_append(text, ",{}");
    }
    g_string_append_c(text, ']');
    assert_true(g_file_set_contents(files->path, text->str, -1, NULL));
    g_string_free(text, TRUE);
    assert_null(ics_json_document_load_within(files->path, 4 << 20, &error));
    assert_int_equal(ics_error_exit_status(error), 3);
    assert_non_null(strstr(error->message, "about 8 MiB of memory, and 4 MiB may be used"));
    g_clear_error(&error);
    g_autoptr(IcsJsonDocument) document =
        ics_json_document_load_within(files->path, 16 << 20, &error);
    assert_non_null(document);
}

/* A million elements: a quadratic step anywhere would take hours. */
static void a_large_document_takes_linear_time(void **state)
{
    (void)state;
    const int n = 1000000;
    GString *text = g_string_new("{\"list\":[0");

    for (int i = 1; i < n; i++) {
        g_string_append_printf(text, ",%d", i);
    }
    g_string_append(text, "],\"object\":{\"k0\":0");
    for (int i = 1; i < n / 4; i++) {
        g_string_append_printf(text, ",\"k%d\":%d", i, i);
    }
    g_string_append(text, "}}");
    g_autoptr(IcsJsonDocument) document =
        ics_json_document_parse("test", text->str, text->len, NULL);
    assert_non_null(document);
    IcsJsonNode root = ics_json_root(document);
    IcsJsonNode list;
    IcsJsonNode last;
    int64_t value = 0;
    assert_true(ics_json_member(&root, "list", &list));
    assert_int_equal(ics_json_length(&list), n);
    assert_true(ics_json_element(&list, n - 1, &last));
    assert_true(ics_json_get_int64(&last, &value, NULL));
    assert_int_equal(value, n - 1);
    IcsJsonNode object;
    assert_true(ics_json_member(&root, "object", &object));
    assert_int_equal(ics_json_length(&object), n / 4);
    g_string_free(text, TRUE);
}

static void a_megabyte_in_one_string_is_kept(void **state)
{
    (void)state;
    const size_t n = 1 << 20;
    g_autofree char *text = g_malloc(n + 3);

    memset(text, 'x', n + 2);
    text[0] = '"';
    text[n + 1] = '"';
    text[n + 2] = '\0';
    g_autoptr(IcsJsonDocument) document = ics_json_document_parse("test", text, n + 2, NULL);
    IcsJsonNode root = ics_json_root(document);
    const char *value = NULL;
    assert_true(ics_json_get_string(&root, &value, NULL));
    assert_int_equal(strlen(value), n);
}

static void the_canonical_text_of_the_canonical_text_is_itself(void **state)
{
    (void)state;
    const char *const text = " { \"b\" : [ 1.0e+1 , -0 , \"\\u00e9\\/\\u0007\" ] , \"a\" : { } } ";
    g_autoptr(IcsJsonDocument) first = ics_json_document_parse("test", text, strlen(text), NULL);
    g_autofree char *once = ics_json_document_text(first);
    g_autoptr(IcsJsonDocument) second = ics_json_document_parse("test", once, strlen(once), NULL);
    g_autofree char *twice = ics_json_document_text(second);

    assert_string_equal(once, "{\"b\":[1.0e+1,0,\"\xC3\xA9/\\u0007\"],\"a\":{}}");
    assert_string_equal(twice, once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_loaded_under_its_path, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_syntax_error_names_the_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_missing_file_is_the_requests_fault, make_folder,
                                        remove_folder),
        cmocka_unit_test(a_file_that_cannot_be_read_is_the_machines_fault),
        cmocka_unit_test(standard_input_is_a_dash),
        cmocka_unit_test_setup_teardown(a_tree_that_would_not_fit_is_refused_before_it_is_built,
                                        make_folder, remove_folder),
        cmocka_unit_test(a_large_document_takes_linear_time),
        cmocka_unit_test(a_megabyte_in_one_string_is_kept),
        cmocka_unit_test(the_canonical_text_of_the_canonical_text_is_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
