#include "traces/trace_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/quote.h"

static bool trace_file_fail(const IcsJsonNode *node, const char *file, const char *why,
                            GError **error)
{
    g_autofree char *quoted = ics_quote(file);
    ics_json_error(node, error, "the file %s cannot be read: %s", quoted, why);
    return false;
}

static bool trace_file_check(const IcsJsonNode *node, const char *file, int fd, size_t *n,
                             GError **error)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        return trace_file_fail(node, file, g_strerror(errno), error);
    }
    if (!S_ISREG(status.st_mode)) {
        return trace_file_fail(node, file, "it is no regular file", error);
    }
    if (status.st_size > ICS_TRACE_FILE_BYTES_MAX) {
        return trace_file_fail(node, file, "it is larger than 64 MiB", error);
    }
    *n = (size_t)status.st_size;
    return true;
}

/* Exactly the n bytes that the file has; a file that shrinks meanwhile just ends earlier. */
static bool trace_file_read_bytes(int fd, char *text, size_t *n, GError **error)
{
    size_t done = 0;
    while (done < *n) {
        ssize_t got = read(fd, text + done, *n - done);
        if (got < 0 && errno != EINTR) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "%s", g_strerror(errno));
            return false;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)MAX(got, 0);
    }
    *n = done;
    text[done] = '\0';
    return true;
}

static char *trace_file_read_open(const IcsJsonNode *node, const char *file, int fd, GError **error)
{
    size_t n = 0;
    if (!trace_file_check(node, file, fd, &n, error)) {
        return NULL;
    }
    g_autofree char *text = g_malloc(n + 1);
    if (!trace_file_read_bytes(fd, text, &n, error)) {
        g_prefix_error(error, "%s: ", file);
        return NULL;
    }
    if (memchr(text, '\0', n) != NULL) {
        trace_file_fail(node, file, "it is no text", error);
        return NULL;
    }
    return g_steal_pointer(&text);
}

char *ics_trace_file_read(const IcsJsonNode *node, const char *base_directory, const char *file,
                          GError **error)
{
    g_autofree char *path = base_directory != NULL && !g_path_is_absolute(file)
                                ? g_build_filename(base_directory, file, NULL)
                                : g_strdup(file);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        trace_file_fail(node, file, g_strerror(errno), error);
        return NULL;
    }
    char *text = trace_file_read_open(node, file, fd, error);
    close(fd);
    return text;
}
