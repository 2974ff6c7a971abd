/* What carries the messages of datagram sockets: UDP as it is, or a reliable protocol in its place,
 * so that one workload can be run over several (`ipcsim compare`, "transport" in a trace). */
#ifndef ICS_PROTOCOLS_SOCKET_TRANSPORT_H
#define ICS_PROTOCOLS_SOCKET_TRANSPORT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/parameters.h"
#include "protocols/stack/stack.h"

/* How its sockets work: of socket_internal.h. */
struct IcsTransportDriver;

typedef struct IcsTransportClass {
    const char *name; /* "rdt.gbn"; flows carry it */
    const char *doc;  /* one line */
    size_t config_bytes;
    const IcsParameter *parameters; /* ends with ICS_PARAMETER_END; nothing else when there are none
                                     */
    /* (nullable) Whether the settings go together; ICS_ERROR_INPUT, a sentence. */
    bool (*check)(gconstpointer config, GError **error);
    const struct IcsTransportDriver *driver; /* NULL: datagrams as they are */
} IcsTransportClass;

/* All of them, NULL-terminated; the first is "udp". */
extern const IcsTransportClass *const ics_transport_classes[];

/* NULL when there is none of that name. */
const IcsTransportClass *ics_transport_class_by_name(const char *name);

/* A transport with its settings. Never changes: worlds in several threads may share it. */
typedef struct IcsTransportChoice {
    const IcsTransportClass *klass;
    gpointer config; /* of the class, complete; owned */
    char *text;      /* as it was written, without blanks: "rdt.gbn(window=8,timeout=200ms)" */
} IcsTransportChoice;

/* Reads "rdt.gbn" or "rdt.gbn(window=8, timeout=200ms)". Values are written as in a trace, without
 * quotes; a boolean is also on or off. Transfer full; NULL and ICS_ERROR_INPUT, a sentence that
 * names what was got, what was expected and the nearest name. */
IcsTransportChoice *ics_transport_choice_parse(const char *text, GError **error);
void ics_transport_choice_free(IcsTransportChoice *self);

/* Reads a list: "udp, stream(cc=cubic,sack=off), rdt.gbn". Transfer full, elements included (of
 * IcsTransportChoice), at least one, in the order of the list; errors as above. */
GPtrArray *ics_transport_choices_parse(const char *list, GError **error);

/* Gives another config of the class what the choice says, and leaves the rest as it is. */
void ics_transport_choice_apply(const IcsTransportChoice *self, gpointer config);

/* From now on the datagram sockets of the stack's host are on that transport (nullable: UDP). To be
 * called before its first process starts; `choice` is borrowed and outlives the stack. */
void ics_transport_use(IcsStack *stack, const IcsTransportChoice *choice);

/* "udp" unless something else is in use. */
const char *ics_transport_name(const IcsStack *stack);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsTransportChoice, ics_transport_choice_free)

#endif
