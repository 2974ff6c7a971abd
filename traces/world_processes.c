/* The processes of a world: started at their times, and again when their host restarts. */
#include "protocols/socket/host_processes.h"
#include "traces/world_internal.h"

/* The start of one of the trace's processes: armed while it lies ahead. A timer, so that on a
 * paused host it falls due at the resume. */
typedef struct IcsWorldStart {
    IcsTimer timer;
    IcsWorld *world;
    uint32_t process;
} IcsWorldStart;

static const IcsTraceProcess *world_process(const IcsWorld *self, uint32_t process)
{
    return &g_array_index(self->trace->processes, IcsTraceProcess, process);
}

/* A process whose host is down starts when that restarts. */
static void world_start_due(IcsTimer *timer)
{
    const IcsWorldStart *self = ICS_CONTAINER_OF(timer, IcsWorldStart, timer);
    const IcsTraceProcess *from = world_process(self->world, self->process);
    const IcsHost *host = ics_world_host(self->world, from->host);
    if (host->state != ICS_HOST_UP) {
        return;
    }
    IcsProcessProgram program = {
        .main = from->handler_form ? NULL : from->program->main,
        .handler = from->handler_form ? from->program->handler : NULL,
        .config = from->config,
    };
    ics_host_processes_start(ics_stack_of(host), from->name, &program);
}

void ics_world_schedule_processes(IcsWorld *self)
{
    uint32_t n = self->trace->processes->len;
    self->starts = ics_arena_new_array(&self->arena, IcsWorldStart, n);
    for (uint32_t i = 0; i < n; i++) {
        const IcsTraceProcess *from = world_process(self, i);
        IcsWorldStart *start = &self->starts[i];
        start->world = self;
        start->process = i;
        ics_timer_init(&start->timer, self->simulation, from->host + 1, world_start_due);
        if (!ics_world_replaces(self, from)) {
            ics_timer_arm(&start->timer, from->start_ns);
        }
    }
}

void ics_world_restart_process(IcsWorld *self, uint32_t process)
{
    if (!ics_world_replaces(self, world_process(self, process))) {
        ics_timer_arm(&self->starts[process].timer, self->simulation->now_ns);
    }
}

void ics_world_restart_processes(IcsWorld *self, uint32_t host)
{
    for (uint32_t i = 0; i < self->trace->processes->len; i++) {
        if (world_process(self, i)->host == host && !ics_timer_is_armed(&self->starts[i].timer)) {
            ics_world_restart_process(self, i);
        }
    }
}

void ics_world_processes_free(IcsWorld *self)
{
    for (uint32_t i = 0; self->starts != NULL && i < self->trace->processes->len; i++) {
        ics_timer_clear(&self->starts[i].timer);
    }
}
