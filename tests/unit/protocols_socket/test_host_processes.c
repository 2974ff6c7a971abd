/* Processes of a host: children, ends, kills, crashes, random numbers, computing. */
#include <cmocka.h>
#include <string.h>

#include "tests/support/small_processes.h"

#define MS ICS_SMALL_NETWORK_MS

static int64_t say(IcsProcess *self, gconstpointer network, const char *what, int64_t result)
{
    return ics_small_processes_say(self, network, what, result);
}

static IcsEndpoint at(gconstpointer network, const char *host, uint16_t port)
{
    return ics_small_processes_endpoint(network, host, port);
}

static IcsProcess *start(void **state, const char *host, const char *name, IcsProcessMain main)
{
    return ics_small_processes_start(*state, host, name, main);
}

static void expect(void **state, const char *notes)
{
    ics_small_network_expect(*state, notes);
}

/* ---- children ---- */

static void child_return(IcsProcess *self, gconstpointer network)
{
    ics_sleep(self, 10 * MS);
    say(self, network, "returns", 0);
}

static void child_exit(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    ics_sleep(self, 20 * MS);
    ics_exit(self, 42);
}

static void spawn_and_wait(IcsProcess *self, gconstpointer network)
{
    IcsProcess *first = ics_spawn(self, "first", child_return, network);
    IcsProcess *second = ics_spawn(self, "second", child_exit, network);
    say(self, network, "spawned", 0);
    say(self, network, "second", ics_wait(self, second));
    say(self, network, "first", ics_wait(self, first));
    say(self, network, "again", ics_wait(self, second));
}

static void a_parent_waits_for_its_children(void **state)
{
    start(state, "a", "p", spawn_and_wait);
    expect(state, "p spawned=0@0s; p/first returns=0@10ms; p second=42@20ms; p first=0@20ms; "
                  "p again=42@20ms; ");
}

static void child_forever(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    ics_sleep(self, ICS_FOREVER);
}

static void spawn_and_wait_for_ever(IcsProcess *self, gconstpointer network)
{
    say(self, network, "child", ics_wait(self, ics_spawn(self, "c", child_forever, network)));
}

static void kill_named(IcsSmallNetwork *network, gpointer name)
{
    uint32_t n = ics_host_processes_kill(ics_small_network_stack(network, "a"), name);
    ics_small_network_note(network, "killed %u", n);
}

static void to_wait_for_a_killed_child_is_interrupted(void **state)
{
    start(state, "a", "p", spawn_and_wait_for_ever);
    ics_small_network_at(*state, 30 * MS, kill_named, "p/c");
    expect(state, "killed 1@30ms; p child=EINTR@30ms; ");
}

static void to_kill_a_process_kills_its_children(void **state)
{
    ics_small_processes_note_all(*state);
    start(state, "a", "p", spawn_and_wait_for_ever);
    start(state, "a", "pp", child_return);
    ics_small_network_at(*state, 3 * MS, kill_named, "p");
    ics_small_network_at(*state, 4 * MS, kill_named, "p");
    expect(state, "p killed 0@3ms; p/c killed 0@3ms; killed 2@3ms; killed 0@4ms; "
                  "pp returns=0@10ms; pp returned 0@10ms; ");
}

static void end_before_the_child(IcsProcess *self, gconstpointer network)
{
    ics_spawn(self, "c", child_return, network);
}

static void a_child_outlives_its_parent(void **state)
{
    ics_small_processes_note_all(*state);
    start(state, "a", "p", end_before_the_child);
    expect(state, "p returned 0@0s; p/c returns=0@10ms; p/c returned 0@10ms; ");
}

static void nest(IcsProcess *self, gconstpointer network)
{
    if (strlen(ics_name(self)) < 5) {
        say(self, network, "child", ics_wait(self, ics_spawn(self, "c", nest, network)));
    }
    ics_exit(self, (int)strlen(ics_name(self)));
}

static void children_have_children(void **state)
{
    start(state, "a", "p", nest);
    expect(state, "p/c child=5@0s; p child=3@0s; ");
}

static void child_does_nothing(G_GNUC_UNUSED IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
}

static void spawn_as_many_as_possible(IcsProcess *self, gconstpointer network)
{
    int64_t n = 0;
    while (ics_spawn(self, "c", child_does_nothing, network) != NULL) {
        n++;
    }
    say(self, network, "spawned", n);
    ics_sleep(self, MS);
    g_assert_null(ics_spawn(self, "c", child_does_nothing, network)); /* ended ones count too */
}

static void a_host_has_100000_processes_at_most(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", spawn_as_many_as_possible);
    start(state, "b", "p", spawn_and_wait);
    ics_small_network_run(network);
    assert_non_null(strstr(network->notes->str, "p spawned=99999@0s; "));
    assert_non_null(strstr(network->notes->str, "p second=42@20ms; "));
}

/* ---- ends ---- */

static void exit_from_depth(IcsProcess *self, gconstpointer network)
{
    ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    say(self, network, "exits", 0);
    ics_exit(self, 3);
}

static void bind_after(IcsProcess *self, gconstpointer network)
{
    ics_sleep(self, MS);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "bind", ics_bind(self, socket, at(network, NULL, 7)));
}

static void an_exit_closes_the_sockets(void **state)
{
    IcsProcess *process = start(state, "a", "p", exit_from_depth);
    start(state, "a", "q", bind_after);
    expect(state, "p exits=0@0s; q bind=0@1ms; ");
    assert_int_equal(process->outcome, ICS_OUTCOME_EXITED);
    assert_int_equal(process->exit_code, 3);
}

static void a_kill_closes_the_sockets(void **state)
{
    start(state, "a", "p", child_forever);
    ics_small_network_at(*state, MS / 2, kill_named, "p");
    start(state, "a", "q", bind_after);
    expect(state, "killed 1@500us; q bind=0@1ms; ");
}

static void block_everywhere(IcsProcess *self, gconstpointer network)
{
    uint8_t byte;
    int socket = ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 1000 * MS);
    say(self, network, "receive", ics_receive(self, socket, &byte, 1, 0));
}

static void a_process_is_killed_in_its_receive(void **state)
{
    start(state, "a", "p", block_everywhere);
    ics_small_network_at(*state, 10 * MS, kill_named, "p");
    expect(state, "killed 1@10ms; ");
}

/* ---- crash ---- */

static void crash_a(IcsSmallNetwork *network, G_GNUC_UNUSED gpointer data)
{
    ics_host_crash(ics_small_network_host(network, "a"));
}

static void restart_a(IcsSmallNetwork *network, gpointer main)
{
    ics_host_restart(ics_small_network_host(network, "a"));
    ics_small_processes_start(network, "a", "again", (IcsProcessMain)main);
}

static void flood_a(IcsProcess *self, gconstpointer network)
{
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    for (int i = 0; i < 5; i++) {
        ics_send_to(self, socket, "x", 1, 0, at(network, "a", 7));
    }
}

static void a_crash_ends_everything_without_a_packet(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_network_schedule_departures(network->network);
    ics_small_processes_note_all(network);
    start(state, "a", "p", child_forever);
    start(state, "a", "r", spawn_and_wait);
    start(state, "b", "q", flood_a);
    ics_small_network_at(network, 12 * MS, crash_a, NULL);
    expect(state,
           "r spawned=0@0s; q returned 0@0s; r/first returns=0@10ms; r/first returned 0@10ms; "
           "p crashed 0@12ms; r crashed 0@12ms; r/second crashed 0@12ms; ");
    assert_int_equal(ics_small_network_dropped(network, "a", ICS_CAUSE_HOST_DOWN), 5);
    assert_int_equal(ics_small_network_direction(network, "a", "b")->counters.offered, 0);
}

static void bind_same_ports(IcsProcess *self, gconstpointer network)
{
    IcsEndpoint local;
    ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_bind(self, socket, at(network, NULL, 0));
    ics_local_endpoint(self, socket, &local);
    say(self, network, "port", local.port);
    ics_sleep(self, 100 * MS);
}

static void a_restarted_host_has_all_ports_free(void **state)
{
    ics_network_schedule_departures(((IcsSmallNetwork *)*state)->network);
    start(state, "a", "p", bind_same_ports);
    ics_small_network_at(*state, 10 * MS, crash_a, NULL);
    ics_small_network_at(*state, 20 * MS, restart_a, bind_same_ports);
    expect(state, "p port=49152@0s; again port=49152@20ms; ");
}

static void a_world_can_be_taken_apart_at_any_time(void **state)
{
    IcsSmallNetwork *network = *state;
    start(state, "a", "p", child_forever);
    start(state, "a", "r", spawn_and_wait);
    start(state, "b", "q", flood_a);
    ics_small_network_run_until(network, 7 * MS);
    assert_string_equal(network->notes->str, "r spawned=0@0s; ");
}

/* ---- names of processes ---- */

static void all_processes_are_known_in_the_order_of_their_starts(void **state)
{
    IcsSmallNetwork *network = *state;
    assert_null(ics_host_processes_all(ics_small_network_stack(network, "a")));
    assert_int_equal(ics_host_processes_kill(ics_small_network_stack(network, "a"), "p"), 0);
    start(state, "a", "z", end_before_the_child);
    start(state, "a", "p", child_return);
    expect(state, "p returns=0@10ms; z/c returns=0@10ms; ");
    const GPtrArray *all = ics_host_processes_all(ics_small_network_stack(network, "a"));
    assert_int_equal(all->len, 3);
    static const char *const names[] = {"z", "p", "z/c"};
    for (guint i = 0; i < 3; i++) {
        const IcsProcess *process = g_ptr_array_index(all, i);
        assert_string_equal(process->name, names[i]);
    }
}

/* ---- time ---- */

static void sleep_and_compute(IcsProcess *self, gconstpointer network)
{
    g_assert_cmpint(ics_now(self), ==, 0);
    ics_sleep(self, 0);
    ics_sleep(self, -5);
    ics_sleep(self, INT64_MIN);
    ics_sleep_until(self, -1);
    ics_compute(self, 0);
    say(self, network, "now", ics_now(self));
    ics_sleep(self, 1);
    ics_compute(self, 2);
    say(self, network, "then", ics_now(self));
    ics_sleep_until(self, 10);
    ics_sleep_until(self, 5);
    say(self, network, "later", ics_now(self));
    ics_compute(self, ICS_FOREVER);
    say(self, network, "never", ics_now(self));
}

static void time_passes_in_sleep_and_in_computing(void **state)
{
    start(state, "a", "p", sleep_and_compute);
    expect(state, "p now=0@0s; p then=3@3ns; p later=10@10ns; ");
}

static void note_blocked(gpointer data, const IcsObservation *observation)
{
    if (observation->process != NULL && strcmp(observation->process->name, "p") == 0) {
        ics_small_network_note(data, "%s", observation->text);
    }
}

static void compute_and_receive(IcsProcess *self, G_GNUC_UNUSED gconstpointer network)
{
    uint8_t byte;
    int socket = ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    ics_compute(self, 3 * MS);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 4 * MS);
    ics_receive(self, socket, &byte, 1, 0);
}

static void a_process_that_computes_is_told_from_one_that_waits(void **state)
{
    IcsSmallNetwork *network = *state;
    ics_bus_subscribe(&network->simulation->bus, ICS_OBSERVE_MASK(PROCESS_BLOCKED), note_blocked,
                      network);
    start(state, "a", "p", compute_and_receive);
    expect(state, "compute@0s; receive@3ms; ");
}

static void poll_for_ever(IcsProcess *self, gconstpointer network)
{
    uint8_t byte;
    int socket = ics_small_processes_bound(self, ICS_SOCKET_DATAGRAM, 7);
    while (ics_receive(self, socket, &byte, 1, ICS_DONT_WAIT) == -EAGAIN) {
    }
    say(self, network, "got", byte);
}

static void send_to_poller(IcsProcess *self, gconstpointer network)
{
    uint8_t byte = 42;
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    say(self, network, "send", ics_send_to(self, socket, &byte, 1, 0, at(network, "a", 7)));
}

/* Without a turn for others, the message to itself would never arrive. */
static void a_process_that_polls_for_ever_gives_others_their_turn(void **state)
{
    start(state, "a", "p", poll_for_ever);
    start(state, "a", "q", send_to_poller);
    expect(state, "q send=1@0s; p got=42@0s; ");
}

/* ---- random numbers ---- */

typedef struct {
    uint64_t numbers[4];
    uint64_t *next;
} Drawn;

static void draw_four(IcsProcess *self, gconstpointer config)
{
    Drawn *drawn = (Drawn *)config;
    for (int i = 0; i < 4; i++) {
        drawn->numbers[i] = ics_random(self);
        ics_sleep(self, 1);
    }
}

/* The numbers of process p on host a, perhaps beside another process. */
static Drawn draw(uint64_t seed, const char *also)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(seed, names);
    Drawn drawn = {0}, other = {0};
    if (also != NULL) {
        ics_small_processes_start_with(network, "a", also, draw_four, &other);
    }
    ics_small_processes_start_with(network, "a", "p", draw_four, &drawn);
    ics_small_network_run(network);
    return drawn;
}

static bool is_same(const Drawn *one, const Drawn *other)
{
    return memcmp(one->numbers, other->numbers, sizeof one->numbers) == 0;
}

static void random_numbers_are_the_processs_own(G_GNUC_UNUSED void **state)
{
    Drawn alone = draw(1, NULL), again = draw(1, NULL), beside = draw(1, "o"), seed = draw(2, NULL);
    assert_true(is_same(&alone, &again));
    assert_true(is_same(&alone, &beside));
    assert_false(is_same(&alone, &seed));
    for (int i = 0; i < 3; i++) {
        assert_true(alone.numbers[i] != alone.numbers[i + 1]);
    }
}

static void two_lives_of_a_process_draw_different_numbers(G_GNUC_UNUSED void **state)
{
    Drawn first = draw(1, NULL), second = draw(1, "p");
    assert_false(is_same(&first, &second));
}

/* ---- what else a process has ---- */

static void use_the_rest(IcsProcess *self, gconstpointer network)
{
    uint8_t *bytes = ics_alloc(self, 1000);
    for (int i = 0; i < 1000; i++) {
        g_assert_cmpint(bytes[i], ==, 0);
    }
    ics_log(self, "%s has %d bytes", ics_name(self), 1000);
    say(self, network, "done", 0);
}

static void a_process_has_memory_a_name_and_a_log(void **state)
{
    ics_small_processes_note_all(*state);
    start(state, "a", "p", use_the_rest);
    expect(state, "p: p has 1000 bytes@0s; p done=0@0s; p returned 0@0s; ");
}

#define TEST(function)                                                                             \
    cmocka_unit_test_setup_teardown(function, ics_small_network_setup, ics_small_network_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_parent_waits_for_its_children),
        TEST(to_wait_for_a_killed_child_is_interrupted),
        TEST(to_kill_a_process_kills_its_children),
        TEST(a_child_outlives_its_parent),
        TEST(children_have_children),
        TEST(a_host_has_100000_processes_at_most),
        TEST(an_exit_closes_the_sockets),
        TEST(a_kill_closes_the_sockets),
        TEST(a_process_is_killed_in_its_receive),
        TEST(a_crash_ends_everything_without_a_packet),
        TEST(a_restarted_host_has_all_ports_free),
        TEST(a_world_can_be_taken_apart_at_any_time),
        TEST(all_processes_are_known_in_the_order_of_their_starts),
        TEST(time_passes_in_sleep_and_in_computing),
        TEST(a_process_that_computes_is_told_from_one_that_waits),
        TEST(a_process_that_polls_for_ever_gives_others_their_turn),
        cmocka_unit_test(random_numbers_are_the_processs_own),
        cmocka_unit_test(two_lives_of_a_process_draw_different_numbers),
        TEST(a_process_has_memory_a_name_and_a_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
