#include "protocols/stream/stream_state.h"

const char *ics_stream_state_name(IcsStreamState state)
{
    static const char *const names[] = {
#define STREAM_STATE_NAME(name, spelling) spelling,
        ICS_STREAM_STATES(STREAM_STATE_NAME)
#undef STREAM_STATE_NAME
    };
    return names[state];
}

const char *ics_stream_repeat_name(IcsStreamRepeat repeat)
{
    static const char *const names[] = {
#define STREAM_REPEAT_NAME(name, spelling, doc) spelling,
        ICS_STREAM_REPEATS(STREAM_REPEAT_NAME)
#undef STREAM_REPEAT_NAME
    };
    return names[repeat];
}

const char *ics_stream_verdict_name(IcsStreamVerdict verdict)
{
    static const char *const names[] = {
#define STREAM_VERDICT_NAME(name, spelling, doc) spelling,
        ICS_STREAM_VERDICTS(STREAM_VERDICT_NAME)
#undef STREAM_VERDICT_NAME
    };
    return names[verdict];
}
