/* Every action of the schedule, by what it does to a stream of one packet every 10 ms from a to b
 * over 5 ms. Packet n is sent at 10 n ms. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/world_fixture.h"
#include "traces/action.h"
#include "traces/world_internal.h"

#define STREAM_WITH(link, source, schedule)                                                        \
    "{'ipcsim': 1, 'stop': '10s', 'hosts': {'a': {}, 'b': {}, 'c': {}},"                           \
    " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'delay': '5ms'" link "}],"                    \
    " 'processes': ["                                                                              \
    "  {'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'port': 9},"                           \
    "  {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': 10,"      \
    "   'interval': '10ms', 'size': 97" source "}],"                                               \
    " 'schedule': [" schedule "]}"
#define STREAM(link, schedule) STREAM_WITH(link, "", schedule)

#define KINDS                                                                                      \
    (ICS_OBSERVE_MASK(MESSAGE_DELIVERED) | ICS_OBSERVE_MASK(PACKET_DROPPED) |                      \
     ICS_OBSERVE_MASK(PACKET_COPIED) | ICS_OBSERVE_MASK(LINK_CHANGED) |                            \
     ICS_OBSERVE_MASK(HOST_CHANGED) | ICS_OBSERVE_MASK(SCHEDULE_ACTED) |                           \
     ICS_OBSERVE_MASK(PROCESS_STARTED) | ICS_OBSERVE_MASK(PROCESS_ENDED))

static IcsWorldFixture *ran(const char *text)
{
    IcsWorldFixture *fixture = ics_world_fixture_new(text, KINDS);
    ics_world_fixture_run(fixture);
    return fixture;
}

static guint delivered(const IcsWorldFixture *fixture)
{
    return ics_world_fixture_count(fixture, "*message-delivered*");
}

static void without_a_schedule_everything_arrives(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ran(STREAM("", ""));
    assert_int_equal(delivered(fixture), 10);
    assert_string_equal(ics_world_fixture_first(fixture, "*delivered*"),
                        "5 ms message-delivered sink");
}

/* Down at 32 ms: the packet of 30 ms is on the wire, those of 40 and 50 ms are offered. */
static void down_loses_what_is_on_the_wire_and_what_comes(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'link': 'wire', 'action': 'down', 'direction': 'a->b'},"
                       "{'at': '55ms', 'link': 'wire', 'action': 'up', 'direction': 'a->b'}"));
    assert_int_equal(delivered(fixture), 7);
    assert_int_equal(ics_world_fixture_count(fixture, "*dropped wire a->b link-down"), 3);
    assert_non_null(strstr(ics_world_fixture_first(fixture, "*dropped*"), "32 ms"));
    assert_string_equal(ics_world_fixture_first(fixture, "*link-changed*"),
                        "32 ms link-changed wire a->b down");
    assert_int_equal(ics_world_fixture_count(fixture, "*link-changed*"), 2);
    assert_string_equal(ics_world_fixture_first(fixture, "*schedule-acted*"),
                        "32 ms schedule-acted down");
}

/* 125 bytes of IP at 100 kbit/s take 10 ms; at 1 Mbit/s they take 1 ms. */
static void a_rate_holds_from_the_next_bit_on(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ran(STREAM(
        ", 'rate': '100kbit'", "{'at': '5ms', 'link': 'wire', 'action': 'rate', 'rate': '1Mbit'}"));
    assert_string_equal(ics_world_fixture_first(fixture, "*delivered*"),
                        "10.5 ms message-delivered sink");
    assert_int_equal(ics_world_fixture_count(fixture, "16 ms message-delivered*"), 1);
}

static void a_delay_holds_for_what_leaves_from_then_on(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '12ms', 'link': 'wire', 'action': 'delay', 'delay': '1ms'}"));
    assert_int_equal(ics_world_fixture_count(fixture, "15 ms message-delivered*"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "21 ms message-delivered*"), 1);
}

static void what_is_held_arrives_at_the_release_in_order(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '12ms', 'link': 'wire', 'action': 'hold'},"
                       "{'at': '42ms', 'link': 'wire', 'action': 'release'}"));
    assert_int_equal(delivered(fixture), 10);
    assert_int_equal(ics_world_fixture_count(fixture, "42 ms message-delivered*"), 3);
    assert_int_equal(ics_world_fixture_count(fixture, "45 ms message-delivered*"), 1);
}

static void a_fault_is_switched_on_and_off(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM(", 'faults': [{'kind': 'loss', 'probability': 1, 'on': false}]",
                   "{'at': '32ms', 'link': 'wire', 'action': 'fault-on', 'fault': 'loss'},"
                   "{'at': '52ms', 'link': 'wire', 'action': 'fault-off', 'fault': 'loss'}"));
    assert_int_equal(delivered(fixture), 8);
    assert_int_equal(ics_world_fixture_count(fixture, "40 ms packet-dropped wire a->b loss"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "50 ms packet-dropped wire a->b loss"), 1);
}

static void a_fault_is_changed(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM(", 'faults': [{'kind': 'duplicate', 'probability': 1, 'name': 'x'}]",
                   "{'at': '32ms', 'link': 'wire', 'action': 'fault-change', 'fault': 'x',"
                   " 'direction': 'a->b', 'parameters': {'probability': 1, 'copies': 3}},"
                   "{'at': '52ms', 'link': 'wire', 'action': 'fault-change', 'fault': 'x',"
                   " 'parameters': {'probability': 0}}"));
    assert_int_equal(ics_world_fixture_count(fixture, "30 ms packet-copied*"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "40 ms packet-copied*"), 3);
    assert_int_equal(ics_world_fixture_count(fixture, "*packet-copied*"), 4 + 2 * 3);
}

static void a_fault_of_a_host_is_changed(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        "{'ipcsim': 1, 'hosts': {'a': {'faults': [{'kind': 'send-omission', 'probability': 1}]},"
        " 'b': {}}, 'links': [{'name': 'wire', 'ends': ['a', 'b']}],"
        " 'processes': [{'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
        "  'messages': 10, 'interval': '10ms', 'size': 97}],"
        " 'schedule': [{'at': '35ms', 'host': 'a', 'action': 'fault-change',"
        "  'fault': 'send-omission', 'parameters': {'probability': 0}},"
        "  {'at': '75ms', 'host': 'a', 'action': 'fault-off', 'fault': 'send-omission'}]}",
        KINDS);
    ics_world_fixture_run(fixture);
    assert_int_equal(ics_world_fixture_count(fixture, "*dropped a send-omission"), 4);
    assert_false(ics_world_host_fault(fixture->world, 0, 0)->on);
}

#define TRIANGLE(schedule)                                                                         \
    "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'c': {}}, 'links': ["                               \
    " {'name': 'ab', 'ends': ['a', 'b']}, {'name': 'bc', 'ends': ['b', 'c']},"                     \
    " {'name': 'ca', 'ends': ['c', 'a']}],"                                                        \
    " 'schedule': [" schedule "]}"

/* The directions that are cut at a time, such as "a->b c->b". */
static char *cut_at(IcsWorldFixture *fixture, int64_t at_ns)
{
    ics_world_fixture_run_until(fixture, at_ns);
    GString *cut = g_string_new("");
    const GPtrArray *directions = fixture->world->network->directions;
    for (guint i = 0; i < directions->len; i++) {
        const IcsLinkDirection *direction = g_ptr_array_index(directions, i);
        if (direction->partitions > 0) {
            g_string_append_printf(cut, "%s ", strchr(direction->name, ' ') + 1);
        }
    }
    return g_string_free(cut, FALSE);
}

static void a_partition_cuts_all_links_between_its_sides(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ics_world_fixture_new(
        TRIANGLE("{'at': '1s', 'action': 'partition', 'between': [['a', 'c'], 'b']},"
                 "{'at': '2s', 'action': 'repair', 'between': ['b', 'c']},"
                 "{'at': '3s', 'action': 'partition-oneway', 'between': ['c', 'a']},"
                 "{'at': '4s', 'action': 'repair'}"),
        KINDS);
    const char *const cuts[] = {"", "a->b b->a b->c c->b ", "a->b b->a ", "a->b b->a c->a ", ""};
    for (int i = 0; i < 5; i++) {
        g_autofree char *cut = cut_at(fixture, i * ICS_NS_PER_S + ICS_NS_PER_S / 2);
        assert_string_equal(cut, cuts[i]);
    }
    assert_int_equal(ics_world_fixture_count(fixture, "1 s link-changed * partition"), 4);
    assert_int_equal(ics_world_fixture_count(fixture, "4 s link-changed * repair"), 3);
}

static void a_partition_loses_what_arrives(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'action': 'partition', 'between': ['b', 'a']},"
                       "{'at': '54ms', 'action': 'repair', 'between': ['a', 'b']}"));
    assert_int_equal(delivered(fixture), 8);
    assert_int_equal(ics_world_fixture_count(fixture, "*dropped wire a->b partition"), 2);
}

/* The receiver is down from 32 to 52 ms: the packets of 30 and 40 ms find nobody. */
static void a_crashed_host_starts_its_processes_again_at_the_restart(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'host': 'b', 'action': 'crash'},"
                       "{'at': '52ms', 'host': 'b', 'action': 'restart'}"));
    assert_int_equal(delivered(fixture), 8);
    assert_int_equal(ics_world_fixture_count(fixture, "*dropped b host-down"), 2);
    assert_int_equal(ics_world_fixture_count(fixture, "32 ms process-ended sink crashed"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "52 ms process-started sink"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "* host-changed b *"), 2);
    assert_int_equal(ics_world_host(fixture->world, 1)->incarnation, 1);
}

static void a_restart_of_a_host_that_is_up_does_nothing(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'host': 'b', 'action': 'restart'}"));
    assert_int_equal(delivered(fixture), 10);
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started sink"), 1);
}

/* The source's first line is due while its host is down, and once more when that restarts. */
static void a_process_that_was_due_while_its_host_was_down_starts_at_the_restart(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM_WITH("", ", 'start': '20ms'",
                        "{'at': '10ms', 'host': 'a', 'action': 'crash'},"
                        "{'at': '30ms', 'host': 'a', 'action': 'restart'}"));
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "30 ms process-started source"), 1);
    assert_int_equal(delivered(fixture), 10);
}

static void a_process_that_is_due_at_the_restart_starts_once(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM_WITH("", ", 'start': '30ms'",
                        "{'at': '10ms', 'host': 'a', 'action': 'crash'},"
                        "{'at': '30ms', 'host': 'a', 'action': 'restart'}"));
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 1);
    assert_int_equal(delivered(fixture), 10);
}

static void a_process_that_is_due_after_the_restart_waits_for_its_time(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM_WITH("", ", 'start': '40ms'",
                        "{'at': '10ms', 'host': 'a', 'action': 'crash'},"
                        "{'at': '30ms', 'host': 'a', 'action': 'restart'}"));
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "40 ms process-started source"), 1);
}

/* The packets of 30 and 40 ms wait in the host. */
static void a_paused_host_takes_its_input_at_the_resume(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'host': 'b', 'action': 'pause'},"
                       "{'at': '52ms', 'host': 'b', 'action': 'resume'}"));
    assert_int_equal(delivered(fixture), 10);
    assert_int_equal(ics_world_fixture_count(fixture, "52 ms message-delivered*"), 2);
}

static void the_timers_of_a_paused_host_fall_due_at_the_resume(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'host': 'a', 'action': 'pause'},"
                       "{'at': '52ms', 'host': 'a', 'action': 'resume'}"));
    assert_int_equal(delivered(fixture), 10);
    assert_int_equal(ics_world_fixture_count(fixture, "57 ms message-delivered*"), 2);
}

static void a_process_that_is_due_on_a_paused_host_starts_at_the_resume(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM_WITH("", ", 'start': '20ms'",
                        "{'at': '10ms', 'host': 'a', 'action': 'pause'},"
                        "{'at': '30ms', 'host': 'a', 'action': 'resume'}"));
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "30 ms process-started source"), 1);
}

static void a_killed_process_stays_dead(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'process': 'source', 'action': 'kill'},"
                       "{'at': '33ms', 'process': 'source', 'action': 'kill'}"));
    assert_int_equal(delivered(fixture), 4);
    assert_int_equal(ics_world_fixture_count(fixture, "32 ms process-ended source killed"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "*process-ended source*"), 1);
}

static void a_restarted_process_begins_again(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'process': 'source', 'action': 'restart'}"));
    assert_int_equal(delivered(fixture), 4 + 10);
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 2);
    assert_int_equal(ics_world_fixture_count(fixture, "37 ms message-delivered*"), 1);
}

static void a_process_that_is_restarted_before_its_time_starts_once(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture = ran(STREAM_WITH(
        "", ", 'start': '50ms'", "{'at': '32ms', 'process': 'source', 'action': 'restart'}"));
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 1);
    assert_int_equal(ics_world_fixture_count(fixture, "32 ms process-started source"), 1);
}

static void a_process_cannot_be_restarted_where_its_host_is_down(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'host': 'a', 'action': 'crash'},"
                       "{'at': '40ms', 'process': 'source', 'action': 'restart'}"));
    assert_int_equal(delivered(fixture), 4);
    assert_int_equal(ics_world_fixture_count(fixture, "*process-started source"), 1);
}

/* The port of the killed process is free for the next one. */
static void a_restarted_receiver_has_its_port_again(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'process': 'sink', 'action': 'restart'}"));
    assert_int_equal(delivered(fixture), 10);
}

static void entries_of_one_instant_act_in_the_order_of_the_file(void **state)
{
    (void)state;
    g_autoptr(IcsWorldFixture) fixture =
        ran(STREAM("", "{'at': '32ms', 'link': 'wire', 'action': 'down'},"
                       "{'at': '32ms', 'link': 'wire', 'action': 'up'}"));
    assert_int_equal(delivered(fixture), 9);
    g_autoptr(IcsWorldFixture) reversed =
        ran(STREAM("", "{'at': '32ms', 'link': 'wire', 'action': 'up'},"
                       "{'at': '32ms', 'link': 'wire', 'action': 'down'}"));
    assert_int_equal(delivered(reversed), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_schedule_everything_arrives),
        cmocka_unit_test(down_loses_what_is_on_the_wire_and_what_comes),
        cmocka_unit_test(a_rate_holds_from_the_next_bit_on),
        cmocka_unit_test(a_delay_holds_for_what_leaves_from_then_on),
        cmocka_unit_test(what_is_held_arrives_at_the_release_in_order),
        cmocka_unit_test(a_fault_is_switched_on_and_off),
        cmocka_unit_test(a_fault_is_changed),
        cmocka_unit_test(a_fault_of_a_host_is_changed),
        cmocka_unit_test(a_partition_cuts_all_links_between_its_sides),
        cmocka_unit_test(a_partition_loses_what_arrives),
        cmocka_unit_test(a_crashed_host_starts_its_processes_again_at_the_restart),
        cmocka_unit_test(a_restart_of_a_host_that_is_up_does_nothing),
        cmocka_unit_test(a_process_that_was_due_while_its_host_was_down_starts_at_the_restart),
        cmocka_unit_test(a_process_that_is_due_at_the_restart_starts_once),
        cmocka_unit_test(a_process_that_is_due_after_the_restart_waits_for_its_time),
        cmocka_unit_test(a_paused_host_takes_its_input_at_the_resume),
        cmocka_unit_test(the_timers_of_a_paused_host_fall_due_at_the_resume),
        cmocka_unit_test(a_process_that_is_due_on_a_paused_host_starts_at_the_resume),
        cmocka_unit_test(a_killed_process_stays_dead),
        cmocka_unit_test(a_restarted_process_begins_again),
        cmocka_unit_test(a_process_that_is_restarted_before_its_time_starts_once),
        cmocka_unit_test(a_process_cannot_be_restarted_where_its_host_is_down),
        cmocka_unit_test(a_restarted_receiver_has_its_port_again),
        cmocka_unit_test(entries_of_one_instant_act_in_the_order_of_the_file),
    };
    return cmocka_run_group_tests_name("action", tests, NULL, NULL);
}
