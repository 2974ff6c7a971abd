#include "tool/cli/interrupt.h"

static volatile sig_atomic_t interrupt_came;

static void interrupt_note(int signal_number)
{
    (void)signal_number;
    interrupt_came = 1;
}

void ics_interrupt_begin(struct sigaction *before)
{
    /* A write that is under way goes on: it belongs to the partial result. */
    struct sigaction act = {.sa_handler = interrupt_note,
                            .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    interrupt_came = 0;
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, before);
}

void ics_interrupt_end(const struct sigaction *before)
{
    sigaction(SIGINT, before, NULL);
}

bool ics_interrupt_came(void)
{
    return interrupt_came != 0;
}
