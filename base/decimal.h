/* Decimal numbers as text, of any length, multiplied exactly. The ground under base/units.h. */
#ifndef ICS_BASE_DECIMAL_H
#define ICS_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A number that was recognised in a text, which stays borrowed. */
typedef struct {
    bool negative;
    const char *whole; /* the digits before the point: at least one */
    size_t whole_length;
    const char *fraction; /* the digits after it */
    size_t fraction_length;
    int64_t exponent; /* of ten; held within +-10^15, which no digits of ours can make up for */
    const char *rest; /* what follows the number */
} IcsDecimal;

/* How what is left after the whole part of a product compares with one half. */
typedef enum {
    ICS_DECIMAL_REST_ZERO,
    ICS_DECIMAL_REST_BELOW_HALF,
    ICS_DECIMAL_REST_HALF,
    ICS_DECIMAL_REST_ABOVE_HALF,
} IcsDecimalRest;

/**
 * Splits "-12.5e-3..." at the start of a text: a sign, digits, a fraction, and an exponent (taken
 * only with `allow_exponent`; else it belongs to the rest).
 *
 * Returns: false when the text does not begin with a number.
 */
bool ics_decimal_split(const char *text, bool allow_exponent, IcsDecimal *decimal);

bool ics_decimal_is_zero(const IcsDecimal *decimal);

/**
 * The magnitude of `decimal` times `scale`: whole part and rest, exactly. scale <= 2^63.
 *
 * Returns: false when the whole part is over 2^64 - 1; the out-parameters are then undefined.
 */
bool ics_decimal_scale(const IcsDecimal *decimal, uint64_t scale, uint64_t *whole,
                       IcsDecimalRest *rest);

#endif
