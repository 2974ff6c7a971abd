#ifndef ICS_SIM_COROUTINE_CONTEXT_H
#define ICS_SIM_COROUTINE_CONTEXT_H

/* Private to coroutine.c: the part that differs from machine to machine. Read by the assembler too,
 * because it also decides which of the three implementations is compiled. */
#if defined(IPCSIM_COROUTINE_UCONTEXT)
#define ICS_COROUTINE_UCONTEXT 1
#elif defined(__x86_64__) && defined(__LP64__)
#define ICS_COROUTINE_X86_64 1
#elif defined(__aarch64__) && defined(__LP64__)
#define ICS_COROUTINE_AARCH64 1
#else
#define ICS_COROUTINE_UCONTEXT 1
#endif

#ifndef __ASSEMBLER__

#include <stddef.h>

/**
 * ics_coroutine_context_prepare:
 * @bottom: lowest byte of the stack
 * @top: its end, aligned to 16
 * @run: called with @data on that stack at the first switch; must never return
 *
 * A context is a pointer to the registers that a switch has left on a stack. A new one has the
 * caller's floating-point control words.
 *
 * Returns: what ics_coroutine_context_switch() takes to start @run
 */
void *ics_coroutine_context_prepare(void *bottom, void *top, void (*run)(void *data), void *data);

/** Leaves the running context in @left (out) and goes on where @to was left. */
void ics_coroutine_context_switch(void **left, void *to);

#endif

#endif
