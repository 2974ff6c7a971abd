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
 * decided so far. An element writes only the results of its own stage. */
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
    bool whole; /* decides all stages at once (netem-compat): it is asked once for the original,
                   and once for each of its copies, and no other element stands beside it */
    size_t config_bytes;
    const IcsParameter *parameters;
    size_t fault_bytes; /* of the struct that begins with an IcsFault */
    /* Checks the parameters against each other and fills in what is the element's own; `self` is
     * zeroed but for its IcsFault. False and ICS_ERROR_INPUT on contradictions. Nullable. */
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
    bool on;          /* switched by the schedule */
    uint64_t step;    /* sequential elements: decisions taken, or the slot of their clock */
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

/* Transfer full; NULL and ICS_ERROR_INPUT when the parameters contradict each other. `config` is
 * the class's, read by ics_parameters_read(); it is borrowed for the call. `scope` is consumed. */
IcsFault *ics_fault_new(const IcsFaultClass *klass, gconstpointer config,
                        const IcsFaultSettings *settings, IcsFaultScope *scope, GError **error);
void ics_fault_free(IcsFault *self);

/* Puts an element into a chain (the first element's pointer) at its place by stage; consumes it. */
void ics_fault_chain_add(IcsFault **chain, IcsFault *fault);
void ics_fault_chain_free(IcsFault **chain);

/* Asks one element about one packet: applies the switch and the scope, counts, decides. Returns
 * whether anything happened. */
bool ics_fault_ask(IcsFault *self, IcsPassage *passage);

const char *ics_fault_stage_name(IcsFaultStage stage);

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
