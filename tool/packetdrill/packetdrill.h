/* Our stack behind packetdrill's table: one host, a virtual clock, and system calls that block a
 * thread of packetdrill's as a kernel would. */
#ifndef ICS_TOOL_PACKETDRILL_PACKETDRILL_H
#define ICS_TOOL_PACKETDRILL_PACKETDRILL_H

#include <errno.h>
#include <glib.h>
#include <ipcsim/stack.h>
#include <pthread.h>

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
    bool more;                  /* MSG_MORE has corked it */
    bool corked;                /* TCP_CORK */
    int64_t receive_timeout_ns; /* SO_RCVTIMEO; 0: none */
    int64_t send_timeout_ns;    /* SO_SNDTIMEO; 0: none */
    GArray *interests;          /* of epoll: IcsPacketdrillInterest */
} IcsPacketdrillFile;

typedef struct IcsPacketdrillInterest {
    int fd;
    struct epoll_event event;
    uint32_t reported; /* EPOLLET: what has been told since it last was not so */
    int64_t waiting;   /* EPOLLET: bytes to read when it was told */
    bool spent;        /* EPOLLONESHOT */
} IcsPacketdrillInterest;

struct IcsPacketdrillSleeper;

typedef struct IcsPacketdrill {
    GMutex lock;   /* one caller at a time is in the simulator */
    GCond changed; /* sleepers wait for it, with the lock */
    GCond settled; /* whoever turns the clock waits for it, with the lock */
    struct IcsPacketdrillSleeper *sleepers;
    uint64_t calls;  /* so many have been made */
    pthread_t owner; /* the thread that turns the clock */
    IcsHostStack *stack;
    IcsProcess *process; /* borrowed from the stack */
    GPtrArray *files;    /* by real descriptor: IcsPacketdrillFile, NULL where there is none */
    bool has_address;    /* the script's local address is known */
} IcsPacketdrill;

/* Where virtual time 0 lies on the clock of gettimeofday(), in us: 2000-01-01. */
#define ICS_PACKETDRILL_EPOCH_US INT64_C(946684800000000)

#define ICS_PACKETDRILL_NS_A_SECOND INT64_C(1000000000)
#define ICS_PACKETDRILL_NS_A_MS     INT64_C(1000000)
#define ICS_PACKETDRILL_NS_A_US     INT64_C(1000)

/* Takes and gives back the lock; the result of a system call: `result`, or -1 and errno. */
IcsPacketdrill *ics_packetdrill_enter(void *user);
ssize_t ics_packetdrill_leave(IcsPacketdrill *self, int64_t result);

/* The script talks to a host of this address; the first one that it names is the host's. */
void ics_packetdrill_adopt(IcsPacketdrill *self, uint32_t address);

/* packetdrill_sleep.c: threads that sleep in a call.
 *
 * The clock is virtual: it must not run on before a thread that was woken has come out of its call
 * and read the clock, which is how packetdrill learns when the call returned. */

/* Sleeps until something may have changed; false when it is `deadline_ns` of virtual time. The
 * thread that turns the clock cannot sleep: it turns it up to the next event; also false when
 * nothing will ever happen. */
bool ics_packetdrill_wait(IcsPacketdrill *self, int64_t deadline_ns);
/* The same for a call that returns a negative errno: 0, -EAGAIN at the deadline, -EDEADLK for a
 * wait without end. */
int ics_packetdrill_block(IcsPacketdrill *self, int64_t deadline_ns);
/* Something may have changed. */
void ics_packetdrill_wake(IcsPacketdrill *self);
/* Waits, in real time and not for long, until those who were woken are done with it. */
void ics_packetdrill_settle(IcsPacketdrill *self);
/* The calling thread reads the clock. Whether it had slept since it did so last. */
bool ics_packetdrill_is_done(IcsPacketdrill *self);
/* Lets virtual time pass. */
void ics_packetdrill_advance(IcsPacketdrill *self, int64_t until_ns);
/* When something will happen by itself: an event, or the end of a sleep. ICS_FOREVER: never. */
int64_t ics_packetdrill_next(IcsPacketdrill *self);
void ics_packetdrill_free_sleepers(IcsPacketdrill *self);

/* The end of a time out that begins now; ICS_FOREVER when it is 0. */
int64_t ics_packetdrill_deadline(const IcsPacketdrill *self, int64_t timeout_ns);
/* The same for poll's, in ms; ICS_FOREVER when it is negative. */
int64_t ics_packetdrill_poll_deadline(const IcsPacketdrill *self, int timeout_ms);

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
/* The kernel's number of a stream's state (TCP_ESTABLISHED ...). */
uint8_t ics_packetdrill_state(IcsPacketdrill *self, const IcsPacketdrillFile *file);

/* Reads "local=192.168.0.1,mtu=1500,seed=1,..."; what is left over are settings of the stream. NULL
 * and a message (transfer full) when it is wrong. */
IcsHostStack *ics_packetdrill_new_stack(const char *flags, char **message);

#endif
