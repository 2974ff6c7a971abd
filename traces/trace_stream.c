/* "stream": how the reliable stream is set, of the whole trace and of single hosts. */
#include <string.h>

#include "traces/trace_reader.h"

static size_t trace_stream_size(IcsParameterType type)
{
    switch (type) {
    case ICS_PARAMETER_BOOLEAN:
        return sizeof(bool);
    case ICS_PARAMETER_NAME:
        return sizeof(int);
    case ICS_PARAMETER_INTEGER:
    case ICS_PARAMETER_TIME:
    case ICS_PARAMETER_RATE:
    case ICS_PARAMETER_SIZE:
        return sizeof(int64_t);
    case ICS_PARAMETER_PROBABILITY:
    case ICS_PARAMETER_STRING:
    case ICS_PARAMETER_INTEGER_LIST:
        break;
    }
    g_assert_not_reached();
}

/* Only what the object says replaces what is in `config`. */
static void trace_stream_take(const IcsJsonNode *node, const IcsStreamConfig *read,
                              IcsStreamConfig *config)
{
    for (const IcsParameter *row = ics_stream_parameters; row->name != NULL; row++) {
        IcsJsonNode member;
        if (ics_json_member(node, row->name, &member)) {
            memcpy((char *)config + row->offset, (const char *)read + row->offset,
                   trace_stream_size(row->type));
        }
    }
}

static bool trace_stream_check(const IcsJsonNode *node, const IcsStreamConfig *config,
                               GError **error)
{
    const IcsRecoveryConfig *recovery = &config->recovery;
    if (recovery->min_rto_ns > recovery->max_rto_ns) {
        ics_json_error(node, error, "min-rto is above max-rto: no timeout lies between them");
        return false;
    }
    if (config->times.delayed_ack_ns > ICS_NS_PER_S / 2) {
        ics_json_error(node, error,
                       "delayed-ack-time is above 500 ms, the most that RFC 9293 allows");
        return false;
    }
    return true;
}

bool ics_trace_stream_read(const IcsJsonNode *parent, IcsStreamConfig *config, bool *is_given,
                           GError **error)
{
    IcsJsonNode node;
    IcsStreamConfig read = {0};
    if (!ics_json_member(parent, "stream", &node)) {
        return true;
    }
    if (!ics_parameters_read(ics_stream_parameters, &node, NULL, &read, error)) {
        return false;
    }
    trace_stream_take(&node, &read, config);
    *is_given = true;
    return trace_stream_check(&node, config, error);
}
