#include <errno.h>

#include "protocols/socket/stream_socket.h"

/* Those that a stream socket has for itself: all but what any socket has. */
static bool socket_option_is_of_streams(IcsSocketOption option)
{
    return option != ICS_OPTION_RECEIVE_TIMEOUT && option != ICS_OPTION_SEND_TIMEOUT &&
           option != ICS_OPTION_NONBLOCKING;
}

int ics_set_option(IcsProcess *self, int descriptor, IcsSocketOption option, int64_t value)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream != NULL && socket_option_is_of_streams(option)) {
        return ics_stream_socket_set_option(socket->stream, option, value);
    }
    switch (option) {
    case ICS_OPTION_RECEIVE_TIMEOUT:
        if (value <= 0) {
            return -EINVAL;
        }
        socket->receive_timeout_ns = value;
        return 0;
    case ICS_OPTION_SEND_TIMEOUT:
        if (value <= 0) {
            return -EINVAL;
        }
        socket->send_timeout_ns = value;
        return 0;
    case ICS_OPTION_NONBLOCKING:
        socket->nonblocking = value != 0;
        return 0;
    case ICS_OPTION_RECEIVE_BUFFER:
        if (value < 1) {
            return -EINVAL;
        }
        socket->receive_buffer_bytes = value;
        return 0;
    case ICS_OPTION_CHECKSUM:
        socket->port.without_checksum = value == 0;
        return 0;
    case ICS_OPTION_ERROR:
    case ICS_OPTION_INPUT_QUEUE:
        return -EINVAL;
    case ICS_OPTION_OUTPUT_QUEUE:
    case ICS_OPTION_SEND_BUFFER:
    case ICS_OPTION_CONNECT_TIMEOUT:
    case ICS_OPTION_NO_DELAY:
    case ICS_OPTION_CORK:
    case ICS_OPTION_KEEP_ALIVE:
    case ICS_OPTION_KEEP_ALIVE_IDLE:
    case ICS_OPTION_KEEP_ALIVE_INTERVAL:
    case ICS_OPTION_KEEP_ALIVE_PROBES:
    case ICS_OPTION_LINGER:
    case ICS_OPTION_USER_TIMEOUT:
    case ICS_OPTION_MSS:
    case ICS_OPTION_REUSE_ADDRESS:
    case ICS_OPTION_CONGESTION_CONTROL:
        break;
    }
    return -ENOPROTOOPT;
}

int ics_get_option(IcsProcess *self, int descriptor, IcsSocketOption option, int64_t *value)
{
    IcsSocket *socket = ics_socket_of(self, descriptor);
    if (socket == NULL) {
        return -EBADF;
    }
    if (socket->stream != NULL && socket_option_is_of_streams(option)) {
        return ics_stream_socket_get_option(socket->stream, option, value);
    }
    switch (option) {
    case ICS_OPTION_RECEIVE_TIMEOUT:
        *value = socket->receive_timeout_ns;
        return 0;
    case ICS_OPTION_SEND_TIMEOUT:
        *value = socket->send_timeout_ns;
        return 0;
    case ICS_OPTION_NONBLOCKING:
        *value = socket->nonblocking;
        return 0;
    case ICS_OPTION_RECEIVE_BUFFER:
        *value = socket->receive_buffer_bytes;
        return 0;
    case ICS_OPTION_CHECKSUM:
        *value = !socket->port.without_checksum;
        return 0;
    case ICS_OPTION_ERROR:
        *value = -ics_socket_take_error(socket);
        return 0;
    case ICS_OPTION_INPUT_QUEUE:
        *value = socket->queue.first != NULL ? ics_datagram_view(socket->queue.first).bytes : 0;
        return 0;
    case ICS_OPTION_OUTPUT_QUEUE:
    case ICS_OPTION_SEND_BUFFER:
    case ICS_OPTION_CONNECT_TIMEOUT:
    case ICS_OPTION_NO_DELAY:
    case ICS_OPTION_CORK:
    case ICS_OPTION_KEEP_ALIVE:
    case ICS_OPTION_KEEP_ALIVE_IDLE:
    case ICS_OPTION_KEEP_ALIVE_INTERVAL:
    case ICS_OPTION_KEEP_ALIVE_PROBES:
    case ICS_OPTION_LINGER:
    case ICS_OPTION_USER_TIMEOUT:
    case ICS_OPTION_MSS:
    case ICS_OPTION_REUSE_ADDRESS:
    case ICS_OPTION_CONGESTION_CONTROL:
        break;
    }
    return -ENOPROTOOPT;
}
