/* A world that runs by the clock, with the outside in the place of some of its hosts.
 *
 * Virtual time is the time since the start. Events fire when their time has come; a packet from
 * outside enters at the time at which it was read, after everything that was due before. */
#ifndef ICS_TOOL_LIVE_LIVE_H
#define ICS_TOOL_LIVE_LIVE_H

#include <poll.h>

#include "tool/live/attachment.h"
#include "tool/live/pacer.h"
#include "traces/world.h"

/* The clock of a live run, and its waiting: the machine's (live_machine.h), or a test's. */
typedef struct IcsLiveMachine {
    /* Monotonic, ns. */
    int64_t (*now_ns)(gpointer data);
    /* Waits until the clock stands at `until_ns` (INT64_MAX: no limit), one of the descriptors can
     * be read (as in poll(2)), or the user wants an end; not at all when that is past. False: end.
     */
    bool (*wait)(gpointer data, int64_t until_ns, struct pollfd *descriptors, nfds_t n);
    gpointer data;
} IcsLiveMachine;

/* Whom a live run talks to while it lasts. */
typedef struct IcsLiveListener {
    /* One line for a person. */
    void (*tell)(gpointer data, const char *text);
    /* Asked now and then: false ends the run. */
    bool (*go_on)(gpointer data);
    gpointer data;
} IcsLiveListener;

typedef struct IcsLive IcsLive;

/* `attachments` (of open IcsAttachment) and everything else is borrowed and outlives the run; their
 * hosts are those that the world was made without (IcsWorldOptions.outside). Transfer full. */
IcsLive *ics_live_new(IcsWorld *world, const GPtrArray *attachments, const IcsLiveMachine *machine,
                      const IcsLiveListener *listener);
void ics_live_free(IcsLive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsLive, ics_live_free)

/* Runs from now to the trace's stop. How it ended (static): "time"; "interrupted"; "quiescent" when
 * everybody outside has gone and nothing was left to do. */
const char *ics_live_run(IcsLive *self);

const IcsPacer *ics_live_pacer(const IcsLive *self);

#endif
