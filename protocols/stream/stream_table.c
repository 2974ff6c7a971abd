#include "protocols/stream/stream_table.h"

#include <errno.h>
#include <glib.h>

/* RFC 6335, section 6. */
#define STREAM_TABLE_EPHEMERAL_FIRST 49152
#define STREAM_TABLE_EPHEMERAL_LAST  65535
#define STREAM_TABLE_FIRST_BUCKETS   8

/* A port's users. It lives as long as it has any. */
struct IcsStreamPort {
    IcsStreamPort *next; /* with the same hash */
    IcsStreamBinding *bindings;
    uint32_t n_links;
    uint16_t number;
};

static uint32_t stream_table_name_hash(const IcsStreamName *name)
{
    uint64_t ports = (uint64_t)name->local_port << 16 | name->peer_port;
    uint64_t addresses = (uint64_t)name->local_address << 32 | name->peer_address;
    uint64_t mixed =
        (addresses ^ ports * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
    return (uint32_t)(mixed >> 32);
}

static uint32_t stream_table_port_hash(uint16_t port)
{
    return (uint32_t)(port * UINT32_C(0x9E3779B1) >> 16);
}

static bool stream_table_names_are_equal(const IcsStreamName *a, const IcsStreamName *b)
{
    return a->local_address == b->local_address && a->peer_address == b->peer_address &&
           a->local_port == b->local_port && a->peer_port == b->peer_port;
}

void ics_stream_table_clear(IcsStreamTable *self)
{
    for (uint32_t i = 0; i < self->n_port_buckets; i++) {
        IcsStreamPort *next;
        for (IcsStreamPort *port = self->ports[i]; port != NULL; port = next) {
            next = port->next;
            g_free(port);
        }
    }
    g_free(self->links);
    g_free(self->ports);
    *self = (IcsStreamTable){0};
}

static void stream_table_insert_link(IcsStreamTable *self, IcsStreamLink *link)
{
    uint32_t bucket = stream_table_name_hash(&link->name) & (self->n_link_buckets - 1);
    link->next = self->links[bucket];
    self->links[bucket] = link;
}

static void stream_table_grow_links(IcsStreamTable *self)
{
    IcsStreamTable old = *self;
    self->n_link_buckets = MAX(old.n_link_buckets * 2, (uint32_t)STREAM_TABLE_FIRST_BUCKETS);
    self->links = g_new0(IcsStreamLink *, self->n_link_buckets);
    for (uint32_t i = 0; i < old.n_link_buckets; i++) {
        IcsStreamLink *next;
        for (IcsStreamLink *link = old.links[i]; link != NULL; link = next) {
            next = link->next;
            stream_table_insert_link(self, link);
        }
    }
    g_free(old.links);
}

static void stream_table_insert_port(IcsStreamTable *self, IcsStreamPort *port)
{
    uint32_t bucket = stream_table_port_hash(port->number) & (self->n_port_buckets - 1);
    port->next = self->ports[bucket];
    self->ports[bucket] = port;
}

static void stream_table_grow_ports(IcsStreamTable *self)
{
    IcsStreamTable old = *self;
    self->n_port_buckets = MAX(old.n_port_buckets * 2, (uint32_t)STREAM_TABLE_FIRST_BUCKETS);
    self->ports = g_new0(IcsStreamPort *, self->n_port_buckets);
    for (uint32_t i = 0; i < old.n_port_buckets; i++) {
        IcsStreamPort *next;
        for (IcsStreamPort *port = old.ports[i]; port != NULL; port = next) {
            next = port->next;
            stream_table_insert_port(self, port);
        }
    }
    g_free(old.ports);
}

/* NULL when nobody uses that port. */
static IcsStreamPort *stream_table_port(const IcsStreamTable *self, uint16_t number)
{
    if (self->n_port_buckets == 0) {
        return NULL;
    }
    IcsStreamPort *port = self->ports[stream_table_port_hash(number) & (self->n_port_buckets - 1)];
    while (port != NULL && port->number != number) {
        port = port->next;
    }
    return port;
}

static IcsStreamPort *stream_table_use_port(IcsStreamTable *self, uint16_t number)
{
    IcsStreamPort *port = stream_table_port(self, number);
    if (port != NULL) {
        return port;
    }
    if (self->n_ports >= self->n_port_buckets) {
        stream_table_grow_ports(self);
    }
    port = g_new0(IcsStreamPort, 1);
    port->number = number;
    stream_table_insert_port(self, port);
    self->n_ports++;
    return port;
}

/* Forgets it if it has no user any more. */
static void stream_table_leave_port(IcsStreamTable *self, IcsStreamPort *port)
{
    if (port->bindings != NULL || port->n_links > 0) {
        return;
    }
    IcsStreamPort **at =
        &self->ports[stream_table_port_hash(port->number) & (self->n_port_buckets - 1)];
    while (*at != port) {
        at = &(*at)->next;
    }
    *at = port->next;
    g_free(port);
    self->n_ports--;
}

static bool stream_table_conflicts(const IcsStreamPort *port, uint32_t address, bool reuse)
{
    if (port->n_links > 0 && !reuse) {
        return true;
    }
    for (const IcsStreamBinding *binding = port->bindings; binding; binding = binding->next) {
        bool overlaps = address == 0 || binding->local_address == 0;
        if (binding->local_address == address || (overlaps && !reuse)) {
            return true;
        }
    }
    return false;
}

int ics_stream_table_bind(IcsStreamTable *self, IcsStreamBinding *binding, uint32_t address,
                          uint16_t port, bool reuse)
{
    g_assert(port != 0 && binding->local_port == 0);
    const IcsStreamPort *used = stream_table_port(self, port);
    if (used != NULL && stream_table_conflicts(used, address, reuse)) {
        return -EADDRINUSE;
    }
    IcsStreamPort *own = stream_table_use_port(self, port);
    binding->local_address = address;
    binding->local_port = port;
    binding->next = own->bindings;
    own->bindings = binding;
    return 0;
}

static uint16_t stream_table_next_ephemeral(IcsStreamTable *self)
{
    uint16_t port = MAX(self->next_ephemeral, STREAM_TABLE_EPHEMERAL_FIRST);
    self->next_ephemeral =
        port == STREAM_TABLE_EPHEMERAL_LAST ? STREAM_TABLE_EPHEMERAL_FIRST : (uint16_t)(port + 1);
    return port;
}

int ics_stream_table_bind_free(IcsStreamTable *self, IcsStreamBinding *binding, uint32_t address)
{
    for (uint32_t n = STREAM_TABLE_EPHEMERAL_FIRST; n <= STREAM_TABLE_EPHEMERAL_LAST; n++) {
        uint16_t port = stream_table_next_ephemeral(self);
        if (stream_table_port(self, port) == NULL) {
            return ics_stream_table_bind(self, binding, address, port, false);
        }
    }
    return -EADDRNOTAVAIL;
}

void ics_stream_table_unbind(IcsStreamTable *self, IcsStreamBinding *binding)
{
    if (binding->local_port == 0) {
        return;
    }
    IcsStreamPort *port = stream_table_port(self, binding->local_port);
    IcsStreamBinding **at = &port->bindings;
    while (*at != binding) {
        g_assert(*at != NULL);
        at = &(*at)->next;
    }
    *at = binding->next;
    binding->next = NULL;
    binding->local_port = 0;
    stream_table_leave_port(self, port);
}

int ics_stream_table_add(IcsStreamTable *self, IcsStreamLink *link, const IcsStreamName *name)
{
    g_assert(name->local_port != 0 && link->name.local_port == 0);
    if (ics_stream_table_find(self, name) != NULL) {
        return -EADDRINUSE;
    }
    if (self->n_links >= self->n_link_buckets) {
        stream_table_grow_links(self);
    }
    link->name = *name;
    stream_table_insert_link(self, link);
    self->n_links++;
    stream_table_use_port(self, name->local_port)->n_links++;
    return 0;
}

int ics_stream_table_add_free(IcsStreamTable *self, IcsStreamLink *link, const IcsStreamName *name)
{
    IcsStreamName candidate = *name;
    for (uint32_t n = STREAM_TABLE_EPHEMERAL_FIRST; n <= STREAM_TABLE_EPHEMERAL_LAST; n++) {
        candidate.local_port = stream_table_next_ephemeral(self);
        const IcsStreamPort *port = stream_table_port(self, candidate.local_port);
        if (port != NULL && port->bindings != NULL) {
            continue;
        }
        if (ics_stream_table_add(self, link, &candidate) == 0) {
            return 0;
        }
    }
    return -EADDRNOTAVAIL;
}

void ics_stream_table_remove(IcsStreamTable *self, IcsStreamLink *link)
{
    if (link->name.local_port == 0) {
        return;
    }
    IcsStreamLink **at =
        &self->links[stream_table_name_hash(&link->name) & (self->n_link_buckets - 1)];
    while (*at != link) {
        g_assert(*at != NULL);
        at = &(*at)->next;
    }
    *at = link->next;
    self->n_links--;
    IcsStreamPort *port = stream_table_port(self, link->name.local_port);
    port->n_links--;
    *link = (IcsStreamLink){0};
    stream_table_leave_port(self, port);
}

IcsStreamLink *ics_stream_table_find(const IcsStreamTable *self, const IcsStreamName *name)
{
    if (self->n_link_buckets == 0) {
        return NULL;
    }
    IcsStreamLink *link = self->links[stream_table_name_hash(name) & (self->n_link_buckets - 1)];
    while (link != NULL && !stream_table_names_are_equal(&link->name, name)) {
        link = link->next;
    }
    return link;
}

IcsStreamBinding *ics_stream_table_find_listener(const IcsStreamTable *self, uint32_t address,
                                                 uint16_t port)
{
    const IcsStreamPort *used = stream_table_port(self, port);
    IcsStreamBinding *any = NULL;
    for (IcsStreamBinding *binding = used != NULL ? used->bindings : NULL; binding != NULL;
         binding = binding->next) {
        if (binding->listening && binding->local_address == address) {
            return binding;
        }
        if (binding->listening && binding->local_address == 0) {
            any = binding;
        }
    }
    return any;
}

bool ics_stream_table_uses_port(const IcsStreamTable *self, uint16_t port)
{
    return stream_table_port(self, port) != NULL;
}
