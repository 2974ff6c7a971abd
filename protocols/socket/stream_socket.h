/* Stream sockets: a connection, or a port that listens for them. */
#ifndef ICS_PROTOCOLS_SOCKET_STREAM_SOCKET_H
#define ICS_PROTOCOLS_SOCKET_STREAM_SOCKET_H

#include "protocols/socket/socket_internal.h"

/* ---- stream_socket.c ---- */

void ics_stream_socket_init(IcsStreamSocket *self, IcsSocket *socket);
/* The system closes it, without waiting; `cause` HOST_DOWN: it vanishes. */
void ics_stream_socket_clear(IcsStreamSocket *self, IcsCause cause);
/* Waits as long as linger says for what is still to be acknowledged; 0, -EAGAIN. */
int ics_stream_socket_linger(IcsStreamSocket *self);

const IcsStreamConfig *ics_stream_socket_config(const IcsStreamSocket *self);
/* Another process has it. */
void ics_stream_socket_moved(IcsStreamSocket *self);

bool ics_stream_socket_is_connecting(const IcsStreamSocket *self);
/* The negative error of a broken connection, the first time; then, and when there is none, 0. */
int ics_stream_socket_take_error(IcsStreamSocket *self);
/* ICS_POLL_READABLE ... */
uint32_t ics_stream_socket_ready(const IcsStreamSocket *self);
/* Local and peer's endpoint; the peer: -ENOTCONN. */
IcsEndpoint ics_stream_socket_local(const IcsStreamSocket *self);
int ics_stream_socket_peer(const IcsStreamSocket *self, IcsEndpoint *peer);

int ics_stream_socket_bind(IcsStreamSocket *self, IcsEndpoint local);

/* ---- stream_connect.c ---- */

int ics_stream_socket_connect(IcsStreamSocket *self, IcsEndpoint peer);
/* Waits while it is connecting; 0, -EAGAIN, -ETIMEDOUT; what became of it is another question. */
int ics_stream_socket_await_connection(IcsStreamSocket *self, int flags, int64_t deadline_ns);

/* ---- stream_transfer.c ---- */

int64_t ics_stream_socket_send(IcsStreamSocket *self, const void *bytes, size_t n, int flags);
int64_t ics_stream_socket_receive(IcsStreamSocket *self, void *buffer, size_t n, int flags,
                                  IcsReceived *received);

/* ---- stream_options.c ---- */

int ics_stream_socket_set_option(IcsStreamSocket *self, IcsSocketOption option, int64_t value);
int ics_stream_socket_get_option(IcsStreamSocket *self, IcsSocketOption option, int64_t *value);

#endif
