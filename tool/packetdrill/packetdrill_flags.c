/* --so_flags: where the host lives, and how its TCP behaves. */
#include <string.h>

#include "protocols/wire/ipv4_address.h"
#include "tool/packetdrill/packetdrill.h"

/* packetdrill's own default for the local address. */
#define PACKETDRILL_LOCAL "192.168.0.1"

/* Windows grow as those of Linux and FreeBSD, which scripts have been written for. */
#define PACKETDRILL_STREAM "byte-counting=on"

static bool packetdrill_flags_number(const char *text, guint64 max, guint64 *number, char **message)
{
    g_autoptr(GError) error = NULL;
    if (!g_ascii_string_to_unsigned(text, 10, 0, max, number, &error)) {
        *message = g_strdup(error->message);
        return false;
    }
    return true;
}

/* A setting of the host; `known` is false when it is one of the stream. */
static bool packetdrill_flags_take(IcsHostStackConfig *config, const char *key, const char *value,
                                   bool *known, char **message)
{
    guint64 number = 0;
    *known = true;
    if (strcmp(key, "local") == 0) {
        if (!ics_ipv4_address_parse(value, &config->address)) {
            *message = g_strdup_printf("local is '%s', expected an IPv4 address", value);
            return false;
        }
        return true;
    }
    if (strcmp(key, "mtu") == 0) {
        bool ok = packetdrill_flags_number(value, UINT16_MAX, &number, message);
        config->mtu_bytes = (uint32_t)number;
        return ok;
    }
    if (strcmp(key, "seed") == 0) {
        bool ok = packetdrill_flags_number(value, UINT64_MAX, &number, message);
        config->seed = number;
        return ok;
    }
    *known = false;
    return true;
}

IcsHostStack *ics_packetdrill_new_stack(const char *flags, char **message)
{
    g_auto(GStrv) parts = g_strsplit(flags != NULL ? flags : "", ",", -1);
    g_autoptr(GString) stream = g_string_new(PACKETDRILL_STREAM);
    IcsHostStackConfig config = {.seed = 1};
    ics_ipv4_address_parse(PACKETDRILL_LOCAL, &config.address);
    for (char **part = parts; *part != NULL; part++) {
        g_auto(GStrv) pair = g_strsplit(*part, "=", 2);
        bool known = false;
        if (g_strv_length(pair) == 2 &&
            !packetdrill_flags_take(&config, g_strstrip(pair[0]), g_strstrip(pair[1]), &known,
                                    message)) {
            return NULL;
        }
        if (!known && (*part)[0] != '\0') {
            g_string_append_printf(stream, ",%s", *part);
        }
    }
    config.stream = stream->str;
    return ics_host_stack_new(&config, message);
}
