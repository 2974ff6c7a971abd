#include "netmodel/flow.h"

#include "base/hash.h"
#include "sim/draw.h"

#define FLOW_NAMES_BLOCK_BYTES 1024

uint64_t ics_flow_hash(const char *process, uint64_t socket, const char *peer_host,
                       uint32_t incarnation)
{
    uint64_t hash = ics_fate_flow(process, socket, peer_host);
    return incarnation > 0 ? ics_hash_combine(hash, incarnation) : hash;
}

uint32_t ics_flow_table_add(IcsFlowTable *self, const IcsFlow *flow)
{
    if (self->flows == NULL) {
        self->flows = g_array_new(FALSE, FALSE, sizeof(IcsFlow));
        self->names = g_string_chunk_new(FLOW_NAMES_BLOCK_BYTES);
    }
    IcsFlow kept = *flow;
    kept.hash = ics_flow_hash(flow->process, flow->socket, flow->peer_host, flow->incarnation);
    kept.process = g_string_chunk_insert_const(self->names, flow->process);
    kept.peer_host = g_string_chunk_insert_const(self->names, flow->peer_host);
    kept.marks = flow->marks != NULL ? ics_message_marks_ref(flow->marks) : NULL;
    g_array_append_val(self->flows, kept);
    return self->flows->len - 1;
}

const IcsFlow *ics_flow_table_get(const IcsFlowTable *self, uint32_t index)
{
    g_assert(index < ics_flow_table_size(self));
    return &g_array_index(self->flows, IcsFlow, index);
}

uint32_t ics_flow_table_size(const IcsFlowTable *self)
{
    return self->flows != NULL ? self->flows->len : 0;
}

void ics_flow_table_clear(IcsFlowTable *self)
{
    for (uint32_t i = 0; i < ics_flow_table_size(self); i++) {
        IcsFlow *flow = &g_array_index(self->flows, IcsFlow, i);
        g_clear_pointer(&flow->marks, ics_message_marks_unref);
    }
    g_clear_pointer(&self->flows, g_array_unref);
    g_clear_pointer(&self->names, g_string_chunk_free);
}
