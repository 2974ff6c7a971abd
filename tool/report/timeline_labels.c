#include "tool/report/timeline_labels.h"

#include <string.h>

#include "netmodel/packet.h"

/* What tells the flows from one host to another apart. */
typedef enum { LABELS_ALONE, LABELS_BY_PORT, LABELS_BY_PROCESS } LabelsDistinction;

typedef struct LabelsPair {
    const IcsFlow *first;
    LabelsDistinction distinction;
} LabelsPair;

struct IcsTimelineLabels {
    const IcsFlowTable *flows;
    GHashTable *pairs; /* names of two hosts -> LabelsPair */
};

static char *labels_key(const IcsFlow *flow)
{
    return g_strdup_printf("%s\n%s", flow->source_host, flow->peer_host);
}

static void labels_add(IcsTimelineLabels *self, const IcsFlow *flow)
{
    char *key = labels_key(flow);
    LabelsPair *pair = g_hash_table_lookup(self->pairs, key);
    if (pair == NULL) {
        pair = g_new0(LabelsPair, 1);
        pair->first = flow;
        g_hash_table_insert(self->pairs, key, pair);
        return;
    }
    g_free(key);
    if (strcmp(pair->first->process, flow->process) != 0) {
        pair->distinction = LABELS_BY_PROCESS;
    } else if (pair->first->peer_port != flow->peer_port) {
        pair->distinction = MAX(pair->distinction, LABELS_BY_PORT);
    }
}

IcsTimelineLabels *ics_timeline_labels_new(const IcsFlowTable *flows)
{
    IcsTimelineLabels *self = g_new0(IcsTimelineLabels, 1);
    self->flows = flows;
    self->pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (uint32_t i = 0; i < ics_flow_table_size(flows); i++) {
        labels_add(self, ics_flow_table_get(flows, i));
    }
    return self;
}

void ics_timeline_labels_free(IcsTimelineLabels *self)
{
    g_hash_table_unref(self->pairs);
    g_free(self);
}

char *ics_timeline_labels_text(const IcsTimelineLabels *self, const IcsTimelineRow *row)
{
    if (row->flow == ICS_FLOW_NONE) {
        return g_strdup(row->label);
    }
    const IcsFlow *flow = ics_flow_table_get(self->flows, row->flow);
    g_autofree char *key = labels_key(flow);
    const LabelsPair *pair = g_hash_table_lookup(self->pairs, key);
    switch (pair->distinction) {
    case LABELS_ALONE:
        return g_strdup(row->label);
    case LABELS_BY_PORT:
        return g_strdup_printf(":%u %s", flow->peer_port, row->label);
    case LABELS_BY_PROCESS:
        return g_strdup_printf("%s %s", flow->process, row->label);
    }
    g_assert_not_reached();
}
