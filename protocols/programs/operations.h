/* Processes as data: a list of operations in the trace, each with an optional expected outcome. The
 * whole chapter can be written so.
 *
 *     { "do": "socket", "socket": "s" },
 *     { "do": "send", "socket": "s", "to": "server:6789", "text": "hello", "expect": 5 },
 *     { "do": "receive", "socket": "s", "timeout": "1s", "expect": "ETIMEDOUT" }
 */
#ifndef ICS_PROTOCOLS_PROGRAMS_OPERATIONS_H
#define ICS_PROTOCOLS_PROGRAMS_OPERATIONS_H

#include "base/json_node.h"
#include "base/json_writer.h"
#include "protocols/programs/program.h"

/* Name, spelling, what it does. */
#define ICS_OPERATION_KINDS(X)                                                                     \
    X(SOCKET, "socket", "makes a socket and gives it a name in this process")                      \
    X(BIND, "bind", "makes the socket the receiver of a port")                                     \
    X(CONNECT, "connect", "fixes the socket's peer; on a stream: asks it for a connection")        \
    X(LISTEN, "listen", "lets a stream wait for connections")                                      \
    X(ACCEPT, "accept", "takes a connection that has come, as a new socket")                       \
    X(SEND, "send", "sends a message; its value is the number of bytes")                           \
    X(RECEIVE, "receive", "takes a message, or bytes of a stream; its value is their number")      \
    X(SHUTDOWN, "shutdown", "gives up a half of a stream, or both")                                \
    X(POLL, "poll", "waits until a socket is ready; its value is 1, or 0 at the timeout")          \
    X(CLOSE, "close", "gives the socket and its port up")                                          \
    X(SET, "set", "sets options of the socket")                                                    \
    X(WAIT, "wait", "sleeps, or waits for a child process; then its value is the exit code")       \
    X(COMPUTE, "compute", "is busy for a time")                                                    \
    X(REPEAT, "repeat", "carries out its operations several times")                                \
    X(SPAWN, "spawn", "starts a child process with operations of its own")                         \
    X(EXIT, "exit", "ends the process; the system closes its sockets")                             \
    X(LOG, "log", "says something in the report")

typedef enum {
#define ICS_OPERATION_KIND(name, spelling, doc) ICS_OPERATION_##name,
    ICS_OPERATION_KINDS(ICS_OPERATION_KIND)
#undef ICS_OPERATION_KIND
        ICS_N_OPERATION_KINDS
} IcsOperationKind;

const char *ics_operation_kind_name(IcsOperationKind kind);
const char *ics_operation_kind_doc(IcsOperationKind kind);
/* The parameters of a kind beside "do", "expect" and "operations". */
const IcsParameter *ics_operation_parameters(IcsOperationKind kind);

/* A list that has been read and checked; the config of ics_operations_program. */
typedef struct IcsOperations IcsOperations;

/* Reads the array of operations of one process. Transfer full; NULL and ICS_ERROR_INPUT with the
 * place, e.g. for a socket that no operation before has made. */
IcsOperations *ics_operations_read(const IcsJsonNode *array, GError **error);
void ics_operations_free(IcsOperations *self);

/* Writes the JSON Schema of an array of operations as one value; `reference` is the "$ref" by which
 * nested lists refer to it. */
void ics_operations_write_schema(IcsJsonWriter *writer, const char *reference);

/* What runs them; its config is an IcsOperations. Not in the table: a trace does not name it. */
extern const IcsProgramClass ics_operations_program;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(IcsOperations, ics_operations_free)

#endif
