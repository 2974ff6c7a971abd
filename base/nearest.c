#include "base/nearest.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#define NEAREST_LENGTH_MAX 64

/* An edit costs two halves. */
static size_t nearest_replacement_cost(char a, char b)
{
    if (a == b) {
        return 0;
    }
    return g_ascii_tolower(a) == g_ascii_tolower(b) ? 1 : 2;
}

/*
 * One row of the table of distances between the prefixes of `a` and those of `b`. `rows[0]` is the
 * row of a[..i], rows[1] that of a[..i-1], rows[2] that of a[..i-2].
 */
static void nearest_fill_row(size_t *const rows[3], const char *a, size_t i, const char *b,
                             size_t b_length)
{
    rows[0][0] = 2 * i;
    for (size_t j = 1; j <= b_length; j++) {
        size_t best = rows[1][j - 1] + nearest_replacement_cost(a[i - 1], b[j - 1]);
        best = MIN(best, rows[1][j] + 2);
        best = MIN(best, rows[0][j - 1] + 2);
        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
            best = MIN(best, rows[2][j - 2] + 2);
        }
        rows[0][j] = best;
    }
}

size_t ics_edit_distance_halves(const char *a, const char *b)
{
    size_t a_length = strlen(a);
    size_t b_length = strlen(b);
    size_t table[3][NEAREST_LENGTH_MAX + 1];

    if (strcmp(a, b) == 0) {
        return 0;
    }
    if (a_length > NEAREST_LENGTH_MAX || b_length > NEAREST_LENGTH_MAX) {
        return G_MAXSIZE;
    }
    for (size_t j = 0; j <= b_length; j++) {
        table[0][j] = 2 * j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        size_t *const rows[3] = {table[i % 3], table[(i + 2) % 3], table[(i + 1) % 3]};
        nearest_fill_row(rows, a, i, b, b_length);
    }
    return table[a_length % 3][b_length];
}

/* Whether so many half edits can be a slip. */
static bool nearest_is_near(size_t halves, const char *word, const char *candidate)
{
    size_t length = MAX(strlen(word), strlen(candidate));

    return (halves <= 2 * MAX(length / 3, 1) && halves < 2 * length) ||
           g_ascii_strcasecmp(word, candidate) == 0;
}

const char *ics_nearest(const char *word, const char *const *candidates)
{
    const char *best = NULL;
    size_t best_halves = G_MAXSIZE;

    for (; *candidates; candidates++) {
        size_t halves = ics_edit_distance_halves(word, *candidates);
        if (halves < best_halves && nearest_is_near(halves, word, *candidates)) {
            best = *candidates;
            best_halves = halves;
        }
    }
    return best;
}
