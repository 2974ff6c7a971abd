/* Datagram sockets on a transport other than UDP: what all its drivers have in common. */
#include <errno.h>

#include "protocols/socket/socket_internal.h"

void ics_transport_open(IcsSocket *self)
{
    const IcsTransportChoice *choice = self->stack->transport;
    if (choice != NULL && choice->klass->driver != NULL) {
        self->transport = choice;
        self->transport_state = choice->klass->driver->open(self);
        self->port.deliver = choice->klass->driver->deliver;
    }
}

int ics_transport_bound(IcsSocket *self)
{
    if (self->transport_state == NULL || self->transport->klass->driver->bound == NULL) {
        return 0;
    }
    int result = self->transport->klass->driver->bound(self->transport_state);
    if (result != 0) {
        ics_port_table_unbind(&self->stack->udp_ports, &self->port.binding);
    }
    return result;
}

uint64_t ics_transport_queued(const IcsSocket *self)
{
    return self->transport_state != NULL
               ? self->transport->klass->driver->queued(self->transport_state)
               : 0;
}

int64_t ics_transport_receive(IcsSocket *self, void *buffer, size_t n, int flags,
                              IcsReceived *received)
{
    int64_t deadline_ns = ics_socket_deadline(self, self->receive_timeout_ns);
    int error;
    while ((error = ics_socket_take_error(self)) == 0 && ics_transport_queued(self) == 0) {
        if (!ics_socket_may_block(self, flags)) {
            return -EAGAIN;
        }
        if (!ics_process_wait(self->process, &self->readers, deadline_ns, ICS_WAIT_RECEIVE)) {
            return -ETIMEDOUT;
        }
    }
    return error != 0
               ? error
               : self->transport->klass->driver->take(self->transport_state, buffer, n, received);
}
