#include "base/decimal.h"

#include <glib.h>

#define DECIMAL_EXPONENT_MAX INT64_C(1000000000000000)

/* Digits this far behind the point cannot reach 1 in a product with 2^63, nor one half. */
#define DECIMAL_DEEP 40

static size_t decimal_count_digits(const char *text)
{
    size_t n = 0;

    while (g_ascii_isdigit(text[n])) {
        n++;
    }
    return n;
}

/* "e-12" at `text`, which may be no exponent at all. Returns: what follows. */
static const char *decimal_split_exponent(const char *text, int64_t *exponent)
{
    const char *at = text + 1;
    bool negative = *text && *at == '-';
    int64_t value = 0;

    if (*text != 'e' && *text != 'E') {
        return text;
    }
    if (*at == '-' || *at == '+') {
        at++;
    }
    size_t length = decimal_count_digits(at);
    if (length == 0) {
        return text;
    }
    for (size_t i = 0; i < length; i++) {
        value = MIN(value * 10 + (at[i] - '0'), DECIMAL_EXPONENT_MAX);
    }
    *exponent = negative ? -value : value;
    return at + length;
}

bool ics_decimal_split(const char *text, bool allow_exponent, IcsDecimal *decimal)
{
    *decimal = (IcsDecimal){.negative = *text == '-', .whole = text + (*text == '-')};
    decimal->whole_length = decimal_count_digits(decimal->whole);
    decimal->fraction = decimal->whole + decimal->whole_length;
    if (decimal->whole_length == 0) {
        return false;
    }
    decimal->rest = decimal->fraction;
    if (*decimal->rest == '.') {
        decimal->fraction++;
        decimal->fraction_length = decimal_count_digits(decimal->fraction);
        decimal->rest = decimal->fraction + decimal->fraction_length;
        if (decimal->fraction_length == 0) {
            return false;
        }
    }
    if (allow_exponent) {
        decimal->rest = decimal_split_exponent(decimal->rest, &decimal->exponent);
    }
    return true;
}

/* Digit `i` from the left, the point left out; 0 beyond the last. */
static unsigned decimal_digit(const IcsDecimal *decimal, size_t i)
{
    if (i < decimal->whole_length) {
        return decimal->whole[i] - '0';
    }
    i -= decimal->whole_length;
    return i < decimal->fraction_length ? decimal->fraction[i] - '0' : 0;
}

static size_t decimal_length(const IcsDecimal *decimal)
{
    return decimal->whole_length + decimal->fraction_length;
}

bool ics_decimal_is_zero(const IcsDecimal *decimal)
{
    for (size_t i = 0; i < decimal_length(decimal); i++) {
        if (decimal_digit(decimal, i) != 0) {
            return false;
        }
    }
    return true;
}

/* The digits [0, point), which stand before the point, times scale. */
static bool decimal_scale_whole(const IcsDecimal *decimal, int64_t point, uint64_t scale,
                                uint64_t *whole)
{
    uint64_t value = 0;

    for (int64_t i = 0; i < point; i++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, decimal_digit(decimal, i), &value)) {
            return false;
        }
        /* Only zeros can follow: a long row of them must not take long. */
        if (value == 0 && i >= (int64_t)decimal_length(decimal)) {
            break;
        }
    }
    return !__builtin_mul_overflow(value, scale, whole);
}

/* One digit of the product left of what is known of the rest so far. */
static IcsDecimalRest decimal_prepend(unsigned digit, IcsDecimalRest rest)
{
    bool exact = rest == ICS_DECIMAL_REST_ZERO;

    if (digit == 0 && exact) {
        return ICS_DECIMAL_REST_ZERO;
    }
    if (digit == 5 && exact) {
        return ICS_DECIMAL_REST_HALF;
    }
    return digit < 5 ? ICS_DECIMAL_REST_BELOW_HALF : ICS_DECIMAL_REST_ABOVE_HALF;
}

/*
 * The digits [point, length), which stand behind the point, times scale: multiplied from the last
 * one to the first as on paper. What is carried over the point is the whole part.
 */
static uint64_t decimal_scale_fraction(const IcsDecimal *decimal, int64_t point, uint64_t scale,
                                       IcsDecimalRest *rest)
{
    unsigned __int128 carry = 0;

    *rest = ICS_DECIMAL_REST_ZERO;
    for (int64_t i = (int64_t)decimal_length(decimal) - 1; i >= point; i--) {
        carry += i >= 0 ? (unsigned __int128)scale * decimal_digit(decimal, i) : 0;
        *rest = decimal_prepend(carry % 10, *rest);
        carry /= 10;
    }
    return carry;
}

bool ics_decimal_scale(const IcsDecimal *decimal, uint64_t scale, uint64_t *whole,
                       IcsDecimalRest *rest)
{
    int64_t point = (int64_t)decimal->whole_length + decimal->exponent;

    g_assert(scale <= UINT64_C(1) << 63);
    if (point < -DECIMAL_DEEP) {
        *whole = 0;
        *rest = ics_decimal_is_zero(decimal) ? ICS_DECIMAL_REST_ZERO : ICS_DECIMAL_REST_BELOW_HALF;
        return true;
    }
    if (!decimal_scale_whole(decimal, point, scale, whole)) {
        return false;
    }
    uint64_t carried = decimal_scale_fraction(decimal, point, scale, rest);
    return !__builtin_add_overflow(*whole, carried, whole);
}
