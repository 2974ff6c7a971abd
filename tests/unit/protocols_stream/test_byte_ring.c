#include <cmocka.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "protocols/stream/byte_ring.h"
#include "tests/support/splitmix.h"

/* The byte that belongs at a place of the stream. */
static uint8_t pattern(IcsSequence at)
{
    return (uint8_t)(at * 2654435761u >> 7);
}

static void write_pattern(IcsByteRing *ring, IcsSequence at, size_t n)
{
    g_autofree uint8_t *bytes = g_malloc(n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = pattern(at + i);
    ics_byte_ring_write(ring, at, bytes, n);
}

static void assert_pattern(const IcsByteRing *ring, IcsSequence at, size_t n)
{
    g_autofree uint8_t *bytes = g_malloc(n);
    ics_byte_ring_read(ring, at, bytes, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(bytes[i], pattern(at + i));
}

static void a_ring_of_zeros_is_empty_and_owns_nothing(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    assert_true(ics_byte_ring_is_empty(&ring));
    assert_int_equal(ics_byte_ring_capacity_bytes(&ring), 0);
    IcsByteSpans none = ics_byte_ring_view(&ring, 0, 0);
    assert_int_equal(ics_byte_spans_bytes(&none), 0);
    ics_byte_ring_write(&ring, 0, NULL, 0);
    assert_null(ring.bytes);
    ics_byte_ring_clear(&ring);
}

static void one_byte_comes_back_and_its_memory_goes(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    ics_byte_ring_init(&ring, UINT64_C(1) << 32);
    write_pattern(&ring, ring.tail, 1);
    assert_true(ics_byte_ring_bytes(&ring) == 1);
    assert_pattern(&ring, UINT64_C(1) << 32, 1);
    ics_byte_ring_drop(&ring, ring.head + 1);
    assert_true(ics_byte_ring_is_empty(&ring));
    assert_null(ring.bytes);
    assert_true(ring.head == (UINT64_C(1) << 32) + 1);
}

static void the_memory_is_the_power_of_two_that_holds_the_bytes(void **state)
{
    (void)state;
    static const size_t lengths[][2] = {
        {1, 1024}, {1024, 1024}, {1025, 2048}, {1460, 2048}, {65535, 65536}, {65537, 131072},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        IcsByteRing ring = {0};
        ics_byte_ring_init(&ring, 77);
        write_pattern(&ring, 77, lengths[i][0]);
        assert_int_equal(ics_byte_ring_capacity_bytes(&ring), lengths[i][1]);
        ics_byte_ring_clear(&ring);
    }
}

static void a_full_ring_grows_and_keeps_what_it_had(void **state)
{
    (void)state;
    for (size_t start = 0; start < 2048; start += 97) {
        IcsByteRing ring = {0};
        ics_byte_ring_init(&ring, start);
        write_pattern(&ring, start, 1024);
        assert_int_equal(ics_byte_ring_capacity_bytes(&ring), 1024);
        ics_byte_ring_drop(&ring, start + 300);
        const uint8_t *memory = ring.bytes;
        write_pattern(&ring, ring.tail, 300);
        assert_ptr_equal(ring.bytes, memory);
        write_pattern(&ring, ring.tail, 1);
        assert_int_equal(ics_byte_ring_capacity_bytes(&ring), 2048);
        assert_pattern(&ring, start + 300, 1025);
        ics_byte_ring_clear(&ring);
    }
}

static void a_view_has_two_pieces_where_the_ring_ends(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    ics_byte_ring_init(&ring, 1000);
    write_pattern(&ring, 1000, 100);
    IcsByteSpans spans = ics_byte_ring_view(&ring, 1000, 100);
    assert_int_equal(spans.first_bytes, 24);
    assert_int_equal(spans.second_bytes, 76);
    assert_int_equal(spans.first[23], pattern(1023));
    assert_int_equal(spans.second[0], pattern(1024));
    spans = ics_byte_ring_view(&ring, 1000, 24);
    assert_int_equal(spans.second_bytes, 0);
    spans = ics_byte_ring_view(&ring, 1024, 76);
    assert_int_equal(spans.first_bytes, 76);
    assert_int_equal(spans.second_bytes, 0);
    ics_byte_ring_clear(&ring);
}

/* As a receiver has it when segments overtake each other. */
static void bytes_may_be_written_ahead_and_the_hole_filled_later(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    ics_byte_ring_init(&ring, 0);
    write_pattern(&ring, 5000, 1000);
    assert_true(ring.head == 0 && ring.tail == 6000);
    assert_pattern(&ring, 5000, 1000);
    write_pattern(&ring, 9000, 10);
    assert_pattern(&ring, 5000, 1000);
    write_pattern(&ring, 0, 5000);
    write_pattern(&ring, 6000, 3000);
    assert_true(ring.tail == 9010);
    assert_pattern(&ring, 0, 9010);
    ics_byte_ring_clear(&ring);
}

static void what_is_written_again_replaces_what_was_there(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    uint8_t bytes[3];
    ics_byte_ring_write(&ring, 0, "abc", 3);
    ics_byte_ring_write(&ring, 1, "X", 1);
    ics_byte_ring_read(&ring, 0, bytes, 3);
    assert_memory_equal(bytes, "aXc", 3);
    assert_true(ring.tail == 3);
    ics_byte_ring_clear(&ring);
}

static void dropping_before_the_head_changes_nothing_and_beyond_the_tail_moves_both(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    ics_byte_ring_init(&ring, 100);
    write_pattern(&ring, 100, 50);
    ics_byte_ring_drop(&ring, 100);
    ics_byte_ring_drop(&ring, 7);
    assert_true(ring.head == 100);
    assert_pattern(&ring, 100, 50);
    ics_byte_ring_drop(&ring, 149);
    assert_pattern(&ring, 149, 1);
    ics_byte_ring_drop(&ring, 1000);
    assert_true(ring.head == 1000 && ring.tail == 1000);
    assert_null(ring.bytes);
}

static void a_cleared_ring_goes_on_at_its_tail(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    write_pattern(&ring, 0, 10);
    ics_byte_ring_clear(&ring);
    assert_true(ring.head == 10 && ics_byte_ring_is_empty(&ring));
    write_pattern(&ring, 10, 10);
    assert_pattern(&ring, 10, 10);
    ics_byte_ring_clear(&ring);
}

static void reserved_room_is_written_in_place(void **state)
{
    (void)state;
    IcsByteRing ring = {0};
    ics_byte_ring_init(&ring, 1020);
    IcsByteRoom room = ics_byte_ring_reserve(&ring, 1020, 6);
    assert_int_equal(room.first_bytes, 4);
    assert_int_equal(room.second_bytes, 2);
    memcpy(room.first, "abcd", 4);
    memcpy(room.second, "ef", 2);
    uint8_t bytes[6];
    ics_byte_ring_read(&ring, 1020, bytes, 6);
    assert_memory_equal(bytes, "abcdef", 6);
    room = ics_byte_ring_reserve(&ring, 1026, 0);
    assert_int_equal(room.first_bytes + room.second_bytes, 0);
    assert_true(ring.tail == 1026);
    ics_byte_ring_clear(&ring);
}

/* What a reader that keeps up does with every segment. */
static void a_pool_gives_an_emptied_ring_the_same_block_again(void **state)
{
    (void)state;
    IcsBytePool pool;
    IcsByteRing ring = {0};
    ics_byte_pool_init(&pool, 1 << 16);
    ics_byte_ring_set_pool(&ring, &pool);
    ics_byte_ring_init(&ring, 5);
    const uint8_t *block = NULL;
    for (int i = 0; i < 100; i++) {
        write_pattern(&ring, ring.tail, 1460);
        assert_true(!block || ring.bytes == block);
        block = ring.bytes;
        assert_pattern(&ring, ring.head, 1460);
        ics_byte_ring_drop(&ring, ring.tail);
        assert_int_equal(pool.kept_bytes, 2048);
    }
    ics_byte_pool_clear(&pool);
}

/* A plain array of the whole stream beside the ring: what was written where. */
enum { MODEL_BYTES = 400000, MODEL_WINDOW = 20000 };

typedef struct {
    uint8_t bytes[MODEL_BYTES];
    bool known[MODEL_BYTES];
    size_t head;
    size_t tail;
} Model;

static void assert_like_model(const IcsByteRing *ring, const Model *model, uint64_t origin)
{
    assert_true(ring->head == origin + model->head && ring->tail == origin + model->tail);
    assert_int_equal(ring->bytes == NULL, model->head == model->tail);
    g_autofree uint8_t *bytes = g_malloc(model->tail - model->head + 1);
    ics_byte_ring_read(ring, ring->head, bytes, model->tail - model->head);
    for (size_t i = model->head; i < model->tail; i++)
        assert_true(!model->known[i] || bytes[i - model->head] == model->bytes[i]);
}

static void model_write(IcsByteRing *ring, Model *model, uint64_t origin, uint64_t *seed)
{
    size_t at = model->head + ics_splitmix_next(seed) % MODEL_WINDOW;
    if (ics_splitmix_next(seed) % 2)
        at = model->tail;
    size_t room = model->head + MODEL_WINDOW - MIN(at, model->head + MODEL_WINDOW);
    size_t longest = ics_splitmix_next(seed) % 4 == 0 ? room : MIN(room, 50);
    size_t n = longest == 0 ? 0 : ics_splitmix_next(seed) % (longest + 1);
    if (n == 0 || at + n > MODEL_BYTES)
        return;
    ics_splitmix_fill(seed, model->bytes + at, n);
    memset(model->known + at, true, n);
    model->tail = MAX(model->tail, at + n);
    ics_byte_ring_write(ring, origin + at, model->bytes + at, n);
}

static void model_drop(IcsByteRing *ring, Model *model, uint64_t origin, uint64_t *seed)
{
    size_t most = model->tail - model->head;
    size_t n = ics_splitmix_next(seed) % 3 == 0 ? most : ics_splitmix_next(seed) % (most + 1);
    model->head += n;
    ics_byte_ring_drop(ring, origin + model->head);
}

static void any_order_of_writes_and_drops_gives_what_a_plain_array_gives(void **state)
{
    (void)state;
    g_autofree Model *model = g_new0(Model, 1);
    for (uint64_t run = 0; run < 8; run++) {
        uint64_t seed = run, origin = (UINT64_C(1) << 32) + UINT32_MAX - 1000 * run;
        IcsByteRing ring = {0};
        memset(model, 0, sizeof *model);
        ics_byte_ring_init(&ring, origin);
        for (int i = 0; i < 400; i++) {
            if (ics_splitmix_next(&seed) % 3)
                model_write(&ring, model, origin, &seed);
            else
                model_drop(&ring, model, origin, &seed);
            assert_like_model(&ring, model, origin);
        }
        ics_byte_ring_clear(&ring);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ring_of_zeros_is_empty_and_owns_nothing),
        cmocka_unit_test(one_byte_comes_back_and_its_memory_goes),
        cmocka_unit_test(the_memory_is_the_power_of_two_that_holds_the_bytes),
        cmocka_unit_test(a_full_ring_grows_and_keeps_what_it_had),
        cmocka_unit_test(a_view_has_two_pieces_where_the_ring_ends),
        cmocka_unit_test(bytes_may_be_written_ahead_and_the_hole_filled_later),
        cmocka_unit_test(what_is_written_again_replaces_what_was_there),
        cmocka_unit_test(dropping_before_the_head_changes_nothing_and_beyond_the_tail_moves_both),
        cmocka_unit_test(a_cleared_ring_goes_on_at_its_tail),
        cmocka_unit_test(reserved_room_is_written_in_place),
        cmocka_unit_test(a_pool_gives_an_emptied_ring_the_same_block_again),
        cmocka_unit_test(any_order_of_writes_and_drops_gives_what_a_plain_array_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
