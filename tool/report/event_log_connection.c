#include "tool/report/event_log_connection.h"

#include "protocols/stack/tcp.h"

static void event_log_endpoint(IcsJsonWriter *writer, const char *key, uint32_t address,
                               uint16_t port)
{
    char text[ICS_IPV4_ADDRESS_TEXT_BYTES];
    g_autofree char *endpoint =
        g_strdup_printf("%s:%u", ics_ipv4_address_format(address, text), port);
    ics_json_writer_member_string(writer, key, endpoint);
}

static void event_log_connection_name(IcsJsonWriter *writer, const IcsTcpConnection *connection)
{
    const IcsStreamName *name = ics_stream_name(&connection->stream);
    ics_json_writer_member_uint64(writer, "connection", connection->history.id);
    event_log_endpoint(writer, "local", name->local_address, name->local_port);
    event_log_endpoint(writer, "peer", name->peer_address, name->peer_port);
}

static void event_log_window(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_int64(writer, "cwnd_bytes", observation->value);
    if (observation->second >= 0) {
        ics_json_writer_member_int64(writer, "ssthresh_bytes", observation->second);
    }
}

static void event_log_state(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_string(writer, "from",
                                  ics_stream_state_name((IcsStreamState)observation->value));
    ics_json_writer_member_string(writer, "to",
                                  ics_stream_state_name((IcsStreamState)observation->second));
}

static void event_log_repeat(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_string(writer, "why", observation->text);
    ics_json_writer_member_int64(writer, "payload_bytes", observation->second);
}

static void event_log_round_trip(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_int64(writer, "srtt_ns", observation->value);
    ics_json_writer_member_int64(writer, "rto_ns", observation->second);
}

static void event_log_recovery(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_string(writer, "phase", observation->value != 0 ? "entered" : "left");
    ics_json_writer_member_int64(writer, "until_sequence", observation->second);
}

static void event_log_scoreboard(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_int64(writer, "sacked_bytes", observation->value);
    ics_json_writer_member_int64(writer, "lost_bytes", observation->second);
}

static void event_log_peer_window(IcsJsonWriter *writer, const IcsObservation *observation)
{
    ics_json_writer_member_int64(writer, "window_bytes", observation->value);
    ics_json_writer_member_int64(writer, "under_way_bytes", observation->second);
}

void ics_event_log_connection(IcsJsonWriter *writer, const IcsObservation *observation)
{
    static void (*const details[])(IcsJsonWriter *, const IcsObservation *) = {
        [ICS_OBSERVE_CONNECTION_STATE] = event_log_state,
        [ICS_OBSERVE_SEGMENT_REPEATED] = event_log_repeat,
        [ICS_OBSERVE_CONGESTION_WINDOW] = event_log_window,
        [ICS_OBSERVE_ROUND_TRIP] = event_log_round_trip,
        [ICS_OBSERVE_RECOVERY] = event_log_recovery,
        [ICS_OBSERVE_SCOREBOARD] = event_log_scoreboard,
        [ICS_OBSERVE_PEER_WINDOW] = event_log_peer_window,
    };
    event_log_connection_name(writer, observation->connection);
    details[observation->kind](writer, observation);
}
