/* Whole worlds with connections, at random (tests/support/stream_soak.h): whatever the network, the
 * hosts and the processes do, what is delivered is a prefix of what was sent, in order and once; if
 * the network heals and nobody resets everything arrives; in the end no connection, packet or timer
 * is left; and the same seed gives the same digest, whoever observes and however departures are
 * computed.
 *
 * A thousand scenarios; IPCSIM_SOAK=N: N times as many. IPCSIM_SCENARIO=K runs the K-th alone,
 * IPCSIM_TRACE=1 prints its trace. */
#include <cmocka.h>
#include <stdlib.h>

#include "tests/support/fault_harness.h"
#include "tests/support/stream_soak.h"

enum { SCENARIOS = 1000, REPEAT_EVERY = 10 };

typedef struct Totals {
    uint64_t polite;
    uint64_t streams;
    uint64_t finished;
    uint64_t written_bytes;
    uint64_t read_bytes;
    uint64_t events;
    uint64_t repeated;
} Totals;

static void count(const IcsStreamSoak *soak, Totals *totals)
{
    totals->polite += soak->is_polite;
    totals->streams += soak->streams->len;
    totals->events += soak->world->simulation->events;
    for (guint i = 0; i < soak->streams->len; i++) {
        const IcsSoakStream *stream = g_ptr_array_index(soak->streams, i);
        totals->finished += stream->is_finished;
        totals->written_bytes += stream->written_bytes;
        totals->read_bytes += stream->read_bytes;
    }
}

static uint64_t digest_of(uint64_t scenario, bool other_way, Totals *totals)
{
    g_autoptr(IcsStreamSoak) soak = ics_stream_soak_new(scenario, other_way);
    ics_stream_soak_run(soak);
    if (totals != NULL) {
        count(soak, totals);
    }
    return ics_world_digest(soak->world);
}

static void run_scenario(uint64_t scenario, Totals *totals)
{
    uint64_t digest = digest_of(scenario, false, totals);
    if (scenario % REPEAT_EVERY == 0) {
        totals->repeated++;
        if (digest_of(scenario, true, NULL) != digest) {
            fail_msg("scenario %" G_GUINT64_FORMAT ": another digest the second time", scenario);
        }
    }
}

static void whatever_happens_streams_are_prefixes_and_nothing_is_left(void **state)
{
    (void)state;
    Totals totals = {0};
    uint64_t first = 1;
    uint64_t last = ics_fault_harness_samples(SCENARIOS);
    const char *one = g_getenv("IPCSIM_SCENARIO");
    if (one != NULL) {
        first = last = g_ascii_strtoull(one, NULL, 10);
    }
    for (uint64_t scenario = first; scenario <= last; scenario++) {
        run_scenario(scenario, &totals);
    }
    g_print("%" G_GUINT64_FORMAT " scenarios, %" G_GUINT64_FORMAT
            " of them polite: %" G_GUINT64_FORMAT " streams, %" G_GUINT64_FORMAT
            " read to their end; %" G_GUINT64_FORMAT " bytes sent, %" G_GUINT64_FORMAT
            " received; %" G_GUINT64_FORMAT " events; %" G_GUINT64_FORMAT " digests compared\n",
            last - first + 1, totals.polite, totals.streams, totals.finished, totals.written_bytes,
            totals.read_bytes, totals.events, totals.repeated);
    if (one == NULL) {
        assert_true(totals.finished > last);
        assert_true(totals.polite * 3 > last && totals.polite * 3 < 2 * last);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_streams_are_prefixes_and_nothing_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
