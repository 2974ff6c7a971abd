#include "tests/support/link_fixture.h"

#include <cmocka.h>

#include "netmodel/drop_tail.h"
#include "tests/support/splitmix.h"

/* One entry of the script. */
typedef struct FixtureStep {
    IcsEvent event;
    IcsLinkFixture *fixture;
    IcsInterface *interface; /* to send through; NULL: an action */
    uint64_t flow;
    uint32_t length;
    IcsFixtureAction act;
    gpointer data;
    gpointer target; /* of a verb */
    union {
        void (*direction_verb)(IcsLinkDirection *direction);
        void (*host_verb)(IcsHost *host);
        int64_t rate_bps;
    };
} FixtureStep;

/* ---- stacks ---- */

static void fixture_stack_input(gpointer stack, IcsInterface *interface, IcsPacket *packet)
{
    IcsRecordingStack *self = stack;
    IcsSimulation *simulation = self->fixture->simulation;
    assert_int_equal(simulation->current, self->host->node);
    assert_int_equal(self->host->state, ICS_HOST_UP);
    IcsSighting sighting = {
        .kind = ICS_OBSERVE_PACKET_ARRIVED,
        .at_ns = simulation->now_ns,
        .node = self->host->node,
        .has_packet = true,
        .flow = packet->fate.flow,
        .ordinal = packet->fate.ordinal,
        .lineage = packet->fate.lineage,
        .copy = packet->fate.copy,
        .length = packet->length,
        .damaged = packet->damaged,
        .interface = interface,
    };
    g_array_append_val(self->fixture->inputs, sighting);
    ics_digest_record(&simulation->nodes[self->host->node].digest, ICS_DIGEST_MESSAGE_DELIVERED,
                      simulation->now_ns, packet->fate.flow ^ packet->fate.lineage,
                      packet->fate.ordinal, interface->index);
    if (self->on_input != NULL) {
        self->on_input(self, interface, packet);
    }
    ics_packet_free(packet);
}

static void fixture_stack_crash(gpointer stack)
{
    IcsRecordingStack *self = stack;
    self->crashes++;
    if (self->on_crash != NULL) {
        self->on_crash(self);
    }
}

static const IcsStackClass fixture_stack_class = {fixture_stack_input, fixture_stack_crash, g_free};

/* ---- the world ---- */

IcsLinkFixture *ics_link_fixture_new(const char *const *names, uint64_t seed, int64_t horizon_ns)
{
    IcsLinkFixture *self = g_new0(IcsLinkFixture, 1);
    self->simulation = ics_simulation_new(seed, names, g_strv_length((char **)names));
    self->network = ics_network_new(self->simulation, horizon_ns);
    self->inputs = g_array_new(FALSE, FALSE, sizeof(IcsSighting));
    self->observations = g_array_new(FALSE, FALSE, sizeof(IcsSighting));
    self->script = g_ptr_array_new_with_free_func(g_free);
    self->next_address = 0x0a000001;
    for (guint i = 0; i < self->network->hosts->len; i++) {
        IcsHost *host = g_ptr_array_index(self->network->hosts, i);
        IcsRecordingStack *stack = g_new0(IcsRecordingStack, 1);
        stack->fixture = self;
        stack->host = host;
        host->stack = stack;
        host->stack_class = &fixture_stack_class;
    }
    return self;
}

static void fixture_assert_conserved(const IcsLinkFixture *self)
{
    const IcsLinkDirection *lost = ics_network_find_unconserved(self->network);
    if (lost != NULL) {
        fail_msg("packets are not conserved on %s", lost->name);
    }
}

/* Whatever is still inside goes back to the pool, which asserts that it got all. */
void ics_link_fixture_free(IcsLinkFixture *self)
{
    if (self == NULL) {
        return;
    }
    fixture_assert_conserved(self);
    ics_simulation_drop_events(self->simulation);
    ics_network_free(self->network);
    ics_simulation_free(self->simulation);
    g_ptr_array_unref(self->script);
    g_array_unref(self->inputs);
    g_array_unref(self->observations);
    g_free(self);
}

int ics_link_fixture_setup(void **state)
{
    static const char *const names[] = {"a", "b", "c", NULL};
    *state = ics_link_fixture_new(names, 1, INT64_MAX);
    return 0;
}

int ics_link_fixture_teardown(void **state)
{
    ics_link_fixture_free(*state);
    return 0;
}

IcsHost *ics_link_fixture_host(const IcsLinkFixture *self, const char *name)
{
    IcsHost *host = ics_network_host_by_name(self->network, name);
    assert_non_null(host);
    return host;
}

IcsRecordingStack *ics_link_fixture_stack(const IcsLinkFixture *self, const char *host)
{
    return ics_link_fixture_host(self, host)->stack;
}

IcsInterface *ics_link_fixture_interface(IcsLinkFixture *self, const char *host)
{
    IcsHost *owner = ics_link_fixture_host(self, host);
    g_autofree char *name = g_strdup_printf("eth%u", owner->interfaces->len);
    IcsInterface *interface =
        ics_network_add_interface(self->network, owner, name, self->next_address++, 24, NULL);
    assert_non_null(interface);
    return interface;
}

IcsLinkDirection *ics_link_fixture_link(IcsLinkFixture *self, const char *a, const char *b,
                                        const IcsLinkConfig *config)
{
    IcsLinkConfig settled = *config;
    settled.name = config->name != NULL ? config->name : "wire";
    settled.mtu_bytes = config->mtu_bytes != 0 ? config->mtu_bytes : ICS_PACKET_MAX_BYTES;
    IcsInterface *near = ics_link_fixture_interface(self, a);
    IcsInterface *far = ics_link_fixture_interface(self, b);
    assert_true(ics_network_add_link(self->network, near, far, &settled, &settled, NULL));
    return near->out;
}

IcsLinkDirection *ics_link_fixture_back(const IcsLinkDirection *direction)
{
    return direction->to->out;
}

IcsLinkDirection *ics_link_fixture_wire(IcsLinkFixture *self, int64_t rate_bps, int64_t delay_ns,
                                        int64_t queue_packets, bool scheduled)
{
    IcsDropTailConfig queue = {.packets = queue_packets};
    return ics_link_fixture_link(self, "a", "b",
                                 &(IcsLinkConfig){.rate_bps = rate_bps,
                                                  .delay_ns = delay_ns,
                                                  .queue_config = &queue,
                                                  .scheduled = scheduled});
}

/* ---- faults ---- */

static uint32_t fixture_count_unnamed(const IcsFault *chain, const IcsFaultClass *klass)
{
    uint32_t n = 0;
    for (; chain != NULL; chain = chain->next) {
        n += chain->klass == klass && chain->label != NULL;
    }
    return n;
}

IcsFault *ics_link_fixture_add_fault(const IcsLinkFixture *self, IcsFault **chain,
                                     const char *place, const IcsFixtureFault *rule)
{
    g_autoptr(GError) error = NULL;
    IcsFaultSettings settings = {.place = place,
                                 .name = rule->name,
                                 .occurrence = fixture_count_unnamed(*chain, rule->klass),
                                 .seed = self->simulation->seed,
                                 .clock_ns = rule->clock_ns};
    IcsFaultScope scope;
    assert_true(rule->scope == NULL || ics_fault_scope_init(&scope, rule->scope, NULL));
    IcsFault *fault = ics_fault_new(rule->klass, rule->config, &settings,
                                    rule->scope != NULL ? &scope : NULL, &error);
    if (fault == NULL) {
        fail_msg("%s", error->message);
    }
    ics_fault_chain_add(chain, fault);
    return fault;
}

IcsFault *ics_link_fixture_fault(IcsLinkFixture *self, IcsLinkDirection *direction,
                                 const IcsFaultClass *klass, gconstpointer config)
{
    IcsFixtureFault rule = {.klass = klass, .config = config};
    return ics_link_fixture_add_fault(self, &direction->faults, direction->name, &rule);
}

/* ---- observations ---- */

static void fixture_observe(gpointer data, const IcsObservation *observation)
{
    IcsLinkFixture *self = data;
    const IcsPacket *packet = observation->packet;
    IcsSighting sighting = {
        .kind = observation->kind,
        .at_ns = observation->at_ns,
        .node = observation->node,
        .cause = observation->cause,
        .value = observation->value,
        .text = observation->text,
        .direction = observation->direction,
    };
    if (packet != NULL) {
        sighting.has_packet = true;
        sighting.flow = packet->fate.flow;
        sighting.ordinal = packet->fate.ordinal;
        sighting.lineage = packet->fate.lineage;
        sighting.copy = packet->fate.copy;
        sighting.length = packet->length;
        sighting.damaged = packet->damaged;
    }
    g_array_append_val(self->observations, sighting);
}

void ics_link_fixture_observe(IcsLinkFixture *self)
{
    ics_bus_subscribe(&self->simulation->bus, ICS_OBSERVE_EVERYTHING, fixture_observe, self);
}

/* ---- the script ---- */

IcsPacket *ics_link_fixture_packet(IcsLinkFixture *self, uint64_t flow, uint32_t length)
{
    IcsPacket *packet = ics_packet_new(self->network->packets, length);
    packet->fate.flow = flow;
    packet->fate.ordinal = self->next_ordinal[flow]++;
    uint64_t state = flow << 32 ^ packet->fate.ordinal;
    ics_splitmix_fill(&state, packet->bytes, length);
    return packet;
}

static void fixture_step_fire(IcsEvent *event)
{
    FixtureStep *self = ICS_CONTAINER_OF(event, FixtureStep, event);
    if (self->interface == NULL) {
        self->act(self->fixture, self->data);
        return;
    }
    ics_interface_send(self->interface,
                       ics_link_fixture_packet(self->fixture, self->flow, self->length));
}

static FixtureStep *fixture_add_step(IcsLinkFixture *self, int64_t at_ns, uint32_t node)
{
    FixtureStep *step = g_new0(FixtureStep, 1);
    step->fixture = self;
    g_ptr_array_add(self->script, step);
    ics_event_init(&step->event, fixture_step_fire);
    ics_simulation_schedule(self->simulation, &step->event, at_ns, node);
    return step;
}

static void fixture_add_send(IcsLinkFixture *self, int64_t at_ns, IcsInterface *interface,
                             uint64_t flow, uint32_t length)
{
    FixtureStep *step = fixture_add_step(self, at_ns, interface->host->node);
    step->interface = interface;
    step->flow = flow;
    step->length = length;
}

void ics_link_fixture_send(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                           uint64_t flow, uint32_t length)
{
    fixture_add_send(self, at_ns, direction->from, flow, length);
}

void ics_link_fixture_burst(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                            uint32_t n, uint32_t length)
{
    for (uint32_t i = 0; i < n; i++) {
        ics_link_fixture_send(self, at_ns, direction, 0, length);
    }
}

void ics_link_fixture_send_to_itself(IcsLinkFixture *self, int64_t at_ns, const char *host,
                                     uint64_t flow)
{
    fixture_add_send(self, at_ns, ics_link_fixture_host(self, host)->loopback, flow, 100);
}

static FixtureStep *fixture_add_action(IcsLinkFixture *self, int64_t at_ns, IcsFixtureAction act,
                                       gpointer data)
{
    FixtureStep *step = fixture_add_step(self, at_ns, ICS_NODE_WORLD);
    step->act = act;
    step->data = data;
    return step;
}

void ics_link_fixture_at(IcsLinkFixture *self, int64_t at_ns, IcsFixtureAction act, gpointer data)
{
    fixture_add_action(self, at_ns, act, data);
}

/* The data of these is the step itself. */
static FixtureStep *fixture_add_verb(IcsLinkFixture *self, int64_t at_ns, IcsFixtureAction act,
                                     gpointer target)
{
    FixtureStep *step = fixture_add_action(self, at_ns, act, NULL);
    step->data = step;
    step->target = target;
    return step;
}

static void fixture_act_on_direction(IcsLinkFixture *fixture, gpointer data)
{
    const FixtureStep *step = data;
    (void)fixture;
    step->direction_verb(step->target);
}

void ics_link_fixture_verb(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                           void (*verb)(IcsLinkDirection *direction))
{
    fixture_add_verb(self, at_ns, fixture_act_on_direction, direction)->direction_verb = verb;
}

static void fixture_set_rate(IcsLinkFixture *fixture, gpointer data)
{
    const FixtureStep *step = data;
    (void)fixture;
    ics_link_direction_set_rate(step->target, step->rate_bps);
}

void ics_link_fixture_rate(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                           int64_t rate_bps)
{
    fixture_add_verb(self, at_ns, fixture_set_rate, direction)->rate_bps = rate_bps;
}

static void fixture_act_on_host(IcsLinkFixture *fixture, gpointer data)
{
    const FixtureStep *step = data;
    (void)fixture;
    step->host_verb(step->target);
}

void ics_link_fixture_host_verb(IcsLinkFixture *self, int64_t at_ns, const char *host,
                                void (*verb)(IcsHost *host))
{
    IcsHost *target = ics_link_fixture_host(self, host);
    fixture_add_verb(self, at_ns, fixture_act_on_host, target)->host_verb = verb;
}

/* ---- the run ---- */

IcsStopReason ics_link_fixture_run_until(IcsLinkFixture *self, int64_t until_ns)
{
    IcsStopReason reason = ics_simulation_run(self->simulation, until_ns, UINT64_MAX);
    fixture_assert_conserved(self);
    return reason;
}

void ics_link_fixture_run(IcsLinkFixture *self)
{
    assert_int_equal(ics_link_fixture_run_until(self, INT64_MAX), ICS_STOP_QUIESCENT);
}

/* ---- what was seen ---- */

static void fixture_write(const IcsSighting *sighting, GString *into)
{
    if (sighting->has_packet) {
        if (sighting->flow > 0) {
            g_string_append_c(into, (char)('A' + sighting->flow - 1));
        }
        g_string_append_printf(into, "%" G_GUINT64_FORMAT, sighting->ordinal);
        if (sighting->copy > 0) {
            g_string_append_printf(into, ".%u", sighting->copy);
        }
    } else {
        g_string_append(into, sighting->text);
    }
    g_string_append_printf(into, "@%" G_GINT64_FORMAT "%s", sighting->at_ns,
                           sighting->damaged ? "!" : "");
}

void ics_link_fixture_expect(const IcsLinkFixture *self, const char *inputs)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < self->inputs->len; i++) {
        g_string_append(text, i > 0 ? " " : "");
        fixture_write(&g_array_index(self->inputs, IcsSighting, i), text);
    }
    assert_string_equal(text->str, inputs);
}

void ics_link_fixture_expect_seen(const IcsLinkFixture *self, IcsObservationKind kind,
                                  const char *seen)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < self->observations->len; i++) {
        const IcsSighting *sighting = &g_array_index(self->observations, IcsSighting, i);
        if (sighting->kind != kind) {
            continue;
        }
        g_string_append(text, text->len > 0 ? ", " : "");
        fixture_write(sighting, text);
        if (kind == ICS_OBSERVE_PACKET_DROPPED) {
            g_string_append_printf(text, " %s", ics_cause_name(sighting->cause));
        } else if (kind == ICS_OBSERVE_PACKET_REORDERED) {
            g_string_append_printf(text, "=%" G_GINT64_FORMAT, sighting->value);
        }
    }
    assert_string_equal(text->str, seen);
}

static void fixture_describe_dropped(const uint64_t *dropped, GString *into)
{
    for (int cause = 0; cause < ICS_N_CAUSES; cause++) {
        if (dropped[cause] > 0) {
            g_string_append_printf(into, " %s %" G_GUINT64_FORMAT, ics_cause_name(cause),
                                   dropped[cause]);
        }
    }
    g_string_append_c(into, '\n');
}

static void fixture_describe_direction(const IcsLinkDirection *direction, GString *into)
{
    const IcsLinkCounters *counters = &direction->counters;
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"offered", counters->offered},
        {"offered-bytes", counters->offered_bytes},
        {"copies", counters->copies},
        {"departed", counters->departed},
        {"departed-bytes", counters->departed_bytes},
        {"delivered", counters->delivered},
        {"delivered-bytes", counters->delivered_bytes},
        {"damaged", counters->damaged},
        {"reordered", counters->reordered},
        {"queue-maximum", counters->queue_maximum},
        {"waited", ics_link_direction_waited_ns(direction)},
        {"busy", ics_link_direction_busy_ns(direction)},
        {"in-flight", ics_link_direction_in_flight(direction)},
    };
    g_string_append_printf(into, "%s:", direction->name);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_string_append_printf(into, " %s %" G_GUINT64_FORMAT, rows[i].name, rows[i].value);
    }
    fixture_describe_dropped(counters->dropped, into);
}

void ics_link_fixture_describe(const IcsLinkFixture *self, GString *into)
{
    for (guint i = 0; i < self->inputs->len; i++) {
        const IcsSighting *input = &g_array_index(self->inputs, IcsSighting, i);
        g_string_append_printf(into, "%s/%s: ", input->interface->host->name,
                               input->interface->name);
        fixture_write(input, into);
        g_string_append_printf(into, " %u\n", input->length);
    }
    for (guint i = 0; i < self->network->directions->len; i++) {
        fixture_describe_direction(g_ptr_array_index(self->network->directions, i), into);
    }
    for (guint i = 0; i < self->network->hosts->len; i++) {
        const IcsHost *host = g_ptr_array_index(self->network->hosts, i);
        g_string_append_printf(into, "host %s:", host->name);
        fixture_describe_dropped(host->dropped, into);
    }
}
