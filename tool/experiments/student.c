#include "tool/experiments/student.h"

#include <glib.h>
#include <math.h>
#include <stdbool.h>

/* 1 + a1 c + a1 a2 c^2 + ... with so many terms, where a(k) is (2k - 1) / 2k for even degrees and
 * 2k / (2k + 1) for odd ones. */
static double student_series(double cosine_squared, uint32_t terms, bool is_even)
{
    double term = 1;
    double sum = terms > 0 ? 1 : 0;
    for (uint32_t k = 1; k < terms; k++) {
        double a = is_even ? (2.0 * k - 1) / (2.0 * k) : 2.0 * k / (2.0 * k + 1);
        term *= a * cosine_squared;
        sum += term;
    }
    return sum;
}

double ics_student_within(double t, uint32_t degrees)
{
    g_assert(degrees > 0 && t >= 0);
    double hypotenuse = sqrt(degrees + t * t);
    double sine = t / hypotenuse;
    double cosine = sqrt(degrees) / hypotenuse;
    if (degrees % 2 == 0) {
        return sine * student_series(cosine * cosine, degrees / 2, true);
    }
    double angle = atan(t / sqrt(degrees));
    double series = student_series(cosine * cosine, (degrees - 1) / 2, false);
    return (angle + sine * cosine * series) * 2 / G_PI;
}

double ics_student_quantile(double level, uint32_t degrees)
{
    g_assert(level >= 0 && level < 1);
    double low = 0;
    double high = 1;
    while (ics_student_within(high, degrees) < level) {
        high *= 2;
    }
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) {
            return middle;
        }
        if (ics_student_within(middle, degrees) < level) {
            low = middle;
        } else {
            high = middle;
        }
    }
}
