#include <cmocka.h>
#include <glib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/memory.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(some_memory_is_available_and_no_more_than_the_machine_has),
        cmocka_unit_test(the_default_limit_is_three_quarters),
        cmocka_unit_test(the_limit_of_the_address_space_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
