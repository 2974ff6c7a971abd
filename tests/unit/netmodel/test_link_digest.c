/* The digest of a direction: whatever happens to a packet is in it, and nothing else is. */
#include <cmocka.h>

#include "tests/support/link_fixture.h"

#define MBIT    INT64_C(1000000)
#define PACKETS 60

/* Lets the random source choose, but for one choice, which comes out one higher; a probability
 * comes out the other way. */
typedef struct OddChoice {
    IcsChoiceDriver driver;
    uint64_t asked;
    uint64_t odd; /* the number of that choice, from 1; 0: none */
    const char *kind;
} OddChoice;

static int64_t choose_oddly(IcsChoiceDriver *driver, const IcsChoice *choice, IcsChoiceDraw draw,
                            gconstpointer element)
{
    OddChoice *self = (OddChoice *)driver;
    int64_t outcome = draw(choice, element);
    if (++self->asked != self->odd) {
        return outcome;
    }
    self->kind = choice->point->kind;
    return g_str_equal(self->kind, "loss") ? !outcome : outcome + 1;
}

/* Truncation would hide which of the bits were flipped that it cuts off. */
static void add_faults(IcsLinkFixture *fixture, IcsLinkDirection *wire, bool truncating)
{
    IcsProbability half = ics_probability_from_ratio(1, 2);
    IcsDuplicateConfig duplicate = {.probability = half, .has_probability = true, .copies = 1};
    IcsLossConfig loss = {.probability = half, .has_probability = true};
    IcsCorruptConfig corrupt = {.probability = half, .has_probability = true};
    IcsTruncateConfig truncate = {.probability = half, .has_probability = true};
    IcsDelayConfig delay = {.time_ns = 1000, .jitter_ns = 500};
    ics_link_fixture_fault(fixture, wire, &ics_duplicate_class, &duplicate);
    ics_link_fixture_fault(fixture, wire, &ics_loss_class, &loss);
    if (truncating) {
        ics_link_fixture_fault(fixture, wire, &ics_truncate_class, &truncate);
    } else {
        ics_link_fixture_fault(fixture, wire, &ics_corrupt_class, &corrupt);
    }
    ics_link_fixture_fault(fixture, wire, &ics_delay_class, &delay);
}

static uint64_t digest_with(OddChoice *odd, bool truncating)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsLinkFixture) fixture = ics_link_fixture_new(names, 1, INT64_MAX);
    fixture->simulation->chooser.driver = &odd->driver;
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 1000, PACKETS, false);
    add_faults(fixture, wire, truncating);
    ics_link_fixture_burst(fixture, 0, wire, PACKETS, 200);
    ics_link_fixture_run(fixture);
    /* Only the link: the stack at its end writes a digest of its own. */
    IcsDigest digest = {0};
    ics_link_direction_fold_digest(wire, &digest);
    return digest.state;
}

static void assert_all_differ(bool truncating)
{
    OddChoice none = {.driver.choose = choose_oddly};
    uint64_t usual = digest_with(&none, truncating);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GHashTable) kinds = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree uint64_t *digests = g_new(uint64_t, none.asked);
    assert_true(none.asked > 3 * PACKETS);
    g_hash_table_add(seen, &usual);
    for (uint64_t k = 0; k < none.asked; k++) {
        OddChoice odd = {.driver.choose = choose_oddly, .odd = k + 1};
        digests[k] = digest_with(&odd, truncating);
        if (!g_hash_table_add(seen, &digests[k])) {
            fail_msg("choice %" G_GUINT64_FORMAT " of %s gives a digest again", k + 1, odd.kind);
        }
        g_hash_table_add(kinds, (gpointer)odd.kind);
    }
    assert_int_equal(g_hash_table_size(kinds), 4);
}

static void any_other_decision_gives_another_digest(void **state)
{
    (void)state;
    assert_all_differ(false);
    assert_all_differ(true);
}

/* What is offered, and when things happen. */
typedef struct Case {
    const char *name;
    int64_t offered_ns;
    uint32_t length;
    uint64_t flow;
    uint8_t first_byte;
    int64_t delay_ns;
    int64_t mtu_bytes;
    int64_t released_ns;
    int64_t partitioned_ns;
    int64_t down_ns;
    int64_t until_ns;
} Case;

static void send_case(IcsLinkFixture *fixture, gpointer data)
{
    const Case *self = data;
    IcsLinkDirection *wire = g_ptr_array_index(fixture->network->directions, 0);
    uint32_t actor = ics_simulation_enter(fixture->simulation, wire->from->host->node);
    IcsPacket *packet = ics_link_fixture_packet(fixture, self->flow, self->length);
    packet->bytes[0] = self->first_byte;
    ics_interface_send(wire->from, packet);
    ics_simulation_enter(fixture->simulation, actor);
}

static void prepare_case(const Case *self, IcsLinkFixture *fixture, IcsLinkDirection *wire)
{
    if (self->released_ns > 0) {
        ics_link_direction_hold(wire);
        ics_link_fixture_verb(fixture, self->released_ns, wire, ics_link_direction_release);
    }
    if (self->partitioned_ns > 0) {
        ics_link_fixture_verb(fixture, self->partitioned_ns, wire, ics_link_direction_partition);
    }
    if (self->down_ns > 0) {
        ics_link_fixture_verb(fixture, self->down_ns, wire, ics_link_direction_down);
    }
    ics_link_fixture_at(fixture, self->offered_ns, send_case, (gpointer)self);
}

static uint64_t digest_of(const Case *self)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsLinkFixture) fixture = ics_link_fixture_new(names, 1, INT64_MAX);
    IcsLinkConfig config = {.rate_bps = 8 * MBIT,
                            .delay_ns = self->delay_ns,
                            .mtu_bytes = self->mtu_bytes,
                            .scheduled = true};
    IcsLinkDirection *wire = ics_link_fixture_link(fixture, "a", "b", &config);
    prepare_case(self, fixture, wire);
    ics_link_fixture_run_until(fixture, self->until_ns > 0 ? self->until_ns : INT64_MAX);
    IcsDigest digest = {0};
    ics_link_direction_fold_digest(wire, &digest);
    return digest.state;
}

static void assert_digests_differ(const Case *one, uint64_t digest, const Case *other,
                                  uint64_t other_digest)
{
    if (digest == other_digest) {
        fail_msg("\"%s\" and \"%s\" have one digest", one->name, other->name);
    }
}

/* It takes 100 us to leave. */
static void times_lengths_flows_bytes_and_causes_are_in_the_digest(void **state)
{
    (void)state;
    static const Case cases[] = {
        {.name = "usual", .length = 100},
        {.name = "offered later", .length = 100, .offered_ns = 1},
        {.name = "longer", .length = 101},
        {.name = "of another flow", .length = 100, .flow = 1},
        {.name = "other bytes", .length = 100, .first_byte = 1},
        {.name = "slower", .length = 100, .delay_ns = 1},
        {.name = "held", .length = 100, .released_ns = 200000},
        {.name = "held longer", .length = 100, .released_ns = 200001},
        {.name = "partitioned", .length = 100, .partitioned_ns = 1},
        {.name = "partitioned later", .length = 100, .partitioned_ns = 1, .delay_ns = 1},
        {.name = "too big", .length = 100, .mtu_bytes = 99},
        {.name = "too big later", .length = 100, .mtu_bytes = 99, .offered_ns = 1},
        {.name = "down", .length = 100, .down_ns = 50000},
        {.name = "down later", .length = 100, .down_ns = 50001},
        {.name = "down before", .length = 100, .down_ns = 1, .offered_ns = 2},
        {.name = "on its way", .length = 100, .until_ns = 50000},
        {.name = "on the wire", .length = 100, .delay_ns = 100000, .until_ns = 150000},
        {.name = "longer on the wire", .length = 100, .delay_ns = 100001, .until_ns = 150000},
    };
    uint64_t digests[G_N_ELEMENTS(cases)];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        digests[i] = digest_of(&cases[i]);
        for (size_t k = 0; k < i; k++) {
            assert_digests_differ(&cases[i], digests[i], &cases[k], digests[k]);
        }
        assert_int_equal(digest_of(&cases[i]), digests[i]);
    }
}

/* What happens at the far end stands in the stream of the far end. */
static void the_streams_of_the_two_ends_are_apart(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsLinkFixture) fixture = ics_link_fixture_new(names, 1, INT64_MAX);
    IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 8 * MBIT, 50000, 1, false);
    ics_link_fixture_burst(fixture, 0, wire, 3,
                           100); /* at 150 and 250 us; the third finds no room */
    ics_link_fixture_verb(fixture, 200000, wire, ics_link_direction_partition);
    ics_link_fixture_run(fixture);
    assert_int_equal(wire->offered.records, 3 + 1);
    assert_int_equal(wire->fates.records, 2);
    assert_int_equal(wire->arrived.records, 1 + 1);
}

/* Both directions carry the same packets: who carried them is in the digest too. */
static void directions_fold_under_their_own_names(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", NULL};
    uint64_t digests[2];
    for (int back = 0; back < 2; back++) {
        g_autoptr(IcsLinkFixture) fixture = ics_link_fixture_new(names, 1, INT64_MAX);
        IcsLinkDirection *wire = ics_link_fixture_wire(fixture, 0, 10, 9, false);
        ics_link_fixture_at(fixture, 5, send_case, &(Case){.length = 20});
        ics_link_fixture_run(fixture);
        IcsLinkDirection *other = ics_link_fixture_back(wire);
        IcsDigest digest = {0};
        ics_link_direction_fold_digest(back ? other : wire, &digest);
        ics_link_direction_fold_digest(back ? wire : other, &digest);
        digests[back] = digest.state;
    }
    assert_int_not_equal(digests[0], digests[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_other_decision_gives_another_digest),
        cmocka_unit_test(times_lengths_flows_bytes_and_causes_are_in_the_digest),
        cmocka_unit_test(the_streams_of_the_two_ends_are_apart),
        cmocka_unit_test(directions_fold_under_their_own_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
