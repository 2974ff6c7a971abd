#include "tests/support/random_world.h"

#include <cmocka.h>
#include <string.h>

#include "tests/support/splitmix.h"

#define RANDOM_WORLD_MS    INT64_C(1000000)
#define RANDOM_WORLD_TICK  (RANDOM_WORLD_MS / 20)
#define RANDOM_WORLD_TICKS 400 /* while packets are offered */

/* The timer of a host's stack. */
typedef struct IcsRandomTimer {
    IcsTimer timer;
    IcsLinkFixture *fixture;
    IcsHost *host;
    uint32_t left; /* how often it will fall due */
} IcsRandomTimer;

static uint64_t random_below(IcsRandomWorld *self, uint64_t n)
{
    return ics_splitmix_next(&self->state) % n;
}

static bool random_once_in(IcsRandomWorld *self, uint64_t n)
{
    return random_below(self, n) == 0;
}

static int64_t random_tick(IcsRandomWorld *self)
{
    return (int64_t)random_below(self, RANDOM_WORLD_TICKS) * RANDOM_WORLD_TICK;
}

static IcsProbability random_percent(IcsRandomWorld *self, uint64_t most)
{
    return ics_probability_from_ratio(1 + random_below(self, most), 100);
}

static uint32_t random_length(IcsRandomWorld *self)
{
    static const uint32_t lengths[] = {100, 100, 100, 200, 500, 1000, 1000, 1500};
    if (random_once_in(self, 4)) {
        return (uint32_t)(20 + random_below(self, 1500));
    }
    return lengths[random_below(self, G_N_ELEMENTS(lengths))];
}

/* ---- links ---- */

static const IcsCapacity *random_capacity(IcsRandomWorld *self)
{
    static const char *const texts[] = {"1\n", "1\n1\n4\n", "0\n2\n2\n2\n3\n7\n"};
    const char *text = texts[random_below(self, G_N_ELEMENTS(texts))];
    IcsCapacity *capacity = ics_capacity_parse("trace", text, strlen(text), NULL);
    g_ptr_array_add(self->capacities, capacity);
    return capacity;
}

static IcsLinkConfig random_link_config(IcsRandomWorld *self, IcsDropTailConfig *queue)
{
    static const int64_t rates_bps[] = {0,        8000000,  8000000,    16000000,
                                        80000000, 30000001, 1000000000, 400};
    static const int64_t delays_ns[] = {0, 0, RANDOM_WORLD_TICK, RANDOM_WORLD_MS, 123457};
    static const int64_t packets[] = {0, 1, 1, 2, 3, 10, 100};
    static const int64_t bytes[] = {0, 0, 0, 150, 1000, 3000};
    *queue = (IcsDropTailConfig){
        .packets = packets[random_below(self, G_N_ELEMENTS(packets))],
        .bytes = bytes[random_below(self, G_N_ELEMENTS(bytes))],
    };
    IcsLinkConfig config = {
        .name = "wire",
        .rate_bps = rates_bps[random_below(self, G_N_ELEMENTS(rates_bps))],
        .delay_ns = delays_ns[random_below(self, G_N_ELEMENTS(delays_ns))],
        .mtu_bytes = random_once_in(self, 6) ? 1000 : 65535,
        .queue_config = queue,
    };
    if (random_once_in(self, 6)) {
        config.capacity = random_capacity(self);
        config.rate_bps = 0;
    }
    return config;
}

static void random_add_link(IcsRandomWorld *self, bool scheduled)
{
    IcsLinkFixture *fixture = self->fixture;
    const GPtrArray *hosts = fixture->network->hosts;
    uint32_t near = (uint32_t)random_below(self, hosts->len);
    uint32_t far = (near + 1 + (uint32_t)random_below(self, hosts->len - 1)) % hosts->len;
    IcsDropTailConfig queues[2];
    IcsLinkConfig forth = random_link_config(self, &queues[0]);
    IcsLinkConfig back = random_link_config(self, &queues[1]);
    forth.scheduled = scheduled;
    back.scheduled = scheduled;
    const IcsHost *a = g_ptr_array_index(hosts, near);
    const IcsHost *b = g_ptr_array_index(hosts, far);
    assert_true(ics_network_add_link(fixture->network, ics_link_fixture_interface(fixture, a->name),
                                     ics_link_fixture_interface(fixture, b->name), &forth, &back,
                                     NULL));
}

/* ---- faults ---- */

static void random_fault(IcsRandomWorld *self, IcsLinkDirection *direction,
                         const IcsFaultClass *klass, gconstpointer config)
{
    IcsFaultScopeConfig scope = {0};
    if (random_once_in(self, 4)) {
        scope.from_ns = random_tick(self);
        scope.until_ns = scope.from_ns + random_tick(self) + 1;
    }
    if (random_once_in(self, 6)) {
        scope.every = 1 + (int64_t)random_below(self, 5);
    }
    bool narrowed = scope.until_ns > 0 || scope.every > 0;
    bool clocked = klass->clocked && random_once_in(self, 2);
    IcsFixtureFault rule = {.klass = klass,
                            .config = config,
                            .scope = narrowed ? &scope : NULL,
                            .clock_ns = clocked ? RANDOM_WORLD_MS / 3 : 0};
    ics_link_fixture_add_fault(self->fixture, &direction->faults, direction->name, &rule);
}

static void random_duplicate(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsDuplicateConfig config = {.probability = random_percent(self, 40),
                                 .has_probability = true,
                                 .copies = 1 + (int64_t)random_below(self, 3)};
    random_fault(self, direction, &ics_duplicate_class, &config);
}

static void random_loss(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsLossConfig config = {.probability = random_percent(self, 30), .has_probability = true};
    random_fault(self, direction, &ics_loss_class, &config);
}

static void random_gilbert_elliott(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsGilbertElliottConfig config = {
        .p = random_percent(self, 30), .r = random_percent(self, 60), .has_p = true, .has_r = true};
    random_fault(self, direction, &ics_gilbert_elliott_class, &config);
}

static void random_4state(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsLoss4stateConfig config = {.p13 = random_percent(self, 30),
                                  .p31 = random_percent(self, 40),
                                  .p32 = random_percent(self, 40),
                                  .p23 = random_percent(self, 60),
                                  .p14 = random_percent(self, 10),
                                  .has_p31 = true,
                                  .has_p23 = true};
    random_fault(self, direction, &ics_loss_4state_class, &config);
}

static void random_corrupt(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsCorruptConfig config = {.probability = random_percent(self, 30), .has_probability = true};
    random_fault(self, direction, &ics_corrupt_class, &config);
}

static void random_truncate(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsTruncateConfig config = {.probability = random_percent(self, 30), .has_probability = true};
    random_fault(self, direction, &ics_truncate_class, &config);
}

static void random_displace(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsReorderConfig config = {.probability = random_percent(self, 50),
                               .has_probability = true,
                               .displacement = 1 + (int64_t)random_below(self, 5)};
    if (random_once_in(self, 2)) {
        config.flush_ns = RANDOM_WORLD_TICK * (1 + (int64_t)random_below(self, 40));
    }
    random_fault(self, direction, &ics_reorder_class, &config);
}

static void random_delay(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    static const int64_t jitters_ns[] = {0, 2 * RANDOM_WORLD_TICK, 20 * RANDOM_WORLD_TICK, 3};
    IcsDelayConfig config = {.time_ns = RANDOM_WORLD_TICK,
                             .jitter_ns = jitters_ns[random_below(self, G_N_ELEMENTS(jitters_ns))],
                             .reordering = (int)random_below(self, 2)};
    random_fault(self, direction, &ics_delay_class, &config);
    if (random_once_in(self, 3)) {
        IcsReorderConfig skip = {.probability = random_percent(self, 50),
                                 .has_probability = true,
                                 .gap = 1 + (int64_t)random_below(self, 4)};
        random_fault(self, direction, &ics_reorder_class, &skip);
    }
}

static void random_netem(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    IcsNetemCompatConfig config = {.delay_ns = RANDOM_WORLD_TICK,
                                   .jitter_ns = 5 * RANDOM_WORLD_TICK,
                                   .delay_correlation = random_percent(self, 50),
                                   .loss = random_percent(self, 20),
                                   .loss_correlation = random_percent(self, 30),
                                   .duplicate = random_percent(self, 40),
                                   .reorder = random_percent(self, 40),
                                   .has_reorder = true,
                                   .gap = 2,
                                   .corrupt = random_percent(self, 20)};
    random_fault(self, direction, &ics_netem_compat_class, &config);
}

static void random_chain(IcsRandomWorld *self, IcsLinkDirection *direction)
{
    static void (*const makers[])(IcsRandomWorld *, IcsLinkDirection *) = {
        random_duplicate, random_loss,     random_gilbert_elliott, random_4state,   random_corrupt,
        random_truncate,  random_displace, random_delay,           random_duplicate};
    if (random_once_in(self, 8)) {
        random_netem(self, direction);
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(makers); i++) {
        if (random_once_in(self, 3)) {
            makers[i](self, direction);
        }
    }
}

static void random_omissions(IcsRandomWorld *self, IcsHost *host)
{
    IcsOmissionConfig config = {.probability = random_percent(self, 20), .has_probability = true};
    IcsFixtureFault send = {.klass = &ics_send_omission_class, .config = &config};
    IcsFixtureFault receive = {.klass = &ics_receive_omission_class, .config = &config};
    if (random_once_in(self, 4)) {
        ics_link_fixture_add_fault(self->fixture, &host->send_omissions, host->name, &send);
    }
    if (random_once_in(self, 4)) {
        ics_link_fixture_add_fault(self->fixture, &host->receive_omissions, host->name, &receive);
    }
}

/* ---- stacks ---- */

/* Answers some packets at once, some of them to itself; answers are answered once more. */
static void random_answer(IcsRecordingStack *self, IcsInterface *interface, const IcsPacket *packet)
{
    uint64_t state = packet->fate.flow << 32 ^ packet->fate.ordinal ^ packet->fate.lineage;
    uint64_t choice = ics_splitmix_next(&state) % 5;
    if (packet->fate.flow >= 6 || choice < 2) {
        return;
    }
    const GPtrArray *interfaces = self->host->interfaces;
    IcsInterface *out = choice == 4 ? self->host->loopback : interface;
    if (choice == 3) {
        out = g_ptr_array_index(interfaces, packet->fate.ordinal % interfaces->len);
    }
    ics_interface_send(
        out, ics_link_fixture_packet(self->fixture, packet->fate.flow + 2, packet->length));
}

static void random_timer_due(IcsTimer *timer)
{
    IcsRandomTimer *self = ICS_CONTAINER_OF(timer, IcsRandomTimer, timer);
    const GPtrArray *interfaces = self->host->interfaces;
    IcsInterface *out = g_ptr_array_index(interfaces, self->left % interfaces->len);
    ics_interface_send(out, ics_link_fixture_packet(self->fixture, 1, 100 * (1 + self->left % 3)));
    if (--self->left > 0) {
        ics_timer_arm(timer,
                      self->fixture->simulation->now_ns + RANDOM_WORLD_TICK * (1 + self->left % 5));
    }
}

static void random_stop_timer(IcsRecordingStack *self)
{
    ics_timer_clear(&((IcsRandomTimer *)self->data)->timer);
}

static void random_host(IcsRandomWorld *self, guint i)
{
    IcsHost *host = g_ptr_array_index(self->fixture->network->hosts, i);
    IcsRandomTimer *timer = &self->timers[i];
    IcsRecordingStack *stack = host->stack;
    random_omissions(self, host);
    stack->on_input = random_answer;
    stack->on_crash = random_stop_timer;
    stack->data = timer;
    timer->fixture = self->fixture;
    timer->host = host;
    timer->left = 1 + (uint32_t)random_below(self, 40);
    ics_timer_init(&timer->timer, self->fixture->simulation, host->node, random_timer_due);
    int64_t first_ns = random_tick(self);
    if (host->interfaces->len > 0) {
        uint32_t actor = ics_simulation_enter(self->fixture->simulation, host->node);
        ics_timer_arm(&timer->timer, first_ns);
        ics_simulation_enter(self->fixture->simulation, actor);
    }
}

/* ---- what happens ---- */

static IcsLinkDirection *random_direction(IcsRandomWorld *self)
{
    const GPtrArray *directions = self->fixture->network->directions;
    return g_ptr_array_index(directions, random_below(self, directions->len));
}

static void random_bursts(IcsRandomWorld *self)
{
    uint64_t bursts = 5 + random_below(self, 40);
    for (uint64_t i = 0; i < bursts; i++) {
        IcsLinkDirection *direction = random_direction(self);
        int64_t at_ns = random_tick(self) + (random_once_in(self, 5) ? 7 : 0);
        uint64_t n = 1 + random_below(self, random_once_in(self, 3) ? 12 : 2);
        uint64_t flow = random_below(self, 3);
        uint32_t length = random_length(self);
        bool equal = random_once_in(self, 2);
        for (uint64_t k = 0; k < n; k++) {
            ics_link_fixture_send(self->fixture, at_ns, direction, flow,
                                  equal ? length : random_length(self));
        }
    }
}

typedef void (*RandomDirectionVerb)(IcsLinkDirection *direction);

static void random_verbs(IcsRandomWorld *self, const RandomDirectionVerb *verbs, uint64_t n_verbs,
                         uint64_t most)
{
    for (uint64_t n = random_below(self, most + 1); n > 0; n--) {
        ics_link_fixture_verb(self->fixture, random_tick(self), random_direction(self),
                              verbs[random_below(self, n_verbs)]);
    }
}

static void random_host_verbs(IcsRandomWorld *self, void (*const *verbs)(IcsHost *),
                              uint64_t n_verbs, uint64_t most)
{
    const GPtrArray *hosts = self->fixture->network->hosts;
    for (uint64_t n = random_below(self, most + 1); n > 0; n--) {
        const IcsHost *host = g_ptr_array_index(hosts, random_below(self, hosts->len));
        ics_link_fixture_host_verb(self->fixture, random_tick(self), host->name,
                                   verbs[random_below(self, n_verbs)]);
    }
}

static void random_delay_change(IcsLinkDirection *direction)
{
    ics_link_direction_set_delay(direction, direction->delay_ns == 0 ? RANDOM_WORLD_TICK : 0);
}

static void random_changes(IcsRandomWorld *self)
{
    static const RandomDirectionVerb verbs[] = {ics_link_direction_down, ics_link_direction_up,
                                                ics_link_direction_up, random_delay_change};
    static void (*const host_verbs[])(IcsHost *) = {ics_host_crash, ics_host_restart,
                                                    ics_host_restart};
    static const int64_t rates_bps[] = {0, 8000000, 3, 1000000007, 64000};
    random_verbs(self, verbs, G_N_ELEMENTS(verbs), 12);
    random_host_verbs(self, host_verbs, G_N_ELEMENTS(host_verbs), 6);
    for (uint64_t n = random_below(self, 10); n > 0; n--) {
        IcsLinkDirection *direction = random_direction(self);
        int64_t rate_bps = rates_bps[random_below(self, G_N_ELEMENTS(rates_bps))];
        if (direction->transmitter.capacity == NULL) {
            ics_link_fixture_rate(self->fixture, random_tick(self), direction, rate_bps);
        }
    }
}

static void random_script(IcsRandomWorld *self)
{
    static const RandomDirectionVerb verbs[] = {ics_link_direction_hold, ics_link_direction_release,
                                                ics_link_direction_partition,
                                                ics_link_direction_repair};
    static void (*const host_verbs[])(IcsHost *) = {ics_host_pause, ics_host_resume};
    random_bursts(self);
    if (random_once_in(self, 2)) {
        random_verbs(self, verbs, G_N_ELEMENTS(verbs), 8);
        random_host_verbs(self, host_verbs, G_N_ELEMENTS(host_verbs), 4);
    }
}

static int64_t random_stop(IcsRandomWorld *self)
{
    int64_t stop_ns = random_tick(self) + random_tick(self);
    stop_ns += random_once_in(self, 2) ? 0 : (int64_t)random_below(self, RANDOM_WORLD_TICK);
    return random_once_in(self, 2) ? INT64_MAX / 4 : stop_ns;
}

IcsRandomWorld *ics_random_world_new(const IcsRandomWorldOptions *options)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    IcsRandomWorld *self = g_new0(IcsRandomWorld, 1);
    self->state = options->seed;
    self->capacities = g_ptr_array_new_with_free_func((GDestroyNotify)ics_capacity_free);
    self->stop_ns = random_stop(self);
    const char *used[G_N_ELEMENTS(names) + 1] = {NULL};
    memcpy(used, names, (2 + random_below(self, 3)) * sizeof *names);
    self->fixture = ics_link_fixture_new(used, options->seed, self->stop_ns);
    if (options->observed) {
        ics_link_fixture_observe(self->fixture);
    }
    for (uint64_t n = 1 + random_below(self, 4); n > 0; n--) {
        random_add_link(self, options->scheduled || options->changes);
    }
    for (guint i = 0; i < self->fixture->network->directions->len; i++) {
        random_chain(self, g_ptr_array_index(self->fixture->network->directions, i));
    }
    guint n_hosts = self->fixture->network->hosts->len;
    self->timers = g_new0(IcsRandomTimer, n_hosts);
    for (guint i = 0; i < n_hosts; i++) {
        random_host(self, i);
    }
    random_script(self);
    if (options->changes) {
        random_changes(self);
    }
    return self;
}

void ics_random_world_free(IcsRandomWorld *self)
{
    if (self == NULL) {
        return;
    }
    ics_link_fixture_free(self->fixture);
    g_ptr_array_unref(self->capacities);
    g_free(self->timers);
    g_free(self);
}

IcsStopReason ics_random_world_run(IcsRandomWorld *self)
{
    return ics_link_fixture_run_until(self->fixture, self->stop_ns);
}
