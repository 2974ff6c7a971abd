/* The Internet checksum: the 16-bit one's complement of the one's complement sum (RFC 1071).
 *
 * A sum under way is a `partial`: start with 0, append byte strings in their order, finish. A byte
 * string may have any length and alignment; when one with an odd length is continued, the next one
 * starts in the middle of a 16-bit word, and the partial remembers that. The results are the same
 * on machines of either byte order. */
#ifndef ICS_PROTOCOLS_WIRE_INTERNET_CHECKSUM_H
#define ICS_PROTOCOLS_WIRE_INTERNET_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/**
 * ICS_CHECKSUM_PARTIAL_ODD:
 *
 * Set in a partial after an odd number of bytes. The low 16 bits of a partial are the folded sum of
 * the big-endian words so far, as a host integer; the other bits are zero.
 */
#define ICS_CHECKSUM_PARTIAL_ODD 0x80000000u

/**
 * ics_checksum_add:
 * @partial: 0, or what an earlier call returned
 * @bytes: (nullable when @n is 0): the next @n bytes
 *
 * Appends bytes to a sum. Returns: the sum with them.
 */
uint32_t ics_checksum_add(uint32_t partial, const uint8_t *bytes, size_t n);

/**
 * ics_checksum_copy:
 * @destination: (nullable when @n is 0): room for @n bytes, not overlapping @source
 * @source: (nullable when @n is 0): the next @n bytes
 * @partial: 0, or what an earlier call returned
 *
 * ics_checksum_add() and memcpy() in one pass over the bytes. Returns: the sum with them.
 */
uint32_t ics_checksum_copy(uint8_t *restrict destination, const uint8_t *restrict source, size_t n,
                           uint32_t partial);

/**
 * ics_checksum_of_words:
 * @sum: the plain sum of 16-bit words, and of 32-bit words at even offsets, as host integers
 *
 * For header fields at hand, which need not be read back from the bytes just written.
 *
 * Returns: the partial of these words.
 */
static inline uint32_t ics_checksum_of_words(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffffffff) + (sum >> 32);
    uint32_t half = (uint32_t)(sum & 0xffff) + (uint32_t)(sum >> 16);
    return (half & 0xffff) + (half >> 16);
}

/**
 * ics_checksum_pseudo_header_words:
 * @source: address in host order
 * @destination: address in host order
 * @protocol: the IP protocol number
 * @length: bytes of the upper layer's header and data
 *
 * Returns: the plain sum of the words of the IPv4 pseudo header (RFC 768; RFC 9293, section 3.1),
 * for ics_checksum_of_words() together with those of the upper layer's header.
 */
static inline uint64_t ics_checksum_pseudo_header_words(uint32_t source, uint32_t destination,
                                                        uint8_t protocol, uint16_t length)
{
    return (uint64_t)source + destination + protocol + length;
}

/**
 * ics_checksum_pseudo_header:
 *
 * Returns: the partial of the same pseudo header, to be continued with the upper layer's header.
 */
static inline uint32_t ics_checksum_pseudo_header(uint32_t source, uint32_t destination,
                                                  uint8_t protocol, uint16_t length)
{
    return ics_checksum_of_words(
        ics_checksum_pseudo_header_words(source, destination, protocol, length));
}

/**
 * ics_checksum_fold:
 *
 * Returns: the 16-bit one's complement sum. Over data that includes its own correct checksum it is
 * 0xffff, or 0 when every byte is zero.
 */
static inline uint16_t ics_checksum_fold(uint32_t partial)
{
    return (uint16_t)partial;
}

/**
 * ics_checksum_finish:
 *
 * Returns: the checksum, to be stored in big-endian order.
 */
static inline uint16_t ics_checksum_finish(uint32_t partial)
{
    return (uint16_t)~partial;
}

/**
 * ics_checksum_update16:
 * @checksum: the checksum of a header
 * @old_word: a 16-bit field of it, at an even offset
 * @new_word: what the field becomes
 *
 * Returns: the header's new checksum, HC' = ~(~HC + ~m + m') (RFC 1624, equation 3; RFC 1141's
 * shorter form gives 0xffff where 0 is right).
 */
static inline uint16_t ics_checksum_update16(uint16_t checksum, uint16_t old_word,
                                             uint16_t new_word)
{
    uint32_t sum = (uint32_t)(uint16_t)~checksum + (uint16_t)~old_word + new_word;
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

#endif
