/* What can be said about a trace only when all of it has been read. */
#include "base/error.h"
#include "traces/trace_reader.h"

/* Directions that the schedule gives a rate: two bits for each link. Transfer full. */
static uint8_t *trace_check_find_rates(const IcsTrace *trace)
{
    uint8_t *rates = g_new0(uint8_t, trace->links->len);
    for (guint i = 0; i < trace->schedule->len; i++) {
        const IcsTraceAction *action = &g_array_index(trace->schedule, IcsTraceAction, i);
        if (action->kind == ICS_ACTION_LINK_RATE) {
            rates[action->link] |= (uint8_t)(action->directions[0] | action->directions[1] << 1);
        }
    }
    return rates;
}

static bool trace_check_has_idle_queue(const IcsTraceLink *link, uint8_t rates, int direction)
{
    const IcsLinkConfig *config = &link->config[direction];
    return config->queue != NULL && config->rate_bps == 0 && config->capacity == NULL &&
           (rates >> direction & 1) == 0;
}

/* Where nothing waits a queue is an unused setting. */
static bool trace_check_queues(const IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    const IcsTrace *trace = self->trace;
    g_autofree uint8_t *rates = trace_check_find_rates(trace);
    for (guint i = 0; i < trace->links->len; i++) {
        const IcsTraceLink *link = &g_array_index(trace->links, IcsTraceLink, i);
        for (int direction = 0; direction < 2; direction++) {
            if (!trace_check_has_idle_queue(link, rates[i], direction)) {
                continue;
            }
            IcsJsonNode links = ics_trace_reader_member(root, "links");
            IcsJsonNode node;
            ics_json_element(&links, i, &node);
            g_autofree char *name = ics_trace_reader_direction_name(self, link, direction);
            ics_json_error(&node, error,
                           "nothing ever waits in the queue of %s: it needs a rate or a capacity",
                           name);
            return false;
        }
    }
    return true;
}

bool ics_trace_check(IcsTraceReader *self, const IcsJsonNode *root, GError **error)
{
    return trace_check_queues(self, root, error);
}
