/* Segments in any order against a model that keeps an account of every single byte. */
#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/stream/reassembly.h"
#include "tests/support/splitmix.h"

enum { STREAM_BYTES = 600, MAX_BLOCKS = 4 };

/* arrivals[i] is 0 while byte i is not there, else the number of the segment that was the last one
 * to change the contiguous bytes around it. */
typedef struct {
    uint64_t arrivals[STREAM_BYTES + 1];
    uint64_t n_segments;
    size_t next;
    size_t duplicate_first;
    size_t duplicate_end;
} Model;

static void model_note_duplicate(Model *model, size_t first, size_t end)
{
    if (model->duplicate_end > 0)
        return;
    while (first < end && model->arrivals[first] == 0)
        first++;
    size_t stop = first;
    while (stop < end && model->arrivals[stop] != 0)
        stop++;
    if (first < stop) {
        model->duplicate_first = first;
        model->duplicate_end = stop;
    }
}

static void model_arrive(Model *model, size_t first, size_t end)
{
    model_note_duplicate(model, first, end);
    model->n_segments++;
    memset(model->arrivals + first, 1, (end - first) * sizeof model->arrivals[0]);
    while (first > 0 && model->arrivals[first - 1] != 0)
        first--;
    while (model->arrivals[end] != 0)
        end++;
    for (size_t i = first; i < end; i++)
        model->arrivals[i] = model->n_segments;
    while (model->arrivals[model->next] != 0)
        model->next++;
}

/* The contiguous bytes beyond `next` of which the arrival is the newest before `before`. */
static bool model_newest(const Model *model, uint64_t before, IcsSequenceRange *newest)
{
    uint64_t best = 0;
    for (size_t i = model->next; i < STREAM_BYTES; i++) {
        if (model->arrivals[i] > best && model->arrivals[i] < before) {
            best = model->arrivals[i];
            newest->first = i;
        }
    }
    newest->end = newest->first;
    while (best > 0 && model->arrivals[newest->end] != 0)
        newest->end++;
    return best > 0;
}

static uint32_t model_blocks(Model *model, IcsSequenceRange blocks[], uint32_t max)
{
    uint32_t n = 0;
    if (model->duplicate_end > 0)
        blocks[n++] = (IcsSequenceRange){model->duplicate_first, model->duplicate_end};
    model->duplicate_end = 0;
    uint64_t before = UINT64_MAX;
    while (n < max && model_newest(model, before, &blocks[n])) {
        before = model->arrivals[blocks[n].first];
        n++;
    }
    return n;
}

/* What the receiver does with a segment, as reassembly.h says. */
static void receive(IcsReassembly *reassembly, IcsSequence *next, IcsSequenceRange segment)
{
    if (segment.first < *next) {
        IcsSequence end = MIN(segment.end, *next);
        ics_reassembly_note_duplicate(reassembly, (IcsSequenceRange){segment.first, end});
        segment.first = end;
    }
    if (ics_sequence_range_is_empty(segment))
        return;
    if (segment.first == *next)
        *next = ics_reassembly_advance(reassembly, segment.end);
    else
        assert_true(ics_reassembly_add(reassembly, segment));
}

static void assert_ranges(const IcsReassembly *reassembly, const Model *model)
{
    size_t at = model->next;
    for (uint32_t i = 0; i < reassembly->n_ranges; i++) {
        IcsSequenceRange range = ics_reassembly_range(reassembly, i);
        while (model->arrivals[at] == 0)
            assert_true(++at <= range.first);
        assert_int_equal(range.first, at);
        while (model->arrivals[at] != 0)
            at++;
        assert_int_equal(range.end, at);
    }
    for (; at < STREAM_BYTES; at++)
        assert_int_equal(model->arrivals[at], 0);
    assert_int_equal(reassembly->ranges == NULL, reassembly->n_ranges == 0);
}

static void assert_blocks(IcsReassembly *reassembly, Model *model, uint32_t max)
{
    IcsSequenceRange expected[MAX_BLOCKS + 1], blocks[MAX_BLOCKS];
    uint32_t n = model_blocks(model, expected, max);
    assert_int_equal(ics_reassembly_sack_blocks(reassembly, blocks, max), n);
    for (uint32_t i = 0; i < n; i++) {
        assert_int_equal(blocks[i].first, expected[i].first);
        assert_int_equal(blocks[i].end, expected[i].end);
    }
}

static void run(uint64_t seed, uint32_t longest)
{
    g_autofree Model *model = g_new0(Model, 1);
    IcsReassembly reassembly;
    IcsSequence next = 0;
    ics_reassembly_init(&reassembly, STREAM_BYTES, true);
    for (int i = 0; i < 1000 && next < STREAM_BYTES; i++) {
        size_t window = MIN(STREAM_BYTES - next, 120);
        size_t first = MAX(next, 20) - 20 + ics_splitmix_next(&seed) % (window + 20);
        size_t end = first + 1 + ics_splitmix_next(&seed) % longest;
        first = MIN(first, STREAM_BYTES - 1);
        end = MIN(end, STREAM_BYTES);
        model_arrive(model, first, end);
        receive(&reassembly, &next, (IcsSequenceRange){first, end});
        assert_int_equal(next, model->next);
        assert_ranges(&reassembly, model);
        if (ics_splitmix_next(&seed) % 3)
            assert_blocks(&reassembly, model, 1 + (uint32_t)(ics_splitmix_next(&seed) % 4));
    }
    ics_reassembly_clear(&reassembly);
}

static void segments_of_one_byte_are_told_as_the_model_tells_them(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++)
        run(seed, 1);
}

static void short_segments_are_told_as_the_model_tells_them(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++)
        run(seed, 5);
}

static void long_segments_are_told_as_the_model_tells_them(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++)
        run(seed, 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_of_one_byte_are_told_as_the_model_tells_them),
        cmocka_unit_test(short_segments_are_told_as_the_model_tells_them),
        cmocka_unit_test(long_segments_are_told_as_the_model_tells_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
