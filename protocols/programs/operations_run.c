/* A process that carries out a list of operations, and compares what comes of them with what was
 * expected. */
#include <inttypes.h>
#include <ipcsim/socket.h>
#include <string.h>

#include "base/errno_name.h"
#include "protocols/programs/operations_internal.h"
#include "protocols/programs/payload.h"
#include "protocols/programs/program_table.h"

/* Operations after which others have their turn, so that a list that repeats for ever at one
 * instant can be watched and interrupted. */
#define OPERATIONS_AT_ONCE 100000

static void operations_run_list(IcsOperationsRun *self, const IcsOperations *operations);

/* ---- outcomes ---- */

static char *operations_outcome_text(int64_t result)
{
    return result < 0 ? g_strdup(ics_errno_name((int)-result))
                      : g_strdup_printf("%" PRId64, result);
}

static char *operations_expected_text(const IcsExpected *expected)
{
    switch (expected->kind) {
    case ICS_EXPECT_ANY:
        return g_strdup("anything");
    case ICS_EXPECT_OK:
        return g_strdup("success");
    case ICS_EXPECT_VALUE:
        return g_strdup_printf("%" PRId64, expected->value);
    case ICS_EXPECT_ERROR:
        return g_strdup(ics_errno_name((int)expected->value));
    }
    g_assert_not_reached();
}

static bool operations_is_expected(const IcsExpected *expected, int64_t result)
{
    switch (expected->kind) {
    case ICS_EXPECT_ANY:
        return true;
    case ICS_EXPECT_OK:
        return result >= 0;
    case ICS_EXPECT_VALUE:
        return result == expected->value;
    case ICS_EXPECT_ERROR:
        return result == -expected->value;
    }
    g_assert_not_reached();
}

void ics_operations_fail(const IcsOperationsRun *self, const IcsOperation *operation,
                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *text = g_strdup_printf("%s: %s %s", operation->pointer,
                                            ics_operation_kind_name(operation->kind), what);
    ics_process_fail_operation(self->process, text);
}

static void operations_judge(const IcsOperationsRun *self, const IcsOperation *operation,
                             int64_t result)
{
    if (operations_is_expected(&operation->expected, result)) {
        if (result < 0) {
            ics_program_report(self->process, ics_operation_kind_name(operation->kind), result);
        }
        return;
    }
    g_autofree char *got = operations_outcome_text(result);
    g_autofree char *wanted = operations_expected_text(&operation->expected);
    ics_operations_fail(self, operation, "gave %s, expected %s", got, wanted);
}

/* ---- the operations ---- */

static int64_t operations_do_socket(IcsOperationsRun *self, const IcsOperation *operation)
{
    int socket = ics_socket(self->process, (IcsSocketType)operation->config.type);
    self->sockets[operation->slot] = socket;
    return MIN(socket, 0);
}

static int64_t operations_do_bind(IcsOperationsRun *self, const IcsOperation *operation)
{
    IcsEndpoint local = {ICS_ANY_ADDRESS, (uint16_t)operation->config.port};
    if (operation->config.address != NULL) {
        int result = ics_resolve(self->process, operation->config.address, &local.address);
        if (result < 0) {
            return result;
        }
    }
    return ics_bind(self->process, ics_operations_socket_of(self, operation), local);
}

static int operations_destination(const IcsOperationsRun *self, const char *to,
                                  IcsEndpoint *endpoint)
{
    if (strcmp(to, "sender") == 0) {
        *endpoint = self->received.from;
        return 0;
    }
    return ics_resolve_endpoint(self->process, to, endpoint);
}

/* What is to be sent, made in the process's own memory; returns its length. */
static size_t operations_message(IcsOperationsRun *self, const IcsOperationConfig *config,
                                 const uint8_t **message)
{
    if (config->text != NULL) {
        *message = (const uint8_t *)config->text;
        return strlen(config->text);
    }
    if (config->received) {
        *message = self->buffer;
        return (size_t)self->received_bytes;
    }
    size_t n = (size_t)config->size_bytes;
    if (n > self->alphabet_bytes) {
        self->alphabet = ics_alloc(self->process, n);
        self->alphabet_bytes = n;
        ics_payload_fill(self->alphabet, n);
    }
    *message = self->alphabet;
    return n;
}

static int64_t operations_do_send(IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    int socket = ics_operations_socket_of(self, operation);
    int flags = config->wait ? 0 : ICS_DONT_WAIT;
    const uint8_t *message;
    size_t n = operations_message(self, config, &message);
    if (config->to == NULL) {
        return ics_send(self->process, socket, message, n, flags);
    }
    IcsEndpoint to;
    int result = operations_destination(self, config->to, &to);
    return result < 0 ? result : ics_send_to(self->process, socket, message, n, flags, to);
}

void ics_operations_check_from(const IcsOperationsRun *self, const IcsOperation *operation,
                               IcsEndpoint from)
{
    const char *expected = operation->config.expect_from;
    if (expected == NULL) {
        return;
    }
    IcsEndpoint wanted = {0, from.port};
    int result = strchr(expected, ':') != NULL
                     ? ics_resolve_endpoint(self->process, expected, &wanted)
                     : ics_resolve(self->process, expected, &wanted.address);
    if (result < 0 || wanted.address != from.address || wanted.port != from.port) {
        ics_operations_fail(self, operation, "took a %s that did not come from %s",
                            operation->kind == ICS_OPERATION_ACCEPT ? "connection" : "message",
                            expected);
    }
}

static void operations_check_received(const IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    size_t n = (size_t)self->received_bytes;
    if (config->expect_text != NULL &&
        (strlen(config->expect_text) != n || memcmp(config->expect_text, self->buffer, n) != 0)) {
        g_autofree char *got = g_strndup((const char *)self->buffer, MIN(n, (size_t)40));
        g_autofree char *shown = g_utf8_make_valid(got, -1);
        ics_operations_fail(self, operation, "got the text \"%s\", expected \"%s\"", shown,
                            config->expect_text);
    }
    ics_operations_check_from(self, operation, self->received.from);
}

static int64_t operations_receive_once(IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    int flags = (config->wait ? 0 : ICS_DONT_WAIT) | (config->peek ? ICS_PEEK : 0);
    return ics_receive_from(self->process, ics_operations_socket_of(self, operation), self->buffer,
                            (size_t)config->buffer_bytes, flags, &self->received);
}

static int64_t operations_do_receive(IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    int socket = ics_operations_socket_of(self, operation);
    int64_t usual_ns = ICS_FOREVER;
    if (config->has_timeout) {
        ics_get_option(self->process, socket, ICS_OPTION_RECEIVE_TIMEOUT, &usual_ns);
        ics_set_option(self->process, socket, ICS_OPTION_RECEIVE_TIMEOUT, config->timeout_ns);
    }
    if (self->buffer == NULL) {
        self->buffer = ics_alloc(self->process, ICS_DATAGRAM_MAX);
    }
    int64_t n = config->fill ? ics_operations_receive_all(self, operation)
                             : operations_receive_once(self, operation);
    if (config->has_timeout) {
        ics_set_option(self->process, socket, ICS_OPTION_RECEIVE_TIMEOUT, usual_ns);
    }
    if (n >= 0) {
        self->received_bytes = n;
        operations_check_received(self, operation);
    }
    return n;
}

static int64_t operations_do_close(IcsOperationsRun *self, const IcsOperation *operation)
{
    int socket = ics_operations_socket_of(self, operation);
    self->sockets[operation->slot] = -1; /* the descriptor may become another socket's */
    return ics_close(self->process, socket);
}

static int64_t operations_do_set(IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    const struct {
        bool given;
        IcsSocketOption option;
        int64_t value;
    } settings[] = {
        {config->has_receive_timeout, ICS_OPTION_RECEIVE_TIMEOUT, config->receive_timeout_ns},
        {config->has_send_timeout, ICS_OPTION_SEND_TIMEOUT, config->send_timeout_ns},
        {config->has_nonblocking, ICS_OPTION_NONBLOCKING, config->nonblocking},
        {config->has_receive_buffer, ICS_OPTION_RECEIVE_BUFFER, config->receive_buffer_bytes},
        {config->has_checksum, ICS_OPTION_CHECKSUM, config->checksum},
    };
    int socket = ics_operations_socket_of(self, operation);
    int result = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(settings) && result == 0; i++) {
        if (settings[i].given) {
            result = ics_set_option(self->process, socket, settings[i].option, settings[i].value);
        }
    }
    return result == 0 ? ics_operations_set_stream(self, operation) : result;
}

static int64_t operations_do_wait(IcsOperationsRun *self, const IcsOperation *operation)
{
    const IcsOperationConfig *config = &operation->config;
    if (config->child != NULL) {
        IcsProcess *child = self->children[operation->slot];
        return child != NULL ? ics_wait(self->process, child) : -EINVAL;
    }
    if (config->has_until) {
        ics_sleep_until(self->process, config->until_ns);
    } else {
        ics_sleep(self->process, config->time_ns);
    }
    return 0;
}

static int64_t operations_do_repeat(IcsOperationsRun *self, const IcsOperation *operation)
{
    for (int64_t i = 0; i < operation->config.times; i++) {
        operations_run_list(self, operation->body);
    }
    return 0;
}

static int64_t operations_do_spawn(IcsOperationsRun *self, const IcsOperation *operation)
{
    IcsProcess *child = ics_spawn(self->process, operation->config.name,
                                  ics_operations_program.main, operation->body);
    self->children[operation->slot] = child;
    if (child != NULL && operation->other_slot >= 0) {
        int *given = &self->sockets[operation->other_slot];
        int result = ics_give(self->process, *given, child);
        *given = -1;
        return MIN(result, 0);
    }
    return child != NULL ? 0 : -EAGAIN;
}

static int64_t operations_do_compute(IcsOperationsRun *self, const IcsOperation *operation)
{
    ics_compute(self->process, operation->config.time_ns);
    return 0;
}

static int64_t operations_do(IcsOperationsRun *self, const IcsOperation *operation)
{
    switch (operation->kind) {
    case ICS_OPERATION_SOCKET:
        return operations_do_socket(self, operation);
    case ICS_OPERATION_BIND:
        return operations_do_bind(self, operation);
    case ICS_OPERATION_CONNECT:
        return ics_operations_connect(self, operation);
    case ICS_OPERATION_LISTEN:
        return ics_operations_listen(self, operation);
    case ICS_OPERATION_ACCEPT:
        return ics_operations_accept(self, operation);
    case ICS_OPERATION_SEND:
        return operations_do_send(self, operation);
    case ICS_OPERATION_RECEIVE:
        return operations_do_receive(self, operation);
    case ICS_OPERATION_SHUTDOWN:
        return ics_operations_shutdown(self, operation);
    case ICS_OPERATION_POLL:
        return ics_operations_poll(self, operation);
    case ICS_OPERATION_CLOSE:
        return operations_do_close(self, operation);
    case ICS_OPERATION_SET:
        return operations_do_set(self, operation);
    case ICS_OPERATION_WAIT:
        return operations_do_wait(self, operation);
    case ICS_OPERATION_COMPUTE:
        return operations_do_compute(self, operation);
    case ICS_OPERATION_REPEAT:
        return operations_do_repeat(self, operation);
    case ICS_OPERATION_SPAWN:
        return operations_do_spawn(self, operation);
    case ICS_OPERATION_EXIT:
        ics_exit(self->process, (int)operation->config.code);
    case ICS_OPERATION_LOG:
        ics_log(self->process, "%s", operation->config.text);
        return 0;
    case ICS_N_OPERATION_KINDS:
        break;
    }
    g_assert_not_reached();
}

static void operations_run_list(IcsOperationsRun *self, const IcsOperations *operations)
{
    for (guint i = 0; i < operations->list->len; i++) {
        const IcsOperation *operation = &g_array_index(operations->list, IcsOperation, i);
        operations_judge(self, operation, operations_do(self, operation));
        if (++self->done % OPERATIONS_AT_ONCE == 0) {
            ics_process_yield(self->process);
        }
    }
}

static void operations_main(IcsProcess *self, gconstpointer config)
{
    const IcsOperations *operations = config;
    guint n = operations->sockets->len;
    IcsOperationsRun run = {
        .process = self,
        .sockets = ics_alloc(self, n * sizeof(int)),
        .children = ics_alloc(self, operations->children->len * sizeof(IcsProcess *)),
    };
    for (guint i = 0; i < n; i++) {
        run.sockets[i] = i == 0 && operations->has_given ? 0 : -1;
    }
    operations_run_list(&run, operations);
}

const IcsProgramClass ics_operations_program = {
    .name = "operations",
    .doc = "carries out the operations of the trace",
    .main = operations_main,
};
