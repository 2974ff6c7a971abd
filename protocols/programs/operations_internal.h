/* Operations as the files that read and run them know them. */
#ifndef ICS_PROTOCOLS_PROGRAMS_OPERATIONS_INTERNAL_H
#define ICS_PROTOCOLS_PROGRAMS_OPERATIONS_INTERNAL_H

#include <ipcsim/socket.h>

#include "protocols/programs/operations.h"

/* Sockets that one list of operations can name, and children. */
#define ICS_OPERATIONS_NAMES_MAX      256
#define ICS_OPERATIONS_NAME_BYTES_MAX 63 /* of a child */

typedef enum {
    ICS_EXPECT_ANY,   /* nothing is expected */
    ICS_EXPECT_OK,    /* "ok": not an error */
    ICS_EXPECT_VALUE, /* a number */
    ICS_EXPECT_ERROR  /* an errno */
} IcsExpectedKind;

typedef struct IcsExpected {
    IcsExpectedKind kind;
    int64_t value; /* the number, or the positive errno */
} IcsExpected;

/* What "set" can say of streams; a value is of use where its has_ is true. */
typedef struct IcsOperationStreamOptions {
    int64_t send_buffer_bytes;
    int64_t connect_timeout_ns;
    int64_t linger_ns;
    int64_t user_timeout_ns;
    int64_t keep_alive_idle_ns;
    int64_t keep_alive_interval_ns;
    int64_t keep_alive_probes;
    int64_t mss_bytes;
    int congestion;
    bool no_delay;
    bool cork;
    bool keep_alive;
    bool reuse_address;
    bool has_send_buffer;
    bool has_connect_timeout;
    bool has_linger;
    bool has_user_timeout;
    bool has_keep_alive_idle;
    bool has_keep_alive_interval;
    bool has_keep_alive_probes;
    bool has_mss;
    bool has_congestion;
    bool has_no_delay;
    bool has_cork;
    bool has_keep_alive;
    bool has_reuse_address;
} IcsOperationStreamOptions;

/* All parameters of all kinds; each kind's table fills in its own. */
typedef struct IcsOperationConfig {
    char *socket;
    char *connection; /* name of an accepted socket */
    char *give;       /* name of a socket that a child gets */
    int type;
    int how;   /* IcsShutdown */
    int event; /* of poll: 0 readable, 1 writable, 2 either */
    bool peek;
    bool fill; /* receive goes on until the buffer is full */
    int64_t backlog;
    IcsOperationStreamOptions stream;
    int64_t port;
    char *address;
    char *to;
    char *text;
    int64_t size_bytes;
    bool has_size;
    bool received; /* send what was received last */
    bool wait;     /* false: do not block */
    int64_t buffer_bytes;
    int64_t timeout_ns;
    bool has_timeout;
    char *expect_text;
    char *expect_from;
    int64_t receive_timeout_ns;
    int64_t send_timeout_ns;
    bool nonblocking;
    int64_t receive_buffer_bytes;
    bool checksum;
    bool has_receive_timeout;
    bool has_send_timeout;
    bool has_nonblocking;
    bool has_receive_buffer;
    bool has_checksum;
    int64_t time_ns;
    bool has_time;
    int64_t until_ns;
    bool has_until;
    char *child;
    int64_t times;
    char *name;
    int64_t code;
} IcsOperationConfig;

typedef struct IcsOperation {
    IcsOperationKind kind;
    char *pointer;
    int slot;       /* of its socket or child among those of the process, -1: none */
    int other_slot; /* of the socket that is accepted or given; -1: none */
    IcsOperationConfig config;
    IcsExpected expected;
    IcsOperations *body; /* REPEAT, SPAWN; owned */
} IcsOperation;

struct IcsOperations {
    GArray *list;        /* of IcsOperation */
    GPtrArray *sockets;  /* names by slot; a REPEAT's body shares its list's */
    GPtrArray *children; /* the same */
    bool has_given;      /* the socket in slot 0 comes from the parent */
};

/* What a process remembers between operations. */
typedef struct IcsOperationsRun {
    IcsProcess *process;
    int *sockets; /* by slot: descriptor, -1: none */
    IcsProcess **children;
    uint8_t *buffer; /* ICS_DATAGRAM_MAX bytes, NULL before the first receive */
    int64_t received_bytes;
    IcsReceived received;
    uint64_t done;     /* operations so far */
    uint8_t *alphabet; /* what "size" sends */
    size_t alphabet_bytes;
} IcsOperationsRun;

static inline int ics_operations_socket_of(const IcsOperationsRun *self,
                                           const IcsOperation *operation)
{
    return self->sockets[operation->slot];
}

/* operations_run.c: tells that an operation did not do what is expected of it. */
void ics_operations_fail(const IcsOperationsRun *self, const IcsOperation *operation,
                         const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Whether `from` is what "expect-from" says, if it says something; if not, that is told. */
void ics_operations_check_from(const IcsOperationsRun *self, const IcsOperation *operation,
                               IcsEndpoint from);

/* operations_stream.c: operations on streams, and what they add to others; their values. */
int64_t ics_operations_connect(IcsOperationsRun *self, const IcsOperation *operation);
int64_t ics_operations_listen(IcsOperationsRun *self, const IcsOperation *operation);
int64_t ics_operations_accept(IcsOperationsRun *self, const IcsOperation *operation);
int64_t ics_operations_shutdown(IcsOperationsRun *self, const IcsOperation *operation);
int64_t ics_operations_poll(IcsOperationsRun *self, const IcsOperation *operation);
/* Receives until the buffer is full, the stream ends, or an error. */
int64_t ics_operations_receive_all(IcsOperationsRun *self, const IcsOperation *operation);
int64_t ics_operations_set_stream(IcsOperationsRun *self, const IcsOperation *operation);
/* Whether "set" says something of streams. */
bool ics_operations_sets_stream(const IcsOperationStreamOptions *options);

#endif
