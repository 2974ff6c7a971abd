/* RFC 8985, section 7. */
#include <cmocka.h>

#include "base/units.h"
#include "protocols/stream/tlp.h"

#define MS ICS_NS_PER_MS

enum { END = 5000 };

static void the_timeout_is_two_round_trips(void **state)
{
    (void)state;
    assert_int_equal(ics_tlp_pto_ns(30 * MS, false, ICS_NS_PER_S), 60 * MS);
}

static void a_single_segment_may_wait_for_a_delayed_ack(void **state)
{
    (void)state;
    assert_int_equal(ics_tlp_pto_ns(30 * MS, true, ICS_NS_PER_S), 260 * MS);
}

static void without_a_measurement_it_is_a_second(void **state)
{
    (void)state;
    assert_int_equal(ics_tlp_pto_ns(0, false, 3 * ICS_NS_PER_S), ICS_NS_PER_S);
    assert_int_equal(ics_tlp_pto_ns(0, true, 3 * ICS_NS_PER_S), ICS_NS_PER_S);
}

static void it_is_never_later_than_the_retransmission_timeout(void **state)
{
    (void)state;
    assert_int_equal(ics_tlp_pto_ns(300 * MS, true, 200 * MS), 200 * MS);
}

typedef struct {
    const char *name;
    bool is_retransmission;
    IcsTlpAck ack;
    IcsTlpOutcome outcome;
} Row;

static const Row rows[] = {
    {"an older ACK", true, {.ack = END - 1}, ICS_TLP_UNDECIDED},
    {"new data as probe, acknowledged", false, {.ack = END}, ICS_TLP_ENDED},
    {"its ACK, original or probe", true, {.ack = END}, ICS_TLP_UNDECIDED},
    {"a D-SACK of the probe", true, {.ack = END, .dsack = {END - 10, END}}, ICS_TLP_ENDED},
    {"a D-SACK and later data", true, {.ack = END + 1, .dsack = {END - 10, END}}, ICS_TLP_ENDED},
    {"a D-SACK of something else", true, {.ack = END, .dsack = {10, 20}}, ICS_TLP_UNDECIDED},
    {"a duplicate without SACK", true, {.ack = END, .is_bare_duplicate = true}, ICS_TLP_ENDED},
    {"later data acknowledged", true, {.ack = END + 1}, ICS_TLP_REPAIRED},
};

static void an_ack_decides_as_the_cases_of_the_rfc_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        IcsTlp tlp = {.is_due = true};
        ics_tlp_sent(&tlp, END, rows[i].is_retransmission);
        assert_false(tlp.is_due);
        if (ics_tlp_ack(&tlp, &rows[i].ack) != rows[i].outcome) {
            fail_msg("%s", rows[i].name);
        }
        assert_int_equal(tlp.end, rows[i].outcome == ICS_TLP_UNDECIDED ? END : 0);
    }
}

static void without_a_probe_there_is_nothing_to_decide(void **state)
{
    (void)state;
    IcsTlp tlp = {0};
    IcsTlpAck ack = {.ack = END + 1};
    assert_int_equal(ics_tlp_ack(&tlp, &ack), ICS_TLP_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_timeout_is_two_round_trips),
        cmocka_unit_test(a_single_segment_may_wait_for_a_delayed_ack),
        cmocka_unit_test(without_a_measurement_it_is_a_second),
        cmocka_unit_test(it_is_never_later_than_the_retransmission_timeout),
        cmocka_unit_test(an_ack_decides_as_the_cases_of_the_rfc_say),
        cmocka_unit_test(without_a_probe_there_is_nothing_to_decide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
