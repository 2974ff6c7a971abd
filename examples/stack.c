/* A host's stack without any network: the program itself is the other end of a TCP connection. It
 * writes a SYN by hand, takes the SYN-ACK out, never answers, and sees the stack repeat it.
 *
 *     cc stack.c $(pkg-config --cflags ipcsim) $(pkg-config --static --libs ipcsim) -o stack */
#include <ipcsim/stack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER 0xC0A80001u /* 192.168.0.1 */
#define CLIENT 0xC0000201u /* 192.0.2.1 */

enum { IP_BYTES = 20, TCP_BYTES = 20, PORT = 7, CLIENT_PORT = 50000 };
enum { SYN = 0x02, ACK = 0x10 };

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

static void put32(unsigned char *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffff);
}

static uint32_t sum16(const unsigned char *at, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i += 2) {
        sum += (uint32_t)at[i] << 8 | at[i + 1];
    }
    return sum;
}

static unsigned checksum(uint32_t sum)
{
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return ~sum & 0xffff;
}

/* A SYN with the number 1000, from the client to the server (RFC 791 and 9293). */
static void write_syn(unsigned char packet[IP_BYTES + TCP_BYTES])
{
    unsigned char *tcp = packet + IP_BYTES;
    memset(packet, 0, IP_BYTES + TCP_BYTES);
    packet[0] = 0x45;
    put16(packet + 2, IP_BYTES + TCP_BYTES);
    packet[8] = 64; /* TTL */
    packet[9] = 6;  /* TCP */
    put32(packet + 12, CLIENT);
    put32(packet + 16, SERVER);
    put16(packet + 10, checksum(sum16(packet, IP_BYTES)));
    put16(tcp, CLIENT_PORT);
    put16(tcp + 2, PORT);
    put32(tcp + 4, 1000);
    tcp[12] = TCP_BYTES / 4 << 4;
    tcp[13] = SYN;
    put16(tcp + 14, 65535);
    /* The pseudo header: both addresses, protocol, length. */
    uint32_t pseudo = sum16(packet + 12, 8) + 6 + TCP_BYTES;
    put16(tcp + 16, checksum(pseudo + sum16(tcp, TCP_BYTES)));
}

/* Prints what the stack sends up to that time. */
static void watch(IcsHostStack *stack, int64_t until_ns)
{
    unsigned char packet[1500];
    int64_t at_ns = 0;
    ics_host_stack_advance(stack, until_ns);
    while (ics_host_stack_take(stack, packet, sizeof packet, &at_ns) > 0) {
        const unsigned char *tcp = packet + IP_BYTES;
        int is_syn_ack = tcp[13] == (SYN | ACK);
        printf("%6.3f s: %s from port %u\n", (double)at_ns / 1e9, is_syn_ack ? "SYN-ACK" : "?",
               (unsigned)tcp[0] << 8 | tcp[1]);
    }
}

int main(void)
{
    IcsHostStackConfig config = {.address = SERVER, .stream = "syn-retries=3"};
    char *message = NULL;
    IcsHostStack *stack = ics_host_stack_new(&config, &message);
    if (stack == NULL) {
        fprintf(stderr, "%s\n", message);
        ics_host_stack_free_text(message);
        return EXIT_FAILURE;
    }
    IcsProcess *process = ics_host_stack_process(stack);
    int listener = ics_socket(process, ICS_SOCKET_STREAM);
    ics_bind(process, listener, (IcsEndpoint){ICS_ANY_ADDRESS, PORT});
    ics_listen(process, listener, 1);

    unsigned char syn[IP_BYTES + TCP_BYTES];
    write_syn(syn);
    ics_host_stack_push(stack, syn, sizeof syn);
    watch(stack, ICS_FOREVER);
    printf("accept: %s\n", ics_accept(process, listener, 0, NULL) == -EAGAIN
                               ? "nobody has completed a handshake"
                               : "a connection");
    ics_host_stack_free(stack);
    return EXIT_SUCCESS;
}
