/* Hosts, their interfaces and addresses. */
#include <string.h>

#include "base/error.h"
#include "base/quote.h"
#include "protocols/wire/ipv4_address.h"
#include "traces/trace_reader.h"

/* IFNAMSIZ without the NUL. */
#define TRACE_HOSTS_INTERFACE_NAME_MAX 15

/* Hosts without an address get them from here on. */
#define TRACE_HOSTS_FIRST_ADDRESS 0x0a000001u

typedef struct IcsTraceHostSettings {
    char *address;
    char *comment;
} IcsTraceHostSettings;

const IcsParameter ics_trace_host_parameters[] = {
    ICS_PARAMETER_STRING_ROW(IcsTraceHostSettings, address, "address", NULL,
                             "IPv4 address of its one interface eth0, \"10.0.0.1\" or "
                             "\"10.0.0.1/24\"; one from 10.0.0.0/8 if not given"),
    ICS_TRACE_COMMENT_ROW(IcsTraceHostSettings),
    ICS_PARAMETER_END,
};

static const char *const trace_host_others[] = {"interfaces", "faults", "stream", NULL};

/* ---- addresses ---- */

static bool trace_hosts_is_usable(IcsIpv4Prefix prefix)
{
    uint32_t address = prefix.address;
    bool is_edge = prefix.length < 31 && (address == ics_ipv4_prefix_broadcast(prefix) ||
                                          (address & ~ics_ipv4_prefix_mask(prefix.length)) == 0);
    return address >> 24 != 0 && !ics_ipv4_address_is_loopback(address) && address >> 28 < 14 &&
           !is_edge;
}

static bool trace_hosts_parse_address(const IcsJsonNode *node, IcsTraceInterface *interface,
                                      GError **error)
{
    const char *text;
    IcsIpv4Prefix prefix = {.length = 32};
    if (!ics_json_get_string(node, &text, error)) {
        return false;
    }
    if (!ics_ipv4_prefix_parse(text, &prefix) && !ics_ipv4_address_parse(text, &prefix.address)) {
        ics_json_error_expected(node, "an IPv4 address such as \"10.0.0.1\" or \"10.0.0.1/24\"",
                                error);
        return false;
    }
    if (!trace_hosts_is_usable(prefix)) {
        ics_json_error_expected(node,
                                "the address of a host: not one of 0.0.0.0/8, 127.0.0.0/8, "
                                "224.0.0.0/3, nor the first or last of its subnet",
                                error);
        return false;
    }
    interface->address = prefix.address;
    interface->prefix_bits = prefix.length;
    return true;
}

static bool trace_hosts_add_interface(IcsTraceReader *self, IcsTraceHost *host,
                                      const IcsJsonNode *node, const char *name, GError **error)
{
    IcsTraceInterface interface = {.name = name};
    if (!trace_hosts_parse_address(node, &interface, error)) {
        return false;
    }
    gpointer key = GUINT_TO_POINTER(interface.address);
    const char *owner = g_hash_table_lookup(self->addresses, key);
    if (owner != NULL) {
        ics_json_error(node, error, "the host \"%s\" has this address already", owner);
        return false;
    }
    g_hash_table_insert(self->addresses, key, (gpointer)host->name);
    g_array_append_val(host->interfaces, interface);
    return true;
}

/* ---- interfaces ---- */

static bool trace_hosts_check_interface_name(const IcsJsonNode *node, GError **error)
{
    if (!ics_trace_reader_check_name(node, true, "interface", node->key, error)) {
        return false;
    }
    if (strlen(node->key) > TRACE_HOSTS_INTERFACE_NAME_MAX || strcmp(node->key, "lo") == 0) {
        g_autofree char *quoted = ics_quote(node->key);
        ics_json_error_at_key(
            node, error,
            "%s cannot be the name of an interface: expected at most %d characters, "
            "and not \"lo\", the loopback interface of every host",
            quoted, TRACE_HOSTS_INTERFACE_NAME_MAX);
        return false;
    }
    return true;
}

static bool trace_hosts_read_interfaces(IcsTraceReader *self, IcsTraceHost *host,
                                        const IcsJsonNode *node, GError **error)
{
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_expect_object(node, error)) {
        return false;
    }
    if (ics_json_length(node) == 0) {
        ics_json_error(node, error, "expected at least one interface");
        return false;
    }
    ics_json_iterator_init(&iterator, node);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_hosts_check_interface_name(&child, error) ||
            !trace_hosts_add_interface(self, host, &child, child.key, error)) {
            return false;
        }
        g_hash_table_insert(self->interfaces, g_strdup_printf("%s/%s", host->name, child.key),
                            GUINT_TO_POINTER(child.index));
    }
    return true;
}

static bool trace_hosts_read_addresses(IcsTraceReader *self, IcsTraceHost *host,
                                       const IcsJsonNode *node, GError **error)
{
    IcsJsonNode interfaces;
    IcsJsonNode address;
    bool has_interfaces = ics_json_member(node, "interfaces", &interfaces);
    bool has_address = ics_json_member(node, "address", &address);
    if (has_interfaces && has_address) {
        ics_json_error_at_key(&address, error,
                              "a host has either an address or interfaces: address is short for "
                              "one interface eth0");
        return false;
    }
    if (has_interfaces) {
        return trace_hosts_read_interfaces(self, host, &interfaces, error);
    }
    return !has_address || trace_hosts_add_interface(self, host, &address, "eth0", error);
}

/* ---- hosts ---- */

static bool trace_hosts_check_name(const IcsJsonNode *node, GError **error)
{
    uint32_t address;
    if (!ics_trace_reader_check_name(node, true, "host", node->key, error)) {
        return false;
    }
    if (ics_ipv4_address_parse(node->key, &address) || strcmp(node->key, "localhost") == 0) {
        ics_json_error_at_key(
            node, error, "\"%s\" cannot be the name of a host: it means an address", node->key);
        return false;
    }
    return true;
}

static bool trace_hosts_read_one(IcsTraceReader *self, const IcsJsonNode *node, GError **error)
{
    if (!trace_hosts_check_name(node, error)) {
        return false;
    }
    IcsTraceHost made = {
        .name = node->key,
        .pointer = ics_trace_reader_pointer(self, node),
        .interfaces = g_array_new(FALSE, FALSE, sizeof(IcsTraceInterface)),
        .faults = g_array_new(FALSE, FALSE, sizeof(IcsTraceFault)),
        .stream = self->trace->stream,
    };
    g_array_append_val(self->trace->hosts, made);
    IcsTraceHost *host =
        &g_array_index(self->trace->hosts, IcsTraceHost, self->trace->hosts->len - 1);
    IcsTraceHostSettings settings = {0};
    if (!ics_parameters_read(ics_trace_host_parameters, node, trace_host_others, &settings,
                             error)) {
        return false;
    }
    ics_parameters_clear(ics_trace_host_parameters, &settings);
    return trace_hosts_read_addresses(self, host, node, error) &&
           ics_trace_stream_read(node, &host->stream, &self->trace->has_stream, error) &&
           ics_trace_faults_read(self, node, NULL, host->faults, error);
}

static gint trace_hosts_compare(gconstpointer a, gconstpointer b)
{
    return strcmp(((const IcsTraceHost *)a)->name, ((const IcsTraceHost *)b)->name);
}

/* The next address of 10.0.0.0/8 that nobody has and that ends neither in 0 nor in 255. */
static uint32_t trace_hosts_next_address(const IcsTraceReader *self, uint32_t candidate)
{
    while ((candidate & 0xff) == 0 || (candidate & 0xff) == 0xff ||
           g_hash_table_contains(self->addresses, GUINT_TO_POINTER(candidate))) {
        candidate++;
    }
    return candidate;
}

static bool trace_hosts_give_addresses(IcsTraceReader *self, const IcsJsonNode *node,
                                       GError **error)
{
    uint32_t candidate = TRACE_HOSTS_FIRST_ADDRESS;
    for (guint i = 0; i < self->trace->hosts->len; i++) {
        const IcsTraceHost *host = &g_array_index(self->trace->hosts, IcsTraceHost, i);
        if (host->interfaces->len > 0) {
            continue;
        }
        candidate = trace_hosts_next_address(self, candidate);
        if (candidate >> 24 != TRACE_HOSTS_FIRST_ADDRESS >> 24) {
            ics_json_error(node, error, "10.0.0.0/8 has not enough addresses for all hosts");
            return false;
        }
        IcsTraceInterface interface = {.name = "eth0", .address = candidate++, .prefix_bits = 32};
        g_array_append_val(host->interfaces, interface);
    }
    return true;
}

bool ics_trace_hosts_read(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    IcsJsonNode hosts;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    if (!ics_json_require_member(root, "hosts", &hosts, error) ||
        !ics_json_expect_object(&hosts, error)) {
        return false;
    }
    if (ics_json_length(&hosts) == 0) {
        ics_json_error(&hosts, error, "expected at least one host");
        return false;
    }
    ics_json_iterator_init(&iterator, &hosts);
    while (ics_json_iterator_next(&iterator, &child)) {
        if (!trace_hosts_read_one(self, &child, error)) {
            return false;
        }
    }
    g_array_sort(self->trace->hosts, trace_hosts_compare);
    for (guint i = 0; i < self->trace->hosts->len; i++) {
        ics_name_index_add(&self->hosts, g_array_index(self->trace->hosts, IcsTraceHost, i).name,
                           i);
    }
    return trace_hosts_give_addresses(self, &hosts, error);
}
