/* The scoreboard against one that is a plain array of bytes and is searched as a whole. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/stream/sent_segments.h"
#include "tests/support/splitmix.h"

/* Numbers begin shortly before those of the wire wrap around. */
#define BASE ((UINT64_C(1) << 32) - 300)

enum { SMSS = 10, BYTES_MAX = 4000, STEPS = 3000, DUP_THRESH = 3 };

typedef struct {
    int64_t sent_ns;
    uint32_t transmissions;
    bool sacked, lost, retransmitted;
} ModelByte;

typedef struct {
    ModelByte bytes[BYTES_MAX];
    uint32_t una, nxt; /* offsets from BASE */
} Model;

typedef struct {
    IcsSentSegments segments;
    Model model;
    int64_t now_ns;
    uint64_t random;
} Bench;

static IcsSequenceRange range_of(uint32_t first, uint32_t end)
{
    return (IcsSequenceRange){BASE + first, BASE + end};
}

static int set_up(void **state)
{
    Bench *bench = g_new0(Bench, 1);
    ics_sent_segments_init(&bench->segments);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    Bench *bench = *state;
    ics_sent_segments_clear(&bench->segments);
    g_free(bench);
    return 0;
}

/* ---- the model ---- */

static void model_send(Model *model, int64_t now_ns, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        model->bytes[model->nxt++] = (ModelByte){.sent_ns = now_ns, .transmissions = 1};
    }
}

static void model_retransmit(Model *model, int64_t now_ns, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        ModelByte *byte = &model->bytes[i];
        if (!byte->sacked) {
            byte->sent_ns = now_ns;
            byte->transmissions++;
            byte->retransmitted = true;
        }
    }
}

static uint32_t model_sack(Model *model, uint32_t first, uint32_t end)
{
    uint32_t n = 0;
    for (uint32_t i = MAX(first, model->una); i < MIN(end, model->nxt); i++) {
        ModelByte *byte = &model->bytes[i];
        n += !byte->sacked;
        byte->sacked = true;
        byte->lost = byte->retransmitted = false;
    }
    return n;
}

/* IsLost() of RFC 6675, section 4, for one byte, as it is written there. */
static bool model_is_lost(const Model *model, uint32_t at)
{
    uint32_t n_ranges = 0;
    uint32_t n_bytes = 0;
    for (uint32_t i = at + 1; i < model->nxt; i++) {
        n_bytes += model->bytes[i].sacked;
        n_ranges += model->bytes[i].sacked && !model->bytes[i - 1].sacked;
    }
    return n_ranges >= DUP_THRESH || n_bytes > (DUP_THRESH - 1) * SMSS;
}

static uint64_t model_mark_lost_by_sack(Model *model)
{
    uint64_t n = 0;
    for (uint32_t i = model->una; i < model->nxt; i++) {
        ModelByte *byte = &model->bytes[i];
        if (!byte->sacked && !byte->lost && model_is_lost(model, i)) {
            byte->lost = true;
            n++;
        }
    }
    return n;
}

static void model_mark_all_lost(Model *model)
{
    bool reneged = model->bytes[model->una].sacked;
    for (uint32_t i = model->una; i < model->nxt; i++) {
        ModelByte *byte = &model->bytes[i];
        byte->sacked = byte->sacked && !reneged;
        byte->lost = !byte->sacked;
        byte->retransmitted = false;
    }
}

/* SetPipe() of RFC 6675, section 4. */
static uint64_t model_pipe(const Model *model)
{
    uint64_t pipe = 0;
    for (uint32_t i = model->una; i < model->nxt; i++) {
        const ModelByte *byte = &model->bytes[i];
        pipe += !byte->sacked && !byte->lost;
        pipe += !byte->sacked && byte->retransmitted;
    }
    return pipe;
}

/* ---- the comparison ---- */

static void assert_record_equals_model(const IcsSentSegment *record, const Model *model)
{
    for (IcsSequence at = record->first; at < record->end; at++) {
        const ModelByte *byte = &model->bytes[at - BASE];
        assert_int_equal(record->sacked, byte->sacked);
        assert_int_equal(record->lost, byte->lost);
        assert_int_equal(record->retransmitted, byte->retransmitted);
        assert_int_equal(record->transmissions, byte->transmissions);
        assert_int_equal(record->sent_ns, byte->sent_ns);
    }
}

static void assert_counters_equal_a_recount(const IcsSentSegments *segments)
{
    IcsSentCounters sum = {0};
    for (uint32_t i = 0; i < segments->count; i++) {
        const IcsSentSegment *record = ics_sent_segments_at(segments, i);
        uint64_t bytes = ics_sent_segment_bytes(record);
        sum.sacked_bytes += record->sacked ? bytes : 0;
        sum.lost_bytes += record->lost ? bytes : 0;
        sum.retransmitted_bytes += record->retransmitted ? bytes : 0;
        sum.n_sacked += record->sacked;
        sum.n_waiting += record->lost && !record->retransmitted;
    }
    assert_int_equal(segments->counters.sacked_bytes, sum.sacked_bytes);
    assert_int_equal(segments->counters.lost_bytes, sum.lost_bytes);
    assert_int_equal(segments->counters.retransmitted_bytes, sum.retransmitted_bytes);
    assert_int_equal(segments->counters.n_sacked, sum.n_sacked);
    assert_int_equal(segments->counters.n_waiting, sum.n_waiting);
}

static void assert_queue_equals_model(const Bench *bench)
{
    const Model *model = &bench->model;
    const IcsSentSegments *segments = &bench->segments;
    assert_int_equal(ics_sent_segments_flight_bytes(segments), model->nxt - model->una);
    assert_int_equal(ics_sent_segments_pipe_bytes(segments), model_pipe(model));
    assert_counters_equal_a_recount(segments);
    IcsSequence at = BASE + model->una;
    for (uint32_t i = 0; i < segments->count; i++) {
        const IcsSentSegment *record = ics_sent_segments_at(segments, i);
        assert_int_equal(record->first, at);
        assert_true(record->end > record->first);
        assert_record_equals_model(record, model);
        at = record->end;
    }
    assert_int_equal(at, BASE + model->nxt);
}

/* Offset of the first byte that satisfies the predicate, from `from`; nxt if there is none. */
static uint32_t model_first(const Model *model, uint32_t from, bool (*is)(const ModelByte *byte))
{
    uint32_t at = MAX(from, model->una);
    while (at < model->nxt && !is(&model->bytes[at])) {
        at++;
    }
    return at;
}

static bool byte_is_waiting(const ModelByte *byte)
{
    return byte->lost && !byte->retransmitted;
}

static bool byte_is_original(const ModelByte *byte)
{
    return !byte->sacked && !byte->lost && byte->transmissions == 1;
}

static bool byte_is_hole(const ModelByte *byte)
{
    return !byte->sacked && !byte->retransmitted;
}

static bool byte_is_unsacked(const ModelByte *byte)
{
    return !byte->sacked;
}

static void assert_is_at(const Bench *bench, const IcsSentSegment *record, uint32_t offset)
{
    if (offset >= bench->model.nxt) {
        assert_null(record);
        return;
    }
    assert_non_null(record);
    assert_int_equal(record->first, BASE + offset);
}

static void assert_searches_equal_model(Bench *bench)
{
    const Model *model = &bench->model;
    IcsSentSegments *segments = &bench->segments;
    assert_is_at(bench, ics_sent_segments_next_waiting(segments),
                 model_first(model, 0, byte_is_waiting));
    uint32_t index = ics_sent_segments_first_original(segments);
    assert_is_at(bench, index < segments->count ? ics_sent_segments_at(segments, index) : NULL,
                 model_first(model, 0, byte_is_original));
    index = ics_sent_segments_next_unsacked(segments, 0);
    assert_is_at(bench, index < segments->count ? ics_sent_segments_at(segments, index) : NULL,
                 model_first(model, 0, byte_is_unsacked));
    uint32_t hole = model_first(model, 0, byte_is_hole);
    bool is_below_sack = false;
    for (uint32_t i = hole; i < model->nxt; i++) {
        is_below_sack = is_below_sack || model->bytes[i].sacked;
    }
    assert_is_at(bench, ics_sent_segments_next_hole(segments, BASE),
                 is_below_sack ? hole : model->nxt);
}

/* The oldest repetition under way, by a search through all bytes. */
static void assert_oldest_repetition_equals_model(Bench *bench)
{
    const Model *model = &bench->model;
    int64_t oldest_ns = INT64_MAX;
    for (uint32_t i = model->una; i < model->nxt; i++) {
        if (model->bytes[i].retransmitted) {
            oldest_ns = MIN(oldest_ns, model->bytes[i].sent_ns);
        }
    }
    uint32_t index = ics_sent_segments_oldest_repetition(&bench->segments);
    if (oldest_ns == INT64_MAX) {
        assert_int_equal(index, bench->segments.count);
    } else {
        assert_int_equal(ics_sent_segments_at(&bench->segments, index)->sent_ns, oldest_ns);
    }
}

/* ---- random steps ---- */

static uint32_t below(Bench *bench, uint32_t n)
{
    return (uint32_t)(ics_splitmix_next(&bench->random) % n);
}

static void step_send(Bench *bench)
{
    uint32_t n = below(bench, 3) == 0 ? 1 + below(bench, SMSS) : SMSS;
    IcsSequenceRange range = range_of(bench->model.nxt, bench->model.nxt + n);
    ics_sent_segments_append(&bench->segments, bench->now_ns, range);
    model_send(&bench->model, bench->now_ns, n);
}

static void step_acknowledge(Bench *bench)
{
    Model *model = &bench->model;
    uint32_t ack = model->una + below(bench, MIN(model->nxt - model->una, 4 * SMSS) + 1);
    uint64_t delivered = 0;
    for (uint32_t i = model->una; i < ack; i++) {
        delivered += !model->bytes[i].sacked;
    }
    IcsSentFindings findings = {0};
    ics_sent_segments_acknowledge(&bench->segments, BASE + ack, &findings);
    assert_int_equal(findings.acked_bytes, ack - model->una);
    assert_int_equal(findings.delivered_bytes, delivered);
    model->una = ack;
}

static void step_sack(Bench *bench)
{
    Model *model = &bench->model;
    uint32_t flight = model->nxt - model->una;
    /* Some reach out of the queue, some are not on segments' edges. */
    uint32_t before = below(bench, 5);
    uint32_t first = model->una + below(bench, flight) - MIN(before, model->una);
    uint32_t end = first + 1 + below(bench, 4 * SMSS);
    IcsSentFindings findings = {0};
    ics_sent_segments_sack(&bench->segments, range_of(first, end), &findings);
    assert_int_equal(findings.sacked_bytes, model_sack(model, first, end));
}

static void step_retransmit(Bench *bench)
{
    const IcsSentSegment *waiting = ics_sent_segments_next_waiting(&bench->segments);
    if (waiting == NULL) {
        return;
    }
    uint32_t first = (uint32_t)(waiting->first - BASE);
    uint32_t n = 1 + below(bench, (uint32_t)ics_sent_segment_bytes(waiting));
    ics_sent_segments_retransmit(&bench->segments, bench->now_ns, range_of(first, first + n));
    model_retransmit(&bench->model, bench->now_ns, first, first + n);
}

/* As RACK does, and only such repetitions and originals. */
static void step_mark_lost(Bench *bench)
{
    uint32_t index = below(bench, 2) == 0 ? ics_sent_segments_first_original(&bench->segments)
                                          : ics_sent_segments_oldest_repetition(&bench->segments);
    if (index == bench->segments.count) {
        return;
    }
    const IcsSentSegment *record = ics_sent_segments_at(&bench->segments, index);
    for (IcsSequence at = record->first; at < record->end; at++) {
        bench->model.bytes[at - BASE].lost = true;
        bench->model.bytes[at - BASE].retransmitted = false;
    }
    assert_int_equal(ics_sent_segments_mark_lost(&bench->segments, index),
                     ics_sent_segment_bytes(record));
}

static void step_time_out(Bench *bench)
{
    model_mark_all_lost(&bench->model);
    ics_sent_segments_mark_all_lost(&bench->segments);
}

static void step(Bench *bench)
{
    bench->now_ns += below(bench, 3) != 0;
    uint32_t flight = bench->model.nxt - bench->model.una;
    uint32_t choice = below(bench, 100);
    if (flight == 0 || (choice < 35 && flight < 400)) {
        step_send(bench);
    } else if (choice < 50) {
        step_acknowledge(bench);
    } else if (choice < 70) {
        step_sack(bench);
    } else if (choice < 80) {
        uint64_t expected = model_mark_lost_by_sack(&bench->model);
        assert_int_equal(ics_sent_segments_mark_lost_by_sack(&bench->segments, DUP_THRESH, SMSS),
                         expected);
    } else if (choice < 94) {
        step_retransmit(bench);
    } else if (choice < 99) {
        step_mark_lost(bench);
    } else {
        step_time_out(bench);
    }
}

static void it_is_what_a_search_through_all_bytes_finds(void **state)
{
    Bench *bench = *state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        bench->random = seed;
        for (int i = 0; i < STEPS && bench->model.nxt < BYTES_MAX - SMSS; i++) {
            step(bench);
            assert_queue_equals_model(bench);
            assert_searches_equal_model(bench);
            assert_oldest_repetition_equals_model(bench);
        }
        ics_sent_segments_clear(&bench->segments);
        bench->model.una = bench->model.nxt = 0;
    }
}

/* ---- by hand ---- */

static void send_segments(IcsSentSegments *segments, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        ics_sent_segments_append(segments, i, range_of(i * SMSS, (i + 1) * SMSS));
    }
}

static void an_empty_one_owns_no_memory(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    send_segments(&bench->segments, 20);
    ics_sent_segments_sack(&bench->segments, range_of(50, 100), &findings);
    ics_sent_segments_retransmit(&bench->segments, 30, range_of(0, 10));
    ics_sent_segments_acknowledge(&bench->segments, BASE + 200, &findings);
    assert_null(bench->segments.records);
    assert_null(bench->segments.sacked.ranges);
    assert_null(bench->segments.repetitions.ring);
    assert_true(ics_sent_segments_is_empty(&bench->segments));
    assert_int_equal(ics_sent_segments_pipe_bytes(&bench->segments), 0);
}

static void sacking_twice_counts_once(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    send_segments(&bench->segments, 10);
    ics_sent_segments_sack(&bench->segments, range_of(30, 50), &findings);
    ics_sent_segments_sack(&bench->segments, range_of(30, 50), &findings);
    ics_sent_segments_sack(&bench->segments, range_of(20, 60), &findings);
    assert_int_equal(findings.sacked_bytes, 40);
    assert_int_equal(bench->segments.counters.sacked_bytes, 40);
    assert_int_equal(bench->segments.sacked.count, 1);
}

static void the_first_segment_is_lost_when_three_are_sacked(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    send_segments(&bench->segments, 10);
    ics_sent_segments_sack(&bench->segments, range_of(10, 30), &findings);
    /* Two segments are not more than (DupThresh - 1) * SMSS bytes. */
    assert_int_equal(ics_sent_segments_mark_lost_by_sack(&bench->segments, DUP_THRESH, SMSS), 0);
    ics_sent_segments_sack(&bench->segments, range_of(30, 31), &findings);
    assert_int_equal(ics_sent_segments_mark_lost_by_sack(&bench->segments, DUP_THRESH, SMSS), SMSS);
    assert_int_equal(ics_sent_segments_pipe_bytes(&bench->segments), 100 - 21 - 10);
}

static void three_small_ranges_are_enough_whatever_their_bytes(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    send_segments(&bench->segments, 10);
    ics_sent_segments_sack(&bench->segments, range_of(11, 12), &findings);
    ics_sent_segments_sack(&bench->segments, range_of(21, 22), &findings);
    assert_int_equal(ics_sent_segments_mark_lost_by_sack(&bench->segments, DUP_THRESH, SMSS), 0);
    ics_sent_segments_sack(&bench->segments, range_of(31, 32), &findings);
    assert_int_equal(ics_sent_segments_mark_lost_by_sack(&bench->segments, DUP_THRESH, SMSS), 11);
}

static void a_receiver_that_sacks_the_first_byte_has_reneged(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    send_segments(&bench->segments, 5);
    ics_sent_segments_sack(&bench->segments, range_of(0, 20), &findings);
    assert_true(ics_sent_segments_mark_all_lost(&bench->segments));
    assert_int_equal(bench->segments.counters.sacked_bytes, 0);
    assert_int_equal(bench->segments.counters.lost_bytes, 50);
}

static void a_timeout_keeps_what_is_sacked_beyond_a_hole(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    send_segments(&bench->segments, 5);
    ics_sent_segments_sack(&bench->segments, range_of(10, 30), &findings);
    assert_false(ics_sent_segments_mark_all_lost(&bench->segments));
    assert_int_equal(bench->segments.counters.sacked_bytes, 20);
    assert_int_equal(ics_sent_segments_pipe_bytes(&bench->segments), 0);
    assert_int_equal(ics_sent_segments_last_unsacked(&bench->segments)->first, BASE + 40);
}

static void blocks_outside_of_the_queue_are_nothing(void **state)
{
    Bench *bench = *state;
    IcsSentFindings findings = {0};
    ics_sent_segments_sack(&bench->segments, range_of(0, 10), &findings);
    send_segments(&bench->segments, 5);
    ics_sent_segments_sack(&bench->segments, range_of(50, 60), &findings);
    ics_sent_segments_sack(&bench->segments, (IcsSequenceRange){BASE - 10, BASE}, &findings);
    ics_sent_segments_sack(&bench->segments, range_of(20, 20), &findings);
    assert_int_equal(findings.sacked_bytes, 0);
    ics_sent_segments_sack(&bench->segments, (IcsSequenceRange){BASE - 10, BASE + 100}, &findings);
    assert_int_equal(findings.sacked_bytes, 50);
    assert_null(ics_sent_segments_last_unsacked(&bench->segments));
}

typedef struct {
    IcsSequence ends[16];
    uint32_t n;
} Found;

static void note_found(void *context, const IcsSentSegment *segment)
{
    Found *found = context;
    found->ends[found->n++] = segment->end;
}

static void each_segment_is_found_once(void **state)
{
    Bench *bench = *state;
    Found found = {0};
    IcsSentFindings findings = {.found = note_found, .context = &found};
    send_segments(&bench->segments, 5);
    ics_sent_segments_sack(&bench->segments, range_of(20, 40), &findings);
    ics_sent_segments_acknowledge(&bench->segments, BASE + 45, &findings);
    assert_int_equal(found.n, 4); /* the fifth has arrived in part only */
    static const uint32_t ends[] = {30, 40, 10, 20};
    for (uint32_t i = 0; i < found.n; i++) {
        assert_int_equal(found.ends[i], BASE + ends[i]);
    }
    assert_int_equal(findings.delivered_bytes, 45);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_is_what_a_search_through_all_bytes_finds, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_one_owns_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sacking_twice_counts_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_first_segment_is_lost_when_three_are_sacked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(three_small_ranges_are_enough_whatever_their_bytes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_receiver_that_sacks_the_first_byte_has_reneged, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_timeout_keeps_what_is_sacked_beyond_a_hole, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(blocks_outside_of_the_queue_are_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_segment_is_found_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
