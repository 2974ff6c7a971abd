/* Two streams over a random channel with random users and every mechanism on or off. Whatever
 * happens: what is received is a prefix of what was written, in order and exactly once; nobody
 * sends beyond the other's window or takes back what he announced; both ends become CLOSED, and
 * nothing of them is left. If the channel heals and nobody is rude, everything arrives.
 *
 * A few hundred scenarios; IPCSIM_SOAK=N: N times as many. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>

#include "tests/support/fault_harness.h"
#include "tests/support/splitmix.h"
#include "tests/support/stream_pair.h"

enum { SCENARIOS = 300, BYTES_MAX = 200000, TIMESTAMPS_BYTES = 12 };

#define HEAL_NS_MAX    (20 * ICS_PAIR_S)
#define GIVE_UP_NS_MAX (200 * ICS_PAIR_S)
#define LIMIT_NS       (100000 * ICS_PAIR_S)

/* How both users behave. */
typedef enum {
    POLITE,   /* write all, shut down, read to the end, close */
    HASTY,    /* close at a random time */
    ABORTING, /* abort at a random time */
    N_MANNERS
} Manners;

typedef struct User {
    int end;
    uint64_t total_bytes; /* to be written */
    uint64_t written_bytes;
    uint64_t read_bytes;
    int64_t next_ns;  /* when it acts again */
    int64_t leave_ns; /* when a hasty or aborting one leaves; when a polite one gives up */
    bool has_left;
    uint32_t pace_ms;
    uint32_t chunk_bytes;
} User;

/* What one end has announced and sent. */
typedef struct Promise {
    bool has_scale;
    uint32_t shift;
    uint32_t mss;
    IcsSequence edge; /* the furthest right edge announced, 0: none */
    IcsSequence ack;
} Promise;

typedef struct Scenario {
    uint64_t seed;
    uint64_t random;
    Manners manners;
    IcsStreamPair *pair;
    User users[ICS_PAIR_ENDS];
    Promise promises[ICS_PAIR_ENDS];
    uint32_t loss_percent;
    uint32_t duplicate_percent;
    uint32_t mark_percent;
    int64_t jitter_ns;
    int64_t heal_ns;
} Scenario;

static uint64_t below(Scenario *scenario, uint64_t n)
{
    return ics_splitmix_next(&scenario->random) % n;
}

static bool happens(Scenario *scenario, uint32_t percent)
{
    return below(scenario, 100) < percent;
}

static bool coin(Scenario *scenario)
{
    return below(scenario, 2) == 0;
}

/* From `least` to `most`: half the time any, else small ones as likely as large ones. */
static int64_t some(Scenario *scenario, int64_t least, int64_t most)
{
    uint64_t span = (uint64_t)(most - least) + 1;
    if (coin(scenario)) {
        return least + (int64_t)below(scenario, span);
    }
    uint64_t magnitude = UINT64_C(1) << below(scenario, g_bit_storage((gulong)span));
    return least + (int64_t)below(scenario, magnitude);
}

/* ---- a random scenario ---- */

static void choose_switches(Scenario *scenario, IcsStreamConfig *config)
{
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
        &config->recovery.idle_restart,
    };
    if (happens(scenario, 30)) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(switches); i++) {
        *switches[i] = coin(scenario);
    }
}

static void choose_config(Scenario *scenario, IcsStreamConfig *config)
{
    choose_switches(scenario, config);
    config->recovery.congestion = (int)below(scenario, ICS_N_CONGESTION_KINDS);
    config->recovery.initial_window = some(scenario, 1, 20);
    config->recovery.fixed_window_bytes = some(scenario, 1, 100000);
    config->recovery.duplicate_threshold = some(scenario, 1, 5);
    config->recovery.min_rto_ns = some(scenario, 10, 1000) * ICS_PAIR_MS;
    config->recovery.initial_rto_ns = some(scenario, 50, 1000) * ICS_PAIR_MS;
    config->times.delayed_ack_ns = some(scenario, 0, 200) * ICS_PAIR_MS;
    /* Longer than the channel is bad: else a lost last ACK may be answered by a reset. */
    config->times.msl_ns = some(scenario, 30, 60) * ICS_PAIR_S;
    config->times.fin_wait_2_ns = 60 * ICS_PAIR_S;
    config->times.keep_alive_idle_ns = some(scenario, 1, 600) * ICS_PAIR_S;
    config->mss_bytes = coin(scenario) ? 0 : some(scenario, 1, 1460);
    config->send_buffer_bytes = some(scenario, 1, 200000);
    config->receive_buffer_bytes = some(scenario, 1, 200000);
    config->syn_retries = 20;
    config->data_retries = 30;
    config->keep_alive_probes = 100;
    config->reassembly_ranges = some(scenario, 1, 64);
}

static int64_t mss_of(const IcsStreamConfig *config)
{
    return config->mss_bytes == 0 ? 1460 : config->mss_bytes;
}

static void choose_user(Scenario *scenario, int end)
{
    User *user = &scenario->users[end];
    const IcsStreamConfig *config = &scenario->pair->ends[end].config;
    const IcsStreamConfig *peer = &scenario->pair->ends[1 - end].config;
    /* Segments of a byte take their time. */
    int64_t narrowest = MIN(config->send_buffer_bytes, peer->receive_buffer_bytes);
    int64_t mss = MIN(mss_of(config), mss_of(peer));
    int64_t most = MIN(BYTES_MAX, 200 * MIN(narrowest, MAX(1, mss - TIMESTAMPS_BYTES)));
    *user = (User){
        .end = end,
        .total_bytes = happens(scenario, 10) ? 0 : (uint64_t)some(scenario, 1, most),
        .leave_ns = scenario->manners == POLITE
                        ? INT64_MAX
                        : some(scenario, 1, GIVE_UP_NS_MAX / ICS_PAIR_MS) * ICS_PAIR_MS,
        .pace_ms = (uint32_t)some(scenario, 1, 200),
        .chunk_bytes = (uint32_t)some(scenario, 1, 20000),
    };
}

static uint32_t choose_iss(Scenario *scenario)
{
    uint32_t iss = (uint32_t)ics_splitmix_next(&scenario->random);
    return coin(scenario) ? iss : 0U - iss % 20000;
}

static void choose(Scenario *scenario)
{
    scenario->manners = happens(scenario, 50) ? POLITE : (Manners)below(scenario, N_MANNERS);
    scenario->loss_percent = (uint32_t)some(scenario, 0, 50);
    scenario->duplicate_percent = (uint32_t)some(scenario, 0, 40);
    scenario->mark_percent = (uint32_t)some(scenario, 0, 30);
    scenario->jitter_ns = some(scenario, 0, 300) * ICS_PAIR_MS;
    scenario->heal_ns = some(scenario, 1, HEAL_NS_MAX / ICS_PAIR_MS) * ICS_PAIR_MS;
    scenario->pair->delay_ns = some(scenario, 0, 200) * ICS_PAIR_MS;
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        choose_config(scenario, &scenario->pair->ends[i].config);
        scenario->pair->ends[i].iss = choose_iss(scenario);
        scenario->pair->ends[i].mtu_bytes = (uint32_t)some(scenario, 100, 1500);
        ics_stream_pair_restart(scenario->pair, i);
    }
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        choose_user(scenario, i);
    }
}

/* ---- what everybody sends is watched ---- */

static void watch_options(Promise *promise, const IcsTcpHeader *header)
{
    if ((header->flags & ICS_TCP_SYN) == 0) {
        return;
    }
    promise->has_scale = header->options.has_window_scale;
    promise->shift = header->options.window_scale;
    promise->mss = header->options.mss;
}

/* The right edge never moves to the left, but for what the scale rounds off, and for what the
 * unscaled window of a repeated SYN cannot say. */
static void watch_announcement(Scenario *scenario, const IcsPairSegment *segment)
{
    Promise *own = &scenario->promises[segment->from];
    const Promise *peer = &scenario->promises[1 - segment->from];
    const IcsTcpHeader *header = &segment->header;
    if ((header->flags & ICS_TCP_ACK) == 0 || (header->flags & ICS_TCP_RST) != 0) {
        return;
    }
    bool is_scaled = own->has_scale && peer->has_scale && (header->flags & ICS_TCP_SYN) == 0;
    uint32_t shift = is_scaled ? own->shift : 0;
    IcsSequence reference = own->ack == 0 ? ics_sequence_first(header->acknowledgement) : own->ack;
    IcsSequence ack = ics_sequence_extend(reference, header->acknowledgement);
    IcsSequence edge = ack + ((uint64_t)header->window << shift);
    assert_true(ack >= own->ack);
    bool is_syn = (header->flags & ICS_TCP_SYN) != 0;
    assert_true(is_syn || own->edge == 0 || edge + (UINT64_C(1) << shift) > own->edge);
    own->ack = ack;
    own->edge = MAX(own->edge, edge);
}

/* A window that was never opened is probed by a byte (RFC 9293, section 3.8.6.1). */
static void watch_extent(Scenario *scenario, const IcsPairSegment *segment)
{
    const Promise *peer = &scenario->promises[1 - segment->from];
    const IcsTcpHeader *header = &segment->header;
    if (segment->payload_bytes == 0 && (header->flags & ICS_TCP_FIN) == 0) {
        return;
    }
    assert_true(peer->mss == 0 || segment->payload_bytes <= peer->mss);
    IcsSequence first = ics_sequence_extend(peer->edge, header->sequence);
    IcsSequence end = first + segment->payload_bytes + ((header->flags & ICS_TCP_FIN) != 0);
    IcsSequence edge = peer->edge + (segment->repeat == ICS_STREAM_REPEAT_PROBE);
    assert_true(end <= edge);
}

static IcsPairFate decide(IcsStreamPair *pair, const IcsPairSegment *segment, void *context)
{
    Scenario *scenario = context;
    /* One connection: what is left of it must not begin another. */
    pair->ends[ICS_PAIR_B].listens &=
        ics_stream_state(ics_stream_pair_b(pair)) == ICS_STREAM_CLOSED;
    watch_options(&scenario->promises[segment->from], &segment->header);
    watch_announcement(scenario, segment);
    watch_extent(scenario, segment);
    if (pair->now_ns >= scenario->heal_ns) {
        return (IcsPairFate){0};
    }
    int64_t jitter_ns = scenario->jitter_ns;
    return (IcsPairFate){
        .drop = happens(scenario, scenario->loss_percent),
        .copies = happens(scenario, scenario->duplicate_percent) ? 1 : 0,
        .congestion_experienced = segment->ecn_capable && happens(scenario, scenario->mark_percent),
        .delay_ns = jitter_ns > 0 ? (int64_t)below(scenario, (uint64_t)jitter_ns) : 0,
    };
}

/* ---- users ---- */

static uint8_t byte_of(int end, uint64_t offset)
{
    return ics_stream_pair_byte(offset + (uint64_t)end * 12345);
}

static IcsStream *stream_of(Scenario *scenario, const User *user)
{
    return &scenario->pair->ends[user->end].stream;
}

static void user_writes(Scenario *scenario, User *user)
{
    uint8_t bytes[20000];
    uint64_t n = MIN(user->total_bytes - user->written_bytes, user->chunk_bytes);
    for (uint64_t i = 0; i < n; i++) {
        bytes[i] = byte_of(user->end, user->written_bytes + i);
    }
    int64_t taken = n > 0 ? ics_stream_write(stream_of(scenario, user), scenario->pair->now_ns,
                                             bytes, (size_t)n)
                          : 0;
    if (taken > 0) {
        user->written_bytes += (uint64_t)taken;
    }
}

static void user_reads(Scenario *scenario, User *user)
{
    uint8_t bytes[20000];
    size_t wanted = (size_t)some(scenario, 1, user->chunk_bytes);
    IcsStream *stream = stream_of(scenario, user);
    size_t n = ics_stream_read(stream, scenario->pair->now_ns, bytes, wanted, false);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(bytes[i], byte_of(1 - user->end, user->read_bytes + i));
    }
    user->read_bytes += n;
    assert_true(user->read_bytes <= scenario->users[1 - user->end].written_bytes);
}

static void user_fiddles(Scenario *scenario, const User *user)
{
    IcsStream *stream = stream_of(scenario, user);
    int64_t now_ns = scenario->pair->now_ns;
    uint64_t what = below(scenario, 100);
    if (what == 0) {
        ics_stream_set_nagle(stream, now_ns, coin(scenario));
    } else if (what == 1) {
        ics_stream_set_cork(stream, now_ns, coin(scenario));
    } else if (what == 2) {
        ics_stream_set_keep_alive(stream, now_ns, coin(scenario),
                                  some(scenario, 1, 100) * ICS_PAIR_S, ICS_PAIR_S, 100);
    } else if (what == 3) {
        ics_stream_set_buffers(stream, now_ns, (uint32_t)some(scenario, 1, 100000),
                               (uint32_t)some(scenario, 1, 100000));
    }
}

/* Somebody who sees nothing of the connection makes a segment up (RFC 5961). */
static void stranger_guesses(Scenario *scenario, const User *user)
{
    static const uint8_t payload[64];
    IcsPairEnd *end = &scenario->pair->ends[user->end];
    if (!end->config.use.challenge_ack || ics_stream_state(&end->stream) < ICS_STREAM_ESTABLISHED) {
        return;
    }
    IcsTcpHeader header = ics_stream_pair_header((uint8_t)below(scenario, 64),
                                                 (uint32_t)ics_splitmix_next(&scenario->random),
                                                 (uint32_t)ics_splitmix_next(&scenario->random));
    header.options.has_timestamps = coin(scenario);
    header.options.timestamp_value = (uint32_t)ics_splitmix_next(&scenario->random);
    ics_stream_pair_inject(scenario->pair, user->end, &header, payload,
                           (uint32_t)below(scenario, sizeof(payload)));
}

/* A router on the way: its MTU is small, or it has lost its own way for a moment. */
static void router_complains(Scenario *scenario, const User *user)
{
    IcsStream *stream = stream_of(scenario, user);
    uint32_t first = ics_sequence_wire(stream->send.una);
    bool is_too_big = coin(scenario);
    ics_stream_icmp(stream, scenario->pair->now_ns, first + (uint32_t)below(scenario, 2),
                    is_too_big ? EMSGSIZE : EHOSTUNREACH,
                    is_too_big ? (uint32_t)some(scenario, 68, 1500) : 0);
}

static void user_leaves(Scenario *scenario, User *user)
{
    IcsStream *stream = stream_of(scenario, user);
    if (scenario->manners == ABORTING && coin(scenario)) {
        ics_stream_abort(stream, scenario->pair->now_ns);
    }
    ics_stream_close(stream, scenario->pair->now_ns);
    scenario->pair->ends[user->end].listens = false;
    user->has_left = true;
}

/* A polite one leaves when all is written and read, or the connection is broken. */
static bool user_is_done(Scenario *scenario, const User *user)
{
    const IcsStream *stream = stream_of(scenario, user);
    bool is_over = ics_stream_is_shut_down(stream) && ics_stream_at_end(stream);
    return is_over || ics_stream_error(stream) != 0 || scenario->pair->now_ns >= user->leave_ns;
}

static void user_acts(Scenario *scenario, User *user)
{
    IcsStream *stream = stream_of(scenario, user);
    user_writes(scenario, user);
    user_reads(scenario, user);
    user_fiddles(scenario, user);
    IcsStreamState state = ics_stream_state(stream);
    bool is_open = state != ICS_STREAM_CLOSED && state != ICS_STREAM_SYN_SENT;
    if (happens(scenario, 2)) {
        stranger_guesses(scenario, user);
    }
    if (happens(scenario, 1)) {
        router_complains(scenario, user);
    }
    if (is_open && user->written_bytes == user->total_bytes && !ics_stream_is_shut_down(stream)) {
        assert_int_equal(ics_stream_shutdown(stream, scenario->pair->now_ns), 0);
    }
    if (user_is_done(scenario, user)) {
        user_leaves(scenario, user);
    }
    user->next_ns = user->has_left
                        ? INT64_MAX
                        : scenario->pair->now_ns + some(scenario, 1, user->pace_ms) * ICS_PAIR_MS;
}

/* ---- a run ---- */

static void open_both(Scenario *scenario)
{
    IcsStreamPair *pair = scenario->pair;
    bool is_simultaneous = happens(scenario, 15);
    pair->ends[ICS_PAIR_B].listens = !is_simultaneous;
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        pair->ends[i].was_used = true;
    }
    ics_stream_open(ics_stream_pair_a(pair), 0);
    if (is_simultaneous) {
        ics_stream_open(ics_stream_pair_b(pair), 0);
    }
    ics_stream_pair_flush(pair);
}

/* The passive end's user comes when there is a connection. */
static void let_users_act(Scenario *scenario)
{
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        User *user = &scenario->users[i];
        if (user->next_ns <= scenario->pair->now_ns) {
            user_acts(scenario, user);
            ics_stream_pair_flush(scenario->pair);
        }
    }
}

static void run(Scenario *scenario)
{
    IcsStreamPair *pair = scenario->pair;
    open_both(scenario);
    for (;;) {
        int64_t next_ns = MIN(scenario->users[0].next_ns, scenario->users[1].next_ns);
        if (next_ns > LIMIT_NS) {
            break;
        }
        ics_stream_pair_run_until(pair, next_ns);
        let_users_act(scenario);
    }
}

/* ---- what must be true in the end ---- */

static void assert_nothing_is_left(IcsStream *stream)
{
    assert_string_equal(ics_stream_state_name(ics_stream_state(stream)), "CLOSED");
    assert_int_equal(ics_stream_deadline_ns(stream), INT64_MAX);
    assert_null(stream->send.ring.bytes);
    assert_null(stream->receive.ranges.ranges);
    assert_null(stream->recovery.segments.records);
    assert_null(stream->receive.ring.bytes);
}

static void assert_all_arrived(const Scenario *scenario)
{
    for (int i = 0; i < ICS_PAIR_ENDS; i++) {
        assert_int_equal(ics_stream_error(&scenario->pair->ends[i].stream), 0);
        assert_int_equal(scenario->users[i].written_bytes, scenario->users[i].total_bytes);
        assert_int_equal(scenario->users[i].read_bytes, scenario->users[1 - i].total_bytes);
    }
}

static void one_scenario(uint64_t seed)
{
    g_autoptr(IcsStreamPair) pair = ics_stream_pair_new();
    Scenario scenario = {.seed = seed, .random = seed, .pair = pair};
    pair->reads = false;
    pair->is_traced = g_getenv("IPCSIM_TRACE") != NULL;
    pair->decide = decide;
    pair->context = &scenario;
    choose(&scenario);
    run(&scenario);
    bool is_at_rest = ics_stream_pair_settle(pair, LIMIT_NS);
    if (pair->is_traced) {
        g_print("%s", ics_stream_pair_trace(pair));
    }
    assert_true(is_at_rest);
    assert_nothing_is_left(ics_stream_pair_a(pair));
    assert_nothing_is_left(ics_stream_pair_b(pair));
    if (scenario.manners == POLITE) {
        assert_all_arrived(&scenario);
    }
}

/* IPCSIM_SCENARIO=N runs the one that failed, IPCSIM_TRACE=1 prints its segments. */
static void whatever_happens_the_stream_is_a_prefix(void **state)
{
    (void)state;
    const char *one = g_getenv("IPCSIM_SCENARIO");
    if (one != NULL) {
        one_scenario(g_ascii_strtoull(one, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= ics_fault_harness_samples(SCENARIOS); seed++) {
        if (g_getenv("IPCSIM_VERBOSE") != NULL) {
            g_printerr("%" G_GUINT64_FORMAT "\n", seed);
        }
        one_scenario(seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_happens_the_stream_is_a_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
