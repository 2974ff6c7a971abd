/* A capacity trace from bytes: parsed whole, or refused with a message; departures never go back.
 */
#include <stddef.h>
#include <stdint.h>

#include "netmodel/capacity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_capacity_depart(const IcsCapacity *capacity)
{
    IcsCapacityCursor cursor = {0};
    int64_t at_ns = 0;
    for (uint32_t bytes = 1; bytes <= 65535; bytes = bytes * 3 + 1) {
        int64_t departs_ns = ics_capacity_depart(capacity, &cursor, at_ns, bytes);
        g_assert(departs_ns >= at_ns);
        at_ns = departs_ns;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GError *error = NULL;
    IcsCapacity *capacity = ics_capacity_parse("fuzz", (const char *)data, size, &error);
    g_assert((capacity == NULL) == (error != NULL));
    if (capacity != NULL) {
        fuzz_capacity_depart(capacity);
        ics_capacity_free(capacity);
    }
    g_clear_error(&error);
    return 0;
}
