#include <cmocka.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "protocols/rendezvous/rendezvous_sender.h"

#define MS INT64_C(1000000)

enum { SESSION = 77 };
static const uint64_t server = 0x0a0000021a85, other = 0x0a0000031a85;

typedef struct {
    IcsRendezvousConfig config;
    IcsRendezvousSender sender;
    IcsRendezvousDatagram datagram;
} Bench;

/* Tries at 0, 100, 300 and 600 ms; gives up at 900 ms. */
static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    bench->config = ics_rendezvous_config_default(SESSION);
    bench->config.retry_first_ns = 100 * MS;
    bench->config.retry_last_ns = 300 * MS;
    bench->config.retries = 3;
    ics_rendezvous_sender_init(&bench->sender, &bench->config);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;
    ics_rendezvous_sender_clear(&bench->sender);
    g_free(bench);
    return 0;
}

static int send_text(Bench *bench, int64_t now_ns, uint64_t peer, const char *text)
{
    return ics_rendezvous_sender_send(&bench->sender, now_ns, peer, (const uint8_t *)text,
                                      strlen(text));
}

static void assert_action(Bench *bench, int64_t now_ns, IcsRendezvousSenderAction action)
{
    assert_int_equal(ics_rendezvous_sender_output(&bench->sender, now_ns, &bench->datagram),
                     action);
}

static bool acknowledge(Bench *bench, uint64_t peer, uint32_t session, uint32_t sequence)
{
    IcsRendezvousHeader header = {ICS_RENDEZVOUS_ACK, session, sequence, 0};
    return ics_rendezvous_sender_acknowledge(&bench->sender, peer, &header);
}

static void assert_deadline(Bench *bench, int64_t deadline_ns)
{
    assert_true(ics_rendezvous_sender_deadline(&bench->sender) == deadline_ns);
}

static void a_message_goes_out_once_and_carries_its_header(void **state)
{
    Bench *bench = *state;
    IcsRendezvousHeader header;
    assert_int_equal(send_text(bench, 5, server, "hello"), 0);
    assert_deadline(bench, 5);
    assert_action(bench, 5, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.peer == server);
    assert_int_equal(ics_rendezvous_wire_parse(bench->datagram.bytes, bench->datagram.n, &header),
                     ICS_RENDEZVOUS_OK);
    assert_int_equal(header.type, ICS_RENDEZVOUS_DATA);
    assert_true(header.session == SESSION && header.sequence == 0);
    assert_memory_equal(bench->datagram.bytes + 16, "hello", 5);
    assert_action(bench, 5, ICS_RENDEZVOUS_SENDER_IDLE);
}

static void nothing_is_due_before_the_first_send(void **state)
{
    Bench *bench = *state;
    assert_deadline(bench, INT64_MAX);
    assert_action(bench, 1000 * MS, ICS_RENDEZVOUS_SENDER_IDLE);
    assert_false(acknowledge(bench, server, SESSION, 0));
}

static void repetitions_come_at_doubled_intervals_up_to_the_last(void **state)
{
    static const int64_t times_ns[] = {0, 100 * MS, 300 * MS, 600 * MS};
    Bench *bench = *state;
    send_text(bench, 0, server, "hello");
    for (size_t i = 0; i < G_N_ELEMENTS(times_ns); i++) {
        assert_deadline(bench, times_ns[i]);
        if (i > 0)
            assert_action(bench, times_ns[i] - 1, ICS_RENDEZVOUS_SENDER_IDLE);
        assert_action(bench, times_ns[i], ICS_RENDEZVOUS_SENDER_TRANSMITS);
        assert_memory_equal(bench->datagram.bytes + 16, "hello", 5);
    }
    assert_deadline(bench, 900 * MS);
}

static void a_send_fails_one_interval_after_the_last_try(void **state)
{
    Bench *bench = *state;
    send_text(bench, 0, server, "hello");
    for (int64_t now_ns = 0; now_ns < 900 * MS; now_ns += MS)
        ics_rendezvous_sender_output(&bench->sender, now_ns, &bench->datagram);
    assert_action(bench, 900 * MS, ICS_RENDEZVOUS_SENDER_GAVE_UP);
    assert_true(bench->datagram.peer == server && bench->datagram.sequence == 0);
    assert_action(bench, 5000 * MS, ICS_RENDEZVOUS_SENDER_IDLE);
    assert_deadline(bench, INT64_MAX);
    assert_false(acknowledge(bench, server, SESSION, 0));
}

static void without_retries_there_is_one_try(void **state)
{
    Bench *bench = *state;
    bench->config.retries = 0;
    send_text(bench, 0, server, "hello");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_action(bench, 100 * MS, ICS_RENDEZVOUS_SENDER_GAVE_UP);
}

static void a_sender_that_retries_for_ever_never_gives_up(void **state)
{
    Bench *bench = *state;
    bench->config.retries = ICS_RENDEZVOUS_RETRY_FOREVER;
    send_text(bench, 0, server, "hello");
    for (int try = 0; try < 1000; try++)
        assert_action(bench, ics_rendezvous_sender_deadline(&bench->sender),
                      ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_deadline(bench, 300 * MS + 998 * (300 * MS));
}

/* SEMANTICS "Fates": `first` carries the message's ordinal; a repetition more must not move the
 * ordinal of another message's repetition. */
static void fates_name_the_message_and_the_try(void **state)
{
    Bench *bench = *state;
    send_text(bench, 0, server, "a");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.fate_class == ICS_FATE_FIRST && bench->datagram.ordinal == 0);
    for (unsigned try = 0; try < 2; try++) {
        assert_action(bench, 300 * MS,
                      try == 0 ? ICS_RENDEZVOUS_SENDER_TRANSMITS : ICS_RENDEZVOUS_SENDER_IDLE);
        assert_true(bench->datagram.fate_class == ICS_FATE_REPEAT && bench->datagram.ordinal == 0);
    }
    assert_action(bench, 500 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.fate_class == ICS_FATE_REPEAT && bench->datagram.ordinal == 1);
    assert_true(acknowledge(bench, server, SESSION, 0));
    send_text(bench, 1000 * MS, server, "b");
    assert_action(bench, 1000 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.fate_class == ICS_FATE_FIRST && bench->datagram.ordinal == 1);
    assert_action(bench, 1100 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.fate_class == ICS_FATE_REPEAT);
    assert_true(bench->datagram.ordinal == UINT64_C(1) << ICS_RENDEZVOUS_TRY_BITS);
}

static void the_largest_try_ordinal_is_an_ordinal_of_fates(void **state)
{
    (void)state;
    assert_true(ics_rendezvous_try_ordinal(UINT32_MAX, UINT32_MAX) < ICS_FATE_ORDINALS);
    assert_true(ics_rendezvous_try_ordinal(1, 0) > ics_rendezvous_try_ordinal(0, UINT32_MAX));
}

static void only_the_acknowledgement_of_this_message_counts(void **state)
{
    Bench *bench = *state;
    send_text(bench, 0, server, "a");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_false(acknowledge(bench, server, SESSION + 1, 0));
    assert_false(acknowledge(bench, server, SESSION, 1));
    assert_false(acknowledge(bench, server, SESSION, UINT32_MAX));
    assert_false(acknowledge(bench, other, SESSION, 0));
    assert_true(acknowledge(bench, server, SESSION, 0));
    assert_deadline(bench, INT64_MAX);
    assert_false(acknowledge(bench, server, SESSION, 0));
    send_text(bench, 1, server, "b");
    assert_false(acknowledge(bench, server, SESSION, 0));
    assert_true(acknowledge(bench, server, SESSION, 1));
}

static void one_message_is_under_way_to_each_peer(void **state)
{
    Bench *bench = *state;
    assert_int_equal(send_text(bench, 0, server, "a"), 0);
    assert_int_equal(send_text(bench, 0, server, "b"), EALREADY);
    assert_int_equal(send_text(bench, 10 * MS, other, "c"), 0);
    assert_action(bench, 10 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.peer == server);
    assert_action(bench, 10 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.peer == other && bench->datagram.sequence == 0);
    assert_true(acknowledge(bench, server, SESSION, 0));
    assert_deadline(bench, 110 * MS);
    assert_int_equal(send_text(bench, 20 * MS, server, "d"), 0);
}

static void sequence_numbers_go_on_after_a_failure(void **state)
{
    Bench *bench = *state;
    bench->config.retries = 0;
    send_text(bench, 0, server, "a");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_action(bench, 100 * MS, ICS_RENDEZVOUS_SENDER_GAVE_UP);
    assert_int_equal(send_text(bench, 200 * MS, server, "b"), 0);
    assert_action(bench, 200 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_int_equal(bench->datagram.sequence, 1);
}

static void a_cancelled_send_is_over_and_its_acknowledgement_late(void **state)
{
    Bench *bench = *state;
    send_text(bench, 0, server, "a");
    send_text(bench, 0, other, "b");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    ics_rendezvous_sender_cancel(&bench->sender, server);
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_true(bench->datagram.peer == other);
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_IDLE);
    assert_false(acknowledge(bench, server, SESSION, 0));
    assert_int_equal(send_text(bench, 50 * MS, server, "c"), 0);
    assert_action(bench, 50 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_int_equal(bench->datagram.sequence, 1);
}

static void without_a_send_there_is_nothing_to_cancel(void **state)
{
    Bench *bench = *state;
    ics_rendezvous_sender_cancel(&bench->sender, server);
    send_text(bench, 0, server, "a");
    assert_true(acknowledge(bench, server, SESSION, 0));
    ics_rendezvous_sender_cancel(&bench->sender, server);
    ics_rendezvous_sender_cancel(&bench->sender, server);
    assert_deadline(bench, INT64_MAX);
}

static void a_message_may_be_empty_or_as_large_as_a_datagram_allows(void **state)
{
    Bench *bench = *state;
    size_t max = ICS_RENDEZVOUS_MESSAGE_MAX_BYTES;
    g_autofree uint8_t *bytes = g_malloc0(max + 1);
    assert_int_equal(ics_rendezvous_sender_send(&bench->sender, 0, server, bytes, max + 1),
                     EMSGSIZE);
    assert_deadline(bench, INT64_MAX);
    assert_int_equal(ics_rendezvous_sender_send(&bench->sender, 0, server, bytes, max), 0);
    assert_int_equal(ics_rendezvous_sender_send(&bench->sender, 0, other, NULL, 0), 0);
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_int_equal(bench->datagram.n, 65507);
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_int_equal(bench->datagram.n, 16);
}

static void a_late_caller_gets_one_repetition_and_not_several(void **state)
{
    Bench *bench = *state;
    send_text(bench, 0, server, "a");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_action(bench, 10000 * MS, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_action(bench, 10000 * MS, ICS_RENDEZVOUS_SENDER_IDLE);
    assert_deadline(bench, 10200 * MS);
}

static void intervals_near_the_end_of_time_do_not_overflow(void **state)
{
    Bench *bench = *state;
    bench->config.retry_first_ns = INT64_MAX / 4;
    bench->config.retry_last_ns = INT64_MAX / 2;
    send_text(bench, 0, server, "a");
    assert_action(bench, 0, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_deadline(bench, INT64_MAX / 4);
    assert_action(bench, INT64_MAX / 4, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_deadline(bench, INT64_MAX / 4 + INT64_MAX / 4 * 2);
    assert_action(bench, INT64_MAX - 2, ICS_RENDEZVOUS_SENDER_TRANSMITS);
    assert_deadline(bench, INT64_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_goes_out_once_and_carries_its_header),
        TEST(nothing_is_due_before_the_first_send),
        TEST(repetitions_come_at_doubled_intervals_up_to_the_last),
        TEST(a_send_fails_one_interval_after_the_last_try),
        TEST(without_retries_there_is_one_try),
        TEST(a_sender_that_retries_for_ever_never_gives_up),
        TEST(fates_name_the_message_and_the_try),
        TEST(the_largest_try_ordinal_is_an_ordinal_of_fates),
        TEST(only_the_acknowledgement_of_this_message_counts),
        TEST(one_message_is_under_way_to_each_peer),
        TEST(sequence_numbers_go_on_after_a_failure),
        TEST(a_cancelled_send_is_over_and_its_acknowledgement_late),
        TEST(without_a_send_there_is_nothing_to_cancel),
        TEST(a_message_may_be_empty_or_as_large_as_a_datagram_allows),
        TEST(a_late_caller_gets_one_repetition_and_not_several),
        TEST(intervals_near_the_end_of_time_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
