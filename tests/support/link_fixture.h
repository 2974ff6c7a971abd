/* Small worlds for tests of links, hosts and networks: hosts whose stacks record what comes in,
 * links with given settings and fault chains, a script of packets with fates and of actions of the
 * world, and an observer that records everything.
 *
 * What has been seen is compared as text. A packet is "<ordinal>@<ns>"; a copy is
 * "<ordinal>.<copy>", a flow other than 0 is a letter before it ("A" is flow 1), and "!" says that
 * it is damaged. */
#ifndef ICS_TESTS_SUPPORT_LINK_FIXTURE_H
#define ICS_TESTS_SUPPORT_LINK_FIXTURE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "netmodel/fault_kinds.h"
#include "netmodel/network.h"
#include "sim/timer.h"

#define ICS_LINK_FIXTURE_FLOWS 8

typedef struct IcsLinkFixture IcsLinkFixture;

/* Something that an observer was told, or a packet that a stack was given. */
typedef struct IcsSighting {
    IcsObservationKind kind; /* PACKET_ARRIVED for what a stack was given */
    int64_t at_ns;
    uint32_t node;
    bool has_packet;
    uint64_t flow;
    uint64_t ordinal;
    uint64_t lineage;
    uint16_t copy;
    uint32_t length;
    bool damaged;
    IcsCause cause;
    int64_t value;
    const char *text;
    const IcsLinkDirection *direction;
    const IcsInterface *interface;
} IcsSighting;

/* The stack of a host. */
typedef struct IcsRecordingStack {
    IcsLinkFixture *fixture;
    IcsHost *host;
    uint32_t crashes;
    /* What it does with a packet besides recording it; nullable. The packet is the stack's. */
    void (*on_input)(struct IcsRecordingStack *self, IcsInterface *interface,
                     const IcsPacket *packet);
    /* What it does when it crashes; nullable. */
    void (*on_crash)(struct IcsRecordingStack *self);
    gpointer data; /* of those who set the functions */
} IcsRecordingStack;

struct IcsLinkFixture {
    IcsSimulation *simulation;
    IcsNetwork *network;
    GArray *inputs;       /* of IcsSighting: what the stacks were given */
    GArray *observations; /* of IcsSighting, once ics_link_fixture_observe() was called */
    GPtrArray *script;    /* events, owned */
    uint64_t next_ordinal[ICS_LINK_FIXTURE_FLOWS];
    uint32_t next_address;
};

/* What an action of the world does. */
typedef void (*IcsFixtureAction)(IcsLinkFixture *fixture, gpointer data);

/* Hosts without links; `names` are sorted and end with NULL. Transfer full. */
IcsLinkFixture *ics_link_fixture_new(const char *const *names, uint64_t seed, int64_t horizon_ns);
/* Checks that packets are conserved and that the pool gets all of them back. */
void ics_link_fixture_free(IcsLinkFixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsLinkFixture, ics_link_fixture_free)

/* The same as functions of a cmocka test: hosts "a", "b" and "c", seed 1, no horizon. */
int ics_link_fixture_setup(void **state);
int ics_link_fixture_teardown(void **state);

IcsHost *ics_link_fixture_host(const IcsLinkFixture *self, const char *name);
IcsRecordingStack *ics_link_fixture_stack(const IcsLinkFixture *self, const char *host);

/* A new interface of the host, with an address of its own: 10.0.0.1, 10.0.0.2, ... */
IcsInterface *ics_link_fixture_interface(IcsLinkFixture *self, const char *host);

/* Joins two hosts by new interfaces; both directions are made by `config`, whose name is "wire" and
 * whose MTU is ICS_PACKET_MAX_BYTES if it has none. Returns the direction from `a` to `b`. */
IcsLinkDirection *ics_link_fixture_link(IcsLinkFixture *self, const char *a, const char *b,
                                        const IcsLinkConfig *config);
/* The other direction of the same link. */
IcsLinkDirection *ics_link_fixture_back(const IcsLinkDirection *direction);

/* A link from "a" to "b" of that rate and delay with that many packets of queue. */
IcsLinkDirection *ics_link_fixture_wire(IcsLinkFixture *self, int64_t rate_bps, int64_t delay_ns,
                                        int64_t queue_packets, bool scheduled);

/* Puts a new fault element on a direction. Borrowed return. */
IcsFault *ics_link_fixture_fault(IcsLinkFixture *self, IcsLinkDirection *direction,
                                 const IcsFaultClass *klass, gconstpointer config);

/* All that can be said of an element. */
typedef struct IcsFixtureFault {
    const IcsFaultClass *klass;
    gconstpointer config;
    const char *name;                 /* nullable */
    const IcsFaultScopeConfig *scope; /* NULL: everything */
    int64_t clock_ns;
} IcsFixtureFault;

/* Puts it into a chain, which is that of `place`. Borrowed return. */
IcsFault *ics_link_fixture_add_fault(const IcsLinkFixture *self, IcsFault **chain,
                                     const char *place, const IcsFixtureFault *rule);

/* Keeps every observation from now on. */
void ics_link_fixture_observe(IcsLinkFixture *self);

/* A packet of `length` bytes; the fate is the next of its flow, the bytes are a function of it. */
IcsPacket *ics_link_fixture_packet(IcsLinkFixture *self, uint64_t flow, uint32_t length);

/* At `at_ns`, the host at the near end sends such a packet into the direction. What is scripted for
 * one instant and host happens in the order of the script. */
void ics_link_fixture_send(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                           uint64_t flow, uint32_t length);
/* `n` packets of flow 0 at once. */
void ics_link_fixture_burst(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                            uint32_t n, uint32_t length);
/* At `at_ns`, the host sends a packet to itself. */
void ics_link_fixture_send_to_itself(IcsLinkFixture *self, int64_t at_ns, const char *host,
                                     uint64_t flow);

/* At `at_ns` the world acts, before anything that hosts do then. */
void ics_link_fixture_at(IcsLinkFixture *self, int64_t at_ns, IcsFixtureAction act, gpointer data);
/* The same with a verb of a direction or host. */
void ics_link_fixture_verb(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                           void (*verb)(IcsLinkDirection *direction));
void ics_link_fixture_rate(IcsLinkFixture *self, int64_t at_ns, IcsLinkDirection *direction,
                           int64_t rate_bps);
void ics_link_fixture_host_verb(IcsLinkFixture *self, int64_t at_ns, const char *host,
                                void (*verb)(IcsHost *host));

/* Runs up to and including `until_ns` and checks conservation. */
IcsStopReason ics_link_fixture_run_until(IcsLinkFixture *self, int64_t until_ns);
/* Runs until nothing is left. */
void ics_link_fixture_run(IcsLinkFixture *self);

/* Checks what the stacks were given so far, "0@8000 1@16000". */
void ics_link_fixture_expect(const IcsLinkFixture *self, const char *inputs);
/* Checks the observations of one kind so far: "2@0 queue-full" for PACKET_DROPPED,
 * "0@30=2" (the value) for PACKET_REORDERED, "copy@0 ..." otherwise as above; joined by ", ". */
void ics_link_fixture_expect_seen(const IcsLinkFixture *self, IcsObservationKind kind,
                                  const char *seen);

/* Appends what happened (inputs of stacks, counters of directions, drops in hosts) as text, for
 * comparisons of two worlds. */
void ics_link_fixture_describe(const IcsLinkFixture *self, GString *into);

#endif
