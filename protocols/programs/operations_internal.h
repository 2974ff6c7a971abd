/* Operations as the files that read and run them know them. */
#ifndef ICS_PROTOCOLS_PROGRAMS_OPERATIONS_INTERNAL_H
#define ICS_PROTOCOLS_PROGRAMS_OPERATIONS_INTERNAL_H

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

/* All parameters of all kinds; each kind's table fills in its own. */
typedef struct IcsOperationConfig {
    char *socket;
    int type;
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
    int slot; /* of its socket or child among those of the process, -1: none */
    IcsOperationConfig config;
    IcsExpected expected;
    IcsOperations *body; /* REPEAT, SPAWN; owned */
} IcsOperation;

struct IcsOperations {
    GArray *list;        /* of IcsOperation */
    GPtrArray *sockets;  /* names by slot; a REPEAT's body shares its list's */
    GPtrArray *children; /* the same */
};

#endif
