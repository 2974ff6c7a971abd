/* Files that a trace names. */
#ifndef ICS_TRACES_TRACE_FILE_H
#define ICS_TRACES_TRACE_FILE_H

#include "base/json_node.h"

#define ICS_TRACE_FILE_BYTES_MAX (INT64_C(64) << 20)

/* The text of a file that `node` names, relative to `base_directory` (nullable: the current one);
 * it has no NUL inside and one behind it. Only regular files of at most ICS_TRACE_FILE_BYTES_MAX
 * are read. Transfer full; NULL and ICS_ERROR_INPUT at the node, or ICS_ERROR_MACHINE. */
char *ics_trace_file_read(const IcsJsonNode *node, const char *base_directory, const char *file,
                          GError **error);

#endif
