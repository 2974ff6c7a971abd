#include <cmocka.h>

#include "protocols/socket/rdt_session.h"

static void a_session_reads_back(void **state)
{
    (void)state;
    static const IcsRdtSession sessions[] = {{0, false},
                                             {0, true},
                                             {1, false},
                                             {ICS_RDT_SESSION_MASK, true},
                                             {ICS_RDT_SESSION_MASK, false}};
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
        uint8_t bytes[ICS_RDT_SESSION_BYTES];
        IcsRdtSession back;
        ics_rdt_session_emit(&sessions[i], bytes);
        assert_true(ics_rdt_session_parse(bytes, sizeof bytes, &back));
        assert_int_equal(back.number, sessions[i].number);
        assert_int_equal(back.is_reply, sessions[i].is_reply);
    }
}

/* Of another session nothing may be taken: its messages would be new ones. */
static void every_flipped_bit_is_seen(void **state)
{
    (void)state;
    uint8_t bytes[ICS_RDT_SESSION_BYTES];
    IcsRdtSession session = {0x12345678, true};
    IcsRdtSession back;
    ics_rdt_session_emit(&session, bytes);
    for (unsigned bit = 0; bit < 8 * ICS_RDT_SESSION_BYTES; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(ics_rdt_session_parse(bytes, sizeof bytes, &back));
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void less_than_a_header_is_none(void **state)
{
    (void)state;
    uint8_t bytes[ICS_RDT_SESSION_BYTES];
    IcsRdtSession session = {5, false};
    IcsRdtSession back;
    ics_rdt_session_emit(&session, bytes);
    for (size_t n = 0; n < sizeof bytes; n++) {
        assert_false(ics_rdt_session_parse(bytes, n, &back));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_reads_back),
        cmocka_unit_test(every_flipped_bit_is_seen),
        cmocka_unit_test(less_than_a_header_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
