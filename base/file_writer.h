/*
 * Files that are written whole or not at all: a temporary file in the same directory, fsync,
 * rename, fsync of the directory. Until the commit the old file is intact.
 */
#ifndef ICS_BASE_FILE_WRITER_H
#define ICS_BASE_FILE_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct IcsFileWriter IcsFileWriter;

/**
 * Begins to write a file. "-" is standard output. A symbolic link is followed to its target, which
 * is replaced; an existing file keeps its mode. What is not a regular file (a device, a pipe) is
 * written directly.
 *
 * Errors: ICS_ERROR_MACHINE with path and reason, as for all functions here.
 * Returns: (transfer full) (nullable).
 */
IcsFileWriter *ics_file_writer_open(const char *path, GError **error);

/* Appends bytes (buffered). After a failure only discard is of use. */
bool ics_file_writer_write(IcsFileWriter *self, const void *bytes, size_t length, GError **error);

/**
 * The stream itself, for libraries that write to one (libpcap). Not to be closed by the caller;
 * its errors are found by the commit.
 */
FILE *ics_file_writer_stream(IcsFileWriter *self);

/**
 * Makes the file what was written. On failure the old file is intact and nothing is left behind.
 *
 * `self`: (transfer full): freed in either case.
 */
bool ics_file_writer_commit(IcsFileWriter *self, GError **error);

/* Forgets what was written. `self`: (transfer full) (nullable). */
void ics_file_writer_discard(IcsFileWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsFileWriter, ics_file_writer_discard)

/* Open, write, commit. */
bool ics_file_write_whole(const char *path, const void *bytes, size_t length, GError **error);

#endif
