/* What the files that read a trace share: the trace that is growing, and the names in it. */
#ifndef ICS_TRACES_TRACE_READER_H
#define ICS_TRACES_TRACE_READER_H

#include "traces/name_index.h"
#include "traces/trace.h"

/* Times in a trace, 68 years: what the model adds to them stays below INT64_MAX. */
#define ICS_TRACE_TIME_MAX_NS (INT64_C(600000) * 3600 * ICS_NS_PER_S)

/* Fault elements on one link or host. */
#define ICS_TRACE_FAULTS_MAX 64

/* A row for every table of an object: text that nobody reads but people. */
#define ICS_TRACE_COMMENT_ROW(config)                                                              \
    ICS_PARAMETER_STRING_ROW(config, comment, "comment", NULL, "for readers")

/* No transmitter is faster: 1 Pbit/s. */
#define ICS_TRACE_RATE_MAX INT64_C(1000000000000000)

/* Further warnings are only counted. */
#define ICS_TRACE_WARNINGS_MAX 100

typedef struct IcsTraceReader {
    IcsTrace *trace;
    const char *base_directory; /* nullable */
    IcsNameIndex hosts;         /* in name order, once they are sorted */
    IcsNameIndex links;
    IcsNameIndex processes;
    GHashTable *interfaces;    /* "host/eth0" -> index in its host, where a host lists some */
    GHashTable *addresses;     /* IPv4 address -> name of the host that has it */
    GHashTable *changes;       /* IcsTraceFault that duplicates -> config with the most copies */
    uint32_t *neighbour_start; /* by host: where its neighbours begin ... */
    uint32_t *neighbours;      /* ... here, a host for each link; NULL until somebody asks */
    guint warnings;
} IcsTraceReader;

/* ---- trace_reader.c: helpers ---- */

/* Copies that live as long as the trace: of a node's pointer, and of a string. */
const char *ics_trace_reader_pointer(IcsTraceReader *self, const IcsJsonNode *node);
const char *ics_trace_reader_string(IcsTraceReader *self, const char *text);

/* Adds "FILE:LINE:COL: /pointer: text" to the trace's warnings. */
void ics_trace_reader_warn(IcsTraceReader *self, const IcsJsonNode *node, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Reads an object by a table into new memory that the trace owns. `keys`: all that the object may
 * have; NULL: those of the table. Transfer none; NULL on errors. */
gpointer ics_trace_reader_config(IcsTraceReader *self, const IcsJsonNode *object,
                                 const IcsParameter *table, size_t bytes, const char *const *keys,
                                 GError **error);

/* The keys of several tables (`tables` ends with NULL) and `others` (nullable, NULL-terminated), as
 * a NULL-terminated array. Transfer container. */
GPtrArray *ics_trace_reader_keys(const IcsParameter *const *tables, const char *const *others);

/* Whether `name` may name a thing (hosts, links ...): ICS_TRACE_NAME_PATTERN. If not, false and
 * ICS_ERROR_INPUT at the node, or at its key. */
bool ics_trace_reader_check_name(const IcsJsonNode *node, bool at_key, const char *what,
                                 const char *name, GError **error);
#define ICS_TRACE_NAME_PATTERN "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"

/* A member whose text is checked; the member is there. */
IcsJsonNode ics_trace_reader_member(const IcsJsonNode *object, const char *key);

/* Passes the failure of a checker on with the node's place before it, and frees it. False. */
bool ics_trace_reader_fail(const IcsJsonNode *node, GError *failure, GError **error);

/* "client->server" or "both" of a link. */
bool ics_trace_reader_direction(const IcsTraceReader *self, const IcsJsonNode *node,
                                const IcsTraceLink *link, bool directions[2], GError **error);

/* "wire client->server"; `direction` 0 or 1. Transfer full. */
char *ics_trace_reader_direction_name(const IcsTraceReader *self, const IcsTraceLink *link,
                                      int direction);

/* "wire client->server", at the node; `link` and `direction` (out): 2 for "wire", both. */
bool ics_trace_reader_link(const IcsTraceReader *self, const IcsJsonNode *node, const char *text,
                           uint32_t *link, int *direction, GError **error);

/* "asker -> echo" or "asker -> server:6789": both must be known. `by_port` (out, nullable): the
 * latter. */
bool ics_trace_reader_flow(const IcsTraceReader *self, const IcsJsonNode *node, const char *text,
                           bool *by_port, GError **error);

/* A process of the trace, or a child "name/..." of one. */
bool ics_trace_reader_process(const IcsTraceReader *self, const IcsJsonNode *node, const char *name,
                              GError **error);

/* "server:6789", the host a name or an address. */
bool ics_trace_reader_endpoint(const IcsTraceReader *self, const IcsJsonNode *node,
                               const char *text, GError **error);

/* ---- the parts of a trace; each reads one member of the root, if it is there ---- */

/* trace_header.c */
bool ics_trace_header_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* trace_stream.c: what the member "stream" of an object says, over what is in `config` already;
 * `is_given` is set if there is one. */
bool ics_trace_stream_read(const IcsJsonNode *parent, IcsStreamConfig *config, bool *is_given,
                           GError **error);

/* trace_hosts.c */
bool ics_trace_hosts_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* trace_links.c */
bool ics_trace_links_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);
/* Fills in the neighbours of all hosts, once. */
void ics_trace_links_find_neighbours(IcsTraceReader *self);

/* trace_faults.c: the member "faults" of a host or link; appends to `faults`. `link` is NULL for a
 * host. */
bool ics_trace_faults_read(IcsTraceReader *self, const IcsJsonNode *owner, const IcsTraceLink *link,
                           GArray *faults, GError **error);
/* Whether the elements of a link fit together in each direction. */
bool ics_trace_faults_check_chains(IcsTraceReader *self, const IcsJsonNode *owner,
                                   const IcsTraceLink *link, GError **error);
/* What "fault-change" gives to a rule in the list of its link or host: the parameters `node`, which
 * are tried out in these directions of the link. */
gconstpointer ics_trace_faults_read_change(IcsTraceReader *self, const IcsJsonNode *node,
                                           const GArray *faults, const IcsTraceFault *rule,
                                           const bool directions[2], GError **error);

/* trace_processes.c */
bool ics_trace_processes_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* trace_schedule.c */
bool ics_trace_schedule_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* trace_compare.c */
bool ics_trace_compare_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* trace_expectations.c */
bool ics_trace_expectations_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* trace_memory.c: whether the trace that a document holds, and its world, fit into so much memory;
 * if not, false and ICS_ERROR_MACHINE. */
bool ics_trace_fits_memory(const IcsJsonDocument *document, uint64_t limit_bytes, GError **error);

/* trace_check.c: what can be said only when everything has been read. */
bool ics_trace_check(IcsTraceReader *self, const IcsJsonNode *root, GError **error);

/* ---- tables that the schema is written from, too ---- */

extern const IcsParameter ics_trace_header_parameters[];
extern const IcsParameter ics_trace_host_parameters[];
extern const IcsParameter ics_trace_link_parameters[];
extern const IcsParameter ics_trace_direction_parameters[];
extern const IcsParameter ics_trace_fault_parameters[];
extern const IcsParameter ics_trace_process_parameters[];
extern const IcsParameter ics_trace_compare_parameters[];

#endif
