/* Fault elements: what may happen to a packet, decided by one small element at a time.
 *
 * An element is one file and one row in ics_fault_classes (fault_table.c): its name, its typed
 * parameters, how it is created and how it decides. The table feeds the loader, the schema, --help
 * and the documents; nothing else sees strings.
 *
 * On a link direction the elements act when the packet leaves the transmitter, stage by stage in
 * the order below (netem's documented order), equal kinds in the order of the file. */
#ifndef ICS_NETMODEL_FAULT_H
#define ICS_NETMODEL_FAULT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/parameters.h"
#include "netmodel/cause.h"
#include "netmodel/fault_scope.h"
#include "netmodel/packet.h"
#include "sim/choice.h"

#define ICS_FAULT_STAGES(X)                                                                        \
    X(DUPLICATE, "duplicate")                                                                      \
    X(LOSS, "loss")                                                                                \
    X(CORRUPT, "corrupt")                                                                          \
    X(TRUNCATE, "truncate")                                                                        \
    X(REORDER, "reorder")                                                                          \
    X(DELAY, "delay")                                                                              \
    X(SEND_OMISSION, "send-omission")                                                              \
    X(RECEIVE_OMISSION, "receive-omission")

/* When an element acts. The last two act in a host, the others on the wire. */
typedef enum {
#define ICS_FAULT_STAGE(name, spelling) ICS_FAULT_STAGE_##name,
    ICS_FAULT_STAGES(ICS_FAULT_STAGE)
#undef ICS_FAULT_STAGE
        ICS_N_FAULT_STAGES
} IcsFaultStage;

typedef struct IcsFault IcsFault;
typedef struct IcsFaultClass IcsFaultClass;

/* The passage of one packet through the elements of one place: the packet, and what the elements
 * decided so far. An element writes only the results of its own stage; a `whole` one writes those
 * of every stage on the wire. */
typedef struct IcsPassage {
    IcsPacket *packet;
    const IcsChooser *chooser;
    bool is_copy;  /* a copy made by the element that is asked (only `whole` elements are) */
    int64_t at_ns; /* when the packet leaves the transmitter, or is at the host */
    /* results */
    uint32_t copies;       /* DUPLICATE: how many copies to add; 0 before each element */
    bool lost;             /* LOSS and the omissions */
    uint32_t bits_flipped; /* CORRUPT: the element has changed the packet's bytes itself */
    uint32_t bytes_cut;    /* TRUNCATE: the element has cut the packet itself */
    bool skips_delay;      /* REORDER as netem means it: the DELAY elements do not apply */
    uint32_t displacement; /* REORDER: to be overtaken by that many packets of its flow */
    int64_t flush_ns;      /* REORDER by displacement: latest release after the arrival */
    int64_t delay_ns;      /* DELAY: added to the propagation delay; elements add up */
    bool keeps_order;      /* DELAY with reordering forbidden: not before the one ahead of it */
} IcsPassage;

/* What kind of element it is. */
struct IcsFaultClass {
    const char *name; /* as in the trace: "loss" */
    const char *doc;  /* one line */
    IcsFaultStage stage;
    bool sequential; /* its decisions depend on those before it */
    bool clocked;    /* a sequential one that a clock can advance instead of the packets */
    bool whole; /* decides all stages at once (netem-compat): it is asked once for the original,
                   and once for each of its copies, and no other element stands beside it */
    size_t config_bytes;
    const IcsParameter *parameters;
    const char *file_parameter; /* see ics_fault_config_file(); nullable */
    size_t fault_bytes;         /* of the struct that begins with an IcsFault */
    /* Checks the parameters against each other and fills in what is the element's own; `self` is
     * zeroed but for its IcsFault. False and ICS_ERROR_INPUT on contradictions; the element then
     * owns nothing. Nullable. */
    bool (*init)(IcsFault *self, gconstpointer config, GError **error);
    /* Frees what init made. Nullable. */
    void (*clear)(IcsFault *self);
    /* Decides about one packet that the element's scope covers; returns whether anything happened
     * (for the realised rate). */
    bool (*decide)(IcsFault *self, IcsPassage *passage);
    /* The long-run rate at which something happens, in units of 2^-63; ICS_FAULT_RATE_UNKNOWN where
     * there is none to state. Nullable. */
    IcsProbability (*requested)(const IcsFault *self);
};

#define ICS_FAULT_RATE_UNKNOWN UINT64_MAX

/* An element in place. */
struct IcsFault {
    const IcsFaultClass *klass;
    IcsFault *next; /* of the same place, in order of stage, then of the file */
    IcsChoicePoint point;
    IcsFaultScope scope;
    char *label;      /* owned: the name that `point` gives an element without one of its own */
    bool on;          /* switched by the schedule */
    bool sequential;  /* its decisions depend on which packets came before, not on fates or slots:
                         `compare` cannot pair them by fate */
    uint64_t step;    /* sequential elements: decisions taken, or moves of a clocked chain */
    int64_t clock_ns; /* sequential elements: 0 advances per packet, else per slot of that length */
    uint64_t asked;   /* packets decided on */
    uint64_t happened; /* of these, something happened */
};

/* All kinds, by name; ends with NULL. */
extern const IcsFaultClass *const ics_fault_classes[];
/* NULL when there is none of that name. */
const IcsFaultClass *ics_fault_class_by_name(const char *name);

/* How an element is made. Strings are borrowed and outlive the element (the world's arena). */
typedef struct IcsFaultSettings {
    const char *place;   /* "wire client->server" or "host server" */
    const char *name;    /* its own in the trace, nullable */
    const char *pointer; /* the rule's JSON pointer, nullable */
    uint32_t occurrence; /* among the unnamed of its kind at this place, from 0 */
    uint64_t seed;
    int64_t clock_ns;
} IcsFaultSettings;

/* Where `config` names a file: NULL when the kind has no such parameter or it was not given. Before
 * ics_fault_new() the loader reads that file (relative to the trace) and puts its text in the place
 * of the name; both are g_malloc()ed strings that ics_parameters_clear() frees. */
char **ics_fault_config_file(const IcsFaultClass *klass, gpointer config);

/* Transfer full; NULL and ICS_ERROR_INPUT when the parameters contradict each other. `config` is
 * the class's, read by ics_parameters_read(); it is borrowed for the call. `scope` is consumed,
 * also on failure; NULL covers everything. */
IcsFault *ics_fault_new(const IcsFaultClass *klass, gconstpointer config,
                        const IcsFaultSettings *settings, IcsFaultScope *scope, GError **error);
void ics_fault_free(IcsFault *self);

/* Gives an element in place other parameters of its kind: it keeps its scope, switch, counts and
 * step; a chain starts again in its first state. False and ICS_ERROR_INPUT, and no change, when
 * they contradict each other. */
bool ics_fault_change(IcsFault *self, gconstpointer config, GError **error);

/* Puts an element into a chain (the first element's pointer) at its place by stage; consumes it. */
void ics_fault_chain_add(IcsFault **chain, IcsFault *fault);
void ics_fault_chain_free(IcsFault **chain);

/* Copies that all elements of a chain together may make of one packet. */
#define ICS_FAULT_COPIES_MAX 255

/* Whether the elements of one chain fit together: a `whole` element stands alone, one that skips
 * the delay elements has some to skip, and the copies stay within ICS_FAULT_COPIES_MAX. If not,
 * false and ICS_ERROR_INPUT, and `culprit` (out, nullable) is the element that does not fit. */
bool ics_fault_chain_check(const IcsFault *chain, const IcsFault **culprit, GError **error);

/* Asks one element about one packet: applies the switch and the scope, counts, decides. Returns
 * whether anything happened. A copy (passage->is_copy) is neither narrowed nor counted: it is part
 * of the decision about its original. */
bool ics_fault_ask(IcsFault *self, IcsPassage *passage);

/* The long-run rate of the element; ICS_FAULT_RATE_UNKNOWN where there is none to state. */
IcsProbability ics_fault_requested(const IcsFault *self);

const char *ics_fault_stage_name(IcsFaultStage stage);

/* Whether the stage is one of a host. */
static inline bool ics_fault_stage_is_host(IcsFaultStage stage)
{
    return stage == ICS_FAULT_STAGE_SEND_OMISSION || stage == ICS_FAULT_STAGE_RECEIVE_OMISSION;
}

/* The draw of an independent element, for the packet of this passage. */
static inline IcsChoice ics_fault_choice(const IcsFault *self, const IcsPassage *passage,
                                         uint32_t draw)
{
    return (IcsChoice){
        .point = &self->point,
        .fate = &passage->packet->fate,
        .step = self->step,
        .at_ns = passage->at_ns,
        .draw = draw,
    };
}

#endif
