#include "traces/trace_direction.h"

#include <string.h>

#include "base/error.h"
#include "traces/trace_file.h"

/* The smallest MTU of the Internet, RFC 791, section 3.2, and the longest packet. */
#define TRACE_DIRECTION_MTU_MIN 68
#define TRACE_DIRECTION_MTU_MAX 65535

typedef struct IcsTraceDirectionSettings {
    int64_t rate_bps;
    bool has_rate;
    int64_t delay_ns;
    bool has_delay;
    int64_t mtu_bytes;
    bool has_mtu;
    char *capacity;
} IcsTraceDirectionSettings;

const IcsParameter ics_trace_direction_parameters[] = {
    ICS_PARAMETER_RATE_ROW(IcsTraceDirectionSettings, rate_bps, "rate", NULL, 1, ICS_TRACE_RATE_MAX,
                           "how fast the transmitter is; without a limit if not given",
                           ICS_PARAMETER_PRESENCE(IcsTraceDirectionSettings, has_rate)),
    ICS_PARAMETER_TIME_ROW(IcsTraceDirectionSettings, delay_ns, "delay", "0 ns", 0,
                           ICS_TRACE_TIME_MAX_NS, "propagation delay",
                           ICS_PARAMETER_PRESENCE(IcsTraceDirectionSettings, has_delay)),
    ICS_PARAMETER_SIZE_ROW(IcsTraceDirectionSettings, mtu_bytes, "mtu", "1500B",
                           TRACE_DIRECTION_MTU_MIN, TRACE_DIRECTION_MTU_MAX, "largest IP packet",
                           ICS_PARAMETER_PRESENCE(IcsTraceDirectionSettings, has_mtu)),
    ICS_PARAMETER_STRING_ROW(IcsTraceDirectionSettings, capacity, "capacity", NULL,
                             "instead of a rate: a file of mahimahi's format, beside the trace",
                             .min = 1),
    ICS_PARAMETER_END,
};

/* What one object says: the link, or the part of one direction. Its nodes are for messages. */
typedef struct IcsTracePart {
    const IcsJsonNode *node;
    const IcsTraceDirectionSettings *given;
    const IcsCapacity *capacity;
    const IcsQueueClass *queue; /* NULL: none given */
    gconstpointer queue_config;
} IcsTracePart;

static bool trace_direction_read_capacity(IcsTraceReader *self, IcsTracePart *part, GError **error)
{
    const char *file = part->given->capacity;
    if (file == NULL) {
        return true;
    }
    IcsJsonNode node = ics_trace_reader_member(part->node, "capacity");
    IcsCapacity *capacity = g_hash_table_lookup(self->trace->capacities, file);
    if (capacity == NULL) {
        GError *failure = NULL;
        g_autofree char *text = ics_trace_file_read(&node, self->base_directory, file, error);
        if (text == NULL) {
            return false;
        }
        capacity = ics_capacity_parse(file, text, strlen(text), &failure);
        if (capacity == NULL) {
            return ics_trace_reader_fail(&node, failure, error);
        }
        g_hash_table_insert(self->trace->capacities, (gpointer)file, capacity);
    }
    part->capacity = capacity;
    return true;
}

static bool trace_direction_read_queue(IcsTraceReader *self, IcsTracePart *part, GError **error)
{
    static const char *const discipline_key[] = {"discipline", NULL};
    IcsJsonNode queue;
    IcsJsonNode discipline;
    const char *name;
    int index;
    if (!ics_json_member(part->node, "queue", &queue)) {
        return true;
    }
    if (!ics_json_require_member(&queue, "discipline", &discipline, error) ||
        !ics_json_get_string(&discipline, &name, error)) {
        return false;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const IcsQueueClass *const *klass = ics_queue_classes; *klass != NULL; klass++) {
        g_ptr_array_add(names, (gpointer)(*klass)->name);
    }
    g_ptr_array_add(names, NULL);
    if (!ics_json_get_name(&discipline, "queue discipline", (const char *const *)names->pdata,
                           &index, error)) {
        return false;
    }
    part->queue = ics_queue_classes[index];
    const IcsParameter *const tables[] = {part->queue->parameters, NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(tables, discipline_key);
    part->queue_config =
        ics_trace_reader_config(self, &queue, part->queue->parameters, part->queue->config_bytes,
                                (const char *const *)keys->pdata, error);
    return part->queue_config != NULL;
}

/* `keys`: all that the object may have. */
static bool trace_direction_read_part(IcsTraceReader *self, IcsTracePart *part,
                                      const char *const *keys, GError **error)
{
    part->given = ics_trace_reader_config(self, part->node, ics_trace_direction_parameters,
                                          sizeof(*part->given), keys, error);
    if (part->given == NULL) {
        return false;
    }
    if (part->given->has_rate && part->given->capacity != NULL) {
        IcsJsonNode node = ics_trace_reader_member(part->node, "capacity");
        ics_json_error_at_key(&node, error,
                              "a capacity stands in the place of a rate: give one of the two");
        return false;
    }
    return trace_direction_read_capacity(self, part, error) &&
           trace_direction_read_queue(self, part, error);
}

/* ---- "from" ---- */

/* Reads the members of "from" into the parts of the directions that they name; `nodes` keeps them.
 */
static bool trace_direction_read_from(IcsTraceReader *self, const IcsJsonNode *from,
                                      const IcsTraceLink *link, IcsTracePart parts[2],
                                      IcsJsonNode nodes[2], GError **error)
{
    static const char *const queue_key[] = {"queue", NULL};
    const IcsParameter *const tables[] = {ics_trace_direction_parameters, NULL};
    g_autoptr(GPtrArray) keys = ics_trace_reader_keys(tables, queue_key);
    const char *ends[3] = {NULL};
    if (!ics_json_expect_object(from, error)) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        ends[i] = g_array_index(self->trace->hosts, IcsTraceHost, link->ends[i]).name;
    }
    if (!ics_json_refuse_unknown_keys(from, ends, error)) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        if (!ics_json_member(from, ends[i], &nodes[i])) {
            continue;
        }
        parts[i].node = &nodes[i];
        if (!trace_direction_read_part(self, &parts[i], (const char *const *)keys->pdata, error)) {
            return false;
        }
    }
    return true;
}

/* ---- joining the parts ---- */

static bool trace_direction_has_rate(const IcsTracePart *part)
{
    return part->node != NULL && (part->given->has_rate || part->given->capacity != NULL);
}

static void trace_direction_apply(const IcsTracePart *part, IcsLinkConfig *config)
{
    if (part->node == NULL) {
        return;
    }
    if (trace_direction_has_rate(part)) {
        config->rate_bps = part->given->rate_bps;
        config->capacity = part->capacity;
    }
    if (part->given->has_delay) {
        config->delay_ns = part->given->delay_ns;
    }
    if (part->given->has_mtu) {
        config->mtu_bytes = part->given->mtu_bytes;
    }
    if (part->queue != NULL) {
        config->queue = part->queue;
        config->queue_config = part->queue_config;
    }
}

/* What both directions say for themselves must not be said for the link. */
static bool trace_direction_refuse_unused(const IcsTracePart *link, const IcsTracePart parts[2],
                                          GError **error)
{
    static const char *const keys[] = {"rate", "capacity", "delay", "mtu", "queue"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        IcsJsonNode node;
        bool unused = ics_json_member(link->node, keys[i], &node);
        for (int k = 0; unused && k < 2; k++) {
            IcsJsonNode own;
            unused =
                parts[k].node != NULL && (i < 2 ? trace_direction_has_rate(&parts[k])
                                                : ics_json_member(parts[k].node, keys[i], &own));
        }
        if (unused) {
            ics_json_error_at_key(&node, error,
                                  "the setting has no effect: both directions have their own");
            return false;
        }
    }
    return true;
}

static void trace_direction_ignore_drop(gpointer sink, IcsPacket *packet, IcsCause cause,
                                        int64_t at_ns)
{
    (void)sink;
    (void)packet;
    (void)cause;
    (void)at_ns;
}

/* Makes the queue once, so that parameters that contradict each other are refused here. */
static bool trace_direction_try_queue(const IcsTracePart *part, const IcsLinkConfig *config,
                                      GError **error)
{
    const IcsChooser chooser = {0};
    IcsQueueSettings settings = {
        .place = "",
        .chooser = &chooser,
        .rate_bps = config->rate_bps,
        .mtu_bytes = config->mtu_bytes,
        .drop = trace_direction_ignore_drop,
    };
    GError *failure = NULL;
    IcsQueue *queue = ics_queue_new(config->queue, config->queue_config, &settings, &failure);
    if (queue == NULL) {
        IcsJsonNode node = ics_trace_reader_member(part->node, "queue");
        return ics_trace_reader_fail(&node, failure, error);
    }
    ics_queue_free(queue);
    return true;
}

bool ics_trace_direction_read(IcsTraceReader *self, const IcsJsonNode *node, IcsTraceLink *link,
                              const char *const *keys, GError **error)
{
    IcsTracePart common = {.node = node};
    IcsTracePart parts[2] = {0};
    IcsJsonNode from;
    IcsJsonNode nodes[2];
    if (!trace_direction_read_part(self, &common, keys, error)) {
        return false;
    }
    if (ics_json_member(node, "from", &from) &&
        (!trace_direction_read_from(self, &from, link, parts, nodes, error) ||
         !trace_direction_refuse_unused(&common, parts, error))) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        IcsLinkConfig *config = &link->config[i];
        config->mtu_bytes = ICS_LINK_DEFAULT_MTU;
        trace_direction_apply(&common, config);
        trace_direction_apply(&parts[i], config);
        const IcsTracePart *of_queue = parts[i].queue != NULL ? &parts[i] : &common;
        if (config->queue != NULL && !trace_direction_try_queue(of_queue, config, error)) {
            return false;
        }
    }
    return true;
}
