/* A sender's recovery against a network that loses, delays and duplicates, and a receiver that
 * acknowledges as RFC 5681 and 2018 say: with any mechanism switched off everything arrives in the
 * end, and the books are right all the time. */
#include <cmocka.h>
#include <glib.h>

#include "base/units.h"
#include "protocols/stream/recovery.h"
#include "sim/simulation.h"
#include "tests/support/splitmix.h"

enum { SMSS = 1000, SEGMENTS = 300, BLOCKS = 3 };
#define DATA_BYTES ((uint64_t)SEGMENTS * SMSS - 123)
#define DELAY_NS   (20 * ICS_NS_PER_MS)

typedef struct {
    int64_t arrives_ns;
    uint64_t number; /* order among those that arrive at one time */
    bool is_ack;
    IcsSequenceRange data;
    int64_t stamp_ns; /* of the sender's clock, echoed by an ACK */
    IcsSequence ack;
    IcsSequenceRange blocks[BLOCKS + 1];
    uint32_t n_blocks;
    bool ece;
} Packet;

typedef struct {
    uint32_t loss_percent;
    uint32_t reorder_percent;
    uint32_t duplicate_percent;
    bool sack;
    bool timestamps;
} Weather;

typedef struct {
    IcsRecoveryConfig config;
    Weather weather;
    uint64_t random;
    int64_t now_ns;
    uint64_t numbers;
    GArray *packets;
    /* the sender */
    IcsRecovery recovery;
    IcsSequence start;
    uint64_t transmissions;
    /* the receiver */
    bool has[DATA_BYTES];
    IcsSequence next;
    IcsSequenceRange newest[BLOCKS];
    uint32_t n_newest;
} World;

static bool happens(World *world, uint32_t percent)
{
    return ics_splitmix_next(&world->random) % 100 < percent;
}

static void world_post(World *world, Packet packet)
{
    packet.number = world->numbers++;
    packet.arrives_ns = world->now_ns + DELAY_NS;
    if (happens(world, world->weather.reorder_percent)) {
        packet.arrives_ns += (int64_t)(ics_splitmix_next(&world->random) % (3 * DELAY_NS));
    }
    if (!happens(world, world->weather.loss_percent)) {
        g_array_append_val(world->packets, packet);
    }
    if (happens(world, world->weather.duplicate_percent)) {
        packet.number = world->numbers++;
        packet.arrives_ns += ICS_NS_PER_MS;
        g_array_append_val(world->packets, packet);
    }
}

/* ---- the receiver ---- */

static IcsSequenceRange receiver_block_around(const World *world, IcsSequence at)
{
    IcsSequenceRange block = {at, at + 1};
    while (block.first > world->next && world->has[block.first - 1 - world->start]) {
        block.first--;
    }
    while (block.end < world->start + DATA_BYTES && world->has[block.end - world->start]) {
        block.end++;
    }
    return block;
}

/* RFC 2018, section 4: the newest first; RFC 2883: a duplicate before it. */
static uint32_t receiver_blocks(World *world, IcsSequenceRange arrived, bool is_duplicate,
                                IcsSequenceRange blocks[])
{
    uint32_t n = 0;
    if (is_duplicate) {
        blocks[n++] = arrived;
    }
    IcsSequenceRange kept[BLOCKS];
    uint32_t n_kept = 0;
    if (arrived.first >= world->next) {
        kept[n_kept++] = receiver_block_around(world, arrived.first);
    }
    for (uint32_t i = 0; i < world->n_newest && n_kept < BLOCKS; i++) {
        IcsSequence first = world->newest[i].first;
        bool is_known =
            first < world->next || (n_kept > 0 && ics_sequence_range_contains(kept[0], first));
        if (!is_known) {
            kept[n_kept++] = receiver_block_around(world, first);
        }
    }
    for (uint32_t i = 0; i < n_kept; i++) {
        world->newest[i] = kept[i];
        blocks[n++] = kept[i];
    }
    world->n_newest = n_kept;
    return MIN(n, BLOCKS);
}

static void receiver_take(World *world, const Packet *packet)
{
    bool is_duplicate = true;
    for (IcsSequence at = packet->data.first; at < packet->data.end; at++) {
        is_duplicate = is_duplicate && world->has[at - world->start];
        world->has[at - world->start] = true;
    }
    while (world->next < world->start + DATA_BYTES && world->has[world->next - world->start]) {
        world->next++;
    }
    Packet reply = {.is_ack = true, .ack = world->next, .stamp_ns = packet->stamp_ns};
    reply.ece = happens(world, 1);
    reply.n_blocks = receiver_blocks(world, packet->data, is_duplicate, reply.blocks);
    world_post(world, reply);
}

/* ---- the sender ---- */

static void sender_transmit(World *world, IcsSequenceRange range)
{
    world->transmissions++;
    world_post(world, (Packet){.data = range, .stamp_ns = world->now_ns});
}

static void sender_output(World *world)
{
    IcsRecovery *recovery = &world->recovery;
    IcsSequence end = world->start + DATA_BYTES;
    ics_recovery_about_to_send(recovery, world->now_ns);
    for (;;) {
        IcsSequenceRange range = {recovery->nxt, MIN(recovery->nxt + SMSS, end)};
        bool new_data = range.first < end;
        IcsSequenceRange again;
        if (ics_recovery_next_repeat(recovery, new_data, &again) != ICS_STREAM_REPEAT_NONE) {
            assert_true(again.end - again.first <= SMSS && again.end > again.first);
            assert_true(again.first >= recovery->una && again.end <= recovery->nxt);
            ics_recovery_repeated(recovery, world->now_ns, again);
            sender_transmit(world, again);
        } else if (new_data && ics_recovery_allowance_bytes(recovery) >= range.end - range.first) {
            ics_recovery_sent(recovery, world->now_ns, range);
            sender_transmit(world, range);
        } else {
            return;
        }
    }
}

static void sender_take(World *world, const Packet *packet)
{
    IcsRecovery *recovery = &world->recovery;
    int64_t tick_ns = packet->stamp_ns - packet->stamp_ns % ICS_RECOVERY_TIMESTAMP_TICK_NS;
    IcsRecoveryAck ack = {
        .ack = packet->ack,
        .sack = packet->blocks,
        .n_sack = world->weather.sack ? packet->n_blocks : 0,
        .echo_ns = world->weather.timestamps ? tick_ns : -1,
        .is_duplicate = packet->ack == recovery->una && !ics_recovery_is_idle(recovery),
        .ece = packet->ece,
    };
    ics_recovery_acknowledged(recovery, world->now_ns, &ack);
}

/* ---- what must always hold ---- */

static void assert_books_are_right(const IcsRecovery *recovery)
{
    IcsSentCounters sum = {0};
    const IcsSentSegments *segments = &recovery->segments;
    for (uint32_t i = 0; i < segments->count; i++) {
        const IcsSentSegment *record = ics_sent_segments_at(segments, i);
        uint64_t bytes = ics_sent_segment_bytes(record);
        sum.sacked_bytes += record->sacked ? bytes : 0;
        sum.lost_bytes += record->lost ? bytes : 0;
        sum.retransmitted_bytes += record->retransmitted ? bytes : 0;
        sum.n_waiting += record->lost && !record->retransmitted;
    }
    assert_int_equal(sum.sacked_bytes, segments->counters.sacked_bytes);
    assert_int_equal(sum.lost_bytes, segments->counters.lost_bytes);
    assert_int_equal(sum.retransmitted_bytes, segments->counters.retransmitted_bytes);
    assert_int_equal(sum.n_waiting, segments->counters.n_waiting);
    assert_true(recovery->congestion.cwnd_bytes > 0);
    if (segments->count > 0) {
        assert_int_equal(ics_sent_segments_first(segments), recovery->una);
        assert_int_equal(ics_sent_segments_end(segments), recovery->nxt);
        assert_true(recovery->timers.rto_ns != ICS_TIME_NEVER);
    } else {
        assert_int_equal(ics_recovery_deadline_ns(recovery), ICS_TIME_NEVER);
        assert_null(segments->records);
    }
    bool waits_in_vain = recovery->phase == ICS_RECOVERY_OPEN && segments->counters.n_waiting > 0;
    assert_false(waits_in_vain);
}

/* ---- the run ---- */

static guint world_first_packet(const World *world)
{
    guint first = 0;
    for (guint i = 1; i < world->packets->len; i++) {
        const Packet *a = &g_array_index(world->packets, Packet, i);
        const Packet *b = &g_array_index(world->packets, Packet, first);
        bool is_before = a->arrives_ns < b->arrives_ns ||
                         (a->arrives_ns == b->arrives_ns && a->number < b->number);
        first = is_before ? i : first;
    }
    return first;
}

static void world_step(World *world)
{
    int64_t deadline_ns = ics_recovery_deadline_ns(&world->recovery);
    guint first = world_first_packet(world);
    bool is_timer = world->packets->len == 0 ||
                    g_array_index(world->packets, Packet, first).arrives_ns > deadline_ns;
    if (is_timer) {
        assert_true(deadline_ns != ICS_TIME_NEVER); /* else it would hang */
        world->now_ns = deadline_ns;
        ics_recovery_expire(&world->recovery, world->now_ns);
        assert_true(ics_recovery_deadline_ns(&world->recovery) > world->now_ns);
        return;
    }
    Packet packet = g_array_index(world->packets, Packet, first);
    g_array_remove_index_fast(world->packets, first);
    world->now_ns = packet.arrives_ns;
    if (packet.is_ack) {
        sender_take(world, &packet);
    } else {
        receiver_take(world, &packet);
    }
}

static void world_run(World *world)
{
    IcsSequence iss = ics_sequence_first(UINT32_MAX - 100 * SMSS);
    world->start = world->next = iss + 1;
    world->packets = g_array_new(FALSE, FALSE, sizeof(Packet));
    ics_recovery_init(&world->recovery, &world->config, iss);
    IcsRecoveryPeer peer = {
        .smss_bytes = SMSS, .sack = world->weather.sack, .ecn = true, .rtt_ns = 2 * DELAY_NS};
    ics_recovery_established(&world->recovery, 0, &peer);
    sender_output(world);
    while (world->recovery.una < world->start + DATA_BYTES) {
        assert_true(world->transmissions < 100 * SEGMENTS);
        world_step(world);
        sender_output(world);
        assert_books_are_right(&world->recovery);
    }
    assert_int_equal(world->next, world->start + DATA_BYTES);
    ics_recovery_clear(&world->recovery);
    g_array_free(world->packets, TRUE);
}

static IcsRecoveryConfig config_of_bits(uint64_t bits)
{
    return (IcsRecoveryConfig){
        .congestion = (int)(bits % ICS_N_CONGESTION_KINDS),
        .fast_retransmit = (bits >> 4 & 7) != 0,
        .fast_recovery = (bits >> 7 & 3) != 0,
        .limited_transmit = bits >> 9 & 1,
        .rack = bits >> 10 & 1,
        .tlp = bits >> 11 & 1,
        .prr = bits >> 12 & 1,
        .idle_restart = bits >> 13 & 1,
        .initial_window = 1 + (bits >> 14) % 20,
        .fixed_window_bytes = 30000,
        .duplicate_threshold = 3,
        .initial_rto_ns = ICS_NS_PER_S,
        .min_rto_ns = 100 * ICS_NS_PER_MS,
        .max_rto_ns = 60 * ICS_NS_PER_S,
        .clock_granularity_ns = ICS_NS_PER_MS,
    };
}

static void everything_arrives_whatever_is_switched_off(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 150; seed++) {
        World *world = g_new0(World, 1);
        world->random = seed;
        world->config = config_of_bits(ics_splitmix_next(&world->random));
        uint64_t bits = ics_splitmix_next(&world->random);
        world->weather = (Weather){
            .loss_percent = (uint32_t)(bits % 40),
            .reorder_percent = bits >> 8 & 1 ? (uint32_t)(bits >> 9 & 63) : 0,
            .duplicate_percent = (uint32_t)(bits >> 16 & 15),
            .sack = (bits >> 20 & 3) != 0,
            .timestamps = bits >> 22 & 1,
        };
        world_run(world);
        g_free(world);
    }
}

/* In fair weather nothing is ever sent twice, with any class and switch. */
static void without_loss_nothing_is_sent_twice(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        World *world = g_new0(World, 1);
        world->random = seed;
        world->config = config_of_bits(ics_splitmix_next(&world->random));
        world->weather = (Weather){.sack = seed & 1, .timestamps = seed & 2};
        world_run(world);
        assert_int_equal(world->transmissions, SEGMENTS);
        g_free(world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_whatever_is_switched_off),
        cmocka_unit_test(without_loss_nothing_is_sent_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
