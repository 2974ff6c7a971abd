/* A running world: the simulation, network and processes that a trace describes. */
#ifndef ICS_TRACES_WORLD_H
#define ICS_TRACES_WORLD_H

#include "netmodel/network.h"
#include "protocols/socket/transport.h"
#include "traces/flow_names.h"
#include "traces/trace.h"

typedef struct IcsWorldOptions {
    bool has_seed; /* instead of the trace's */
    uint64_t seed;
    uint64_t memory_limit_bytes; /* 0: none; ICS_ERROR_MACHINE beyond it, with the estimate */
    /* Hosts that the world outside stands in for (NULL-terminated, nullable): they are doors
     * (netmodel/outside.h), and their processes do not start. Their neighbours, and they
     * themselves, get default routes: whoever is out there may have any address. */
    const char *const *outside;
    const IcsTransportChoice *transport; /* of datagram sockets, instead of the trace's (nullable);
                                            borrowed, outlives the world */
} IcsWorldOptions;

typedef struct IcsWorld {
    const IcsTrace *trace; /* borrowed, outlives the world */
    uint64_t seed;
    const IcsTransportChoice *transport; /* borrowed, nullable: UDP */
    IcsSimulation *simulation;
    IcsNetwork *network;
    IcsFlowNames *flow_names;
    struct IcsScheduleRun *schedule; /* of schedule.c */
    struct IcsWorldStart *starts;    /* of world_processes.c, by process */
    IcsArena arena;
} IcsWorld;

/* Builds; `options` is nullable. Nothing runs yet, so that observers can subscribe
 * (world->simulation->bus). An observer that needs each packet's departure at its time calls
 * ics_network_schedule_departures() now. Observers are not called any more when the world is taken
 * apart. Transfer full; NULL and ICS_ERROR_INPUT or ICS_ERROR_MACHINE. */
IcsWorld *ics_world_new(const IcsTrace *trace, const IcsWorldOptions *options, GError **error);
void ics_world_free(IcsWorld *self);

/* Runs at most `max_events` events towards the trace's stop. Call again while it returns
 * ICS_STOP_BUDGET. */
IcsStopReason ics_world_run(IcsWorld *self, uint64_t max_events);

/* The end of the run so far: time of the last event when quiescent, else the clock. */
int64_t ics_world_end_ns(const IcsWorld *self);
uint64_t ics_world_digest(const IcsWorld *self);

/* "asker -> echo": the sending process and the one that received from the port last, or
 * "asker -> server:6789" where nobody did. Transfer full. */
char *ics_world_flow_name(const IcsWorld *self, uint32_t flow);

/* NULL: every link direction has conserved its packets; else what, where (transfer full). */
char *ics_world_check_invariants(const IcsWorld *self);

/* Whether this process of the trace never starts: the outside is in the place of its host. */
bool ics_world_replaces(const IcsWorld *self, const IcsTraceProcess *process);

/* The element of the trace's link (index, direction 0 or 1, index of the fault) in this world; NULL
 * when it does not act in that direction. Host: ics_world_host_fault(). */
IcsFault *ics_world_link_fault(const IcsWorld *self, uint32_t link, int direction, uint32_t fault);
IcsFault *ics_world_host_fault(const IcsWorld *self, uint32_t host, uint32_t fault);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsWorld, ics_world_free)

#endif
