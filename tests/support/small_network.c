#include "tests/support/small_network.h"

#include <cmocka.h>
#include <string.h>

#define SMALL_NETWORK_ADDRESS     ICS_RAW_ADDRESS(10, 0, 0, 0)
#define SMALL_NETWORK_PREFIX_BITS 24

typedef struct {
    gpointer data;
    GDestroyNotify destroy;
} SmallNetworkKept;

typedef struct {
    IcsEvent event;
    IcsSmallNetwork *network;
    void (*act)(IcsSmallNetwork *self, gpointer data);
    gpointer data;
} SmallNetworkAct;

static void small_network_free_kept(gpointer data)
{
    SmallNetworkKept *self = data;
    self->destroy(self->data);
    g_free(self);
}

gpointer ics_small_network_keep(IcsSmallNetwork *self, gpointer data, GDestroyNotify destroy)
{
    SmallNetworkKept *kept = g_new0(SmallNetworkKept, 1);
    kept->data = data;
    kept->destroy = destroy;
    g_ptr_array_add(self->kept, kept);
    return data;
}

static void small_network_observe(gpointer data, const IcsObservation *observation)
{
    IcsSmallNetwork *self = data;
    const IcsPacket *packet = observation->packet;
    g_ptr_array_add(self->sent, g_bytes_new(packet->bytes, packet->length));
}

IcsSmallNetwork *ics_small_network_new(uint64_t seed, const char *const *names)
{
    IcsSmallNetwork *self = g_new0(IcsSmallNetwork, 1);
    uint32_t n = g_strv_length((char **)names);
    self->simulation = ics_simulation_new(seed, names, n);
    self->network = ics_network_new(self->simulation, ICS_SMALL_NETWORK_FOREVER);
    self->sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    self->notes = g_string_new(NULL);
    self->kept = g_ptr_array_new_with_free_func(small_network_free_kept);
    for (uint32_t i = 0; i < n; i++) {
        ics_stack_install(ics_network_host(self->network, i + 1));
    }
    ics_bus_subscribe(&self->simulation->bus, ICS_OBSERVE_MASK(PACKET_OFFERED),
                      small_network_observe, self);
    return self;
}

void ics_small_network_free(IcsSmallNetwork *self)
{
    if (self == NULL) {
        return;
    }
    const IcsLinkDirection *lost = ics_network_find_unconserved(self->network);
    if (lost != NULL) {
        print_error("packets are not conserved on %s\n", lost->name);
    }
    assert_null(lost);
    ics_network_free(self->network);
    ics_simulation_free(self->simulation);
    g_ptr_array_unref(self->sent);
    g_string_free(self->notes, TRUE);
    g_ptr_array_unref(self->kept);
    g_free(self);
}

int ics_small_network_setup(void **state)
{
    static const char *const names[] = {"a", "b", NULL};
    IcsSmallNetwork *self = ics_small_network_new(1, names);
    ics_small_network_link(self, "a", "b", NULL);
    *state = self;
    return 0;
}

int ics_small_network_teardown(void **state)
{
    ics_small_network_free(*state);
    return 0;
}

/* ---- hosts and links ---- */

IcsHost *ics_small_network_host(const IcsSmallNetwork *self, const char *name)
{
    IcsHost *host = ics_network_host_by_name(self->network, name);
    assert_non_null(host);
    return host;
}

IcsStack *ics_small_network_stack(const IcsSmallNetwork *self, const char *name)
{
    return ics_stack_of(ics_small_network_host(self, name));
}

uint32_t ics_small_network_address(const IcsSmallNetwork *self, const char *name)
{
    return SMALL_NETWORK_ADDRESS | ics_small_network_host(self, name)->node;
}

static IcsInterface *small_network_interface(IcsSmallNetwork *self, const char *name)
{
    IcsHost *host = ics_small_network_host(self, name);
    g_autofree char *text = g_strdup_printf("eth%u", host->interfaces->len);
    return ics_network_add_interface(self->network, host, text,
                                     ics_small_network_address(self, name),
                                     SMALL_NETWORK_PREFIX_BITS, NULL);
}

IcsLinkConfig ics_small_network_link_config(void)
{
    return (IcsLinkConfig){.delay_ns = ICS_SMALL_NETWORK_DELAY_NS,
                           .mtu_bytes = ICS_LINK_DEFAULT_MTU};
}

void ics_small_network_link(IcsSmallNetwork *self, const char *a, const char *b,
                            const IcsLinkConfig *config)
{
    IcsLinkConfig usual = ics_small_network_link_config();
    IcsLinkConfig used = config != NULL ? *config : usual;
    used.name = ics_small_network_keep(self, g_strdup_printf("link%u", self->n_links++), g_free);
    assert_true(ics_network_add_link(self->network, small_network_interface(self, a),
                                     small_network_interface(self, b), &used, &used, NULL));
    ics_network_connect_routes(self->network);
}

IcsLinkDirection *ics_small_network_direction(const IcsSmallNetwork *self, const char *from,
                                              const char *to)
{
    for (guint i = 0; i < self->network->directions->len; i++) {
        IcsLinkDirection *direction = g_ptr_array_index(self->network->directions, i);
        if (strcmp(direction->from->host->name, from) == 0 &&
            strcmp(direction->to->host->name, to) == 0) {
            return direction;
        }
    }
    fail_msg("there is no link from %s to %s", from, to);
    return NULL;
}

void ics_small_network_fault(IcsSmallNetwork *self, const char *from, const char *to,
                             const IcsFaultClass *klass, gconstpointer config,
                             const IcsFaultScopeConfig *scope)
{
    IcsLinkDirection *direction = ics_small_network_direction(self, from, to);
    GError *error = NULL;
    IcsFaultScope compiled;
    IcsFaultSettings settings = {.place = direction->name, .seed = self->simulation->seed};
    if (scope != NULL && !ics_fault_scope_init(&compiled, scope, &error)) {
        fail_msg("%s", error->message);
    }
    IcsFault *fault =
        ics_fault_new(klass, config, &settings, scope != NULL ? &compiled : NULL, &error);
    if (fault == NULL) {
        fail_msg("%s", error->message);
    }
    ics_fault_chain_add(&direction->faults, fault);
}

/* ---- what happens ---- */

static void small_network_inject(IcsSmallNetwork *self, IcsInterface *interface,
                                 const IcsRawPacket *raw)
{
    IcsPacket *packet = ics_packet_new(self->network->packets, (uint32_t)raw->n);
    memcpy(packet->bytes, raw->bytes, raw->n);
    uint32_t actor = ics_simulation_enter(self->simulation, interface->host->node);
    ics_interface_receive(interface, packet);
    ics_simulation_enter(self->simulation, actor);
}

void ics_small_network_inject(IcsSmallNetwork *self, const char *host, const IcsRawPacket *packet)
{
    small_network_inject(self, g_ptr_array_index(ics_small_network_host(self, host)->interfaces, 0),
                         packet);
}

void ics_small_network_inject_loopback(IcsSmallNetwork *self, const char *host,
                                       const IcsRawPacket *packet)
{
    small_network_inject(self, ics_small_network_host(self, host)->loopback, packet);
}

static void small_network_act(IcsEvent *event)
{
    SmallNetworkAct *self = ICS_CONTAINER_OF(event, SmallNetworkAct, event);
    self->act(self->network, self->data);
}

void ics_small_network_at(IcsSmallNetwork *self, int64_t at_ns,
                          void (*act)(IcsSmallNetwork *self, gpointer data), gpointer data)
{
    SmallNetworkAct *made = ics_small_network_keep(self, g_new0(SmallNetworkAct, 1), g_free);
    made->network = self;
    made->act = act;
    made->data = data;
    ics_event_init(&made->event, small_network_act);
    ics_simulation_schedule(self->simulation, &made->event, at_ns, ICS_NODE_WORLD);
}

void ics_small_network_run(IcsSmallNetwork *self)
{
    IcsStopReason reason =
        ics_simulation_run(self->simulation, ICS_SMALL_NETWORK_FOREVER, UINT64_MAX);
    assert_int_equal(reason, ICS_STOP_QUIESCENT);
}

void ics_small_network_run_until(IcsSmallNetwork *self, int64_t until_ns)
{
    ics_simulation_run(self->simulation, until_ns, UINT64_MAX);
}

/* ---- what is known of it ---- */

void ics_small_network_note(IcsSmallNetwork *self, const char *format, ...)
{
    char text[ICS_UNITS_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(self->notes, format, arguments);
    va_end(arguments);
    ics_time_format(self->simulation->now_ns, text);
    char *blank = strchr(text, ' ');
    memmove(blank, blank + 1, strlen(blank));
    g_string_append_printf(self->notes, "@%s; ", text);
}

void ics_small_network_expect(IcsSmallNetwork *self, const char *notes)
{
    ics_small_network_run(self);
    assert_string_equal(self->notes->str, notes);
}

guint ics_small_network_n_sent(const IcsSmallNetwork *self)
{
    return self->sent->len;
}

const uint8_t *ics_small_network_sent(const IcsSmallNetwork *self, guint index, size_t *n)
{
    assert_in_range(index, 0, self->sent->len - 1);
    return g_bytes_get_data(g_ptr_array_index(self->sent, index), n);
}

uint64_t ics_small_network_dropped(const IcsSmallNetwork *self, const char *host, IcsCause cause)
{
    return ics_small_network_host(self, host)->dropped[cause];
}

uint64_t ics_small_network_dropped_in_all(const IcsSmallNetwork *self, const char *host)
{
    uint64_t all = 0;
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        all += ics_small_network_dropped(self, host, (IcsCause)cause);
    }
    return all;
}
