#include "tests/support/fault_harness.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define FAULT_HARNESS_BYTES 100

static int64_t fault_harness_choose(IcsChoiceDriver *driver, const IcsChoice *choice,
                                    IcsChoiceDraw draw, gconstpointer element)
{
    (void)draw;
    (void)element;
    IcsFaultOracle *self = (IcsFaultOracle *)driver;
    self->asked++;
    self->last = *choice;
    return self->outcome;
}

IcsFaultHarness *ics_fault_harness_new(void)
{
    IcsFaultHarness *self = g_new0(IcsFaultHarness, 1);
    self->pool = ics_packet_pool_new();
    self->settings.place = "wire client->server";
    self->settings.seed = 1;
    self->oracle.driver.choose = fault_harness_choose;
    return self;
}

void ics_fault_harness_free(IcsFaultHarness *self)
{
    if (self == NULL) {
        return;
    }
    ics_fault_free(self->fault);
    if (self->packet != NULL) {
        ics_packet_free(self->packet);
    }
    ics_packet_pool_free(self->pool);
    g_free(self);
}

int ics_fault_harness_setup(void **state)
{
    *state = ics_fault_harness_new();
    return 0;
}

int ics_fault_harness_teardown(void **state)
{
    ics_fault_harness_free(*state);
    return 0;
}

static IcsFault *fault_harness_try(IcsFaultHarness *self, const IcsFaultClass *klass,
                                   gconstpointer config, GError **error)
{
    if (self->scope == NULL) {
        return ics_fault_new(klass, config, &self->settings, NULL, error);
    }
    IcsFaultScope scope;
    bool compiled = ics_fault_scope_init(&scope, self->scope, error);
    self->scope = NULL;
    return compiled ? ics_fault_new(klass, config, &self->settings, &scope, error) : NULL;
}

IcsFault *ics_fault_harness_new_fault(IcsFaultHarness *self, const IcsFaultClass *klass,
                                      gconstpointer config)
{
    GError *error = NULL;
    IcsFault *fault = fault_harness_try(self, klass, config, &error);
    if (fault == NULL) {
        fail_msg("%s", error->message);
    }
    return fault;
}

void ics_fault_harness_make(IcsFaultHarness *self, const IcsFaultClass *klass, gconstpointer config)
{
    g_clear_pointer(&self->fault, ics_fault_free);
    self->fault = ics_fault_harness_new_fault(self, klass, config);
    self->next_ordinal = 0;
}

void ics_fault_harness_assert_refused(IcsFaultHarness *self, const IcsFaultClass *klass,
                                      gconstpointer config, const char *words)
{
    g_autoptr(GError) error = NULL;
    assert_null(fault_harness_try(self, klass, config, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    if (strstr(error->message, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error->message, words);
    }
}

void ics_fault_harness_force(IcsFaultHarness *self, int64_t outcome)
{
    self->oracle.outcome = outcome;
    self->chooser.driver = &self->oracle.driver;
}

IcsPacket *ics_fault_harness_packet(IcsFaultHarness *self, uint32_t length)
{
    IcsPacket *packet = ics_packet_new(self->pool, length);
    memset(packet->bytes, 0, length);
    packet->fate.flow = 7;
    packet->fate.ordinal = self->next_ordinal++;
    return packet;
}

IcsPassage ics_fault_harness_ask_fault(IcsFaultHarness *self, IcsFault *fault, IcsPacket *packet,
                                       int64_t at_ns)
{
    IcsPassage passage = {.packet = packet, .chooser = &self->chooser, .at_ns = at_ns};
    ics_fault_ask(fault, &passage);
    return passage;
}

IcsPassage ics_fault_harness_ask(IcsFaultHarness *self, IcsPacket *packet, int64_t at_ns)
{
    return ics_fault_harness_ask_fault(self, self->fault, packet, at_ns);
}

IcsPassage ics_fault_harness_next(IcsFaultHarness *self, int64_t at_ns)
{
    if (self->packet == NULL) {
        self->packet = ics_fault_harness_packet(self, FAULT_HARNESS_BYTES);
        self->next_ordinal--;
    }
    self->packet->fate.ordinal = self->next_ordinal++;
    IcsPassage passage = ics_fault_harness_ask(self, self->packet, at_ns);
    passage.packet = NULL;
    return passage;
}

bool *ics_fault_harness_losses(IcsFaultHarness *self, size_t n, int64_t interval_ns)
{
    bool *lost = g_new(bool, n);
    for (size_t i = 0; i < n; i++) {
        lost[i] = ics_fault_harness_next(self, (int64_t)i * interval_ns).lost;
    }
    return lost;
}

size_t ics_fault_harness_samples(size_t n)
{
    const char *soak = getenv("IPCSIM_SOAK");
    long factor = soak != NULL ? strtol(soak, NULL, 10) : 1;
    return n * (size_t)MAX(factor, 1);
}

static bool fault_harness_measure(IcsFaultMeasure measure, const void *context, double *z)
{
    for (uint64_t seed = 1; seed <= ICS_STAT_SEEDS; seed++) {
        g_autoptr(IcsFaultHarness) harness = ics_fault_harness_new();
        harness->settings.seed = seed;
        z[seed - 1] = measure(harness, context);
    }
    return ics_stat_pass(z, ICS_STAT_SEEDS);
}

void ics_fault_harness_assert_law(const char *what, IcsFaultMeasure measure, const void *right,
                                  const void *low, const void *high)
{
    double z[ICS_STAT_SEEDS];
    fault_harness_measure(measure, right, z);
    assert_true(ics_stat_pass_or_explain(what, z, ICS_STAT_SEEDS));
    assert_false(fault_harness_measure(measure, low, z));
    assert_false(fault_harness_measure(measure, high, z));
}

double ics_fault_harness_runs_z(const bool *lost, size_t n,
                                const double probabilities[ICS_FAULT_HARNESS_RUN_CELLS])
{
    uint64_t counts[ICS_FAULT_HARNESS_RUN_CELLS] = {0};
    size_t length = 0;
    bool touches_start = n > 0 && lost[0];
    for (size_t i = 0; i < n; i++) {
        if (lost[i]) {
            length++;
            continue;
        }
        if (length > 0 && !touches_start) {
            counts[MIN(length, ICS_FAULT_HARNESS_RUN_CELLS) - 1]++;
        }
        length = 0;
        touches_start = false;
    }
    double x = ics_stat_chi_square(counts, probabilities, ICS_FAULT_HARNESS_RUN_CELLS);
    return ics_stat_chi_square_z(x, ICS_FAULT_HARNESS_RUN_CELLS - 1);
}

void ics_fault_harness_geometric(double stop, double probabilities[ICS_FAULT_HARNESS_RUN_CELLS])
{
    double left = 1;
    for (size_t i = 0; i + 1 < ICS_FAULT_HARNESS_RUN_CELLS; i++) {
        probabilities[i] = left * stop;
        left -= probabilities[i];
    }
    probabilities[ICS_FAULT_HARNESS_RUN_CELLS - 1] = left;
}
