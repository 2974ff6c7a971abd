/* Foreign text inside our messages. */
#ifndef ICS_BASE_QUOTE_H
#define ICS_BASE_QUOTE_H

#include <stddef.h>

/**
 * `text` between double quotes, fit to stand in a one-line message: control characters, quotes and
 * backslashes are escaped as in JSON, invalid UTF-8 becomes U+FFFD, and what is longer than 60
 * characters ends in "...".
 *
 * Returns: (transfer full).
 */
char *ics_quote(const char *text);

/**
 * As ics_quote, without the quotes around it, and with a limit of the caller's.
 *
 * Returns: (transfer full).
 */
char *ics_one_line(const char *text, size_t characters_max);

/**
 * A list for people: "a, b or c". Empty text for an empty list.
 *
 * `names`: NULL-terminated.
 * Returns: (transfer full).
 */
char *ics_join_names(const char *const *names);

#endif
