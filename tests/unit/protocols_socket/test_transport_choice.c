#include <cmocka.h>

#include "base/error.h"
#include "protocols/socket/rdt_internal.h"
#include "protocols/stream/stream_config.h"

static IcsTransportChoice *parsed(const char *text)
{
    g_autoptr(GError) error = NULL;
    IcsTransportChoice *choice = ics_transport_choice_parse(text, &error);
    if (choice == NULL) {
        fail_msg("%s", error->message);
    }
    return choice;
}

static void assert_refused(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_transport_choice_parse(text, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_string_equal(error->message, message);
}

static void a_name_alone_has_the_defaults(void **state)
{
    (void)state;
    g_autoptr(IcsTransportChoice) choice = parsed("rdt.gbn");
    const IcsRdtTransportConfig *config = choice->config;
    assert_string_equal(choice->klass->name, "rdt.gbn");
    assert_string_equal(choice->text, "rdt.gbn");
    assert_int_equal(config->window, 8);
    assert_int_equal(config->sequence_bits, 16);
    assert_int_equal(config->timeout_ns, 200 * ICS_NS_PER_MS);
}

static void settings_stand_in_parentheses(void **state)
{
    (void)state;
    g_autoptr(IcsTransportChoice) choice = parsed(" rdt.sr ( window = 4 , timeout=50 ms,bits=3) ");
    const IcsRdtTransportConfig *config = choice->config;
    assert_string_equal(choice->text, "rdt.sr(window=4,timeout=50ms,bits=3)");
    assert_int_equal(config->window, 4);
    assert_int_equal(config->sequence_bits, 3);
    assert_int_equal(config->timeout_ns, 50 * ICS_NS_PER_MS);
}

static void empty_parentheses_are_no_settings(void **state)
{
    (void)state;
    g_autoptr(IcsTransportChoice) udp = parsed("udp()");
    g_autoptr(IcsTransportChoice) gbn = parsed("rdt.gbn( )");
    assert_string_equal(udp->klass->name, "udp");
    assert_string_equal(gbn->klass->name, "rdt.gbn");
}

static void every_transport_can_be_chosen_by_its_name(void **state)
{
    (void)state;
    for (const IcsTransportClass *const *klass = ics_transport_classes; *klass != NULL; klass++) {
        g_autoptr(IcsTransportChoice) choice = parsed((*klass)->name);
        assert_ptr_equal(choice->klass, *klass);
        assert_ptr_equal(ics_transport_class_by_name((*klass)->name), *klass);
    }
    assert_null(ics_transport_class_by_name("rdt"));
    assert_string_equal(ics_transport_classes[0]->name, "udp");
}

static void what_is_wrong_is_said_with_the_nearest_name(void **state)
{
    (void)state;
    assert_refused("", "unknown transport \"\"; known: udp, stream, rdt.abp, rdt.gbn or rdt.sr");
    assert_refused("tcp", "unknown transport \"tcp\"; known: udp, stream, rdt.abp, rdt.gbn or "
                          "rdt.sr");
    assert_refused("rdt.gbn(windw=3)", "rdt.gbn: unknown setting \"windw\"; did you mean "
                                       "\"window\"?");
    assert_refused("udp(window=3)", "udp: unknown setting \"window\"");
    assert_refused("rdt.abp(timeout=0s)",
                   "rdt.abp: timeout: expected a time from 1 ns to 24 h, got \"0s\"");
    assert_refused("rdt.gbn(window)", "rdt.gbn: expected a setting NAME=VALUE, got \"window\"");
    assert_refused("stream(cc=cubik)", "stream: unknown cc \"cubik\"; did you mean \"cubic\"?");
}

static void parentheses_must_match(void **state)
{
    (void)state;
    static const char *const wrong[] = {"rdt.gbn(", "rdt.gbn)", "rdt.gbn)(", "rdt.gbn(a=1)b",
                                        "rdt.gbn(a=1))"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *message = g_strdup_printf(
            "expected a transport such as \"rdt.gbn(window=8)\", got \"%s\"", wrong[i]);
        assert_refused(wrong[i], message);
    }
}

static void a_window_must_fit_the_numbers(void **state)
{
    (void)state;
    g_autoptr(IcsTransportChoice) gbn = parsed("rdt.gbn(window=7,bits=3)");
    g_autoptr(IcsTransportChoice) sr = parsed("rdt.sr(window=4,bits=3)");
    assert_non_null(gbn);
    assert_non_null(sr);
    assert_refused("rdt.gbn(window=8,bits=3)",
                   "rdt.gbn: window: expected 7 at most with 3 bits of sequence number (all "
                   "numbers but one), got 8");
    assert_refused("rdt.sr(window=5,bits=3)",
                   "rdt.sr: window: expected 4 at most with 3 bits of sequence number (half of "
                   "the numbers), got 5");
}

static void a_list_is_separated_by_commas_outside_parentheses(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) choices =
        ics_transport_choices_parse("udp, stream(cc=reno,sack=off),rdt.gbn", NULL);
    assert_int_equal(choices->len, 3);
    const IcsTransportChoice *second = g_ptr_array_index(choices, 1);
    const IcsStreamConfig *config = second->config;
    assert_string_equal(second->text, "stream(cc=reno,sack=off)");
    assert_int_equal(config->recovery.congestion, ICS_CONGESTION_RENO);
    assert_false(config->use.sack);
}

static void one_wrong_entry_spoils_a_list(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(ics_transport_choices_parse("udp,rdt.sr(x=1),rdt.gbn", &error));
    assert_true(g_str_has_prefix(error->message, "rdt.sr: unknown setting \"x\""));
    assert_null(ics_transport_choices_parse("udp,", NULL));
    assert_null(ics_transport_choices_parse("", NULL));
}

static void a_choice_can_be_laid_over_other_settings(void **state)
{
    (void)state;
    IcsStreamConfig config;
    ics_stream_config_default(&config);
    config.use.nagle = false;
    config.use.sack = true;
    g_autoptr(IcsTransportChoice) choice = parsed("stream(sack=off)");
    ics_transport_choice_apply(choice, &config);
    assert_false(config.use.sack);
    assert_false(config.use.nagle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_alone_has_the_defaults),
        cmocka_unit_test(settings_stand_in_parentheses),
        cmocka_unit_test(empty_parentheses_are_no_settings),
        cmocka_unit_test(every_transport_can_be_chosen_by_its_name),
        cmocka_unit_test(what_is_wrong_is_said_with_the_nearest_name),
        cmocka_unit_test(parentheses_must_match),
        cmocka_unit_test(a_window_must_fit_the_numbers),
        cmocka_unit_test(a_list_is_separated_by_commas_outside_parentheses),
        cmocka_unit_test(one_wrong_entry_spoils_a_list),
        cmocka_unit_test(a_choice_can_be_laid_over_other_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
