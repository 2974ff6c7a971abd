/* What pairs the runs of a comparison: a message that is sent for the first time meets the same
 * faults over every transport (SEMANTICS: "Fates"). */
#include <cmocka.h>
#include <string.h>

#include "netmodel/link.h"
#include "netmodel/packet.h"
#include "tests/support/trace_fixture.h"

#define MESSAGES 200

static const char lossy[] =
    "{'ipcsim': 1, 'seed': 11, 'stop': '120s', 'hosts': {'a': {}, 'b': {}},"
    " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'rate': '10Mbit', 'delay': '5ms',"
    "  'faults': [{'kind': 'loss', 'probability': '20%', 'direction': 'a->b'}]}],"
    " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'port': 9},"
    "  {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9', 'messages': 200,"
    "   'size': '100B', 'interval': '20ms'}]}";

/* What became of the first transmission of each message, from a to b. */
typedef struct Firsts {
    uint64_t flow; /* of the fates */
    bool offered[MESSAGES];
    bool lost[MESSAGES];
    uint32_t repeats;
} Firsts;

/* Whether the packet begins a message, on its way from a to b. */
static bool begins_message(const IcsObservation *observation)
{
    const IcsFate *fate = &observation->packet->fate;
    return observation->direction != NULL && /* else it died in a host */
           strcmp(observation->direction->name, "wire a->b") == 0 &&
           fate->klass == ICS_FATE_FIRST && fate->fragment == 0 && fate->lineage == 0;
}

static void observe_offered(gpointer data, const IcsObservation *observation)
{
    Firsts *firsts = data;
    const IcsFate *fate = &observation->packet->fate;
    firsts->repeats += fate->klass == ICS_FATE_REPEAT;
    if (begins_message(observation)) {
        assert_in_range(fate->ordinal, 0, MESSAGES - 1);
        assert_false(firsts->offered[fate->ordinal]);
        firsts->offered[fate->ordinal] = true;
        firsts->flow = fate->flow;
    }
}

static void observe_dropped(gpointer data, const IcsObservation *observation)
{
    Firsts *firsts = data;
    if (begins_message(observation)) {
        assert_int_equal(observation->cause, ICS_CAUSE_LOSS);
        firsts->lost[observation->packet->fate.ordinal] = true;
    }
}

static Firsts firsts_over(const char *transport)
{
    GError *error = NULL;
    Firsts firsts = {0};
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(lossy);
    g_autoptr(IcsTransportChoice) choice = ics_transport_choice_parse(transport, &error);
    g_assert_no_error(error);
    IcsWorldOptions options = {.transport = choice};
    IcsWorld *world = ics_world_new(trace, &options, &error);
    g_assert_no_error(error);
    ics_bus_subscribe(&world->simulation->bus, ICS_OBSERVE_MASK(PACKET_OFFERED), observe_offered,
                      &firsts);
    ics_bus_subscribe(&world->simulation->bus, ICS_OBSERVE_MASK(PACKET_DROPPED), observe_dropped,
                      &firsts);
    while (ics_world_run(world, 100000) == ICS_STOP_BUDGET) {
    }
    ics_world_free(world);
    return firsts;
}

static uint32_t count(const bool *flags)
{
    uint32_t n = 0;
    for (int i = 0; i < MESSAGES; i++) {
        n += flags[i];
    }
    return n;
}

/* `at_least`: messages that begin a packet of their own. */
static void assert_meets_the_fates_of_udp(const char *transport, uint32_t at_least)
{
    Firsts udp = firsts_over("udp");
    Firsts other = firsts_over(transport);
    assert_int_equal(count(udp.offered), MESSAGES);
    assert_in_range(count(udp.lost), MESSAGES / 10, MESSAGES * 3 / 10);
    assert_int_equal(udp.repeats, 0);
    assert_true(other.repeats > 0);
    assert_true(other.flow == udp.flow);
    assert_true(count(other.offered) >= at_least);
    for (int i = 0; i < MESSAGES; i++) {
        if (other.offered[i] && other.lost[i] != udp.lost[i]) {
            fail_msg("message %d is %s over udp, and %s over %s", i,
                     udp.lost[i] ? "lost" : "delivered", other.lost[i] ? "lost" : "delivered",
                     transport);
        }
    }
}

static void stop_and_wait_loses_what_udp_loses(void **state)
{
    (void)state;
    assert_meets_the_fates_of_udp("rdt.abp", MESSAGES);
}

static void go_back_n_loses_what_udp_loses(void **state)
{
    (void)state;
    assert_meets_the_fates_of_udp("rdt.gbn", MESSAGES);
}

static void selective_repeat_loses_what_udp_loses(void **state)
{
    (void)state;
    assert_meets_the_fates_of_udp("rdt.sr(window=32)", MESSAGES);
}

/* Messages that wait for room go out together; a segment has the fate of the first that begins in
 * it. */
static void a_stream_loses_what_udp_loses(void **state)
{
    (void)state;
    assert_meets_the_fates_of_udp("stream(nagle=off)", MESSAGES / 2);
    assert_meets_the_fates_of_udp("stream(nagle=off,cc=reno,sack=off)", MESSAGES / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stop_and_wait_loses_what_udp_loses),
        cmocka_unit_test(go_back_n_loses_what_udp_loses),
        cmocka_unit_test(selective_repeat_loses_what_udp_loses),
        cmocka_unit_test(a_stream_loses_what_udp_loses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
