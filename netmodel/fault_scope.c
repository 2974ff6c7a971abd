#include "netmodel/fault_scope.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/error.h"
#include "netmodel/packet_filter.h"

const IcsParameter ics_fault_scope_parameters[] = {
    ICS_PARAMETER_TIME_ROW(IcsFaultScopeConfig, from_ns, "from", "0 ns", 0, INT64_MAX,
                           "nothing happens before this time"),
    ICS_PARAMETER_TIME_ROW(IcsFaultScopeConfig, until_ns, "until", NULL, 1, INT64_MAX,
                           "nothing happens from this time on"),
    ICS_PARAMETER_INTEGER_LIST_ROW(IcsFaultScopeConfig, nth, "nth", 1, INT64_MAX,
                                   "only these of the matching packets, counted from 1"),
    ICS_PARAMETER_INTEGER_ROW(IcsFaultScopeConfig, every, "every", NULL, 1, INT64_MAX,
                              "only every so many-th of the matching packets"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(IcsFaultScopeConfig, match, "match", NULL, 1, INT64_MAX,
                                     "only packets that match this expression of pcap-filter(7)"),
    ICS_PARAMETER_END,
};

static gint fault_scope_compare(gconstpointer a, gconstpointer b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool fault_scope_check_numbers(const int64_t *sorted, uint32_t n, GError **error)
{
    for (uint32_t i = 0; i < n; i++) {
        if (sorted[i] < 1) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "nth counts from 1, got %" PRId64,
                        sorted[i]);
            return false;
        }
        if (i > 0 && sorted[i] == sorted[i - 1]) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "nth names packet %" PRId64 " twice",
                        sorted[i]);
            return false;
        }
    }
    return true;
}

static bool fault_scope_init_nth(IcsFaultScope *self, const GArray *nth, GError **error)
{
    if (nth == NULL) {
        return true;
    }
    if (nth->len == 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "nth names no packet");
        return false;
    }
    self->n_nth = nth->len;
    self->nth = g_memdup2(nth->data, nth->len * sizeof(int64_t));
    qsort(self->nth, self->n_nth, sizeof(int64_t), fault_scope_compare);
    return fault_scope_check_numbers(self->nth, self->n_nth, error);
}

static bool fault_scope_init_window(IcsFaultScope *self, const IcsFaultScopeConfig *config,
                                    GError **error)
{
    self->from_ns = config->from_ns;
    self->until_ns = config->until_ns != 0 ? config->until_ns : INT64_MAX;
    if (self->from_ns < self->until_ns) {
        return true;
    }
    char from[ICS_UNITS_TEXT_SIZE], until[ICS_UNITS_TEXT_SIZE];
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "the window from %s until %s is empty: until must be later than from",
                ics_time_format(self->from_ns, from), ics_time_format(self->until_ns, until));
    return false;
}

static bool fault_scope_init_match(IcsFaultScope *self, const char *match, GError **error)
{
    if (match == NULL) {
        return true;
    }
    self->match = ics_packet_filter_new(match, error);
    g_prefix_error(error, "match: ");
    return self->match != NULL;
}

bool ics_fault_scope_init(IcsFaultScope *self, const IcsFaultScopeConfig *config, GError **error)
{
    *self = (IcsFaultScope){.every = config->every};
    if (config->nth != NULL && config->every > 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "nth and every cannot both be given: each says which packets are meant");
        return false;
    }
    if (!fault_scope_init_window(self, config, error) ||
        !fault_scope_init_nth(self, config->nth, error) ||
        !fault_scope_init_match(self, config->match, error)) {
        ics_fault_scope_clear(self);
        return false;
    }
    self->everything = self->from_ns == 0 && self->until_ns == INT64_MAX && self->match == NULL &&
                       !ics_fault_scope_counts(self);
    return true;
}

void ics_fault_scope_clear(IcsFaultScope *self)
{
    g_free(self->nth);
    self->nth = NULL;
    ics_packet_filter_free(self->match);
    self->match = NULL;
}

static bool fault_scope_is_meant(IcsFaultScope *self, uint64_t number)
{
    if (self->every > 0) {
        return number % (uint64_t)self->every == 0;
    }
    if (self->nth == NULL) {
        return true;
    }
    if (self->next_nth == self->n_nth || (uint64_t)self->nth[self->next_nth] != number) {
        return false;
    }
    self->next_nth++;
    return true;
}

bool ics_fault_scope_covers(IcsFaultScope *self, const IcsPacket *packet, int64_t at_ns)
{
    if (self->everything) {
        return true;
    }
    if (at_ns < self->from_ns || at_ns >= self->until_ns) {
        return false;
    }
    if (self->match != NULL && !ics_packet_filter_matches(self->match, packet)) {
        return false;
    }
    self->matched++;
    return fault_scope_is_meant(self, self->matched);
}
