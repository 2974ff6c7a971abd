#include "protocols/rdt/rdt_actions.h"

#include <string.h>

#define RDT_ACTIONS_TIMERS 65536

void ics_rdt_actions_init(IcsRdtActions *self)
{
    self->list = g_array_new(FALSE, FALSE, sizeof(IcsRdtAction));
    self->bytes = g_byte_array_new();
}

void ics_rdt_actions_clear(IcsRdtActions *self)
{
    g_array_unref(self->list);
    g_byte_array_unref(self->bytes);
}

void ics_rdt_actions_reset(IcsRdtActions *self)
{
    g_array_set_size(self->list, 0);
    g_byte_array_set_size(self->bytes, 0);
}

static void rdt_actions_append(IcsRdtActions *self, IcsRdtAction action)
{
    g_array_append_val(self->list, action);
}

static void rdt_actions_append_bytes(IcsRdtActions *self, IcsRdtAction action, const void *bytes)
{
    action.offset = self->bytes->len;
    if (action.n > 0) {
        g_byte_array_append(self->bytes, bytes, (guint)action.n);
    }
    rdt_actions_append(self, action);
}

void ics_rdt_send(IcsRdtActions *actions, const void *datagram, size_t n, uint64_t tag)
{
    g_assert(n <= ICS_RDT_DATAGRAM_MAX);
    IcsRdtAction action = {.kind = ICS_RDT_ACTION_SEND, .tag = tag, .n = n};
    rdt_actions_append_bytes(actions, action, datagram);
}

void ics_rdt_deliver(IcsRdtActions *actions, const void *message, size_t n, uint64_t tag)
{
    g_assert(n <= ICS_RDT_DATAGRAM_MAX);
    IcsRdtAction action = {.kind = ICS_RDT_ACTION_DELIVER, .tag = tag, .n = n};
    rdt_actions_append_bytes(actions, action, message);
}

void ics_rdt_set_timer(IcsRdtActions *actions, uint32_t timer, int64_t after_ns)
{
    g_assert(timer < RDT_ACTIONS_TIMERS && after_ns >= 0);
    rdt_actions_append(
        actions,
        (IcsRdtAction){.kind = ICS_RDT_ACTION_SET_TIMER, .timer = timer, .after_ns = after_ns});
}

void ics_rdt_cancel_timer(IcsRdtActions *actions, uint32_t timer)
{
    g_assert(timer < RDT_ACTIONS_TIMERS);
    rdt_actions_append(actions,
                       (IcsRdtAction){.kind = ICS_RDT_ACTION_CANCEL_TIMER, .timer = timer});
}

void ics_rdt_enable(IcsRdtActions *actions)
{
    rdt_actions_append(actions, (IcsRdtAction){.kind = ICS_RDT_ACTION_ENABLE});
}

void ics_rdt_disable(IcsRdtActions *actions)
{
    rdt_actions_append(actions, (IcsRdtAction){.kind = ICS_RDT_ACTION_DISABLE});
}

void ics_rdt_log(IcsRdtActions *actions, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    IcsRdtAction action = {.kind = ICS_RDT_ACTION_LOG, .n = strlen(text) + 1};
    rdt_actions_append_bytes(actions, action, text);
}

const char *ics_rdt_action_kind_name(IcsRdtActionKind kind)
{
    static const char *const names[] = {
#define ICS_RDT_ACTION_KIND(name, spelling) spelling,
        ICS_RDT_ACTION_KINDS(ICS_RDT_ACTION_KIND)
#undef ICS_RDT_ACTION_KIND
    };
    return names[kind];
}
