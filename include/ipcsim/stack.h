/* A host's protocol stack as a library: no network, no trace, no clock but the one that is told it.
 *
 * The program pushes the IPv4 packets in that arrive at the host, takes those out that the host has
 * sent, each with its time, advances a virtual clock, and makes the socket calls of
 * <ipcsim/socket.h> on behalf of a process that never blocks:
 *
 *     IcsHostStack *stack = ics_host_stack_new(&config, &message);
 *     IcsProcess *process = ics_host_stack_process(stack);
 *     int s = ics_socket(process, ICS_SOCKET_STREAM);
 *     ics_bind(process, s, (IcsEndpoint){ICS_ANY_ADDRESS, 7});
 *     ics_listen(process, s, 5);
 *     ics_host_stack_push(stack, syn, syn_bytes);
 *     while ((n = ics_host_stack_take(stack, packet, sizeof packet, &at_ns)) > 0) ...
 *     ics_host_stack_advance(stack, ics_host_stack_next(stack));
 *
 * A stack belongs to one thread at a time; several in one process know nothing of each other. The
 * same calls give the same packets at the same times, always.
 * Link with: pkg-config --static --libs ipcsim */
#ifndef IPCSIM_STACK_H
#define IPCSIM_STACK_H

#include <ipcsim/socket.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IcsHostStack IcsHostStack;

/* Zero-initialised but for the address is what one usually wants. */
typedef struct IcsHostStackConfig {
    uint32_t address;    /* of the host's only interface, host byte order */
    uint8_t prefix_bits; /* of its network; 0: 24 */
    uint32_t mtu_bytes;  /* 68..65535; 0: 1500 */
    uint64_t seed;       /* initial sequence numbers and the like are drawn from it */
    /* Settings of the reliable stream as in a trace's "stream": "cc=reno,sack=off,min-rto=200ms";
     * nullable. */
    const char *stream;
} IcsHostStackConfig;

/* NULL on failure; `message` (nullable) is then set to what is wrong (transfer full: free with
 * ics_host_stack_free_text()). */
IcsHostStack *ics_host_stack_new(const IcsHostStackConfig *config, char **message);
void ics_host_stack_free(IcsHostStack *self);
void ics_host_stack_free_text(char *text);

/* Gives the host one more address, which can be bound and sent to from now on. False when it is the
 * host's already, or no address that a host can have. */
bool ics_host_stack_add_address(IcsHostStack *self, uint32_t address);

/* The process of the host that makes the calls: those of <ipcsim/socket.h> that need not wait.
 * Where they would have to, they return -EAGAIN (connect: -EINPROGRESS). Borrowed. */
IcsProcess *ics_host_stack_process(IcsHostStack *self);

/* A packet arrives at the interface, now; its bytes are borrowed. It may be anything: what is no
 * IPv4 packet is dropped as a host would. Whatever the address, it is brought to the host. */
void ics_host_stack_push(IcsHostStack *self, const void *packet, size_t n);

/* The next packet that the host has sent and nobody has taken: its length (at most `n` bytes of it
 * are copied), 0 when there is none. `at_ns` (nullable) is set to the time at which it left. */
size_t ics_host_stack_take(IcsHostStack *self, void *packet, size_t n, int64_t *at_ns);

/* Virtual time, from 0, in ns. */
int64_t ics_host_stack_now(const IcsHostStack *self);
/* When something will happen next by itself: a timer. ICS_FOREVER: never. */
int64_t ics_host_stack_next(IcsHostStack *self);
/* Lets everything happen up to and including this time, which then is the present. Does nothing
 * when it is past; ICS_FOREVER: until nothing is left to happen. */
void ics_host_stack_advance(IcsHostStack *self, int64_t until_ns);

#ifdef __cplusplus
}
#endif

#endif
