#include "sim/stack_pool.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sim/fiber.h"

#ifdef ICS_FIBER_ASAN
#define STACK_POOL_DEFAULT_BYTES ((size_t)256 << 10)
#else
#define STACK_POOL_DEFAULT_BYTES ((size_t)64 << 10)
#endif

/* Costs addresses only, and stops every frame with less than this between two of its accesses. */
#define STACK_POOL_GUARD_BYTES       ((size_t)16 << 10)
#define STACK_POOL_SLAB_BYTES        ((size_t)4 << 20)
#define STACK_POOL_MPROTECTED_STACKS 4096
#define STACK_POOL_CANARY_WORDS      8

/* Were all tops at one offset in their pages, they would share few sets of the caches: 1,000
 * coroutines in turn took 175 ns each instead of 123 ns (docs/adr/0002-coroutines.md). */
#define STACK_POOL_COLOURS      8
#define STACK_POOL_COLOUR_BYTES ((size_t)256)

/* linux/mman.h, since Linux 6.13; the headers of older systems lack it. */
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

typedef enum {
    STACK_GUARD_UNKNOWN,
    STACK_GUARD_LIGHT,    /* madvise(2), costs no area of the process map */
    STACK_GUARD_MPROTECT, /* mprotect(2), costs two */
} StackGuard;

typedef struct {
    guint8 *memory;
    IcsPooledStack *stacks;
} StackSlab;

struct IcsStackPool {
    size_t guard_bytes;
    size_t stride_bytes;
    guint slab_stacks;
    guint fresh_stacks; /* of the last slab, never taken so far */
    GArray *slabs;
    IcsPooledStack *free_stacks;
    StackGuard guard;
    guint guard_limit;
    guint guarded;
    guint unguarded;
    guint in_use;
    guint peak;
};

IcsStackPool *ics_stack_pool_new(size_t stack_bytes)
{
    IcsStackPool *self = g_new0(IcsStackPool, 1);
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    size_t usable_bytes = stack_bytes == 0 ? STACK_POOL_DEFAULT_BYTES : stack_bytes;

    g_assert(usable_bytes <= SIZE_MAX / 2);
    self->guard_bytes = MAX(STACK_POOL_GUARD_BYTES, page_bytes);
    /* The page beyond the usable ones is what the colours shift the tops in. */
    self->stride_bytes =
        self->guard_bytes + (usable_bytes + page_bytes - 1) / page_bytes * page_bytes + page_bytes;
    self->slab_stacks = (guint)MAX(STACK_POOL_SLAB_BYTES / self->stride_bytes, 1);
    self->slabs = g_array_new(FALSE, FALSE, sizeof(StackSlab));
    self->guard_limit = G_MAXUINT;
    return self;
}

static void stack_pool_free_slab(IcsStackPool *self, const StackSlab *slab, guint used)
{
    for (guint i = 0; i < used; i++)
        ics_fiber_stack_unmap(slab->stacks[i].bottom, slab->stacks[i].size_bytes,
                              slab->stacks[i].valgrind_id);
    munmap(slab->memory, self->slab_stacks * self->stride_bytes);
    g_free(slab->stacks);
}

void ics_stack_pool_free(IcsStackPool *self)
{
    if (self == NULL)
        return;
    g_assert(self->in_use == 0);
    for (guint i = 0; i < self->slabs->len; i++) {
        guint fresh = i + 1 == self->slabs->len ? self->fresh_stacks : 0;

        stack_pool_free_slab(self, &g_array_index(self->slabs, StackSlab, i),
                             self->slab_stacks - fresh);
    }
    g_array_free(self->slabs, TRUE);
    g_free(self);
}

void ics_stack_pool_limit_guards(IcsStackPool *self, guint stacks)
{
    g_assert(self->slabs->len == 0);
    self->guard_limit = stacks;
}

/* A system call that reads from a guard fails with EFAULT. An emulator such as qemu-user answers
 * advice that it does not know with success and does nothing. */
static StackGuard stack_pool_probe_guard(IcsStackPool *self, guint8 *guard)
{
    if (!ics_fiber_reads_mapped_memory() &&
        madvise(guard, self->guard_bytes, MADV_GUARD_INSTALL) == 0 &&
        access((const char *)guard, F_OK) != 0 && errno == EFAULT)
        return STACK_GUARD_LIGHT;
    self->guard_limit = MIN(self->guard_limit, STACK_POOL_MPROTECTED_STACKS);
    return STACK_GUARD_MPROTECT;
}

static bool stack_pool_add_slab(IcsStackPool *self)
{
    size_t slab_bytes = self->slab_stacks * self->stride_bytes;
    StackSlab slab;

    slab.memory = mmap(NULL, slab_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (slab.memory == MAP_FAILED)
        return false;
    /* Else the first touch of a stack may cost 2 MiB. Advice: a kernel without huge pages refuses.
     */
    (void)madvise(slab.memory, slab_bytes, MADV_NOHUGEPAGE);
    slab.stacks = g_new0(IcsPooledStack, self->slab_stacks);
    g_array_append_val(self->slabs, slab);
    self->fresh_stacks = self->slab_stacks;
    return true;
}

static bool stack_pool_install_guard(IcsStackPool *self, guint8 *guard)
{
    if (self->guard == STACK_GUARD_UNKNOWN)
        self->guard = stack_pool_probe_guard(self, guard);
    if (self->guard == STACK_GUARD_LIGHT)
        return madvise(guard, self->guard_bytes, MADV_GUARD_INSTALL) == 0;
    return mprotect(guard, self->guard_bytes, PROT_NONE) == 0;
}

static guint64 stack_canary_word(const guint64 *canary, guint i)
{
    return (guintptr)(canary + i) ^ G_GUINT64_CONSTANT(0x9e3779b97f4a7c15);
}

/* Where the guard would end, so that a stack has as much to use without one. */
static const guint64 *stack_pool_write_canary(const IcsPooledStack *stack)
{
    guint64 *canary = (gpointer)(stack->bottom - STACK_POOL_CANARY_WORDS * sizeof(guint64));

    for (guint i = 0; i < STACK_POOL_CANARY_WORDS; i++)
        canary[i] = stack_canary_word(canary, i);
    return canary;
}

static void stack_pool_guard(IcsStackPool *self, IcsPooledStack *stack)
{
    if (self->guarded < self->guard_limit) {
        if (stack_pool_install_guard(self, stack->bottom - self->guard_bytes)) {
            self->guarded++;
            return;
        }
        self->guard_limit = self->guarded;
    }
    stack->canary = stack_pool_write_canary(stack);
    self->unguarded++;
}

static IcsPooledStack *stack_pool_take_fresh(IcsStackPool *self)
{
    const StackSlab *slab;
    IcsPooledStack *stack;
    guint index;
    guint8 *slot;
    guint8 *top;

    if (self->fresh_stacks == 0 && !stack_pool_add_slab(self))
        return NULL;
    slab = &g_array_index(self->slabs, StackSlab, self->slabs->len - 1);
    index = self->slab_stacks - self->fresh_stacks--;
    stack = &slab->stacks[index];
    slot = slab->memory + index * self->stride_bytes;
    top = slot + self->stride_bytes - index % STACK_POOL_COLOURS * STACK_POOL_COLOUR_BYTES;
    stack->bottom = slot + self->guard_bytes;
    stack->size_bytes = (size_t)(top - stack->bottom);
    stack_pool_guard(self, stack);
    stack->valgrind_id = ics_fiber_stack_map(stack->bottom, stack->size_bytes);
    return stack;
}

IcsPooledStack *ics_stack_pool_take(IcsStackPool *self)
{
    IcsPooledStack *stack = self->free_stacks;

    if (stack != NULL)
        self->free_stacks = stack->next_free;
    else
        stack = stack_pool_take_fresh(self);
    if (stack == NULL)
        return NULL;
    ics_fiber_stack_take(stack->bottom, stack->size_bytes);
    self->in_use++;
    self->peak = MAX(self->peak, self->in_use);
    return stack;
}

void ics_stack_pool_give_back(IcsStackPool *self, IcsPooledStack *stack)
{
    g_assert(self->in_use > 0);
    ics_stack_check(stack);
    ics_fiber_stack_give_back(stack->bottom, stack->size_bytes);
    stack->next_free = self->free_stacks;
    self->free_stacks = stack;
    self->in_use--;
}

void ics_stack_check(const IcsPooledStack *self)
{
    guint64 difference = 0;

    if (self->canary == NULL)
        return;
    for (guint i = 0; i < STACK_POOL_CANARY_WORDS; i++)
        difference |= self->canary[i] ^ stack_canary_word(self->canary, i);
    if (difference != 0)
        g_error("stack overflow: a process used more than its %" G_GSIZE_FORMAT " bytes of stack",
                self->size_bytes);
}

guint ics_stack_pool_in_use(const IcsStackPool *self)
{
    return self->in_use;
}

guint ics_stack_pool_peak(const IcsStackPool *self)
{
    return self->peak;
}

guint ics_stack_pool_unguarded(const IcsStackPool *self)
{
    return self->unguarded;
}
