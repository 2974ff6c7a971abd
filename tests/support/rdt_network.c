#include "tests/support/rdt_network.h"

#include <string.h>

#include "protocols/rdt/rdt_actions.h"
#include "tests/support/splitmix.h"

/* More datagrams are not kept, so that premature timeouts cannot fill the memory. */
#define RDT_NETWORK_DATAGRAMS_MAX 200

/* Steps of a healthy network in which all must have arrived. */
#define RDT_NETWORK_HEALTHY_STEPS 200000

/* A direction is named by the end that sends its messages. */
typedef struct Datagram {
    uint8_t *bytes; /* owned */
    size_t n;
    int to;
    int direction;
    bool is_ack;
    uint64_t message;      /* that it carries, or acknowledges */
    uint64_t base_at_send; /* of its direction */
} Datagram;

typedef struct End {
    void *machine;
    bool enabled;
    uint64_t given;
    uint64_t delivered; /* of the other end's messages */
    uint64_t base;      /* first of its messages that is not acknowledged, as nobody can be deceived
                           about it */
    bool *acknowledged; /* by message */
    GArray *timers;     /* of bool */
    uint32_t timers_set;
} End;

typedef struct IcsRdtNetwork {
    const IcsRdtNetworkConfig *config;
    uint64_t random;
    End ends[2];
    GPtrArray *datagrams; /* of Datagram, the oldest first */
    IcsRdtActions actions;
    char *failure;
} IcsRdtNetwork;

static uint64_t rdt_network_below(IcsRdtNetwork *self, uint64_t n)
{
    return ics_splitmix_next(&self->random) % n;
}

static void rdt_network_free_datagram(gpointer data)
{
    Datagram *datagram = data;
    g_free(datagram->bytes);
    g_free(datagram);
}

/* A message that is like no other: its number, and a tail whose length depends on it. */
static char *rdt_network_message(int direction, uint64_t number)
{
    g_autofree char *tail = g_strnfill(number % 7, (gchar)('a' + number % 26));
    return g_strdup_printf("%d:%" G_GUINT64_FORMAT "%s", direction, number, tail);
}

/* ---- actions ---- */

static void rdt_network_send(IcsRdtNetwork *self, int from, const IcsRdtAction *action,
                             const IcsRdtEvent *cause)
{
    bool is_ack = action->tag == ICS_RDT_NO_TAG;
    Datagram *datagram = g_new0(Datagram, 1);
    datagram->bytes = g_memdup2(ics_rdt_actions_bytes(&self->actions, action), action->n);
    datagram->n = action->n;
    datagram->to = 1 - from;
    datagram->direction = is_ack ? 1 - from : from;
    datagram->is_ack = is_ack;
    datagram->message = action->tag;
    if (is_ack) {
        datagram->message = self->config->cumulative ? self->ends[from].delivered - 1 : cause->tag;
    }
    datagram->base_at_send = self->ends[datagram->direction].base;
    g_ptr_array_add(self->datagrams, datagram);
    if (self->datagrams->len > RDT_NETWORK_DATAGRAMS_MAX) {
        g_ptr_array_remove_index(self->datagrams,
                                 (guint)rdt_network_below(self, self->datagrams->len));
    }
}

static void rdt_network_deliver(IcsRdtNetwork *self, int to, const IcsRdtAction *action)
{
    End *end = &self->ends[to];
    g_autofree char *expected = rdt_network_message(1 - to, end->delivered);
    g_autofree char *got =
        g_strndup((const char *)ics_rdt_actions_bytes(&self->actions, action), action->n);
    if (self->failure == NULL &&
        (end->delivered >= self->config->messages || strcmp(expected, got) != 0)) {
        self->failure = g_strdup_printf("delivered %s instead of %s", got, expected);
    }
    end->delivered++;
}

static void rdt_network_set_timer(End *end, uint32_t timer, bool set)
{
    if (timer >= end->timers->len) {
        g_array_set_size(end->timers, timer + 1);
    }
    bool *is_set = &g_array_index(end->timers, bool, timer);
    end->timers_set += (uint32_t)set - (uint32_t)*is_set;
    *is_set = set;
}

static void rdt_network_act(IcsRdtNetwork *self, int at, const IcsRdtAction *action,
                            const IcsRdtEvent *cause)
{
    End *end = &self->ends[at];
    switch (action->kind) {
    case ICS_RDT_ACTION_SEND:
        rdt_network_send(self, at, action, cause);
        return;
    case ICS_RDT_ACTION_DELIVER:
        rdt_network_deliver(self, at, action);
        return;
    case ICS_RDT_ACTION_SET_TIMER:
        rdt_network_set_timer(end, action->timer, true);
        return;
    case ICS_RDT_ACTION_CANCEL_TIMER:
        rdt_network_set_timer(end, action->timer, false);
        return;
    case ICS_RDT_ACTION_ENABLE:
        end->enabled = true;
        return;
    case ICS_RDT_ACTION_DISABLE:
        end->enabled = false;
        return;
    case ICS_RDT_ACTION_LOG:
        return;
    }
}

static void rdt_network_tell(IcsRdtNetwork *self, int at, const IcsRdtEvent *event)
{
    ics_rdt_actions_reset(&self->actions);
    self->config->klass->handle(self->ends[at].machine, event, &self->actions);
    for (guint i = 0; i < self->actions.list->len; i++) {
        rdt_network_act(self, at, ics_rdt_actions_get(&self->actions, i), event);
    }
}

/* ---- events ---- */

static bool rdt_network_give(IcsRdtNetwork *self, int at)
{
    End *end = &self->ends[at];
    if (!end->enabled || end->given == self->config->messages) {
        return false;
    }
    g_autofree char *message = rdt_network_message(at, end->given);
    IcsRdtEvent event = {.kind = ICS_RDT_MESSAGE,
                         .bytes = (const uint8_t *)message,
                         .n = strlen(message),
                         .tag = end->given++};
    rdt_network_tell(self, at, &event);
    return true;
}

static bool rdt_network_expire(IcsRdtNetwork *self, int at)
{
    End *end = &self->ends[at];
    if (end->timers_set == 0) {
        return false;
    }
    uint32_t timer;
    do {
        timer = (uint32_t)rdt_network_below(self, end->timers->len);
    } while (!g_array_index(end->timers, bool, timer));
    rdt_network_set_timer(end, timer, false);
    rdt_network_tell(self, at, &(IcsRdtEvent){.kind = ICS_RDT_TIMER, .timer = timer});
    return true;
}

static void rdt_network_acknowledge(IcsRdtNetwork *self, const Datagram *ack)
{
    End *sender = &self->ends[ack->direction];
    if (self->config->cumulative) {
        sender->base = MAX(sender->base, ack->message + 1);
        return;
    }
    sender->acknowledged[ack->message] = true;
    while (sender->base < sender->given && sender->acknowledged[sender->base]) {
        sender->base++;
    }
}

/* What has been in the network for too long is lost. */
static void rdt_network_forget_old(IcsRdtNetwork *self)
{
    for (guint i = self->datagrams->len; !self->config->in_order && i > 0; i--) {
        const Datagram *datagram = g_ptr_array_index(self->datagrams, i - 1);
        uint64_t advance = self->ends[datagram->direction].base - datagram->base_at_send;
        if (advance > self->config->advance_max) {
            g_ptr_array_remove_index(self->datagrams, i - 1);
        }
    }
}

static void rdt_network_arrive(IcsRdtNetwork *self, const Datagram *datagram)
{
    g_autofree uint8_t *bytes = g_memdup2(datagram->bytes, datagram->n);
    Datagram copy = *datagram; /* it may be forgotten meanwhile */
    if (copy.is_ack) {
        rdt_network_acknowledge(self, &copy);
    }
    IcsRdtEvent event = {
        .kind = ICS_RDT_DATAGRAM, .bytes = bytes, .n = copy.n, .tag = copy.message};
    rdt_network_tell(self, copy.to, &event);
    rdt_network_forget_old(self);
}

/* Flips up to eight bits, or cuts the end off. */
static void rdt_network_arrive_damaged(IcsRdtNetwork *self, const Datagram *datagram)
{
    g_autofree uint8_t *bytes = g_memdup2(datagram->bytes, datagram->n);
    size_t n = datagram->n;
    if (rdt_network_below(self, 4) == 0) {
        n = rdt_network_below(self, n);
    } else {
        size_t first = rdt_network_below(self, 8 * n);
        bytes[first / 8] ^= (uint8_t)(1 << first % 8);
        for (uint64_t more = rdt_network_below(self, 8); more > 0; more--) {
            size_t bit = MIN(first + more, 8 * n - 1);
            bytes[bit / 8] ^= (uint8_t)(bit > first ? 1 << bit % 8 : 0);
        }
    }
    IcsRdtEvent event = {
        .kind = ICS_RDT_DATAGRAM, .bytes = bytes, .n = n, .tag = datagram->message};
    rdt_network_tell(self, datagram->to, &event);
}

/* The datagram that moves next: any; in order, the oldest of those that go one way. */
static guint rdt_network_pick(IcsRdtNetwork *self)
{
    if (!self->config->in_order) {
        return (guint)rdt_network_below(self, self->datagrams->len);
    }
    int to = (int)rdt_network_below(self, 2);
    for (guint i = 0; i < self->datagrams->len; i++) {
        const Datagram *datagram = g_ptr_array_index(self->datagrams, i);
        if (datagram->to == to) {
            return i;
        }
    }
    return 0;
}

/* The network does something with a datagram. */
static bool rdt_network_move(IcsRdtNetwork *self)
{
    const IcsRdtNetworkConfig *config = self->config;
    if (self->datagrams->len == 0) {
        return false;
    }
    guint index = rdt_network_pick(self);
    uint64_t fate = rdt_network_below(self, 100);
    if (fate >= config->loss_percent + config->duplicate_percent + config->damage_percent) {
        Datagram *datagram = g_ptr_array_steal_index(self->datagrams, index);
        rdt_network_arrive(self, datagram);
        rdt_network_free_datagram(datagram);
    } else if (fate < config->loss_percent) {
        g_ptr_array_remove_index(self->datagrams, index);
    } else if (fate < config->loss_percent + config->duplicate_percent) {
        rdt_network_arrive(self, g_ptr_array_index(self->datagrams, index));
    } else {
        Datagram *datagram = g_ptr_array_steal_index(self->datagrams, index);
        rdt_network_arrive_damaged(self, datagram);
        rdt_network_free_datagram(datagram);
    }
    return true;
}

static void rdt_network_step(IcsRdtNetwork *self)
{
    int at = (int)rdt_network_below(self, 2);
    uint64_t what = rdt_network_below(self, 10);
    if (what == 0) {
        rdt_network_expire(self, at);
    } else if (what < 4) {
        rdt_network_give(self, at);
    } else {
        rdt_network_move(self);
    }
}

/* A healthy network: everything arrives, in order, before a timer expires. */
static bool rdt_network_healthy_step(IcsRdtNetwork *self)
{
    if (self->datagrams->len > 0) {
        Datagram *datagram = g_ptr_array_steal_index(self->datagrams, 0);
        rdt_network_arrive(self, datagram);
        rdt_network_free_datagram(datagram);
        return true;
    }
    return rdt_network_give(self, 0) || rdt_network_give(self, 1) || rdt_network_expire(self, 0) ||
           rdt_network_expire(self, 1);
}

static void rdt_network_check_end(IcsRdtNetwork *self)
{
    for (int at = 0; at < 2; at++) {
        const End *end = &self->ends[at];
        if (self->failure == NULL && end->delivered != self->config->messages) {
            self->failure = g_strdup_printf("%" G_GUINT64_FORMAT " messages of %u delivered",
                                            end->delivered, self->config->messages);
        }
        if (self->failure == NULL && end->timers_set != 0) {
            self->failure = g_strdup("a timer is left");
        }
    }
}

static void rdt_network_open(IcsRdtNetwork *self)
{
    IcsRdtConfig config = {
        .window = self->config->window, .sequence_bits = self->config->bits, .timeout_ns = 1};
    for (int at = 0; at < 2; at++) {
        End *end = &self->ends[at];
        end->machine = self->config->klass->create(&config);
        end->enabled = true;
        end->acknowledged = g_new0(bool, self->config->messages);
        end->timers = g_array_new(FALSE, TRUE, sizeof(bool));
        rdt_network_tell(self, at, &(IcsRdtEvent){.kind = ICS_RDT_OPEN});
    }
}

static void rdt_network_close(IcsRdtNetwork *self)
{
    for (int at = 0; at < 2; at++) {
        End *end = &self->ends[at];
        self->config->klass->destroy(end->machine);
        g_free(end->acknowledged);
        g_array_unref(end->timers);
    }
    g_ptr_array_unref(self->datagrams);
    ics_rdt_actions_clear(&self->actions);
}

char *ics_rdt_network_run(const IcsRdtNetworkConfig *config, uint64_t seed)
{
    IcsRdtNetwork self = {.config = config, .random = seed};
    self.datagrams = g_ptr_array_new_with_free_func(rdt_network_free_datagram);
    ics_rdt_actions_init(&self.actions);
    rdt_network_open(&self);
    for (uint32_t i = 0; i < config->steps && self.failure == NULL; i++) {
        rdt_network_step(&self);
    }
    uint32_t left = RDT_NETWORK_HEALTHY_STEPS;
    while (self.failure == NULL && left > 0 && rdt_network_healthy_step(&self)) {
        left--;
    }
    rdt_network_check_end(&self);
    rdt_network_close(&self);
    return self.failure;
}
