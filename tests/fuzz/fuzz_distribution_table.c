/* A distribution table from bytes: parsed whole, or refused with a message. */
#include <stddef.h>
#include <stdint.h>

#include "sim/distribution.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsDistribution) table =
        ics_distribution_parse_table("fuzz", (const char *)data, size, &error);
    g_assert((table == NULL) == (error != NULL));
    if (table != NULL) {
        int64_t sample = ics_distribution_sample(table, 0, ICS_DISTRIBUTION_TABLE_SCALE, size);
        g_assert(sample >= INT16_MIN && sample <= INT16_MAX);
    }
    return 0;
}
