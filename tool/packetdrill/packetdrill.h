/* Our stack behind packetdrill's table: one host, a virtual clock, and system calls that block a
 * thread of packetdrill's as a kernel would. */
#ifndef ICS_TOOL_PACKETDRILL_PACKETDRILL_H
#define ICS_TOOL_PACKETDRILL_PACKETDRILL_H

#include <errno.h>
#include <glib.h>
#include <ipcsim/stack.h>

#include "tool/packetdrill/packetdrill_interface.h"

typedef enum {
    ICS_PACKETDRILL_NOTHING,
    ICS_PACKETDRILL_STREAM,
    ICS_PACKETDRILL_DATAGRAM,
    ICS_PACKETDRILL_EPOLL
} IcsPacketdrillKind;

/* One socket or epoll instance. */
typedef struct IcsPacketdrillFile {
    IcsPacketdrillKind kind;
    int socket; /* descriptor in the stack's process */
    bool nonblocking;
    bool more;         /* MSG_MORE has corked it */
    bool corked;       /* TCP_CORK */
    GArray *interests; /* of epoll: IcsPacketdrillInterest */
} IcsPacketdrillFile;

typedef struct IcsPacketdrillInterest {
    int fd;
    struct epoll_event event;
    uint32_t reported; /* EPOLLET: what has been told since it last was not so */
    bool spent;        /* EPOLLONESHOT */
} IcsPacketdrillInterest;

typedef struct IcsPacketdrill {
    GMutex lock;   /* one caller at a time is in the simulator */
    GCond changed; /* something may have become ready; waited for with the lock */
    IcsHostStack *stack;
    IcsProcess *process; /* borrowed from the stack */
    GPtrArray *files;    /* by real descriptor: IcsPacketdrillFile, NULL where there is none */
} IcsPacketdrill;

/* Where virtual time 0 lies on the clock of gettimeofday(), in us: 2000-01-01. */
#define ICS_PACKETDRILL_EPOCH_US INT64_C(946684800000000)

/* Takes and gives back the lock; the result of a system call: `result`, or -1 and errno. */
IcsPacketdrill *ics_packetdrill_enter(void *user);
ssize_t ics_packetdrill_leave(IcsPacketdrill *self, int64_t result);
/* Sleeps until something has changed; false when it is `deadline_ns` of virtual time. */
bool ics_packetdrill_wait(IcsPacketdrill *self, int64_t deadline_ns);
void ics_packetdrill_wake(IcsPacketdrill *self);
/* So many ms of poll's time out from now; ICS_FOREVER when negative. */
int64_t ics_packetdrill_deadline(const IcsPacketdrill *self, int timeout_ms);

/* packetdrill_files.c */
IcsPacketdrillFile *ics_packetdrill_file(const IcsPacketdrill *self, int fd);
/* A new real descriptor that stands for the file; negative errno. */
int ics_packetdrill_open(IcsPacketdrill *self, IcsPacketdrillKind kind, int socket);
/* Forgets the file and closes the real descriptor. */
void ics_packetdrill_forget(IcsPacketdrill *self, int fd);
void ics_packetdrill_file_free(gpointer file);

/* The calls, by file. */
void ics_packetdrill_fill_calls(IcsPacketdrillTable *table);   /* packetdrill_calls.c */
void ics_packetdrill_fill_data(IcsPacketdrillTable *table);    /* packetdrill_data.c */
void ics_packetdrill_fill_options(IcsPacketdrillTable *table); /* packetdrill_options.c */
void ics_packetdrill_fill_poll(IcsPacketdrillTable *table);    /* packetdrill_poll.c */
void ics_packetdrill_fill_clock(IcsPacketdrillTable *table);   /* packetdrill_clock.c */
void ics_packetdrill_fill_splice(IcsPacketdrillTable *table);  /* packetdrill_splice.c */

/* Addresses: 0, -EAFNOSUPPORT or -EINVAL. */
int ics_packetdrill_read_address(const struct sockaddr *address, socklen_t n, IcsEndpoint *to);
void ics_packetdrill_write_address(IcsEndpoint from, struct sockaddr *address, socklen_t *n);

/* One send or receive as the kernel's, with flags of send(2) and recv(2); negative errno. */
int64_t ics_packetdrill_send(IcsPacketdrill *self, int fd, const void *bytes, size_t n, int flags,
                             const IcsEndpoint *to);
int64_t ics_packetdrill_receive(IcsPacketdrill *self, int fd, void *bytes, size_t n, int flags,
                                IcsReceived *received);

/* ICS_POLL_* of a socket now. */
uint32_t ics_packetdrill_readiness(IcsPacketdrill *self, const IcsPacketdrillFile *file);

/* Reads "local=192.168.0.1,mtu=1500,seed=1,..."; what is left over are settings of the stream. NULL
 * and a message (transfer full) when it is wrong. */
IcsHostStack *ics_packetdrill_new_stack(const char *flags, char **message);

#endif
