#include "tests/support/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CHILD_FAULT_INSIDE = 40,
    CHILD_FAULT_OUTSIDE = 41,
};

/* Written in the child only, which has one thread: a signal handler has no other argument. */
static struct {
    uintptr_t low;
    uintptr_t size_bytes;
} child_expected;

static guint8 child_signal_stack[64 << 10];

int ics_test_child_run(void (*func)(gpointer data), gpointer data)
{
    pid_t child = fork();
    int status = 0;

    g_assert(child >= 0);
    if (child == 0) {
        struct rlimit no_core = {0, 0};
        int nowhere = open("/dev/null", O_WRONLY);

        setrlimit(RLIMIT_CORE, &no_core);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        func(data);
        _exit(0);
    }
    while (waitpid(child, &status, 0) < 0)
        continue;
    return status;
}

gboolean ics_test_child_aborts(void (*func)(gpointer data), gpointer data)
{
    int status = ics_test_child_run(func, data);

    return WIFSIGNALED(status) && (WTERMSIG(status) == SIGABRT || WTERMSIG(status) == SIGTRAP);
}

static void child_on_fault(int number, siginfo_t *info, void *context)
{
    uintptr_t offset = (uintptr_t)info->si_addr - child_expected.low;

    (void)number;
    (void)context;
    _exit(offset < child_expected.size_bytes ? CHILD_FAULT_INSIDE : CHILD_FAULT_OUTSIDE);
}

typedef struct {
    void (*func)(gpointer data);
    gpointer data;
    const guint8 *low;
    gsize size_bytes;
} ChildFault;

static void child_run_for_fault(gpointer data)
{
    const ChildFault *fault = data;
    stack_t stack = {.ss_sp = child_signal_stack, .ss_size = sizeof child_signal_stack};
    struct sigaction action = {.sa_sigaction = child_on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    child_expected.low = (uintptr_t)fault->low;
    child_expected.size_bytes = fault->size_bytes;
    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    fault->func(fault->data);
}

gboolean ics_test_child_faults_within(void (*func)(gpointer data), gpointer data, const guint8 *low,
                                      gsize size_bytes)
{
    ChildFault fault = {func, data, low, size_bytes};
    int status = ics_test_child_run(child_run_for_fault, &fault);

    return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_FAULT_INSIDE;
}
