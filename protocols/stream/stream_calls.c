/* The user's calls (RFC 9293, section 3.9.1) that open and close, and the answers to questions. */
#include "protocols/stream/stream_internal.h"

static void stream_calls_init_sending(IcsStream *self, const IcsStreamSetup *setup)
{
    IcsStreamSending *send = &self->send;
    send->iss = ics_sequence_first(setup->iss);
    send->una = send->iss;
    send->next = send->iss;
    send->end = send->iss + 1;
    send->limit = (uint32_t)self->config->send_buffer_bytes;
    send->path_mtu = setup->mtu_bytes;
    send->nagle = self->config->use.nagle;
    ics_byte_ring_init(&send->ring, send->end);
    ics_byte_ring_set_pool(&send->ring, setup->pool);
}

static void stream_calls_init_timers(IcsStream *self)
{
    const IcsStreamConfig *config = self->config;
    self->timers = (IcsStreamTimers){
        .delayed_ack_ns = ICS_TIME_NEVER,
        .persist_ns = ICS_TIME_NEVER,
        .keep_alive_ns = ICS_TIME_NEVER,
        .handshake_ns = ICS_TIME_NEVER,
        .linger_ns = ICS_TIME_NEVER,
        .user_ns = ICS_TIME_NEVER,
        .syn_sent_ns = -1,
        .answered_ns = INT64_MIN / 2,
        .keep_alive_idle_ns = config->times.keep_alive_idle_ns,
        .keep_alive_interval_ns = config->times.keep_alive_interval_ns,
        .user_timeout_ns = config->times.user_timeout_ns,
        .keep_alive_probes = (uint8_t)config->keep_alive_probes,
        .keep_alive = config->use.keep_alive,
    };
}

void ics_stream_init(IcsStream *self, const IcsStreamSetup *setup)
{
    *self = (IcsStream){
        .config = setup->config,
        .observe = setup->observe,
        .challenges = setup->challenges,
        .name = setup->name,
        .state = ICS_STREAM_CLOSED,
        .mtu_bytes = setup->mtu_bytes,
        .timestamp_offset = setup->timestamp_offset,
    };
    stream_calls_init_sending(self, setup);
    stream_calls_init_timers(self);
    self->receive.limit = (uint32_t)setup->config->receive_buffer_bytes;
    ics_byte_ring_set_pool(&self->receive.ring, setup->pool);
    ics_recovery_init(&self->recovery, &setup->config->recovery, self->send.iss);
}

void ics_stream_clear(IcsStream *self)
{
    ics_recovery_clear(&self->recovery);
    ics_reassembly_clear(&self->receive.ranges);
    ics_byte_ring_clear(&self->send.ring);
    ics_byte_ring_clear(&self->receive.ring);
}

void ics_stream_open(IcsStream *self, int64_t now_ns)
{
    g_assert(self->state == ICS_STREAM_CLOSED && self->error == 0);
    self->timers.syn_sent_ns = now_ns;
    self->wanted.syn = true;
    self->send.next = self->send.iss + 1;
    ics_stream_move(self, now_ns, ICS_STREAM_SYN_SENT);
    ics_stream_arm_handshake(self, now_ns);
}

/* Section 3.10.4. In SYN-RECEIVED it waits for the connection, see stream_move.c. */
int ics_stream_shutdown(IcsStream *self, int64_t now_ns)
{
    if (self->state == ICS_STREAM_CLOSED || self->state == ICS_STREAM_SYN_SENT) {
        return -ENOTCONN;
    }
    if (self->send.fin_asked) {
        return 0;
    }
    self->send.fin_asked = true;
    if (self->state == ICS_STREAM_ESTABLISHED) {
        ics_stream_move(self, now_ns, ICS_STREAM_FIN_WAIT_1);
    } else if (self->state == ICS_STREAM_CLOSE_WAIT) {
        ics_stream_move(self, now_ns, ICS_STREAM_LAST_ACK);
    }
    return 0;
}

void ics_stream_shutdown_receive(IcsStream *self, int64_t now_ns)
{
    self->receive.shut_down = true;
    if (ics_stream_readable_bytes(self) > 0) {
        ics_stream_read(self, now_ns, NULL, SIZE_MAX, false);
    }
    self->events |= ICS_STREAM_READABLE;
}

void ics_stream_close(IcsStream *self, int64_t now_ns)
{
    if (self->user_gone) {
        return;
    }
    self->user_gone = true;
    bool has_unread = ics_stream_readable_bytes(self) > 0;
    if (self->state == ICS_STREAM_SYN_SENT) {
        ics_stream_break(self, now_ns, 0);
        return;
    }
    if (has_unread && self->state != ICS_STREAM_TIME_WAIT && self->state != ICS_STREAM_CLOSED) {
        ics_stream_reset(self, now_ns, ECONNABORTED);
        return;
    }
    ics_stream_shutdown_receive(self, now_ns);
    ics_stream_shutdown(self, now_ns);
    ics_stream_limit_fin_wait_2(self, now_ns);
}

/* Section 3.10.5. */
void ics_stream_abort(IcsStream *self, int64_t now_ns)
{
    switch (self->state) {
    case ICS_STREAM_SYN_RECEIVED:
    case ICS_STREAM_ESTABLISHED:
    case ICS_STREAM_FIN_WAIT_1:
    case ICS_STREAM_FIN_WAIT_2:
    case ICS_STREAM_CLOSE_WAIT:
        ics_stream_reset(self, now_ns, ECONNABORTED);
        break;
    case ICS_STREAM_SYN_SENT:
    case ICS_STREAM_CLOSING:
    case ICS_STREAM_LAST_ACK:
    case ICS_STREAM_TIME_WAIT:
        ics_stream_break(self, now_ns, ECONNABORTED);
        break;
    case ICS_STREAM_CLOSED:
    case ICS_STREAM_LISTEN:
    case ICS_STREAM_N_STATES:
        break;
    }
}

IcsStreamState ics_stream_state(const IcsStream *self)
{
    return self->state;
}

const IcsStreamName *ics_stream_name(const IcsStream *self)
{
    return &self->name;
}

uint32_t ics_stream_take_events(IcsStream *self)
{
    uint32_t events = self->events;
    self->events = 0;
    return events;
}

bool ics_stream_is_shut_down(const IcsStream *self)
{
    return self->send.fin_asked;
}

int ics_stream_error(const IcsStream *self)
{
    return self->error;
}

/* RFC 6191, section 2: the peer's clock, or else its sequence number, says that the SYN is newer
 * than all that the connection before has sent. */
bool ics_stream_may_be_reused(const IcsStream *self, const IcsStreamArrival *syn)
{
    const IcsTcpHeader *header = syn->header;
    if (self->state != ICS_STREAM_TIME_WAIT ||
        (header->flags & (ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_RST)) != ICS_TCP_SYN) {
        return false;
    }
    bool is_beyond =
        ics_sequence_extend(self->receive.next, header->sequence) >= self->receive.next;
    if (!self->config->use.timestamps || !header->options.has_timestamps) {
        return is_beyond;
    }
    if (!self->agreed.timestamps) {
        return true;
    }
    int32_t later = (int32_t)(header->options.timestamp_value - self->receive.ts_recent);
    return later > 0 || (later == 0 && is_beyond);
}

/* Beyond the largest window without scaling, as Linux has it. */
uint32_t ics_stream_give_way(IcsStream *self, int64_t now_ns)
{
    g_assert(self->state == ICS_STREAM_TIME_WAIT);
    ics_stream_break(self, now_ns, 0);
    return ics_sequence_wire(self->send.next) + UINT16_MAX + 2;
}

void ics_stream_set_nagle(IcsStream *self, int64_t now_ns, bool on)
{
    self->send.nagle = on;
    ics_stream_review_timers(self, now_ns);
}

void ics_stream_set_cork(IcsStream *self, int64_t now_ns, bool on)
{
    self->send.corked = on;
    ics_stream_review_timers(self, now_ns);
}

void ics_stream_set_keep_alive(IcsStream *self, int64_t now_ns, bool on, int64_t idle_ns,
                               int64_t interval_ns, uint32_t probes)
{
    IcsStreamTimers *timers = &self->timers;
    timers->keep_alive = on;
    timers->keep_alive_idle_ns = idle_ns;
    timers->keep_alive_interval_ns = interval_ns;
    timers->keep_alive_probes = (uint8_t)MIN(probes, UINT8_MAX);
    timers->keep_alive_ns = ICS_TIME_NEVER;
    ics_stream_review_timers(self, now_ns);
}

void ics_stream_set_user_timeout(IcsStream *self, int64_t now_ns, int64_t timeout_ns)
{
    self->timers.user_timeout_ns = timeout_ns;
    ics_stream_review_timers(self, now_ns);
}

void ics_stream_figures(const IcsStream *self, IcsStreamFigures *figures)
{
    const IcsRecovery *recovery = &self->recovery;
    *figures = (IcsStreamFigures){
        .srtt_ns = recovery->rto.srtt_ns,
        .rto_ns = ics_recovery_rto_ns(recovery),
        .cwnd_bytes = ics_recovery_cwnd_bytes(recovery),
        .ssthresh_bytes = ics_recovery_ssthresh_bytes(recovery),
        .in_flight_bytes = ics_recovery_flight_bytes(recovery),
        .mss_bytes = self->send.mss,
        .segments_out = self->counters.segments_out,
        .segments_in = self->counters.segments_in,
        .repeated_segments = self->counters.repeated_segments,
        .repeated_bytes = self->counters.repeated_bytes,
        .timeouts = recovery->n_timeouts,
        .fast_retransmits = recovery->n_fast_retransmits,
    };
}
