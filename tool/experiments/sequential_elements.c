#include "tool/experiments/sequential_elements.h"

#include "netmodel/red.h"

static void sequential_elements_add(GPtrArray **found, const char *element, const char *place)
{
    if (*found == NULL) {
        *found = g_ptr_array_new_with_free_func(g_free);
    }
    g_ptr_array_add(*found, g_strdup_printf("%s on %s", element, place));
}

static void sequential_elements_of_chain(GPtrArray **found, const IcsFault *first)
{
    for (const IcsFault *fault = first; fault != NULL; fault = fault->next) {
        if (fault->sequential && fault->asked > 0) {
            sequential_elements_add(found, fault->point.kind, fault->point.place);
        }
    }
}

/* Only RED draws lots, and only once its average has passed the lower threshold. */
static bool sequential_elements_has_drawn(const IcsQueue *queue)
{
    return queue != NULL && queue->klass == &ics_red_class && ((const IcsRed *)queue)->step > 0;
}

GPtrArray *ics_sequential_elements(const IcsWorld *world)
{
    GPtrArray *found = NULL;
    const IcsNetwork *network = world->network;
    for (guint i = 0; i < network->directions->len; i++) {
        const IcsLinkDirection *direction = g_ptr_array_index(network->directions, i);
        sequential_elements_of_chain(&found, direction->faults);
        if (sequential_elements_has_drawn(direction->queue)) {
            sequential_elements_add(&found, direction->queue->klass->name, direction->name);
        }
    }
    for (guint i = 0; i < network->hosts->len; i++) {
        const IcsHost *host = g_ptr_array_index(network->hosts, i);
        sequential_elements_of_chain(&found, host->send_omissions);
        sequential_elements_of_chain(&found, host->receive_omissions);
    }
    return found;
}
