/* Read by clang-tidy before every file: GLib's assertions as plain expressions. As GLib writes
 * them, an assertion counts as two levels of nesting. */
#include <glib.h>
#include <stdlib.h>

#undef g_assert
#define g_assert(condition) ((condition) ? (void)0 : abort())
#undef G_LIKELY
#define G_LIKELY(condition) (condition)
#undef G_UNLIKELY
#define G_UNLIKELY(condition) (condition)
