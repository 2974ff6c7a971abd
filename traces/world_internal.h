/* What the files that build and run a world share. */
#ifndef ICS_TRACES_WORLD_INTERNAL_H
#define ICS_TRACES_WORLD_INTERNAL_H

#include "traces/world.h"

/* world_network.c: hosts, links and their fault elements. */
bool ics_world_build_hosts(IcsWorld *self, GError **error);
bool ics_world_build_links(IcsWorld *self, GError **error);

/* world_outside.c: doors instead of stacks, before the hosts are built; and the routes to whoever
 * is behind them, after the links. */
bool ics_world_open_doors(IcsWorld *self, const char *const *hosts, GError **error);
void ics_world_route_outside(IcsWorld *self, const char *const *hosts);

/* world_processes.c: the trace's processes start at their times; those of a restarted host, and a
 * single one, again at the present instant. */
void ics_world_schedule_processes(IcsWorld *self);
void ics_world_restart_processes(IcsWorld *self, uint32_t host);
void ics_world_restart_process(IcsWorld *self, uint32_t process);
void ics_world_processes_free(IcsWorld *self);

/* schedule.c */
void ics_world_schedule_actions(IcsWorld *self);
void ics_world_schedule_free(IcsWorld *self);

/* action.c: carries out one entry. */
void ics_world_act(IcsWorld *self, const IcsTraceAction *action);

/* The host with this index in name order. */
IcsHost *ics_world_host(const IcsWorld *self, uint32_t host);
IcsLinkDirection *ics_world_direction(const IcsWorld *self, uint32_t link, int direction);

#endif
