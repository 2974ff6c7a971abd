/* The table of programs, and what programs share. */
#include <cmocka.h>
#include <string.h>

#include "protocols/programs/payload.h"
#include "protocols/programs/program_table.h"
#include "tests/support/small_programs.h"

static void every_program_is_found_by_its_name(void **state)
{
    (void)state;
    int n = 0;
    for (const IcsProgramClass *const *at = ics_program_classes; *at != NULL; at++, n++) {
        assert_ptr_equal(ics_program_class_by_name((*at)->name), *at);
        assert_non_null((*at)->main);
        assert_true(strlen((*at)->doc) > 0);
        assert_true((*at)->config_bytes > 0);
    }
    assert_int_equal(n, 17);
    assert_null(ics_program_class_by_name("udp-senders"));
    assert_null(ics_program_class_by_name(""));
}

static void every_parameter_is_documented(void **state)
{
    (void)state;
    for (const IcsProgramClass *const *at = ics_program_classes; *at != NULL; at++) {
        for (const IcsParameter *row = (*at)->parameters; row->name != NULL; row++) {
            assert_true(strlen(row->doc) > 0);
            assert_false(row->required && row->fallback != NULL);
        }
    }
}

static void later_than_all_time_is_never(void **state)
{
    (void)state;
    assert_int_equal(ics_program_later(0, 0), 0);
    assert_int_equal(ics_program_later(5, 7), 12);
    assert_int_equal(ics_program_later(0, ICS_FOREVER), ICS_FOREVER);
    assert_int_equal(ics_program_later(1, ICS_FOREVER - 2), ICS_FOREVER - 1);
    assert_int_equal(ics_program_later(1, ICS_FOREVER - 1), ICS_FOREVER);
    assert_int_equal(ics_program_later(ICS_FOREVER, ICS_FOREVER), ICS_FOREVER);
}

static void a_message_is_its_number_and_the_alphabet(void **state)
{
    (void)state;
    uint8_t bytes[30];
    ics_payload_fill(bytes, sizeof bytes);
    assert_memory_equal(bytes, "abcdefghijklmnopqrstuvwxyzabcd", 30);
    ics_payload_number(bytes, sizeof bytes, 0x0102030405060708);
    static const uint8_t number[] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_memory_equal(bytes, number, 8);
    assert_memory_equal(bytes + 8, "ijkl", 4);
    for (size_t n = 0; n < 8; n++) {
        memset(bytes, 'z', sizeof bytes);
        ics_payload_number(bytes, n, 0x0102030405060708);
        assert_memory_equal(bytes, number, n);
        assert_int_equal(bytes[n], 'z');
    }
}

/* ---- how programs fail ---- */

static void expect_failure(void **state, const char *program, IcsSmallForm form,
                           const char *parameters, const char *notes)
{
    IcsSmallNetwork *network = *state;
    ics_small_processes_note_all(network);
    ics_small_programs_start(network, "a", "p", program, form, parameters);
    ics_small_network_expect(network, notes);
}

static void an_unknown_host_ends_a_coroutine(void **state)
{
    expect_failure(state, "udp-sender", ICS_SMALL_COROUTINE,
                   "{'to': 'c:7', 'messages': 1, 'interval': '1ms'}",
                   "p: c:7: EHOSTNOTFOUND, unknown host@0s; p exited 1@0s; ");
}

static void an_unknown_host_ends_a_handler(void **state)
{
    expect_failure(state, "udp-sender", ICS_SMALL_HANDLER,
                   "{'to': 'c:7', 'messages': 1, 'interval': '1ms'}",
                   "p: c:7: EHOSTNOTFOUND, unknown host@0s; p exited 1@0s; ");
}

static void a_malformed_endpoint_ends_each_sender(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_small_processes_note_all(network);
    ics_small_programs_start(network, "a", "c", "udp-client", ICS_SMALL_COROUTINE, "{'to': 'b'}");
    ics_small_programs_start(network, "a", "o", "onoff-sender", ICS_SMALL_COROUTINE,
                             "{'to': 'b:0', 'interval': '1ms', 'on': '1s', 'off': '1s', "
                             "'duration': '5s'}");
    ics_small_programs_start(network, "a", "v", "voice-source", ICS_SMALL_COROUTINE,
                             "{'to': ':5004'}");
    ics_small_network_expect(network, "c: b: EINVAL, invalid argument@0s; c exited 1@0s; "
                                      "o: b:0: EINVAL, invalid argument@0s; o exited 1@0s; "
                                      "v: :5004: EINVAL, invalid argument@0s; v exited 1@0s; ");
}

static void a_port_in_use_ends_each_receiver(void **state)
{
    static const char *const programs[] = {"udp-echo-server", "udp-sink", "voice-sink"};
    IcsSmallNetwork *network = *state;
    ics_small_programs_start(network, "a", "first", "udp-sink", ICS_SMALL_COROUTINE, "{'port': 7}");
    ics_small_processes_note_all(network);
    for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
        ics_small_programs_start(network, "a", "p", programs[i], ICS_SMALL_COROUTINE,
                                 "{'port': 7}");
    }
    for (size_t i = 0; i < 2; i++) {
        ics_small_programs_start(network, "a", "h", programs[i], ICS_SMALL_HANDLER, "{'port': 7}");
    }
    const char *p = "p: bind: EADDRINUSE, address already in use@0s; p exited 1@0s; ";
    const char *h = "h: bind: EADDRINUSE, address already in use@0s; h exited 1@0s; ";
    g_autofree char *notes = g_strconcat(p, p, p, h, h, NULL);
    ics_small_network_expect(network, notes);
}

static void messages_over_a_mebibyte_are_refused_beforehand(void **state)
{
    (void)state;
    static const struct {
        const char *program, *parameters;
    } rows[] = {
        {"udp-client", "{'to': 'b:7', 'size': '1048577B'}"},
        {"udp-sender", "{'to': 'b:7', 'size': '1048577B', 'messages': 1, 'interval': '1ms'}"},
        {"onoff-sender", "{'to': 'b:7', 'size': '1048577B', 'interval': '1ms', 'on': '1s', "
                         "'off': '1s', 'duration': '1s'}"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        ics_small_programs_assert_refused(rows[i].program, rows[i].parameters,
                                          "/size: expected a size");
    }
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_program_is_found_by_its_name),
        cmocka_unit_test(every_parameter_is_documented),
        cmocka_unit_test(later_than_all_time_is_never),
        cmocka_unit_test(a_message_is_its_number_and_the_alphabet),
        TEST(an_unknown_host_ends_a_coroutine),
        TEST(an_unknown_host_ends_a_handler),
        TEST(a_malformed_endpoint_ends_each_sender),
        TEST(a_port_in_use_ends_each_receiver),
        cmocka_unit_test(messages_over_a_mebibyte_are_refused_beforehand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
