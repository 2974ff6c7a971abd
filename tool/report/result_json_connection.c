#include "protocols/stream/congestion.h"
#include "tool/report/result_json_internal.h"

static void result_json_repeats(const IcsConnectionResult *connection, IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "repeated");
    for (int why = 0; why < ICS_CONNECTION_N_REPEATS; why++) {
        if (connection->repeats[why] > 0) {
            ics_json_writer_member_uint64(writer, ics_stream_repeat_name((IcsStreamRepeat)why),
                                          connection->repeats[why]);
        }
    }
    ics_json_writer_end_object(writer);
}

static void result_json_figures(const IcsStreamFigures *figures, IcsJsonWriter *writer)
{
    ics_json_writer_member_uint64(writer, "segments_out", figures->segments_out);
    ics_json_writer_member_uint64(writer, "segments_in", figures->segments_in);
    ics_json_writer_member_uint64(writer, "repeated_bytes", figures->repeated_bytes);
    ics_json_writer_member_uint64(writer, "timeouts", figures->timeouts);
    ics_json_writer_member_uint64(writer, "fast_retransmits", figures->fast_retransmits);
    ics_result_json_optional(writer, "srtt_ns", figures->srtt_ns > 0, figures->srtt_ns);
    ics_json_writer_member_int64(writer, "rto_ns", figures->rto_ns);
    ics_json_writer_member_uint64(writer, "mss_bytes", figures->mss_bytes);
    ics_json_writer_member_uint64(writer, "cwnd_bytes", figures->cwnd_bytes);
    ics_result_json_optional(writer, "ssthresh_bytes", figures->ssthresh_bytes != ICS_SSTHRESH_NONE,
                             (int64_t)figures->ssthresh_bytes);
}

void ics_result_json_write_connection(const IcsConnectionResult *connection, IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "host", connection->host);
    ics_json_writer_member_string(writer, "local", connection->local);
    ics_json_writer_member_string(writer, "peer", connection->peer);
    ics_json_writer_member_bool(writer, "passive", connection->is_passive);
    ics_json_writer_member_string(writer, "state", connection->state);
    ics_json_writer_member_int64(writer, "began_ns", connection->began_ns);
    ics_result_json_optional(writer, "setup_ns", connection->setup_ns >= 0, connection->setup_ns);
    ics_json_writer_member_uint64(writer, "sent_bytes", connection->sent_bytes);
    ics_json_writer_member_uint64(writer, "received_bytes", connection->received_bytes);
    result_json_repeats(connection, writer);
    result_json_figures(&connection->figures, writer);
    ics_json_writer_member_uint64(writer, "cwnd_max_bytes", connection->cwnd_max_bytes);
    ics_json_writer_end_object(writer);
}
