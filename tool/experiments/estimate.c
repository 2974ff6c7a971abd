#include "tool/experiments/estimate.h"

#include <glib.h>
#include <math.h>

#include "tool/experiments/student.h"

/* Consumes `values`. */
static IcsEstimate estimate_of(GArray *values)
{
    IcsEstimate self = {.n = values->len};
    double sum = 0;
    double squares = 0;
    for (guint i = 0; i < values->len; i++) {
        sum += g_array_index(values, double, i);
    }
    self.mean = self.n > 0 ? sum / self.n : 0;
    for (guint i = 0; i < values->len; i++) {
        double deviation = g_array_index(values, double, i) - self.mean;
        squares += deviation * deviation;
    }
    g_array_unref(values);
    if (self.n >= 2) {
        double t = ics_student_quantile(ICS_ESTIMATE_LEVEL_PERCENT / 100.0, self.n - 1);
        self.has_interval = true;
        self.half_width = squares > 0 ? t * sqrt(squares / (self.n - 1) / self.n) : 0;
    }
    return self;
}

static double estimate_value(IcsRatio ratio)
{
    return (double)ratio.n / (double)ratio.of;
}

IcsEstimate ics_estimate_mean(const IcsRatio *values, uint32_t n)
{
    GArray *defined = g_array_new(FALSE, FALSE, sizeof(double));
    for (uint32_t i = 0; i < n; i++) {
        if (values[i].of > 0) {
            double value = estimate_value(values[i]);
            g_array_append_val(defined, value);
        }
    }
    return estimate_of(defined);
}

IcsEstimate ics_estimate_difference(const IcsRatio *values, const IcsRatio *first, uint32_t n)
{
    GArray *defined = g_array_new(FALSE, FALSE, sizeof(double));
    for (uint32_t i = 0; i < n; i++) {
        if (values[i].of > 0 && first[i].of > 0) {
            double difference = estimate_value(values[i]) - estimate_value(first[i]);
            g_array_append_val(defined, difference);
        }
    }
    return estimate_of(defined);
}
