#include "tests/support/stream_pair.h"

#include <string.h>

#include "sim/simulation.h"

#define PAIR_SEGMENT_MAX_BYTES 65535
/* More steps than this at one instant are no progress. */
#define PAIR_MAX_STEPS 200000

typedef struct PairPacket {
    int to;
    int64_t arrival_ns;
    uint64_t number;
    bool congestion_experienced;
    uint32_t n_bytes;
    uint8_t bytes[];
} PairPacket;

static void pair_observe(IcsStream *stream, IcsStreamNote note, int64_t a, int64_t b)
{
    IcsPairEnd *end = (IcsPairEnd *)((char *)stream - offsetof(IcsPairEnd, stream));
    (void)a;
    if (note == ICS_STREAM_NOTE_STATE) {
        IcsStreamState state = (IcsStreamState)b;
        g_array_append_val(end->states, state);
    }
}

static void pair_make_machine(IcsPairEnd *end)
{
    IcsStreamSetup setup = {
        .config = &end->config,
        .name = end->name,
        .mtu_bytes = end->mtu_bytes,
        .iss = end->iss,
        .challenges = &end->challenges,
        .observe = pair_observe,
    };
    ics_stream_init(&end->stream, &setup);
    end->was_used = false;
}

static void pair_end_init(IcsPairEnd *end, IcsStreamName name, uint32_t iss)
{
    ics_stream_config_default(&end->config);
    ics_challenge_ack_init(&end->challenges, (uint32_t)end->config.challenge_acks, ICS_PAIR_S);
    end->name = name;
    end->iss = iss;
    end->mtu_bytes = 1500;
    end->states = g_array_new(FALSE, FALSE, sizeof(IcsStreamState));
    end->received = g_byte_array_new();
    pair_make_machine(end);
}

IcsStreamPair *ics_stream_pair_new(void)
{
    IcsStreamPair *self = g_new0(IcsStreamPair, 1);
    pair_end_init(&self->ends[ICS_PAIR_A], (IcsStreamName){0x0a000001, 0x0a000002, 1111, 2222},
                  1000);
    pair_end_init(&self->ends[ICS_PAIR_B], (IcsStreamName){0x0a000002, 0x0a000001, 2222, 1111},
                  5000);
    self->ends[ICS_PAIR_B].listens = true;
    self->delay_ns = 10 * ICS_PAIR_MS;
    self->under_way = g_sequence_new(g_free);
    self->trace = g_string_new(NULL);
    self->last = g_string_new(NULL);
    self->is_traced = true;
    self->reads = true;
    return self;
}

void ics_stream_pair_free(IcsStreamPair *self)
{
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        ics_stream_clear(&self->ends[i].stream);
        g_array_unref(self->ends[i].states);
        g_byte_array_unref(self->ends[i].received);
    }
    g_sequence_free(self->under_way);
    g_string_free(self->trace, TRUE);
    g_string_free(self->last, TRUE);
    g_free(self);
}

void ics_stream_pair_restart(IcsStreamPair *self, int end)
{
    ics_stream_clear(&self->ends[end].stream);
    pair_make_machine(&self->ends[end]);
}

/* Changes of configuration and numbers before the first call count. */
static void pair_refresh(IcsPairEnd *end)
{
    if (!end->was_used) {
        ics_stream_clear(&end->stream);
        pair_make_machine(end);
    }
}

/* ---- the trace ---- */

static void pair_trace_flags(GString *line, uint8_t flags)
{
    static const struct {
        uint8_t flag;
        char letter;
    } letters[] = {{ICS_TCP_SYN, 'S'}, {ICS_TCP_FIN, 'F'}, {ICS_TCP_RST, 'R'}, {ICS_TCP_PSH, 'P'},
                   {ICS_TCP_URG, 'U'}, {ICS_TCP_ECE, 'E'}, {ICS_TCP_CWR, 'W'}, {ICS_TCP_ACK, '.'}};
    for (size_t i = 0; i < G_N_ELEMENTS(letters); i++) {
        if (flags & letters[i].flag) {
            g_string_append_c(line, letters[i].letter);
        }
    }
}

static void pair_trace_options(GString *line, const IcsTcpOptions *options, uint32_t peer_iss)
{
    GString *text = g_string_new(NULL);
    if (options->has_mss) {
        g_string_append_printf(text, ",mss %u", options->mss);
    }
    if (options->sack_permitted) {
        g_string_append(text, ",sackOK");
    }
    if (options->has_timestamps) {
        g_string_append_printf(text, ",TS val %u ecr %u", options->timestamp_value,
                               options->timestamp_echo);
    }
    if (options->has_window_scale) {
        g_string_append_printf(text, ",wscale %u", options->window_scale);
    }
    for (uint32_t i = 0; i < options->n_sack_blocks; i++) {
        g_string_append_printf(text, "%s%u:%u", i == 0 ? ",sack " : " ",
                               options->sack_blocks[i].first - peer_iss,
                               options->sack_blocks[i].end - peer_iss);
    }
    if (text->len > 0) {
        g_string_append_printf(line, " <%s>", text->str + 1);
    }
    g_string_free(text, TRUE);
}

static void pair_trace_segment(IcsStreamPair *self, const IcsPairSegment *segment,
                               const IcsPairFate *fate)
{
    if (!self->is_traced) {
        return;
    }
    const IcsTcpHeader *header = &segment->header;
    uint32_t iss = self->ends[segment->from].iss;
    uint32_t peer_iss = self->ends[1 - segment->from].iss;
    /* A refusal of what acknowledges nothing has the number 0 itself. */
    uint32_t first = header->sequence == 0 ? 0 : header->sequence - iss;
    GString *line = self->last;
    g_string_assign(line, segment->from == ICS_PAIR_A ? "A > B " : "B > A ");
    pair_trace_flags(line, header->flags);
    g_string_append_printf(line, " %u:%u(%u)", first, first + segment->payload_bytes,
                           segment->payload_bytes);
    if (header->flags & ICS_TCP_ACK) {
        g_string_append_printf(line, " ack %u", header->acknowledgement - peer_iss);
    }
    g_string_append_printf(line, " win %u", header->window);
    pair_trace_options(line, &header->options, peer_iss);
    if (segment->repeat != ICS_STREAM_REPEAT_NONE) {
        g_string_append_printf(line, " [%s]", ics_stream_repeat_name(segment->repeat));
    }
    g_string_append(line, fate->drop ? " (dropped)" : "");
    g_string_append_printf(self->trace, "%.3f %s\n", (double)self->now_ns / 1e9, line->str);
}

const char *ics_stream_pair_trace(IcsStreamPair *self)
{
    return self->trace->str;
}

const char *ics_stream_pair_last(IcsStreamPair *self)
{
    return self->last->str;
}

void ics_stream_pair_clear_trace(IcsStreamPair *self)
{
    g_string_truncate(self->trace, 0);
    g_string_truncate(self->last, 0);
}

/* ---- the channel ---- */

static int pair_compare_packets(const void *a, const void *b, void *context)
{
    const PairPacket *first = a;
    const PairPacket *second = b;
    (void)context;
    if (first->arrival_ns != second->arrival_ns) {
        return first->arrival_ns < second->arrival_ns ? -1 : 1;
    }
    return first->number < second->number ? -1 : 1;
}

static void pair_launch(IcsStreamPair *self, const IcsPairSegment *segment,
                        const IcsByteSpans *payload, const IcsPairFate *fate)
{
    const IcsPairEnd *from = &self->ends[segment->from];
    size_t n = ics_tcp_header_bytes(&segment->header) + segment->payload_bytes;
    g_assert(n + ICS_IPV4_HEADER_BYTES <= MAX(from->mtu_bytes, 576));
    PairPacket *packet = g_malloc(sizeof(PairPacket) + n);
    packet->to = 1 - segment->from;
    packet->arrival_ns = self->now_ns + self->delay_ns + fate->delay_ns;
    packet->number = self->n_offered++;
    packet->congestion_experienced = fate->congestion_experienced;
    packet->n_bytes = (uint32_t)ics_tcp_emit(&segment->header, from->name.local_address,
                                             from->name.peer_address, payload, packet->bytes);
    g_assert(packet->n_bytes == n);
    g_sequence_insert_sorted(self->under_way, packet, pair_compare_packets, NULL);
}

static void pair_offer(IcsStreamPair *self, const IcsPairSegment *segment,
                       const IcsByteSpans *payload)
{
    IcsPairFate fate = {0};
    if (self->decide != NULL) {
        fate = self->decide(self, segment, self->context);
    }
    pair_trace_segment(self, segment, &fate);
    self->ends[segment->from].n_sent++;
    if (fate.drop) {
        return;
    }
    for (uint32_t copy = 0; copy <= fate.copies; copy++) {
        pair_launch(self, segment, payload, &fate);
    }
}

static void pair_output(IcsStreamPair *self, int from)
{
    IcsStreamDeparture departure;
    while (ics_stream_output(&self->ends[from].stream, self->now_ns, &departure)) {
        g_assert(++self->steps_at_now < PAIR_MAX_STEPS);
        IcsPairSegment segment = {
            .from = from,
            .ordinal = self->ends[from].n_sent,
            .sent_ns = self->now_ns,
            .header = departure.header,
            .payload_bytes = departure.payload_bytes,
            .repeat = departure.repeat,
            .ecn_capable = departure.ecn_capable,
        };
        segment.header.source_port = self->ends[from].name.local_port;
        segment.header.destination_port = self->ends[from].name.peer_port;
        pair_offer(self, &segment, &departure.payload);
    }
}

static void pair_read(IcsPairEnd *end, int64_t now_ns)
{
    uint8_t buffer[4096];
    size_t n;
    while ((n = ics_stream_read(&end->stream, now_ns, buffer, sizeof(buffer), false)) > 0) {
        g_byte_array_append(end->received, buffer, (guint)n);
    }
}

void ics_stream_pair_flush(IcsStreamPair *self)
{
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        if (self->reads) {
            pair_read(&self->ends[i], self->now_ns);
        }
        pair_output(self, i);
    }
}

static void pair_refuse(IcsStreamPair *self, int at, const IcsStreamArrival *arrival)
{
    IcsPairSegment reply = {.from = at, .sent_ns = self->now_ns};
    if (ics_stream_refuse(arrival, &reply.header)) {
        pair_offer(self, &reply, &(IcsByteSpans){0});
    }
}

/* As a host does: to the connection, to the listener, or refused. */
static void pair_arrive(IcsStreamPair *self, int at, const IcsStreamArrival *arrival)
{
    IcsPairEnd *end = &self->ends[at];
    uint8_t flags = arrival->header->flags & (ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_RST);
    end->n_received++;
    if (end->listens && ics_stream_may_be_reused(&end->stream, arrival)) {
        ics_stream_pair_restart(self, at);
    }
    if (ics_stream_state(&end->stream) != ICS_STREAM_CLOSED) {
        end->verdict = ics_stream_input(&end->stream, self->now_ns, arrival);
        return;
    }
    end->verdict = ICS_STREAM_VERDICT_UNEXPECTED;
    if (end->listens && flags == ICS_TCP_SYN) {
        ics_stream_pair_restart(self, at);
        end->was_used = true;
        ics_stream_accept(&end->stream, self->now_ns, arrival);
        end->verdict = ICS_STREAM_VERDICT_ACCEPTED;
        return;
    }
    pair_refuse(self, at, arrival);
}

static void pair_deliver(IcsStreamPair *self, const PairPacket *packet)
{
    const IcsPairEnd *end = &self->ends[packet->to];
    IcsTcpHeader header;
    size_t header_bytes;
    g_assert(ics_tcp_verify(packet->bytes, packet->n_bytes, end->name.peer_address,
                            end->name.local_address));
    g_assert(ics_tcp_parse(packet->bytes, packet->n_bytes, &header, &header_bytes) ==
             ICS_TCP_RESULT_OK);
    IcsStreamArrival arrival = {
        .header = &header,
        .payload = packet->bytes + header_bytes,
        .payload_bytes = packet->n_bytes - (uint32_t)header_bytes,
        .congestion_experienced = packet->congestion_experienced,
    };
    pair_arrive(self, packet->to, &arrival);
}

/* ---- time ---- */

static const PairPacket *pair_first_packet(const IcsStreamPair *self)
{
    GSequenceIter *first = g_sequence_get_begin_iter(self->under_way);
    return g_sequence_iter_is_end(first) ? NULL : g_sequence_get(first);
}

int64_t ics_stream_pair_next_ns(const IcsStreamPair *self)
{
    const PairPacket *packet = pair_first_packet(self);
    int64_t next_ns = packet != NULL ? packet->arrival_ns : ICS_TIME_NEVER;
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        next_ns = MIN(next_ns, ics_stream_deadline_ns(&self->ends[i].stream));
    }
    return next_ns;
}

/* One thing that is due at `self->now_ns`: an arrival before a deadline, A before B. */
static void pair_step(IcsStreamPair *self)
{
    const PairPacket *packet = pair_first_packet(self);
    g_assert(++self->steps_at_now < PAIR_MAX_STEPS);
    if (packet != NULL && packet->arrival_ns <= self->now_ns) {
        pair_deliver(self, packet);
        g_sequence_remove(g_sequence_get_begin_iter(self->under_way));
        ics_stream_pair_flush(self);
        return;
    }
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        if (ics_stream_deadline_ns(&self->ends[i].stream) <= self->now_ns) {
            ics_stream_expire(&self->ends[i].stream, self->now_ns);
            ics_stream_pair_flush(self);
            /* A deadline that stays due is a livelock. */
            g_assert(ics_stream_deadline_ns(&self->ends[i].stream) > self->now_ns);
            return;
        }
    }
}

void ics_stream_pair_run_until(IcsStreamPair *self, int64_t until_ns)
{
    ics_stream_pair_flush(self);
    int64_t next_ns;
    while ((next_ns = ics_stream_pair_next_ns(self)) <= until_ns) {
        if (next_ns > self->now_ns) {
            self->now_ns = next_ns;
            self->steps_at_now = 0;
        }
        pair_step(self);
    }
    if (until_ns > self->now_ns) {
        self->now_ns = until_ns;
        self->steps_at_now = 0;
    }
}

void ics_stream_pair_run_for(IcsStreamPair *self, int64_t ns)
{
    ics_stream_pair_run_until(self, self->now_ns + ns);
}

bool ics_stream_pair_settle(IcsStreamPair *self, int64_t limit_ns)
{
    ics_stream_pair_flush(self);
    int64_t next_ns;
    while ((next_ns = ics_stream_pair_next_ns(self)) <= limit_ns) {
        ics_stream_pair_run_until(self, MAX(next_ns, self->now_ns));
    }
    return next_ns == ICS_TIME_NEVER;
}

/* ---- what tests do ---- */

void ics_stream_pair_connect(IcsStreamPair *self)
{
    pair_refresh(&self->ends[ICS_PAIR_A]);
    pair_refresh(&self->ends[ICS_PAIR_B]);
    self->ends[ICS_PAIR_A].was_used = true;
    ics_stream_open(ics_stream_pair_a(self), self->now_ns);
    ics_stream_pair_run_for(self, 2 * self->delay_ns);
    ics_stream_pair_run_for(self, self->delay_ns);
}

void ics_stream_pair_transfer(IcsStreamPair *self, int from, size_t n, int64_t limit_ns)
{
    IcsStream *stream = &self->ends[from].stream;
    uint8_t buffer[4096];
    size_t written = 0;
    while (written < n || ics_stream_unacknowledged_bytes(stream) > 0) {
        size_t chunk = MIN(sizeof(buffer), n - written);
        for (size_t i = 0; i < chunk; i++) {
            buffer[i] = ics_stream_pair_byte(written + i);
        }
        int64_t taken = chunk > 0 ? ics_stream_write(stream, self->now_ns, buffer, chunk) : 0;
        if (taken < 0) {
            return;
        }
        written += (size_t)taken;
        if (taken > 0) {
            ics_stream_pair_flush(self);
            continue;
        }
        int64_t next_ns = ics_stream_pair_next_ns(self);
        if (next_ns > limit_ns) {
            return;
        }
        ics_stream_pair_run_until(self, MAX(next_ns, self->now_ns));
    }
}

bool ics_stream_pair_is_intact(const IcsStreamPair *self, int end)
{
    const GByteArray *received = self->ends[end].received;
    for (guint i = 0; i < received->len; i++) {
        if (received->data[i] != ics_stream_pair_byte(i)) {
            return false;
        }
    }
    return true;
}

IcsTcpHeader ics_stream_pair_header(uint8_t flags, uint32_t sequence, uint32_t acknowledgement)
{
    return (IcsTcpHeader){
        .flags = flags,
        .sequence = sequence,
        .acknowledgement = acknowledgement,
        .window = 1000,
    };
}

IcsStreamVerdict ics_stream_pair_inject(IcsStreamPair *self, int to, const IcsTcpHeader *header,
                                        const void *payload, uint32_t n)
{
    IcsPairEnd *end = &self->ends[to];
    IcsTcpHeader absolute = *header;
    absolute.source_port = end->name.peer_port;
    absolute.destination_port = end->name.local_port;
    absolute.sequence += self->ends[1 - to].iss;
    if (header->flags & ICS_TCP_ACK) {
        absolute.acknowledgement += end->iss;
    }
    IcsStreamArrival arrival = {.header = &absolute, .payload = payload, .payload_bytes = n};
    pair_refresh(end);
    pair_arrive(self, to, &arrival);
    ics_stream_pair_flush(self);
    return end->verdict;
}

IcsStream *ics_stream_pair_a(IcsStreamPair *self)
{
    return &self->ends[ICS_PAIR_A].stream;
}

IcsStream *ics_stream_pair_b(IcsStreamPair *self)
{
    return &self->ends[ICS_PAIR_B].stream;
}
