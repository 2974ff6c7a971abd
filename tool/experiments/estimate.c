#include "tool/experiments/estimate.h"

#include <glib.h>
#include <math.h>

#include "tool/experiments/student.h"

static double estimate_sum_of_squares(const GArray *values, double mean)
{
    double squares = 0;
    for (guint i = 0; i < values->len; i++) {
        double deviation = g_array_index(values, double, i) - mean;
        squares += deviation * deviation;
    }
    return squares;
}

/* Of values that are all the same the mean is exactly that. */
static double estimate_mean(const GArray *values)
{
    double first = g_array_index(values, double, 0);
    double sum = 0;
    bool is_constant = true;
    for (guint i = 0; i < values->len; i++) {
        double value = g_array_index(values, double, i);
        is_constant &= value == first;
        sum += value;
    }
    return is_constant ? first : sum / values->len;
}

static IcsEstimate estimate_of(const GArray *values)
{
    IcsEstimate self = {.n = values->len};
    if (self.n > 0) {
        self.mean = estimate_mean(values);
    }
    if (self.n >= 2) {
        double t = ics_student_quantile(ICS_ESTIMATE_LEVEL_PERCENT / 100.0, self.n - 1);
        double squares = estimate_sum_of_squares(values, self.mean);
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
    g_autoptr(GArray) defined = g_array_new(FALSE, FALSE, sizeof(double));
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
    g_autoptr(GArray) defined = g_array_new(FALSE, FALSE, sizeof(double));
    for (uint32_t i = 0; i < n; i++) {
        if (values[i].of > 0 && first[i].of > 0) {
            double difference = estimate_value(values[i]) - estimate_value(first[i]);
            g_array_append_val(defined, difference);
        }
    }
    return estimate_of(defined);
}
