/* Any bytes as a script of what its user calls and what arrives at one stream machine, in every
 * state: segments with numbers near its own and with any. Whatever it is, the machine's numbers
 * stay in order, what it sends can be emitted and keeps to the peer's window, its deadlines do not
 * stay due, and once it is CLOSED nothing is left. */
#include <glib.h>

#include "protocols/stream/challenge_ack.h"
#include "protocols/stream/stream_tcb.h"
#include "sim/simulation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MTU_BYTES = 600, OUTPUTS_MAX = 200000, EXPIRIES_MAX = 1000, BYTES_MAX = 4096 };

/* What a byte of the script, modulo their number, makes happen; bytes behind it are its arguments.
 */
typedef enum {
    OPEN,
    SYN,
    WRITE,
    READ,
    SHUTDOWN,
    SHUTDOWN_RECEIVE,
    CLOSE,
    ABORT,
    WAIT,
    NEXT_DEADLINE,
    NEAR,  /* a segment with numbers near the machine's */
    IDEAL, /* the segment that it expects */
    RAW,   /* a header of any bytes */
    ICMP,
    SET,
    N_ACTIONS
} FuzzStreamAction;

typedef struct FuzzStreamWorld {
    const uint8_t *script;
    size_t size;
    IcsStreamConfig config;
    IcsChallengeAck challenges;
    IcsStream stream;
    int64_t now_ns;
    uint32_t peer_clock;
} FuzzStreamWorld;

static const uint8_t fuzz_stream_bytes[BYTES_MAX];

static uint8_t fuzz_stream_next(FuzzStreamWorld *world)
{
    if (world->size == 0) {
        return 0;
    }
    world->size--;
    return *world->script++;
}

static uint32_t fuzz_stream_next_16(FuzzStreamWorld *world)
{
    uint32_t high = fuzz_stream_next(world);
    return high << 8 | fuzz_stream_next(world);
}

/* ---- what must always be true ---- */

static void fuzz_stream_check_sending(const IcsStream *stream)
{
    const IcsStreamSending *send = &stream->send;
    g_assert(send->iss <= send->una && send->una <= send->next);
    g_assert(send->next <= send->end + send->fin_asked);
    if (stream->state == ICS_STREAM_CLOSED) {
        return;
    }
    g_assert(stream->recovery.una <= MAX(send->una, send->iss + 1));
    g_assert(stream->recovery.nxt <= MAX(send->next, send->iss + 1));
    g_assert(send->ring.tail == send->end || ics_byte_ring_is_empty(&send->ring));
}

static void fuzz_stream_check_receiving(const IcsStream *stream)
{
    const IcsStreamReceiving *receive = &stream->receive;
    IcsSequence end = receive->fin_taken ? receive->fin : receive->next;
    g_assert(receive->read <= end);
    g_assert(!receive->fin_taken || receive->next == receive->fin + 1);
    g_assert(ics_stream_readable_bytes(stream) == end - receive->read);
    g_assert(ics_byte_ring_bytes(&receive->ring) <= MAX(receive->edge, end) - receive->read);
    g_assert(ics_reassembly_is_empty(&receive->ranges) ||
             ics_reassembly_range(&receive->ranges, 0).first > receive->next);
}

static void fuzz_stream_check(const FuzzStreamWorld *world)
{
    const IcsStream *stream = &world->stream;
    fuzz_stream_check_sending(stream);
    fuzz_stream_check_receiving(stream);
    if (stream->state == ICS_STREAM_CLOSED) {
        g_assert(ics_stream_deadline_ns(stream) == ICS_TIME_NEVER);
        g_assert(stream->send.ring.bytes == NULL);
        g_assert(stream->receive.ranges.ranges == NULL);
        g_assert(ics_recovery_is_idle(&stream->recovery));
    }
}

static void fuzz_stream_check_departure(const FuzzStreamWorld *world,
                                        const IcsStreamDeparture *departure)
{
    static uint8_t segment[ICS_TCP_HEADER_MAX_BYTES + BYTES_MAX];
    const IcsStreamSending *send = &world->stream.send;
    const IcsTcpHeader *header = &departure->header;
    g_assert(ics_byte_spans_bytes(&departure->payload) == departure->payload_bytes);
    g_assert(ics_tcp_header_bytes(header) + departure->payload_bytes <=
             MTU_BYTES - ICS_IPV4_HEADER_BYTES);
    ics_tcp_emit(header, 1, 2, &departure->payload, segment);
    if (departure->payload_bytes > 0) {
        g_assert(departure->first >= send->una);
        g_assert(departure->first + departure->payload_bytes <= send->end);
        g_assert((header->flags & ICS_TCP_ACK) != 0);
    }
}

static void fuzz_stream_flush(FuzzStreamWorld *world)
{
    IcsStreamDeparture departure;
    uint32_t n = 0;
    while (ics_stream_output(&world->stream, world->now_ns, &departure)) {
        fuzz_stream_check_departure(world, &departure);
        g_assert(++n < OUTPUTS_MAX);
    }
    fuzz_stream_check(world);
}

/* ---- time ---- */

static void fuzz_stream_run_until(FuzzStreamWorld *world, int64_t until_ns)
{
    int64_t deadline_ns;
    for (uint32_t n = 0; n < EXPIRIES_MAX; n++) {
        deadline_ns = ics_stream_deadline_ns(&world->stream);
        if (deadline_ns > until_ns) {
            break;
        }
        world->now_ns = MAX(world->now_ns, deadline_ns);
        ics_stream_expire(&world->stream, world->now_ns);
        fuzz_stream_flush(world);
        g_assert(ics_stream_deadline_ns(&world->stream) > world->now_ns);
    }
    world->now_ns = MAX(world->now_ns, until_ns);
}

static void fuzz_stream_run_to_deadline(FuzzStreamWorld *world)
{
    int64_t deadline_ns = ics_stream_deadline_ns(&world->stream);
    if (deadline_ns != ICS_TIME_NEVER) {
        fuzz_stream_run_until(world, MAX(deadline_ns, world->now_ns));
    }
}

/* ---- segments ---- */

static void fuzz_stream_arrive(FuzzStreamWorld *world, const IcsTcpHeader *header,
                               uint32_t payload_bytes, bool is_marked)
{
    IcsStreamArrival arrival = {header, fuzz_stream_bytes, payload_bytes, is_marked};
    if (ics_stream_state(&world->stream) != ICS_STREAM_CLOSED) {
        ics_stream_may_be_reused(&world->stream, &arrival);
        ics_stream_input(&world->stream, world->now_ns, &arrival);
    } else {
        IcsTcpHeader reply;
        ics_stream_refuse(&arrival, &reply);
    }
}

static uint32_t fuzz_stream_near(FuzzStreamWorld *world, const IcsSequence bases[4])
{
    uint8_t choice = fuzz_stream_next(world);
    int8_t distance = (int8_t)fuzz_stream_next(world);
    int32_t scale = choice & 4 ? 100 : 1;
    return ics_sequence_wire(bases[choice % 4]) + (uint32_t)(distance * scale);
}

static void fuzz_stream_sack(FuzzStreamWorld *world, IcsTcpOptions *options)
{
    const IcsStreamSending *send = &world->stream.send;
    options->n_sack_blocks = fuzz_stream_next(world) % 4;
    for (uint32_t i = 0; i < options->n_sack_blocks; i++) {
        uint32_t first = ics_sequence_wire(send->una) + fuzz_stream_next(world) * 10U;
        options->sack_blocks[i] = (IcsTcpSackBlock){first, first + fuzz_stream_next(world) * 10U};
    }
}

/* Options that a peer with the same mechanisms would send; `kind` says where it errs. */
static void fuzz_stream_options(FuzzStreamWorld *world, uint8_t kind, IcsTcpHeader *header)
{
    IcsTcpOptions *options = &header->options;
    options->has_timestamps = world->config.use.timestamps != ((kind & 1) != 0);
    options->timestamp_value = world->peer_clock + (uint32_t)(int8_t)(kind & 2 ? kind : 0);
    options->timestamp_echo = ics_sequence_wire((IcsSequence)(world->now_ns / 1000000));
    if ((header->flags & ICS_TCP_SYN) != 0) {
        options->has_mss = (kind & 4) == 0;
        options->mss = kind & 8 ? kind : 500;
        options->sack_permitted = (kind & 16) == 0;
        options->has_window_scale = (kind & 32) == 0;
        options->window_scale = kind >> 4;
    } else if (kind & 4) {
        fuzz_stream_sack(world, options);
    }
    world->peer_clock += kind & 7;
}

static void fuzz_stream_hear_near(FuzzStreamWorld *world)
{
    const IcsStream *stream = &world->stream;
    const IcsStreamReceiving *receive = &stream->receive;
    const IcsStreamSending *send = &stream->send;
    const IcsSequence own[] = {send->next, send->una, send->end, send->iss};
    const IcsSequence peers[] = {receive->next, receive->edge, receive->irs, receive->read};
    IcsTcpHeader header = {.flags = fuzz_stream_next(world)};
    header.sequence = fuzz_stream_near(world, peers);
    header.acknowledgement = fuzz_stream_near(world, own);
    header.window = (uint16_t)fuzz_stream_next_16(world);
    header.urgent_pointer = header.window;
    fuzz_stream_options(world, fuzz_stream_next(world), &header);
    uint32_t payload_bytes = fuzz_stream_next_16(world) % BYTES_MAX;
    fuzz_stream_arrive(world, &header, payload_bytes, header.window % 2 == 1);
}

/* What is expected next, so that scripts get far: its flags and its length are theirs. */
static void fuzz_stream_hear_ideal(FuzzStreamWorld *world)
{
    const IcsStream *stream = &world->stream;
    bool is_syn = stream->state == ICS_STREAM_SYN_SENT;
    uint8_t what = fuzz_stream_next(world);
    IcsTcpHeader header = {
        .flags = (uint8_t)(ICS_TCP_ACK | (is_syn ? ICS_TCP_SYN : 0) | (what & ICS_TCP_FIN)),
        .sequence = is_syn ? 0xffffff00U + what : ics_sequence_wire(stream->receive.next),
        .acknowledgement = ics_sequence_wire(what & 2 ? stream->send.next : stream->send.una),
        .window = (uint16_t)(what & 4 ? fuzz_stream_next(world) : 20000),
    };
    if (is_syn) {
        header.acknowledgement = ics_sequence_wire(stream->send.next);
    }
    fuzz_stream_options(world, is_syn ? fuzz_stream_next(world) : 0, &header);
    fuzz_stream_arrive(world, &header, what & 8 ? fuzz_stream_next(world) * 4U : 0, false);
}

static void fuzz_stream_hear_raw(FuzzStreamWorld *world)
{
    uint8_t bytes[ICS_TCP_HEADER_MAX_BYTES];
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = fuzz_stream_next(world);
    }
    IcsTcpHeader header;
    size_t header_bytes;
    if (ics_tcp_parse(bytes, sizeof(bytes), &header, &header_bytes) == ICS_TCP_RESULT_OK) {
        fuzz_stream_arrive(world, &header, (uint32_t)(sizeof(bytes) - header_bytes), false);
    }
}

/* ---- the user ---- */

static void fuzz_stream_open(FuzzStreamWorld *world)
{
    if (world->stream.state == ICS_STREAM_CLOSED && world->stream.counters.segments_out == 0 &&
        world->stream.error == 0 && !world->stream.user_gone) {
        ics_stream_open(&world->stream, world->now_ns);
    }
}

static void fuzz_stream_accept(FuzzStreamWorld *world)
{
    IcsTcpHeader header = {.flags = ICS_TCP_SYN, .sequence = 0xfffffff0, .window = 5000};
    header.flags |= fuzz_stream_next(world) & (ICS_TCP_ECE | ICS_TCP_CWR);
    fuzz_stream_options(world, fuzz_stream_next(world), &header);
    IcsStreamArrival syn = {.header = &header, .payload = fuzz_stream_bytes};
    if (world->stream.state == ICS_STREAM_CLOSED && world->stream.counters.segments_out == 0 &&
        world->stream.error == 0 && !world->stream.user_gone) {
        ics_stream_accept(&world->stream, world->now_ns, &syn);
    }
}

static void fuzz_stream_read(FuzzStreamWorld *world)
{
    uint8_t buffer[BYTES_MAX];
    uint32_t n = fuzz_stream_next_16(world) % BYTES_MAX;
    bool peek = fuzz_stream_next(world) % 4 == 0;
    size_t there = ics_stream_readable_bytes(&world->stream);
    size_t got = ics_stream_read(&world->stream, world->now_ns, buffer, n, peek);
    g_assert(got == MIN(there, n));
}

static void fuzz_stream_write(FuzzStreamWorld *world)
{
    uint32_t n = fuzz_stream_next_16(world) % BYTES_MAX;
    size_t room = ics_stream_writable_bytes(&world->stream);
    int64_t taken = ics_stream_write(&world->stream, world->now_ns, fuzz_stream_bytes, n);
    g_assert(taken < 0 ? room == 0 : (size_t)taken == MIN(room, n));
}

static void fuzz_stream_set(FuzzStreamWorld *world)
{
    uint8_t what = fuzz_stream_next(world);
    bool on = (what & 8) != 0;
    if (what % 5 == 0) {
        ics_stream_set_nagle(&world->stream, world->now_ns, on);
    } else if (what % 5 == 1) {
        ics_stream_set_cork(&world->stream, world->now_ns, on);
    } else if (what % 5 == 2) {
        ics_stream_set_keep_alive(&world->stream, world->now_ns, on, 1 + what * INT64_C(10000000),
                                  1 + what * INT64_C(1000000), 3);
    } else if (what % 5 == 3) {
        ics_stream_set_user_timeout(&world->stream, world->now_ns, what * INT64_C(100000000));
    } else {
        ics_stream_set_buffers(&world->stream, world->now_ns, 1 + fuzz_stream_next(world) * 50U,
                               1 + fuzz_stream_next(world) * 50U);
    }
}

static void fuzz_stream_icmp(FuzzStreamWorld *world)
{
    static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT};
    uint8_t what = fuzz_stream_next(world);
    uint32_t sequence = ics_sequence_wire(world->stream.send.una) + fuzz_stream_next(world);
    uint32_t mtu_bytes = what & 4 ? fuzz_stream_next_16(world) : 0;
    ics_stream_icmp(&world->stream, world->now_ns, sequence, errors[what % 4], mtu_bytes);
}

static void fuzz_stream_act(FuzzStreamWorld *world, FuzzStreamAction action)
{
    IcsStream *stream = &world->stream;
    switch (action) {
    case OPEN:
        fuzz_stream_open(world);
        break;
    case SYN:
        fuzz_stream_accept(world);
        break;
    case WRITE:
        fuzz_stream_write(world);
        break;
    case READ:
        fuzz_stream_read(world);
        break;
    case SHUTDOWN:
        ics_stream_shutdown(stream, world->now_ns);
        break;
    case SHUTDOWN_RECEIVE:
        ics_stream_shutdown_receive(stream, world->now_ns);
        break;
    case CLOSE:
        ics_stream_close(stream, world->now_ns);
        break;
    case ABORT:
        ics_stream_abort(stream, world->now_ns);
        break;
    case WAIT:
        fuzz_stream_run_until(world, world->now_ns + fuzz_stream_next(world) * INT64_C(5000000));
        break;
    case NEXT_DEADLINE:
        fuzz_stream_run_to_deadline(world);
        break;
    case NEAR:
        fuzz_stream_hear_near(world);
        break;
    case IDEAL:
        fuzz_stream_hear_ideal(world);
        break;
    case RAW:
        fuzz_stream_hear_raw(world);
        break;
    case ICMP:
        fuzz_stream_icmp(world);
        break;
    case SET:
        fuzz_stream_set(world);
        break;
    case N_ACTIONS:
        break;
    }
}

/* The first bytes of the script. */
static void fuzz_stream_configure(FuzzStreamWorld *world)
{
    IcsStreamConfig *config = &world->config;
    ics_stream_config_default(config);
    bool *const switches[] = {
        &config->use.sack,
        &config->use.dsack,
        &config->use.timestamps,
        &config->use.window_scaling,
        &config->use.ecn,
        &config->use.nagle,
        &config->use.delayed_ack,
        &config->use.silly_window_avoidance,
        &config->use.keep_alive,
        &config->use.challenge_ack,
        &config->recovery.fast_retransmit,
        &config->recovery.fast_recovery,
        &config->recovery.limited_transmit,
        &config->recovery.rack,
        &config->recovery.tlp,
        &config->recovery.prr,
    };
    uint32_t bits = fuzz_stream_next_16(world);
    for (size_t i = 0; i < G_N_ELEMENTS(switches); i++) {
        *switches[i] ^= (bits >> i & 1) != 0;
    }
    config->recovery.congestion = fuzz_stream_next(world) % ICS_N_CONGESTION_KINDS;
    config->mss_bytes = fuzz_stream_next(world);
    config->send_buffer_bytes = 1 + fuzz_stream_next_16(world);
    config->receive_buffer_bytes = 1 + fuzz_stream_next_16(world) * 4;
    config->reassembly_ranges = 1 + fuzz_stream_next(world) % 8;
    config->data_retries = 5;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzStreamWorld world = {.script = data, .size = size};
    fuzz_stream_configure(&world);
    ics_challenge_ack_init(&world.challenges, 5, 1000000000);
    IcsStreamSetup setup = {
        .config = &world.config,
        .name = {1, 2, 3, 4},
        .mtu_bytes = MTU_BYTES,
        .iss = 0xffffff00,
        .challenges = &world.challenges,
    };
    ics_stream_init(&world.stream, &setup);
    while (world.size > 0) {
        fuzz_stream_act(&world, fuzz_stream_next(&world) % N_ACTIONS);
        fuzz_stream_flush(&world);
    }
    ics_stream_abort(&world.stream, world.now_ns);
    fuzz_stream_flush(&world);
    ics_stream_clear(&world.stream);
    return 0;
}
