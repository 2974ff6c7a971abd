#include "tests/support/result_fixture.h"

#include <string.h>

static IcsTrace *result_fixture_trace(const char *text)
{
    GError *error = NULL;
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    IcsTrace *trace = ics_trace_parse("test", json, strlen(json), NULL, NULL, &error);
    g_assert_no_error(error);
    return trace;
}

static const char *result_fixture_go(IcsWorld *world, uint64_t events)
{
    IcsStopReason reason = ics_world_run(world, events);
    while (reason == ICS_STOP_BUDGET && events == UINT64_MAX) {
        reason = ics_world_run(world, events);
    }
    return reason == ICS_STOP_BUDGET ? "interrupted" : ics_stop_reason_name(reason);
}

IcsResult *ics_result_fixture_interrupt(const char *text, uint64_t events)
{
    GError *error = NULL;
    IcsWorldOptions options = {0};
    g_autoptr(IcsTrace) trace = result_fixture_trace(text);
    IcsWorld *world = ics_world_new(trace, &options, &error);
    g_assert_no_error(error);
    IcsStatistics *statistics = ics_statistics_new(world);
    IcsRunInfo info = {.command = "run", .stopped = result_fixture_go(world, events)};
    IcsResult *result = ics_result_new(statistics, &info);
    ics_world_free(world);
    ics_statistics_free(statistics);
    return result;
}

IcsResult *ics_result_fixture_run(const char *text)
{
    return ics_result_fixture_interrupt(text, UINT64_MAX);
}

/* The elements of these arrays begin with their names. */
static gconstpointer result_fixture_find(const GArray *array, const char *name)
{
    for (guint i = 0; i < array->len; i++) {
        gconstpointer element = array->data + (size_t)i * g_array_get_element_size((GArray *)array);
        const char *of;
        memcpy(&of, element, sizeof of);
        if (strcmp(of, name) == 0) {
            return element;
        }
    }
    g_error("the result has no \"%s\"", name);
}

const IcsFlowResult *ics_result_fixture_flow(const IcsResult *result, const char *name)
{
    return result_fixture_find(result->flows, name);
}

const IcsLinkResult *ics_result_fixture_link(const IcsResult *result, const char *name)
{
    return result_fixture_find(result->links, name);
}

const IcsHostResult *ics_result_fixture_host(const IcsResult *result, const char *name)
{
    return result_fixture_find(result->hosts, name);
}

const IcsProcessResult *ics_result_fixture_process(const IcsResult *result, const char *name)
{
    return result_fixture_find(result->processes, name);
}
