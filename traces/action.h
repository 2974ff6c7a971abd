/* Entries of a trace's schedule: what happens to the world itself, and when. */
#ifndef ICS_TRACES_ACTION_H
#define ICS_TRACES_ACTION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "sim/observation.h"

/* Name, spelling in the trace, what it acts on. */
#define ICS_ACTION_KINDS(X)                                                                        \
    X(LINK_DOWN, "down", "link")                                                                   \
    X(LINK_UP, "up", "link")                                                                       \
    X(LINK_RATE, "rate", "link")                                                                   \
    X(LINK_DELAY, "delay", "link")                                                                 \
    X(LINK_HOLD, "hold", "link")                                                                   \
    X(LINK_RELEASE, "release", "link")                                                             \
    X(FAULT_ON, "fault-on", "fault")                                                               \
    X(FAULT_OFF, "fault-off", "fault")                                                             \
    X(FAULT_CHANGE, "fault-change", "fault")                                                       \
    X(PARTITION, "partition", "hosts")                                                             \
    X(PARTITION_ONEWAY, "partition-oneway", "hosts")                                               \
    X(REPAIR, "repair", "hosts")                                                                   \
    X(HOST_CRASH, "crash", "host")                                                                 \
    X(HOST_RESTART, "restart", "host")                                                             \
    X(HOST_PAUSE, "pause", "host")                                                                 \
    X(HOST_RESUME, "resume", "host")                                                               \
    X(PROCESS_KILL, "kill", "process")                                                             \
    X(PROCESS_RESTART, "restart", "process")

typedef enum {
#define ICS_ACTION_KIND(name, spelling, target) ICS_ACTION_##name,
    ICS_ACTION_KINDS(ICS_ACTION_KIND)
#undef ICS_ACTION_KIND
} IcsActionKind;

#define ICS_N_ACTION_KINDS (ICS_ACTION_PROCESS_RESTART + 1)

/* Its spelling in the trace, and what it acts on: "link", "fault", "hosts", "host", "process". */
const char *ics_action_kind_name(IcsActionKind kind);
const char *ics_action_kind_target(IcsActionKind kind);

/* When: at a time, or some time after the n-th event of a kind. */
typedef struct IcsActionTrigger {
    bool is_event;
    int64_t at_ns; /* the time, or the delay after the event */
    IcsObservationKind event;
    uint64_t nth; /* from 1 */
    /* what narrows the event: */
    int32_t link;        /* index in the trace, -1: any */
    bool directions[2];  /* of the link */
    int32_t host;        /* index, -1: any */
    const char *process; /* nullable */
    const char *flow;    /* "asker -> echo" or "asker -> server:6789", nullable */
    bool flow_by_port;   /* the latter */
} IcsActionTrigger;

typedef struct IcsTraceAction {
    IcsActionKind kind;
    const char *pointer;
    IcsActionTrigger when;
    int32_t link;         /* index in the trace, -1: none */
    bool directions[2];   /* of the link */
    int32_t host;         /* index, -1: none */
    int32_t process;      /* index, -1: none */
    int32_t fault;        /* index in the link's or host's list, -1: none */
    int64_t value;        /* LINK_RATE bit/s, LINK_DELAY ns */
    gconstpointer config; /* FAULT_CHANGE: of the fault's class; owned by the trace */
    GArray *sides[2]; /* PARTITION, REPAIR: indices of hosts (uint32_t, ascending) on either side;
                         REPAIR of everything: both empty. Owned; NULL otherwise */
} IcsTraceAction;

#endif
