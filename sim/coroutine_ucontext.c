#include "sim/coroutine_context.h"

#ifdef ICS_COROUTINE_UCONTEXT

#include <errno.h>
#include <glib.h>
#include <stdint.h>
#include <ucontext.h>

/* makecontext(3) hands over ints only: each pointer travels as two halves. */
static void coroutine_ucontext_start(guint run_high, guint run_low, guint data_high, guint data_low)
{
    uintptr_t run = (uintptr_t)((guint64)run_high << 32 | run_low);
    uintptr_t data = (uintptr_t)((guint64)data_high << 32 | data_low);

    ((void (*)(void *))run)((void *)data);
    g_assert_not_reached();
}

void *ics_coroutine_context_prepare(void *bottom, void *top, void (*run)(void *data), void *data)
{
    size_t record_bytes = (sizeof(ucontext_t) + 15) & ~(size_t)15;
    ucontext_t *context = (ucontext_t *)((char *)top - record_bytes);
    guint64 run_bits = (uintptr_t)run;
    guint64 data_bits = (uintptr_t)data;

    if (getcontext(context) != 0)
        g_error("getcontext: %s", g_strerror(errno));
    context->uc_stack.ss_sp = bottom;
    context->uc_stack.ss_size = (size_t)((char *)context - (char *)bottom);
    context->uc_link = NULL;
    makecontext(context, (void (*)(void))coroutine_ucontext_start, 4, (guint)(run_bits >> 32),
                (guint)run_bits, (guint)(data_bits >> 32), (guint)data_bits);
    /* AddressSanitizer's swapcontext would wipe what it knows about the stack named here. */
    context->uc_stack.ss_sp = NULL;
    context->uc_stack.ss_size = 0;
    return context;
}

void ics_coroutine_context_switch(void **left, void *to)
{
    ucontext_t here;

    here.uc_stack.ss_sp = NULL;
    here.uc_stack.ss_size = 0;
    *left = &here;
    if (swapcontext(&here, to) != 0)
        g_error("swapcontext: %s", g_strerror(errno));
}

#endif
