/* One machine of protocols/rdt under test, without any network: it is told events, and its actions
 * are read as text. */
#ifndef ICS_TESTS_SUPPORT_RDT_HARNESS_H
#define ICS_TESTS_SUPPORT_RDT_HARNESS_H

#include <glib.h>
#include <ipcsim/rdt.h>

#include "protocols/rdt/rdt_actions.h"

typedef struct IcsRdtHarness {
    const IcsRdtClass *klass;
    void *machine;
    IcsRdtActions actions; /* of the last event */
    GString *text;         /* the same for people */
    uint64_t messages;     /* given from above so far: the next one's tag */
} IcsRdtHarness;

/* The timeout is 100 ns. Transfer full. */
IcsRdtHarness *ics_rdt_harness_new(const IcsRdtClass *klass, uint32_t window, uint32_t bits);
void ics_rdt_harness_free(IcsRdtHarness *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsRdtHarness, ics_rdt_harness_free)

/* Each tells the machine an event and returns its actions, until the next call, as
 * "send DATA 0 a; set timer 0; disable", "send ACK 1", "deliver a", "enable"; "" for none. */
const char *ics_rdt_harness_open(IcsRdtHarness *self);
const char *ics_rdt_harness_close(IcsRdtHarness *self);
const char *ics_rdt_harness_message(IcsRdtHarness *self, const char *message);
const char *ics_rdt_harness_timer(IcsRdtHarness *self, uint32_t timer);
const char *ics_rdt_harness_data(IcsRdtHarness *self, uint32_t sequence, const char *message);
const char *ics_rdt_harness_ack(IcsRdtHarness *self, uint32_t sequence);
const char *ics_rdt_harness_datagram(IcsRdtHarness *self, const void *bytes, size_t n,
                                     uint64_t tag);

/* Bytes of a datagram as the machines make them. Transfer full. */
GByteArray *ics_rdt_harness_make(uint8_t kind, uint32_t sequence, const char *message);

#endif
