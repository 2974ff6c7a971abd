/* Why a packet died. */
#ifndef ICS_NETMODEL_CAUSE_H
#define ICS_NETMODEL_CAUSE_H

/* Name, spelling in results, meaning. */
#define ICS_CAUSES(X)                                                                              \
    X(NONE, "none", "it lives")                                                                    \
    X(LOSS, "loss", "a loss element of the link")                                                  \
    X(QUEUE_FULL, "queue-full", "the queue of the link direction had no room")                     \
    X(EARLY_DROP, "early-drop", "active queue management dropped it")                              \
    X(LINK_DOWN, "link-down", "the link was or went down")                                         \
    X(PARTITION, "partition", "a partition stood between the hosts")                               \
    X(SEND_OMISSION, "send-omission", "between the sending process and its host's output buffer")  \
    X(RECEIVE_OMISSION, "receive-omission", "between the host's input buffer and the process")     \
    X(HOST_DOWN, "host-down", "the host had crashed")                                              \
    X(HOST_PAUSED, "host-paused", "the input queue of a paused host was full")                     \
    X(TOO_BIG, "too-big", "longer than the MTU")                                                   \
    X(BAD_IP_HEADER, "bad-ip-header", "version, length or options of the IP header are wrong")     \
    X(BAD_IP_CHECKSUM, "bad-ip-checksum", "the IP header's checksum is wrong")                     \
    X(NOT_FOR_US, "not-for-us", "the destination address is not one of the host's")                \
    X(NO_PROTOCOL, "no-protocol", "no such transport protocol")                                    \
    X(BAD_LENGTH, "bad-length", "the transport header's length is wrong")                          \
    X(BAD_CHECKSUM, "bad-checksum", "the transport checksum is wrong")                             \
    X(NO_PORT, "no-port", "nobody receives from the port")                                         \
    X(NOT_CONNECTED, "not-connected", "the receiver is connected to somebody else")                \
    X(RECEIVE_BUFFER_FULL, "receive-buffer-full", "the socket's receive queue had no room")        \
    X(DUPLICATE, "duplicate", "a protocol had it already")                                         \
    X(SUPERSEDED, "superseded", "its sender gave up and sent a newer one")                         \
    X(SOCKET_CLOSED, "socket-closed", "the socket was closed before the process took it")          \
    X(NO_ROUTE, "no-route", "no interface leads to the destination")                               \
    X(OUT_OF_WINDOW, "out-of-window",                                                              \
      "its sequence number is not one that its connection expects")                                \
    X(OLD_DUPLICATE, "old-duplicate", "its timestamp is older than one seen before (RFC 7323)")    \
    X(NOT_ACCEPTABLE, "not-acceptable", "it makes no sense in the state of its connection")        \
    X(LISTEN_QUEUE_FULL, "listen-queue-full", "too many connections wait to be accepted")          \
    X(OUT_OF_ORDER, "out-of-order", "one before it is missing, and its protocol keeps none")

typedef enum {
#define ICS_CAUSE(name, spelling, meaning) ICS_CAUSE_##name,
    ICS_CAUSES(ICS_CAUSE)
#undef ICS_CAUSE
        ICS_N_CAUSES
} IcsCause;

/* Its spelling in results, e.g. "queue-full". */
const char *ics_cause_name(IcsCause cause);
/* What it means, one line. */
const char *ics_cause_meaning(IcsCause cause);

#endif
