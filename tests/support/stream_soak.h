/* Random worlds with connections. Two hosts with links of all kinds whose faults end at some time,
 * streams with every switch at random, processes that talk over many connections, and perhaps hosts
 * that crash or pause and processes that are killed. Everything that is received is held against
 * what was sent: it is a prefix, in order, once, of one stream, that of the connection's peer.
 *
 * A polite world heals, nobody leaves before both ends have said everything, and nothing gives up:
 * there everything must arrive. In any other world every process leaves sooner or later, so that in
 * the end there is nothing left but listeners. */
#ifndef ICS_TESTS_SUPPORT_STREAM_SOAK_H
#define ICS_TESTS_SUPPORT_STREAM_SOAK_H

#include <ipcsim/socket.h>

#include "tests/support/splitmix.h"
#include "traces/world.h"

/* What one process says to another: a pattern with a name of its own. */
typedef struct IcsSoakStream {
    uint64_t id; /* from 1; also the first eight bytes of what is sent */
    uint64_t total_bytes;
    uint64_t written_bytes;
    uint64_t read_bytes;
    IcsEndpoint writer; /* the socket that sends it ... */
    IcsEndpoint reader; /* ... and that socket's peer */
    bool is_read;       /* somebody has begun to read it */
    bool is_finished;   /* its reader met the end of the stream */
} IcsSoakStream;

typedef struct IcsStreamSoak {
    uint64_t number; /* of the scenario: its seed */
    uint64_t random;
    bool other_way;
    bool is_polite;
    bool is_uncontrolled; /* somebody has no congestion control */
    int64_t heal_ns;      /* links are perfect from here on */
    int64_t leave_ns;     /* of the impolite: when all go */
    uint32_t rudeness;    /* of a thousand steps of a conversation, how many are something rude */
    uint64_t most_bytes;  /* of one stream */
    uint32_t clients;
    uint32_t connections; /* that each client makes */
    GPtrArray *streams;   /* of IcsSoakStream */
    IcsTrace *trace;
    IcsWorld *world;
    uint64_t observations; /* when everything is observed */
} IcsStreamSoak;

/* The world of that number, built and not run. The other way: everything is observed, and every
 * departure is an event, which must not make a difference. Transfer full. */
IcsStreamSoak *ics_stream_soak_new(uint64_t number, bool other_way);
void ics_stream_soak_free(IcsStreamSoak *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsStreamSoak, ics_stream_soak_free)

/* Runs it until nothing more happens and checks what is left. Aborts, with the scenario's number
 * and the reason, when a property is violated. */
void ics_stream_soak_run(IcsStreamSoak *self);

/* What breaks a property. */
void ics_stream_soak_fail(const IcsStreamSoak *self, const char *format, ...) G_GNUC_PRINTF(2, 3)
    __attribute__((noreturn));

/* ---- the pieces ---- */

static inline uint64_t ics_stream_soak_below(IcsStreamSoak *self, uint64_t n)
{
    return ics_splitmix_next(&self->random) % n;
}

/* The text of a random trace: hosts, links, faults, streams, schedule (stream_soak_trace.c). Sets
 * the fields of `self` up to `connections`. Transfer full. */
char *ics_stream_soak_trace(IcsStreamSoak *self);

/* Starts the servers and clients of a host (stream_soak_processes.c). */
void ics_stream_soak_start(IcsStreamSoak *self, IcsHost *host);

#endif
