/* What is counted about connections while they live, one row for each end. */
#ifndef ICS_TOOL_REPORT_CONNECTION_STATISTICS_H
#define ICS_TOOL_REPORT_CONNECTION_STATISTICS_H

#include "protocols/stack/tcp.h"

/* Ends of connections that are kept; of further ones only their number. */
#define ICS_CONNECTIONS_KEPT 10000

#define ICS_CONNECTION_N_REPEATS              (0 ICS_STREAM_REPEATS(ICS_CONNECTION_ONE_REPEAT))
#define ICS_CONNECTION_ONE_REPEAT(name, s, d) +1

typedef struct IcsConnectionStatistics {
    uint32_t node;
    IcsStreamName name;
    IcsStreamState state;
    bool is_passive;
    IcsTcpHistory history;
    IcsStreamFigures figures;
    uint64_t repeats[ICS_CONNECTION_N_REPEATS]; /* by IcsStreamRepeat */
    const IcsTcpConnection *live;               /* NULL: it is over */
} IcsConnectionStatistics;

/* Zero-initialised has seen nothing. */
typedef struct IcsConnectionTable {
    GArray *rows;      /* of IcsConnectionStatistics, in the order of their beginning */
    GHashTable *index; /* node and id -> place in `rows`, + 1 */
    uint64_t others;   /* that were not kept */
} IcsConnectionTable;

void ics_connection_table_clear(IcsConnectionTable *self);

/* Observations of CONNECTION_STATE and SEGMENT_REPEATED. */
void ics_connection_table_state(IcsConnectionTable *self, const IcsObservation *observation);
void ics_connection_table_repeated(IcsConnectionTable *self, const IcsObservation *observation);

/* A row as it is now: of a connection that lives, its present figures. */
IcsConnectionStatistics ics_connection_table_row(const IcsConnectionTable *self, guint index);
guint ics_connection_table_size(const IcsConnectionTable *self);

#endif
