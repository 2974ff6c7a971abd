/* Lists of operations are read and checked: names are resolved, contradictions refused. */
#include <ipcsim/socket.h>
#include <string.h>

#include "base/errno_name.h"
#include "base/error.h"
#include "base/nearest.h"
#include "protocols/programs/operations_internal.h"

static const char *const operation_names[] = {
#define OPERATION_NAME(name, spelling, doc) spelling,
    ICS_OPERATION_KINDS(OPERATION_NAME)
#undef OPERATION_NAME
        NULL,
};

const char *ics_operation_kind_name(IcsOperationKind kind)
{
    g_assert((unsigned)kind < ICS_N_OPERATION_KINDS);
    return operation_names[kind];
}

const char *ics_operation_kind_doc(IcsOperationKind kind)
{
    static const char *const docs[] = {
#define OPERATION_DOC(name, spelling, doc) doc,
        ICS_OPERATION_KINDS(OPERATION_DOC)
#undef OPERATION_DOC
    };
    g_assert((unsigned)kind < ICS_N_OPERATION_KINDS);
    return docs[kind];
}

static bool operations_read_list(IcsOperations *self, const IcsJsonNode *array, GError **error);

static void operation_clear(gpointer data)
{
    IcsOperation *self = data;
    ics_parameters_clear(ics_operation_parameters(self->kind), &self->config);
    g_free(self->pointer);
    ics_operations_free(self->body);
}

/* `names` (nullable) is the list whose names it shares. */
static IcsOperations *operations_new(const IcsOperations *names)
{
    IcsOperations *self = g_new0(IcsOperations, 1);
    self->list = g_array_new(FALSE, TRUE, sizeof(IcsOperation));
    g_array_set_clear_func(self->list, operation_clear);
    self->sockets =
        names != NULL ? g_ptr_array_ref(names->sockets) : g_ptr_array_new_with_free_func(g_free);
    self->children =
        names != NULL ? g_ptr_array_ref(names->children) : g_ptr_array_new_with_free_func(g_free);
    return self;
}

void ics_operations_free(IcsOperations *self)
{
    if (self == NULL) {
        return;
    }
    g_array_unref(self->list);
    g_ptr_array_unref(self->sockets);
    g_ptr_array_unref(self->children);
    g_free(self);
}

/* ---- names of sockets and children ---- */

static int operations_find_name(const GPtrArray *names, const char *name)
{
    for (guint i = 0; i < names->len; i++) {
        if (strcmp(g_ptr_array_index(names, i), name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static bool operations_declare(GPtrArray *names, const IcsJsonNode *node, const char *name,
                               IcsOperation *operation, GError **error)
{
    operation->slot = operations_find_name(names, name);
    if (operation->slot >= 0) {
        return true;
    }
    if (names->len == ICS_OPERATIONS_NAMES_MAX) {
        ics_json_error(node, error, "more than %d names in one process", ICS_OPERATIONS_NAMES_MAX);
        return false;
    }
    operation->slot = (int)names->len;
    g_ptr_array_add(names, g_strdup(name));
    return true;
}

static bool operations_refer(const GPtrArray *names, const IcsJsonNode *node, const char *key,
                             const char *name, IcsOperation *operation, GError **error)
{
    operation->slot = operations_find_name(names, name);
    if (operation->slot >= 0) {
        return true;
    }
    IcsJsonNode child = *node;
    ics_json_member(node, key, &child);
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (guint i = 0; i < names->len; i++) {
        g_ptr_array_add(known, g_ptr_array_index(names, i));
    }
    g_ptr_array_add(known, NULL);
    ics_json_error_unknown(&child, key, name, (const char *const *)known->pdata, error);
    return false;
}

/* The socket that an accept makes or a spawn gives away. */
static bool operations_resolve_other(IcsOperations *self, const IcsJsonNode *node,
                                     IcsOperation *operation, GError **error)
{
    const IcsOperationConfig *config = &operation->config;
    IcsOperation other = {.slot = -1};
    bool ok = true;
    if (config->connection != NULL) {
        ok = operations_declare(self->sockets, node, config->connection, &other, error);
    } else if (config->give != NULL) {
        ok = operations_refer(self->sockets, node, "give", config->give, &other, error);
    }
    operation->other_slot = other.slot;
    return ok;
}

static bool operations_resolve(IcsOperations *self, const IcsJsonNode *node,
                               IcsOperation *operation, GError **error)
{
    const IcsOperationConfig *config = &operation->config;
    operation->slot = -1;
    if (!operations_resolve_other(self, node, operation, error)) {
        return false;
    }
    if (operation->kind == ICS_OPERATION_SOCKET) {
        return operations_declare(self->sockets, node, config->socket, operation, error);
    }
    if (operation->kind == ICS_OPERATION_SPAWN) {
        return operations_declare(self->children, node, config->name, operation, error);
    }
    if (config->socket != NULL) {
        return operations_refer(self->sockets, node, "socket", config->socket, operation, error);
    }
    if (config->child != NULL) {
        return operations_refer(self->children, node, "child", config->child, operation, error);
    }
    return true;
}

/* ---- contradictions ---- */

static bool operation_check_send(const IcsJsonNode *node, const IcsOperationConfig *config,
                                 GError **error)
{
    int contents = (config->text != NULL) + config->has_size + config->received;
    if (contents == 1) {
        return true;
    }
    ics_json_error(node, error, "send needs one of \"text\", \"size\" and \"received\", got %s",
                   contents == 0 ? "none" : "several");
    return false;
}

static bool operation_check_wait(const IcsJsonNode *node, const IcsOperationConfig *config,
                                 GError **error)
{
    int ends = config->has_time + config->has_until + (config->child != NULL);
    if (ends == 1) {
        return true;
    }
    ics_json_error(node, error, "wait needs one of \"time\", \"until\" and \"child\", got %s",
                   ends == 0 ? "none" : "several");
    return false;
}

static bool operation_check_timeout(const IcsJsonNode *node, const IcsOperationConfig *config,
                                    GError **error)
{
    if (config->has_timeout && !config->wait) {
        ics_json_error(node, error, "\"timeout\" has no use with \"wait\": false");
        return false;
    }
    return true;
}

static bool operation_check_receive(const IcsJsonNode *node, const IcsOperation *operation,
                                    GError **error)
{
    const IcsOperationConfig *config = &operation->config;
    if (!operation_check_timeout(node, config, error)) {
        return false;
    }
    if (config->fill && config->peek) {
        ics_json_error(node, error, "\"fill\" and \"peek\" contradict each other");
        return false;
    }
    if (operation->expected.kind == ICS_EXPECT_ERROR &&
        (config->expect_text != NULL || config->expect_from != NULL)) {
        ics_json_error(node, error, "no message comes with the error that \"expect\" names");
        return false;
    }
    return true;
}

/* A child's name is part of a process's name, and follows the rule for those. */
static bool operation_check_spawn(const IcsJsonNode *node, const char *name, GError **error)
{
    size_t n = strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-");
    if (name[n] == '\0' && n <= ICS_OPERATIONS_NAME_BYTES_MAX && g_ascii_isalnum(name[0])) {
        return true;
    }
    IcsJsonNode at = *node;
    ics_json_member(node, "name", &at);
    ics_json_error_expected(&at,
                            "1 to 63 letters, digits, '.', '_' and '-', the first of them a "
                            "letter or digit",
                            error);
    return false;
}

static bool operation_check_exit(const IcsJsonNode *node, const IcsOperation *operation,
                                 GError **error)
{
    if (operation->expected.kind != ICS_EXPECT_ANY) {
        ics_json_error(node, error, "\"expect\" has no use behind an exit");
        return false;
    }
    return true;
}

static bool operation_check_set(const IcsJsonNode *node, const IcsOperationConfig *config,
                                GError **error)
{
    if (config->has_receive_timeout || config->has_send_timeout || config->has_nonblocking ||
        config->has_receive_buffer || config->has_checksum ||
        ics_operations_sets_stream(&config->stream)) {
        return true;
    }
    ics_json_error(node, error, "set needs at least one option");
    return false;
}

static bool operation_check(const IcsJsonNode *node, const IcsOperation *operation, GError **error)
{
    const IcsOperationConfig *config = &operation->config;
    switch (operation->kind) {
    case ICS_OPERATION_SEND:
        return operation_check_send(node, config, error);
    case ICS_OPERATION_RECEIVE:
        return operation_check_receive(node, operation, error);
    case ICS_OPERATION_SET:
        return operation_check_set(node, config, error);
    case ICS_OPERATION_WAIT:
        return operation_check_wait(node, config, error);
    case ICS_OPERATION_SPAWN:
        return operation_check_spawn(node, config->name, error);
    case ICS_OPERATION_EXIT:
        return operation_check_exit(node, operation, error);
    case ICS_OPERATION_CONNECT:
    case ICS_OPERATION_ACCEPT:
        return operation_check_timeout(node, config, error);
    case ICS_OPERATION_SOCKET:
    case ICS_OPERATION_BIND:
    case ICS_OPERATION_LISTEN:
    case ICS_OPERATION_SHUTDOWN:
    case ICS_OPERATION_POLL:
    case ICS_OPERATION_CLOSE:
    case ICS_OPERATION_COMPUTE:
    case ICS_OPERATION_REPEAT:
    case ICS_OPERATION_LOG:
        return true;
    case ICS_N_OPERATION_KINDS:
        break;
    }
    g_assert_not_reached();
}

/* ---- the expected outcome ---- */

static bool operation_expect_word(const IcsJsonNode *node, const char *word, IcsExpected *expected,
                                  GError **error)
{
    static const char *const words[] = {
        "ok",
        "end",
#define OPERATION_ERRNO(number, name, text) name,
        ICS_ERRNO_LIST(OPERATION_ERRNO)
#undef OPERATION_ERRNO
            NULL,
    };
    if (strcmp(word, "ok") == 0) {
        expected->kind = ICS_EXPECT_OK;
        return true;
    }
    if (strcmp(word, "end") == 0) {
        *expected = (IcsExpected){ICS_EXPECT_VALUE, 0};
        return true;
    }
    int number = ics_errno_from_name(word);
    if (number == 0) {
        ics_json_error_unknown(node, "outcome", word, words, error);
        return false;
    }
    *expected = (IcsExpected){ICS_EXPECT_ERROR, number};
    return true;
}

static bool operation_expect_value(const IcsJsonNode *node, IcsExpected *expected, GError **error)
{
    expected->kind = ICS_EXPECT_VALUE;
    if (!ics_json_get_int64(node, &expected->value, error)) {
        return false;
    }
    if (expected->value < 0) {
        ics_json_error(node, error, "no value is negative: expected the name of an error");
        return false;
    }
    return true;
}

static bool operation_read_expected(const IcsJsonNode *node, IcsExpected *expected, GError **error)
{
    IcsJsonNode child;
    const char *word;
    if (!ics_json_member(node, "expect", &child)) {
        return true;
    }
    switch (ics_json_type(&child)) {
    case ICS_JSON_INTEGER:
        return operation_expect_value(&child, expected, error);
    case ICS_JSON_STRING:
        return ics_json_get_string(&child, &word, error) &&
               operation_expect_word(&child, word, expected, error);
    case ICS_JSON_NULL:
    case ICS_JSON_BOOLEAN:
    case ICS_JSON_NUMBER:
    case ICS_JSON_ARRAY:
    case ICS_JSON_OBJECT:
        break;
    }
    ics_json_error_expected(&child, "an integer, \"ok\", \"end\" or the name of an error", error);
    return false;
}

/* ---- reading ---- */

static bool operations_read_body(IcsOperations *self, const IcsJsonNode *node,
                                 IcsOperation *operation, GError **error)
{
    IcsJsonNode body;
    if (operation->kind != ICS_OPERATION_REPEAT && operation->kind != ICS_OPERATION_SPAWN) {
        return true;
    }
    if (!ics_json_require_member(node, "operations", &body, error)) {
        return false;
    }
    if (operation->kind == ICS_OPERATION_SPAWN) {
        operation->body = operations_new(NULL);
        if (operation->config.give != NULL) {
            operation->body->has_given = true;
            g_ptr_array_add(operation->body->sockets, g_strdup(operation->config.give));
        }
        return operations_read_list(operation->body, &body, error);
    }
    operation->body = operations_new(self);
    if (!operations_read_list(operation->body, &body, error)) {
        return false;
    }
    if (operation->body->list->len == 0) {
        ics_json_error(&body, error, "there is nothing to repeat");
        return false;
    }
    return true;
}

static bool operation_read_parameters(const IcsJsonNode *node, IcsOperation *operation,
                                      GError **error)
{
    static const char *const plain[] = {"do", "expect", "comment", NULL};
    static const char *const with_body[] = {"do", "expect", "comment", "operations", NULL};
    bool has_body =
        operation->kind == ICS_OPERATION_REPEAT || operation->kind == ICS_OPERATION_SPAWN;
    return ics_parameters_read(ics_operation_parameters(operation->kind), node,
                               has_body ? with_body : plain, &operation->config, error);
}

static bool operations_read_one(IcsOperations *self, const IcsJsonNode *node, GError **error)
{
    IcsJsonNode verb;
    int kind;
    if (!ics_json_require_member(node, "do", &verb, error) ||
        !ics_json_get_name(&verb, "operation", operation_names, &kind, error)) {
        return false;
    }
    g_array_set_size(self->list, self->list->len + 1);
    IcsOperation *operation = &g_array_index(self->list, IcsOperation, self->list->len - 1);
    operation->kind = (IcsOperationKind)kind;
    operation->pointer = ics_json_pointer(node);
    return operation_read_parameters(node, operation, error) &&
           operation_read_expected(node, &operation->expected, error) &&
           operation_check(node, operation, error) &&
           operations_resolve(self, node, operation, error) &&
           operations_read_body(self, node, operation, error);
}

static bool operations_read_list(IcsOperations *self, const IcsJsonNode *array, GError **error)
{
    IcsJsonIterator iterator;
    IcsJsonNode node;
    if (!ics_json_expect_array(array, error)) {
        return false;
    }
    ics_json_iterator_init(&iterator, array);
    while (ics_json_iterator_next(&iterator, &node)) {
        if (!operations_read_one(self, &node, error)) {
            return false;
        }
    }
    return true;
}

IcsOperations *ics_operations_read(const IcsJsonNode *array, GError **error)
{
    g_autoptr(IcsOperations) self = operations_new(NULL);
    return operations_read_list(self, array, error) ? g_steal_pointer(&self) : NULL;
}
