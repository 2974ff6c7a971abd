#include "tool/report/result_json_internal.h"

static void result_json_write_door(const IcsDoorResult *door, IcsJsonWriter *writer)
{
    ics_json_writer_begin_object(writer);
    ics_json_writer_member_string(writer, "host", door->host);
    ics_json_writer_member_string(writer, "to", door->to);
    ics_json_writer_member_uint64(writer, "in", door->in);
    ics_json_writer_member_uint64(writer, "refused", door->refused);
    ics_json_writer_member_uint64(writer, "out", door->out);
    ics_json_writer_member_uint64(writer, "not_taken", door->not_taken);
    ics_json_writer_end_object(writer);
}

void ics_result_json_write_live(const IcsLiveResult *live, IcsJsonWriter *writer)
{
    ics_json_writer_member_object(writer, "live");
    ics_json_writer_member_int64(writer, "lag_max_ns", live->lag_max_ns);
    ics_json_writer_member_array(writer, "attachments");
    for (uint32_t i = 0; i < live->n_doors; i++) {
        result_json_write_door(&live->doors[i], writer);
    }
    ics_json_writer_end_array(writer);
    ics_json_writer_end_object(writer);
}
