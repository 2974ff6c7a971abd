#ifndef ICS_SIM_COROUTINE_H
#define ICS_SIM_COROUTINE_H

#include <glib.h>
#include <stdbool.h>

#include "sim/stack_pool.h"

G_BEGIN_DECLS

/**
 * IcsCoroutine:
 *
 * A function with a stack of its own that can stop in the middle and go on later. Control passes
 * like a call: a resumer waits until the coroutine suspends or its entry returns; a coroutine may
 * resume others, to any depth. A switch is a few instructions and no system call on x86-64 and
 * aarch64, and swapcontext(3) elsewhere or with IPCSIM_COROUTINE_UCONTEXT. Callee-saved registers
 * and the floating-point control words (rounding, exception masks) belong to each side. Stays on
 * the thread of its pool. AddressSanitizer, ThreadSanitizer and Valgrind are told of every switch.
 */
typedef struct IcsCoroutine IcsCoroutine;

/** What a coroutine runs; it is finished when this returns. */
typedef void (*IcsCoroutineFunc)(gpointer data);

/**
 * ics_coroutine_new:
 * @pool: lends the stack, and must outlive the coroutine
 * @entry: runs at the first resume
 * @data: (nullable): handed to @entry, borrowed
 *
 * The coroutine's own record lies on its stack: nothing is allocated when @pool has a stack to
 * reuse.
 *
 * Returns: (transfer full) (nullable): a suspended coroutine, or NULL with errno set when there is
 * no memory for a stack
 */
IcsCoroutine *ics_coroutine_new(IcsStackPool *pool, IcsCoroutineFunc entry, gpointer data);

/** Runs a suspended coroutine until it suspends or its entry returns. */
void ics_coroutine_resume(IcsCoroutine *self);

/** Goes back to the resumer; called on the stack of @self only. Returns at the next resume. */
void ics_coroutine_suspend(IcsCoroutine *self);

/** Whether the entry has returned: such a coroutine can only be freed. */
bool ics_coroutine_is_finished(const IcsCoroutine *self);

/**
 * ics_coroutine_free:
 * @self: (transfer full) (nullable): finished, suspended or never resumed; not running, nor waiting
 *   for a coroutine that it resumed
 *
 * Gives the stack back to the pool. A suspended coroutine is killed: what it had on its stack is
 * dropped as it is, and no cleanup function runs.
 */
void ics_coroutine_free(IcsCoroutine *self);

G_END_DECLS

#endif
