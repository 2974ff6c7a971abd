/* What the files of the parameter tables share. Private to base/. */
#ifndef ICS_BASE_PARAMETERS_PRIVATE_H
#define ICS_BASE_PARAMETERS_PRIVATE_H

#include "base/parameters.h"

/* What a value of this type is called in messages, with its article. */
const char *ics_parameter_noun(const IcsParameter *row);

/* The largest value or length; INT64_MAX when there is no limit. */
int64_t ics_parameter_max(const IcsParameter *row);

/* A value in the member's unit as text for people. Returns: `text`. */
char *ics_parameter_format(const IcsParameter *row, int64_t value, char text[ICS_UNITS_TEXT_SIZE]);

/**
 * The limits for people: "from 1 ms to 10 s", "of at least 1", "of at most 65507 bytes", "" where
 * nothing is limited. Limits that the type has anyway (a rate is not negative) are left out.
 *
 * Returns: (transfer full).
 */
char *ics_parameter_range_text(const IcsParameter *row);

#endif
