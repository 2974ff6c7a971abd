#include "base/file_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

/* As many as Linux follows. */
#define FILE_WRITER_LINKS_MAX 40

#define FILE_WRITER_NAMES_MAX 10000

typedef enum {
    FILE_WRITER_REPLACE, /* through a temporary file */
    FILE_WRITER_DIRECT,  /* a device or a pipe */
    FILE_WRITER_STDOUT,
} FileWriterKind;

struct IcsFileWriter {
    FileWriterKind kind;
    char *path;      /* as given; "standard output" for "-" */
    char *target;    /* of REPLACE: the file itself, links resolved */
    char *temporary; /* of REPLACE; NULL while it has no name */
    FILE *stream;
};

static bool file_writer_fail(const char *path, int number, GError **error)
{
    g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "%s: cannot be written: %s", path,
                number ? g_strerror(number) : "a write failed");
    return false;
}

static void file_writer_free(IcsFileWriter *self)
{
    g_free(self->path);
    g_free(self->target);
    g_free(self->temporary);
    g_free(self);
}

/* Where a link points to, seen from the link. Returns: (transfer full) (nullable): NULL, no link.
 */
static char *file_writer_read_link(const char *path)
{
    char link[PATH_MAX];
    ssize_t length = readlink(path, link, sizeof link - 1);

    if (length < 0) {
        return NULL;
    }
    link[length] = '\0';
    if (g_path_is_absolute(link)) {
        return g_strdup(link);
    }
    g_autofree char *folder = g_path_get_dirname(path);
    return g_build_filename(folder, link, NULL);
}

/* The file behind links of which the last one points to nothing yet. */
static char *file_writer_resolve_missing(const char *path)
{
    char *target = g_strdup(path);

    for (int i = 0; i < FILE_WRITER_LINKS_MAX; i++) {
        char *next = file_writer_read_link(target);
        if (!next) {
            break;
        }
        g_free(target);
        target = next;
    }
    return target;
}

/* Makes `create` (0, or -1 with errno) for one name after the other beside the target until it is
 * one that nobody has. Returns: what `create` returned. */
static int file_writer_find_name(IcsFileWriter *self, int (*create)(const char *path, int value),
                                 int value)
{
    g_autofree char *folder = g_path_get_dirname(self->target);
    int result = -1;

    errno = EEXIST;
    for (int i = 0; i < FILE_WRITER_NAMES_MAX && result < 0 && errno == EEXIST; i++) {
        g_autofree char *name = g_strdup_printf(".ipcsim-%d-%d.tmp", (int)getpid(), i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        result = create(path, value);
        if (result >= 0) {
            self->temporary = g_steal_pointer(&path);
        }
    }
    return result;
}

static int file_writer_create_named(const char *path, int mode)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
}

static int file_writer_link(const char *path, int fd)
{
    char source[64];

    g_snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* A new file beside the target; without a name until the commit where the file system can do that,
 * so that not even a killed program leaves one behind. Returns: its descriptor, -1 with errno. */
static int file_writer_create_temporary(IcsFileWriter *self, mode_t mode)
{
    g_autofree char *folder = g_path_get_dirname(self->target);

    if (access("/proc/self/fd", X_OK) == 0) {
        int fd = open(folder, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
        if (fd >= 0) {
            return fd;
        }
    }
    return file_writer_find_name(self, file_writer_create_named, (int)mode);
}

/* `old`: (nullable): the status of the file that is replaced. */
static bool file_writer_open_replace(IcsFileWriter *self, const struct stat *old, GError **error)
{
    int fd = file_writer_create_temporary(self, old ? old->st_mode & 0777 : 0666);

    if (fd < 0) {
        return file_writer_fail(self->path, errno, error);
    }
    if (old) {
        /* Only root may give files away; anybody else keeps what is written. */
        int ignored = fchown(fd, old->st_uid, old->st_gid);
        (void)ignored;
        fchmod(fd, old->st_mode & 07777);
    }
    self->stream = fdopen(fd, "w");
    g_assert(self->stream);
    return true;
}

static bool file_writer_open_direct(IcsFileWriter *self, GError **error)
{
    int fd = open(self->path, O_WRONLY | O_CLOEXEC);

    if (fd < 0) {
        return file_writer_fail(self->path, errno, error);
    }
    self->kind = FILE_WRITER_DIRECT;
    self->stream = fdopen(fd, "w");
    g_assert(self->stream);
    return true;
}

static bool file_writer_open_existing(IcsFileWriter *self, const struct stat *status,
                                      GError **error)
{
    if (S_ISDIR(status->st_mode)) {
        return file_writer_fail(self->path, EISDIR, error);
    }
    if (!S_ISREG(status->st_mode)) {
        return file_writer_open_direct(self, error);
    }
    char *real = realpath(self->path, NULL);
    if (!real) {
        return file_writer_fail(self->path, errno, error);
    }
    self->target = g_strdup(real);
    free(real);
    return file_writer_open_replace(self, status, error);
}

static bool file_writer_open_path(IcsFileWriter *self, GError **error)
{
    struct stat status;

    if (stat(self->path, &status) == 0) {
        return file_writer_open_existing(self, &status, error);
    }
    if (errno != ENOENT || *self->path == '\0') {
        return file_writer_fail(self->path, errno, error);
    }
    self->target = file_writer_resolve_missing(self->path);
    return file_writer_open_replace(self, NULL, error);
}

IcsFileWriter *ics_file_writer_open(const char *path, GError **error)
{
    IcsFileWriter *self = g_new0(IcsFileWriter, 1);

    if (strcmp(path, "-") == 0) {
        self->kind = FILE_WRITER_STDOUT;
        self->path = g_strdup("standard output");
        self->stream = stdout;
        return self;
    }
    self->path = g_strdup(path);
    if (!file_writer_open_path(self, error)) {
        file_writer_free(self);
        return NULL;
    }
    return self;
}

FILE *ics_file_writer_stream(IcsFileWriter *self)
{
    return self->stream;
}

bool ics_file_writer_write(IcsFileWriter *self, const void *bytes, size_t length, GError **error)
{
    if (length > 0 && fwrite(bytes, 1, length, self->stream) != length) {
        return file_writer_fail(self->path, errno, error);
    }
    return true;
}

/* The bytes reach the disk, the file its name. Returns: an errno or 0. */
static int file_writer_settle(IcsFileWriter *self)
{
    int fd = fileno(self->stream);

    if (fsync(fd) != 0) {
        return errno;
    }
    return self->temporary || file_writer_find_name(self, file_writer_link, fd) == 0 ? 0 : errno;
}

/* Empties the buffer and closes what is ours. Returns: an errno, -1 when it is not known, 0. */
static int file_writer_close(IcsFileWriter *self)
{
    int number = ferror(self->stream) ? -1 : 0;

    if (fflush(self->stream) != 0) {
        number = errno;
    }
    if (self->kind == FILE_WRITER_REPLACE && number == 0) {
        number = file_writer_settle(self);
    }
    if (self->kind != FILE_WRITER_STDOUT && fclose(self->stream) != 0 && number == 0) {
        number = errno;
    }
    return number;
}

/* So that the new name survives a loss of power. Not every file system can; then it need not. */
static void file_writer_sync_folder(const char *target)
{
    g_autofree char *folder = g_path_get_dirname(target);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

bool ics_file_writer_commit(IcsFileWriter *self, GError **error)
{
    int number = file_writer_close(self);

    if (self->temporary && number == 0 && rename(self->temporary, self->target) != 0) {
        number = errno;
    }
    if (self->temporary && number == 0) {
        file_writer_sync_folder(self->target);
    } else if (self->temporary) {
        unlink(self->temporary);
    }
    bool ok = number == 0 || file_writer_fail(self->path, MAX(number, 0), error);
    file_writer_free(self);
    return ok;
}

void ics_file_writer_discard(IcsFileWriter *self)
{
    if (!self) {
        return;
    }
    if (self->kind != FILE_WRITER_STDOUT) {
        fclose(self->stream);
    }
    if (self->temporary) {
        unlink(self->temporary);
    }
    file_writer_free(self);
}

bool ics_file_write_whole(const char *path, const void *bytes, size_t length, GError **error)
{
    g_autoptr(IcsFileWriter) writer = ics_file_writer_open(path, error);

    return writer && ics_file_writer_write(writer, bytes, length, error) &&
           ics_file_writer_commit(g_steal_pointer(&writer), error);
}
