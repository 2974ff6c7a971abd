/* What the state machine costs in bulk transfer: two machines, 200 MB from one to the other over a
 * channel of 1 Gbit and 5 ms without queues or packets, at a loss of 0 and of 1 %. "alone" passes
 * headers as values and leaves the payload where it is; "with bytes" writes, copies, sums, verifies
 * and parses every segment, and compares nothing.
 *
 *     bench_stream_bulk [MEGABYTES [REPETITIONS]]
 *
 * CPU ns per segment (data and ACKs), the best of the repetitions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocols/stream/challenge_ack.h"
#include "protocols/stream/stream_tcb.h"
#include "sim/simulation.h"

#define CHANNEL_SEGMENTS 8192
#define CHUNK_BYTES      65536
#define FRAME_BYTES      1600
#define DELAY_NS         INT64_C(5000000)
#define BYTE_NS          8

enum { SENDER, RECEIVER, ENDS };

typedef struct Frame {
    int64_t arrival_ns;
    IcsTcpHeader header;
    const uint8_t *payload;
    uint32_t payload_bytes;
    uint32_t bytes; /* of the segment, when it is written */
} Frame;

/* One direction: a ring of segments in flight. */
typedef struct Channel {
    Frame frames[CHANNEL_SEGMENTS];
    uint8_t *bytes; /* FRAME_BYTES each */
    uint32_t head;
    uint32_t count;
    int64_t busy_ns;
} Channel;

static struct {
    IcsStreamConfig config;
    IcsStream ends[ENDS];
    Channel channels[ENDS]; /* by who sends */
    IcsBytePool pool;
    IcsChallengeAck challenges;
    int64_t now_ns;
    uint64_t random;
    unsigned loss; /* of 65536 */
    bool writes_bytes;
    uint64_t segments;
    uint64_t unwritten_bytes;
    uint64_t read_bytes;
} world;

static uint8_t chunk[CHUNK_BYTES];

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static bool is_lost(uint32_t payload_bytes)
{
    world.random = world.random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return payload_bytes > 0 && (world.random >> 48) < world.loss;
}

static void channel_send(int from, const IcsStreamDeparture *departure)
{
    Channel *channel = &world.channels[from];
    const IcsStreamName *name = ics_stream_name(&world.ends[from]);
    int64_t start_ns = MAX(world.now_ns, channel->busy_ns);
    channel->busy_ns = start_ns + (int64_t)(departure->payload_bytes + 52) * BYTE_NS;
    world.segments++;
    if (is_lost(departure->payload_bytes)) {
        return;
    }
    g_assert(channel->count < CHANNEL_SEGMENTS);
    uint32_t place = (channel->head + channel->count++) % CHANNEL_SEGMENTS;
    Frame *frame = &channel->frames[place];
    frame->arrival_ns = channel->busy_ns + DELAY_NS;
    frame->payload_bytes = departure->payload_bytes;
    frame->payload = chunk;
    if (world.writes_bytes) {
        frame->bytes = (uint32_t)ics_tcp_emit(&departure->header, name->local_address,
                                              name->peer_address, &departure->payload,
                                              channel->bytes + (size_t)place * FRAME_BYTES);
    } else {
        frame->header = departure->header;
    }
}

static void send_all(int end)
{
    IcsStreamDeparture departure;
    while (ics_stream_output(&world.ends[end], world.now_ns, &departure)) {
        channel_send(end, &departure);
    }
}

static void parse(int to, Frame *frame, uint32_t place)
{
    const uint8_t *bytes = world.channels[!to].bytes + (size_t)place * FRAME_BYTES;
    const IcsStreamName *name = ics_stream_name(&world.ends[to]);
    size_t header_bytes = 0;
    if (!ics_tcp_verify(bytes, frame->bytes, name->peer_address, name->local_address) ||
        ics_tcp_parse(bytes, frame->bytes, &frame->header, &header_bytes) != ICS_TCP_RESULT_OK) {
        abort();
    }
    frame->payload = bytes + header_bytes;
}

static void arrive(int to)
{
    Channel *channel = &world.channels[!to];
    uint32_t place = channel->head;
    Frame *frame = &channel->frames[place];
    world.now_ns = frame->arrival_ns;
    channel->head = (channel->head + 1) % CHANNEL_SEGMENTS;
    channel->count--;
    if (world.writes_bytes) {
        parse(to, frame, place);
    }
    IcsStreamArrival arrival = {
        .header = &frame->header,
        .payload = frame->payload,
        .payload_bytes = frame->payload_bytes,
    };
    if (ics_stream_state(&world.ends[to]) == ICS_STREAM_CLOSED) {
        ics_stream_accept(&world.ends[to], world.now_ns, &arrival);
    } else {
        ics_stream_input(&world.ends[to], world.now_ns, &arrival);
    }
}

/* What the two processes do. */
static void use(int end)
{
    IcsStream *stream = &world.ends[end];
    uint32_t events = ics_stream_take_events(stream);
    if (end == RECEIVER && events & ICS_STREAM_READABLE) {
        world.read_bytes += ics_stream_read(stream, world.now_ns, NULL, SIZE_MAX, false);
    }
    while (end == SENDER && events & ICS_STREAM_WRITABLE && world.unwritten_bytes > 0) {
        size_t n = (size_t)MIN(world.unwritten_bytes, CHUNK_BYTES);
        int64_t taken = ics_stream_write(stream, world.now_ns, chunk, n);
        if (taken <= 0) {
            break;
        }
        world.unwritten_bytes -= (uint64_t)taken;
    }
}

static int64_t next_arrival_ns(int to)
{
    const Channel *channel = &world.channels[!to];
    return channel->count == 0 ? ICS_TIME_NEVER : channel->frames[channel->head].arrival_ns;
}

static void step(void)
{
    int end = next_arrival_ns(SENDER) < next_arrival_ns(RECEIVER) ? SENDER : RECEIVER;
    int64_t arrival_ns = next_arrival_ns(end);
    int64_t deadlines[ENDS] = {ics_stream_deadline_ns(&world.ends[SENDER]),
                               ics_stream_deadline_ns(&world.ends[RECEIVER])};
    int first = deadlines[SENDER] < deadlines[RECEIVER] ? SENDER : RECEIVER;
    if (deadlines[first] < arrival_ns) {
        end = first;
        world.now_ns = deadlines[first];
        ics_stream_expire(&world.ends[end], world.now_ns);
    } else {
        arrive(end);
    }
    use(end);
    send_all(end);
}

static void set_up(uint64_t bytes, unsigned loss, bool writes_bytes)
{
    ics_stream_config_default(&world.config);
    world.config.receive_buffer_bytes = world.config.send_buffer_bytes = 4 << 20;
    ics_challenge_ack_init(&world.challenges, 100, INT64_C(1000000000));
    world.now_ns = 0;
    world.random = 1;
    world.loss = loss;
    world.writes_bytes = writes_bytes;
    world.segments = world.read_bytes = 0;
    world.unwritten_bytes = bytes;
    for (int end = SENDER; end < ENDS; end++) {
        world.channels[end].head = world.channels[end].count = 0;
        world.channels[end].busy_ns = 0;
        IcsStreamSetup setup = {
            .config = &world.config,
            .name = {0x0a000001U + (unsigned)end, 0x0a000002U - (unsigned)end, 7896, 7896},
            .mtu_bytes = 1500,
            .iss = 1000,
            .challenges = &world.challenges,
            .pool = &world.pool,
        };
        ics_stream_init(&world.ends[end], &setup);
    }
}

static double run(uint64_t bytes, unsigned loss, bool writes_bytes)
{
    set_up(bytes, loss, writes_bytes);
    int64_t start_ns = cpu_ns();
    ics_stream_open(&world.ends[SENDER], 0);
    send_all(SENDER);
    while (world.read_bytes < bytes) {
        step();
    }
    double ns = (double)(cpu_ns() - start_ns) / (double)world.segments;
    for (int end = SENDER; end < ENDS; end++) {
        ics_stream_clear(&world.ends[end]);
    }
    return ns;
}

static void measure(const char *name, uint64_t bytes, unsigned loss, bool writes_bytes,
                    int repetitions)
{
    double best_ns = 1e18;
    for (int i = 0; i < repetitions; i++) {
        best_ns = MIN(best_ns, run(bytes, loss, writes_bytes));
    }
    printf("%-28s %7.1f ns a segment  (%" PRIu64 " segments, %.3f s of virtual time)\n", name,
           best_ns, world.segments, (double)world.now_ns / 1e9);
}

int main(int argc, char **argv)
{
    uint64_t bytes = (argc > 1 ? strtoull(argv[1], NULL, 10) : 200) * 1000000;
    int repetitions = argc > 2 ? atoi(argv[2]) : 5;
    ics_byte_pool_init(&world.pool, (size_t)64 << 20);
    for (int end = SENDER; end < ENDS; end++) {
        world.channels[end].bytes = g_malloc((size_t)CHANNEL_SEGMENTS * FRAME_BYTES);
    }
    measure("alone, no loss", bytes, 0, false, repetitions);
    measure("alone, 1 % lost", bytes, 655, false, repetitions);
    measure("with bytes, no loss", bytes, 0, true, repetitions);
    measure("with bytes, 1 % lost", bytes, 655, true, repetitions);
    return 0;
}
