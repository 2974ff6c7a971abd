/* A world of one host and a door to the outside, joined by a link that costs no time. */
#include <ipcsim/stack.h>
#include <string.h>

#include "base/error.h"
#include "netmodel/outside.h"
#include "protocols/socket/host_processes.h"
#include "protocols/stack/tcp.h"
#include "protocols/wire/ipv4_address.h"

/* Of the door's interface: an address that no packet can have (RFC 1112, section 4). */
#define HOST_STACK_OUTSIDE_ADDRESS UINT32_C(0xF0000001)

#define HOST_STACK_GROUPS UINT32_C(0xE0000000)

#define HOST_STACK_PREFIX_BITS   24
#define HOST_STACK_MTU_BYTES     1500
#define HOST_STACK_MTU_MIN_BYTES 68 /* RFC 791, section 3.2 */

typedef struct HostStackPacket {
    int64_t at_ns;
    size_t n;
    uint8_t bytes[];
} HostStackPacket;

struct IcsHostStack {
    IcsSimulation *simulation;
    IcsNetwork *network;
    IcsOutside *outside;
    IcsStack *stack;
    IcsProcess *process;
    GQueue taken; /* of HostStackPacket: what has come to the door */
};

/* ---- the process: it does nothing by itself ---- */

static void host_stack_on_start(G_GNUC_UNUSED IcsProcess *process,
                                G_GNUC_UNUSED gconstpointer config)
{
}

static void host_stack_on_ready(G_GNUC_UNUSED IcsProcess *process)
{
}

static const IcsProcessHandler host_stack_handler = {
    .on_start = host_stack_on_start,
    .on_ready = host_stack_on_ready,
    .on_timer = host_stack_on_ready,
};

static const IcsProcessProgram host_stack_program = {.handler = &host_stack_handler};

/* ---- the world ---- */

static void host_stack_receive(gpointer data, const IcsPacket *packet, int64_t at_ns)
{
    IcsHostStack *self = data;
    HostStackPacket *taken = g_malloc(sizeof *taken + packet->length);
    taken->at_ns = at_ns;
    taken->n = packet->length;
    memcpy(taken->bytes, packet->bytes, packet->length);
    g_queue_push_tail(&self->taken, taken);
}

static bool host_stack_join(IcsHostStack *self, const IcsHostStackConfig *config, GError **error)
{
    IcsHost *host = ics_network_host(self->network, 1);
    IcsHost *door = ics_network_host(self->network, 2);
    uint8_t bits = config->prefix_bits != 0 ? config->prefix_bits : HOST_STACK_PREFIX_BITS;
    IcsInterface *near =
        ics_network_add_interface(self->network, host, "eth0", config->address, bits, error);
    if (near == NULL) {
        return false;
    }
    IcsInterface *far = ics_network_add_interface(self->network, door, "eth0",
                                                  HOST_STACK_OUTSIDE_ADDRESS, 32, error);
    IcsLinkConfig out = {
        .name = "wire",
        .mtu_bytes = config->mtu_bytes != 0 ? config->mtu_bytes : HOST_STACK_MTU_BYTES,
    };
    /* A host takes what arrives, however large: a network card may have joined it. */
    IcsLinkConfig in = {.name = "wire", .mtu_bytes = ICS_PACKET_MAX_BYTES};
    if (far == NULL || !ics_network_add_link(self->network, near, far, &out, &in, error)) {
        return false;
    }
    ics_network_connect_routes(self->network);
    ics_host_set_default_route(host, near);
    ics_host_set_default_route(door, far);
    return true;
}

static bool host_stack_configure(IcsHostStack *self, const char *settings, GError **error)
{
    IcsStreamConfig config;
    ics_stream_config_default(&config);
    if (!ics_parameters_assign_all(ics_stream_parameters, settings, &config, error)) {
        g_prefix_error(error, "stream: ");
        return false;
    }
    ics_tcp_configure(self->stack, &config);
    return true;
}

static bool host_stack_build(IcsHostStack *self, const IcsHostStackConfig *config, GError **error)
{
    static const char *const names[] = {"host", "outside"};
    self->simulation = ics_simulation_new(config->seed, names, G_N_ELEMENTS(names));
    self->network = ics_network_new(self->simulation, ICS_TIME_NEVER);
    self->stack = ics_stack_install(ics_network_host(self->network, 1));
    self->outside = ics_outside_install(ics_network_host(self->network, 2));
    ics_outside_set_receiver(self->outside, host_stack_receive, self);
    return host_stack_join(self, config, error) &&
           (config->stream == NULL || config->stream[0] == '\0' ||
            host_stack_configure(self, config->stream, error));
}

/* RFC 1112, section 4: everything from 224.0.0.0 on is a group or reserved. */
static bool host_stack_may_have(uint32_t address)
{
    return address != 0 && address < HOST_STACK_GROUPS && !ics_ipv4_address_is_loopback(address);
}

static bool host_stack_check(const IcsHostStackConfig *config, GError **error)
{
    if (!host_stack_may_have(config->address) || config->prefix_bits > 32) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                    "a host needs an address and a network of 1 to 32 bits");
        return false;
    }
    if (config->mtu_bytes != 0 && (config->mtu_bytes < HOST_STACK_MTU_MIN_BYTES ||
                                   config->mtu_bytes > ICS_PACKET_MAX_BYTES)) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "the MTU is %u bytes, expected %d to %d",
                    config->mtu_bytes, HOST_STACK_MTU_MIN_BYTES, ICS_PACKET_MAX_BYTES);
        return false;
    }
    return true;
}

/* What is due happens; then the host is the one that acts. The clock goes on where nothing is left
 * to happen, too. */
static void host_stack_settle(IcsHostStack *self, int64_t until_ns)
{
    ics_simulation_run(self->simulation, until_ns, UINT64_MAX);
    if (until_ns != ICS_FOREVER && until_ns > self->simulation->now_ns) {
        ics_simulation_advance(self->simulation, until_ns);
    }
    ics_simulation_enter(self->simulation, self->stack->host->node);
}

IcsHostStack *ics_host_stack_new(const IcsHostStackConfig *config, char **message)
{
    g_autoptr(GError) error = NULL;
    IcsHostStack *self = g_new0(IcsHostStack, 1);
    if (!host_stack_check(config, &error) || !host_stack_build(self, config, &error)) {
        if (message != NULL) {
            *message = g_strdup(error->message);
        }
        ics_host_stack_free(self);
        return NULL;
    }
    self->process = ics_host_processes_start(self->stack, "process", &host_stack_program);
    host_stack_settle(self, 0);
    return self;
}

void ics_host_stack_free(IcsHostStack *self)
{
    if (self == NULL) {
        return;
    }
    if (self->network != NULL) {
        ics_simulation_drop_events(self->simulation);
        ics_network_free(self->network);
        ics_simulation_free(self->simulation);
    }
    g_queue_clear_full(&self->taken, g_free);
    g_free(self);
}

void ics_host_stack_free_text(char *text)
{
    g_free(text);
}

/* It has no link of its own: packets go the default way. */
bool ics_host_stack_add_address(IcsHostStack *self, uint32_t address)
{
    IcsHost *host = self->stack->host;
    if (!host_stack_may_have(address) || ics_host_owns_address(host, address)) {
        return false;
    }
    ics_network_add_interface(self->network, host, "alias", address, 32, NULL);
    ics_host_set_default_route(host, host->default_route); /* forgets the way there */
    return true;
}

/* ---- packets and time ---- */

IcsProcess *ics_host_stack_process(IcsHostStack *self)
{
    return self->process;
}

void ics_host_stack_push(IcsHostStack *self, const void *packet, size_t n)
{
    ics_outside_push(self->outside, packet, n);
    host_stack_settle(self, self->simulation->now_ns);
}

size_t ics_host_stack_take(IcsHostStack *self, void *packet, size_t n, int64_t *at_ns)
{
    host_stack_settle(self, self->simulation->now_ns);
    HostStackPacket *taken = g_queue_pop_head(&self->taken);
    if (taken == NULL) {
        return 0;
    }
    size_t length = taken->n;
    if (MIN(n, length) > 0) {
        memcpy(packet, taken->bytes, MIN(n, length));
    }
    if (at_ns != NULL) {
        *at_ns = taken->at_ns;
    }
    g_free(taken);
    return length;
}

int64_t ics_host_stack_now(const IcsHostStack *self)
{
    return self->simulation->now_ns;
}

int64_t ics_host_stack_next(IcsHostStack *self)
{
    host_stack_settle(self, self->simulation->now_ns);
    if (ics_simulation_is_quiescent(self->simulation)) {
        return ICS_FOREVER;
    }
    const IcsEvent *next = ics_event_queue_peek(&self->simulation->queue);
    return next != NULL ? next->at_ns : ICS_FOREVER;
}

void ics_host_stack_advance(IcsHostStack *self, int64_t until_ns)
{
    if (until_ns >= self->simulation->now_ns) {
        host_stack_settle(self, until_ns);
    }
}
