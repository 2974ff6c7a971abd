/* How much memory there is to take: for refusing what would not fit, before it is built. */
#ifndef ICS_BASE_MEMORY_H
#define ICS_BASE_MEMORY_H

#include <stdint.h>

/**
 * The bytes that this process could still allocate without swapping: the least of MemAvailable
 * (proc(5)), what the cgroup leaves (memory.max, cgroups(7)) and what RLIMIT_AS leaves. It decides
 * only whether work is refused, never a result.
 *
 * Returns: INT64_MAX when nothing of this can be read.
 */
int64_t ics_memory_available_bytes(void);

/* Three quarters of ics_memory_available_bytes: the default of `--memory`. */
int64_t ics_memory_default_limit_bytes(void);

#endif
