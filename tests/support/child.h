#ifndef ICS_SUPPORT_CHILD_H
#define ICS_SUPPORT_CHILD_H

#include <glib.h>

/**
 * ics_test_child_run:
 * @func: runs with @data in a forked child, with its output and core dumps off
 *
 * For what must end the process. The child exits with 0 when @func returns.
 *
 * Returns: the child's status, as waitpid(2) gives it
 */
int ics_test_child_run(void (*func)(gpointer data), gpointer data);

/** Whether @func ends in a failed assertion or g_error(). */
gboolean ics_test_child_aborts(void (*func)(gpointer data), gpointer data);

/**
 * ics_test_child_faults_within:
 * @low: first address of a range
 * @size_bytes: its length
 *
 * Whether @func is stopped by SIGSEGV at an address in the range. The signal is handled on a stack
 * of its own, so @func may have used up the one it ran on.
 */
gboolean ics_test_child_faults_within(void (*func)(gpointer data), gpointer data, const guint8 *low,
                                      gsize size_bytes);

#endif
