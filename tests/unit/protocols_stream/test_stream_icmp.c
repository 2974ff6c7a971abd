/* ICMP errors: RFC 9293, section 3.9.2.2; RFC 1122, section 4.2.3.9; RFC 5927; RFC 1191. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>

#include "tests/support/stream_alone.h"

/* About a segment of A with that relative number. */
static void tell(IcsStreamPair *pair, uint32_t sequence, int error, uint32_t mtu_bytes)
{
    ics_stream_icmp(ics_stream_pair_a(pair), pair->now_ns, pair->ends[ICS_PAIR_A].iss + sequence,
                    error, mtu_bytes);
    ics_stream_pair_flush(pair);
}

static int64_t write_bytes(IcsStreamPair *pair, size_t n)
{
    static const uint8_t bytes[2000];
    int64_t taken = ics_stream_write(ics_stream_pair_a(pair), pair->now_ns, bytes, n);
    ics_stream_pair_flush(pair);
    return taken;
}

static void a_hard_error_ends_a_connection_that_is_being_opened(void **state)
{
    static const int errors[] = {ECONNREFUSED, ENOPROTOOPT};
    for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
        g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_SYN_SENT);
        tell(pair, 0, errors[i], 0);
        assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
        assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), errors[i]);
    }
    (void)state;
}

static void a_soft_error_ends_nothing_but_is_told_at_the_end(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_SYN_SENT);
    tell(pair, 0, EHOSTUNREACH, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "SYN-SENT");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), 0);
    ics_stream_pair_run_for(pair, 1000 * ICS_PAIR_S);
    assert_string_equal(ics_stream_alone_state_name(pair), "CLOSED");
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), EHOSTUNREACH);
    (void)state;
}

/* RFC 5927, section 5.2. */
static void a_hard_error_does_not_end_an_established_connection(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_ESTABLISHED);
    write_bytes(pair, 100);
    tell(pair, 1, ECONNREFUSED, 0);
    assert_string_equal(ics_stream_alone_state_name(pair), "ESTABLISHED");
    (void)state;
}

/* RFC 5927, section 4.1: SND.UNA <= SEG.SEQ < SND.NXT. */
static void an_error_about_what_is_not_under_way_is_ignored(void **state)
{
    static const uint32_t numbers[] = {1, 2, 0u - 1, 0x80000000};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_SYN_SENT);
        tell(pair, numbers[i], ECONNREFUSED, 0);
        assert_string_equal(ics_stream_alone_state_name(pair), "SYN-SENT");
        ics_stream_pair_run_for(pair, 1000 * ICS_PAIR_S);
        assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), ETIMEDOUT);
    }
    (void)state;
}

/* A connection whose segments may have 1460 bytes. */
static IcsStreamPair *established_with_1460(void)
{
    IcsStreamPair *pair = ics_stream_alone_in(ICS_STREAM_SYN_SENT);
    IcsTcpHeader syn = ics_stream_pair_header(ICS_TCP_SYN | ICS_TCP_ACK, 0, 1);
    syn.window = 60000;
    syn.options.has_mss = true;
    syn.options.mss = 1460;
    ics_stream_pair_inject(pair, ICS_PAIR_A, &syn, NULL, 0);
    ics_stream_pair_clear_trace(pair);
    return pair;
}

static void a_smaller_path_mtu_makes_smaller_segments(void **state)
{
    g_autoptr(IcsStreamPair) pair = established_with_1460();
    write_bytes(pair, 1460);
    assert_string_equal(ics_stream_alone_said(pair), "A > B P. 1:1461(1460) ack 1 win 5000");
    tell(pair, 1, EMSGSIZE, 1000);
    write_bytes(pair, 1460);
    assert_string_equal(ics_stream_alone_said(pair),
                        "A > B . 1:961(960) ack 1 win 5000 [path-mtu] | "
                        "A > B P. 961:1461(500) ack 1 win 5000 [path-mtu] | "
                        "A > B . 1461:2421(960) ack 1 win 5000 | "
                        "A > B P. 2421:2921(500) ack 1 win 5000");
    ics_stream_pair_run_for(pair, 1100 * ICS_PAIR_MS);
    assert_string_equal(ics_stream_alone_said(pair), "A > B . 1:961(960) ack 1 win 5000 [rto]");
    (void)state;
}

static void a_path_mtu_is_not_raised_by_a_message(void **state)
{
    g_autoptr(IcsStreamPair) pair = established_with_1460();
    write_bytes(pair, 10);
    tell(pair, 1, EMSGSIZE, 1000);
    tell(pair, 1, EMSGSIZE, 1400);
    tell(pair, 1, EMSGSIZE, 40);
    IcsStreamFigures figures;
    ics_stream_figures(ics_stream_pair_a(pair), &figures);
    assert_int_equal(figures.mss_bytes, 960);
    (void)state;
}

static void a_closed_machine_hears_no_errors(void **state)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(ICS_STREAM_CLOSED);
    tell(pair, 0, ECONNREFUSED, 0);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), 0);
    assert_int_equal(ics_stream_take_events(ics_stream_pair_a(pair)), 0);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hard_error_ends_a_connection_that_is_being_opened),
        cmocka_unit_test(a_soft_error_ends_nothing_but_is_told_at_the_end),
        cmocka_unit_test(a_hard_error_does_not_end_an_established_connection),
        cmocka_unit_test(an_error_about_what_is_not_under_way_is_ignored),
        cmocka_unit_test(a_smaller_path_mtu_makes_smaller_segments),
        cmocka_unit_test(a_path_mtu_is_not_raised_by_a_message),
        cmocka_unit_test(a_closed_machine_hears_no_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
