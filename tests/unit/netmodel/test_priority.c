#include <cmocka.h>
#include <string.h>

#include "netmodel/priority.h"
#include "tests/support/queue_fixture.h"

#define BYTES 100
/* A TOS octet of each band. */
#define INTERACTIVE 0x10
#define NORMAL      0x00
#define BULK        0x08

static const IcsPriorityConfig standard = {.bands = 3, .packets = 100};

static void make_priority(IcsQueueFixture *fixture, const IcsPriorityConfig *config)
{
    ics_queue_fixture_make(fixture, &ics_priority_class, config);
}

/* Consumes the packet; returns its ordinal, or -1 when it was refused because the band was full. */
static int64_t offer_packet(IcsQueueFixture *fixture, IcsPacket *packet)
{
    int64_t ordinal = (int64_t)packet->fate.ordinal;
    IcsCause cause = fixture->queue->klass->enqueue(fixture->queue, packet, 0);
    if (cause == ICS_CAUSE_NONE) {
        return ordinal;
    }
    assert_int_equal(cause, ICS_CAUSE_QUEUE_FULL);
    ics_packet_free(packet);
    return -1;
}

static int64_t offer(IcsQueueFixture *fixture, uint8_t tos)
{
    return offer_packet(fixture, ics_queue_fixture_packet(fixture, BYTES, tos));
}

/* A UDP datagram to a port. */
static int64_t offer_to_port(IcsQueueFixture *fixture, uint8_t port, uint8_t tos)
{
    IcsPacket *packet = ics_queue_fixture_packet(fixture, BYTES, tos);
    packet->bytes[3] = BYTES;
    packet->bytes[9] = 17;
    packet->bytes[23] = port;
    return offer_packet(fixture, packet);
}

static int64_t next(IcsQueueFixture *fixture)
{
    return ics_queue_fixture_dequeue(fixture, 0);
}

/* tc-prio(8), the table of TOS and the default priomap. The four values of the minimise-cost bit,
 * which ECN has taken, and of the lowest bit are left to another test. */
static void the_tos_octet_selects_the_band_of_tc_prio(G_GNUC_UNUSED void **state)
{
    static const struct {
        uint8_t tos;
        uint32_t band;
    } rows[] = {
        {0x00, 1}, /* normal service: best effort */
        {0x04, 1}, /* maximise reliability: best effort */
        {0x08, 2}, /* maximise throughput: bulk */
        {0x0c, 2}, /* reliability and throughput: bulk */
        {0x10, 0}, /* minimise delay: interactive */
        {0x14, 0}, /* reliability and delay: interactive */
        {0x18, 1}, /* throughput and delay: interactive bulk */
        {0x1c, 1}, /* all three: interactive bulk */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(ics_priority_band_of_tos(rows[i].tos), rows[i].band);
    }
}

/* RFC 3168: the two low bits are the ECN field; RFC 791: the three high ones are the precedence. */
static void ecn_and_precedence_do_not_move_a_packet(G_GNUC_UNUSED void **state)
{
    for (unsigned tos = 0; tos < 256; tos++) {
        uint32_t band = ics_priority_band_of_tos((uint8_t)(tos & 0x1c));
        assert_int_equal(ics_priority_band_of_tos((uint8_t)tos), band);
    }
}

static void a_band_is_served_when_those_before_it_are_empty(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_priority(fixture, &standard);
    int64_t bulk = offer(fixture, BULK);
    int64_t normal = offer(fixture, NORMAL);
    int64_t interactive = offer(fixture, INTERACTIVE);
    int64_t normal_again = offer(fixture, NORMAL);
    assert_int_equal(next(fixture), interactive);
    assert_int_equal(next(fixture), normal);
    int64_t late = offer(fixture, INTERACTIVE);
    assert_int_equal(next(fixture), late);
    assert_int_equal(next(fixture), normal_again);
    assert_int_equal(next(fixture), bulk);
    assert_int_equal(next(fixture), -1);
}

static void the_low_band_may_starve(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_priority(fixture, &standard);
    int64_t bulk = offer(fixture, BULK);
    for (int i = 0; i < 1000; i++) {
        int64_t interactive = offer(fixture, INTERACTIVE);
        assert_int_equal(next(fixture), interactive);
    }
    assert_int_equal(next(fixture), bulk);
}

static void each_band_has_its_own_room(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_priority(fixture, &(IcsPriorityConfig){.bands = 3, .packets = 2});
    assert_int_equal(offer(fixture, BULK), 0);
    assert_int_equal(offer(fixture, BULK), 1);
    assert_int_equal(offer(fixture, BULK), -1);
    assert_int_equal(offer(fixture, NORMAL), 3);
    assert_int_equal(offer(fixture, INTERACTIVE), 4);
    assert_int_equal(offer(fixture, INTERACTIVE), 5);
    assert_int_equal(offer(fixture, INTERACTIVE), -1);
    assert_int_equal(fixture->queue->packets, 5);
    assert_int_equal(fixture->queue->bytes, 5 * BYTES);
    assert_int_equal(next(fixture), 4);
    assert_int_equal(fixture->queue->packets, 4);
    assert_int_equal(fixture->queue->bytes, 4 * BYTES);
}

static void of_two_bands_the_second_takes_bulk_too(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_priority(fixture, &(IcsPriorityConfig){.bands = 2, .packets = 10});
    int64_t bulk = offer(fixture, BULK);
    int64_t normal = offer(fixture, NORMAL);
    int64_t interactive = offer(fixture, INTERACTIVE);
    assert_int_equal(next(fixture), interactive);
    assert_int_equal(next(fixture), bulk);
    assert_int_equal(next(fixture), normal);
}

static void a_filter_selects_the_first_band_whatever_the_tos(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsPriorityConfig config = {.bands = 3, .packets = 10, .first = (char *)"udp dst port 53"};
    make_priority(fixture, &config);
    int64_t other = offer_to_port(fixture, 80, NORMAL);
    int64_t matching = offer_to_port(fixture, 53, BULK);
    assert_int_equal(next(fixture), matching);
    assert_int_equal(next(fixture), other);
}

static void the_first_filter_is_asked_before_the_second(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsPriorityConfig config = {
        .bands = 3, .packets = 10, .first = (char *)"udp dst port 53", .second = (char *)"udp"};
    make_priority(fixture, &config);
    int64_t bulk = offer(fixture, BULK);
    int64_t second = offer_to_port(fixture, 80, BULK);
    int64_t first = offer_to_port(fixture, 53, BULK);
    assert_int_equal(next(fixture), first);
    assert_int_equal(next(fixture), second);
    assert_int_equal(next(fixture), bulk);
}

static void what_no_filter_matches_goes_by_its_tos(void **state)
{
    IcsQueueFixture *fixture = *state;
    IcsPriorityConfig config = {.bands = 3, .packets = 10, .second = (char *)"udp dst port 53"};
    make_priority(fixture, &config);
    int64_t bulk = offer_to_port(fixture, 80, BULK);
    int64_t matching = offer_to_port(fixture, 53, INTERACTIVE);
    int64_t interactive = offer_to_port(fixture, 80, INTERACTIVE);
    assert_int_equal(next(fixture), interactive);
    assert_int_equal(next(fixture), matching);
    assert_int_equal(next(fixture), bulk);
}

static void what_is_not_ipv4_is_best_effort(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_priority(fixture, &standard);
    IcsPacket *version_6 = ics_queue_fixture_packet(fixture, BYTES, INTERACTIVE);
    version_6->bytes[0] = 0x60;
    int64_t other = offer_packet(fixture, version_6);
    int64_t empty = offer_packet(fixture, ics_queue_fixture_packet(fixture, 0, 0));
    IcsPacket *single_byte = ics_queue_fixture_packet(fixture, 1, 0);
    single_byte->bytes[0] = 0x45;
    int64_t single = offer_packet(fixture, single_byte);
    int64_t bulk = offer(fixture, BULK);
    int64_t interactive = offer(fixture, INTERACTIVE);
    assert_int_equal(next(fixture), interactive);
    assert_int_equal(next(fixture), other);
    assert_int_equal(next(fixture), empty);
    assert_int_equal(next(fixture), single);
    assert_int_equal(next(fixture), bulk);
}

static void a_filter_that_libpcap_refuses_is_refused(void **state)
{
    IcsPriorityConfig config = {.bands = 3, .packets = 10, .first = (char *)"udp port"};
    ics_queue_fixture_assert_refused(*state, &ics_priority_class, &config, "first: ");
    config = (IcsPriorityConfig){
        .bands = 3, .packets = 10, .first = (char *)"udp", .second = (char *)"and and"};
    ics_queue_fixture_assert_refused(*state, &ics_priority_class, &config, "second: ");
}

static void a_queue_is_freed_with_what_its_bands_hold(void **state)
{
    IcsQueueFixture *fixture = *state;
    make_priority(fixture, &standard);
    offer(fixture, BULK);
    offer(fixture, NORMAL);
    offer(fixture, INTERACTIVE);
    assert_int_equal(ics_packet_pool_in_use(fixture->pool), 3);
}

static void the_defaults_are_three_bands_without_filters(void **state)
{
    IcsPriorityConfig config;
    memset(&config, 0xff, sizeof config);
    ics_parameters_defaults(ics_priority_class.parameters, &config);
    assert_int_equal(config.bands, 3);
    assert_int_equal(config.packets, 100);
    assert_null(config.first);
    assert_null(config.second);
    make_priority(*state, &config);
}

#define QUEUE_TEST(name)                                                                           \
    cmocka_unit_test_setup_teardown(name, ics_queue_fixture_setup, ics_queue_fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tos_octet_selects_the_band_of_tc_prio),
        cmocka_unit_test(ecn_and_precedence_do_not_move_a_packet),
        QUEUE_TEST(a_band_is_served_when_those_before_it_are_empty),
        QUEUE_TEST(the_low_band_may_starve),
        QUEUE_TEST(each_band_has_its_own_room),
        QUEUE_TEST(of_two_bands_the_second_takes_bulk_too),
        QUEUE_TEST(a_filter_selects_the_first_band_whatever_the_tos),
        QUEUE_TEST(the_first_filter_is_asked_before_the_second),
        QUEUE_TEST(what_no_filter_matches_goes_by_its_tos),
        QUEUE_TEST(what_is_not_ipv4_is_best_effort),
        QUEUE_TEST(a_filter_that_libpcap_refuses_is_refused),
        QUEUE_TEST(a_queue_is_freed_with_what_its_bands_hold),
        QUEUE_TEST(the_defaults_are_three_bands_without_filters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
