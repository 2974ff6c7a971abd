/* "stream": settings of the whole trace, and of hosts over them. */
#include <cmocka.h>

#include "protocols/stack/tcp.h"
#include "tests/support/trace_fixture.h"

#define HOSTS(settings)                                                                            \
    "{'ipcsim': 1, " settings                                                                      \
    "'links': [{'name': 'w', 'ends': ['a', 'b']}, {'name': 'x', 'ends': ['b', 'c']}]}"

static const IcsStreamConfig *config_of(const IcsWorld *world, const char *host)
{
    const IcsHost *found = ics_network_host_by_name(world->network, host);
    return ics_tcp_of(ics_stack_of(found))->config;
}

static void what_a_host_says_goes_over_what_the_trace_says(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        HOSTS("'stream': {'cc': 'reno', 'sack': false, 'min-rto': '200ms'}, 'hosts': {'a': {},"
              " 'b': {'stream': {'sack': true, 'mss': '500B'}}, 'c': {'stream': {}}},"));
    IcsWorld *world = ics_world_new(trace, NULL, NULL);
    static const struct {
        const char *host;
        bool sack;
        int64_t mss_bytes;
    } rows[] = {{"a", false, 0}, {"b", true, 500}, {"c", false, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const IcsStreamConfig *config = config_of(world, rows[i].host);
        assert_int_equal(config->recovery.congestion, ICS_CONGESTION_RENO);
        assert_int_equal(config->recovery.min_rto_ns, 200 * ICS_NS_PER_MS);
        assert_int_equal(config->use.sack, rows[i].sack);
        assert_int_equal(config->mss_bytes, rows[i].mss_bytes);
        assert_true(config->use.timestamps);
    }
    ics_world_free(world);
}

static void without_settings_the_defaults_hold(void **state)
{
    (void)state;
    IcsStreamConfig defaults;
    ics_stream_config_default(&defaults);
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse(HOSTS("'hosts': {'a': {}, 'b': {}, 'c': {}},"));
    assert_false(trace->has_stream);
    IcsWorld *world = ics_world_new(trace, NULL, NULL);
    assert_memory_equal(config_of(world, "a"), &defaults, sizeof defaults);
    ics_world_free(world);
}

static const IcsTraceErrorRow errors[] = {
    {"an_unknown_setting_is_refused", "{'ipcsim': 1, 'stream': {'sakc': true}, 'hosts': {'a': {}}}",
     "test:1:26: /stream/sakc: unknown key \"sakc\"; did you mean \"sack\"?"},
    {"of_a_host_too", "{'ipcsim': 1, 'hosts': {'a': {'stream': {'cc': 'vegas'}}}}",
     "test:1:48: /hosts/a/stream/cc: unknown cc \"vegas\"; known: cubic, reno or none"},
    {"settings_are_an_object", "{'ipcsim': 1, 'stream': true, 'hosts': {'a': {}}}",
     "test:1:25: /stream: expected an object, got true"},
    {"timeouts_need_room", "{'ipcsim': 1, 'stream': {'max-rto': '500ms'}, 'hosts': {'a': {}}}",
     "test:1:25: /stream: min-rto is above max-rto: no timeout lies between them"},
    {"a_delayed_ack_waits_half_a_second_at_most",
     "{'ipcsim': 1, 'stream': {'delayed-ack-time': '501ms'}, 'hosts': {'a': {}}}",
     "test:1:25: /stream: delayed-ack-time is above 500 ms, the most that RFC 9293 allows"},
};

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_host_says_goes_over_what_the_trace_says),
        cmocka_unit_test(without_settings_the_defaults_hold),
    };
    return ics_trace_fixture_run("trace_stream", tests, G_N_ELEMENTS(tests), errors,
                                 G_N_ELEMENTS(errors));
}
