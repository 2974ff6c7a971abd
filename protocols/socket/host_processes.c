#include "protocols/socket/host_processes.h"

#include <errno.h>
#include <string.h>

#include "protocols/socket/socket_internal.h"

/* IcsStack.processes */
typedef struct HostProcesses {
    GPtrArray *all;       /* of IcsProcess, in the order of their starts */
    GHashTable *lives;    /* by name: how many processes were called so; the names are theirs */
    GPtrArray *lingering; /* of IcsSocket: closed, but their transports have still to do */
} HostProcesses;

static GPtrArray *host_processes_of(const IcsStack *stack)
{
    const HostProcesses *self = stack->processes;
    return self != NULL ? self->all : NULL;
}

static void host_processes_free_one(gpointer data)
{
    IcsProcess *process = data;
    if (process->state != ICS_PROCESS_ENDED) {
        process->outcome = ICS_OUTCOME_CRASHED;
        process->on_end(process);
    }
    g_free(process->owner);
    ics_process_free(process);
}

static void host_processes_free_lingering(HostProcesses *self)
{
    for (guint i = 0; i < self->lingering->len; i++) {
        ics_socket_free(g_ptr_array_index(self->lingering, i), ICS_CAUSE_HOST_DOWN);
    }
    g_ptr_array_set_size(self->lingering, 0);
}

static void host_processes_crash(IcsStack *stack)
{
    ics_host_processes_end(stack, ICS_OUTCOME_CRASHED);
    host_processes_free_lingering(stack->processes);
}

static void host_processes_free(IcsStack *stack)
{
    HostProcesses *self = stack->processes;
    host_processes_free_lingering(self);
    g_ptr_array_unref(self->lingering);
    g_hash_table_unref(self->lives);
    g_ptr_array_unref(self->all);
    g_free(self);
}

static HostProcesses *host_processes_new(IcsStack *stack)
{
    HostProcesses *self = g_new0(HostProcesses, 1);
    self->all = g_ptr_array_new_with_free_func(host_processes_free_one);
    self->lives = g_hash_table_new(g_str_hash, g_str_equal);
    self->lingering = g_ptr_array_new();
    stack->processes = self;
    stack->processes_crash = host_processes_crash;
    stack->processes_free = host_processes_free;
    return self;
}

/* How many processes of its name there were before this one, which is counted. */
static uint32_t host_processes_count_life(HostProcesses *self, const IcsProcess *process)
{
    uint32_t before = GPOINTER_TO_UINT(g_hash_table_lookup(self->lives, process->name));
    g_hash_table_insert(self->lives, (gpointer)process->name, GUINT_TO_POINTER(before + 1));
    return before;
}

IcsProcess *ics_host_processes_start(IcsStack *stack, const char *name,
                                     const IcsProcessProgram *program)
{
    HostProcesses *self = stack->processes != NULL ? stack->processes : host_processes_new(stack);
    const IcsHost *host = stack->host;
    IcsProcess *process = ics_process_new(host->network->simulation, host->node, name, program);
    ics_socket_table_attach(process, stack, host_processes_count_life(self, process));
    g_ptr_array_add(self->all, process);
    ics_process_start(process);
    return process;
}

void ics_host_processes_end(IcsStack *stack, IcsProcessOutcome outcome)
{
    GPtrArray *processes = host_processes_of(stack);
    for (guint i = 0; processes != NULL && i < processes->len; i++) {
        ics_process_kill(g_ptr_array_index(processes, i), outcome);
    }
}

static bool host_processes_is_of(const IcsProcess *process, const char *name)
{
    size_t n = strlen(name);
    return strncmp(process->name, name, n) == 0 &&
           (process->name[n] == '\0' || process->name[n] == '/');
}

uint32_t ics_host_processes_kill(IcsStack *stack, const char *name)
{
    uint32_t killed = 0;
    GPtrArray *processes = host_processes_of(stack);
    for (guint i = 0; processes != NULL && i < processes->len; i++) {
        IcsProcess *process = g_ptr_array_index(processes, i);
        if (process->state != ICS_PROCESS_ENDED && host_processes_is_of(process, name)) {
            ics_process_kill(process, ICS_OUTCOME_KILLED);
            killed++;
        }
    }
    return killed;
}

const GPtrArray *ics_host_processes_all(const IcsStack *stack)
{
    return host_processes_of(stack);
}

void ics_host_processes_adopt(IcsStack *stack, IcsSocket *socket)
{
    HostProcesses *self = stack->processes;
    g_ptr_array_add(self->lingering, socket);
}

void ics_host_processes_abandon(IcsStack *stack, IcsSocket *socket)
{
    HostProcesses *self = stack->processes;
    g_ptr_array_remove(self->lingering, socket);
}

static bool host_processes_holds_port(const IcsSocket *socket, IcsEndpoint local)
{
    const IcsPortBinding *binding = &socket->port.binding;
    return binding->local_port == local.port &&
           (binding->local_address == local.address || binding->local_address == ICS_ANY_ADDRESS ||
            local.address == ICS_ANY_ADDRESS);
}

bool ics_host_processes_free_port(IcsStack *stack, IcsEndpoint local)
{
    HostProcesses *self = stack->processes;
    for (guint i = 0; i < self->lingering->len; i++) {
        IcsSocket *socket = g_ptr_array_index(self->lingering, i);
        if (host_processes_holds_port(socket, local)) {
            ics_socket_end_linger(socket);
            return true;
        }
    }
    return false;
}

uint64_t ics_host_processes_queued(const IcsStack *stack)
{
    const GPtrArray *processes = host_processes_of(stack);
    uint64_t packets = 0;
    for (guint i = 0; processes != NULL && i < processes->len; i++) {
        packets += ics_socket_table_queued(g_ptr_array_index(processes, i));
    }
    return packets;
}

/* ---- what a process can say about itself and other processes ---- */

IcsProcess *ics_spawn(IcsProcess *self, const char *name, IcsProgramMain program,
                      const void *config)
{
    IcsStack *stack = ics_socket_table_stack(self);
    if (host_processes_of(stack)->len >= ICS_HOST_PROCESSES_MAX) {
        return NULL;
    }
    g_autofree char *full_name = g_strdup_printf("%s/%s", self->name, name);
    IcsProcessProgram made = {.main = program, .config = config};
    return ics_host_processes_start(stack, full_name, &made);
}

int ics_wait(IcsProcess *self, IcsProcess *child)
{
    while (child->state != ICS_PROCESS_ENDED) {
        ics_process_wait(self, &child->joiners, ICS_TIME_NEVER, ICS_WAIT_CHILD);
    }
    switch (child->outcome) {
    case ICS_OUTCOME_RETURNED:
    case ICS_OUTCOME_EXITED:
        return child->exit_code;
    case ICS_OUTCOME_NONE:
    case ICS_OUTCOME_KILLED:
    case ICS_OUTCOME_CRASHED:
        return -EINTR;
    case ICS_OUTCOME_REFUSED:
        return -ENOMEM;
    }
    g_assert_not_reached();
}

void ics_exit(IcsProcess *self, int exit_code)
{
    g_assert(!ics_process_is_handler(self));
    ics_process_exit(self, exit_code);
    g_assert_not_reached();
}

int64_t ics_now(const IcsProcess *self)
{
    return self->simulation->now_ns;
}

static int64_t host_processes_after(const IcsProcess *self, int64_t duration_ns)
{
    int64_t now_ns = self->simulation->now_ns;
    return duration_ns < ICS_TIME_NEVER - now_ns ? now_ns + duration_ns : ICS_TIME_NEVER;
}

void ics_sleep(IcsProcess *self, int64_t duration_ns)
{
    ics_process_sleep_until(self, host_processes_after(self, duration_ns));
}

void ics_compute(IcsProcess *self, int64_t duration_ns)
{
    ics_process_compute_until(self, host_processes_after(self, duration_ns));
}

void ics_sleep_until(IcsProcess *self, int64_t at_ns)
{
    ics_process_sleep_until(self, at_ns);
}

void *ics_alloc(IcsProcess *self, size_t bytes)
{
    return ics_process_alloc(self, bytes);
}

const char *ics_name(const IcsProcess *self)
{
    return self->name;
}

void ics_log(IcsProcess *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    ics_process_log(self, text);
}
