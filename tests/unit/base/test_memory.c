#include <cmocka.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/memory_private.h"
#include "tests/support/child.h"

static void some_memory_is_available_and_no_more_than_the_machine_has(void **state)
{
    (void)state;
    struct sysinfo info;
    int64_t available = ics_memory_available_bytes();

    assert_int_equal(sysinfo(&info), 0);
    assert_true(available > 0);
    assert_true(available <= (int64_t)(info.totalram * info.mem_unit));
}

static void the_default_limit_is_three_quarters(void **state)
{
    (void)state;
    int64_t available = ics_memory_available_bytes();
    int64_t limit = ics_memory_default_limit_bytes();

    /* Others on the machine move the figure between the two calls. */
    assert_true(limit > 0);
    assert_true(limit < available);
}

/* Lets the address space grow by 64 MiB more. */
static void check_limited(gpointer data)
{
    const int64_t more_bytes = INT64_C(64) << 20;
    g_autofree char *status = NULL;

    (void)data;
    g_file_get_contents("/proc/self/status", &status, NULL, NULL);
    int64_t used_bytes = g_ascii_strtoll(strstr(status, "VmSize:") + 7, NULL, 10) * 1024;
    const struct rlimit limit = {(rlim_t)(used_bytes + more_bytes), RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &limit);
    int64_t available = ics_memory_available_bytes();
    _exit(available > 0 && available <= more_bytes ? 42 : 1);
}

static void the_limit_of_the_address_space_counts(void **state)
{
    (void)state;
    int status = ics_test_child_run(check_limited, NULL);

    assert_int_equal(WEXITSTATUS(status), 42);
}

static void write_number(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void remove_numbers(const char *folder)
{
    const char *const names[] = {"memory.max", "memory.current", "memory.stat"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);
        g_unlink(path);
    }
    assert_int_equal(g_rmdir(folder), 0);
}

static void the_tightest_cgroup_above_a_process_counts(void **state)
{
    (void)state;
    g_autofree char *root = g_dir_make_tmp("ipcsim-test-XXXXXX", NULL);
    g_autofree char *outer = g_build_filename(root, "outer", NULL);
    g_autofree char *inner = g_build_filename(outer, "inner", NULL);

    assert_int_equal(g_mkdir_with_parents(inner, 0700), 0);
    assert_true(ics_memory_cgroup_bytes(root, "0::/outer/inner\n") == INT64_MAX);
    write_number(inner, "memory.max", "max\n");
    write_number(inner, "memory.current", "1000\n");
    assert_true(ics_memory_cgroup_bytes(root, "0::/outer/inner\n") == INT64_MAX);
    write_number(outer, "memory.max", "100000\n");
    write_number(outer, "memory.current", "60000\n");
    assert_int_equal(ics_memory_cgroup_bytes(root, "0::/outer/inner\n"), 40000);
    write_number(outer, "memory.stat", "anon 5\nfile 7\ninactive_file 10000\n");
    assert_int_equal(ics_memory_cgroup_bytes(root, "0::/outer/inner\n"), 50000);
    write_number(inner, "memory.max", "2500\n");
    assert_int_equal(ics_memory_cgroup_bytes(root, "0::/outer/inner\n"), 1500);
    assert_int_equal(ics_memory_cgroup_bytes(root, "0::/outer\n"), 50000);
    assert_true(ics_memory_cgroup_bytes(root, "0::/\n") == INT64_MAX);
    assert_true(ics_memory_cgroup_bytes(root, "5:memory:/outer/inner\n") == INT64_MAX);
    write_number(inner, "memory.current", "9999\n");
    assert_int_equal(ics_memory_cgroup_bytes(root, "0::/outer/inner\n"), 0);
    remove_numbers(inner);
    remove_numbers(outer);
    remove_numbers(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_memory_is_available_and_no_more_than_the_machine_has),
        cmocka_unit_test(the_default_limit_is_three_quarters),
        cmocka_unit_test(the_limit_of_the_address_space_counts),
        cmocka_unit_test(the_tightest_cgroup_above_a_process_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
