/* What an observer is told. Everything that happens is one observation on one bus; statistics,
 * event log, captures, diagrams and properties are subscribers (DESIGN section 2, "Observers"). */
#ifndef ICS_SIM_OBSERVATION_H
#define ICS_SIM_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

/* Name, spelling in the event log, meaning. */
#define ICS_OBSERVATION_KINDS(X)                                                                   \
    X(PACKET_OFFERED, "packet-offered", "a host gave a packet to a link direction")                \
    X(PACKET_QUEUED, "packet-queued", "a link direction took a packet: it is not refused")         \
    X(PACKET_DEPARTED, "packet-departed", "the last bit left the transmitter")                     \
    X(PACKET_COPIED, "packet-copied", "a fault element made a copy of a packet")                   \
    X(PACKET_DAMAGED, "packet-damaged", "bits were flipped or the tail was cut off")               \
    X(PACKET_REORDERED, "packet-reordered", "a packet will be or was overtaken on purpose")        \
    X(PACKET_DROPPED, "packet-dropped", "a packet or copy died; cause says why")                   \
    X(PACKET_ARRIVED, "packet-arrived", "a packet reached the interface of a host")                \
    X(PACKET_LOOPED, "packet-looped", "a packet came back to the host that sent it, on no link")   \
    X(MESSAGE_SENT, "message-sent", "a process handed a message to its socket")                    \
    X(MESSAGE_REPEATED, "message-repeated", "a protocol sent a message again")                     \
    X(MESSAGE_DELIVERED, "message-delivered", "a process took a message from its socket")          \
    X(SOCKET_BOUND, "socket-bound", "a socket became the receiver of a port")                      \
    X(SOCKET_CLOSED, "socket-closed", "a socket gave up its port")                                 \
    X(PROCESS_STARTED, "process-started", "a process runs its first line")                         \
    X(PROCESS_BLOCKED, "process-blocked", "a process waits")                                       \
    X(PROCESS_RESUMED, "process-resumed", "a waiting process goes on")                             \
    X(PROCESS_ENDED, "process-ended", "a process returned, exited or was killed")                  \
    X(PROCESS_LOGGED, "process-logged", "a process said something")                                \
    X(OPERATION_FAILED, "operation-failed", "an operation did not do what its expect says")        \
    X(HOST_CHANGED, "host-changed", "a host crashed, restarted, paused or resumed")                \
    X(LINK_CHANGED, "link-changed", "a link direction went down, up, on hold or was released")     \
    X(SCHEDULE_ACTED, "schedule-acted", "an entry of the schedule was carried out")                \
    X(PACKET_MARKED, "packet-marked", "a queue marked a packet: congestion experienced (ECN)")     \
    X(MESSAGE_ABANDONED, "message-abandoned", "a stream ended before its receiver had a message")  \
    X(CONNECTION_STATE, "connection-state", "a connection went from one state to another")         \
    X(SEGMENT_REPEATED, "segment-repeated", "a connection sends a segment again")                  \
    X(CONGESTION_WINDOW, "congestion-window", "cwnd or ssthresh of a connection changed")          \
    X(ROUND_TRIP, "round-trip", "a connection's round-trip time or timeout changed")               \
    X(RECOVERY, "recovery", "a connection begins or ends to repair a loss")                        \
    X(SCOREBOARD, "scoreboard", "what a sender knows to have arrived or been lost changed")        \
    X(PEER_WINDOW, "peer-window", "how much a connection's peer accepts changed")

typedef enum {
#define ICS_OBSERVATION_KIND(name, spelling, meaning) ICS_OBSERVE_##name,
    ICS_OBSERVATION_KINDS(ICS_OBSERVATION_KIND)
#undef ICS_OBSERVATION_KIND
        ICS_OBSERVATION_N_KINDS
} IcsObservationKind;

#define ICS_OBSERVE_MASK(name) (UINT64_C(1) << ICS_OBSERVE_##name)
#define ICS_OBSERVE_EVERYTHING ((UINT64_C(1) << ICS_OBSERVATION_N_KINDS) - 1)

struct IcsPacket;
struct IcsLinkDirection;
struct IcsHost;
struct IcsProcess;
struct IcsTcpConnection;

/* A message as observers know it: what one send operation of an application moves. */
typedef struct IcsMessageTag {
    int64_t sent_ns;
    uint64_t ordinal; /* within its flow, from 0 */
    uint32_t flow;    /* index in the network's table of flows */
    uint32_t bytes;   /* of the application */
} IcsMessageTag;

/* One observation. Pointers are borrowed for the time of the call; those that a kind does not use
 * are NULL. `cause` is an IcsCause of netmodel (0 where there is none). */
typedef struct IcsObservation {
    IcsObservationKind kind;
    uint32_t node;
    int64_t at_ns;
    const struct IcsPacket *packet;
    const struct IcsLinkDirection *direction;
    const struct IcsHost *host;
    const struct IcsProcess *process;
    const IcsMessageTag *message;
    const char *text;
    uint32_t cause;
    bool damaged;  /* MESSAGE_DELIVERED: not the bytes that were sent */
    int64_t value; /* the kind's number: bits flipped, extent of a reordering, port, errno, index of
                      the schedule's entry ... */
    /* Those of a connection; their values are those of its IcsStreamNote, or why it repeats and how
     * many bytes. */
    const struct IcsTcpConnection *connection;
    int64_t second; /* a further number, where the kind has two */
} IcsObservation;

/* The kind's spelling in event logs, e.g. "packet-dropped". */
const char *ics_observation_kind_name(IcsObservationKind kind);

#endif
