/* A network of named hosts built by hand, without a trace: host number i of the sorted names has
 * the address 10.0.0.(i + 1) on all its interfaces, and a stack. Checks at its end that no packet
 * was lost sight of. */
#ifndef ICS_TESTS_SUPPORT_SMALL_NETWORK_H
#define ICS_TESTS_SUPPORT_SMALL_NETWORK_H

#include "netmodel/fault_kinds.h"
#include "netmodel/network.h"
#include "protocols/stack/stack.h"
#include "tests/support/raw_packet.h"

#define ICS_SMALL_NETWORK_MS      INT64_C(1000000)
#define ICS_SMALL_NETWORK_FOREVER (INT64_MAX / 2)
/* Propagation delay of a link, in ns; its rate has no limit, its MTU is 1500. */
#define ICS_SMALL_NETWORK_DELAY_NS (5 * ICS_SMALL_NETWORK_MS)

typedef struct IcsSmallNetwork {
    IcsSimulation *simulation;
    IcsNetwork *network;
    GPtrArray *sent; /* of GBytes: the packets that hosts gave to links, in order */
    GString *notes;  /* what ics_small_network_note() was told */
    uint32_t n_links;
    GPtrArray *kept; /* what ics_small_network_keep() was given */
} IcsSmallNetwork;

/* `names` is NULL-terminated and sorted. Transfer full. */
IcsSmallNetwork *ics_small_network_new(uint64_t seed, const char *const *names);
void ics_small_network_free(IcsSmallNetwork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsSmallNetwork, ics_small_network_free)

/* Two hosts "a" and "b" with a link between them, and their teardown, for cmocka. */
int ics_small_network_setup(void **state);
int ics_small_network_teardown(void **state);

/* Frees `data` with `destroy` behind the network. Returns it. */
gpointer ics_small_network_keep(IcsSmallNetwork *self, gpointer data, GDestroyNotify destroy);

/* A link's usual config. */
IcsLinkConfig ics_small_network_link_config(void);
/* Joins two hosts by a new link; NULL: the usual config both ways. Routes are there at once. */
void ics_small_network_link(IcsSmallNetwork *self, const char *a, const char *b,
                            const IcsLinkConfig *config);
/* Adds a fault element to the direction of the first link between two hosts. `scope` is nullable.
 */
void ics_small_network_fault(IcsSmallNetwork *self, const char *from, const char *to,
                             const IcsFaultClass *klass, gconstpointer config,
                             const IcsFaultScopeConfig *scope);

IcsHost *ics_small_network_host(const IcsSmallNetwork *self, const char *name);
IcsStack *ics_small_network_stack(const IcsSmallNetwork *self, const char *name);
uint32_t ics_small_network_address(const IcsSmallNetwork *self, const char *name);
IcsLinkDirection *ics_small_network_direction(const IcsSmallNetwork *self, const char *from,
                                              const char *to);

/* Lets a packet arrive at a host's first interface, or on its loopback interface, now. */
void ics_small_network_inject(IcsSmallNetwork *self, const char *host, const IcsRawPacket *packet);
void ics_small_network_inject_loopback(IcsSmallNetwork *self, const char *host,
                                       const IcsRawPacket *packet);

/* Calls `act` at a time of the run, on behalf of the world. */
void ics_small_network_at(IcsSmallNetwork *self, int64_t at_ns,
                          void (*act)(IcsSmallNetwork *self, gpointer data), gpointer data);

/* Runs until nothing happens any more (asserted), or until a time. */
void ics_small_network_run(IcsSmallNetwork *self);
void ics_small_network_run_until(IcsSmallNetwork *self, int64_t until_ns);

/* Appends "what@TIME; " to the notes, the time as "0s" or "10ms". */
void ics_small_network_note(IcsSmallNetwork *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Runs, and checks the notes. */
void ics_small_network_expect(IcsSmallNetwork *self, const char *notes);

/* The number of packets that hosts gave to links, and one of them. */
guint ics_small_network_n_sent(const IcsSmallNetwork *self);
const uint8_t *ics_small_network_sent(const IcsSmallNetwork *self, guint index, size_t *n);

/* How many packets died in a host of a cause; all that died in it. */
uint64_t ics_small_network_dropped(const IcsSmallNetwork *self, const char *host, IcsCause cause);
uint64_t ics_small_network_dropped_in_all(const IcsSmallNetwork *self, const char *host);

#endif
