#include "tests/support/link_journey.h"

#include <cmocka.h>
#include <math.h>
#include <string.h>

#define JOURNEY_BYTES 1000

/* Sends one packet an interval. */
typedef struct JourneySource {
    IcsEvent event;
    IcsLinkFixture *fixture;
    IcsLinkDirection *wire;
    size_t left;
} JourneySource;

static void journey_source_fire(IcsEvent *event)
{
    JourneySource *self = ICS_CONTAINER_OF(event, JourneySource, event);
    IcsSimulation *simulation = self->fixture->simulation;
    IcsPacket *packet = ics_packet_new(self->fixture->network->packets, JOURNEY_BYTES);
    packet->fate.ordinal = self->fixture->next_ordinal[0]++;
    memset(packet->bytes, 0, 40);
    ics_interface_send(self->wire->from, packet);
    if (--self->left > 0) {
        ics_simulation_schedule(simulation, event, simulation->now_ns + ICS_JOURNEY_INTERVAL_NS,
                                self->wire->from->host->node);
    }
}

static void journey_input(gpointer stack, IcsInterface *interface, IcsPacket *packet)
{
    IcsJourney *journey = ((IcsRecordingStack *)stack)->data;
    uint64_t ordinal = packet->fate.ordinal;
    if (journey->arrivals[ordinal]++ == 0) {
        journey->arrived_ns[ordinal] = interface->host->network->simulation->now_ns;
    }
    journey->order[journey->n_order++] = (uint32_t)ordinal;
    ics_packet_free(packet);
}

static void journey_crash(gpointer stack)
{
    (void)stack;
}

static const IcsStackClass journey_far_end = {journey_input, journey_crash, g_free};

static void journey_run(IcsJourney *journey, uint64_t seed, const IcsJourneyLaw *law)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsLinkFixture) fixture = ics_link_fixture_new(names, seed, INT64_MAX);
    IcsLinkDirection *wire =
        ics_link_fixture_wire(fixture, 100000000, 10 * ICS_NS_PER_MS, 100, false);
    for (size_t i = 0; i < law->n_faults; i++) {
        ics_link_fixture_add_fault(fixture, &wire->faults, wire->name, &law->faults[i]);
    }
    ics_link_fixture_host(fixture, "b")->stack_class = &journey_far_end;
    ics_link_fixture_stack(fixture, "b")->data = journey;
    JourneySource source = {.fixture = fixture, .wire = wire, .left = journey->n};
    ics_event_init(&source.event, journey_source_fire);
    ics_simulation_schedule(fixture->simulation, &source.event, 0, wire->from->host->node);
    ics_link_fixture_run(fixture);
}

static void journey_init(IcsJourney *self)
{
    self->n = ics_fault_harness_samples(ICS_FAULT_HARNESS_PACKETS);
    self->arrivals = g_new0(uint8_t, self->n);
    self->arrived_ns = g_new0(int64_t, self->n);
    self->order = g_new0(uint32_t, 2 * self->n);
    self->n_order = 0;
}

static void journey_clear(IcsJourney *self)
{
    g_free(self->arrivals);
    g_free(self->arrived_ns);
    g_free(self->order);
}

typedef double (*Measure)(const IcsJourney *journey);

static double journey_measure(uint64_t seed, const IcsJourneyLaw *law, IcsJourneyMeasure measure)
{
    IcsJourney journey;
    journey_init(&journey);
    journey_run(&journey, seed, law);
    double z = measure(&journey);
    journey_clear(&journey);
    return z;
}

/* Seeds that may be enough to find a law wrong. */
#define JOURNEY_FIRST_SEEDS 8

static bool journey_is_found_wrong(const IcsJourneyLaw *law, IcsJourneyMeasure measure)
{
    double z[ICS_STAT_SEEDS];
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        z[seed - 1] = journey_measure(seed, law, measure);
        if (fabs(z[seed - 1]) > ICS_STAT_MAX_SIGMA ||
            (seed == JOURNEY_FIRST_SEEDS && !ics_stat_pass(z, seed))) {
            return true;
        }
    }
    return !ics_stat_pass(z, ICS_STAT_SEEDS);
}

void ics_journey_assert_law(const char *what, IcsJourneyMeasure measure,
                            const IcsJourneyLaw laws[3])
{
    double z[ICS_STAT_SEEDS];
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        z[seed - 1] = journey_measure(seed, &laws[0], measure);
    }
    assert_true(ics_stat_pass_or_explain(what, z, ICS_STAT_SEEDS));
    assert_true(journey_is_found_wrong(&laws[1], measure));
    assert_true(journey_is_found_wrong(&laws[2], measure));
}

void ics_journey_assert_element(const char *what, IcsJourneyMeasure measure,
                                const IcsFaultClass *klass, gconstpointer right, gconstpointer low,
                                gconstpointer high)
{
    IcsJourneyLaw laws[3] = {
        {.faults = {{.klass = klass, .config = right}}, .n_faults = 1},
        {.faults = {{.klass = klass, .config = low}}, .n_faults = 1},
        {.faults = {{.klass = klass, .config = high}}, .n_faults = 1},
    };
    ics_journey_assert_law(what, measure, laws);
}

size_t ics_journey_lost(const IcsJourney *journey)
{
    size_t lost = 0;
    for (size_t i = 0; i < journey->n; i++) {
        lost += journey->arrivals[i] == 0;
    }
    return lost;
}

int64_t ics_journey_late_ns(const IcsJourney *journey, size_t ordinal)
{
    int64_t sent_ns = (int64_t)ordinal * ICS_JOURNEY_INTERVAL_NS;
    return journey->arrived_ns[ordinal] - sent_ns - ICS_JOURNEY_WAY_NS;
}

double ics_journey_mean_burst_z(const IcsJourney *journey, double mean, double variance)
{
    uint64_t bursts = 0, lost = 0, length = 0;
    for (size_t i = 0; i < journey->n; i++) {
        length = journey->arrivals[i] == 0 ? length + 1 : 0;
        bursts += length == 1;
        lost += length > 0;
    }
    /* The last one may be cut short by the end of the flow: one of thousands. */
    return ics_stat_z_mean((double)lost / (double)bursts, bursts, mean, sqrt(variance));
}

double ics_journey_bursts_z(const IcsJourney *journey,
                            const double probabilities[ICS_FAULT_HARNESS_RUN_CELLS])
{
    g_autofree bool *lost = g_new(bool, journey->n);
    for (size_t i = 0; i < journey->n; i++) {
        lost[i] = journey->arrivals[i] == 0;
    }
    return ics_fault_harness_runs_z(lost, journey->n, probabilities);
}
