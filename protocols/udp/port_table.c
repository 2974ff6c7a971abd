#include "protocols/udp/port_table.h"

#include <errno.h>
#include <glib.h>

#define PORT_TABLE_FIRST_BUCKETS 8

static inline uint32_t port_table_bucket(const IcsPortTable *self, uint16_t port)
{
    return (uint32_t)(port * UINT32_C(0x9E3779B1) >> 16) & (self->n_buckets - 1);
}

void ics_port_table_clear(IcsPortTable *self)
{
    g_free(self->buckets);
    *self = (IcsPortTable){0};
}

static void port_table_insert(IcsPortTable *self, IcsPortBinding *binding)
{
    IcsPortBinding **bucket = &self->buckets[port_table_bucket(self, binding->local_port)];
    binding->next = *bucket;
    *bucket = binding;
}

static void port_table_grow(IcsPortTable *self)
{
    IcsPortTable old = *self;
    self->n_buckets = MAX(old.n_buckets * 2, (uint32_t)PORT_TABLE_FIRST_BUCKETS);
    self->buckets = g_new0(IcsPortBinding *, self->n_buckets);
    for (uint32_t i = 0; i < old.n_buckets; i++) {
        IcsPortBinding *next;
        for (IcsPortBinding *binding = old.buckets[i]; binding != NULL; binding = next) {
            next = binding->next;
            port_table_insert(self, binding);
        }
    }
    g_free(old.buckets);
}

static bool port_table_conflicts(const IcsPortTable *self, uint32_t address, uint16_t port)
{
    if (self->n_buckets == 0) {
        return false;
    }
    const IcsPortBinding *binding = self->buckets[port_table_bucket(self, port)];
    for (; binding != NULL; binding = binding->next) {
        if (binding->local_port == port &&
            (binding->local_address == address || binding->local_address == 0 || address == 0)) {
            return true;
        }
    }
    return false;
}

int ics_port_table_bind(IcsPortTable *self, IcsPortBinding *binding, uint32_t address,
                        uint16_t port)
{
    g_assert(port != 0 && binding->local_port == 0);
    if (port_table_conflicts(self, address, port)) {
        return -EADDRINUSE;
    }
    if (self->n_bindings >= self->n_buckets) {
        port_table_grow(self);
    }
    binding->local_address = address;
    binding->local_port = port;
    port_table_insert(self, binding);
    self->n_bindings++;
    return 0;
}

int ics_port_table_bind_free(IcsPortTable *self, IcsPortBinding *binding, uint32_t address)
{
    const uint32_t n_ports = ICS_PORT_EPHEMERAL_LAST - ICS_PORT_EPHEMERAL_FIRST + 1;
    if (self->is_exhausted && self->exhausted_address == address) {
        return -EADDRNOTAVAIL;
    }
    for (uint32_t tried = 0; tried < n_ports; tried++) {
        uint16_t port = self->next_ephemeral;
        if (port == 0) {
            port = ICS_PORT_EPHEMERAL_FIRST;
        }
        self->next_ephemeral =
            port == ICS_PORT_EPHEMERAL_LAST ? ICS_PORT_EPHEMERAL_FIRST : (uint16_t)(port + 1);
        if (ics_port_table_bind(self, binding, address, port) == 0) {
            return 0;
        }
    }
    self->is_exhausted = true;
    self->exhausted_address = address;
    return -EADDRNOTAVAIL;
}

void ics_port_table_unbind(IcsPortTable *self, IcsPortBinding *binding)
{
    if (binding->local_port == 0) {
        return;
    }
    IcsPortBinding **at = &self->buckets[port_table_bucket(self, binding->local_port)];
    while (*at != binding) {
        g_assert(*at != NULL);
        at = &(*at)->next;
    }
    *at = binding->next;
    binding->next = NULL;
    binding->local_port = 0;
    self->n_bindings--;
    self->is_exhausted = false;
}

IcsPortBinding *ics_port_table_find(const IcsPortTable *self, uint32_t address, uint16_t port)
{
    if (self->n_buckets == 0) {
        return NULL;
    }
    IcsPortBinding *any = NULL;
    IcsPortBinding *binding = self->buckets[port_table_bucket(self, port)];
    for (; binding != NULL; binding = binding->next) {
        if (binding->local_port != port) {
            continue;
        }
        if (binding->local_address == address) {
            return binding;
        }
        if (binding->local_address == 0) {
            any = binding;
        }
    }
    return any;
}
