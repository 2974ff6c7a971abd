#include "protocols/stack/tcp.h"

#include <errno.h>

#include "protocols/stack/tcp_internal.h"

/* Memory of buffers that a host keeps for the next one who needs it. */
#define TCP_KEPT_BUFFER_BYTES (4 << 20)

IcsStreamConfig *ics_tcp_config_new(const IcsStreamConfig *config)
{
    IcsStreamConfig *copy = g_rc_box_new(IcsStreamConfig);
    *copy = *config;
    return copy;
}

const IcsStreamConfig *ics_tcp_config_ref(const IcsStreamConfig *config)
{
    return g_rc_box_acquire((gpointer)config);
}

void ics_tcp_config_unref(const IcsStreamConfig *config)
{
    if (config != NULL) {
        g_rc_box_release((gpointer)config);
    }
}

static void tcp_set_config(IcsTcp *self, const IcsStreamConfig *config)
{
    ics_tcp_config_unref(self->config);
    self->config = ics_tcp_config_new(config);
    ics_challenge_ack_init(&self->challenges, (uint32_t)config->challenge_acks, ICS_NS_PER_S);
}

IcsTcp *ics_tcp_if_any(const IcsStack *stack)
{
    return stack->tcp;
}

IcsTcp *ics_tcp_of(IcsStack *stack)
{
    if (stack->tcp == NULL) {
        IcsTcp *self = g_new0(IcsTcp, 1);
        IcsStreamConfig config;
        ics_stream_config_default(&config);
        self->stack = stack;
        stack->tcp = self;
        tcp_set_config(self, &config);
        ics_isn_init(&self->isn, stack->host->network->simulation->seed, stack->host->name);
        ics_byte_pool_init(&self->buffers, TCP_KEPT_BUFFER_BYTES);
    }
    return stack->tcp;
}

void ics_tcp_configure(IcsStack *stack, const IcsStreamConfig *config)
{
    tcp_set_config(ics_tcp_of(stack), config);
}

static void tcp_forget_all(IcsTcp *self)
{
    while (self->connections != NULL) {
        ics_tcp_connection_free(self->connections);
    }
    ics_stream_table_clear(&self->table);
    ics_byte_pool_clear(&self->buffers);
    ics_byte_pool_init(&self->buffers, TCP_KEPT_BUFFER_BYTES);
}

void ics_tcp_crash(IcsTcp *self)
{
    for (const IcsTcpConnection *at = self->connections; at != NULL; at = at->next) {
        ics_tcp_observe_vanishing(at);
    }
    tcp_forget_all(self);
}

void ics_tcp_free(IcsTcp *self)
{
    if (self == NULL) {
        return;
    }
    tcp_forget_all(self);
    ics_byte_pool_clear(&self->buffers);
    ics_tcp_config_unref(self->config);
    g_free(self);
}

int ics_tcp_bind(IcsTcp *self, IcsTcpPort *port, uint32_t address, uint16_t number, bool reuse)
{
    return number != 0 ? ics_stream_table_bind(&self->table, &port->binding, address, number, reuse)
                       : ics_stream_table_bind_free(&self->table, &port->binding, address);
}

static int tcp_add(IcsTcp *self, IcsTcpConnection *connection, const IcsTcpRequest *request,
                   const IcsStreamName *name)
{
    return request->local_port != 0
               ? ics_stream_table_add(&self->table, &connection->link, name)
               : ics_stream_table_add_free(&self->table, &connection->link, name);
}

int ics_tcp_connect(IcsTcp *self, const IcsTcpRequest *request, IcsTcpConnection **connection)
{
    IcsHost *host = self->stack->host;
    const IcsInterface *way = ics_host_route(host, request->peer_address);
    if (way == NULL) {
        return -ENETUNREACH;
    }
    IcsStreamName name = {
        .local_address = request->local_address != 0
                             ? request->local_address
                             : ics_stack_source_address(self->stack, request->peer_address),
        .peer_address = request->peer_address,
        .local_port = request->local_port,
        .peer_port = request->peer_port,
    };
    if (ics_ipv4_address_is_loopback(name.local_address) && way != host->loopback) {
        return -EINVAL;
    }
    IcsTcpConnection *made = ics_tcp_connection_new(self, request->config);
    int result = tcp_add(self, made, request, &name);
    if (result != 0) {
        ics_tcp_connection_free(made);
        return result;
    }
    made->user = request->user;
    ics_tcp_set_fate_flow(made, request->fate_flow);
    ics_tcp_connection_begin(made, &made->link.name, NULL);
    ics_stream_open(&made->stream, ics_tcp_now(self));
    *connection = made;
    ics_tcp_run(made);
    return 0;
}
