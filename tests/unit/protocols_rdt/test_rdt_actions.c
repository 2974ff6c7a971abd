#include <cmocka.h>
#include <string.h>

#include "protocols/rdt/rdt_actions.h"

static void actions_are_kept_in_their_order_with_their_bytes(void **state)
{
    (void)state;
    IcsRdtActions actions;
    char buffer[] = "first";
    ics_rdt_actions_init(&actions);
    ics_rdt_send(&actions, buffer, 5, 7);
    memcpy(buffer, "other", 5);
    ics_rdt_deliver(&actions, buffer, 5, 8);
    ics_rdt_set_timer(&actions, 65535, 12);
    ics_rdt_cancel_timer(&actions, 3);
    ics_rdt_enable(&actions);
    ics_rdt_disable(&actions);
    ics_rdt_log(&actions, "%d of %s", 2, "two");
    assert_int_equal(actions.list->len, 7);
    const IcsRdtAction *send = ics_rdt_actions_get(&actions, 0);
    assert_int_equal(send->kind, ICS_RDT_ACTION_SEND);
    assert_int_equal(send->tag, 7);
    assert_memory_equal(ics_rdt_actions_bytes(&actions, send), "first", 5);
    const IcsRdtAction *deliver = ics_rdt_actions_get(&actions, 1);
    assert_memory_equal(ics_rdt_actions_bytes(&actions, deliver), "other", 5);
    assert_int_equal(ics_rdt_actions_get(&actions, 2)->after_ns, 12);
    assert_int_equal(ics_rdt_actions_get(&actions, 2)->timer, 65535);
    assert_int_equal(ics_rdt_actions_get(&actions, 3)->timer, 3);
    assert_int_equal(ics_rdt_actions_get(&actions, 4)->kind, ICS_RDT_ACTION_ENABLE);
    assert_int_equal(ics_rdt_actions_get(&actions, 5)->kind, ICS_RDT_ACTION_DISABLE);
    const IcsRdtAction *log = ics_rdt_actions_get(&actions, 6);
    assert_string_equal((const char *)ics_rdt_actions_bytes(&actions, log), "2 of two");
    ics_rdt_actions_clear(&actions);
}

static void a_reset_list_is_empty(void **state)
{
    (void)state;
    IcsRdtActions actions;
    ics_rdt_actions_init(&actions);
    ics_rdt_send(&actions, "x", 1, 0);
    ics_rdt_actions_reset(&actions);
    assert_int_equal(actions.list->len, 0);
    ics_rdt_send(&actions, NULL, 0, ICS_RDT_NO_TAG);
    assert_int_equal(ics_rdt_actions_get(&actions, 0)->n, 0);
    assert_int_equal(ics_rdt_actions_get(&actions, 0)->offset, 0);
    ics_rdt_actions_clear(&actions);
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(ics_rdt_action_kind_name(ICS_RDT_ACTION_SEND), "send");
    assert_string_equal(ics_rdt_action_kind_name(ICS_RDT_ACTION_LOG), "log");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_are_kept_in_their_order_with_their_bytes),
        cmocka_unit_test(a_reset_list_is_empty),
        cmocka_unit_test(kinds_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
