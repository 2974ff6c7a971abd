#include <cmocka.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "sim/simulation.h"
#include "tests/support/stream_script_line.h"

static char *question_state(const IcsStreamScript *self)
{
    return g_strdup(ics_stream_state_name(ics_stream_state(&self->stream)));
}
static char *question_error(const IcsStreamScript *self)
{
    int error = ics_stream_error(&self->stream);
    return g_strdup(error == 0 ? "0" : strerrorname_np(error));
}
static char *question_integer(int64_t value)
{
    return g_strdup_printf("%" PRId64, value);
}
static char *question_cwnd(const IcsStreamScript *self)
{
    return question_integer((int64_t)ics_recovery_cwnd_bytes(&self->stream.recovery));
}
static char *question_ssthresh(const IcsStreamScript *self)
{
    return question_integer((int64_t)ics_recovery_ssthresh_bytes(&self->stream.recovery));
}
static char *question_rto(const IcsStreamScript *self)
{
    return question_integer(ics_recovery_rto_ns(&self->stream.recovery) / ICS_SCRIPT_MS);
}
static char *question_srtt(const IcsStreamScript *self)
{
    return question_integer(self->stream.recovery.rto.srtt_ns / ICS_SCRIPT_MS);
}
static char *question_flight(const IcsStreamScript *self)
{
    return question_integer((int64_t)ics_recovery_flight_bytes(&self->stream.recovery));
}
static char *question_pipe(const IcsStreamScript *self)
{
    return question_integer((int64_t)ics_recovery_pipe_bytes(&self->stream.recovery));
}
static char *question_window(const IcsStreamScript *self)
{
    return question_integer((int64_t)self->stream.send.window);
}
static char *question_mss(const IcsStreamScript *self)
{
    return question_integer(self->stream.send.mss);
}
static char *question_unsent(const IcsStreamScript *self)
{
    return question_integer((int64_t)ics_stream_unsent_bytes(&self->stream));
}
static char *question_readable(const IcsStreamScript *self)
{
    return question_integer((int64_t)ics_stream_readable_bytes(&self->stream));
}
static char *question_deadline(const IcsStreamScript *self)
{
    int64_t deadline_ns = ics_stream_deadline_ns(&self->stream);
    return deadline_ns == ICS_TIME_NEVER ? g_strdup("never")
                                         : question_integer(deadline_ns / ICS_SCRIPT_MS);
}

static const struct {
    const char *name;
    char *(*value)(const IcsStreamScript *self);
} questions[] = {
    {"state", question_state},       {"error", question_error},   {"cwnd", question_cwnd},
    {"ssthresh", question_ssthresh}, {"rto", question_rto},       {"srtt", question_srtt},
    {"flight", question_flight},     {"pipe", question_pipe},     {"window", question_window},
    {"mss", question_mss},           {"unsent", question_unsent}, {"readable", question_readable},
    {"deadline", question_deadline},
};

void ics_script_ask(IcsScriptLine *line)
{
    for (const char *name = ics_script_word(line); *name != '\0'; name = ics_script_word(line)) {
        unsigned i = 0;
        while (i < G_N_ELEMENTS(questions) && strcmp(questions[i].name, name) != 0) {
            i++;
        }
        if (i == G_N_ELEMENTS(questions)) {
            ics_script_fail(line, "unknown question", name);
        }
        g_autofree char *value = questions[i].value(line->script);
        if (strcmp(value, ics_script_word(line)) != 0) {
            g_autofree char *detail = g_strdup_printf("%s %s", name, value);
            ics_script_fail(line, "is", detail);
        }
    }
}
