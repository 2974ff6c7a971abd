#include "protocols/wire/ipv4_address.h"

/* Reads a decimal number 0 to `max` without leading zeros at *cursor and moves *cursor behind it.
 */
static bool ipv4_address_number(const char **cursor, uint32_t max, uint32_t *number)
{
    const char *digit = *cursor;
    if (digit[0] == '0' && digit[1] >= '0' && digit[1] <= '9')
        return false;
    uint32_t value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        value = 10 * value + (uint32_t)(*digit - '0');
        if (value > max)
            return false;
    }
    if (digit == *cursor)
        return false;
    *cursor = digit;
    *number = value;
    return true;
}

static bool ipv4_address_quad(const char **cursor, uint32_t *address)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t part;
        if (i > 0 && *(*cursor)++ != '.')
            return false;
        if (!ipv4_address_number(cursor, 255, &part))
            return false;
        value = value << 8 | part;
    }
    *address = value;
    return true;
}

bool ics_ipv4_address_parse(const char *text, uint32_t *address)
{
    uint32_t value;
    if (!ipv4_address_quad(&text, &value) || *text != '\0')
        return false;
    *address = value;
    return true;
}

bool ics_ipv4_prefix_parse(const char *text, IcsIpv4Prefix *prefix)
{
    uint32_t address, length;
    if (!ipv4_address_quad(&text, &address) || *text++ != '/')
        return false;
    if (!ipv4_address_number(&text, 32, &length) || *text != '\0')
        return false;
    prefix->address = address;
    prefix->length = (uint8_t)length;
    return true;
}

/* By hand: event logs and captures format addresses often, and snprintf looks at the locale. */
static char *ipv4_address_put(char *text, uint32_t number)
{
    if (number >= 100)
        *text++ = (char)('0' + number / 100);
    if (number >= 10)
        *text++ = (char)('0' + number / 10 % 10);
    *text++ = (char)('0' + number % 10);
    return text;
}

static char *ipv4_address_put_quad(char *text, uint32_t address)
{
    for (int shift = 24; shift >= 0; shift -= 8) {
        text = ipv4_address_put(text, address >> shift & 255);
        if (shift > 0)
            *text++ = '.';
    }
    return text;
}

char *ics_ipv4_address_format(uint32_t address, char *text)
{
    *ipv4_address_put_quad(text, address) = '\0';
    return text;
}

char *ics_ipv4_prefix_format(IcsIpv4Prefix prefix, char *text)
{
    char *end = ipv4_address_put_quad(text, prefix.address);
    *end++ = '/';
    *ipv4_address_put(end, prefix.length) = '\0';
    return text;
}
