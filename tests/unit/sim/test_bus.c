#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "sim/bus.h"

/* A subscriber that writes its name and what it was told into a log that several share. */
typedef struct {
    const char *name;
    GString *log;
    const IcsObservation *last;
} Observer;

static void observe(gpointer self, const IcsObservation *observation)
{
    Observer *observer = self;
    g_string_append_printf(observer->log, "%s:%s ", observer->name,
                           ics_observation_kind_name(observation->kind));
    observer->last = observation;
}

typedef struct {
    IcsBus bus;
    GString *log;
    Observer first;
    Observer second;
} Fixture;

static int set_up(void **state)
{
    Fixture *fixture = g_new0(Fixture, 1);
    ics_bus_init(&fixture->bus);
    fixture->log = g_string_new(NULL);
    fixture->first = (Observer){.name = "first", .log = fixture->log};
    fixture->second = (Observer){.name = "second", .log = fixture->log};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = *state;
    ics_bus_clear(&fixture->bus);
    g_string_free(fixture->log, TRUE);
    g_free(fixture);
    return 0;
}

static void publish(Fixture *fixture, IcsObservationKind kind)
{
    IcsObservation observation = {.kind = kind};
    ics_bus_publish(&fixture->bus, &observation);
}

static void nobody_wants_anything_at_first(void **state)
{
    Fixture *fixture = *state;
    for (int kind = 0; kind < ICS_OBSERVATION_N_KINDS; kind++) {
        assert_false(ics_bus_wants(&fixture->bus, (IcsObservationKind)kind));
    }
    publish(fixture, ICS_OBSERVE_PACKET_DROPPED);
    assert_string_equal(fixture->log->str, "");
}

static void a_subscriber_is_told_of_its_kinds_only(void **state)
{
    Fixture *fixture = *state;
    uint64_t kinds = ICS_OBSERVE_MASK(PACKET_OFFERED) | ICS_OBSERVE_MASK(SCHEDULE_ACTED);
    ics_bus_subscribe(&fixture->bus, kinds, observe, &fixture->first);
    assert_true(ics_bus_wants(&fixture->bus, ICS_OBSERVE_PACKET_OFFERED));
    assert_true(ics_bus_wants(&fixture->bus, ICS_OBSERVE_SCHEDULE_ACTED));
    assert_false(ics_bus_wants(&fixture->bus, ICS_OBSERVE_PACKET_DROPPED));
    publish(fixture, ICS_OBSERVE_PACKET_OFFERED);
    publish(fixture, ICS_OBSERVE_PACKET_DROPPED);
    publish(fixture, ICS_OBSERVE_SCHEDULE_ACTED);
    assert_string_equal(fixture->log->str, "first:packet-offered first:schedule-acted ");
}

static void subscribers_are_told_in_the_order_in_which_they_came(void **state)
{
    Fixture *fixture = *state;
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_EVERYTHING, observe, &fixture->second);
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_EVERYTHING, observe, &fixture->first);
    publish(fixture, ICS_OBSERVE_PACKET_ARRIVED);
    assert_string_equal(fixture->log->str, "second:packet-arrived first:packet-arrived ");
}

static void what_is_wanted_is_the_union(void **state)
{
    Fixture *fixture = *state;
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_MASK(PACKET_ARRIVED), observe, &fixture->first);
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_MASK(PACKET_DROPPED), observe, &fixture->second);
    assert_int_equal(fixture->bus.wanted,
                     ICS_OBSERVE_MASK(PACKET_ARRIVED) | ICS_OBSERVE_MASK(PACKET_DROPPED));
    publish(fixture, ICS_OBSERVE_PACKET_DROPPED);
    publish(fixture, ICS_OBSERVE_PACKET_ARRIVED);
    assert_string_equal(fixture->log->str, "second:packet-dropped first:packet-arrived ");
}

static void one_who_wants_nothing_is_told_nothing(void **state)
{
    Fixture *fixture = *state;
    ics_bus_subscribe(&fixture->bus, 0, observe, &fixture->first);
    assert_int_equal(fixture->bus.wanted, 0);
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_EVERYTHING, observe, &fixture->second);
    publish(fixture, ICS_OBSERVE_HOST_CHANGED);
    assert_string_equal(fixture->log->str, "second:host-changed ");
}

static void everything_is_every_kind(void **state)
{
    Fixture *fixture = *state;
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_EVERYTHING, observe, &fixture->first);
    for (int kind = 0; kind < ICS_OBSERVATION_N_KINDS; kind++) {
        assert_true(ics_bus_wants(&fixture->bus, (IcsObservationKind)kind));
    }
    assert_true(ICS_OBSERVATION_N_KINDS < 64);
}

static void the_observation_is_handed_on_as_it_is(void **state)
{
    Fixture *fixture = *state;
    IcsObservation observation = {
        .kind = ICS_OBSERVE_PROCESS_LOGGED, .node = 3, .at_ns = 17, .value = -1, .text = "x"};
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_EVERYTHING, observe, &fixture->first);
    ics_bus_publish(&fixture->bus, &observation);
    assert_ptr_equal(fixture->first.last, &observation);
}

static void a_cleared_bus_has_no_subscribers(void **state)
{
    Fixture *fixture = *state;
    ics_bus_subscribe(&fixture->bus, ICS_OBSERVE_EVERYTHING, observe, &fixture->first);
    ics_bus_clear(&fixture->bus);
    assert_false(ics_bus_wants(&fixture->bus, ICS_OBSERVE_PACKET_OFFERED));
    ics_bus_init(&fixture->bus);
    publish(fixture, ICS_OBSERVE_PACKET_OFFERED);
    assert_string_equal(fixture->log->str, "");
}

static void the_kinds_have_names_of_their_own(G_GNUC_UNUSED void **state)
{
    for (int kind = 0; kind < ICS_OBSERVATION_N_KINDS; kind++) {
        const char *name = ics_observation_kind_name((IcsObservationKind)kind);
        assert_true(strlen(name) > 0);
        for (int other = 0; other < kind; other++) {
            assert_string_not_equal(name, ics_observation_kind_name((IcsObservationKind)other));
        }
    }
}

#define BUS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BUS_TEST(nobody_wants_anything_at_first),
        BUS_TEST(a_subscriber_is_told_of_its_kinds_only),
        BUS_TEST(subscribers_are_told_in_the_order_in_which_they_came),
        BUS_TEST(what_is_wanted_is_the_union),
        BUS_TEST(one_who_wants_nothing_is_told_nothing),
        BUS_TEST(everything_is_every_kind),
        BUS_TEST(the_observation_is_handed_on_as_it_is),
        BUS_TEST(a_cleared_bus_has_no_subscribers),
        cmocka_unit_test(the_kinds_have_names_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
