#include "tests/support/rdt_harness.h"

#include <string.h>

#include "protocols/rdt/rdt_packet.h"
#include "protocols/wire/bytes.h"
#include "protocols/wire/crc32.h"

IcsRdtHarness *ics_rdt_harness_new(const IcsRdtClass *klass, uint32_t window, uint32_t bits)
{
    IcsRdtConfig config = {.window = window, .sequence_bits = bits, .timeout_ns = 100};
    IcsRdtHarness *self = g_new0(IcsRdtHarness, 1);
    self->klass = klass;
    self->machine = klass->create(&config);
    self->text = g_string_new(NULL);
    ics_rdt_actions_init(&self->actions);
    return self;
}

void ics_rdt_harness_free(IcsRdtHarness *self)
{
    self->klass->destroy(self->machine);
    ics_rdt_actions_clear(&self->actions);
    g_string_free(self->text, TRUE);
    g_free(self);
}

static void rdt_harness_write_datagram(GString *out, const uint8_t *bytes, size_t n)
{
    bool is_data = bytes[0] == ICS_RDT_DATA;
    g_string_append_printf(out, "send %s %u", is_data ? "DATA" : "ACK",
                           ics_bytes_load_be16(bytes + 2));
    if (is_data) {
        g_string_append_printf(out, " %.*s", (int)(n - ICS_RDT_HEADER_BYTES),
                               (const char *)bytes + ICS_RDT_HEADER_BYTES);
    }
}

static void rdt_harness_write(GString *out, const IcsRdtAction *action, const uint8_t *bytes)
{
    g_string_append(out, out->len > 0 ? "; " : "");
    switch (action->kind) {
    case ICS_RDT_ACTION_SEND:
        rdt_harness_write_datagram(out, bytes, action->n);
        return;
    case ICS_RDT_ACTION_DELIVER:
        g_string_append_printf(out, "deliver %.*s", (int)action->n, (const char *)bytes);
        return;
    case ICS_RDT_ACTION_SET_TIMER:
        g_assert_cmpint(action->after_ns, ==, 100);
        g_string_append_printf(out, "set timer %u", action->timer);
        return;
    case ICS_RDT_ACTION_CANCEL_TIMER:
        g_string_append_printf(out, "cancel timer %u", action->timer);
        return;
    case ICS_RDT_ACTION_ENABLE:
    case ICS_RDT_ACTION_DISABLE:
        g_string_append(out, ics_rdt_action_kind_name(action->kind));
        return;
    case ICS_RDT_ACTION_LOG:
        g_string_append_printf(out, "log %s", (const char *)bytes);
        return;
    }
}

static const char *rdt_harness_tell(IcsRdtHarness *self, const IcsRdtEvent *event)
{
    ics_rdt_actions_reset(&self->actions);
    g_string_truncate(self->text, 0);
    self->klass->handle(self->machine, event, &self->actions);
    for (guint i = 0; i < self->actions.list->len; i++) {
        const IcsRdtAction *action = ics_rdt_actions_get(&self->actions, i);
        rdt_harness_write(self->text, action, ics_rdt_actions_bytes(&self->actions, action));
    }
    return self->text->str;
}

const char *ics_rdt_harness_open(IcsRdtHarness *self)
{
    return rdt_harness_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_OPEN});
}

const char *ics_rdt_harness_close(IcsRdtHarness *self)
{
    return rdt_harness_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_CLOSE});
}

const char *ics_rdt_harness_message(IcsRdtHarness *self, const char *message)
{
    return rdt_harness_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_MESSAGE,
                                                 .bytes = (const uint8_t *)message,
                                                 .n = strlen(message),
                                                 .tag = self->messages++});
}

const char *ics_rdt_harness_timer(IcsRdtHarness *self, uint32_t timer)
{
    return rdt_harness_tell(self, &(IcsRdtEvent){.kind = ICS_RDT_TIMER, .timer = timer});
}

const char *ics_rdt_harness_datagram(IcsRdtHarness *self, const void *bytes, size_t n, uint64_t tag)
{
    return rdt_harness_tell(
        self, &(IcsRdtEvent){.kind = ICS_RDT_DATAGRAM, .bytes = bytes, .n = n, .tag = tag});
}

GByteArray *ics_rdt_harness_make(uint8_t kind, uint32_t sequence, const char *message)
{
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, ICS_RDT_HEADER_BYTES);
    memset(bytes->data, 0, ICS_RDT_HEADER_BYTES);
    bytes->data[0] = kind;
    ics_bytes_store_be16(bytes->data + 2, (uint16_t)sequence);
    g_byte_array_append(bytes, (const uint8_t *)message, (guint)strlen(message));
    uint32_t crc = ics_crc32(ics_crc32(0, bytes->data, 4), bytes->data + 8, bytes->len - 8);
    ics_bytes_store_be32(bytes->data + 4, crc);
    return bytes;
}

const char *ics_rdt_harness_data(IcsRdtHarness *self, uint32_t sequence, const char *message)
{
    g_autoptr(GByteArray) bytes = ics_rdt_harness_make(ICS_RDT_DATA, sequence, message);
    return ics_rdt_harness_datagram(self, bytes->data, bytes->len, sequence);
}

const char *ics_rdt_harness_ack(IcsRdtHarness *self, uint32_t sequence)
{
    g_autoptr(GByteArray) bytes = ics_rdt_harness_make(ICS_RDT_ACK, sequence, "");
    return ics_rdt_harness_datagram(self, bytes->data, bytes->len, ICS_RDT_NO_TAG);
}
