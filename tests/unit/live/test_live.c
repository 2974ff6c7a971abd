/* Live runs against a clock that the test turns: nothing waits, and the outside is a pair of
 * sockets. */
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netmodel/outside.h"
#include "tests/support/raw_packet.h"
#include "tests/support/trace_fixture.h"
#include "tool/live/live.h"

#define MS    INT64_C(1000000)
#define BEGIN (INT64_C(777) * MS)

/* An echo server 10 ms away, and a client of it whose packets do not reach the outside. */
#define TRACE                                                                                      \
    "{'ipcsim': 1, 'stop': '1s', 'hosts': {'here': {'address': '10.0.0.1'},"                       \
    "                                      'there': {'address': '10.0.0.2'}},"                     \
    " 'links': [{'name': 'wire', 'ends': ['here', 'there'], 'delay': '10ms'}],"                    \
    " 'processes': [{'name': 'echo', 'host': 'there', 'program': 'udp-echo-server', 'port': 7}]}"

#define HERE  ICS_RAW_ADDRESS(10, 0, 0, 1)
#define THERE ICS_RAW_ADDRESS(10, 0, 0, 2)

/* Something that happens outside when the clock stands at a time. */
typedef struct {
    int64_t at_ns; /* since the start */
    char what;     /* 's' send a datagram, 'i' interrupt, 'c' close, 'l' be late from here on */
    int64_t value; /* 'l': by how much each wait takes too long */
} Step;

typedef struct {
    IcsTrace *trace;
    IcsWorld *world;
    GPtrArray *attachments;
    int far; /* the outside's end */
    IcsLiveMachine machine;
    IcsLiveListener listener;
    IcsLive *live;
    int64_t clock_ns;
    int64_t late_ns;
    const Step *steps;
    guint waits;
    GString *told;
    GString *received;
    bool well;
} Fixture;

static int64_t fake_now(gpointer data)
{
    const Fixture *fixture = data;
    return fixture->clock_ns;
}

static void send_datagram(const Fixture *fixture)
{
    g_autofree IcsRawPacket *packet = g_new0(IcsRawPacket, 1);
    ics_raw_packet_udp(packet, HERE, 5000, THERE, 7, "hello");
    assert_int_equal(send(fixture->far, packet->bytes, packet->n, 0), packet->n);
}

/* Takes what has come out, and notes when that was. */
static void take_packets(Fixture *fixture)
{
    uint8_t bytes[2000];
    while (fixture->far >= 0 && recv(fixture->far, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
        g_string_append_printf(fixture->received, "%" G_GINT64_FORMAT " ",
                               (fixture->clock_ns - BEGIN) / MS);
    }
}

static bool take_step(Fixture *fixture, const Step *step)
{
    switch (step->what) {
    case 's':
        send_datagram(fixture);
        return true;
    case 'c':
        close(fixture->far);
        fixture->far = -1;
        return true;
    case 'l':
        fixture->late_ns = step->value;
        return true;
    default:
        return false;
    }
}

static bool fake_wait(gpointer data, int64_t until_ns, struct pollfd *descriptors, nfds_t n)
{
    Fixture *fixture = data;
    take_packets(fixture);
    const Step *step = fixture->steps;
    bool steps_now = step->what != 0 && BEGIN + step->at_ns <= MAX(until_ns, fixture->clock_ns);
    if (n > 0 && poll(descriptors, n, 0) > 0) {
        return true;
    }
    if (n > 0) {
        int64_t wanted_ns = steps_now ? MIN(until_ns, BEGIN + step->at_ns) : until_ns;
        fixture->clock_ns = MAX(fixture->clock_ns, wanted_ns) + fixture->late_ns;
        fixture->waits++;
    }
    bool go_on = true;
    if (steps_now && (n > 0 || step->what == 'i')) {
        fixture->steps++;
        go_on = take_step(fixture, step);
    }
    for (nfds_t i = 0; i < n; i++) {
        poll(&descriptors[i], 1, 0);
    }
    return go_on;
}

static void hear(gpointer data, const char *text)
{
    Fixture *fixture = data;
    g_string_append_printf(fixture->told, "%s; ", text);
}

static bool is_well(gpointer data)
{
    const Fixture *fixture = data;
    return fixture->well;
}

static void attach(Fixture *fixture, int type)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, type, 0, pair), 0);
    fixture->far = pair[1];
    g_autofree char *text = g_strdup_printf("here=fd:%d", pair[0]);
    IcsAttachment *attachment = ics_attachment_parse(text, NULL);
    assert_non_null(attachment);
    assert_true(ics_attachment_open(attachment, NULL));
    g_ptr_array_add(fixture->attachments, attachment);
}

static void free_attachment(gpointer data)
{
    IcsAttachment *attachment = data;
    close(attachment->fd);
    ics_attachment_free(attachment);
}

static void prepare(Fixture *fixture, int type)
{
    const char *const outside[] = {"here", NULL};
    IcsWorldOptions options = {.outside = outside};
    fixture->trace = ics_trace_fixture_parse(TRACE);
    fixture->world = ics_world_new(fixture->trace, &options, NULL);
    fixture->attachments = g_ptr_array_new_with_free_func(free_attachment);
    attach(fixture, type);
    fixture->clock_ns = BEGIN;
    fixture->told = g_string_new(NULL);
    fixture->received = g_string_new(NULL);
    fixture->machine = (IcsLiveMachine){fake_now, fake_wait, fixture};
    fixture->listener = (IcsLiveListener){hear, is_well, fixture};
    fixture->well = true;
    fixture->live =
        ics_live_new(fixture->world, fixture->attachments, &fixture->machine, &fixture->listener);
}

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    prepare(fixture, SOCK_DGRAM);
    *state = fixture;
    return 0;
}

static int set_up_sequenced(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    prepare(fixture, SOCK_SEQPACKET);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    if (fixture->far >= 0) {
        close(fixture->far);
    }
    ics_live_free(fixture->live);
    g_ptr_array_unref(fixture->attachments);
    ics_world_free(fixture->world);
    ics_trace_free(fixture->trace);
    g_string_free(fixture->told, TRUE);
    g_string_free(fixture->received, TRUE);
    g_free(fixture);
    return 0;
}

static const char *run(Fixture *fixture, const Step *steps)
{
    fixture->steps = steps;
    const char *stopped = ics_live_run(fixture->live);
    take_packets(fixture);
    return stopped;
}

static const IcsOutsideCounters *counters(const Fixture *fixture)
{
    const IcsHost *host = ics_network_host_by_name(fixture->world->network, "here");
    return ics_outside_counters(ics_outside_of(host));
}

static void a_quiet_run_waits_once_for_its_stop(void **state)
{
    Fixture *fixture = *state;
    assert_string_equal(run(fixture, (Step[]){{0}}), "time");
    assert_int_equal(fixture->clock_ns, BEGIN + 1000 * MS);
    assert_int_equal(ics_simulation_now(fixture->world->simulation), 1000 * MS);
    assert_int_equal(fixture->waits, 1);
    assert_string_equal(fixture->told->str, "");
}

static void a_packet_enters_when_it_is_read_and_its_answer_leaves_when_it_is_due(void **state)
{
    Fixture *fixture = *state;
    const Step steps[] = {{100 * MS, 's', 0}, {250 * MS, 's', 0}, {0}};
    assert_string_equal(run(fixture, steps), "time");
    assert_string_equal(fixture->received->str, "120 270 ");
    assert_int_equal(counters(fixture)->pushed, 2);
    assert_int_equal(counters(fixture)->received, 2);
    assert_int_equal(ics_live_pacer(fixture->live)->lag_max_ns, 0);
}

static void several_packets_at_once_enter_together(void **state)
{
    Fixture *fixture = *state;
    for (int i = 0; i < 3; i++) {
        send_datagram(fixture);
    }
    run(fixture, (Step[]){{0}});
    assert_string_equal(fixture->received->str, "20 20 20 ");
}

/* Each wait takes 30 ms too long: the packets come too late, which is said once a second. */
static void a_run_that_falls_behind_says_so(void **state)
{
    Fixture *fixture = *state;
    const Step steps[] = {{100 * MS, 'l', 30 * MS}, {200 * MS, 's', 0}, {300 * MS, 's', 0}, {0}};
    assert_string_equal(run(fixture, steps), "time");
    assert_string_equal(fixture->told->str, "behind by 30 ms at 240 ms; ");
    assert_int_equal(ics_live_pacer(fixture->live)->lag_max_ns, 30 * MS);
}

static void a_packet_behind_the_stop_is_left_outside(void **state)
{
    Fixture *fixture = *state;
    const Step steps[] = {{500 * MS, 'l', 600 * MS}, {600 * MS, 's', 0}, {0}};
    assert_string_equal(run(fixture, steps), "time");
    assert_int_equal(counters(fixture)->pushed, 0);
    assert_int_equal(ics_simulation_now(fixture->world->simulation), 1000 * MS);
}

static void an_interrupt_ends_the_run_where_it_is(void **state)
{
    Fixture *fixture = *state;
    const Step steps[] = {{100 * MS, 's', 0}, {400 * MS, 'i', 0}, {0}};
    assert_string_equal(run(fixture, steps), "interrupted");
    assert_int_equal(fixture->clock_ns, BEGIN + 400 * MS);
    assert_string_equal(fixture->received->str, "120 ");
}

static void a_listener_that_is_not_well_ends_the_run(void **state)
{
    Fixture *fixture = *state;
    fixture->well = false;
    assert_string_equal(run(fixture, (Step[]){{0}}), "interrupted");
    assert_int_equal(fixture->waits, 0);
}

static void bytes_that_are_no_packet_are_refused(void **state)
{
    Fixture *fixture = *state;
    assert_int_equal(send(fixture->far, "", 0, 0), 0);
    assert_int_equal(send(fixture->far, "hello", 5, 0), 5);
    assert_string_equal(run(fixture, (Step[]){{0}}), "time");
    assert_int_equal(counters(fixture)->refused, 2);
}

static void an_outside_that_has_gone_is_told_of(void **state)
{
    Fixture *fixture = *state;
    const Step steps[] = {{100 * MS, 's', 0}, {110 * MS, 'c', 0}, {0}};
    assert_string_equal(run(fixture, steps), "quiescent");
    IcsAttachment *attachment = g_ptr_array_index(fixture->attachments, 0);
    assert_int_equal(attachment->fd, -1);
    assert_int_equal(attachment->unwritten, 1);
    assert_true(g_str_has_prefix(fixture->told->str, "here: fd:"));
    assert_non_null(strstr(fixture->told->str, " has gone: "));
}

/* At once, since such a socket says so. */
static void a_sequenced_outside_that_has_gone_is_noticed_at_once(void **state)
{
    Fixture *fixture = *state;
    const Step steps[] = {{100 * MS, 's', 0}, {300 * MS, 'c', 0}, {0}};
    assert_string_equal(run(fixture, steps), "quiescent");
    assert_string_equal(fixture->received->str, "120 ");
    assert_int_equal(fixture->clock_ns, BEGIN + 300 * MS);
}

static void an_outside_that_does_not_read_loses_packets(void **state)
{
    Fixture *fixture = *state;
    int room = 2048;
    IcsAttachment *attachment = g_ptr_array_index(fixture->attachments, 0);
    setsockopt(attachment->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    for (int i = 0; i < 9; i++) {
        send_datagram(fixture);
    }
    run(fixture, (Step[]){{0}});
    assert_true(attachment->unwritten > 0);
    assert_int_equal(counters(fixture)->received, 9);
    assert_non_null(strstr(fixture->told->str, "does not take a packet"));
    assert_null(strstr(strstr(fixture->told->str, "take") + 1, "take"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_quiet_run_waits_once_for_its_stop),
        TEST(a_packet_enters_when_it_is_read_and_its_answer_leaves_when_it_is_due),
        TEST(several_packets_at_once_enter_together),
        TEST(a_run_that_falls_behind_says_so),
        TEST(a_packet_behind_the_stop_is_left_outside),
        TEST(an_interrupt_ends_the_run_where_it_is),
        TEST(a_listener_that_is_not_well_ends_the_run),
        TEST(bytes_that_are_no_packet_are_refused),
        TEST(an_outside_that_has_gone_is_told_of),
        cmocka_unit_test_setup_teardown(a_sequenced_outside_that_has_gone_is_noticed_at_once,
                                        set_up_sequenced, tear_down),
        TEST(an_outside_that_does_not_read_loses_packets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
