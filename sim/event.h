#ifndef ICS_SIM_EVENT_H
#define ICS_SIM_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The object of `type` whose field `member` is at `pointer`. */
#define ICS_CONTAINER_OF(pointer, type, member)                                                    \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/** The value of IcsEvent.slot while the event is in no queue. */
#define ICS_EVENT_IDLE UINT32_MAX

typedef struct IcsEvent IcsEvent;

/** What an event does when its time has come. The event is idle by then and may be pushed again. */
typedef void (*IcsEventFunc)(IcsEvent *event);

/**
 * A thing that happens at a time. It is embedded in the object that it wakes; `fire` finds that
 * object with ICS_CONTAINER_OF. The first three fields are the key: events fire in its order, it
 * is distinct for all the events of a simulation, and it may only be written while the event is
 * idle (ics_event_queue_reschedule() moves a queued one).
 */
struct IcsEvent {
    int64_t at_ns;     /* not negative */
    uint64_t route;    /* ics_event_route() */
    uint64_t ordinal;  /* from the causing node's own counter */
    IcsEventFunc fire; /* not NULL when the event is pushed */
    uint32_t slot;     /* the queue's; ICS_EVENT_IDLE while not queued */
};

/** The middle of the key: the node that an event concerns, and the node that caused it. */
static inline uint64_t ics_event_route(uint32_t receiving_node, uint32_t causing_node)
{
    return (uint64_t)receiving_node << 32 | causing_node;
}

static inline uint32_t ics_event_receiving_node(const IcsEvent *event)
{
    return (uint32_t)(event->route >> 32);
}

static inline uint32_t ics_event_causing_node(const IcsEvent *event)
{
    return (uint32_t)event->route;
}

/** Makes `event` an idle event at time 0 that will call `fire`. */
static inline void ics_event_init(IcsEvent *event, IcsEventFunc fire)
{
    *event = (IcsEvent){.fire = fire, .slot = ICS_EVENT_IDLE};
}

static inline bool ics_event_is_queued(const IcsEvent *event)
{
    return event->slot != ICS_EVENT_IDLE;
}

/** Whether `event` fires before `other`: by time, receiving node, causing node, ordinal. */
static inline bool ics_event_is_before(const IcsEvent *event, const IcsEvent *other)
{
    if (event->at_ns != other->at_ns) {
        return event->at_ns < other->at_ns;
    }
    if (event->route != other->route) {
        return event->route < other->route;
    }
    return event->ordinal < other->ordinal;
}

#endif
