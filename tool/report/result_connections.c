#include <string.h>

#include "tool/report/result_internal.h"

/* "client:49152"; a foreign address stands for itself. */
static const char *result_endpoint(IcsResult *self, const IcsNetwork *network, uint32_t address,
                                   uint16_t port)
{
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    const IcsHost *host = ics_network_host_by_address(network, address);
    g_autofree char *endpoint = g_strdup_printf(
        "%s:%u", host != NULL ? host->name : ics_ipv4_address_format(address, text), port);
    return ics_result_strdup(self, endpoint);
}

static IcsConnectionResult result_connection(IcsResult *self, const IcsNetwork *network,
                                             const IcsConnectionStatistics *row)
{
    const IcsTcpHistory *history = &row->history;
    bool was_established = history->established_ns >= 0;
    IcsConnectionResult made = {
        .host = ics_result_strdup(self, ics_network_host(network, row->node)->name),
        .local = result_endpoint(self, network, row->name.local_address, row->name.local_port),
        .peer = result_endpoint(self, network, row->name.peer_address, row->name.peer_port),
        .is_passive = row->is_passive,
        .state = ics_stream_state_name(row->state),
        .began_ns = history->began_ns,
        .setup_ns = was_established ? history->established_ns - history->began_ns : -1,
        .sent_bytes = history->written_bytes,
        .received_bytes = history->read_bytes,
        .figures = row->figures,
        .cwnd_max_bytes = MAX(history->cwnd_max_bytes, row->figures.cwnd_bytes),
    };
    memcpy(made.repeats, row->repeats, sizeof made.repeats);
    return made;
}

void ics_result_take_connections(IcsResult *self, const IcsStatistics *statistics)
{
    const IcsConnectionTable *table = ics_statistics_connections(statistics);
    const IcsNetwork *network = ics_statistics_world(statistics)->network;
    for (guint i = 0; i < ics_connection_table_size(table); i++) {
        IcsConnectionStatistics row = ics_connection_table_row(table, i);
        IcsConnectionResult made = result_connection(self, network, &row);
        g_array_append_val(self->connections, made);
    }
    self->more_connections = table->others;
}
