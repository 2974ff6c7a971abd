#include "protocols/wire/internet_checksum.h"

#include <string.h>

#include "protocols/wire/bytes.h"

/* The one's complement sum does not care for the byte order in which the words are read, except
 * that the sum comes out in that order too (RFC 1071, section 2 (B)), nor for the width of the
 * words (2 (C)). So the bytes are read as native 64-bit words, and only the folded sum is turned
 * around.
 *
 * Two running sums over the words give the sums of their halves without masking either:
 * sum(low) = sum(word) - 2^32 * sum(high), exact although sum(word) wraps around. That is one
 * operation a word less than separate halves, has no carry to wait for, and is plain enough for
 * gcc -O3 to vectorise (bench/checksum.c has the alternatives). `high` holds for 2^32 words. */
typedef struct InternetChecksumSums {
    uint64_t words;
    uint64_t high;
} InternetChecksumSums;

/* Where the loader can choose, machines with AVX2 get a version of the loops for it: half the time,
 * the same sums. Sanitizers do not get along with what that takes (ifunc). */
#if defined(__x86_64__) && defined(__linux__) && defined(__GLIBC__) && !defined(__clang__) &&      \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define INTERNET_CHECKSUM_LOOP __attribute__((noinline, target_clones("avx2", "default")))
#else
#define INTERNET_CHECKSUM_LOOP
#endif

static inline void internet_checksum_take(InternetChecksumSums *sums, uint64_t word)
{
    sums->words += word;
    sums->high += word >> 32;
}

/* The last 0 to 7 bytes as the sum of a 4-byte, a 2-byte and a 1-byte piece; the single byte is the
 * first of a word whose second is zero. */
static inline uint64_t internet_checksum_rest(const uint8_t *bytes, size_t n)
{
    uint32_t four = 0;
    uint16_t two = 0, one = 0;
    if (n & 4) {
        memcpy(&four, bytes, 4);
        bytes += 4;
    }
    if (n & 2) {
        memcpy(&two, bytes, 2);
        bytes += 2;
    }
    if (n & 1)
        memcpy(&one, bytes, 1);
    return (uint64_t)four + two + one;
}

static inline uint16_t internet_checksum_turn(uint16_t native)
{
    uint8_t bytes[2];
    memcpy(bytes, &native, 2);
    return ics_bytes_load_be16(bytes);
}

/* Appends `n` bytes of which the sums are known. Bytes that start in the middle of a word have
 * their places swapped, and so has their sum. */
static inline uint32_t internet_checksum_append(uint32_t partial, const InternetChecksumSums *sums,
                                                size_t n)
{
    uint64_t low = sums->words - (sums->high << 32);
    uint64_t halves =
        (low & 0xffffffff) + (low >> 32) + (sums->high & 0xffffffff) + (sums->high >> 32);
    uint16_t sum = internet_checksum_turn((uint16_t)ics_checksum_of_words(halves));
    if (partial & ICS_CHECKSUM_PARTIAL_ODD)
        sum = (uint16_t)(sum << 8 | sum >> 8);
    uint32_t total = (partial & 0xffff) + sum;
    total = (total & 0xffff) + (total >> 16);
    uint32_t odd = (partial ^ (uint32_t)(n << 31)) & ICS_CHECKSUM_PARTIAL_ODD;
    return total | odd;
}

INTERNET_CHECKSUM_LOOP
static InternetChecksumSums internet_checksum_sum(const uint8_t *bytes, size_t whole)
{
    InternetChecksumSums sums = {0, 0};
#pragma GCC unroll 4
    for (size_t i = 0; i < whole; i++) {
        uint64_t word;
        memcpy(&word, bytes + 8 * i, 8);
        internet_checksum_take(&sums, word);
    }
    return sums;
}

INTERNET_CHECKSUM_LOOP
static InternetChecksumSums internet_checksum_sum_copy(uint8_t *restrict destination,
                                                       const uint8_t *restrict source, size_t whole)
{
    InternetChecksumSums sums = {0, 0};
#pragma GCC unroll 4
    for (size_t i = 0; i < whole; i++) {
        uint64_t word;
        memcpy(&word, source + 8 * i, 8);
        memcpy(destination + 8 * i, &word, 8);
        internet_checksum_take(&sums, word);
    }
    return sums;
}

uint32_t ics_checksum_add(uint32_t partial, const uint8_t *bytes, size_t n)
{
    if (n == 0)
        return partial; /* the pointer may be NULL then */
    size_t whole = n / 8;
    InternetChecksumSums sums = internet_checksum_sum(bytes, whole);
    internet_checksum_take(&sums, internet_checksum_rest(bytes + 8 * whole, n % 8));
    return internet_checksum_append(partial, &sums, n);
}

static inline void internet_checksum_copy_rest(uint8_t *restrict destination,
                                               const uint8_t *restrict source, size_t n)
{
    for (size_t i = 0; i < n; i++)
        destination[i] = source[i];
}

uint32_t ics_checksum_copy(uint8_t *restrict destination, const uint8_t *restrict source, size_t n,
                           uint32_t partial)
{
    if (n == 0)
        return partial;
    size_t whole = n / 8;
    InternetChecksumSums sums = internet_checksum_sum_copy(destination, source, whole);
    internet_checksum_copy_rest(destination + 8 * whole, source + 8 * whole, n % 8);
    internet_checksum_take(&sums, internet_checksum_rest(source + 8 * whole, n % 8));
    return internet_checksum_append(partial, &sums, n);
}
