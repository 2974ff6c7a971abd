#include "base/memory.h"

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/memory_private.h"

/* The number after `key` at the start of a line of a small text file, such as /proc/meminfo. */
static bool memory_read_number(const char *path, const char *key, int64_t *number)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return false;
    }
    const char *at = text;
    while (at && !g_str_has_prefix(at, key)) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    /* memory.max may hold the word "max" instead: no limit. */
    return at && sscanf(at + strlen(key), " %" G_GINT64_FORMAT, number) == 1;
}

static int64_t memory_system_bytes(void)
{
    int64_t kib;

    if (!memory_read_number("/proc/meminfo", "MemAvailable:", &kib)) {
        return INT64_MAX;
    }
    return kib * 1024;
}

/*
 * What one folder of the unified hierarchy leaves. The page cache that has not been used lately
 * counts as free: the kernel drops it first.
 */
static int64_t memory_cgroup_folder_bytes(const char *folder)
{
    g_autofree char *limit_path = g_build_filename(folder, "memory.max", NULL);
    g_autofree char *used_path = g_build_filename(folder, "memory.current", NULL);
    g_autofree char *statistics_path = g_build_filename(folder, "memory.stat", NULL);
    int64_t limit;
    int64_t used;
    int64_t cached = 0;

    if (!memory_read_number(limit_path, "", &limit) || !memory_read_number(used_path, "", &used)) {
        return INT64_MAX;
    }
    memory_read_number(statistics_path, "inactive_file", &cached);
    return CLAMP(limit - used + cached, 0, limit);
}

int64_t ics_memory_cgroup_bytes(const char *root, const char *membership)
{
    int64_t least = INT64_MAX;

    if (!g_str_has_prefix(membership, "0::/")) {
        return INT64_MAX;
    }
    g_autofree char *path = g_strdup(membership + strlen("0::"));
    path[strcspn(path, "\n")] = '\0';
    for (char *slash = path + strlen(path); slash; slash = strrchr(path, '/')) {
        *slash = '\0';
        g_autofree char *folder = g_strconcat(root, path, NULL);
        least = MIN(least, memory_cgroup_folder_bytes(folder));
    }
    return least;
}

static int64_t memory_own_cgroup_bytes(void)
{
    g_autofree char *membership = NULL;

    if (!g_file_get_contents("/proc/self/cgroup", &membership, NULL, NULL)) {
        return INT64_MAX;
    }
    return ics_memory_cgroup_bytes("/sys/fs/cgroup", membership);
}

/* What RLIMIT_AS leaves. */
static int64_t memory_address_space_bytes(void)
{
    struct rlimit limit;
    int64_t used_kib;

    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        !memory_read_number("/proc/self/status", "VmSize:", &used_kib)) {
        return INT64_MAX;
    }
    int64_t limit_bytes = (int64_t)MIN(limit.rlim_cur, (rlim_t)INT64_MAX);
    return MAX(limit_bytes - used_kib * 1024, 0);
}

int64_t ics_memory_available_bytes(void)
{
    int64_t available = memory_system_bytes();

    available = MIN(available, memory_own_cgroup_bytes());
    return MIN(available, memory_address_space_bytes());
}

int64_t ics_memory_default_limit_bytes(void)
{
    return ics_memory_available_bytes() / 4 * 3;
}
