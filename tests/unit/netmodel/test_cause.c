#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "netmodel/cause.h"
#include "tests/support/child.h"

static void causes_have_the_names_of_the_results(void **state)
{
    (void)state;
    assert_string_equal(ics_cause_name(ICS_CAUSE_LOSS), "loss");
    assert_string_equal(ics_cause_name(ICS_CAUSE_QUEUE_FULL), "queue-full");
    assert_string_equal(ics_cause_name(ICS_CAUSE_LINK_DOWN), "link-down");
    assert_string_equal(ics_cause_name(ICS_CAUSE_PARTITION), "partition");
}

static void every_cause_has_a_name_of_its_own_and_a_meaning(void **state)
{
    (void)state;
    for (int i = 0; i < ICS_N_CAUSES; i++) {
        assert_true(strlen(ics_cause_meaning((IcsCause)i)) > 0);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(ics_cause_name((IcsCause)i), ics_cause_name((IcsCause)k));
        }
    }
}

static void name_of_none(gpointer data)
{
    (void)data;
    ics_cause_name(ICS_N_CAUSES);
}

static void meaning_of_none(gpointer data)
{
    (void)data;
    ics_cause_meaning(ICS_N_CAUSES);
}

static void what_is_no_cause_has_neither(void **state)
{
    (void)state;
    assert_true(ics_test_child_aborts(name_of_none, NULL));
    assert_true(ics_test_child_aborts(meaning_of_none, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causes_have_the_names_of_the_results),
        cmocka_unit_test(every_cause_has_a_name_of_its_own_and_a_meaning),
        cmocka_unit_test(what_is_no_cause_has_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
