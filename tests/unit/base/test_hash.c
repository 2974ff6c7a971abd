#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "base/hash.h"

/* The published check values of XXH3_64bits: xxHash's tests/sanity_test_vectors.h. */
#define PRIME32 UINT32_C(2654435761)
#define PRIME64 UINT64_C(11400714785074694797)

static void fill_sanity_buffer(uint8_t *buffer, size_t length)
{
    uint64_t generator = PRIME32;

    for (size_t i = 0; i < length; i++) {
        buffer[i] = (uint8_t)(generator >> 56);
        generator *= PRIME64;
    }
}

static void xxh3_meets_its_published_values(void **state)
{
    (void)state;
    const struct {
        size_t length;
        uint64_t seed;
        uint64_t hash;
    } rows[] = {
        {0, 0, UINT64_C(0x2D06800538D394C2)},    {0, PRIME64, UINT64_C(0xA8A6B918B2F0364A)},
        {1, 0, UINT64_C(0xC44BDFF4074EECDB)},    {1, PRIME64, UINT64_C(0x032BE332DD766EF8)},
        {6, 0, UINT64_C(0x27B56A84CD2D7325)},    {12, 0, UINT64_C(0xA713DAF0DFBB77E7)},
        {24, 0, UINT64_C(0xA3FE70BF9D3510EB)},   {48, 0, UINT64_C(0x397DA259ECBA1F11)},
        {80, 0, UINT64_C(0xBCDEFBBB2C47C90A)},   {195, 0, UINT64_C(0xCD94217EE362EC3A)},
        {403, 0, UINT64_C(0xCDEB804D65C6DEA4)},  {512, 0, UINT64_C(0x617E49599013CB6B)},
        {2048, 0, UINT64_C(0xDD59E2C3A5F038E0)}, {2367, 0, UINT64_C(0xCB37AEB9E5D361ED)},
    };
    uint8_t buffer[2367];

    fill_sanity_buffer(buffer, sizeof buffer);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint64_t hash = ics_hash_bytes(buffer, rows[i].length, rows[i].seed);
        if (hash != rows[i].hash) {
            fail_msg("length %zu: %016" G_GINT64_MODIFIER "x", rows[i].length, hash);
        }
    }
}

static void a_string_hashes_like_its_bytes(void **state)
{
    (void)state;
    assert_true(ics_hash_string("client", 7) == ics_hash_bytes("client", 6, 7));
    assert_true(ics_hash_string("", 7) == ics_hash_bytes(NULL, 0, 7));
    assert_true(ics_hash_string("client", 7) != ics_hash_string("client", 8));
    assert_true(ics_hash_string("client", 7) != ics_hash_string("server", 7));
}

/* splitmix64 with the seed 1234567: the values of its author's program (Vigna, splitmix64.c). */
static void mixing_is_the_finaliser_of_splitmix64(void **state)
{
    (void)state;
    const uint64_t expected[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                 UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
    uint64_t x = 1234567;

    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        x += UINT64_C(0x9E3779B97F4A7C15);
        assert_true(ics_hash_mix(x) == expected[i]);
    }
}

static void combining_knows_the_order(void **state)
{
    (void)state;
    assert_true(ics_hash_combine(1, 2) != ics_hash_combine(2, 1));
    assert_true(ics_hash_combine(0, 0) != 0);
    assert_true(ics_hash_combine(0, 0) != ics_hash_combine(0, 1));
    assert_true(ics_hash_combine(ics_hash_combine(1, 2), 3) !=
                ics_hash_combine(1, ics_hash_combine(2, 3)));
}

static gint compare_uint64(gconstpointer a, gconstpointer b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* 10^6 neighbouring pairs: two that collide would be one chance in 3 * 10^7. */
static void neighbouring_pairs_do_not_collide(void **state)
{
    (void)state;
    const uint64_t side = 1000;
    GArray *hashes = g_array_new(FALSE, FALSE, sizeof(uint64_t));

    for (uint64_t a = 0; a < side; a++) {
        for (uint64_t b = 0; b < side; b++) {
            uint64_t hash = ics_hash_combine(a, b);
            g_array_append_val(hashes, hash);
        }
    }
    g_array_sort(hashes, compare_uint64);
    for (guint i = 1; i < hashes->len; i++) {
        assert_true(g_array_index(hashes, uint64_t, i) != g_array_index(hashes, uint64_t, i - 1));
    }
    g_array_free(hashes, TRUE);
}

/* FIPS 180-4's examples. */
static void sha256_meets_the_standards_examples(void **state)
{
    (void)state;
    g_autofree char *abc = ics_sha256_hex("abc", 3);
    g_autofree char *nothing = ics_sha256_hex("", 0);

    assert_string_equal(abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(nothing,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xxh3_meets_its_published_values),
        cmocka_unit_test(a_string_hashes_like_its_bytes),
        cmocka_unit_test(mixing_is_the_finaliser_of_splitmix64),
        cmocka_unit_test(combining_knows_the_order),
        cmocka_unit_test(neighbouring_pairs_do_not_collide),
        cmocka_unit_test(sha256_meets_the_standards_examples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
