/* The list of actions of ipcsim/rdt.h as a driver knows it. */
#ifndef ICS_PROTOCOLS_RDT_RDT_ACTIONS_H
#define ICS_PROTOCOLS_RDT_RDT_ACTIONS_H

#include <glib.h>
#include <ipcsim/rdt.h>

/* Name, spelling. */
#define ICS_RDT_ACTION_KINDS(X)                                                                    \
    X(SEND, "send")                                                                                \
    X(DELIVER, "deliver")                                                                          \
    X(SET_TIMER, "set-timer")                                                                      \
    X(CANCEL_TIMER, "cancel-timer")                                                                \
    X(ENABLE, "enable")                                                                            \
    X(DISABLE, "disable")                                                                          \
    X(LOG, "log")

typedef enum {
#define ICS_RDT_ACTION_KIND(name, spelling) ICS_RDT_ACTION_##name,
    ICS_RDT_ACTION_KINDS(ICS_RDT_ACTION_KIND)
#undef ICS_RDT_ACTION_KIND
} IcsRdtActionKind;

typedef struct IcsRdtAction {
    IcsRdtActionKind kind;
    uint32_t timer;   /* SET_TIMER, CANCEL_TIMER */
    int64_t after_ns; /* SET_TIMER */
    uint64_t tag;     /* SEND, DELIVER */
    size_t offset;    /* SEND, DELIVER, LOG (text, its NUL counted): into the list's bytes */
    size_t n;
} IcsRdtAction;

struct IcsRdtActions {
    GArray *list;      /* of IcsRdtAction */
    GByteArray *bytes; /* what they carry */
};

void ics_rdt_actions_init(IcsRdtActions *self);
void ics_rdt_actions_clear(IcsRdtActions *self);

/* Forgets the actions; the memory stays for the next ones. */
void ics_rdt_actions_reset(IcsRdtActions *self);

static inline const IcsRdtAction *ics_rdt_actions_get(const IcsRdtActions *self, guint index)
{
    return &g_array_index(self->list, IcsRdtAction, index);
}

/* What an action carries. Borrowed until the next one is appended. */
static inline const uint8_t *ics_rdt_actions_bytes(const IcsRdtActions *self,
                                                   const IcsRdtAction *action)
{
    return self->bytes->data + action->offset;
}

/* "set-timer" */
const char *ics_rdt_action_kind_name(IcsRdtActionKind kind);

#endif
