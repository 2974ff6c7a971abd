#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "base/errno_name.h"

static void every_number_has_its_name_and_text(void **state)
{
    (void)state;
#define ROW(number, name, text) {number, name, text},
    const struct {
        int number;
        const char *name;
        const char *text;
    } rows[] = {ICS_ERRNO_LIST(ROW)};

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_string_equal(ics_errno_name(rows[i].number), rows[i].name);
        assert_string_equal(ics_errno_text(rows[i].number), rows[i].text);
        assert_int_equal(ics_errno_from_name(rows[i].name), rows[i].number);
    }
}

/* The C library has its own list of names. */
static void the_names_are_those_of_the_system(void **state)
{
    (void)state;
    for (const char *const *name = ics_errno_names(); *name; name++) {
        int number = ics_errno_from_name(*name);
        if (number != ICS_EHOSTNOTFOUND) {
            assert_string_equal(strerrorname_np(number), *name);
        }
    }
}

static void the_results_of_the_socket_calls_are_all_there(void **state)
{
    (void)state;
    const int numbers[] = {EAGAIN,        ETIMEDOUT,   EMSGSIZE,     ECONNREFUSED, EADDRINUSE,
                           EADDRNOTAVAIL, EBADF,       EINVAL,       ENOTCONN,     EISCONN,
                           EDESTADDRREQ,  ENETUNREACH, EHOSTUNREACH, ENETDOWN,     ENOBUFS,
                           EPIPE,         ECONNRESET,  ECONNABORTED, EALREADY,     EINPROGRESS,
                           EOPNOTSUPP,    EACCES,      EMFILE,       ESHUTDOWN,    EINTR};

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        assert_non_null(ics_errno_name(numbers[i]));
    }
    assert_string_equal(ics_errno_text(ECONNREFUSED), "connection refused");
}

static void an_unknown_host_is_no_errno_of_linux(void **state)
{
    (void)state;
    assert_true(ICS_EHOSTNOTFOUND > 4095);
    assert_string_equal(ics_errno_name(ICS_EHOSTNOTFOUND), "EHOSTNOTFOUND");
    assert_string_equal(ics_errno_text(ICS_EHOSTNOTFOUND), "unknown host");
}

static void what_is_not_in_the_list_has_no_name(void **state)
{
    (void)state;
    assert_null(ics_errno_name(0));
    assert_null(ics_errno_name(-ECONNREFUSED));
    assert_null(ics_errno_name(99999));
    assert_string_equal(ics_errno_text(99999), "unknown error");
    assert_int_equal(ics_errno_from_name(""), 0);
    assert_int_equal(ics_errno_from_name("econnrefused"), 0);
    assert_int_equal(ics_errno_from_name("EWOULDBLOCK"), EAGAIN);
}

static void the_names_are_sorted_and_differ(void **state)
{
    (void)state;
    const char *const *names = ics_errno_names();

    for (size_t i = 1; names[i]; i++) {
        assert_true(strcmp(names[i - 1], names[i]) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_name_and_text),
        cmocka_unit_test(the_names_are_those_of_the_system),
        cmocka_unit_test(the_results_of_the_socket_calls_are_all_there),
        cmocka_unit_test(an_unknown_host_is_no_errno_of_linux),
        cmocka_unit_test(what_is_not_in_the_list_has_no_name),
        cmocka_unit_test(the_names_are_sorted_and_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
