/* TCP sockets of the machine's kernel, for tests that let it talk to ours. These run in threads of
 * their own: nothing here fails a test, results say what happened. */
#ifndef ICS_TESTS_SUPPORT_KERNEL_STREAM_H
#define ICS_TESTS_SUPPORT_KERNEL_STREAM_H

#include <stddef.h>
#include <stdint.h>

/* The longest that a call of these sockets waits. */
#define ICS_KERNEL_STREAM_PATIENCE_S 300

/* A connected socket; or a negative errno. */
int ics_kernel_stream_connect(const char *address, uint16_t port);
/* A listening socket, and a connection that it has accepted; or a negative errno. */
int ics_kernel_stream_listen(const char *address, uint16_t port);
int ics_kernel_stream_accept(int listener);

/* What was sent and what came back. */
typedef struct IcsKernelExchange {
    size_t bytes; /* to be sent */
    uint64_t seed;
    size_t received;
    char sent_sha256[65];
    char received_sha256[65];
    int error; /* errno of the first call that failed; 0: none */
} IcsKernelExchange;

/* Sends so many pseudo-random bytes and the end of the stream while it receives up to the end of
 * the other direction; closes the socket. */
void ics_kernel_stream_exchange(int fd, IcsKernelExchange *exchange);

#endif
