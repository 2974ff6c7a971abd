/*
 * Quantities as people write them ("20ms", "10Mbit", "64KiB", "10%") to integers and back, exactly:
 * no floating point anywhere. A number is decimal digits with an optional fraction; one space may
 * stand between number and unit; the unit is mandatory. What cannot be represented in whole
 * nanoseconds, bits or bytes is refused, never rounded (a probability alone is rounded, to the
 * nearest threshold).
 */
#ifndef ICS_BASE_UNITS_H
#define ICS_BASE_UNITS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define ICS_NS_PER_US INT64_C(1000)
#define ICS_NS_PER_MS INT64_C(1000000)
#define ICS_NS_PER_S  INT64_C(1000000000)

/**
 * A probability in units of 2^-63: 0 is never, ICS_PROBABILITY_ONE is always. An event happens iff
 * a uniform 64-bit draw u satisfies (u >> 1) < p.
 */
typedef uint64_t IcsProbability;

#define ICS_PROBABILITY_ONE (UINT64_C(1) << 63)

/* The room that every formatter below needs, the terminating NUL included. */
#define ICS_UNITS_TEXT_SIZE 48

/* The units that each parser knows, NULL-terminated, in ascending order. */
const char *const *ics_time_units(void);
const char *const *ics_rate_units(void);
const char *const *ics_size_units(void);

/**
 * A duration from text: units ns, us, ms, s, min, h. Not negative.
 *
 * Errors: ICS_ERROR_INPUT, a sentence that names what was got, what was expected and the nearest
 * unit; the same holds for every parser here. `*ns` is untouched on failure.
 */
bool ics_time_parse(const char *text, int64_t *ns, GError **error);

/* As ics_time_parse, and a leading '-' is allowed (clock offsets). */
bool ics_signed_time_parse(const char *text, int64_t *ns, GError **error);

/**
 * A rate from text: units bit, kbit, Mbit, Gbit, Tbit (powers of 1000) and Kibit, Mibit, Gibit
 * (powers of 1024), each per second; "/s" may follow.
 */
bool ics_rate_parse(const char *text, int64_t *bps, GError **error);

/* A size from text: units B, kB, MB, GB (powers of 1000) and KiB, MiB, GiB (powers of 1024). */
bool ics_size_parse(const char *text, int64_t *bytes, GError **error);

/**
 * A probability from "10%" or from a JSON number between 0 and 1 ("0.1", "1e-6"), of any length,
 * rounded to the nearest multiple of 2^-63, ties to even. Below 0 or above 1 is refused.
 */
bool ics_probability_parse(const char *text, IcsProbability *probability, GError **error);

/**
 * n/d as a probability, rounded to nearest, ties to even. 0 <= n <= d, d > 0.
 */
IcsProbability ics_probability_from_ratio(uint64_t n, uint64_t d);

/**
 * Exact text for people that the parsers read back to the same integer: "20 ms", "1.5 s", "90 s",
 * "2 min", "-3 us", "0 s". Minutes and hours are used for whole ones only.
 *
 * Returns: `text`.
 */
char *ics_time_format(int64_t ns, char text[ICS_UNITS_TEXT_SIZE]);

/* "10 Mbit/s", "1.5 Gbit/s", "0 bit/s". bps >= 0. */
char *ics_rate_format(int64_t bps, char text[ICS_UNITS_TEXT_SIZE]);

/* "64 KiB", "64 kB", "1500 B": the largest unit of which it is a whole multiple. bytes >= 0. */
char *ics_size_format(int64_t bytes, char text[ICS_UNITS_TEXT_SIZE]);

/* "10 %", "0.1 %", "33.3 %": the shortest decimal that parses back to the same threshold. */
char *ics_probability_format(IcsProbability probability, char text[ICS_UNITS_TEXT_SIZE]);

#endif
