#include "sim/coroutine.h"

#include "sim/coroutine_context.h"
#include "sim/fiber.h"

/*            resume                 entry returns
 * SUSPENDED --------> RUNNING ---------------------> FINISHED
 *           <--------
 *            suspend
 */
typedef enum {
    COROUTINE_SUSPENDED,
    COROUTINE_RUNNING,
    COROUTINE_FINISHED,
} CoroutineState;

/* Lies at the top of its own stack. */
struct IcsCoroutine {
    void *context;
    void *resumer;
    CoroutineState state;
    IcsPooledStack *stack;
    IcsStackPool *pool;
    IcsCoroutineFunc entry;
    gpointer data;
    IcsFiber fiber;
};

#define COROUTINE_RECORD_BYTES ((sizeof(IcsCoroutine) + 63) & ~(size_t)63)

static void coroutine_run(gpointer data)
{
    IcsCoroutine *self = data;

    ics_fiber_on_arrival(&self->fiber);
    self->entry(self->data);
    self->state = COROUTINE_FINISHED;
    ics_fiber_before_finish(&self->fiber);
    ics_coroutine_context_switch(&self->context, self->resumer);
    g_assert_not_reached();
}

IcsCoroutine *ics_coroutine_new(IcsStackPool *pool, IcsCoroutineFunc entry, gpointer data)
{
    IcsPooledStack *stack = ics_stack_pool_take(pool);
    gpointer top;
    IcsCoroutine *self;

    g_assert(entry != NULL);
    if (stack == NULL)
        return NULL;
    top = stack->bottom + stack->size_bytes - COROUTINE_RECORD_BYTES;
    self = top;
    *self = (IcsCoroutine){.stack = stack, .pool = pool, .entry = entry, .data = data};
    self->context = ics_coroutine_context_prepare(stack->bottom, top, coroutine_run, self);
    ics_fiber_create(&self->fiber);
    return self;
}

/* Nothing follows the switch in a plain build, here and in suspend: it becomes a jump, and one
 * return that the processor would mispredict is spared. */
void ics_coroutine_resume(IcsCoroutine *self)
{
    g_assert(self->state == COROUTINE_SUSPENDED);
    self->state = COROUTINE_RUNNING;
    ics_fiber_before_resume(&self->fiber, self->stack->bottom, self->stack->size_bytes);
    ics_coroutine_context_switch(&self->resumer, self->context);
    ics_fiber_after_resume(&self->fiber);
}

void ics_coroutine_suspend(IcsCoroutine *self)
{
    const guint8 *frame = __builtin_frame_address(0);

    g_assert(self->state == COROUTINE_RUNNING);
    ics_stack_check(self->stack);
    g_assert(frame >= self->stack->bottom && frame < (const guint8 *)self);
    self->state = COROUTINE_SUSPENDED;
    ics_fiber_before_suspend(&self->fiber);
    ics_coroutine_context_switch(&self->context, self->resumer);
    ics_fiber_on_arrival(&self->fiber);
}

bool ics_coroutine_is_finished(const IcsCoroutine *self)
{
    return self->state == COROUTINE_FINISHED;
}

void ics_coroutine_free(IcsCoroutine *self)
{
    if (self == NULL)
        return;
    g_assert(self->state != COROUTINE_RUNNING);
    ics_fiber_destroy(&self->fiber, self->stack->bottom, self->stack->size_bytes);
    ics_stack_pool_give_back(self->pool, self->stack);
}
