#include <cmocka.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_document.h"
#include "traces/trace_file.h"

typedef struct Fixture {
    char *directory;
    IcsJsonDocument *document;
    IcsJsonNode root;
} Fixture;

static int set_up(void **state)
{
    const char *text = "\"here\"";
    Fixture *self = g_new0(Fixture, 1);
    self->directory = g_dir_make_tmp("ipcsim-XXXXXX", NULL);
    self->document = ics_json_document_parse("test", text, strlen(text), NULL);
    self->root = ics_json_root(self->document);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = g_build_filename(self->directory, "file", NULL);
    g_remove(file);
    g_rmdir(self->directory);
    ics_json_document_free(self->document);
    g_free(self->directory);
    g_free(self);
    return 0;
}

static void write_file(const Fixture *self, const char *text, gssize n)
{
    g_autofree char *file = g_build_filename(self->directory, "file", NULL);
    assert_true(g_file_set_contents(file, text, n, NULL));
}

static void assert_refused(const Fixture *self, const char *message)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_trace_file_read(&self->root, self->directory, "file", &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
}

static void a_file_is_read_from_beside_the_trace(void **state)
{
    const Fixture *self = *state;
    write_file(self, "one\ntwo", -1);
    g_autofree char *text = ics_trace_file_read(&self->root, self->directory, "file", NULL);
    assert_string_equal(text, "one\ntwo");
}

static void an_absolute_name_stands_for_itself(void **state)
{
    const Fixture *self = *state;
    write_file(self, "x", -1);
    g_autofree char *file = g_build_filename(self->directory, "file", NULL);
    g_autofree char *text = ics_trace_file_read(&self->root, "/nonexistent", file, NULL);
    assert_string_equal(text, "x");
}

static void an_empty_file_is_empty_text(void **state)
{
    const Fixture *self = *state;
    write_file(self, "", 0);
    g_autofree char *text = ics_trace_file_read(&self->root, self->directory, "file", NULL);
    assert_string_equal(text, "");
}

static void a_missing_file_is_refused(void **state)
{
    assert_refused(*state, "test:1:1: the file \"file\" cannot be read: No such file or directory");
}

static void a_file_with_a_nul_is_refused(void **state)
{
    const Fixture *self = *state;
    write_file(self, "a\0b", 3);
    assert_refused(self, "test:1:1: the file \"file\" cannot be read: it is no text");
}

static void a_file_that_is_too_large_is_refused_unread(void **state)
{
    const Fixture *self = *state;
    write_file(self, "", 0);
    g_autofree char *file = g_build_filename(self->directory, "file", NULL);
    assert_int_equal(truncate(file, ICS_TRACE_FILE_BYTES_MAX + 1), 0);
    assert_refused(self, "test:1:1: the file \"file\" cannot be read: it is larger than 64 MiB");
}

/* Opening a pipe that nobody writes to must not wait. */
static void a_pipe_is_refused(void **state)
{
    const Fixture *self = *state;
    g_autofree char *file = g_build_filename(self->directory, "file", NULL);
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_refused(self, "test:1:1: the file \"file\" cannot be read: it is no regular file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_read_from_beside_the_trace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_absolute_name_stands_for_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_is_empty_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_file_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_with_a_nul_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_too_large_is_refused_unread, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("trace file", tests, NULL, NULL);
}
