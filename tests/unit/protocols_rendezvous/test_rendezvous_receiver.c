#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/rendezvous/rendezvous_receiver.h"

#define MS INT64_C(1000000)

enum { FIRST_LIFE = 0x11, SECOND_LIFE = 0x22 };
static const uint64_t alice = 1001, bob = 1002, carol = 1003;

typedef struct {
    IcsRendezvousConfig config;
    IcsRendezvousReceiver receiver;
    IcsRendezvousMessage message;
    int64_t now_ns;
} Bench;

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    bench->config = ics_rendezvous_config_default(0);
    bench->config.held_max = 2;
    bench->config.senders_max = 3;
    bench->config.remember_ns = 1000 * MS;
    ics_rendezvous_receiver_init(&bench->receiver, &bench->config);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;
    ics_rendezvous_receiver_clear(&bench->receiver);
    g_free(bench);
    return 0;
}

/* Whether the message was delivered at once. */
static bool arrives(Bench *bench, uint64_t peer, uint32_t session, uint32_t sequence,
                    const char *text)
{
    IcsRendezvousHeader header = {ICS_RENDEZVOUS_DATA, session, sequence, (uint16_t)strlen(text)};
    return ics_rendezvous_receiver_input(&bench->receiver, bench->now_ns, peer, &header,
                                         (const uint8_t *)text, &bench->message);
}

static bool issue(Bench *bench)
{
    return ics_rendezvous_receiver_issue(&bench->receiver, &bench->message);
}

static void assert_message(Bench *bench, uint64_t peer, uint32_t sequence, const char *text)
{
    assert_true(bench->message.peer == peer);
    assert_true(bench->message.sequence == sequence);
    assert_int_equal(bench->message.n, strlen(text));
    if (bench->message.n > 0)
        assert_memory_equal(bench->message.bytes, text, strlen(text));
    g_clear_pointer(&bench->message.bytes, g_free);
}

static void assert_takes(Bench *bench, uint64_t peer, uint32_t sequence, const char *text)
{
    assert_true(issue(bench));
    assert_message(bench, peer, sequence, text);
}

static void assert_ack(Bench *bench, uint64_t peer, uint32_t session, uint32_t sequence)
{
    IcsRendezvousDatagram datagram;
    IcsRendezvousHeader header;
    assert_true(ics_rendezvous_receiver_output(&bench->receiver, &datagram));
    assert_true(datagram.peer == peer && datagram.sequence == sequence);
    assert_int_equal(datagram.fate_class, ICS_FATE_CONTROL);
    assert_int_equal(ics_rendezvous_wire_parse(datagram.bytes, datagram.n, &header),
                     ICS_RENDEZVOUS_OK);
    assert_int_equal(header.type, ICS_RENDEZVOUS_ACK);
    assert_true(header.session == session && header.sequence == sequence);
}

static void assert_no_ack(Bench *bench)
{
    IcsRendezvousDatagram datagram;
    assert_false(ics_rendezvous_receiver_output(&bench->receiver, &datagram));
}

static void a_message_is_held_and_not_acknowledged_until_a_receive_is_issued(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "hello"));
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "hello"));
    assert_no_ack(bench);
    assert_takes(bench, alice, 0, "hello");
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_no_ack(bench);
}

static void a_waiting_receive_takes_a_message_when_it_arrives(void **state)
{
    Bench *bench = *state;
    assert_false(issue(bench));
    assert_int_equal(bench->receiver.waiting, 1);
    assert_true(arrives(bench, alice, FIRST_LIFE, 0, "hello"));
    assert_message(bench, alice, 0, "hello");
    assert_int_equal(bench->receiver.waiting, 0);
    assert_ack(bench, alice, FIRST_LIFE, 0);
}

static void a_repetition_of_what_was_taken_is_acknowledged_and_not_delivered(void **state)
{
    Bench *bench = *state;
    assert_false(issue(bench));
    assert_true(arrives(bench, alice, FIRST_LIFE, 0, "hello"));
    assert_message(bench, alice, 0, "hello");
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_false(issue(bench));
    for (int i = 0; i < 3; i++) {
        assert_false(arrives(bench, alice, FIRST_LIFE, 0, "hello"));
        assert_ack(bench, alice, FIRST_LIFE, 0);
        assert_no_ack(bench);
    }
    assert_int_equal(bench->receiver.waiting, 1);
    assert_int_equal(bench->receiver.held.length, 0);
}

static void acknowledgements_have_fates_by_message_and_try(void **state)
{
    Bench *bench = *state;
    for (uint32_t sequence = 0; sequence < 3; sequence++) {
        assert_false(arrives(bench, alice, FIRST_LIFE, sequence, "x"));
        assert_takes(bench, alice, sequence, "x");
        for (uint32_t try = 0; try < 3; try++) {
            IcsRendezvousDatagram datagram;
            assert_true(ics_rendezvous_receiver_output(&bench->receiver, &datagram));
            assert_true(datagram.ordinal == ics_rendezvous_try_ordinal(sequence, try));
            assert_false(arrives(bench, alice, FIRST_LIFE, sequence, "x"));
        }
    }
}

static void exactly_the_message_held_is_said_to_be_held(void **state)
{
    Bench *bench = *state;
    const IcsRendezvousReceiver *receiver = &bench->receiver;
    assert_false(ics_rendezvous_receiver_holds(receiver, alice, FIRST_LIFE, 4));
    assert_false(arrives(bench, alice, FIRST_LIFE, 4, "hello"));
    assert_true(ics_rendezvous_receiver_holds(receiver, alice, FIRST_LIFE, 4));
    assert_false(ics_rendezvous_receiver_holds(receiver, alice, FIRST_LIFE, 5));
    assert_false(ics_rendezvous_receiver_holds(receiver, alice, SECOND_LIFE, 4));
    assert_false(ics_rendezvous_receiver_holds(receiver, bob, FIRST_LIFE, 4));
    assert_takes(bench, alice, 4, "hello");
    assert_false(ics_rendezvous_receiver_holds(receiver, alice, FIRST_LIFE, 4));
}

static void an_older_message_is_ignored(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 5, "five"));
    assert_takes(bench, alice, 5, "five");
    assert_ack(bench, alice, FIRST_LIFE, 5);
    assert_false(issue(bench));
    assert_false(arrives(bench, alice, FIRST_LIFE, 4, "four"));
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "zero"));
    assert_no_ack(bench);
    assert_int_equal(bench->receiver.waiting, 1);
}

static void sequence_numbers_wrap_around(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, UINT32_MAX, "last"));
    assert_takes(bench, alice, UINT32_MAX, "last");
    assert_ack(bench, alice, FIRST_LIFE, UINT32_MAX);
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "next"));
    assert_takes(bench, alice, 0, "next");
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_false(issue(bench));
    assert_false(arrives(bench, alice, FIRST_LIFE, UINT32_MAX, "last"));
    assert_no_ack(bench);
}

/* A sender has one message under way: a newer one says that the send of the one held has failed. */
static void a_newer_message_takes_the_place_of_the_one_held(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "gave up"));
    assert_false(arrives(bench, bob, FIRST_LIFE, 0, "bob"));
    assert_false(arrives(bench, alice, FIRST_LIFE, 1, "newer"));
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "gave up"));
    assert_takes(bench, bob, 0, "bob");
    assert_takes(bench, alice, 1, "newer");
    assert_ack(bench, bob, FIRST_LIFE, 0);
    assert_ack(bench, alice, FIRST_LIFE, 1);
    assert_no_ack(bench);
    assert_false(issue(bench));
}

static void senders_are_served_in_the_order_of_arrival(void **state)
{
    Bench *bench = *state;
    bench->config.held_max = 3;
    assert_false(arrives(bench, carol, FIRST_LIFE, 9, "c"));
    assert_false(arrives(bench, alice, FIRST_LIFE, 9, "a"));
    assert_false(arrives(bench, bob, FIRST_LIFE, 9, "b"));
    assert_false(arrives(bench, carol, FIRST_LIFE, 9, "c"));
    assert_takes(bench, carol, 9, "c");
    assert_takes(bench, alice, 9, "a");
    assert_takes(bench, bob, 9, "b");
}

static void a_message_for_which_there_is_no_room_comes_with_its_repetition(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "a"));
    assert_false(arrives(bench, bob, FIRST_LIFE, 0, "b"));
    assert_false(arrives(bench, carol, FIRST_LIFE, 0, "c"));
    assert_int_equal(bench->receiver.held.length, 2);
    assert_takes(bench, alice, 0, "a");
    assert_takes(bench, bob, 0, "b");
    assert_false(issue(bench));
    assert_true(arrives(bench, carol, FIRST_LIFE, 0, "c"));
    assert_message(bench, carol, 0, "c");
}

static void a_full_house_still_lets_a_sender_replace_its_own_message(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "a0"));
    assert_false(arrives(bench, bob, FIRST_LIFE, 0, "b0"));
    assert_false(arrives(bench, alice, FIRST_LIFE, 1, "a1"));
    assert_int_equal(bench->receiver.held.length, 2);
    assert_takes(bench, bob, 0, "b0");
    assert_takes(bench, alice, 1, "a1");
}

static void without_room_to_hold_only_a_waiting_receive_takes_messages(void **state)
{
    Bench *bench = *state;
    bench->config.held_max = 0;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "a"));
    assert_int_equal(bench->receiver.held.length, 0);
    assert_false(issue(bench));
    assert_true(arrives(bench, alice, FIRST_LIFE, 0, "a"));
    assert_message(bench, alice, 0, "a");
}

static void a_cancelled_receive_has_acknowledged_nothing(void **state)
{
    Bench *bench = *state;
    assert_false(issue(bench));
    ics_rendezvous_receiver_cancel(&bench->receiver);
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "hello"));
    assert_no_ack(bench);
    assert_takes(bench, alice, 0, "hello");
    assert_ack(bench, alice, FIRST_LIFE, 0);
}

static void of_several_receives_each_takes_one_message(void **state)
{
    Bench *bench = *state;
    assert_false(issue(bench));
    assert_false(issue(bench));
    assert_true(arrives(bench, alice, FIRST_LIFE, 0, "a"));
    assert_message(bench, alice, 0, "a");
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "a"));
    assert_true(arrives(bench, bob, FIRST_LIFE, 0, "b"));
    assert_message(bench, bob, 0, "b");
    assert_false(arrives(bench, carol, FIRST_LIFE, 0, "c"));
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_ack(bench, bob, FIRST_LIFE, 0);
    assert_no_ack(bench);
}

static void a_restarted_sender_is_not_taken_for_a_repetition(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "first life"));
    assert_takes(bench, alice, 0, "first life");
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_false(arrives(bench, alice, SECOND_LIFE, 0, "second life"));
    assert_no_ack(bench);
    assert_takes(bench, alice, 0, "second life");
    assert_ack(bench, alice, SECOND_LIFE, 0);
}

/* The late datagram is neither delivered twice nor does it make the new socket's messages stale. */
static void a_late_datagram_of_the_first_life_does_not_disturb_the_second(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 7, "old"));
    assert_takes(bench, alice, 7, "old");
    assert_false(arrives(bench, alice, SECOND_LIFE, 0, "new"));
    assert_takes(bench, alice, 0, "new");
    assert_ack(bench, alice, FIRST_LIFE, 7);
    assert_ack(bench, alice, SECOND_LIFE, 0);
    assert_false(arrives(bench, alice, FIRST_LIFE, 7, "old"));
    assert_false(arrives(bench, alice, SECOND_LIFE, 1, "newer"));
    assert_takes(bench, alice, 1, "newer");
    assert_false(issue(bench));
}

static void an_empty_message_is_a_message(void **state)
{
    Bench *bench = *state;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, ""));
    assert_takes(bench, alice, 0, "");
    assert_ack(bench, alice, FIRST_LIFE, 0);
}

static void take_one(Bench *bench, uint64_t peer, uint32_t sequence)
{
    IcsRendezvousDatagram datagram;
    assert_false(arrives(bench, peer, FIRST_LIFE, sequence, "x"));
    assert_takes(bench, peer, sequence, "x");
    assert_true(ics_rendezvous_receiver_output(&bench->receiver, &datagram));
}

static void a_new_sender_is_not_heard_while_all_others_are_remembered(void **state)
{
    Bench *bench = *state;
    take_one(bench, alice, 0);
    take_one(bench, bob, 0);
    take_one(bench, carol, 0);
    assert_false(issue(bench));
    bench->now_ns = 1000 * MS - 1;
    assert_false(arrives(bench, 1004, FIRST_LIFE, 0, "dave"));
    assert_int_equal(bench->receiver.waiting, 1);
    bench->now_ns = 1000 * MS;
    assert_true(arrives(bench, 1004, FIRST_LIFE, 0, "dave"));
    assert_message(bench, 1004, 0, "dave");
}

static void the_sender_that_was_silent_longest_is_forgotten(void **state)
{
    Bench *bench = *state;
    take_one(bench, alice, 0);
    take_one(bench, bob, 0);
    take_one(bench, carol, 0);
    bench->now_ns = 600 * MS;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "x")); /* heard again */
    assert_ack(bench, alice, FIRST_LIFE, 0);
    bench->now_ns = 1200 * MS;
    take_one(bench, 1004, 0);
    assert_int_equal(g_hash_table_size(bench->receiver.remotes), 3);
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "x"));
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_false(arrives(bench, carol, FIRST_LIFE, 0, "x"));
    assert_ack(bench, carol, FIRST_LIFE, 0);
}

static void a_sender_whose_message_is_held_is_not_forgotten(void **state)
{
    Bench *bench = *state;
    bench->config.senders_max = 1;
    assert_false(arrives(bench, alice, FIRST_LIFE, 0, "held"));
    bench->now_ns = 5000 * MS;
    assert_false(arrives(bench, bob, FIRST_LIFE, 0, "b"));
    assert_takes(bench, alice, 0, "held");
    assert_false(arrives(bench, bob, FIRST_LIFE, 0, "b")); /* alice's ACK is still due */
    assert_int_equal(bench->receiver.held.length, 0);
    assert_ack(bench, alice, FIRST_LIFE, 0);
    assert_false(arrives(bench, bob, FIRST_LIFE, 0, "b"));
    assert_takes(bench, bob, 0, "b");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_is_held_and_not_acknowledged_until_a_receive_is_issued),
        TEST(a_waiting_receive_takes_a_message_when_it_arrives),
        TEST(a_repetition_of_what_was_taken_is_acknowledged_and_not_delivered),
        TEST(acknowledgements_have_fates_by_message_and_try),
        TEST(exactly_the_message_held_is_said_to_be_held),
        TEST(an_older_message_is_ignored),
        TEST(sequence_numbers_wrap_around),
        TEST(a_newer_message_takes_the_place_of_the_one_held),
        TEST(senders_are_served_in_the_order_of_arrival),
        TEST(a_message_for_which_there_is_no_room_comes_with_its_repetition),
        TEST(a_full_house_still_lets_a_sender_replace_its_own_message),
        TEST(without_room_to_hold_only_a_waiting_receive_takes_messages),
        TEST(a_cancelled_receive_has_acknowledged_nothing),
        TEST(of_several_receives_each_takes_one_message),
        TEST(a_restarted_sender_is_not_taken_for_a_repetition),
        TEST(a_late_datagram_of_the_first_life_does_not_disturb_the_second),
        TEST(an_empty_message_is_a_message),
        TEST(a_new_sender_is_not_heard_while_all_others_are_remembered),
        TEST(the_sender_that_was_silent_longest_is_forgotten),
        TEST(a_sender_whose_message_is_held_is_not_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
