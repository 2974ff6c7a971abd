/* Small worlds at random: random links and faults, programs in both forms, processes that call
 * whatever sockets have at random, hosts that crash and links that go down; stopped at a random
 * time. Whatever happens, no packet is lost sight of, the same seed gives the same digest, and
 * taking the world apart frees everything (the pool asserts it, and so does AddressSanitizer). */
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/small_programs.h"
#include "tests/support/splitmix.h"

#define MS ICS_SMALL_NETWORK_MS

enum { WORLDS = 200, HOSTS = 4, PORTS = 6, CALLS = 60, SOCKETS = 5, DEPTH = 2 };

static const char *const names[] = {"a", "b", "c", "d", NULL};

static uint64_t below(uint64_t *random, uint64_t n)
{
    return ics_splitmix_next(random) % n;
}

/* ---- a process that does anything ---- */

static uint64_t choose(IcsProcess *self, uint64_t n)
{
    return ics_random(self) % n;
}

static IcsEndpoint anybody(IcsProcess *self, gconstpointer network)
{
    const char *host = names[choose(self, HOSTS)];
    IcsEndpoint endpoint = ics_small_processes_endpoint(network, host, 0);
    endpoint.port = (uint16_t)choose(self, PORTS); /* 0 is none */
    if (choose(self, 10) == 0) {
        endpoint.address = (uint32_t)(choose(self, 2) * ICS_RAW_ADDRESS(127, 0, 0, 1));
    }
    return endpoint;
}

static size_t any_length(IcsProcess *self)
{
    static const size_t limits[] = {1, 100, 1500, 3000, 70000};
    return choose(self, limits[choose(self, G_N_ELEMENTS(limits))]);
}

static void monkey_send(IcsProcess *self, gconstpointer network, int socket)
{
    static const uint8_t bytes[70000];
    int flags = choose(self, 3) == 0 ? ICS_DONT_WAIT : 0;
    if (choose(self, 2) == 0) {
        ics_send(self, socket, bytes, any_length(self), flags);
    } else {
        ics_send_to(self, socket, bytes, any_length(self), flags, anybody(self, network));
    }
}

static void monkey_receive(IcsProcess *self, int socket)
{
    uint8_t buffer[2000];
    IcsReceived received;
    size_t n = choose(self, sizeof buffer + 1);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, 1 + (int64_t)choose(self, 20 * MS));
    int64_t got = ics_receive_from(self, socket, buffer, n, (int)choose(self, 2), &received);
    if (got >= 0) {
        g_assert_cmpuint(received.bytes, >=, (size_t)got);
        g_assert_cmpint(received.truncated, ==, received.bytes > (size_t)got);
        g_assert_cmpint(received.sent_ns, <=, ics_now(self));
    }
}

static void monkey_set(IcsProcess *self, int socket)
{
    static const IcsSocketOption options[] = {ICS_OPTION_SEND_TIMEOUT, ICS_OPTION_NONBLOCKING,
                                              ICS_OPTION_RECEIVE_BUFFER, ICS_OPTION_CHECKSUM};
    IcsSocketOption option = options[choose(self, G_N_ELEMENTS(options))];
    ics_set_option(self, socket, option, (int64_t)choose(self, option < 2 ? 2 : 3000));
}

static void monkey_main(IcsProcess *self, gconstpointer network);

static void monkey_have_child(IcsProcess *self, gconstpointer network)
{
    if (strlen(ics_name(self)) > 2 + 2 * DEPTH) {
        return;
    }
    IcsProcess *child = ics_spawn(self, "c", monkey_main, network);
    if (choose(self, 2) == 0) {
        ics_wait(self, child);
    }
}

static void monkey_call(IcsProcess *self, gconstpointer network)
{
    int socket = (int)choose(self, SOCKETS);
    switch (choose(self, 16)) {
    case 0:
    case 1:
        ics_socket(self, (IcsSocketType)choose(self, 2));
        return;
    case 2:
    case 3:
        ics_bind(self, socket, (IcsEndpoint){ICS_ANY_ADDRESS, (uint16_t)choose(self, PORTS)});
        return;
    case 4:
        ics_connect(self, socket, anybody(self, network));
        return;
    case 5:
        ics_close(self, socket);
        return;
    case 6:
        monkey_set(self, socket);
        return;
    case 7:
        ics_sleep(self, (int64_t)choose(self, 10 * MS));
        return;
    case 8:
        ics_compute(self, (int64_t)choose(self, 10 * MS));
        return;
    case 9:
        monkey_have_child(self, network);
        return;
    case 10:
    case 11:
    case 12:
        monkey_receive(self, socket);
        return;
    default:
        monkey_send(self, network, socket);
    }
}

static void monkey_main(IcsProcess *self, gconstpointer network)
{
    for (int i = 0; i < CALLS; i++) {
        monkey_call(self, network);
    }
    if (choose(self, 2) == 0) {
        ics_exit(self, 1);
    }
}

/* ---- links and faults ---- */

static void add_fault(IcsSmallNetwork *network, uint64_t *random, const char *from, const char *to)
{
    IcsProbability some = ICS_PROBABILITY_ONE / 100 * below(random, 50);
    IcsLossConfig loss = {.probability = some, .has_probability = true};
    IcsDuplicateConfig duplicate = {some, true, 1 + (int64_t)below(random, 3)};
    IcsCorruptConfig corrupt = {.probability = some, .has_probability = true, .bits = 2};
    IcsTruncateConfig truncate = {.probability = some, .has_probability = true};
    IcsDelayConfig delay = {.time_ns = 3 * MS, .jitter_ns = (int64_t)below(random, 3 * MS)};
    IcsReorderConfig reorder = {.probability = some,
                                .has_probability = true,
                                .displacement = 1 + (int64_t)below(random, 4)};
    const struct {
        const IcsFaultClass *klass;
        gconstpointer config;
    } rows[] = {{&ics_loss_class, &loss},       {&ics_duplicate_class, &duplicate},
                {&ics_corrupt_class, &corrupt}, {&ics_truncate_class, &truncate},
                {&ics_delay_class, &delay},     {&ics_reorder_class, &reorder}};
    size_t row = below(random, G_N_ELEMENTS(rows));
    ics_small_network_fault(network, from, to, rows[row].klass, rows[row].config, NULL);
}

static void add_links(IcsSmallNetwork *network, uint64_t *random)
{
    static const int64_t mtus[] = {100, 576, 1500, 9000, 65535};
    for (int i = 0; i < HOSTS; i++) {
        for (int k = i + 1; k < HOSTS; k++) {
            if (below(random, 4) == 0) {
                continue;
            }
            IcsLinkConfig config = ics_small_network_link_config();
            config.rate_bps = below(random, 3) == 0 ? 0 : 100000 + (int64_t)below(random, 10000000);
            config.delay_ns = (int64_t)below(random, 5 * MS);
            config.mtu_bytes = mtus[below(random, G_N_ELEMENTS(mtus))];
            ics_small_network_link(network, names[i], names[k], &config);
            for (uint64_t n = below(random, 3); n > 0; n--) {
                bool forth = below(random, 2) == 0;
                add_fault(network, random, names[forth ? i : k], names[forth ? k : i]);
            }
        }
    }
}

/* ---- processes ---- */

static void add_programs(IcsSmallNetwork *network, uint64_t *random, const char *host)
{
    const IcsSmallForm form = (IcsSmallForm)below(random, 2);
    g_autofree char *sender = g_strdup_printf(
        "{'to': '%s:%d', 'messages': 50, 'size': '%dB', 'interval': '1ms'}",
        names[below(random, HOSTS)], 1 + (int)below(random, PORTS), (int)below(random, 1600));
    g_autofree char *sink =
        g_strdup_printf("{'port': %d, 'work': '%dus', 'receive-buffer': '2kB'}",
                        1 + (int)below(random, PORTS), (int)below(random, 3000));
    g_autofree char *echo = g_strdup_printf("{'port': %d}", 1 + (int)below(random, PORTS));
    ics_small_programs_start(network, host, "sink", "udp-sink", form, sink);
    ics_small_programs_start(network, host, "echo", "udp-echo-server", form, echo);
    ics_small_programs_start(network, host, "sender", "udp-sender", form, sender);
}

static void add_processes(IcsSmallNetwork *network, uint64_t *random)
{
    for (int i = 0; i < HOSTS; i++) {
        add_programs(network, random, names[i]);
        for (uint64_t n = below(random, 4); n > 0; n--) {
            g_autofree char *name = g_strdup_printf("m%d", (int)n);
            ics_small_processes_start(network, names[i], name, monkey_main);
        }
    }
}

/* ---- the schedule ---- */

static void act_on_host(IcsSmallNetwork *network, IcsHost *host, uint64_t what)
{
    switch (what) {
    case 0:
        ics_host_crash(host);
        return;
    case 1:
    case 2:
        if (host->state == ICS_HOST_CRASHED) {
            ics_host_restart(host);
            ics_small_processes_start(network, host->name, "m1", monkey_main);
        }
        return;
    case 3:
        ics_host_pause(host);
        return;
    case 4:
    case 5:
        ics_host_resume(host);
        return;
    default:
        ics_host_processes_kill(ics_stack_of(host), what % 2 == 0 ? "m1" : "echo");
    }
}

static void act_on_link(IcsLinkDirection *direction, uint64_t what)
{
    static void (*const verbs[])(IcsLinkDirection *) = {
        ics_link_direction_down,      ics_link_direction_up,      ics_link_direction_up,
        ics_link_direction_hold,      ics_link_direction_release, ics_link_direction_release,
        ics_link_direction_partition, ics_link_direction_repair};
    verbs[what % G_N_ELEMENTS(verbs)](direction);
}

static void act(IcsSmallNetwork *network, gpointer data)
{
    uint64_t random = *(uint64_t *)data;
    const GPtrArray *directions = network->network->directions;
    if (below(&random, 2) == 0 || directions->len == 0) {
        const char *host = names[below(&random, HOSTS)];
        act_on_host(network, ics_small_network_host(network, host), below(&random, 8));
    } else {
        act_on_link(g_ptr_array_index(directions, below(&random, directions->len)),
                    below(&random, 8));
    }
}

static void add_acts(IcsSmallNetwork *network, uint64_t *random)
{
    uint64_t n = below(random, 3) == 0 ? 0 : below(random, 12);
    if (n > 0) {
        ics_network_schedule_departures(network->network);
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t *seed = ics_small_network_keep(network, g_new(uint64_t, 1), g_free);
        *seed = ics_splitmix_next(random);
        ics_small_network_at(network, (int64_t)below(random, 100 * MS), act, seed);
    }
}

/* ---- what must hold ---- */

static uint64_t packets_somewhere(const IcsSmallNetwork *network)
{
    uint64_t packets = 0;
    for (guint i = 0; i < network->network->directions->len; i++) {
        packets += ics_link_direction_in_flight(g_ptr_array_index(network->network->directions, i));
    }
    for (int i = 0; i < HOSTS; i++) {
        const IcsHost *host = ics_small_network_host(network, names[i]);
        packets += host->loopback_queue.packets + host->paused_input.packets;
        packets += ics_host_processes_queued(ics_stack_of(host));
    }
    return packets;
}

static void check_world(const IcsSmallNetwork *network, uint64_t world)
{
    const IcsLinkDirection *lost = ics_network_find_unconserved(network->network);
    uint64_t somewhere = packets_somewhere(network);
    uint64_t in_use = ics_packet_pool_in_use(network->network->packets);
    if (lost != NULL || somewhere != in_use) {
        fail_msg("world %d: %d packets are in use, %d are somewhere; %s lost count", (int)world,
                 (int)in_use, (int)somewhere, lost != NULL ? lost->name : "no link");
    }
}

static uint64_t run_world(uint64_t world, uint64_t *sent)
{
    uint64_t random = world;
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(world, names);
    add_links(network, &random);
    add_processes(network, &random);
    add_acts(network, &random);
    int64_t stop_ns = (int64_t)below(&random, 200 * MS);
    for (int i = 1; i <= 4; i++) {
        ics_small_network_run_until(network, stop_ns / 4 * i);
        check_world(network, world);
    }
    *sent += ics_small_network_n_sent(network);
    return ics_network_digest(network->network);
}

static void no_packet_is_lost_sight_of_in_any_world(void **state)
{
    (void)state;
    uint64_t sent = 0;
    for (uint64_t world = 1; world <= WORLDS; world++) {
        uint64_t first = run_world(world, &sent);
        if (world % 8 == 0 && run_world(world, &sent) != first) {
            fail_msg("world %d: the digest is another one the second time", (int)world);
        }
    }
    assert_true(sent > 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_packet_is_lost_sight_of_in_any_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
