#ifndef ICS_SIM_STACK_POOL_H
#define ICS_SIM_STACK_POOL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

/**
 * IcsStackPool:
 *
 * The machine stacks of one world's coroutines, on one thread. Stacks are carved out of larger
 * anonymous mappings, handed out last in first out, and returned to the system only when the pool
 * is freed. What lies below a stack is a guard region: touching it is SIGSEGV. Where the system
 * grants no more guards (a process map holds 65,530 areas by default, a guard made with mprotect(2)
 * needs two) the next stacks come without one; a canary at their low end takes its place, which is
 * checked at every suspend and when the stack comes back, and ends the program when it is broken.
 */
typedef struct IcsStackPool IcsStackPool;

/**
 * IcsPooledStack:
 * @bottom: the lowest usable byte
 * @size_bytes: usable bytes from @bottom up; @bottom + @size_bytes is aligned to 16
 * @canary: (nullable): what ics_stack_check() looks at, NULL below a guard
 *
 * One stack, growing down from @bottom + @size_bytes. It belongs to its pool; the rest of its
 * fields are the pool's own.
 */
typedef struct IcsPooledStack IcsPooledStack;

struct IcsPooledStack {
    guint8 *bottom;
    size_t size_bytes;
    const guint64 *canary;
    IcsPooledStack *next_free;
    guint valgrind_id;
};

/**
 * ics_stack_pool_new:
 * @stack_bytes: usable bytes that every stack has at least, and up to two pages more; 0 for the
 *   default of 64 KiB (256 KiB in builds with AddressSanitizer, whose frames are larger)
 *
 * Maps nothing yet.
 *
 * Returns: (transfer full): an empty pool, to be freed with ics_stack_pool_free()
 */
IcsStackPool *ics_stack_pool_new(size_t stack_bytes);

/**
 * ics_stack_pool_free:
 * @self: (transfer full) (nullable): a pool whose stacks have all come back
 */
void ics_stack_pool_free(IcsStackPool *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsStackPool, ics_stack_pool_free)

/**
 * ics_stack_pool_limit_guards:
 * @stacks: how many stacks at most may have a guard, counted from the pool's first
 *
 * To be called before the first stack is taken. Without this call the limit is 4,096 for guards
 * that cost areas of the process map (eight such worlds at a time would use the map up), and none
 * for those that do not (MADV_GUARD_INSTALL, Linux 6.13).
 */
void ics_stack_pool_limit_guards(IcsStackPool *self, guint stacks);

/**
 * ics_stack_pool_take:
 *
 * Returns: (transfer none) (nullable): a stack to be given back with ics_stack_pool_give_back(),
 * its contents undefined; NULL with errno set when the system has no memory for it
 */
IcsPooledStack *ics_stack_pool_take(IcsStackPool *self);

/** Gives @stack back; nothing may run on it or point into it any longer. Checks its canary. */
void ics_stack_pool_give_back(IcsStackPool *self, IcsPooledStack *stack);

/** Ends the program with a message if a stack without guard has overflowed. */
void ics_stack_check(const IcsPooledStack *self);

/** Stacks taken and not given back. */
guint ics_stack_pool_in_use(const IcsStackPool *self);

/** The largest number of stacks that were in use at a time. */
guint ics_stack_pool_peak(const IcsStackPool *self);

/** Stacks that exist, in use or not, without a guard. */
guint ics_stack_pool_unguarded(const IcsStackPool *self);

G_END_DECLS

#endif
