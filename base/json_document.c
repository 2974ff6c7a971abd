#include "base/json_document.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json_document_private.h"
#include "base/json_scanner.h"
#include "base/memory.h"

/* What json-c 0.16 takes for each kind of value on a 64-bit machine, malloc's share included. */
#define JSON_DOCUMENT_OBJECT_BYTES  800
#define JSON_DOCUMENT_MEMBER_BYTES  192
#define JSON_DOCUMENT_ARRAY_BYTES   192
#define JSON_DOCUMENT_ELEMENT_BYTES 24
#define JSON_DOCUMENT_SCALAR_BYTES  112

#define JSON_DOCUMENT_READ_BYTES 65536

static void json_document_free_set(void *data)
{
    IcsJsonSet *set = data;

    g_free(set->pointer);
    g_free(set->label);
    g_free(set);
}

void ics_json_document_free(IcsJsonDocument *self)
{
    if (!self) {
        return;
    }
    json_object_put(self->root);
    g_ptr_array_free(self->sets, TRUE);
    g_free(self->text);
    g_free(self->name);
    g_free(self);
}

const char *ics_json_document_name(const IcsJsonDocument *self)
{
    return self->name;
}

/* The memory of a tree, from above; the texts of all strings fit in the text's own length. */
static int64_t json_document_estimate_bytes(const IcsJsonCensus *census, size_t length)
{
    return (int64_t)(census->objects * JSON_DOCUMENT_OBJECT_BYTES +
                     census->members * JSON_DOCUMENT_MEMBER_BYTES +
                     census->arrays * JSON_DOCUMENT_ARRAY_BYTES +
                     census->elements * JSON_DOCUMENT_ELEMENT_BYTES +
                     census->scalars * JSON_DOCUMENT_SCALAR_BYTES + length);
}

static bool json_document_check_memory(const char *name, const IcsJsonCensus *census, size_t length,
                                       int64_t memory_limit_bytes, GError **error)
{
    const int64_t mib = 1048576;
    int64_t estimate = json_document_estimate_bytes(census, length);

    if (estimate <= memory_limit_bytes) {
        return true;
    }
    g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE,
                "%s: the document would take about %" G_GINT64_FORMAT
                " MiB of memory, and %" G_GINT64_FORMAT " MiB may be used",
                name, estimate / mib + 1, memory_limit_bytes / mib);
    return false;
}

/* The tree of a text that the scanner has accepted. */
static bool json_document_build(IcsJsonDocument *self, GError **error)
{
    struct json_tokener *tokener = json_tokener_new_ex(ICS_JSON_DEPTH_MAX + 1);

    g_assert(tokener);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    /* The NUL tells json-c that a number at the very end is complete. */
    self->root = json_tokener_parse_ex(tokener, self->text, (int)self->length + 1);
    enum json_tokener_error problem = json_tokener_get_error(tokener);
    size_t end = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    if (problem != json_tokener_success) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INVARIANT,
                    "%s: json-c refuses at byte %zu what the scanner accepts: %s", self->name, end,
                    json_tokener_error_desc(problem));
        return false;
    }
    return true;
}

/* Takes `text`, which has a NUL behind its `length` bytes. */
static IcsJsonDocument *json_document_take(const char *name, char *text, size_t length,
                                           int64_t memory_limit_bytes, GError **error)
{
    IcsJsonCensus census;
    g_autoptr(IcsJsonDocument) self = g_new0(IcsJsonDocument, 1);

    self->name = g_strdup(name);
    self->text = text;
    self->length = length;
    self->sets = g_ptr_array_new_with_free_func(json_document_free_set);
    if (length > ICS_JSON_DOCUMENT_BYTES_MAX) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: larger than 1 GiB", name);
        return NULL;
    }
    if (!ics_json_scan(name, text, length, &census, error) ||
        !json_document_check_memory(name, &census, length, memory_limit_bytes, error) ||
        !json_document_build(self, error)) {
        return NULL;
    }
    self->depth = census.depth;
    return g_steal_pointer(&self);
}

IcsJsonDocument *ics_json_document_parse(const char *name, const char *text, size_t length,
                                         GError **error)
{
    char *copy = g_malloc(length + 1);

    if (length > 0) {
        memcpy(copy, text, length);
    }
    copy[length] = '\0';
    return json_document_take(name, copy, length, ics_memory_default_limit_bytes(), error);
}

/* A file that is not there is the request's fault; one that cannot be read is the machine's. */
static void json_document_fail_file(const char *name, int number, GError **error)
{
    IcsError code = ICS_ERROR_MACHINE;

    switch (number) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
    case EINVAL:
        code = ICS_ERROR_INPUT;
        break;
    default:
        break;
    }
    g_set_error(error, ICS_ERROR, code, "%s: cannot be read: %s", name, g_strerror(number));
}

/* Appends everything to `text`, at most one byte more than a document may have. */
static bool json_document_read(const char *name, int fd, GString *text, GError **error)
{
    g_autofree char *buffer = g_malloc(JSON_DOCUMENT_READ_BYTES);

    while (text->len <= ICS_JSON_DOCUMENT_BYTES_MAX) {
        ssize_t n = read(fd, buffer, JSON_DOCUMENT_READ_BYTES);
        if (n == 0) {
            return true;
        }
        if (n < 0 && errno != EINTR) {
            json_document_fail_file(name, errno, error);
            return false;
        }
        g_string_append_len(text, buffer, MAX(n, 0));
    }
    return true;
}

static bool json_document_read_file(const char *path, GString *text, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        json_document_fail_file(path, errno, error);
        return false;
    }
    bool ok = json_document_read(path, fd, text, error);
    close(fd);
    return ok;
}

IcsJsonDocument *ics_json_document_load_within(const char *path, int64_t memory_limit_bytes,
                                               GError **error)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "<stdin>" : path;
    GString *text = g_string_new(NULL);
    bool ok = is_stdin ? json_document_read(name, STDIN_FILENO, text, error)
                       : json_document_read_file(path, text, error);

    if (!ok) {
        g_string_free(text, TRUE);
        return NULL;
    }
    size_t length = text->len;
    return json_document_take(name, g_string_free(text, FALSE), length, memory_limit_bytes, error);
}

IcsJsonDocument *ics_json_document_load(const char *path, GError **error)
{
    return ics_json_document_load_within(path, ics_memory_default_limit_bytes(), error);
}

char *ics_json_document_text(const IcsJsonDocument *self)
{
    const IcsJsonNode root = ics_json_root(self);

    return ics_json_node_text(&root);
}
