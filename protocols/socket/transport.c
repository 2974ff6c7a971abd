#include "protocols/socket/transport.h"

#include <string.h>

#include "protocols/socket/framed_internal.h"
#include "protocols/socket/rdt_internal.h"

static const IcsParameter transport_no_parameters[] = {ICS_PARAMETER_END};

static const IcsTransportClass transport_udp = {
    .name = "udp",
    .doc = "datagrams as they are: messages can be lost, duplicated and overtaken",
    .parameters = transport_no_parameters,
};

static const IcsTransportClass transport_stream = {
    .name = "stream",
    .doc = "reliable streams (TCP): a connection to each peer, messages framed by their length",
    .config_bytes = sizeof(IcsStreamConfig),
    .parameters = ics_stream_parameters,
    .driver = &ics_framed_driver,
};

const IcsTransportClass *const ics_transport_classes[] = {
    &transport_udp,
    &transport_stream,
    &ics_rdt_abp_transport.klass,
    &ics_rdt_gbn_transport.klass,
    &ics_rdt_sr_transport.klass,
    NULL,
};

const IcsTransportClass *ics_transport_class_by_name(const char *name)
{
    for (const IcsTransportClass *const *klass = ics_transport_classes; *klass != NULL; klass++) {
        if (strcmp((*klass)->name, name) == 0) {
            return *klass;
        }
    }
    return NULL;
}

void ics_transport_use(IcsStack *stack, const IcsTransportChoice *choice)
{
    stack->transport = choice;
}

const char *ics_transport_name(const IcsStack *stack)
{
    const IcsTransportChoice *choice = stack->transport;
    return choice != NULL ? choice->klass->name : transport_udp.name;
}
