/* Steps that programs of stream tests have in common. */
#ifndef ICS_TESTS_SUPPORT_STREAM_PROGRAMS_H
#define ICS_TESTS_SUPPORT_STREAM_PROGRAMS_H

#include "tests/support/small_processes.h"

/* A socket that listens at a port; backlog 5. */
int ics_stream_programs_listen(IcsProcess *self, uint16_t port);
/* The next connection of a socket that listens. */
int ics_stream_programs_accept(IcsProcess *self, int listener);
/* A new socket, connected to a port of a host. */
int ics_stream_programs_connect(IcsProcess *self, gconstpointer network, const char *host,
                                uint16_t port);
/* Sends `n` bytes of a pattern, all of them. */
void ics_stream_programs_send(IcsProcess *self, int socket, size_t n);
/* Receives until the end of the stream or an error, which it returns (0: the end). `total` counts
 * the bytes. */
int64_t ics_stream_programs_drain(IcsProcess *self, int socket, size_t *total);
/* Notes "NAME drained=BYTES@TIME" or the error after the bytes. */
void ics_stream_programs_say_drained(IcsProcess *self, gconstpointer network, int socket);

#endif
