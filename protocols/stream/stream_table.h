/* The connections, listeners and ports of one host: to whom an arriving segment belongs
 * (RFC 9293, section 3.3.1; RFC 1122, section 4.1.3 for addresses), and which ports are free. */
#ifndef ICS_PROTOCOLS_STREAM_STREAM_TABLE_H
#define ICS_PROTOCOLS_STREAM_STREAM_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocols/stream/stream.h"

/* A connection's place in the table, embedded beside its machine; zero-initialised is in none. It
 * stays through TIME-WAIT, until the machine is CLOSED. */
typedef struct IcsStreamLink IcsStreamLink;
struct IcsStreamLink {
    IcsStreamLink *next; /* with the same hash */
    IcsStreamName name;  /* local_port 0: in no table */
};

/* A local address and port that a socket holds, embedded in it; zero-initialised holds none. */
typedef struct IcsStreamBinding IcsStreamBinding;
struct IcsStreamBinding {
    IcsStreamBinding *next; /* of the same port */
    uint32_t local_address; /* host byte order; 0: any */
    uint16_t local_port;    /* 0: not bound */
    bool listening;         /* the owner's; only such a one is found for a SYN */
};

/* A local port with users: bindings, connections or both. */
typedef struct IcsStreamPort IcsStreamPort;

/* Hash tables of connections by their four numbers and of ports. Zero-initialised is empty. */
typedef struct IcsStreamTable {
    IcsStreamLink **links;
    uint32_t n_link_buckets; /* a power of two, or 0 */
    uint32_t n_links;
    IcsStreamPort **ports;
    uint32_t n_port_buckets; /* a power of two, or 0 */
    uint32_t n_ports;
    uint16_t next_ephemeral; /* 0: none given out yet */
} IcsStreamTable;

/* Forgets all; what was bound or added is not touched. */
void ics_stream_table_clear(IcsStreamTable *self);

/* Binds `binding` (borrowed until it is unbound) to an address (0: all of the host's) and port.
 * -EADDRINUSE when another binding holds that port at this address; and, unless `reuse`
 * (SO_REUSEADDR, as BSD reads it), when one of both is at any address, or a connection still uses
 * the port, in TIME-WAIT too. */
int ics_stream_table_bind(IcsStreamTable *self, IcsStreamBinding *binding, uint32_t address,
                          uint16_t port, bool reuse);
/* The same with a port of the ephemeral range that nobody uses, given out in ascending order and
 * then from the start again. -EADDRNOTAVAIL when there is none. */
int ics_stream_table_bind_free(IcsStreamTable *self, IcsStreamBinding *binding, uint32_t address);
/* Does nothing when it is not bound. */
void ics_stream_table_unbind(IcsStreamTable *self, IcsStreamBinding *binding);

/* Adds a connection (borrowed until it is removed). -EADDRINUSE when there is one of that name. */
int ics_stream_table_add(IcsStreamTable *self, IcsStreamLink *link, const IcsStreamName *name);
/* The same with an ephemeral local port in the place of the name's, one that no binding holds and
 * no connection to that peer uses. -EADDRNOTAVAIL when there is none. */
int ics_stream_table_add_free(IcsStreamTable *self, IcsStreamLink *link, const IcsStreamName *name);
/* Does nothing when it is in no table. */
void ics_stream_table_remove(IcsStreamTable *self, IcsStreamLink *link);

/* The connection of that name, NULL when there is none. */
IcsStreamLink *ics_stream_table_find(const IcsStreamTable *self, const IcsStreamName *name);
/* The listener for what is sent to this address and port, NULL when there is none. One bound to the
 * address itself goes before one bound to any. */
IcsStreamBinding *ics_stream_table_find_listener(const IcsStreamTable *self, uint32_t address,
                                                 uint16_t port);
/* A binding or a connection uses that local port. */
bool ics_stream_table_uses_port(const IcsStreamTable *self, uint16_t port);

#endif
