#include "protocols/stream/stream_internal.h"

/* RFC 9293, section 3.7.1: MSS when the peer announces none. */
#define STREAM_OPTIONS_DEFAULT_MSS_BYTES 536
#define STREAM_OPTIONS_HEADERS_BYTES     (ICS_IPV4_HEADER_BYTES + ICS_TCP_HEADER_BYTES)
/* RFC 1191, section 3: an estimate of the path MTU never falls below what every router carries. */
#define STREAM_OPTIONS_MIN_MTU_BYTES 68
/* Timestamps with the two no-operations that align them. */
#define STREAM_OPTIONS_TIMESTAMPS_BYTES 12
/* The SACK option with the two that align it, and each of its blocks. */
#define STREAM_OPTIONS_SACK_BYTES       4
#define STREAM_OPTIONS_SACK_BLOCK_BYTES 8

uint32_t ics_stream_timestamp(const IcsStream *self, int64_t now_ns)
{
    return self->timestamp_offset + (uint32_t)(now_ns / ICS_RECOVERY_TIMESTAMP_TICK_NS);
}

/* RFC 9293, section 3.7.1: announced is what this end can receive, whatever the path is. */
static uint32_t stream_options_announced_mss(const IcsStream *self)
{
    uint32_t mss = self->mtu_bytes - STREAM_OPTIONS_HEADERS_BYTES;
    if (self->config->mss_bytes > 0) {
        mss = MIN(mss, (uint32_t)self->config->mss_bytes);
    }
    return MIN(mss, UINT16_MAX);
}

void ics_stream_choose_window_shift(IcsStream *self)
{
    uint8_t shift = 0;
    while (shift < ICS_TCP_WINDOW_SCALE_MAX && self->receive.limit >> shift > UINT16_MAX) {
        shift++;
    }
    self->receive.window_shift = self->config->use.window_scaling ? shift : 0;
}

void ics_stream_offer_options(const IcsStream *self, int64_t now_ns, bool reply, IcsTcpHeader *out)
{
    const IcsStreamSwitches *use = &self->config->use;
    IcsTcpOptions *options = &out->options;
    options->has_mss = true;
    options->mss = (uint16_t)stream_options_announced_mss(self);
    options->has_window_scale = reply ? self->agreed.window_scaling : use->window_scaling;
    options->window_scale = options->has_window_scale ? self->receive.window_shift : 0;
    options->sack_permitted = reply ? self->agreed.sack : use->sack;
    options->has_timestamps = reply ? self->agreed.timestamps : use->timestamps;
    if (options->has_timestamps) {
        options->timestamp_value = ics_stream_timestamp(self, now_ns);
        options->timestamp_echo = reply ? self->receive.ts_recent : 0;
    }
}

bool ics_stream_is_ecn_setup(const IcsTcpHeader *syn)
{
    uint8_t both = syn->flags & (ICS_TCP_ECE | ICS_TCP_CWR);
    return syn->flags & ICS_TCP_ACK ? both == ICS_TCP_ECE : both == (ICS_TCP_ECE | ICS_TCP_CWR);
}

static void stream_options_agree_windows(IcsStream *self, const IcsTcpOptions *offered)
{
    self->agreed.window_scaling = self->config->use.window_scaling && offered->has_window_scale;
    self->send.window_shift =
        self->agreed.window_scaling ? MIN(offered->window_scale, ICS_TCP_WINDOW_SCALE_MAX) : 0;
    if (!self->agreed.window_scaling) {
        self->receive.window_shift = 0;
    } else if (self->state != ICS_STREAM_SYN_SENT) {
        ics_stream_choose_window_shift(self);
    }
}

static void stream_options_set_mss(IcsStream *self)
{
    IcsStreamSending *send = &self->send;
    send->mss = MIN(send->peer_mss, send->path_mtu - STREAM_OPTIONS_HEADERS_BYTES);
    if (self->config->mss_bytes > 0) {
        send->mss = MIN(send->mss, (uint32_t)self->config->mss_bytes);
    }
}

void ics_stream_agree(IcsStream *self, int64_t now_ns, const IcsTcpHeader *syn)
{
    const IcsStreamSwitches *use = &self->config->use;
    const IcsTcpOptions *offered = &syn->options;
    self->agreed.sack = use->sack && offered->sack_permitted;
    self->agreed.timestamps = use->timestamps && offered->has_timestamps;
    self->agreed.ecn = use->ecn && ics_stream_is_ecn_setup(syn);
    /* Section 6.1.1.1: not after a SYN of ours that did not ask for it. */
    bool has_asked_always = self->state != ICS_STREAM_SYN_SENT || self->timers.handshake_tries == 0;
    self->send.ecn_capable = self->agreed.ecn && has_asked_always;
    stream_options_agree_windows(self, offered);
    if (self->agreed.timestamps) {
        self->receive.ts_recent = offered->timestamp_value;
        self->receive.ts_recent_ns = now_ns;
    }
    /* A maximum of no bytes cannot be meant. */
    bool announces_mss = offered->has_mss && offered->mss > 0;
    self->send.peer_mss = announces_mss ? offered->mss : STREAM_OPTIONS_DEFAULT_MSS_BYTES;
    stream_options_set_mss(self);
}

bool ics_stream_has_sack(const IcsStream *self)
{
    return self->agreed.sack && ics_reassembly_has_sack_blocks(&self->receive.ranges);
}

uint32_t ics_stream_sack_bytes(const IcsStream *self)
{
    const IcsReassembly *ranges = &self->receive.ranges;
    IcsTcpOptions beside = {.has_timestamps = self->agreed.timestamps};
    uint32_t n = ranges->n_ranges + !ics_sequence_range_is_empty(ranges->duplicate);
    return STREAM_OPTIONS_SACK_BYTES +
           MIN(n, ics_tcp_sack_blocks_max(&beside)) * STREAM_OPTIONS_SACK_BLOCK_BYTES;
}

void ics_stream_usual_options(IcsStream *self, int64_t now_ns, bool sack, IcsTcpHeader *out)
{
    IcsTcpOptions *options = &out->options;
    if (self->agreed.timestamps) {
        options->has_timestamps = true;
        options->timestamp_value = ics_stream_timestamp(self, now_ns);
        options->timestamp_echo = self->receive.ts_recent;
    }
    if (!sack || !ics_stream_has_sack(self)) {
        return;
    }
    IcsSequenceRange blocks[ICS_TCP_SACK_BLOCKS_MAX];
    uint32_t n =
        ics_reassembly_sack_blocks(&self->receive.ranges, blocks, ics_tcp_sack_blocks_max(options));
    options->n_sack_blocks = (uint8_t)n;
    for (uint32_t i = 0; i < n; i++) {
        options->sack_blocks[i].first = ics_sequence_wire(blocks[i].first);
        options->sack_blocks[i].end = ics_sequence_wire(blocks[i].end);
    }
}

uint32_t ics_stream_segment_bytes(const IcsStream *self)
{
    uint32_t options = self->agreed.timestamps ? STREAM_OPTIONS_TIMESTAMPS_BYTES : 0;
    return self->send.mss > options ? self->send.mss - options : 1;
}

void ics_stream_set_path_mtu(IcsStream *self, uint32_t mtu_bytes)
{
    IcsStreamSending *send = &self->send;
    /* RFC 1191, section 3: the estimate is not raised by a message. */
    uint32_t mtu = MAX(mtu_bytes, STREAM_OPTIONS_MIN_MTU_BYTES);
    if (mtu >= send->path_mtu) {
        return;
    }
    send->path_mtu = mtu;
    stream_options_set_mss(self);
    ics_recovery_set_smss(&self->recovery, ics_stream_segment_bytes(self));
}
