/* The rendezvous protocol over a network that loses, duplicates and reorders, between processes
 * that wait, give up and restart at random; in virtual time, repeatable by seed. */
#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "protocols/rendezvous/rendezvous.h"
#include "protocols/wire/bytes.h"
#include "tests/support/splitmix.h"

#define MS INT64_C(1000000)

enum { SENDERS = 4, RECEIVERS = 2, MESSAGES = 30, SEEDS = 20, MESSAGE_BYTES_MIN = 12 };
enum { NEVER_SENT, SENT, DELIVERED };

typedef struct {
    const char *name;
    unsigned loss_percent, duplicate_percent, delay_ms;
    unsigned cancel_percent;  /* receives that time out */
    unsigned restart_percent; /* sends during which the sender's host crashes */
    uint32_t retries;
} Profile;

static const Profile profiles[] = {
    {"over_a_good_network", 0, 0, 0, 0, 0, ICS_RENDEZVOUS_RETRY_FOREVER},
    {"over_loss", 40, 0, 5, 0, 0, ICS_RENDEZVOUS_RETRY_FOREVER},
    {"over_duplication_and_reordering", 0, 50, 900, 0, 0, ICS_RENDEZVOUS_RETRY_FOREVER},
    {"over_everything", 30, 30, 900, 0, 0, ICS_RENDEZVOUS_RETRY_FOREVER},
    {"over_everything_with_receives_that_time_out", 30, 30, 900, 50, 0,
     ICS_RENDEZVOUS_RETRY_FOREVER},
    {"over_everything_with_sends_that_time_out", 60, 30, 900, 20, 0, 1},
    {"over_everything_with_senders_that_restart", 30, 30, 900, 20, 20, 4},
};

typedef struct {
    int64_t at_ns;
    uint64_t from;
    uint64_t to;
    uint8_t *bytes; /* owned */
    size_t n;
} Packet;

typedef struct {
    IcsRendezvous *machine;
    uint64_t peer;
    int64_t act_ns;  /* when the process does something next of its own accord */
    bool is_busy;    /* a send is under way, or a receive waits */
    uint32_t number; /* sender: of the message sent last, from 1 */
    uint32_t life;   /* sender: how often restarted */
    uint8_t fate[MESSAGES + 1];
    uint32_t last_number[SENDERS]; /* receiver: delivered last, by sender */
    uint32_t last_life[SENDERS];
} Process;

typedef struct {
    const Profile *profile;
    uint64_t random;
    int64_t now_ns;
    GArray *packets; /* of Packet, in flight */
    Process processes[SENDERS + RECEIVERS];
    unsigned acknowledged, failed, delivered, cancelled, restarted;
} World;

static uint64_t below(World *world, uint64_t n)
{
    return ics_splitmix_next(&world->random) % n;
}

static bool happens(World *world, unsigned percent)
{
    return below(world, 100) < percent;
}

static bool is_sender(const World *world, const Process *process)
{
    return process < world->processes + SENDERS;
}

static Process *process_at(World *world, uint64_t peer)
{
    return &world->processes[peer - 1];
}

static void boot(World *world, Process *process)
{
    IcsRendezvousConfig config =
        ics_rendezvous_config_default((uint32_t)ics_splitmix_next(&world->random));
    config.retries = world->profile->retries;
    config.held_max = 2;
    ics_rendezvous_free(process->machine);
    process->machine = ics_rendezvous_new(&config);
    process->is_busy = false;
}

static void transmit(World *world, const IcsRendezvousDatagram *datagram, uint64_t from)
{
    unsigned copies = happens(world, world->profile->duplicate_percent) ? 2 : 1;
    for (unsigned i = 0; i < copies; i++) {
        if (happens(world, world->profile->loss_percent))
            continue;
        Packet packet = {
            .at_ns = world->now_ns + MS + (int64_t)below(world, world->profile->delay_ms + 1) * MS,
            .from = from,
            .to = datagram->peer,
            .bytes = g_memdup2(datagram->bytes, datagram->n),
            .n = datagram->n,
        };
        g_array_append_val(world->packets, packet);
    }
}

/* Message `number` of a sender: who, which life, which number, and bytes that follow from these. */
static size_t compose(const Process *sender, uint8_t *bytes)
{
    size_t n = MESSAGE_BYTES_MIN + sender->number * 7 % 100;
    ics_bytes_store_be32(bytes, (uint32_t)sender->peer);
    ics_bytes_store_be32(bytes + 4, sender->life);
    ics_bytes_store_be32(bytes + 8, sender->number);
    memset(bytes + MESSAGE_BYTES_MIN, (int)sender->number, n - MESSAGE_BYTES_MIN);
    return n;
}

static void check_delivery(World *world, Process *receiver, const IcsRendezvousEvent *event)
{
    uint8_t expected[256];
    assert_true(event->n >= MESSAGE_BYTES_MIN);
    Process author = {.peer = ics_bytes_load_be32(event->bytes),
                      .life = ics_bytes_load_be32(event->bytes + 4),
                      .number = ics_bytes_load_be32(event->bytes + 8)};
    assert_true(event->peer == author.peer);
    assert_int_equal(event->n, compose(&author, expected));
    assert_memory_equal(event->bytes, expected, event->n);

    Process *sender = process_at(world, author.peer);
    assert_int_equal(sender->fate[author.number], SENT); /* at most once */
    sender->fate[author.number] = DELIVERED;
    size_t index = author.peer - 1;
    bool is_same_life = receiver->last_life[index] == author.life;
    assert_true(!is_same_life || author.number > receiver->last_number[index]); /* in order */
    receiver->last_life[index] = author.life;
    receiver->last_number[index] = author.number;
}

static void on_event(World *world, Process *process, const IcsRendezvousEvent *event)
{
    assert_true(process->is_busy); /* no receive issued, no delivery; no send, no end of it */
    process->is_busy = false;
    process->act_ns = world->now_ns + (int64_t)below(world, 300) * MS;
    switch (event->kind) {
    case ICS_RENDEZVOUS_DELIVERED:
        assert_false(is_sender(world, process));
        check_delivery(world, process, event);
        world->delivered++;
        break;
    case ICS_RENDEZVOUS_ACKNOWLEDGED:
        assert_true(is_sender(world, process));
        assert_int_equal(process->fate[process->number], DELIVERED);
        world->acknowledged++;
        break;
    case ICS_RENDEZVOUS_FAILED:
        assert_true(is_sender(world, process));
        world->failed++;
        break;
    }
}

static void settle(World *world, Process *process)
{
    IcsRendezvousDatagram datagram;
    IcsRendezvousEvent event;
    while (ics_rendezvous_output(process->machine, world->now_ns, &datagram))
        transmit(world, &datagram, process->peer);
    assert_true(ics_rendezvous_deadline(process->machine) > world->now_ns);
    while (ics_rendezvous_poll(process->machine, &event)) {
        on_event(world, process, &event);
        g_free(event.bytes);
    }
}

static void act_as_receiver(World *world, Process *process)
{
    if (process->is_busy) {
        ics_rendezvous_receive_cancelled(process->machine);
        process->is_busy = false;
        process->act_ns = world->now_ns + (int64_t)below(world, 300) * MS;
        world->cancelled++;
        return;
    }
    process->is_busy = true;
    process->act_ns = happens(world, world->profile->cancel_percent)
                          ? world->now_ns + (int64_t)below(world, 200) * MS
                          : INT64_MAX;
    ics_rendezvous_receive_issued(process->machine);
}

static void act_as_sender(World *world, Process *process)
{
    uint8_t bytes[256];
    if (process->is_busy) {
        process->life++;
        boot(world, process);
        world->restarted++;
    }
    if (process->number == MESSAGES) {
        process->act_ns = INT64_MAX;
        return;
    }
    process->number++;
    process->is_busy = true;
    process->fate[process->number] = SENT;
    process->act_ns = happens(world, world->profile->restart_percent)
                          ? world->now_ns + (int64_t)below(world, 1000) * MS
                          : INT64_MAX;
    uint64_t peer = 1 + SENDERS + below(world, RECEIVERS);
    size_t n = compose(process, bytes);
    assert_int_equal(ics_rendezvous_send(process->machine, world->now_ns, peer, bytes, n), 0);
}

static int64_t next_time(const World *world)
{
    int64_t next_ns = INT64_MAX;
    for (guint i = 0; i < world->packets->len; i++)
        next_ns = MIN(next_ns, g_array_index(world->packets, Packet, i).at_ns);
    for (int i = 0; i < SENDERS + RECEIVERS; i++) {
        next_ns = MIN(next_ns, world->processes[i].act_ns);
        next_ns = MIN(next_ns, ics_rendezvous_deadline(world->processes[i].machine));
    }
    return next_ns;
}

static void arrive(World *world)
{
    for (guint i = 0; i < world->packets->len;) {
        Packet packet = g_array_index(world->packets, Packet, i);
        if (packet.at_ns > world->now_ns) {
            i++;
            continue;
        }
        g_array_remove_index_fast(world->packets, i);
        Process *process = process_at(world, packet.to);
        assert_int_equal(ics_rendezvous_input(process->machine, world->now_ns, packet.from,
                                              packet.bytes, packet.n),
                         ICS_RENDEZVOUS_OK);
        g_free(packet.bytes);
        settle(world, process);
    }
}

static void step(World *world)
{
    world->now_ns = next_time(world);
    arrive(world);
    for (int i = 0; i < SENDERS + RECEIVERS; i++) {
        Process *process = &world->processes[i];
        if (process->act_ns <= world->now_ns) {
            if (is_sender(world, process))
                act_as_sender(world, process);
            else
                act_as_receiver(world, process);
        }
        settle(world, process);
    }
}

static bool has_work(const World *world)
{
    for (int i = 0; i < SENDERS; i++) {
        const Process *sender = &world->processes[i];
        if (sender->is_busy || sender->number < MESSAGES)
            return true;
    }
    return world->packets->len > 0;
}

static void check_end(const World *world)
{
    unsigned sent = SENDERS * MESSAGES, delivered = 0;
    for (int i = 0; i < SENDERS; i++)
        for (int number = 1; number <= MESSAGES; number++)
            delivered += world->processes[i].fate[number] == DELIVERED;
    assert_int_equal(world->delivered, delivered);
    assert_int_equal(world->acknowledged + world->failed + world->restarted, sent);
    assert_true(world->delivered >= world->acknowledged);
    bool is_patient = world->profile->retries == ICS_RENDEZVOUS_RETRY_FOREVER;
    assert_true(!is_patient || world->delivered == sent);
    /* The profile does what its name says. */
    assert_int_equal(world->cancelled > 0, world->profile->cancel_percent > 0);
    assert_int_equal(world->restarted > 0, world->profile->restart_percent > 0);
    assert_true(world->profile->retries != 1 || world->failed > 0);
}

static void run(const Profile *profile, uint64_t seed)
{
    World world = {.profile = profile, .random = seed};
    world.packets = g_array_new(FALSE, FALSE, sizeof(Packet));
    for (int i = 0; i < SENDERS + RECEIVERS; i++) {
        world.processes[i].peer = (uint64_t)i + 1;
        boot(&world, &world.processes[i]);
    }
    for (unsigned steps = 0; has_work(&world); steps++) {
        assert_true(steps < 1000000); /* it does come to an end */
        step(&world);
    }
    check_end(&world);
    for (int i = 0; i < SENDERS + RECEIVERS; i++)
        ics_rendezvous_free(world.processes[i].machine);
    g_array_free(world.packets, TRUE);
}

static void messages_are_received_once_in_order_and_before_their_send_ends(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run(*state, seed);
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(profiles)];
    for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++)
        tests[i] = (struct CMUnitTest){
            profiles[i].name, messages_are_received_once_in_order_and_before_their_send_ends, NULL,
            NULL, (void *)&profiles[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
