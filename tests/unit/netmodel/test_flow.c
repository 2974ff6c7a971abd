#include <cmocka.h>
#include <string.h>

#include "netmodel/flow.h"
#include "sim/draw.h"
#include "tests/support/child.h"

static IcsFlow usual_flow(void)
{
    return (IcsFlow){.process = "asker",
                     .transport = "udp",
                     .source_host = "client",
                     .peer_host = "server",
                     .peer_address = 0x0a000002,
                     .peer_port = 6789,
                     .socket = 3};
}

static uint64_t hash_of(const IcsFlow *flow)
{
    IcsFlowTable table = {0};
    uint64_t hash = ics_flow_table_get(&table, ics_flow_table_add(&table, flow))->hash;
    ics_flow_table_clear(&table);
    return hash;
}

static void flows_are_found_by_their_index(void **state)
{
    (void)state;
    IcsFlowTable table = {0};
    assert_int_equal(ics_flow_table_size(&table), 0);
    for (uint32_t i = 0; i < 100; i++) {
        IcsFlow flow = usual_flow();
        flow.peer_port = (uint16_t)i;
        assert_int_equal(ics_flow_table_add(&table, &flow), i);
    }
    assert_int_equal(ics_flow_table_size(&table), 100);
    for (uint32_t i = 0; i < 100; i++) {
        const IcsFlow *flow = ics_flow_table_get(&table, i);
        assert_int_equal(flow->peer_port, i);
        assert_string_equal(flow->process, "asker");
        assert_int_equal(flow->peer_address, 0x0a000002);
    }
    ics_flow_table_clear(&table);
    assert_int_equal(ics_flow_table_size(&table), 0);
    ics_flow_table_clear(&table);
}

static void names_are_copied(void **state)
{
    (void)state;
    IcsFlowTable table = {0};
    char process[] = "asker", peer[] = "server";
    IcsFlow flow = usual_flow();
    flow.process = process;
    flow.peer_host = peer;
    ics_flow_table_add(&table, &flow);
    process[0] = peer[0] = 'x';
    assert_string_equal(ics_flow_table_get(&table, 0)->process, "asker");
    assert_string_equal(ics_flow_table_get(&table, 0)->peer_host, "server");
    ics_flow_table_clear(&table);
}

static void the_hash_is_that_of_process_socket_and_peer(void **state)
{
    (void)state;
    IcsFlow flow = usual_flow();
    assert_int_equal(hash_of(&flow), ics_fate_flow("asker", 3, "server"));
}

static void ports_and_addresses_are_no_part_of_the_hash(void **state)
{
    (void)state;
    IcsFlow flow = usual_flow(), other = usual_flow();
    other.peer_port = 1;
    other.peer_address = 1;
    other.source_host = "elsewhere";
    other.hash = 99;
    assert_int_equal(hash_of(&flow), hash_of(&other));
}

static void what_names_a_flow_is_part_of_its_hash(void **state)
{
    (void)state;
    IcsFlow flows[6];
    for (int i = 0; i < 6; i++) {
        flows[i] = usual_flow();
    }
    flows[1].process = "other";
    flows[2].socket = 4;
    flows[3].peer_host = "client";
    flows[4].incarnation = 1;
    flows[5].incarnation = 2;
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < i; k++) {
            assert_int_not_equal(hash_of(&flows[i]), hash_of(&flows[k]));
        }
    }
}

static void get_behind_the_end(gpointer table)
{
    ics_flow_table_get(table, 1);
}

static void get_from_nothing(gpointer data)
{
    (void)data;
    IcsFlowTable table = {0};
    ics_flow_table_get(&table, 0);
}

static void what_was_never_added_cannot_be_had(void **state)
{
    (void)state;
    IcsFlowTable table = {0};
    IcsFlow flow = usual_flow();
    ics_flow_table_add(&table, &flow);
    assert_true(ics_test_child_aborts(get_behind_the_end, &table));
    assert_true(ics_test_child_aborts(get_from_nothing, NULL));
    ics_flow_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_are_found_by_their_index),
        cmocka_unit_test(names_are_copied),
        cmocka_unit_test(the_hash_is_that_of_process_socket_and_peer),
        cmocka_unit_test(ports_and_addresses_are_no_part_of_the_hash),
        cmocka_unit_test(what_names_a_flow_is_part_of_its_hash),
        cmocka_unit_test(what_was_never_added_cannot_be_had),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
