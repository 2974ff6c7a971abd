#include "tests/support/stream_alone.h"

static IcsPairFate alone_drop(IcsStreamPair *pair, const IcsPairSegment *segment, void *context)
{
    (void)pair;
    (void)segment;
    (void)context;
    return (IcsPairFate){.drop = true};
}

IcsStreamPair *ics_stream_alone_new(void)
{
    IcsStreamPair *self = ics_stream_pair_new();
    IcsStreamConfig *config = &self->ends[ICS_PAIR_A].config;
    config->use.sack = false;
    config->use.timestamps = false;
    config->use.window_scaling = false;
    config->use.delayed_ack = false;
    config->receive_buffer_bytes = 5000;
    self->decide = alone_drop;
    return self;
}

static void alone_open(IcsStreamPair *self)
{
    ics_stream_pair_restart(self, ICS_PAIR_A);
    self->ends[ICS_PAIR_A].was_used = true;
    ics_stream_open(ics_stream_pair_a(self), self->now_ns);
    ics_stream_pair_flush(self);
}

static void alone_shut_down(IcsStreamPair *self)
{
    ics_stream_shutdown(ics_stream_pair_a(self), self->now_ns);
    ics_stream_pair_flush(self);
}

static void alone_synchronize(IcsStreamPair *self, IcsStreamState state)
{
    ics_stream_alone_hear(self, ICS_TCP_SYN | ICS_TCP_ACK, 0, 1, 0);
    bool peer_closes_first = state == ICS_STREAM_CLOSE_WAIT || state == ICS_STREAM_LAST_ACK;
    if (state == ICS_STREAM_ESTABLISHED) {
        return;
    }
    if (peer_closes_first) {
        ics_stream_alone_hear(self, ICS_TCP_FIN | ICS_TCP_ACK, 1, 1, 0);
    }
    if (state != ICS_STREAM_CLOSE_WAIT) {
        alone_shut_down(self);
    }
    if (state == ICS_STREAM_FIN_WAIT_2 || state == ICS_STREAM_TIME_WAIT) {
        ics_stream_alone_hear(self, ICS_TCP_ACK, 1, 2, 0);
    }
    if (state == ICS_STREAM_CLOSING || state == ICS_STREAM_TIME_WAIT) {
        ics_stream_alone_hear(self, ICS_TCP_FIN | ICS_TCP_ACK, 1,
                              state == ICS_STREAM_CLOSING ? 1 : 2, 0);
    }
}

void ics_stream_alone_bring(IcsStreamPair *self, IcsStreamState state)
{
    self->ends[ICS_PAIR_A].listens = state == ICS_STREAM_LISTEN || state == ICS_STREAM_SYN_RECEIVED;
    ics_stream_pair_restart(self, ICS_PAIR_A);
    if (state == ICS_STREAM_SYN_RECEIVED) {
        ics_stream_alone_hear(self, ICS_TCP_SYN, 0, 0, 0);
    } else if (state != ICS_STREAM_CLOSED && state != ICS_STREAM_LISTEN) {
        alone_open(self);
    }
    if (state >= ICS_STREAM_ESTABLISHED) {
        alone_synchronize(self, state);
    }
    g_assert(state == ICS_STREAM_LISTEN || ics_stream_alone_state(self) == state);
    ics_stream_pair_clear_trace(self);
}

IcsStreamPair *ics_stream_alone_in(IcsStreamState state)
{
    IcsStreamPair *self = ics_stream_alone_new();
    ics_stream_alone_bring(self, state);
    return self;
}

const char *ics_stream_alone_hear(IcsStreamPair *self, uint8_t flags, uint32_t sequence,
                                  uint32_t acknowledgement, uint32_t payload_bytes)
{
    static const uint8_t zeros[65536];
    IcsTcpHeader header = ics_stream_pair_header(flags, sequence, acknowledgement);
    ics_stream_pair_clear_trace(self);
    ics_stream_pair_inject(self, ICS_PAIR_A, &header, zeros, payload_bytes);
    return ics_stream_alone_said(self);
}

IcsStreamState ics_stream_alone_state(IcsStreamPair *self)
{
    return ics_stream_state(ics_stream_pair_a(self));
}

const char *ics_stream_alone_state_name(IcsStreamPair *self)
{
    return ics_stream_state_name(ics_stream_alone_state(self));
}

const char *ics_stream_alone_said(IcsStreamPair *self)
{
    static const char dropped[] = " (dropped)";
    GString *text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(self->trace->str, "\n", -1);
    for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
        const char *line = strchr(lines[i], ' ') + 1;
        g_assert(g_str_has_suffix(line, dropped));
        g_string_append_printf(text, "%s%.*s", i == 0 ? "" : " | ",
                               (int)(strlen(line) - strlen(dropped)), line);
    }
    ics_stream_pair_clear_trace(self);
    g_string_assign(self->last, text->str);
    g_string_free(text, TRUE);
    return self->last->str;
}
