/* Hosts of a world that the outside stands in for. */
#include "base/error.h"
#include "base/nearest.h"
#include "base/quote.h"
#include "netmodel/outside.h"
#include "traces/world_internal.h"

static bool world_refuse_door(const IcsWorld *self, const char *name, GError **error)
{
    g_autofree const char **names = g_new0(const char *, self->trace->hosts->len + 1);
    for (guint i = 0; i < self->trace->hosts->len; i++) {
        names[i] = g_array_index(self->trace->hosts, IcsTraceHost, i).name;
    }
    g_autofree char *quoted = ics_quote(name);
    const char *near = ics_nearest(name, names);
    g_autofree char *all = g_strjoinv(", ", (char **)names);
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "%s: has no host %s; %s%s%s", self->trace->name,
                quoted, near != NULL ? "did you mean \"" : "there are: ", near != NULL ? near : all,
                near != NULL ? "\"?" : "");
    return false;
}

bool ics_world_open_doors(IcsWorld *self, const char *const *hosts, GError **error)
{
    for (; hosts != NULL && *hosts != NULL; hosts++) {
        IcsHost *host = ics_network_host_by_name(self->network, *hosts);
        if (host == NULL) {
            return world_refuse_door(self, *hosts, error);
        }
        if (host->stack != NULL) {
            g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "host %s is attached twice", *hosts);
            return false;
        }
        ics_outside_install(host);
    }
    return true;
}

static void world_route_by(IcsInterface *interface)
{
    if (interface->host->default_route == NULL) {
        ics_host_set_default_route(interface->host, interface);
    }
}

/* A host between two doors sends to the first of them what it does not know. */
void ics_world_route_outside(IcsWorld *self, const char *const *hosts)
{
    for (; hosts != NULL && *hosts != NULL; hosts++) {
        const IcsHost *host = ics_network_host_by_name(self->network, *hosts);
        for (guint i = 0; i < host->interfaces->len; i++) {
            IcsInterface *interface = g_ptr_array_index(host->interfaces, i);
            if (interface->out != NULL) {
                world_route_by(interface);
                world_route_by(interface->peer);
            }
        }
    }
}

bool ics_world_replaces(const IcsWorld *self, const IcsTraceProcess *process)
{
    return ics_outside_of(ics_world_host(self, process->host)) != NULL;
}
