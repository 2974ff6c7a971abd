#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_writer.h"
#include "tests/support/child.h"

typedef struct {
    char *folder;
    char *path;
} Files;

static int make_folder(void **state)
{
    Files *files = g_new0(Files, 1);

    files->folder = g_dir_make_tmp("ipcsim-test-XXXXXX", NULL);
    files->path = g_build_filename(files->folder, "out.json", NULL);
    *state = files;
    return files->folder ? 0 : -1;
}

static int remove_folder(void **state)
{
    Files *files = *state;
    GDir *folder = g_dir_open(files->folder, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(folder))) {
        g_autofree char *path = g_build_filename(files->folder, name, NULL);
        g_remove(path);
    }
    g_dir_close(folder);
    g_rmdir(files->folder);
    g_free(files->folder);
    g_free(files->path);
    g_free(files);
    return 0;
}

static void assert_contents(const char *path, const char *expected)
{
    g_autofree char *text = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, expected);
}

static guint count_files(const Files *files)
{
    GDir *folder = g_dir_open(files->folder, 0, NULL);
    guint n = 0;

    while (g_dir_read_name(folder)) {
        n++;
    }
    g_dir_close(folder);
    return n;
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void assert_machine_failed(GError *error, const char *path, int number)
{
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
    assert_true(g_str_has_prefix(error->message, path));
    assert_true(g_str_has_suffix(error->message, g_strerror(number)));
    g_error_free(error);
}

static void a_new_file_appears_with_the_commit(void **state)
{
    const Files *files = *state;
    IcsFileWriter *writer = ics_file_writer_open(files->path, NULL);

    assert_non_null(writer);
    assert_true(ics_file_writer_write(writer, "one ", 4, NULL));
    assert_true(ics_file_writer_write(writer, "", 0, NULL));
    assert_true(ics_file_writer_write(writer, NULL, 0, NULL));
    assert_true(ics_file_writer_write(writer, "two", 3, NULL));
    assert_false(g_file_test(files->path, G_FILE_TEST_EXISTS));
    assert_true(ics_file_writer_commit(writer, NULL));
    assert_contents(files->path, "one two");
    assert_int_equal(count_files(files), 1);
}

static void a_new_file_obeys_the_umask(void **state)
{
    const Files *files = *state;
    mode_t old = umask(027);

    assert_true(ics_file_write_whole(files->path, "x", 1, NULL));
    umask(old);
    assert_int_equal(mode_of(files->path), 0640);
}

static void the_old_file_is_whole_until_the_commit(void **state)
{
    const Files *files = *state;

    assert_true(g_file_set_contents(files->path, "old", -1, NULL));
    IcsFileWriter *writer = ics_file_writer_open(files->path, NULL);
    assert_true(ics_file_writer_write(writer, "new contents", 12, NULL));
    fflush(ics_file_writer_stream(writer));
    assert_contents(files->path, "old");
    assert_true(ics_file_writer_commit(writer, NULL));
    assert_contents(files->path, "new contents");
    assert_int_equal(count_files(files), 1);
}

static void what_is_discarded_leaves_no_trace(void **state)
{
    const Files *files = *state;

    assert_true(g_file_set_contents(files->path, "old", -1, NULL));
    IcsFileWriter *writer = ics_file_writer_open(files->path, NULL);
    assert_true(ics_file_writer_write(writer, "new", 3, NULL));
    ics_file_writer_discard(writer);
    ics_file_writer_discard(NULL);
    assert_contents(files->path, "old");
    assert_int_equal(count_files(files), 1);
}

static void an_existing_file_keeps_its_mode(void **state)
{
    const Files *files = *state;
    const mode_t modes[] = {0600, 0755, 0444, 02750};

    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        assert_true(g_file_set_contents(files->path, "old", -1, NULL));
        assert_int_equal(chmod(files->path, modes[i]), 0);
        assert_true(ics_file_write_whole(files->path, "new", 3, NULL));
        assert_int_equal(mode_of(files->path), modes[i]);
        assert_contents(files->path, "new");
        assert_int_equal(g_unlink(files->path), 0);
    }
}

static void a_symbolic_link_stays_and_its_target_is_replaced(void **state)
{
    const Files *files = *state;
    g_autofree char *target = g_build_filename(files->folder, "target", NULL);
    g_autofree char *middle = g_build_filename(files->folder, "middle", NULL);
    g_autofree char *link = NULL;

    assert_true(g_file_set_contents(target, "old", -1, NULL));
    assert_int_equal(symlink("target", middle), 0);
    assert_int_equal(symlink(middle, files->path), 0);
    assert_true(ics_file_write_whole(files->path, "new", 3, NULL));
    assert_contents(target, "new");
    link = g_file_read_link(files->path, NULL);
    assert_string_equal(link, middle);
    assert_int_equal(count_files(files), 3);
}

static void a_link_to_nothing_gets_its_target(void **state)
{
    const Files *files = *state;
    g_autofree char *target = g_build_filename(files->folder, "target", NULL);

    assert_int_equal(symlink("target", files->path), 0);
    assert_true(ics_file_write_whole(files->path, "new", 3, NULL));
    assert_contents(target, "new");
    assert_true(g_file_test(files->path, G_FILE_TEST_IS_SYMLINK));
}

static void a_link_to_itself_is_refused(void **state)
{
    const Files *files = *state;
    GError *error = NULL;

    assert_int_equal(symlink("out.json", files->path), 0);
    assert_null(ics_file_writer_open(files->path, &error));
    assert_machine_failed(error, files->path, ELOOP);
}

static void a_missing_folder_is_told(void **state)
{
    const Files *files = *state;
    g_autofree char *path = g_build_filename(files->folder, "no", "such", "file", NULL);
    GError *error = NULL;

    assert_null(ics_file_writer_open(path, &error));
    assert_machine_failed(error, path, ENOENT);
}

static void a_folder_is_no_file(void **state)
{
    const Files *files = *state;
    GError *error = NULL;

    assert_null(ics_file_writer_open(files->folder, &error));
    assert_machine_failed(error, files->folder, EISDIR);
}

static void a_file_is_no_folder(void **state)
{
    const Files *files = *state;
    g_autofree char *path = g_build_filename(files->path, "x", NULL);
    GError *error = NULL;

    assert_true(g_file_set_contents(files->path, "old", -1, NULL));
    assert_null(ics_file_writer_open(path, &error));
    assert_machine_failed(error, path, ENOTDIR);
}

static void an_empty_path_is_refused(void **state)
{
    (void)state;
    GError *error = NULL;

    assert_null(ics_file_writer_open("", &error));
    assert_machine_failed(error, "", ENOENT);
}

static void a_full_device_is_told_at_the_commit(void **state)
{
    (void)state;
    GError *error = NULL;
    IcsFileWriter *writer = ics_file_writer_open("/dev/full", NULL);

    assert_non_null(writer);
    assert_true(ics_file_writer_write(writer, "x", 1, NULL));
    assert_false(ics_file_writer_commit(writer, &error));
    assert_machine_failed(error, "/dev/full", ENOSPC);
}

static void a_full_device_is_told_when_the_buffer_overflows(void **state)
{
    (void)state;
    GError *error = NULL;
    IcsFileWriter *writer = ics_file_writer_open("/dev/full", NULL);
    const size_t length = 1 << 20;
    g_autofree char *bytes = g_malloc0(length);

    assert_false(ics_file_writer_write(writer, bytes, length, &error));
    assert_machine_failed(g_steal_pointer(&error), "/dev/full", ENOSPC);
    assert_false(ics_file_writer_commit(writer, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
    g_error_free(error);
}

static void dev_null_takes_everything_and_stays_a_device(void **state)
{
    (void)state;
    struct stat status;

    assert_true(ics_file_write_whole("/dev/null", "x", 1, NULL));
    assert_int_equal(stat("/dev/null", &status), 0);
    assert_true(S_ISCHR(status.st_mode));
}

static void a_pipe_is_written_directly(void **state)
{
    const Files *files = *state;
    char buffer[8] = "";

    assert_int_equal(mkfifo(files->path, 0600), 0);
    int reader = open(files->path, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(ics_file_write_whole(files->path, "hello", 5, NULL));
    assert_int_equal(read(reader, buffer, sizeof buffer), 5);
    assert_string_equal(buffer, "hello");
    close(reader);
}

static void a_dash_is_standard_output(void **state)
{
    const Files *files = *state;
    int saved;

    fflush(stdout);
    saved = dup(STDOUT_FILENO);
    int fd = open(files->path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    bool ok = ics_file_write_whole("-", "hello", 5, NULL);
    assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
    close(saved);
    close(fd);
    assert_true(ok);
    assert_contents(files->path, "hello");
    assert_false(g_file_test("-", G_FILE_TEST_EXISTS));
}

/* RLIMIT_FSIZE stands for a disk that fills up while the new file is written. */
static void fail_half_way(gpointer data)
{
    const char *path = data;
    const struct rlimit limit = {4096, 4096};
    const size_t length = 1 << 20;
    g_autofree char *bytes = g_malloc0(length);
    g_autoptr(GError) error = NULL;

    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    bool ok = ics_file_write_whole(path, bytes, length, &error);
    _exit(!ok && g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE) ? 3 : 0);
}

static void a_write_that_fails_half_way_leaves_the_old_file(void **state)
{
    const Files *files = *state;

    assert_true(g_file_set_contents(files->path, "old", -1, NULL));
    int status = ics_test_child_run(fail_half_way, files->path);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
    assert_contents(files->path, "old");
    assert_int_equal(count_files(files), 1);
}

static void two_writers_of_one_file_do_not_mix(void **state)
{
    const Files *files = *state;
    IcsFileWriter *first = ics_file_writer_open(files->path, NULL);
    IcsFileWriter *second = ics_file_writer_open(files->path, NULL);

    assert_true(ics_file_writer_write(first, "first", 5, NULL));
    assert_true(ics_file_writer_write(second, "second", 6, NULL));
    assert_true(ics_file_writer_commit(second, NULL));
    assert_contents(files->path, "second");
    assert_true(ics_file_writer_commit(first, NULL));
    assert_contents(files->path, "first");
    assert_int_equal(count_files(files), 1);
}

static void a_relative_path_is_in_the_current_folder(void **state)
{
    const Files *files = *state;
    g_autofree char *before = g_get_current_dir();

    assert_int_equal(chdir(files->folder), 0);
    bool ok = ics_file_write_whole("out.json", "x", 1, NULL);
    assert_int_equal(chdir(before), 0);
    assert_true(ok);
    assert_contents(files->path, "x");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_new_file_appears_with_the_commit),
        IN_FOLDER(a_new_file_obeys_the_umask),
        IN_FOLDER(the_old_file_is_whole_until_the_commit),
        IN_FOLDER(what_is_discarded_leaves_no_trace),
        IN_FOLDER(an_existing_file_keeps_its_mode),
        IN_FOLDER(a_symbolic_link_stays_and_its_target_is_replaced),
        IN_FOLDER(a_link_to_nothing_gets_its_target),
        IN_FOLDER(a_link_to_itself_is_refused),
        IN_FOLDER(a_missing_folder_is_told),
        IN_FOLDER(a_folder_is_no_file),
        IN_FOLDER(a_file_is_no_folder),
        cmocka_unit_test(an_empty_path_is_refused),
        cmocka_unit_test(a_full_device_is_told_at_the_commit),
        cmocka_unit_test(a_full_device_is_told_when_the_buffer_overflows),
        cmocka_unit_test(dev_null_takes_everything_and_stays_a_device),
        IN_FOLDER(a_pipe_is_written_directly),
        IN_FOLDER(a_dash_is_standard_output),
        IN_FOLDER(a_write_that_fails_half_way_leaves_the_old_file),
        IN_FOLDER(two_writers_of_one_file_do_not_mix),
        IN_FOLDER(a_relative_path_is_in_the_current_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
