/* Any bytes as a script of what processes do and what arrives at one rendezvous machine. Whatever
 * it is, nothing is delivered twice or out of its sender's order or without a receive, nothing is
 * acknowledged that was not delivered, and no more is held than allowed. */
#include <glib.h>

#include "protocols/rendezvous/rendezvous.h"
#include "protocols/wire/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PEERS = 4, SESSIONS = 4, HELD_MAX = 3, SENDERS_MAX = 8, RETRIES = 3, RAW_MAX_BYTES = 40 };

/* What a byte of the script, modulo their number, makes happen; bytes behind it are its arguments.
 */
typedef enum {
    ISSUE,
    CANCEL,
    SEND,
    WAIT,
    DATA,
    ACK,
    RAW,
    CANCEL_SEND,
    N_ACTIONS
} FuzzRendezvousAction;

typedef struct {
    const uint8_t *script;
    size_t size;
    IcsRendezvous *machine;
    int64_t now_ns;
    uint32_t receives; /* issued, neither delivered nor cancelled */
    uint32_t sends;    /* begun and not ended */
    struct {
        uint32_t sequence;
        bool is_set;
    } delivered[PEERS][SESSIONS]; /* last */
} FuzzRendezvousWorld;

static uint8_t fuzz_rendezvous_next(FuzzRendezvousWorld *world)
{
    if (world->size == 0)
        return 0;
    world->size--;
    return *world->script++;
}

static void fuzz_rendezvous_check_datagram(FuzzRendezvousWorld *world,
                                           const IcsRendezvousDatagram *datagram)
{
    IcsRendezvousHeader header;
    g_assert(ics_rendezvous_wire_parse(datagram->bytes, datagram->n, &header) == ICS_RENDEZVOUS_OK);
    g_assert(datagram->peer < PEERS && datagram->ordinal < ICS_FATE_ORDINALS);
    g_assert((header.type == ICS_RENDEZVOUS_ACK) == (datagram->fate_class == ICS_FATE_CONTROL));
    if (header.type != ICS_RENDEZVOUS_ACK || header.session >= SESSIONS)
        return;
    g_assert(world->delivered[datagram->peer][header.session].is_set);
    g_assert(world->delivered[datagram->peer][header.session].sequence == header.sequence);
}

static void fuzz_rendezvous_check_delivery(FuzzRendezvousWorld *world,
                                           const IcsRendezvousEvent *event)
{
    g_assert(world->receives-- > 0);
    if (event->session >= SESSIONS)
        return;
    uint32_t last = world->delivered[event->peer][event->session].sequence;
    g_assert(!world->delivered[event->peer][event->session].is_set ||
             (int32_t)(event->sequence - last) > 0);
    world->delivered[event->peer][event->session].sequence = event->sequence;
    world->delivered[event->peer][event->session].is_set = true;
}

static void fuzz_rendezvous_check_event(FuzzRendezvousWorld *world, const IcsRendezvousEvent *event)
{
    g_assert(event->peer < PEERS);
    switch (event->kind) {
    case ICS_RENDEZVOUS_DELIVERED:
        fuzz_rendezvous_check_delivery(world, event);
        break;
    case ICS_RENDEZVOUS_ACKNOWLEDGED:
    case ICS_RENDEZVOUS_FAILED:
        g_assert(world->sends-- > 0);
        break;
    }
}

static void fuzz_rendezvous_settle(FuzzRendezvousWorld *world)
{
    IcsRendezvousDatagram datagram;
    IcsRendezvousEvent event;
    /* Deliveries first: the ACKs of the datagrams are checked against them. */
    while (ics_rendezvous_poll(world->machine, &event)) {
        fuzz_rendezvous_check_event(world, &event);
        g_free(event.bytes);
    }
    while (ics_rendezvous_output(world->machine, world->now_ns, &datagram))
        fuzz_rendezvous_check_datagram(world, &datagram);
    while (ics_rendezvous_poll(world->machine, &event)) {
        g_assert(event.kind == ICS_RENDEZVOUS_FAILED);
        fuzz_rendezvous_check_event(world, &event);
    }
    g_assert(ics_rendezvous_waiting(world->machine) == world->receives);
    g_assert(ics_rendezvous_held(world->machine) <= (world->receives > 0 ? 0 : HELD_MAX));
    g_assert(ics_rendezvous_deadline(world->machine) > world->now_ns);
    g_assert((ics_rendezvous_deadline(world->machine) == INT64_MAX) == (world->sends == 0));
}

static void fuzz_rendezvous_send(FuzzRendezvousWorld *world)
{
    uint64_t peer = fuzz_rendezvous_next(world) % PEERS;
    size_t wanted = fuzz_rendezvous_next(world);
    size_t n = MIN(wanted, world->size);
    if (ics_rendezvous_send(world->machine, world->now_ns, peer, world->script, n) == 0)
        world->sends++;
}

/* Only by sending again is it seen from outside whether a send was under way. */
static void fuzz_rendezvous_cancel_send(FuzzRendezvousWorld *world)
{
    uint64_t peer = fuzz_rendezvous_next(world) % PEERS;
    if (ics_rendezvous_send(world->machine, world->now_ns, peer, NULL, 0) == 0)
        world->sends++;
    ics_rendezvous_send_cancelled(world->machine, peer);
    world->sends--;
}

/* A datagram with a good header, in copies of its own size for the sanitizer. */
static void fuzz_rendezvous_arrive(FuzzRendezvousWorld *world, IcsRendezvousType type)
{
    uint64_t peer = fuzz_rendezvous_next(world) % PEERS;
    IcsRendezvousHeader header = {
        .type = type,
        .session = fuzz_rendezvous_next(world) % SESSIONS,
        .sequence = (uint32_t)(int8_t)fuzz_rendezvous_next(world),
        .length = type == ICS_RENDEZVOUS_DATA ? fuzz_rendezvous_next(world) : 0,
    };
    size_t n = ICS_RENDEZVOUS_HEADER_BYTES + header.length;
    g_autofree uint8_t *bytes = g_malloc0(n);
    ics_rendezvous_wire_emit(&header, bytes);
    g_assert(ics_rendezvous_input(world->machine, world->now_ns, peer, bytes, n) ==
             ICS_RENDEZVOUS_OK);
}

static void fuzz_rendezvous_arrive_raw(FuzzRendezvousWorld *world)
{
    uint64_t peer = fuzz_rendezvous_next(world) % PEERS;
    size_t n = MIN(world->size, RAW_MAX_BYTES);
    g_autofree uint8_t *bytes = g_memdup2(world->script, n);
    ics_rendezvous_input(world->machine, world->now_ns, peer, bytes, n);
    world->script += n;
    world->size -= n;
}

static void fuzz_rendezvous_act(FuzzRendezvousWorld *world, FuzzRendezvousAction action)
{
    switch (action) {
    case ISSUE:
        world->receives++;
        ics_rendezvous_receive_issued(world->machine);
        break;
    case CANCEL:
        if (world->receives > 0) {
            world->receives--;
            ics_rendezvous_receive_cancelled(world->machine);
        }
        break;
    case SEND:
        fuzz_rendezvous_send(world);
        break;
    case WAIT:
        world->now_ns += fuzz_rendezvous_next(world) * INT64_C(10000000);
        break;
    case DATA:
        fuzz_rendezvous_arrive(world, ICS_RENDEZVOUS_DATA);
        break;
    case ACK:
        fuzz_rendezvous_arrive(world, ICS_RENDEZVOUS_ACK);
        break;
    case RAW:
        fuzz_rendezvous_arrive_raw(world);
        break;
    case CANCEL_SEND:
        fuzz_rendezvous_cancel_send(world);
        break;
    case N_ACTIONS:
        g_assert_not_reached();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    IcsRendezvousConfig config = ics_rendezvous_config_default(0);
    config.held_max = HELD_MAX;
    config.senders_max = SENDERS_MAX;
    config.retries = RETRIES;
    config.remember_ns = INT64_MAX; /* forgetting allows a second delivery */
    FuzzRendezvousWorld world = {.script = data, .size = size};
    world.machine = ics_rendezvous_new(&config);
    while (world.size > 0) {
        fuzz_rendezvous_act(&world,
                            (FuzzRendezvousAction)(fuzz_rendezvous_next(&world) % N_ACTIONS));
        fuzz_rendezvous_settle(&world);
    }
    ics_rendezvous_free(world.machine);
    return 0;
}
