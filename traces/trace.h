/* A trace that has been loaded and checked: what a world is built from. Building is repeatable: one
 * trace, many worlds, in many threads. */
#ifndef ICS_TRACES_TRACE_H
#define ICS_TRACES_TRACE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/json_document.h"
#include "netmodel/fault.h"
#include "netmodel/link.h"
#include "protocols/programs/program.h"
#include "protocols/socket/transport.h"
#include "protocols/stream/stream_config.h"
#include "traces/action.h"
#include "traces/expectation.h"

/* The only version of the format. */
#define ICS_TRACE_VERSION 1

/* Runs of each transport in a comparison: if nothing is said, and at most; and transports. */
#define ICS_TRACE_RUNS           30
#define ICS_TRACE_RUNS_MAX       10000
#define ICS_TRACE_TRANSPORTS_MAX 64

typedef struct IcsTrace IcsTrace;

/* One fault element of a link or host, as the trace says it. */
typedef struct IcsTraceFault {
    const IcsFaultClass *klass;
    gconstpointer config; /* of the class; owned by the trace, like all that `scope` points to */
    IcsFaultScopeConfig scope;
    const char *name;    /* nullable */
    const char *pointer; /* of the element */
    int64_t clock_ns;
    bool directions[2]; /* from the link's first end, from its second */
    bool on;            /* at the start */
} IcsTraceFault;

/* Parameters that the trace owns. */
typedef struct IcsTraceConfig {
    const IcsParameter *parameters;
    gpointer config;
} IcsTraceConfig;

typedef struct IcsTraceInterface {
    const char *name; /* "eth0" */
    uint32_t address;
    uint8_t prefix_bits;
    bool linked; /* a link ends here */
} IcsTraceInterface;

typedef struct IcsTraceHost {
    const char *name;
    const char *pointer;
    GArray *interfaces; /* of IcsTraceInterface: those of the file in its order, then one for each
                           further link, with the first one's address (unnumbered) */
    GArray *faults;     /* of IcsTraceFault: send-omission, receive-omission */
    IcsStreamConfig stream; /* of its reliable streams */
} IcsTraceHost;

/* The place of an interface that is still to be chosen. */
#define ICS_TRACE_NO_INTERFACE UINT32_MAX

typedef struct IcsTraceLink {
    const char *name;
    const char *pointer;
    uint32_t ends[2];        /* indices of hosts in name order */
    uint32_t interfaces[2];  /* indices in their hosts */
    IcsLinkConfig config[2]; /* by direction: from the first end, from the second; names and
                                pointers are the trace's */
    GArray *faults;          /* of IcsTraceFault, in the order of the file */
} IcsTraceLink;

typedef struct IcsTraceProcess {
    const char *name;
    const char *pointer;
    uint32_t host;
    const IcsProgramClass *program;
    gconstpointer config; /* of the program; owned by the trace */
    int64_t start_ns;
    bool handler_form; /* "form": "handler" */
} IcsTraceProcess;

struct IcsTrace {
    IcsJsonDocument *document;
    char *name;          /* the file's, as the user named it */
    char *sha256;        /* of the document's canonical text */
    const char *title;   /* "untitled" if it says nothing */
    const char *look_at; /* what to look at, nullable */
    uint64_t seed;
    int64_t stop_ns;
    bool has_stop;
    int64_t epoch_unix_ns;  /* calendar time of 0 */
    IcsStreamConfig stream; /* of the hosts that say nothing else */
    bool has_stream;        /* something in the trace says how streams are */
    GArray *hosts;          /* of IcsTraceHost, sorted by name */
    GArray *links;          /* of IcsTraceLink, in the order of the file */
    GArray *processes;      /* of IcsTraceProcess, in the order of the file */
    GArray *schedule;       /* of IcsTraceAction, in the order of the file */
    GArray *expectations;   /* of IcsTraceExpectation, in the order of the file */
    GPtrArray *warnings;    /* of char *: "FILE:LINE:COL: /pointer: text" */
    GArray *configs;        /* of IcsTraceConfig: everything that was read by a table */
    GPtrArray *operations;  /* of IcsOperations: configs of processes that are such lists */
    GHashTable *capacities; /* name of the file -> IcsCapacity */
    IcsArena arena;         /* of its strings */
    /* Of datagram sockets; owned, nullable: UDP. */
    IcsTransportChoice *transport;
    GPtrArray
        *compare_transports; /* of IcsTransportChoice, nullable: what `compare` compares ... */
    uint32_t compare_runs;   /* ... and how often it runs each */
};

/* Loads and checks a trace; "-" is standard input. `sets` (nullable, NULL-terminated) holds
 * "POINTER=VALUE" strings that are applied before the check. Transfer full; NULL and
 * ICS_ERROR_INPUT (with file, line, column, pointer, what was expected) or ICS_ERROR_MACHINE. */
IcsTrace *ics_trace_load(const char *path, const char *const *sets, GError **error);

/* The same, where trace and world may take so many bytes of memory (ics_trace_load: three quarters
 * of what is available); ICS_ERROR_MACHINE, with the estimate, before more is taken. */
IcsTrace *ics_trace_load_within(const char *path, const char *const *sets,
                                uint64_t memory_limit_bytes, GError **error);

/* The same from text. `base_directory` (nullable: the current one) is where files that the trace
 * names are looked for. */
IcsTrace *ics_trace_parse(const char *name, const char *text, size_t n, const char *base_directory,
                          const char *const *sets, GError **error);
void ics_trace_free(IcsTrace *self);

/* Bytes of memory that a world of this trace needs, estimated from above. */
uint64_t ics_trace_estimate_memory(const IcsTrace *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsTrace, ics_trace_free)

#endif
