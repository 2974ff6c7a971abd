/* Reliable data transfer as the textbooks build it: one machine at each end of an unreliable
 * datagram service. A machine is told one event at a time and answers with actions; it has no
 * socket, no clock and no thread, and the driver carries the actions out, in their order, when the
 * machine has returned. So a machine can be read, tested and shown in every situation there is.
 *
 *     layer above     MESSAGE |            ^ deliver     ^ enable, disable
 *                             v            |             |
 *                           +----------------+
 *     OPEN, CLOSE --------> |     machine    | <-- TIMER, --> set timer, cancel timer, log
 *                           +----------------+
 *                             |            ^
 *     network                 v send       | DATAGRAM
 *
 * A datagram may be lost, damaged, duplicated and overtaken on its way. Both ends are alike: each
 * sends and receives messages, and the two directions know nothing of each other.
 *
 * Sources: Kurose and Ross, Computer Networking, section 3.4 (rdt); Tanenbaum and Wetherall,
 * Computer Networks, sections 3.3 and 3.4 (protocols 3 to 6, enable_network_layer). */
#ifndef IPCSIM_RDT_H
#define IPCSIM_RDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A datagram that carries no message. */
#define ICS_RDT_NO_TAG UINT64_MAX

/* Longest datagram that a machine may send. */
#define ICS_RDT_DATAGRAM_MAX 65507

typedef enum {
    ICS_RDT_OPEN,     /* the first event */
    ICS_RDT_MESSAGE,  /* a message from above; comes only while the layer above is enabled */
    ICS_RDT_DATAGRAM, /* a datagram from the peer: whole or damaged, in or out of order, once more
                       */
    ICS_RDT_TIMER,    /* a timer has expired; it is not set any more */
    ICS_RDT_CLOSE     /* no message will come any more; those that came are still to be brought to
                         the peer */
} IcsRdtEventKind;

typedef struct IcsRdtEvent {
    IcsRdtEventKind kind;
    int64_t now_ns;       /* virtual time */
    const uint8_t *bytes; /* MESSAGE, DATAGRAM: borrowed for the time of the call */
    size_t n;
    uint64_t tag; /* MESSAGE, DATAGRAM: which message it is, or brings, for the statistics: hand it
                     on with what the bytes become, decide nothing by it */
    uint32_t timer; /* TIMER: which one */
} IcsRdtEvent;

/* The list of actions that a machine appends to. */
typedef struct IcsRdtActions IcsRdtActions;

/* Sends a datagram to the peer; the bytes are copied. `tag` is that of the message that it
 * carries, or ICS_RDT_NO_TAG. */
void ics_rdt_send(IcsRdtActions *actions, const void *datagram, size_t n, uint64_t tag);

/* Delivers a message to the layer above; the bytes are copied. `tag` is that of the datagram that
 * brought the message. */
void ics_rdt_deliver(IcsRdtActions *actions, const void *message, size_t n, uint64_t tag);

/* Sets timer number `timer` (0 to 65535), which then expires once, that much later. One that is
 * set already starts anew. */
void ics_rdt_set_timer(IcsRdtActions *actions, uint32_t timer, int64_t after_ns);

/* Nothing happens when it is not set. */
void ics_rdt_cancel_timer(IcsRdtActions *actions, uint32_t timer);

/* Lets the layer above give messages, or not. At the start it may. While it may not, the driver
 * keeps them. */
void ics_rdt_enable(IcsRdtActions *actions);
void ics_rdt_disable(IcsRdtActions *actions);

/* Says something in the event log. */
void ics_rdt_log(IcsRdtActions *actions, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What a machine may be told about itself. */
typedef struct IcsRdtConfig {
    uint32_t window;        /* messages under way at most, at least 1 */
    uint32_t sequence_bits; /* of the wire's sequence numbers, 1 to 16 */
    int64_t timeout_ns;     /* until a datagram is sent again, over 0 */
} IcsRdtConfig;

/* A protocol. */
typedef struct IcsRdtClass {
    const char *name;
    const char *doc; /* one line */
    /* Whether it delivers messages later than their datagrams arrived. */
    bool reassembles;
    /* A machine; the config is copied. */
    void *(*create)(const IcsRdtConfig *config);
    void (*handle)(void *machine, const IcsRdtEvent *event, IcsRdtActions *actions);
    void (*destroy)(void *machine);
} IcsRdtClass;

#ifdef __cplusplus
}
#endif

#endif
