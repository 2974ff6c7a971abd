/* "Did you mean ...?": the known name nearest to a mistyped one. */
#ifndef ICS_BASE_NEAREST_H
#define ICS_BASE_NEAREST_H

#include <stddef.h>

/**
 * The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`
 * (the restricted Damerau-Levenshtein distance), ASCII case counting half an edit; so the result is
 * in half edits. Strings over 64 bytes are at the distance G_MAXSIZE from everything but
 * themselves.
 */
size_t ics_edit_distance_halves(const char *a, const char *b);

/**
 * The candidate nearest to `word`, if it is near enough to be meant: at most one edit for every
 * three characters of the longer of the two, at least one; or only the case of letters differs. The
 * first of equally near ones wins.
 *
 * `candidates`: NULL-terminated, borrowed.
 * Returns: (nullable) (transfer none): one of the candidates.
 */
const char *ics_nearest(const char *word, const char *const *candidates);

#endif
