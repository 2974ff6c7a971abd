#include "tool/live/live_machine.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

#define LIVE_MACHINE_NS_PER_S INT64_C(1000000000)

typedef struct LiveMachine {
    IcsLiveMachine machine;
    int signals;     /* signalfd(2): SIGINT and SIGTERM */
    sigset_t before; /* signals that were blocked before */
    GArray *polled;  /* of struct pollfd: the signals and the descriptors of a wait */
} LiveMachine;

static int64_t live_machine_now_ns(G_GNUC_UNUSED gpointer data)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * LIVE_MACHINE_NS_PER_S + now.tv_nsec;
}

static struct timespec live_machine_time_until(int64_t until_ns)
{
    int64_t ns = MAX(until_ns - live_machine_now_ns(NULL), 0);
    return (struct timespec){ns / LIVE_MACHINE_NS_PER_S, ns % LIVE_MACHINE_NS_PER_S};
}

static bool live_machine_wait(gpointer data, int64_t until_ns, struct pollfd *descriptors, nfds_t n)
{
    LiveMachine *self = data;
    struct pollfd signals = {.fd = self->signals, .events = POLLIN};
    struct timespec time = live_machine_time_until(until_ns);
    g_array_set_size(self->polled, 0);
    g_array_append_val(self->polled, signals);
    g_array_append_vals(self->polled, descriptors, (guint)n);
    struct pollfd *polled = &g_array_index(self->polled, struct pollfd, 0);
    int ready = ppoll(polled, n + 1, until_ns == INT64_MAX ? NULL : &time, NULL);
    for (nfds_t i = 0; i < n; i++) {
        descriptors[i].revents = ready > 0 ? polled[i + 1].revents : 0;
    }
    return ready <= 0 || polled[0].revents == 0;
}

IcsLiveMachine *ics_live_machine_new(GError **error)
{
    LiveMachine *self = g_new0(LiveMachine, 1);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &self->before);
    self->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    self->polled = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    self->machine = (IcsLiveMachine){live_machine_now_ns, live_machine_wait, self};
    prctl(PR_SET_TIMERSLACK, 1UL);
    if (self->signals < 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "signalfd: %s", g_strerror(errno));
        ics_live_machine_free(&self->machine);
        return NULL;
    }
    return &self->machine;
}

/* A signal that ended the run has done its work. */
static void live_machine_take_signal(const LiveMachine *self)
{
    struct signalfd_siginfo taken;
    ssize_t n = read(self->signals, &taken, sizeof taken);
    (void)n;
}

void ics_live_machine_free(IcsLiveMachine *machine)
{
    if (machine == NULL) {
        return;
    }
    LiveMachine *self = machine->data;
    if (self->signals >= 0) {
        live_machine_take_signal(self);
        close(self->signals);
    }
    prctl(PR_SET_TIMERSLACK, 0UL);
    pthread_sigmask(SIG_SETMASK, &self->before, NULL);
    g_array_unref(self->polled);
    g_free(self);
}
