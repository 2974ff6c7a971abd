/* IPv4 addresses and prefixes: uint32_t in host order, and their dotted-quad text. */
#ifndef ICS_PROTOCOLS_WIRE_IPV4_ADDRESS_H
#define ICS_PROTOCOLS_WIRE_IPV4_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define ICS_IPV4_UNSPECIFIED       0x00000000u
#define ICS_IPV4_LIMITED_BROADCAST 0xffffffffu

/* Room for "255.255.255.255" and "255.255.255.255/32", with the NUL. */
#define ICS_IPV4_ADDRESS_TEXT_BYTES 16
#define ICS_IPV4_PREFIX_TEXT_BYTES  19

/**
 * IcsIpv4Prefix:
 * @address: an address of the network, as it was written (host bits are kept: "10.0.0.1/24" names
 *     an interface)
 * @length: bits of the network part, 0 to 32
 */
typedef struct IcsIpv4Prefix {
    uint32_t address;
    uint8_t length;
} IcsIpv4Prefix;

/**
 * ics_ipv4_address_parse:
 * @text: exactly four decimal numbers 0 to 255 with dots between, without leading zeros (some
 *     parsers read those as octal), signs or blanks
 * @address: (out): set on success only
 *
 * Returns: whether @text is an address.
 */
bool ics_ipv4_address_parse(const char *text, uint32_t *address);

/**
 * ics_ipv4_address_format:
 * @text: (out): at least %ICS_IPV4_ADDRESS_TEXT_BYTES
 *
 * Returns: (transfer none): @text.
 */
char *ics_ipv4_address_format(uint32_t address, char *text);

/**
 * ics_ipv4_prefix_parse:
 * @text: an address, a slash and a length 0 to 32, as "10.0.0.1/24" (RFC 4632, section 3.1)
 * @prefix: (out): set on success only
 *
 * Returns: whether @text is a prefix.
 */
bool ics_ipv4_prefix_parse(const char *text, IcsIpv4Prefix *prefix);

/**
 * ics_ipv4_prefix_format:
 * @text: (out): at least %ICS_IPV4_PREFIX_TEXT_BYTES
 *
 * Returns: (transfer none): @text.
 */
char *ics_ipv4_prefix_format(IcsIpv4Prefix prefix, char *text);

/* The mask of a prefix length 0 to 32: 24 gives 0xffffff00. */
static inline uint32_t ics_ipv4_prefix_mask(uint8_t length)
{
    return length == 0 ? 0 : 0xffffffffu << (32 - length);
}

static inline bool ics_ipv4_prefix_contains(IcsIpv4Prefix prefix, uint32_t address)
{
    return ((prefix.address ^ address) & ics_ipv4_prefix_mask(prefix.length)) == 0;
}

/* The network's directed broadcast, all host bits set (RFC 922). A /31 and a /32 have none (RFC
 * 3021): there, what comes back is an ordinary host's address. */
static inline uint32_t ics_ipv4_prefix_broadcast(IcsIpv4Prefix prefix)
{
    return prefix.address | ~ics_ipv4_prefix_mask(prefix.length);
}

static inline bool ics_ipv4_address_is_unspecified(uint32_t address)
{
    return address == ICS_IPV4_UNSPECIFIED;
}

/* 127/8, RFC 1122, section 3.2.1.3 (g). */
static inline bool ics_ipv4_address_is_loopback(uint32_t address)
{
    return address >> 24 == 127;
}

/* 224/4, RFC 1112, section 4. */
static inline bool ics_ipv4_address_is_multicast(uint32_t address)
{
    return address >> 28 == 14;
}

/* 255.255.255.255, RFC 1122, section 3.2.1.3 (c). */
static inline bool ics_ipv4_address_is_limited_broadcast(uint32_t address)
{
    return address == ICS_IPV4_LIMITED_BROADCAST;
}

#endif
