/* The voice source and its listener: RFC 3550, RFC 3551; 50 packets a second over a link of 5 ms.
 */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_programs.h"

#define MS ICS_SMALL_NETWORK_MS

static void start(void **state, const char *listener, const char *talker)
{
    ics_small_processes_note_all(*state);
    ics_small_programs_start(*state, "b", "listener", "voice-sink", ICS_SMALL_COROUTINE, listener);
    if (talker != NULL) {
        ics_small_programs_start(*state, "a", "talker", "voice-source", ICS_SMALL_COROUTINE,
                                 talker);
    }
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

static const uint8_t *rtp(void **state, guint index)
{
    size_t n;
    const uint8_t *packet = ics_small_network_sent(*state, index, &n);
    assert_int_equal(n, 28 + 12 + 160);
    return packet + 28;
}

static void packets_carry_rtp_headers(void **state)
{
    start(state, "{}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run(*state);
    assert_int_equal(ics_small_network_n_sent(*state), 50);
    uint16_t sequence = ics_raw_get16(rtp(state, 0) + 2);
    uint32_t timestamp = ics_raw_get32(rtp(state, 0) + 4);
    uint32_t source = ics_raw_get32(rtp(state, 0) + 8);
    for (guint i = 0; i < 50; i++) {
        const uint8_t *bytes = rtp(state, i);
        assert_int_equal(bytes[0], 0x80);
        assert_int_equal(bytes[1], i == 0 ? 0x80 : 0); /* the marker opens the talkspurt */
        assert_int_equal(ics_raw_get16(bytes + 2), (uint16_t)(sequence + i));
        assert_int_equal(ics_raw_get32(bytes + 4), timestamp + 160 * i);
        assert_int_equal(ics_raw_get32(bytes + 8), source);
    }
}

static void streams_start_at_numbers_of_their_own(void **state)
{
    start(state, "{}", "{'to': 'b:5004', 'duration': '20ms'}");
    ics_small_programs_start(*state, "a", "other", "voice-source", ICS_SMALL_COROUTINE,
                             "{'to': 'b:5004', 'duration': '20ms'}");
    ics_small_network_run(*state);
    assert_int_not_equal(ics_raw_get16(rtp(state, 0) + 2), ics_raw_get16(rtp(state, 1) + 2));
    assert_int_not_equal(ics_raw_get32(rtp(state, 0) + 4), ics_raw_get32(rtp(state, 1) + 4));
    assert_int_not_equal(ics_raw_get32(rtp(state, 0) + 8), ics_raw_get32(rtp(state, 1) + 8));
}

static void a_good_link_loses_no_sound(void **state)
{
    start(state, "{}", "{'to': 'b:5004', 'duration': '1s'}");
    expect(state, "talker returned 0@980ms; "
                  "listener: 50 packets played in time, 0 late, 0 missing, 0 duplicates@2.985s; "
                  "listener returned 0@2.985s; ");
}

static void the_last_packet_leaves_before_the_duration_is_over(void **state)
{
    start(state, "{}", "{'to': 'b:5004', 'duration': '40000001ns'}");
    ics_small_network_run(*state);
    assert_int_equal(ics_small_network_n_sent(*state), 3);
}

static void silence_hangs_up(void **state)
{
    start(state, "{'silence': '19ms'}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run_until(*state, 100 * MS);
    assert_string_equal(((IcsSmallNetwork *)*state)->notes->str,
                        "listener: 1 packets played in time, 0 late, 0 missing, 0 duplicates@24ms; "
                        "listener returned 0@24ms; ");
}

static void a_listener_waits_for_its_talker_as_long_as_it_takes(void **state)
{
    start(state, "{'silence': '1ms'}", NULL);
    expect(state, "");
}

/* Loses, repeats or delays the packet with this number, from 1. */
static void hit(void **state, const IcsFaultClass *klass, gconstpointer config, int64_t number)
{
    g_autoptr(GArray) nth = g_array_new(FALSE, FALSE, sizeof number);
    g_array_append_val(nth, number);
    IcsFaultScopeConfig scope = {.nth = nth};
    ics_small_network_fault(*state, "a", "b", klass, config, &scope);
}

static void lost_packets_are_missing(void **state)
{
    IcsLossConfig loss = {0};
    hit(state, &ics_loss_class, &loss, 10);
    hit(state, &ics_loss_class, &loss, 20);
    start(state, "{}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run(*state);
    assert_non_null(strstr(((IcsSmallNetwork *)*state)->notes->str,
                           "48 packets played in time, 0 late, 2 missing, 0 duplicates"));
}

static void duplicates_do_not_stand_in_for_lost_packets(void **state)
{
    IcsLossConfig loss = {0};
    IcsDuplicateConfig duplicate = {.copies = 3};
    hit(state, &ics_loss_class, &loss, 10);
    hit(state, &ics_duplicate_class, &duplicate, 11);
    start(state, "{}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run(*state);
    assert_non_null(strstr(((IcsSmallNetwork *)*state)->notes->str,
                           "49 packets played in time, 0 late, 1 missing, 3 duplicates"));
}

static void delay_packet_2(void **state, int64_t time_ns, const char *line)
{
    IcsDelayConfig delay = {.time_ns = time_ns};
    hit(state, &ics_delay_class, &delay, 2);
    start(state, "{'playout': '60ms'}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run(*state);
    assert_non_null(strstr(((IcsSmallNetwork *)*state)->notes->str, line));
}

static void a_packet_is_in_time_at_its_playout(void **state)
{
    delay_packet_2(state, 60 * MS, "50 packets played in time, 0 late, 0 missing, 0 duplicates");
}

static void a_packet_is_late_behind_its_playout(void **state)
{
    delay_packet_2(state, 60 * MS + 1,
                   "49 packets played in time, 1 late, 0 missing, 0 duplicates");
}

static void the_first_to_arrive_sets_the_clock(void **state)
{
    IcsDelayConfig delay = {.time_ns = 30 * MS};
    hit(state, &ics_delay_class, &delay, 1); /* arrives behind the second */
    start(state, "{'playout': '9999999ns'}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run(*state);
    assert_non_null(strstr(((IcsSmallNetwork *)*state)->notes->str,
                           "49 packets played in time, 1 late, 0 missing, 0 duplicates"));
}

static void an_endless_playout_is_always_in_time(void **state)
{
    start(state, "{'playout': '2562047h'}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_network_run(*state);
    assert_non_null(strstr(((IcsSmallNetwork *)*state)->notes->str, "50 packets played in time"));
}

static void send_noise(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    IcsEndpoint to = ics_small_processes_endpoint(network, "b", 5004);
    ics_send_to(self, socket, "no RTP at all", 13, 0, to);
    ics_send_to(self, socket, "", 0, 0, to);
}

static void what_is_no_rtp_is_ignored(void **state)
{
    start(state, "{'silence': '100ms'}", NULL);
    ics_small_processes_start(*state, "a", "noise", send_noise);
    expect(state, "noise returned 0@0s; listener: 0 packets played in time, 0 late, 0 missing, "
                  "0 duplicates@105ms; listener returned 0@105ms; ");
}

static void a_second_talker_is_not_heard(void **state)
{
    start(state, "{}", "{'to': 'b:5004', 'duration': '1s'}");
    ics_small_programs_start(*state, "a", "other", "voice-source", ICS_SMALL_COROUTINE,
                             "{'to': 'b:5004', 'duration': '2s'}");
    ics_small_network_run(*state);
    assert_non_null(strstr(((IcsSmallNetwork *)*state)->notes->str,
                           "50 packets played in time, 0 late, 0 missing, 0 duplicates"));
}

static void a_packet_that_cannot_be_sent_is_reported(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    (void)state;
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    IcsLinkConfig narrow = ics_small_network_link_config();
    narrow.mtu_bytes = 199;
    ics_small_network_link(network, "a", "b", &narrow);
    ics_small_processes_note_all(network);
    ics_small_programs_start(network, "a", "talker", "voice-source", ICS_SMALL_COROUTINE,
                             "{'to': 'b:5004', 'duration': '20ms'}");
    ics_small_network_expect(network,
                             "talker: send: EMSGSIZE, message too long@0s; talker returned 0@0s; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(packets_carry_rtp_headers),
        TEST(streams_start_at_numbers_of_their_own),
        TEST(a_good_link_loses_no_sound),
        TEST(the_last_packet_leaves_before_the_duration_is_over),
        TEST(silence_hangs_up),
        TEST(a_listener_waits_for_its_talker_as_long_as_it_takes),
        TEST(lost_packets_are_missing),
        TEST(duplicates_do_not_stand_in_for_lost_packets),
        TEST(a_packet_is_in_time_at_its_playout),
        TEST(a_packet_is_late_behind_its_playout),
        TEST(the_first_to_arrive_sets_the_clock),
        TEST(an_endless_playout_is_always_in_time),
        TEST(what_is_no_rtp_is_ignored),
        TEST(a_second_talker_is_not_heard),
        cmocka_unit_test(a_packet_that_cannot_be_sent_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
