/* Any text as an address and as a prefix: the strict form has one spelling for each value, so that
 * whatever is accepted is what would be written. */
#include <glib.h>
#include <string.h>

#include "protocols/wire/ipv4_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    char again[ICS_IPV4_PREFIX_TEXT_BYTES];
    uint32_t address;
    IcsIpv4Prefix prefix;
    if (ics_ipv4_address_parse(text, &address))
        g_assert(strcmp(ics_ipv4_address_format(address, again), text) == 0);
    if (ics_ipv4_prefix_parse(text, &prefix))
        g_assert(strcmp(ics_ipv4_prefix_format(prefix, again), text) == 0);
    return 0;
}
