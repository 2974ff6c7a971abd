/* The parameters of each kind of operation. */
#include <ipcsim/socket.h>

#include "protocols/programs/operations_internal.h"
#include "protocols/programs/program_table.h"

#define ROW_SOCKET                                                                                 \
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, socket, "socket", NULL, "name of the socket",     \
                             ICS_PARAMETER_REQUIRED, .min = 1)
#define ROW_WAIT(doc) ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, wait, "wait", "true", doc)

#define ROW_TIMEOUT(doc)                                                                           \
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, timeout_ns, "timeout", NULL, 1, INT64_MAX, doc,     \
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_timeout))
#define ROW_EXPECT_FROM(doc)                                                                       \
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, expect_from, "expect-from", NULL, doc)

static const char *const operation_socket_types[] = {"datagram", "synchronous", "stream", NULL};
static const char *const operation_halves[] = {"receive", "send", "both", NULL};
static const char *const operation_events[] = {"readable", "writable", "either", NULL};
static const char *const operation_congestions[] = {"cubic", "reno", "none", NULL};

static const IcsParameter operation_socket[] = {
    ROW_SOCKET,
    ICS_PARAMETER_NAME_ROW(IcsOperationConfig, type, "type", "datagram", operation_socket_types,
                           "datagram: UDP; synchronous: send blocks until the receive is issued; "
                           "stream: TCP"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_bind[] = {
    ROW_SOCKET,
    ICS_PARAMETER_INTEGER_ROW(IcsOperationConfig, port, "port", "0", 0, 65535,
                              "the port; 0: any that is free"),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, address, "address", NULL,
                             "one of the host's addresses; not given: all of them"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_connect[] = {
    ROW_SOCKET,
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, to, "to", NULL, "the peer, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ROW_TIMEOUT("of a stream: how long to wait; not given: the socket's connect-timeout"),
    ROW_WAIT("false: a stream does not wait for its peer (EINPROGRESS)"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_listen[] = {
    ROW_SOCKET,
    ICS_PARAMETER_INTEGER_ROW(IcsOperationConfig, backlog, "backlog", "5", 1, 4096,
                              "connections that wait to be accepted, half-open ones included"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_accept[] = {
    ROW_SOCKET,
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, connection, "connection", NULL,
                             "name of the new socket", ICS_PARAMETER_REQUIRED, .min = 1),
    ROW_TIMEOUT("how long to wait; not given: the socket's receive-timeout"),
    ROW_WAIT("false: do not block (EAGAIN when nothing is there)"),
    ROW_EXPECT_FROM("the host, or \"host:port\", that it must come from"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_shutdown[] = {
    ROW_SOCKET,
    ICS_PARAMETER_NAME_ROW(IcsOperationConfig, how, "how", "send", operation_halves,
                           "which half is given up"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_poll[] = {
    ROW_SOCKET,
    ICS_PARAMETER_NAME_ROW(IcsOperationConfig, event, "for", "readable", operation_events,
                           "what to wait for"),
    ROW_TIMEOUT("how long to wait; not given: for ever"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_send[] = {
    ROW_SOCKET,
    ICS_PARAMETER_STRING_ROW(
        IcsOperationConfig, to, "to", NULL,
        "\"host:port\", or \"sender\": whoever sent the message received last; "
        "not given: the connected peer"),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, text, "text", NULL, "what it says"),
    ICS_PARAMETER_SIZE_ROW(IcsOperationConfig, size_bytes, "size", NULL, 0,
                           ICS_PROGRAM_MESSAGE_MAX_BYTES, "so many bytes, instead of text",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_size)),
    ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, received, "received", "false",
                              "true: what was received last, instead of text"),
    ROW_WAIT("false: do not block"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_receive[] = {
    ROW_SOCKET,
    ICS_PARAMETER_SIZE_ROW(
        IcsOperationConfig, buffer_bytes, "buffer", "65507B", 0, 65507,
        "length of the buffer; a longer message loses its tail, a stream gives no "
        "more at once"),
    ROW_TIMEOUT("how long to wait; not given: the socket's receive-timeout"),
    ROW_WAIT("false: do not block (EAGAIN when nothing is there)"),
    ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, fill, "fill", "false",
                              "of a stream: go on until the buffer is full or the stream ends"),
    ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, peek, "peek", "false",
                              "of a stream: leave the bytes where they are"),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, expect_text, "expect-text", NULL,
                             "what the message must say"),
    ROW_EXPECT_FROM("the host, or \"host:port\", that it must come from"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_close[] = {ROW_SOCKET, ICS_PARAMETER_END};

#define STREAM_ROW(type, member, has_member, name, min, max, doc)                                  \
    ICS_PARAMETER_##type##_ROW(IcsOperationConfig, stream.member, name, NULL, min, max, doc,       \
                               ICS_PARAMETER_PRESENCE(IcsOperationConfig, stream.has_member))
#define STREAM_FLAG_ROW(member, has_member, name, doc)                                             \
    ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, stream.member, name, NULL, doc,                  \
                              ICS_PARAMETER_PRESENCE(IcsOperationConfig, stream.has_member))

static const IcsParameter operation_set[] = {
    ROW_SOCKET,
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, receive_timeout_ns, "receive-timeout", NULL, 1,
                           INT64_MAX, "time limit of receive and accept (setSoTimeout)",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_receive_timeout)),
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, send_timeout_ns, "send-timeout", NULL, 1, INT64_MAX,
                           "time limit of a send, synchronous or on a stream",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_send_timeout)),
    ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, nonblocking, "nonblocking", NULL,
                              "true: no operation on the socket blocks",
                              ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_nonblocking)),
    ICS_PARAMETER_SIZE_ROW(IcsOperationConfig, receive_buffer_bytes, "receive-buffer", NULL, 1,
                           INT64_MAX, "bytes of payload that wait for receive",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_receive_buffer)),
    ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, checksum, "checksum", NULL,
                              "false: send without a UDP checksum",
                              ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_checksum)),
    STREAM_ROW(TIME, connect_timeout_ns, has_connect_timeout, "connect-timeout", 1, INT64_MAX,
               "time limit of connect"),
    STREAM_ROW(SIZE, send_buffer_bytes, has_send_buffer, "send-buffer", 1, 1 << 30,
               "bytes of a stream that are not acknowledged yet"),
    STREAM_FLAG_ROW(no_delay, has_no_delay, "no-delay",
                    "true: small segments at once, without Nagle's algorithm"),
    STREAM_FLAG_ROW(cork, has_cork, "cork", "true: full segments only"),
    STREAM_FLAG_ROW(keep_alive, has_keep_alive, "keep-alive", "true: probe an idle peer"),
    STREAM_ROW(TIME, keep_alive_idle_ns, has_keep_alive_idle, "keep-alive-idle", 1, INT64_MAX / 4,
               "idle time before the first probe"),
    STREAM_ROW(TIME, keep_alive_interval_ns, has_keep_alive_interval, "keep-alive-interval", 1,
               INT64_MAX / 4, "between probes"),
    STREAM_ROW(INTEGER, keep_alive_probes, has_keep_alive_probes, "keep-alive-probes", 1, 127,
               "unanswered ones that break the connection"),
    STREAM_ROW(TIME, linger_ns, has_linger, "linger", 0, INT64_MAX,
               "0s: close resets; else it blocks, at most so long, until all is acknowledged"),
    STREAM_ROW(TIME, user_timeout_ns, has_user_timeout, "user-timeout", 0, INT64_MAX / 4,
               "give up when data is unacknowledged for so long"),
    STREAM_ROW(SIZE, mss_bytes, has_mss, "mss", 88, 65495, "maximum segment size"),
    STREAM_FLAG_ROW(reuse_address, has_reuse_address, "reuse-address",
                    "true: bind although old connections use the port"),
    ICS_PARAMETER_NAME_ROW(IcsOperationConfig, stream.congestion, "cc", NULL, operation_congestions,
                           "congestion control",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, stream.has_congestion)),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_wait[] = {
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, time_ns, "time", NULL, 0, INT64_MAX, "sleep so long",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_time)),
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, until_ns, "until", NULL, 0, INT64_MAX,
                           "sleep until this time of the run",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_until)),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, child, "child", NULL,
                             "until the child of this name has ended"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_compute[] = {
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, time_ns, "time", NULL, 0, INT64_MAX, "how long",
                           ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_repeat[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsOperationConfig, times, "times", NULL, 0, INT64_MAX, "how often",
                              ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_spawn[] = {
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, name, "name", NULL,
                             "name of the child, behind the parent's and a slash",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, give, "give", NULL,
                             "name of a stream socket that becomes the child's, by the same name",
                             .min = 1),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_exit[] = {
    ICS_PARAMETER_INTEGER_ROW(IcsOperationConfig, code, "code", "0", 0, 255, "exit code"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_log[] = {
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, text, "text", NULL, "what to say",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_END,
};

const IcsParameter *ics_operation_parameters(IcsOperationKind kind)
{
    static const IcsParameter *const tables[ICS_N_OPERATION_KINDS] = {
        [ICS_OPERATION_SOCKET] = operation_socket,     [ICS_OPERATION_BIND] = operation_bind,
        [ICS_OPERATION_CONNECT] = operation_connect,   [ICS_OPERATION_SEND] = operation_send,
        [ICS_OPERATION_RECEIVE] = operation_receive,   [ICS_OPERATION_CLOSE] = operation_close,
        [ICS_OPERATION_SET] = operation_set,           [ICS_OPERATION_WAIT] = operation_wait,
        [ICS_OPERATION_COMPUTE] = operation_compute,   [ICS_OPERATION_REPEAT] = operation_repeat,
        [ICS_OPERATION_SPAWN] = operation_spawn,       [ICS_OPERATION_EXIT] = operation_exit,
        [ICS_OPERATION_LOG] = operation_log,           [ICS_OPERATION_LISTEN] = operation_listen,
        [ICS_OPERATION_ACCEPT] = operation_accept,     [ICS_OPERATION_POLL] = operation_poll,
        [ICS_OPERATION_SHUTDOWN] = operation_shutdown,
    };
    g_assert((unsigned)kind < ICS_N_OPERATION_KINDS);
    return tables[kind];
}
