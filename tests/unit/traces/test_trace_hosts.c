#include <cmocka.h>
#include <string.h>

#include "tests/support/trace_fixture.h"

static const IcsTraceErrorRow refused[] = {
    {"no hosts", "{'ipcsim': 1}", "test:1:1: the key \"hosts\" is missing"},
    {"hosts as an array", "{'ipcsim': 1, 'hosts': ['a']}",
     "test:1:24: /hosts: expected an object, got an array"},
    {"empty hosts", "{'ipcsim': 1, 'hosts': {}}", "test:1:24: /hosts: expected at least one host"},
    {"a host that is no object", "{'ipcsim': 1, 'hosts': {'a': '10.0.0.1'}}",
     "test:1:30: /hosts/a: expected an object, got the string \"10.0.0.1\""},
    {"a host with a space in its name", "{'ipcsim': 1,\n 'hosts': {'my host': {}}}",
     "test:2:12: /hosts/my host: \"my host\" cannot be the name of a host: expected 1 to 63 "
     "letters, digits, '.', '_' and '-', the first of them a letter or digit"},
    {"a host without a name", "{'ipcsim': 1, 'hosts': {'': {}}}",
     "test:1:25: /hosts/: \"\" cannot be the name of a host: expected 1 to 63 letters, digits, "
     "'.', '_' and '-', the first of them a letter or digit"},
    {"a host whose name is an address", "{'ipcsim': 1, 'hosts': {'10.0.0.1': {}}}",
     "test:1:25: /hosts/10.0.0.1: \"10.0.0.1\" cannot be the name of a host: it means an address"},
    {"a host called localhost", "{'ipcsim': 1, 'hosts': {'localhost': {}}}",
     "test:1:25: /hosts/localhost: \"localhost\" cannot be the name of a host: it means an "
     "address"},
    {"an unknown key of a host", "{'ipcsim': 1, 'hosts': {'a': {'adress': '10.0.0.1'}}}",
     "test:1:31: /hosts/a/adress: unknown key \"adress\"; did you mean \"address\"?"},
    {"no address at all", "{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.1'}}}",
     "test:1:42: /hosts/a/address: expected an IPv4 address such as \"10.0.0.1\" or "
     "\"10.0.0.1/24\", got the string \"10.0.1\""},
    {"an address with a leading zero", "{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.01'}}}",
     "test:1:42: /hosts/a/address: expected an IPv4 address such as \"10.0.0.1\" or "
     "\"10.0.0.1/24\", got the string \"10.0.0.01\""},
    {"an address as a number", "{'ipcsim': 1, 'hosts': {'a': {'address': 10}}}",
     "test:1:42: /hosts/a/address: expected a string, got the number 10"},
    {"a multicast address", "{'ipcsim': 1, 'hosts': {'a': {'address': '224.0.0.1'}}}",
     "test:1:42: /hosts/a/address: expected the address of a host: not one of 0.0.0.0/8, "
     "127.0.0.0/8, 224.0.0.0/3, nor the first or last of its subnet, got the string \"224.0.0.1\""},
    {"a loopback address", "{'ipcsim': 1, 'hosts': {'a': {'address': '127.0.0.1'}}}",
     "test:1:42: /hosts/a/address: expected the address of a host: not one of 0.0.0.0/8, "
     "127.0.0.0/8, 224.0.0.0/3, nor the first or last of its subnet, got the string \"127.0.0.1\""},
    {"the broadcast address of a subnet",
     "{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.255/24'}}}",
     "test:1:42: /hosts/a/address: expected the address of a host: not one of 0.0.0.0/8, "
     "127.0.0.0/8, 224.0.0.0/3, nor the first or last of its subnet, got the string "
     "\"10.0.0.255/24\""},
    {"the number of a subnet", "{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.0/24'}}}",
     "test:1:42: /hosts/a/address: expected the address of a host: not one of 0.0.0.0/8, "
     "127.0.0.0/8, 224.0.0.0/3, nor the first or last of its subnet, got the string "
     "\"10.0.0.0/24\""},
    {"an address twice",
     "{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.1'}, 'b': {'address': '10.0.0.1'}}}",
     "test:1:72: /hosts/b/address: the host \"a\" has this address already"},
    {"an address twice in one host",
     "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'eth0': '10.0.0.1', 'eth1': '10.0.0.1/8'}}}}",
     "test:1:74: /hosts/a/interfaces/eth1: the host \"a\" has this address already"},
    {"an address and interfaces",
     "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'eth0': '10.0.0.1'}, 'address': '10.0.0.1'}}}",
     "test:1:67: /hosts/a/address: a host has either an address or interfaces: address is short "
     "for one interface eth0"},
    {"interfaces as an array", "{'ipcsim': 1, 'hosts': {'a': {'interfaces': ['10.0.0.1']}}}",
     "test:1:45: /hosts/a/interfaces: expected an object, got an array"},
    {"empty interfaces", "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {}}}}",
     "test:1:45: /hosts/a/interfaces: expected at least one interface"},
    {"an interface called lo", "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'lo': '10.0.0.1'}}}}",
     "test:1:46: /hosts/a/interfaces/lo: \"lo\" cannot be the name of an interface: expected at "
     "most 15 characters, and not \"lo\", the loopback interface of every host"},
    {"an interface with a long name",
     "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'ethernet-number-0': '10.0.0.1'}}}}",
     "test:1:46: /hosts/a/interfaces/ethernet-number-0: \"ethernet-number-0\" cannot be the name "
     "of an interface: expected at most 15 characters, and not \"lo\", the loopback interface of "
     "every host"},
    {"a fault of links in a host",
     "{'ipcsim': 1, 'hosts': {'a': {'faults': [{'kind': 'loss', 'probability': 0.5}]}}}",
     "test:1:51: /hosts/a/faults/0/kind: unknown kind of fault of a host \"loss\"; known: "
     "receive-omission or send-omission"},
    {"a direction of a host's fault",
     "{'ipcsim': 1, 'hosts': {'a': {'faults': [{'kind': 'send-omission', 'direction': 'both'}]}}}",
     "test:1:68: /hosts/a/faults/0/direction: unknown key \"direction\"; known: probability, name, "
     "clock, on, comment, from, until, nth, every, match or kind"},
};

static const IcsTraceHost *host_at(const IcsTrace *trace, guint index)
{
    return &g_array_index(trace->hosts, IcsTraceHost, index);
}

static const IcsTraceInterface *interface_at(const IcsTraceHost *host, guint index)
{
    return &g_array_index(host->interfaces, IcsTraceInterface, index);
}

static void hosts_stand_in_the_order_of_their_names(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'b': {}, 'a10': {}, 'a': {}, 'a2': {}, 'B': {}}}");
    const char *const names[] = {"B", "a", "a10", "a2", "b"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_string_equal(host_at(trace, i)->name, names[i]);
    }
    assert_string_equal(host_at(trace, 2)->pointer, "/hosts/a10");
}

static void hosts_without_an_address_get_free_ones_in_the_order_of_their_names(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'c': {}, 'b': {'address': '10.0.0.1'}, 'a': {},"
        " 'd': {'address': '10.0.0.3'}, 'e': {}}}");
    const uint32_t addresses[] = {0x0a000002, 0x0a000001, 0x0a000004, 0x0a000003, 0x0a000005};
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
        assert_int_equal(host_at(trace, i)->interfaces->len, 1);
        assert_int_equal(interface_at(host_at(trace, i), 0)->address, addresses[i]);
        assert_int_equal(interface_at(host_at(trace, i), 0)->prefix_bits, 32);
        assert_string_equal(interface_at(host_at(trace, i), 0)->name, "eth0");
    }
}

static void no_address_that_is_given_out_ends_in_0_or_255(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new("{'ipcsim': 1, 'hosts': {'h': {}");
    for (int i = 0; i < 600; i++) {
        g_string_append_printf(text, ", 'h%03d': {}", i);
    }
    g_string_append(text, "}}");
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text->str);
    for (guint i = 0; i < trace->hosts->len; i++) {
        uint32_t address = interface_at(host_at(trace, i), 0)->address;
        assert_true((address & 0xff) != 0 && (address & 0xff) != 255);
    }
    assert_int_equal(interface_at(host_at(trace, 253), 0)->address, 0x0a0000fe);
    assert_int_equal(interface_at(host_at(trace, 254), 0)->address, 0x0a000101);
}

static void interfaces_keep_the_order_of_the_file(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'a': {'interfaces': {'wan': '192.0.2.1/31', 'lan': "
        "'10.1.2.3/8'}}}}");
    const IcsTraceHost *host = host_at(trace, 0);
    assert_int_equal(host->interfaces->len, 2);
    assert_string_equal(interface_at(host, 0)->name, "wan");
    assert_int_equal(interface_at(host, 0)->address, 0xc0000201);
    assert_int_equal(interface_at(host, 0)->prefix_bits, 31);
    assert_string_equal(interface_at(host, 1)->name, "lan");
    assert_int_equal(interface_at(host, 1)->prefix_bits, 8);
}

static void an_address_may_have_a_prefix(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace =
        ics_trace_fixture_parse("{'ipcsim': 1, 'hosts': {'a': {'address': '10.0.0.1/24'}}}");
    assert_int_equal(interface_at(host_at(trace, 0), 0)->prefix_bits, 24);
}

static void omissions_are_faults_of_hosts(void **state)
{
    (void)state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(
        "{'ipcsim': 1, 'hosts': {'a': {'faults': [{'kind': 'receive-omission', 'nth': 3},"
        " {'kind': 'send-omission', 'probability': 0.5, 'on': false, 'name': 'x'}]}}}");
    const GArray *faults = host_at(trace, 0)->faults;
    assert_int_equal(faults->len, 2);
    const IcsTraceFault *first = &g_array_index(faults, IcsTraceFault, 0);
    const IcsTraceFault *second = &g_array_index(faults, IcsTraceFault, 1);
    assert_int_equal(first->klass->stage, ICS_FAULT_STAGE_RECEIVE_OMISSION);
    assert_int_equal(g_array_index(first->scope.nth, int64_t, 0), 3);
    assert_true(first->on);
    assert_null(first->name);
    assert_false(second->on);
    assert_string_equal(second->name, "x");
    assert_string_equal(second->pointer, "/hosts/a/faults/1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_stand_in_the_order_of_their_names),
        cmocka_unit_test(hosts_without_an_address_get_free_ones_in_the_order_of_their_names),
        cmocka_unit_test(no_address_that_is_given_out_ends_in_0_or_255),
        cmocka_unit_test(interfaces_keep_the_order_of_the_file),
        cmocka_unit_test(an_address_may_have_a_prefix),
        cmocka_unit_test(omissions_are_faults_of_hosts),
    };
    return ics_trace_fixture_run("trace hosts", tests, G_N_ELEMENTS(tests), refused,
                                 G_N_ELEMENTS(refused));
}
