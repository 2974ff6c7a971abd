#include <cmocka.h>
#include <glib.h>

#include "sim/digest.h"

/* The expected values come from a second implementation of XXH3 (64 bits, with a seed), written
 * after the specification, over the records as five little-endian words and up to 40 bytes. */

static void records_have_known_values(G_GNUC_UNUSED void **state)
{
    IcsDigest zero = {0};
    ics_digest_record(&zero, ICS_DIGEST_PACKET_OFFERED, 0, 0, 0, 0);
    assert_int_equal(zero.state, UINT64_C(0x075a7763d14f2e11));

    IcsDigest digest = {0};
    ics_digest_record(&digest, ICS_DIGEST_PROCESS_OUTCOME, 123456789, 1, 2, 3);
    assert_int_equal(digest.state, UINT64_C(0x5b5ebdeab9de36d1));
    ics_digest_record(&digest, ICS_DIGEST_PACKET_OFFERED, INT64_MAX, UINT64_MAX, UINT64_MAX,
                      UINT64_MAX);
    assert_int_equal(digest.state, UINT64_C(0x3412508eb26a8491));
    assert_int_equal(digest.records, 2);
}

static void records_with_bytes_have_known_values(G_GNUC_UNUSED void **state)
{
    uint8_t bytes[40];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    IcsDigest digest = {0};
    ics_digest_record_bytes(&digest, &(IcsDigestEvent){ICS_DIGEST_PACKET_OFFERED, 5, 6, 7, 8},
                            bytes, 20);
    assert_int_equal(digest.state, UINT64_C(0x76da722ce86509b8));
    ics_digest_record_bytes(&digest, &(IcsDigestEvent){ICS_DIGEST_PACKET_ARRIVED, 5, 6, 7, 8},
                            bytes, 40);
    assert_int_equal(digest.state, UINT64_C(0x482fa7b2b4d886ef));
    ics_digest_record_bytes(&digest, &(IcsDigestEvent){ICS_DIGEST_PACKET_ARRIVED, 5, 6, 7, 8},
                            bytes, 0);
    assert_int_equal(digest.state, UINT64_C(0xbd0baf8e83f64018));
    assert_int_equal(digest.records, 3);
}

static void folded_streams_have_known_values(G_GNUC_UNUSED void **state)
{
    IcsDigest run = {0};
    IcsDigest first = {.state = UINT64_C(0x3412508eb26a8491), .records = 2};
    IcsDigest second = {.state = UINT64_C(0xbd0baf8e83f64018), .records = 3};
    ics_digest_fold(&run, "a", &first);
    assert_int_equal(run.state, UINT64_C(0xd3c0ede0a2e52d69));
    ics_digest_fold(&run, "server", &second);
    assert_int_equal(run.state, UINT64_C(0x37366803f3dec4a1));
    assert_int_equal(run.records, 2);
}

/* So that a reader of two digests knows that they cannot be compared. */
static void the_known_values_are_those_of_version_1(G_GNUC_UNUSED void **state)
{
    assert_int_equal(ICS_DIGEST_VERSION, 1);
    assert_int_equal(ICS_DIGEST_PACKET_OFFERED, 1);
    assert_int_equal(ICS_DIGEST_PROCESS_OUTCOME, 7);
    assert_int_equal(ICS_DIGEST_HEAD_BYTES, 40);
}

static void only_the_first_bytes_of_a_packet_count(G_GNUC_UNUSED void **state)
{
    uint8_t bytes[ICS_DIGEST_HEAD_BYTES + 1] = {0};
    IcsDigest whole = {0};
    IcsDigest head = {0};
    ics_digest_record_bytes(&whole, &(IcsDigestEvent){ICS_DIGEST_PACKET_FATE, 0, 0, 0, 0}, bytes,
                            sizeof bytes);
    ics_digest_record_bytes(&head, &(IcsDigestEvent){ICS_DIGEST_PACKET_FATE, 0, 0, 0, 0}, bytes,
                            ICS_DIGEST_HEAD_BYTES);
    assert_int_equal(whole.state, head.state);
    bytes[ICS_DIGEST_HEAD_BYTES - 1] = 1;
    IcsDigest changed = {0};
    ics_digest_record_bytes(&changed, &(IcsDigestEvent){ICS_DIGEST_PACKET_FATE, 0, 0, 0, 0}, bytes,
                            sizeof bytes);
    assert_true(changed.state != head.state);
}

static void a_record_without_bytes_is_one_with_none(G_GNUC_UNUSED void **state)
{
    uint8_t nothing = 0;
    IcsDigest plain = {0};
    IcsDigest empty = {0};
    ics_digest_record(&plain, ICS_DIGEST_PACKET_FATE, 1, 2, 3, 4);
    ics_digest_record_bytes(&empty, &(IcsDigestEvent){ICS_DIGEST_PACKET_FATE, 1, 2, 3, 4}, &nothing,
                            0);
    assert_int_equal(plain.state, empty.state);
}

static void the_order_of_records_counts(G_GNUC_UNUSED void **state)
{
    IcsDigest forward = {0};
    IcsDigest backward = {0};
    ics_digest_record(&forward, ICS_DIGEST_MESSAGE_SENT, 1, 2, 3, 4);
    ics_digest_record(&forward, ICS_DIGEST_MESSAGE_SENT, 1, 2, 3, 5);
    ics_digest_record(&backward, ICS_DIGEST_MESSAGE_SENT, 1, 2, 3, 5);
    ics_digest_record(&backward, ICS_DIGEST_MESSAGE_SENT, 1, 2, 3, 4);
    assert_true(forward.state != backward.state);
}

static void every_word_of_a_record_counts(G_GNUC_UNUSED void **state)
{
    IcsDigest digests[6] = {0};
    ics_digest_record(&digests[0], ICS_DIGEST_PACKET_OFFERED, 0, 0, 0, 0);
    ics_digest_record(&digests[1], ICS_DIGEST_PACKET_FATE, 0, 0, 0, 0);
    ics_digest_record(&digests[2], ICS_DIGEST_PACKET_OFFERED, 1, 0, 0, 0);
    ics_digest_record(&digests[3], ICS_DIGEST_PACKET_OFFERED, 0, 1, 0, 0);
    ics_digest_record(&digests[4], ICS_DIGEST_PACKET_OFFERED, 0, 0, 1, 0);
    ics_digest_record(&digests[5], ICS_DIGEST_PACKET_OFFERED, 0, 0, 0, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(digests); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_true(digests[i].state != digests[j].state);
        }
    }
}

static void repeating_a_record_changes_the_digest(G_GNUC_UNUSED void **state)
{
    IcsDigest digest = {0};
    ics_digest_record(&digest, ICS_DIGEST_MESSAGE_SENT, 1, 1, 1, 1);
    uint64_t once = digest.state;
    ics_digest_record(&digest, ICS_DIGEST_MESSAGE_SENT, 1, 1, 1, 1);
    assert_true(digest.state != once);
}

static uint64_t folded(const char *first, const IcsDigest *one, const char *second,
                       const IcsDigest *other)
{
    IcsDigest run = {0};
    ics_digest_fold(&run, first, one);
    ics_digest_fold(&run, second, other);
    return run.state;
}

static void names_order_and_contents_of_streams_count(G_GNUC_UNUSED void **state)
{
    IcsDigest one = {.state = 1, .records = 1};
    IcsDigest two = {.state = 2, .records = 1};
    IcsDigest more = {.state = 2, .records = 2};
    uint64_t expected = folded("a", &one, "b", &two);
    assert_int_equal(folded("a", &one, "b", &two), expected);
    assert_true(folded("b", &two, "a", &one) != expected);
    assert_true(folded("a", &two, "b", &one) != expected);
    assert_true(folded("a", &one, "c", &two) != expected);
    assert_true(folded("a", &one, "b", &more) != expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_have_known_values),
        cmocka_unit_test(records_with_bytes_have_known_values),
        cmocka_unit_test(folded_streams_have_known_values),
        cmocka_unit_test(the_known_values_are_those_of_version_1),
        cmocka_unit_test(only_the_first_bytes_of_a_packet_count),
        cmocka_unit_test(a_record_without_bytes_is_one_with_none),
        cmocka_unit_test(the_order_of_records_counts),
        cmocka_unit_test(every_word_of_a_record_counts),
        cmocka_unit_test(repeating_a_record_changes_the_digest),
        cmocka_unit_test(names_order_and_contents_of_streams_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
