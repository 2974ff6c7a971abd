#include "tool/report/connection_statistics.h"

void ics_connection_table_clear(IcsConnectionTable *self)
{
    g_clear_pointer(&self->rows, g_array_unref);
    g_clear_pointer(&self->index, g_hash_table_unref);
    self->others = 0;
}

static gint64 connection_table_key(const IcsObservation *observation)
{
    return (gint64)((uint64_t)observation->node << 40 ^ observation->connection->history.id);
}

static IcsConnectionStatistics *connection_table_at(const IcsConnectionTable *self, guint index)
{
    return &g_array_index(self->rows, IcsConnectionStatistics, index);
}

/* NULL: it is not kept. */
static IcsConnectionStatistics *connection_table_find(const IcsConnectionTable *self,
                                                      const IcsObservation *observation)
{
    gint64 key = connection_table_key(observation);
    gpointer place = self->index != NULL ? g_hash_table_lookup(self->index, &key) : NULL;
    return place != NULL ? connection_table_at(self, GPOINTER_TO_UINT(place) - 1) : NULL;
}

static IcsConnectionStatistics *connection_table_add(IcsConnectionTable *self,
                                                     const IcsObservation *observation)
{
    gint64 key = connection_table_key(observation);
    if (self->rows == NULL) {
        self->rows = g_array_new(FALSE, TRUE, sizeof(IcsConnectionStatistics));
        self->index = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    }
    if (self->rows->len >= ICS_CONNECTIONS_KEPT) {
        self->others++;
        return NULL;
    }
    g_array_set_size(self->rows, self->rows->len + 1);
    g_hash_table_insert(self->index, g_memdup2(&key, sizeof key),
                        GUINT_TO_POINTER(self->rows->len));
    return connection_table_at(self, self->rows->len - 1);
}

static void connection_statistics_take(IcsConnectionStatistics *self,
                                       const IcsTcpConnection *connection)
{
    self->name = *ics_stream_name(&connection->stream);
    self->state = ics_tcp_state(connection);
    self->is_passive = connection->is_passive;
    self->history = connection->history;
    ics_stream_figures(&connection->stream, &self->figures);
}

/* The first move is out of CLOSED. */
void ics_connection_table_state(IcsConnectionTable *self, const IcsObservation *observation)
{
    IcsConnectionStatistics *row = connection_table_find(self, observation);
    if (row == NULL && observation->value == ICS_STREAM_CLOSED) {
        row = connection_table_add(self, observation);
    }
    if (row == NULL) {
        return;
    }
    row->node = observation->node;
    row->live = observation->connection;
    if (observation->second == ICS_STREAM_CLOSED) {
        connection_statistics_take(row, observation->connection);
        row->state = ICS_STREAM_CLOSED;
        row->live = NULL;
    }
}

void ics_connection_table_repeated(IcsConnectionTable *self, const IcsObservation *observation)
{
    IcsConnectionStatistics *row = connection_table_find(self, observation);
    if (row != NULL) {
        row->repeats[observation->value]++;
    }
}

IcsConnectionStatistics ics_connection_table_row(const IcsConnectionTable *self, guint index)
{
    IcsConnectionStatistics row = *connection_table_at(self, index);
    if (row.live != NULL) {
        connection_statistics_take(&row, row.live);
    }
    return row;
}

guint ics_connection_table_size(const IcsConnectionTable *self)
{
    return self->rows != NULL ? self->rows->len : 0;
}
