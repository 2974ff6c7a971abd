#include <cmocka.h>
#include <string.h>

#include "tests/support/trace_fixture.h"

#define HOSTS         "{'ipcsim': 1, 'hosts': {'a': {}, 'b': {}, 'c': {}},\n"
#define LINKS(list)   HOSTS " 'links': [" list "]}"
#define LINK(members) LINKS("{'name': 'wire', 'ends': ['a', 'b']" members "}")

static const IcsTraceErrorRow refused[] = {
    {"links as an object", HOSTS " 'links': {}}",
     "test:2:11: /links: expected an array, got an object"},
    {"a link that is no object", LINKS("5"),
     "test:2:12: /links/0: expected an object, got the number 5"},
    {"a link without a name", LINKS("{'ends': ['a', 'b']}"),
     "test:2:12: /links/0: the key \"name\" is missing: text, its name"},
    {"a link with a space in its name", LINKS("{'name': 'a wire', 'ends': ['a', 'b']}"),
     "test:2:21: /links/0/name: \"a wire\" cannot be the name of a link: expected 1 to 63 letters, "
     "digits, '.', '_' and '-', the first of them a letter or digit"},
    {"two links of one name",
     LINKS("{'name': 'x', 'ends': ['a', 'b']},\n  {'name': 'x', 'ends': ['a', 'c']}"),
     "test:3:12: /links/1/name: two links are called \"x\": see /links/0"},
    {"a link without ends", LINKS("{'name': 'x'}"),
     "test:2:12: /links/0: the key \"ends\" is missing"},
    {"a link with one end", LINKS("{'name': 'x', 'ends': ['a']}"),
     "test:2:34: /links/0/ends: expected two hosts, such as [\"client\", \"server\"], got 1"},
    {"a link with three ends", LINKS("{'name': 'x', 'ends': ['a', 'b', 'c']}"),
     "test:2:34: /links/0/ends: expected two hosts, such as [\"client\", \"server\"], got 3"},
    {"an end that is no text", LINKS("{'name': 'x', 'ends': ['a', 1]}"),
     "test:2:40: /links/0/ends/1: expected a string, got the number 1"},
    {"an end at an unknown host", LINKS("{'name': 'x', 'ends': ['a', 'd']}"),
     "test:2:40: /links/0/ends/1: unknown host \"d\"; known: a, b or c"},
    {"a link from a host to itself", LINKS("{'name': 'x', 'ends': ['a', 'a']}"),
     "test:2:34: /links/0/ends: a link joins two hosts: a host reaches itself by its loopback "
     "interface"},
    {"an end at an unknown interface", LINKS("{'name': 'x', 'ends': ['a/eth1', 'b']}"),
     "test:2:35: /links/0/ends/0: unknown interface of a \"eth1\"; did you mean \"eth0\"?"},
    {"two links at one interface",
     LINKS("{'name': 'x', 'ends': ['a/eth0', 'b']},\n  {'name': 'y', 'ends': ['c', 'a/eth0']}"),
     "test:3:31: /links/1/ends/1: another link ends at a/eth0 already"},
    {"an unknown key of a link", LINK(", 'latency': '20ms'"),
     "test:2:49: /links/0/latency: unknown key \"latency\"; known: name, departures, comment, "
     "rate, delay, mtu, capacity, ends, queue, faults or from"},
    {"a rate of nothing", LINK(", 'rate': '0bit'"),
     "test:2:57: /links/0/rate: expected a rate from 1 bit/s to 1000 Tbit/s, got 0 bit/s"},
    {"a rate faster than all", LINK(", 'rate': '1001Tbit'"),
     "test:2:57: /links/0/rate: expected a rate from 1 bit/s to 1000 Tbit/s, got 1001 Tbit/s"},
    {"a delay as a number", LINK(", 'delay': 20"),
     "test:2:58: /links/0/delay: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), "
     "got \"20\": the unit is missing"},
    {"a negative delay", LINK(", 'delay': '-1ms'"),
     "test:2:58: /links/0/delay: expected a time such as \"20ms\" (in ns, us, ms, s, min or h), "
     "got \"-1ms\": it must not be negative"},
    {"an MTU too small for IP", LINK(", 'mtu': '67B'"),
     "test:2:56: /links/0/mtu: expected a size from 68 B to 65535 B, got 67 B"},
    {"an MTU too large for IP", LINK(", 'mtu': '64KiB'"),
     "test:2:56: /links/0/mtu: expected a size from 68 B to 65535 B, got 64 KiB"},
    {"an unknown mode of departures", LINK(", 'departures': 'later'"),
     "test:2:63: /links/0/departures: unknown departures \"later\"; known: computed or scheduled"},
    {"a rate and a capacity", LINK(", 'rate': '1Mbit', 'capacity': 'file'"),
     "test:2:66: /links/0/capacity: a capacity stands in the place of a rate: give one of the two"},
    {"a capacity that is not there", LINK(", 'capacity': 'no-such-file'"),
     "test:2:61: /links/0/capacity: the file \"no-such-file\" cannot be read: No such file or "
     "directory"},
    {"a capacity that is a directory", LINK(", 'capacity': '.'"),
     "test:2:61: /links/0/capacity: the file \".\" cannot be read: it is no regular file"},
    {"a capacity of a wrong format", LINK(", 'capacity': 'bad.capacity'"),
     "test:2:61: /links/0/capacity: bad.capacity:2: expected a time in ms: decimal digits only"},
    {"a capacity that is no text", LINK(", 'capacity': 'binary'"),
     "test:2:61: /links/0/capacity: the file \"binary\" cannot be read: it is no text"},
    {"a queue without a discipline", LINK(", 'rate': '1Mbit', 'queue': {'packets': 5}"),
     "test:2:75: /links/0/queue: the key \"discipline\" is missing"},
    {"a queue that is no object", LINK(", 'rate': '1Mbit', 'queue': 'droptail'"),
     "test:2:75: /links/0/queue: expected an object, got the string \"droptail\""},
    {"an unknown discipline", LINK(", 'rate': '1Mbit', 'queue': {'discipline': 'drop-tail'}"),
     "test:2:90: /links/0/queue/discipline: unknown queue discipline \"drop-tail\"; did you mean "
     "\"droptail\"?"},
    {"an unknown key of a queue",
     LINK(", 'rate': '1Mbit', 'queue': {'discipline': 'red', 'packets': 5}"),
     "test:2:97: /links/0/queue/packets: unknown key \"packets\"; known: min, max, limit, weight, "
     "probability, gentle, ecn, average-packet or discipline"},
    {"a queue that contradicts itself",
     LINK(", 'rate': '1Mbit', 'queue': {'discipline': 'red', 'min': 9, 'max': 8}"),
     "test:2:75: /links/0/queue: min must be below max, got min 9 and max 8"},
    {"a queue where nothing waits", LINK(", 'delay': '1ms', 'queue': {'discipline': 'red'}"),
     "test:2:12: /links/0: nothing ever waits in the queue of wire a->b: it needs a rate or a "
     "capacity"},
    {"a direction from another host", LINK(",\n  'from': {'c': {'rate': '1Mbit'}}"),
     "test:3:12: /links/0/from/c: unknown key \"c\"; known: a or b"},
    {"an unknown key of a direction", LINK(",\n  'from': {'a': {'faults': []}}"),
     "test:3:18: /links/0/from/a/faults: unknown key \"faults\"; known: rate, delay, mtu, capacity "
     "or queue"},
    {"a rate that both directions replace",
     LINK(", 'rate': '1Mbit',\n  'from': {'a': {'rate': '2Mbit'}, 'b': {'rate': '3Mbit'}}"),
     "test:2:49: /links/0/rate: the setting has no effect: both directions have their own"},
    {"a queue that both directions replace",
     LINK(", 'rate': '1Mbit', 'queue': {'discipline': 'red'},\n  'from': {'a': {'queue': "
          "{'discipline': 'codel'}}, 'b': {'queue': {'discipline': 'codel'}}}"),
     "test:2:66: /links/0/queue: the setting has no effect: both directions have their own"},
};

static const IcsTraceLink *link_at(const IcsTrace *trace, guint index)
{
    return &g_array_index(trace->links, IcsTraceLink, index);
}

static const IcsTraceInterface *interface_of(const IcsTrace *trace, guint index, int end)
{
    const IcsTraceLink *link = link_at(trace, index);
    const IcsTraceHost *host = &g_array_index(trace->hosts, IcsTraceHost, link->ends[end]);
    return &g_array_index(host->interfaces, IcsTraceInterface, link->interfaces[end]);
}

static void a_bare_link_is_infinitely_fast_and_has_no_delay(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(LINK(""));
    const IcsTraceLink *link = link_at(trace, 0);
    assert_string_equal(link->name, "wire");
    assert_string_equal(link->pointer, "/links/0");
    assert_int_equal(link->ends[0], 0);
    assert_int_equal(link->ends[1], 1);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(link->config[i].name, "wire");
        assert_int_equal(link->config[i].rate_bps, 0);
        assert_int_equal(link->config[i].delay_ns, 0);
        assert_int_equal(link->config[i].mtu_bytes, 1500);
        assert_null(link->config[i].capacity);
        assert_null(link->config[i].queue);
        assert_false(link->config[i].scheduled);
    }
}

static void settings_hold_for_both_directions(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        LINK(", 'rate': '10Mbit', 'delay': '20ms', 'mtu': '9000B', 'departures': 'scheduled',"
             " 'queue': {'discipline': 'codel', 'limit': 5}"));
    for (int i = 0; i < 2; i++) {
        const IcsLinkConfig *config = &link_at(trace, 0)->config[i];
        assert_int_equal(config->rate_bps, 10000000);
        assert_int_equal(config->delay_ns, 20000000);
        assert_int_equal(config->mtu_bytes, 9000);
        assert_string_equal(config->queue->name, "codel");
        assert_true(config->scheduled);
    }
}

static void a_direction_may_have_settings_of_its_own(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        LINK(", 'rate': '10Mbit', 'delay': '20ms',"
             " 'from': {'b': {'rate': '1Mbit', 'queue': {'discipline': 'red'}},"
             "          'a': {'delay': '1ms'}}"));
    const IcsLinkConfig *forth = &link_at(trace, 0)->config[0];
    const IcsLinkConfig *back = &link_at(trace, 0)->config[1];
    assert_int_equal(forth->rate_bps, 10000000);
    assert_int_equal(forth->delay_ns, 1000000);
    assert_null(forth->queue);
    assert_int_equal(back->rate_bps, 1000000);
    assert_int_equal(back->delay_ns, 20000000);
    assert_string_equal(back->queue->name, "red");
}

static void a_capacity_stands_in_the_place_of_a_rate(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        LINK(", 'rate': '10Mbit', 'from': {'b': {'capacity': 'good.capacity'}}"));
    const IcsTraceLink *link = link_at(trace, 0);
    assert_int_equal(link->config[0].rate_bps, 10000000);
    assert_null(link->config[0].capacity);
    assert_int_equal(link->config[1].rate_bps, 0);
    assert_int_equal(link->config[1].capacity->n, 2);
}

static void a_file_that_is_named_twice_is_read_once(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        LINKS("{'name': 'x', 'ends': ['a', 'b'], 'capacity': 'good.capacity'},"
              "{'name': 'y', 'ends': ['a', 'c'], 'capacity': 'good.capacity'}"));
    assert_ptr_equal(link_at(trace, 0)->config[0].capacity, link_at(trace, 1)->config[1].capacity);
}

static void a_queue_where_only_the_schedule_gives_a_rate_is_right(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        HOSTS "'links': [{'name': 'wire', 'ends': ['a', 'b'], 'queue': {'discipline': 'red'}}],"
              "'schedule': [{'at': '1s', 'link': 'wire', 'action': 'rate', 'rate': '1Mbit'}]}");
    assert_non_null(link_at(trace, 0)->config[0].queue);
}

static void ends_take_the_interfaces_that_they_name(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'x': '10.0.0.1', 'y': '10.0.0.2'}},"
        " 'b': {}, 'c': {}},"
        " 'links': [{'name': 'one', 'ends': ['a', 'b/eth0']},"
        "           {'name': 'two', 'ends': ['c', 'a/x']}]}");
    assert_string_equal(interface_of(trace, 0, 0)->name, "y");
    assert_string_equal(interface_of(trace, 1, 1)->name, "x");
    assert_string_equal(interface_of(trace, 0, 1)->name, "eth0");
}

static void further_links_end_at_unnumbered_interfaces(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'eth1': '10.0.0.1'}}, 'b': {}},"
        " 'links': [{'name': 'one', 'ends': ['a', 'b']}, {'name': 'two', 'ends': ['a', 'b']},"
        "           {'name': 'three', 'ends': ['b', 'a']}]}");
    assert_string_equal(interface_of(trace, 0, 0)->name, "eth1");
    assert_string_equal(interface_of(trace, 1, 0)->name, "eth2");
    assert_string_equal(interface_of(trace, 2, 1)->name, "eth3");
    assert_string_equal(interface_of(trace, 1, 1)->name, "eth1");
    assert_string_equal(interface_of(trace, 2, 0)->name, "eth2");
    for (guint i = 0; i < 3; i++) {
        assert_int_equal(interface_of(trace, i, i == 2)->address, 0x0a000001);
        assert_true(interface_of(trace, i, 0)->linked);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bare_link_is_infinitely_fast_and_has_no_delay),
        cmocka_unit_test(settings_hold_for_both_directions),
        cmocka_unit_test(a_direction_may_have_settings_of_its_own),
        cmocka_unit_test(a_capacity_stands_in_the_place_of_a_rate),
        cmocka_unit_test(a_file_that_is_named_twice_is_read_once),
        cmocka_unit_test(a_queue_where_only_the_schedule_gives_a_rate_is_right),
        cmocka_unit_test(ends_take_the_interfaces_that_they_name),
        cmocka_unit_test(further_links_end_at_unnumbered_interfaces),
    };
    return ics_trace_fixture_run("trace links", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
