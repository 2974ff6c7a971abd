/* Any bytes as a script of what happens to a machine of the textbook protocols: messages while it
 * wants some, timers that are set, acknowledgements and data with any number, and raw datagrams.
 * Whatever it is, the machine delivers and acknowledges only when a datagram comes, sends no more
 * than its window again, and never wants a message more than its window holds (it would assert). */
#include <glib.h>
#include <string.h>

#include "protocols/rdt/rdt_actions.h"
#include "protocols/rdt/rdt_packet.h"
#include "protocols/rdt/rdt_protocols.h"
#include "protocols/socket/rdt_session.h"
#include "protocols/wire/bytes.h"
#include "protocols/wire/crc32.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TIMERS = 64, RAW_MAX_BYTES = 40 };

/* What a byte of the script, modulo their number, makes happen; bytes behind it are its arguments.
 */
typedef enum { MESSAGE, TIMER, DATA, ACK, RAW, N_STEPS } FuzzRdtStep;

typedef struct FuzzRdt {
    const uint8_t *script;
    size_t size;
    const IcsRdtClass *klass;
    IcsRdtConfig config;
    void *machine;
    IcsRdtActions actions;
    bool enabled;
    bool set[TIMERS];
} FuzzRdt;

static uint8_t fuzz_rdt_next(FuzzRdt *self)
{
    if (self->size == 0) {
        return 0;
    }
    self->size--;
    return *self->script++;
}

static void fuzz_rdt_check_send(const FuzzRdt *self, const IcsRdtEvent *cause,
                                const IcsRdtAction *action)
{
    IcsRdtEvent event = {.bytes = ics_rdt_actions_bytes(&self->actions, action), .n = action->n};
    IcsRdtPacket packet;
    g_assert(ics_rdt_packet_read(&event, &packet));
    g_assert(packet.sequence >> self->config.sequence_bits == 0);
    g_assert((packet.kind == ICS_RDT_ACK) == (cause->kind == ICS_RDT_DATAGRAM));
    g_assert((packet.kind == ICS_RDT_ACK) == (action->tag == ICS_RDT_NO_TAG));
}

static void fuzz_rdt_act(FuzzRdt *self, const IcsRdtEvent *cause, const IcsRdtAction *action)
{
    switch (action->kind) {
    case ICS_RDT_ACTION_SEND:
        fuzz_rdt_check_send(self, cause, action);
        return;
    case ICS_RDT_ACTION_DELIVER:
        g_assert(cause->kind == ICS_RDT_DATAGRAM);
        return;
    case ICS_RDT_ACTION_SET_TIMER:
        g_assert(action->timer < self->config.window && action->after_ns > 0);
        self->set[action->timer] = true;
        return;
    case ICS_RDT_ACTION_CANCEL_TIMER:
        self->set[action->timer] = false;
        return;
    case ICS_RDT_ACTION_ENABLE:
    case ICS_RDT_ACTION_DISABLE:
        self->enabled = action->kind == ICS_RDT_ACTION_ENABLE;
        return;
    case ICS_RDT_ACTION_LOG:
        return;
    }
}

static void fuzz_rdt_tell(FuzzRdt *self, const IcsRdtEvent *event)
{
    ics_rdt_actions_reset(&self->actions);
    self->klass->handle(self->machine, event, &self->actions);
    g_assert(self->actions.list->len <= 2 * self->config.window + 3);
    for (guint i = 0; i < self->actions.list->len; i++) {
        fuzz_rdt_act(self, event, ics_rdt_actions_get(&self->actions, i));
    }
}

static void fuzz_rdt_datagram(FuzzRdt *self, uint8_t *bytes, size_t n, bool sealed)
{
    if (sealed) {
        uint32_t crc = ics_crc32(0, bytes, 4);
        ics_bytes_store_be32(bytes + 4, ics_crc32(crc, bytes + 8, n - 8));
    }
    fuzz_rdt_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_DATAGRAM, .bytes = bytes, .n = n});
}

static void fuzz_rdt_packet(FuzzRdt *self, uint8_t kind)
{
    uint8_t bytes[ICS_RDT_HEADER_BYTES + 4] = {kind, 0};
    ics_bytes_store_be16(bytes + 2,
                         (uint16_t)(fuzz_rdt_next(self) | (fuzz_rdt_next(self) & 1) << 8));
    bytes[ICS_RDT_HEADER_BYTES] = fuzz_rdt_next(self);
    fuzz_rdt_datagram(self, bytes,
                      kind == ICS_RDT_DATA ? sizeof bytes : (size_t)ICS_RDT_HEADER_BYTES, true);
}

static void fuzz_rdt_raw(FuzzRdt *self)
{
    uint8_t bytes[RAW_MAX_BYTES];
    IcsRdtSession session;
    size_t n = fuzz_rdt_next(self) % (RAW_MAX_BYTES + 1);
    for (size_t i = 0; i < n; i++) {
        bytes[i] = fuzz_rdt_next(self);
    }
    ics_rdt_session_parse(bytes, n, &session);
    fuzz_rdt_datagram(self, bytes, n, n >= ICS_RDT_HEADER_BYTES && (bytes[n - 1] & 1) != 0);
}

static void fuzz_rdt_step(FuzzRdt *self)
{
    switch ((FuzzRdtStep)(fuzz_rdt_next(self) % N_STEPS)) {
    case MESSAGE:
        if (self->enabled) {
            uint8_t message = fuzz_rdt_next(self);
            fuzz_rdt_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_MESSAGE, .bytes = &message, .n = 1});
        }
        return;
    case TIMER: {
        uint32_t timer = fuzz_rdt_next(self) % TIMERS;
        if (self->set[timer]) {
            self->set[timer] = false;
            fuzz_rdt_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_TIMER, .timer = timer});
        }
        return;
    }
    case DATA:
        fuzz_rdt_packet(self, ICS_RDT_DATA);
        return;
    case ACK:
        fuzz_rdt_packet(self, ICS_RDT_ACK);
        return;
    case RAW:
        fuzz_rdt_raw(self);
        return;
    case N_STEPS:
        return;
    }
}

/* The first bytes choose protocol, bits and window. */
static void fuzz_rdt_configure(FuzzRdt *self)
{
    int which = fuzz_rdt_next(self) % 3;
    uint32_t bits = which == 0 ? 1 : 1 + fuzz_rdt_next(self) % 6;
    uint32_t most = which == 1 ? (1U << bits) - 1 : 1U << (bits - 1);
    self->klass = ics_rdt_classes[which];
    self->config = (IcsRdtConfig){
        .window = 1 + fuzz_rdt_next(self) % most, .sequence_bits = bits, .timeout_ns = 1};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzRdt self = {.script = data, .size = size, .enabled = true};
    fuzz_rdt_configure(&self);
    ics_rdt_actions_init(&self.actions);
    self.machine = self.klass->create(&self.config);
    fuzz_rdt_tell(&self, &(IcsRdtEvent){.kind = ICS_RDT_OPEN});
    while (self.size > 0) {
        fuzz_rdt_step(&self);
    }
    fuzz_rdt_tell(&self, &(IcsRdtEvent){.kind = ICS_RDT_CLOSE});
    self.klass->destroy(self.machine);
    ics_rdt_actions_clear(&self.actions);
    return 0;
}
