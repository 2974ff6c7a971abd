/* The ports of one host and transport: who receives what (RFC 768; RFC 1122, section 4.1.3). A port
 * has one receiver and many senders. */
#ifndef ICS_PROTOCOLS_UDP_PORT_TABLE_H
#define ICS_PROTOCOLS_UDP_PORT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* Ports that are given out when nobody asks for a particular one (RFC 6335, section 6). */
#define ICS_PORT_EPHEMERAL_FIRST 49152
#define ICS_PORT_EPHEMERAL_LAST  65535

/* One receiver, embedded in the socket. Addresses in host byte order; 0 is any. */
typedef struct IcsPortBinding IcsPortBinding;
struct IcsPortBinding {
    IcsPortBinding *next; /* with the same hash */
    uint32_t local_address;
    uint16_t local_port; /* 0: not bound */
    bool connected;      /* receives from the peer only */
    uint16_t peer_port;
    uint32_t peer_address;
};

/* Hash table of bindings by port. Zero-initialised is empty. */
typedef struct IcsPortTable {
    IcsPortBinding **buckets;
    uint32_t n_buckets; /* a power of two, or 0 */
    uint32_t n_bindings;
    uint16_t next_ephemeral; /* 0: none given out yet */
    bool is_exhausted;       /* nobody has given a port up since `exhausted_address` got none */
    uint32_t exhausted_address;
} IcsPortTable;

void ics_port_table_clear(IcsPortTable *self);

/* Binds `binding` (borrowed until it is unbound) to an address (0: all of the host's) and port.
 * 0, or -EADDRINUSE when that port has a receiver at this address, or at any. */
int ics_port_table_bind(IcsPortTable *self, IcsPortBinding *binding, uint32_t address,
                        uint16_t port);

/* The same with a free port of the ephemeral range, given out in ascending order and then from the
 * start again. -EADDRNOTAVAIL when there is none. */
int ics_port_table_bind_free(IcsPortTable *self, IcsPortBinding *binding, uint32_t address);

/* Does nothing when it is not bound. */
void ics_port_table_unbind(IcsPortTable *self, IcsPortBinding *binding);

/* The receiver of what is sent to this address and port, NULL when there is none. A binding to the
 * address itself goes before one to any. */
IcsPortBinding *ics_port_table_find(const IcsPortTable *self, uint32_t address, uint16_t port);

#endif
