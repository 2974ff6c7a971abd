#include "netmodel/fault.h"

#include <string.h>

#include "base/error.h"
#include "netmodel/fault_internal.h"

const char *ics_fault_stage_name(IcsFaultStage stage)
{
    static const char *const names[] = {
#define FAULT_STAGE_NAME(name, spelling) spelling,
        ICS_FAULT_STAGES(FAULT_STAGE_NAME)
#undef FAULT_STAGE_NAME
    };
    g_assert((size_t)stage < G_N_ELEMENTS(names));
    return names[stage];
}

bool ics_fault_refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, ICS_ERROR, ICS_ERROR_INPUT, message);
    return false;
}

bool ics_fault_settle_probability(const IcsFault *self, bool given, IcsProbability *probability,
                                  GError **error)
{
    if (given) {
        return true;
    }
    if (self->scope.everything) {
        return ics_fault_refuse(
            error,
            "%s needs a probability, or from, until, nth, every or match to say "
            "which packets it means",
            self->klass->name);
    }
    *probability = ICS_PROBABILITY_ONE;
    return true;
}

IcsProbability ics_fault_ratio(IcsUint128 n, IcsUint128 d)
{
    g_assert(n <= d && d > 0 && d >> 127 == 0);
    if (n == d) {
        return ICS_PROBABILITY_ONE;
    }
    IcsProbability quotient = 0;
    for (int bit = 0; bit < 63; bit++) {
        n <<= 1;
        quotient <<= 1;
        if (n >= d) {
            n -= d;
            quotient |= 1;
        }
    }
    return quotient + (n >= d - n);
}

char **ics_fault_config_file(const IcsFaultClass *klass, gpointer config)
{
    const IcsParameter *row = klass->parameters;
    while (row->name != NULL && g_strcmp0(row->name, klass->file_parameter) != 0) {
        row++;
    }
    if (row->name == NULL) {
        return NULL;
    }
    char **text = (char **)(void *)((char *)config + row->offset);
    return *text != NULL ? text : NULL;
}

static void fault_name(IcsFault *self, const IcsFaultSettings *settings)
{
    const char *kind = self->klass->name;
    if (settings->name == NULL) {
        self->label = g_strdup_printf("%s#%u", kind, settings->occurrence);
    }
    self->point = (IcsChoicePoint){
        .site = settings->name != NULL
                    ? ics_draw_site(settings->seed, settings->place, settings->name)
                    : ics_draw_site_unnamed(settings->seed, settings->place, kind,
                                            settings->occurrence),
        .place = settings->place,
        .element = settings->name != NULL ? settings->name : self->label,
        .kind = kind,
        .pointer = settings->pointer,
    };
}

static bool fault_init_clock(IcsFault *self, int64_t clock_ns, GError **error)
{
    if (clock_ns != 0 && !self->klass->clocked) {
        return ics_fault_refuse(error, "%s takes no clock: %s", self->klass->name,
                                self->klass->sequential
                                    ? "its state belongs to the packets"
                                    : "each of its decisions is about one packet alone");
    }
    if (clock_ns < 0) {
        return ics_fault_refuse(error, "the clock must be longer than 0");
    }
    self->clock_ns = clock_ns;
    self->sequential =
        (self->klass->sequential && clock_ns == 0) || ics_fault_scope_counts(&self->scope);
    return true;
}

IcsFault *ics_fault_new(const IcsFaultClass *klass, gconstpointer config,
                        const IcsFaultSettings *settings, IcsFaultScope *scope, GError **error)
{
    IcsFault *self = g_malloc0(klass->fault_bytes);
    self->klass = klass;
    self->on = true;
    self->scope =
        scope != NULL ? *scope : (IcsFaultScope){.until_ns = INT64_MAX, .everything = true};
    fault_name(self, settings);
    if (!fault_init_clock(self, settings->clock_ns, error) ||
        (klass->init != NULL && !klass->init(self, config, error))) {
        ics_fault_scope_clear(&self->scope);
        g_free(self->label);
        g_free(self);
        return NULL;
    }
    return self;
}

void ics_fault_free(IcsFault *self)
{
    if (self == NULL) {
        return;
    }
    if (self->klass->clear != NULL) {
        self->klass->clear(self);
    }
    ics_fault_scope_clear(&self->scope);
    g_free(self->label);
    g_free(self);
}

bool ics_fault_change(IcsFault *self, gconstpointer config, GError **error)
{
    const IcsFaultClass *klass = self->klass;
    g_autofree IcsFault *changed = g_malloc0(klass->fault_bytes);
    *changed = *self;
    if (klass->init != NULL && !klass->init(changed, config, error)) {
        return false;
    }
    if (klass->clear != NULL) {
        klass->clear(self);
    }
    memcpy(self, changed, klass->fault_bytes);
    return true;
}

bool ics_fault_ask(IcsFault *self, IcsPassage *passage)
{
    if (G_UNLIKELY(passage->is_copy)) {
        return self->klass->decide(self, passage);
    }
    if (G_UNLIKELY(!self->on)) {
        return false;
    }
    if (!self->scope.everything &&
        !ics_fault_scope_covers(&self->scope, passage->packet, passage->at_ns)) {
        return false;
    }
    self->asked++;
    bool happened = self->klass->decide(self, passage);
    self->happened += happened;
    return happened;
}

IcsProbability ics_fault_requested(const IcsFault *self)
{
    return self->klass->requested != NULL ? self->klass->requested(self) : ICS_FAULT_RATE_UNKNOWN;
}
