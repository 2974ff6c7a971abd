#include <cmocka.h>
#include <glib.h>

#include "base/error.h"

static int status_of(GQuark domain, int code)
{
    g_autoptr(GError) error = g_error_new_literal(domain, code, "x");

    return ics_error_exit_status(error);
}

static void our_codes_are_exit_statuses(void **state)
{
    (void)state;
    assert_int_equal(status_of(ICS_ERROR, ICS_ERROR_INPUT), 2);
    assert_int_equal(status_of(ICS_ERROR, ICS_ERROR_MACHINE), 3);
    assert_int_equal(status_of(ICS_ERROR, ICS_ERROR_INVARIANT), 4);
}

static void a_wrong_option_is_the_requests_fault(void **state)
{
    (void)state;
    assert_int_equal(status_of(G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION), 2);
    assert_int_equal(status_of(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE), 2);
}

static void whatever_else_fails_is_the_machine(void **state)
{
    (void)state;
    assert_int_equal(status_of(G_FILE_ERROR, G_FILE_ERROR_NOSPC), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_codes_are_exit_statuses),
        cmocka_unit_test(a_wrong_option_is_the_requests_fault),
        cmocka_unit_test(whatever_else_fails_is_the_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
