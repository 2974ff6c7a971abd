/*
 * What the Internet checksum costs: ns per call for ways to sum, alone and with a copy, and for
 * the codecs built on it. The best of many repetitions; buffers in the first-level cache, at
 * the offsets that headers give.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "protocols/wire/internet_checksum.h"
#include "protocols/wire/ipv4.h"
#include "protocols/wire/udp.h"

/* Short repetitions, so that some meet no interruption. */
#define CALLS       500
#define REPETITIONS 400
#define BUFFERS     8
#define STRIDE      1792 /* keeps the ends of a copy half a page apart, modulo pages */

enum { SOURCE = 0x0a000001, DESTINATION = 0x0a000002 };

static uint8_t from[BUFFERS * STRIDE], to[BUFFERS * STRIDE];

/* Every workload returns what it computed, so that nothing is optimised away. */
typedef uint64_t (*Workload)(uint8_t *out, const uint8_t *in, size_t n);

/* The clock that reads without a system call. */
static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void measure(const char *name, Workload volatile workload, size_t n)
{
    int64_t best_ns = INT64_MAX;
    uint64_t sum = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        int64_t start_ns = now_ns();
        for (size_t i = 0; i < CALLS; i++)
            sum += workload(to + i % BUFFERS * STRIDE + 28, from + i % BUFFERS * STRIDE, n);
        best_ns = MIN(best_ns, now_ns() - start_ns);
    }
    printf("%-34s %5zu B %7.1f ns   (%04x)\n", name, n, (double)best_ns / CALLS, (unsigned)sum);
}

static uint16_t fold(uint64_t sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

/* The candidates read whole blocks; the sizes measured are multiples of 4, and what is left of a
 * larger block goes this way. */
static uint64_t sum_of_words32(const uint8_t *in, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n / 4; i++) {
        uint32_t word;
        memcpy(&word, in + 4 * i, 4);
        sum += word;
    }
    return sum;
}

static uint64_t words_of_16_bits(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)out;
    uint32_t sum = 0;
    for (size_t i = 0; i < n / 2; i++)
        sum += (uint32_t)(in[2 * i] << 8 | in[2 * i + 1]);
    return fold(sum);
}

static uint64_t words_of_32_bits(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)out;
    return fold(sum_of_words32(in, n));
}

static uint64_t words_of_64_bits_and_carry(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)out;
    uint64_t sum = 0;
    for (size_t i = 0; i < n / 32; i++) {
        for (size_t k = 0; k < 4; k++) {
            uint64_t word;
            memcpy(&word, in + 32 * i + 8 * k, 8);
            sum += word;
            sum += sum < word;
        }
    }
    return fold((uint64_t)fold(sum) + sum_of_words32(in + n / 32 * 32, n % 32));
}

static uint64_t words_of_64_bits_into_128(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)out;
    unsigned __int128 sum = 0;
    for (size_t i = 0; i < n / 8; i++) {
        uint64_t word;
        memcpy(&word, in + 8 * i, 8);
        sum += word;
    }
    uint64_t halves = (uint64_t)fold((uint64_t)sum) + fold((uint64_t)(sum >> 64));
    return fold(halves + sum_of_words32(in + n / 8 * 8, n % 8));
}

static uint64_t checksum_add(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)out;
    return ics_checksum_fold(ics_checksum_add(0, in, n));
}

static uint64_t copy_only(uint8_t *out, const uint8_t *in, size_t n)
{
    memcpy(out, in, n);
    return out[n - 1];
}

static uint64_t copy_then_add(uint8_t *out, const uint8_t *in, size_t n)
{
    memcpy(out, in, n);
    return ics_checksum_fold(ics_checksum_add(0, out, n));
}

static uint64_t checksum_copy(uint8_t *out, const uint8_t *in, size_t n)
{
    return ics_checksum_fold(ics_checksum_copy(out, in, n, 0));
}

static uint64_t udp_emit_copy(uint8_t *out, const uint8_t *in, size_t n)
{
    IcsUdpHeader header = {6789, 40000, (uint16_t)(8 + n), 0};
    ics_udp_emit_copy(&header, SOURCE, DESTINATION, in, out);
    return ics_udp_view_checksum(out);
}

static uint64_t udp_parse(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)in;
    IcsUdpHeader header;
    return ics_udp_parse(out, 8 + n, SOURCE, DESTINATION, &header);
}

static uint64_t ipv4_emit(uint8_t *out, const uint8_t *in, size_t n)
{
    IcsIpv4Header header = {
        .source = SOURCE,
        .destination = DESTINATION,
        .total_length = (uint16_t)n,
        .identification = in[0],
        .ttl = 64,
        .protocol = ICS_IPV4_PROTOCOL_UDP,
    };
    ics_ipv4_emit(&header, out);
    return ics_ipv4_view_checksum(out);
}

static uint64_t ipv4_parse(uint8_t *out, const uint8_t *in, size_t n)
{
    (void)in;
    IcsIpv4Header header;
    return (uint64_t)ics_ipv4_parse(out, n, &header);
}

static void measure_sums(size_t n)
{
    measure("words of 16 bits", words_of_16_bits, n);
    measure("words of 32 bits", words_of_32_bits, n);
    measure("words of 64 bits and carry", words_of_64_bits_and_carry, n);
    measure("words of 64 bits into 128", words_of_64_bits_into_128, n);
    measure("ics_checksum_add", checksum_add, n);
    measure("memcpy", copy_only, n);
    measure("memcpy, then ics_checksum_add", copy_then_add, n);
    measure("ics_checksum_copy", checksum_copy, n);
}

int main(void)
{
    for (size_t i = 0; i < sizeof from; i++)
        from[i] = (uint8_t)(i * 2654435761u >> 24);
    static const size_t sizes[] = {20, 72, 512, 1000, 1480};
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
        measure_sums(sizes[i]);
    measure("ics_udp_emit_copy", udp_emit_copy, 1000);
    measure("ics_udp_parse", udp_parse, 1000);
    measure("ics_ipv4_emit", ipv4_emit, 1028);
    measure("ics_ipv4_parse", ipv4_parse, 1028);
    return 0;
}
