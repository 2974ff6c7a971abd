#ifndef ICS_SIM_FIBER_H
#define ICS_SIM_FIBER_H

/* Private to coroutine.c and stack_pool.c: what AddressSanitizer, LeakSanitizer, ThreadSanitizer
 * and Valgrind must be told about stacks and switches (their word for a coroutine is fiber; see
 * sanitizer/common_interface_defs.h, sanitizer/tsan_interface.h and the Valgrind manual, 3.1).
 * In other builds every function here is empty. */
#include <glib.h>
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define ICS_FIBER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ICS_FIBER_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define ICS_FIBER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define ICS_FIBER_TSAN 1
#endif
#endif

#ifdef ICS_FIBER_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef ICS_FIBER_TSAN
#include <sanitizer/tsan_interface.h>
#endif
#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#include <valgrind/valgrind.h>
#endif
#endif

typedef struct {
    gpointer fake_stack;
    gpointer resumer_fake_stack;
    gconstpointer resumer_bottom;
    size_t resumer_bytes;
    gpointer thread;
    gpointer resumer_thread;
} IcsFiber;

/* Whether a tool reads the process's memory in the belief that whatever is mapped is readable. */
static inline gboolean ics_fiber_reads_mapped_memory(void)
{
#ifdef RUNNING_ON_VALGRIND
    return RUNNING_ON_VALGRIND != 0;
#else
    return FALSE;
#endif
}

static inline guint ics_fiber_stack_map(guint8 *bottom, size_t size_bytes)
{
#ifdef VALGRIND_STACK_REGISTER
    return VALGRIND_STACK_REGISTER(bottom, bottom + size_bytes - 1);
#else
    (void)bottom;
    (void)size_bytes;
    return 0;
#endif
}

static inline void ics_fiber_stack_unmap(guint8 *bottom, size_t size_bytes, guint valgrind_id)
{
#ifdef ICS_FIBER_ASAN
    __asan_unpoison_memory_region(bottom, size_bytes);
#endif
#ifdef VALGRIND_STACK_DEREGISTER
    VALGRIND_STACK_DEREGISTER(valgrind_id);
#endif
    (void)bottom;
    (void)size_bytes;
    (void)valgrind_id;
}

static inline void ics_fiber_stack_take(guint8 *bottom, size_t size_bytes)
{
#ifdef ICS_FIBER_ASAN
    __asan_unpoison_memory_region(bottom, size_bytes);
    __lsan_register_root_region(bottom, size_bytes);
#endif
#ifdef VALGRIND_MAKE_MEM_UNDEFINED
    (void)VALGRIND_MAKE_MEM_UNDEFINED(bottom, size_bytes);
#endif
    (void)bottom;
    (void)size_bytes;
}

static inline void ics_fiber_stack_give_back(guint8 *bottom, size_t size_bytes)
{
#ifdef ICS_FIBER_ASAN
    __lsan_unregister_root_region(bottom, size_bytes);
    __asan_poison_memory_region(bottom, size_bytes);
#endif
#ifdef VALGRIND_MAKE_MEM_NOACCESS
    (void)VALGRIND_MAKE_MEM_NOACCESS(bottom, size_bytes);
#endif
    (void)bottom;
    (void)size_bytes;
}

static inline void ics_fiber_create(IcsFiber *self)
{
    *self = (IcsFiber){0};
#ifdef ICS_FIBER_TSAN
    self->thread = __tsan_create_fiber(0);
#endif
}

/* AddressSanitizer frees a fake stack only when told that its fiber is left for good. For a fiber
 * that was killed where it stood, the switch to it and that last leave are pretended. */
static inline void ics_fiber_destroy(IcsFiber *self, guint8 *bottom, size_t size_bytes)
{
#ifdef ICS_FIBER_ASAN
    if (self->fake_stack != NULL) {
        __sanitizer_start_switch_fiber(&self->resumer_fake_stack, bottom, size_bytes);
        __sanitizer_finish_switch_fiber(self->fake_stack, &self->resumer_bottom,
                                        &self->resumer_bytes);
        __sanitizer_start_switch_fiber(NULL, self->resumer_bottom, self->resumer_bytes);
        __sanitizer_finish_switch_fiber(self->resumer_fake_stack, NULL, NULL);
    }
#endif
#ifdef ICS_FIBER_TSAN
    __tsan_destroy_fiber(self->thread);
#endif
    (void)self;
    (void)bottom;
    (void)size_bytes;
}

/* A function that returned between the report and the switch would be charged to the wrong fiber,
 * so these are part of their caller even without optimisation. */
G_ALWAYS_INLINE static inline void ics_fiber_before_resume(IcsFiber *self, guint8 *bottom,
                                                           size_t size_bytes)
{
#ifdef ICS_FIBER_ASAN
    __sanitizer_start_switch_fiber(&self->resumer_fake_stack, bottom, size_bytes);
#endif
#ifdef ICS_FIBER_TSAN
    self->resumer_thread = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(self->thread, 0);
#endif
    (void)self;
    (void)bottom;
    (void)size_bytes;
}

G_ALWAYS_INLINE static inline void ics_fiber_after_resume(IcsFiber *self)
{
#ifdef ICS_FIBER_ASAN
    __sanitizer_finish_switch_fiber(self->resumer_fake_stack, NULL, NULL);
#endif
    (void)self;
}

G_ALWAYS_INLINE static inline void ics_fiber_on_arrival(IcsFiber *self)
{
#ifdef ICS_FIBER_ASAN
    __sanitizer_finish_switch_fiber(self->fake_stack, &self->resumer_bottom, &self->resumer_bytes);
    self->fake_stack = NULL;
#endif
    (void)self;
}

G_ALWAYS_INLINE static inline void ics_fiber_before_suspend(IcsFiber *self)
{
#ifdef ICS_FIBER_ASAN
    __sanitizer_start_switch_fiber(&self->fake_stack, self->resumer_bottom, self->resumer_bytes);
#endif
#ifdef ICS_FIBER_TSAN
    __tsan_switch_to_fiber(self->resumer_thread, 0);
#endif
    (void)self;
}

G_ALWAYS_INLINE static inline void ics_fiber_before_finish(IcsFiber *self)
{
#ifdef ICS_FIBER_ASAN
    __sanitizer_start_switch_fiber(NULL, self->resumer_bottom, self->resumer_bytes);
#endif
#ifdef ICS_FIBER_TSAN
    __tsan_switch_to_fiber(self->resumer_thread, 0);
#endif
    (void)self;
}

#endif
