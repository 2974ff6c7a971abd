/* The parameters of each kind of operation. */
#include <ipcsim/socket.h>

#include "protocols/programs/operations_internal.h"
#include "protocols/programs/program_table.h"

#define ROW_SOCKET                                                                                 \
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, socket, "socket", NULL, "name of the socket",     \
                             ICS_PARAMETER_REQUIRED, .min = 1)
#define ROW_WAIT(doc) ICS_PARAMETER_BOOLEAN_ROW(IcsOperationConfig, wait, "wait", "true", doc)

static const char *const operation_socket_types[] = {"datagram", "synchronous", NULL};

static const IcsParameter operation_socket[] = {
    ROW_SOCKET,
    ICS_PARAMETER_NAME_ROW(IcsOperationConfig, type, "type", "datagram", operation_socket_types,
                           "datagram: UDP; synchronous: send blocks until the receive is issued"),
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
    ICS_PARAMETER_SIZE_ROW(IcsOperationConfig, buffer_bytes, "buffer", "65507B", 0, 65507,
                           "length of the buffer; a longer message loses its tail"),
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, timeout_ns, "timeout", NULL, 1, INT64_MAX,
                           "how long to wait; not given: the socket's receive-timeout",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_timeout)),
    ROW_WAIT("false: do not block (EAGAIN when nothing is there)"),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, expect_text, "expect-text", NULL,
                             "what the message must say"),
    ICS_PARAMETER_STRING_ROW(IcsOperationConfig, expect_from, "expect-from", NULL,
                             "the host, or \"host:port\", that it must come from"),
    ICS_PARAMETER_END,
};

static const IcsParameter operation_close[] = {ROW_SOCKET, ICS_PARAMETER_END};

static const IcsParameter operation_set[] = {
    ROW_SOCKET,
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, receive_timeout_ns, "receive-timeout", NULL, 1,
                           INT64_MAX, "time limit of receive (setSoTimeout)",
                           ICS_PARAMETER_PRESENCE(IcsOperationConfig, has_receive_timeout)),
    ICS_PARAMETER_TIME_ROW(IcsOperationConfig, send_timeout_ns, "send-timeout", NULL, 1, INT64_MAX,
                           "time limit of a synchronous send",
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
        [ICS_OPERATION_SOCKET] = operation_socket,   [ICS_OPERATION_BIND] = operation_bind,
        [ICS_OPERATION_CONNECT] = operation_connect, [ICS_OPERATION_SEND] = operation_send,
        [ICS_OPERATION_RECEIVE] = operation_receive, [ICS_OPERATION_CLOSE] = operation_close,
        [ICS_OPERATION_SET] = operation_set,         [ICS_OPERATION_WAIT] = operation_wait,
        [ICS_OPERATION_COMPUTE] = operation_compute, [ICS_OPERATION_REPEAT] = operation_repeat,
        [ICS_OPERATION_SPAWN] = operation_spawn,     [ICS_OPERATION_EXIT] = operation_exit,
        [ICS_OPERATION_LOG] = operation_log,
    };
    g_assert((unsigned)kind < ICS_N_OPERATION_KINDS);
    return tables[kind];
}
