/* What the test of memory.c sees besides its header. Private to base/. */
#ifndef ICS_BASE_MEMORY_PRIVATE_H
#define ICS_BASE_MEMORY_PRIVATE_H

#include <stdint.h>

/**
 * The least that a cgroup and those above it leave, by the unified hierarchy mounted at `root`.
 * `membership` is the text of /proc/self/cgroup. INT64_MAX when nothing is limited.
 */
int64_t ics_memory_cgroup_bytes(const char *root, const char *membership);

#endif
