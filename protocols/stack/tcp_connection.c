/* The life of a connection in the stack. */
#include "protocols/stack/tcp_internal.h"

static void tcp_connection_expired(IcsTimer *timer)
{
    IcsTcpConnection *self = ICS_CONTAINER_OF(timer, IcsTcpConnection, timer);
    ics_stream_expire(&self->stream, ics_tcp_now(self->tcp));
    ics_tcp_run(self);
}

static void tcp_connection_enlist(IcsTcpConnection *self)
{
    IcsTcp *tcp = self->tcp;
    self->next = tcp->connections;
    if (self->next != NULL) {
        self->next->previous = self;
    }
    tcp->connections = self;
    tcp->n_connections++;
}

static void tcp_connection_delist(IcsTcpConnection *self)
{
    if (self->previous != NULL) {
        self->previous->next = self->next;
    } else {
        self->tcp->connections = self->next;
    }
    if (self->next != NULL) {
        self->next->previous = self->previous;
    }
    self->tcp->n_connections--;
}

IcsTcpConnection *ics_tcp_connection_new(IcsTcp *tcp, const IcsStreamConfig *config)
{
    const IcsHost *host = tcp->stack->host;
    IcsTcpConnection *self = g_slice_new0(IcsTcpConnection);
    self->tcp = tcp;
    self->config = ics_tcp_config_ref(config);
    self->identity = &self->own;
    self->history = (IcsTcpHistory){
        .id = ++tcp->next_id,
        .began_ns = ics_tcp_now(tcp),
        .established_ns = -1,
    };
    ics_timer_init(&self->timer, host->network->simulation, host->node, tcp_connection_expired);
    tcp_connection_enlist(self);
    return self;
}

/* Loopback has no link: it carries what IPv4 can. */
static uint32_t tcp_connection_mtu(IcsTcp *tcp, uint32_t peer_address)
{
    const IcsInterface *way = ics_host_route(tcp->stack->host, peer_address);
    return way != NULL && way->out != NULL ? way->out->mtu_bytes : ICS_IPV4_PACKET_MAX_BYTES;
}

static uint32_t tcp_connection_iss(const IcsTcp *tcp, const IcsStreamName *name,
                                   const uint32_t *least_iss)
{
    uint32_t iss = ics_isn_number(&tcp->isn, ics_tcp_now(tcp), name);
    bool is_before = least_iss != NULL && (int32_t)(iss - *least_iss) < 0;
    return is_before ? *least_iss : iss;
}

void ics_tcp_connection_begin(IcsTcpConnection *self, const IcsStreamName *name,
                              const uint32_t *least_iss)
{
    IcsTcp *tcp = self->tcp;
    IcsStreamSetup setup = {
        .config = self->config,
        .name = *name,
        .mtu_bytes = tcp_connection_mtu(tcp, name->peer_address),
        .iss = tcp_connection_iss(tcp, name, least_iss),
        .timestamp_offset = ics_isn_timestamp_offset(&tcp->isn, name),
        .challenges = &tcp->challenges,
        .pool = &tcp->buffers,
        .observe = ics_tcp_observe,
    };
    ics_stream_init(&self->stream, &setup);
    self->sent_end = ics_sequence_first(setup.iss);
}

void ics_tcp_connection_free(IcsTcpConnection *self)
{
    IcsTcp *tcp = self->tcp;
    if (self->listener != NULL) {
        ics_tcp_listener_remove(self);
    }
    ics_tcp_leave_messages(self, true, true);
    ics_stream_table_remove(&tcp->table, &self->link);
    ics_timer_clear(&self->timer);
    if (self->stream.config != NULL) {
        ics_stream_clear(&self->stream);
    }
    tcp_connection_delist(self);
    ics_tcp_config_unref(self->config);
    g_slice_free(IcsTcpConnection, self);
}

static void tcp_connection_arm(IcsTcpConnection *self)
{
    int64_t deadline_ns = ics_stream_deadline_ns(&self->stream);
    if (deadline_ns == ics_timer_deadline_ns(&self->timer)) {
        return;
    }
    if (deadline_ns == ICS_TIME_NEVER) {
        ics_timer_disarm(&self->timer);
    } else {
        ics_timer_arm(&self->timer, MAX(deadline_ns, ics_tcp_now(self->tcp)));
    }
}

bool ics_tcp_is_drained(const IcsTcpConnection *self)
{
    switch (ics_tcp_state(self)) {
    case ICS_STREAM_CLOSED:
    case ICS_STREAM_FIN_WAIT_2:
    case ICS_STREAM_TIME_WAIT:
        return true;
    case ICS_STREAM_LISTEN:
    case ICS_STREAM_SYN_SENT:
    case ICS_STREAM_SYN_RECEIVED:
    case ICS_STREAM_ESTABLISHED:
    case ICS_STREAM_FIN_WAIT_1:
    case ICS_STREAM_CLOSE_WAIT:
    case ICS_STREAM_CLOSING:
    case ICS_STREAM_LAST_ACK:
    case ICS_STREAM_N_STATES:
        break;
    }
    return false;
}

static void tcp_connection_tell(IcsTcpConnection *self)
{
    uint32_t events = ics_stream_take_events(&self->stream);
    if (G_UNLIKELY(self->is_draining) && ics_tcp_is_drained(self)) {
        events |= ICS_STREAM_WRITABLE;
    }
    if (events == 0) {
        return;
    }
    if ((events & ICS_STREAM_CONNECTED) != 0) {
        self->history.established_ns = ics_tcp_now(self->tcp);
    }
    if (self->listener != NULL) {
        ics_tcp_listener_follow(self, events);
    } else if (self->user != NULL) {
        self->user->happened(self->user, events);
    }
}

void ics_tcp_run(IcsTcpConnection *self)
{
    IcsStreamDeparture departure;
    while (ics_stream_output(&self->stream, ics_tcp_now(self->tcp), &departure)) {
        ics_tcp_send(self, &departure);
    }
    ics_tcp_review_messages(self);
    tcp_connection_tell(self);
    tcp_connection_arm(self);
    if (ics_tcp_state(self) == ICS_STREAM_CLOSED) {
        ics_stream_table_remove(&self->tcp->table, &self->link);
        if (self->user == NULL && !self->is_ready) {
            ics_tcp_connection_free(self);
        }
    }
}

/* ---- what users do ---- */

void ics_tcp_set_fate_flow(IcsTcpConnection *self, uint64_t fate_flow)
{
    self->own = (IcsTcpIdentity){.flow = fate_flow};
    self->identity = &self->own;
}

int64_t ics_tcp_write(IcsTcpConnection *self, const void *bytes, size_t n)
{
    int64_t written = ics_stream_write(&self->stream, ics_tcp_now(self->tcp), bytes, n);
    if (written > 0) {
        self->history.written_bytes += (uint64_t)written;
        ics_tcp_run(self);
    }
    return written;
}

size_t ics_tcp_read(IcsTcpConnection *self, void *buffer, size_t n, bool peek)
{
    size_t taken = ics_stream_read(&self->stream, ics_tcp_now(self->tcp), buffer, n, peek);
    if (taken > 0 && !peek) {
        self->history.read_bytes += taken;
        ics_tcp_run(self);
    }
    return taken;
}

void ics_tcp_release(IcsTcpConnection *self)
{
    self->user = NULL;
    ics_tcp_leave_messages(self, false, true);
    ics_stream_close(&self->stream, ics_tcp_now(self->tcp));
    ics_tcp_run(self);
}

void ics_tcp_abort(IcsTcpConnection *self)
{
    self->user = NULL;
    ics_tcp_leave_messages(self, false, true);
    ics_stream_abort(&self->stream, ics_tcp_now(self->tcp));
    ics_tcp_run(self);
}
