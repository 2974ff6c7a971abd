#include "protocols/programs/ftp.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "protocols/programs/pattern.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

#define FTP_CHUNK_BYTES 16384
#define FTP_PORT_PARTS  6

void ics_ftp_format_port(IcsEndpoint endpoint, char text[ICS_FTP_PORT_TEXT_BYTES])
{
    snprintf(text, ICS_FTP_PORT_TEXT_BYTES, "%u,%u,%u,%u,%u,%u", endpoint.address >> 24,
             endpoint.address >> 16 & 0xFF, endpoint.address >> 8 & 0xFF, endpoint.address & 0xFF,
             (unsigned)endpoint.port >> 8, endpoint.port & 0xFFU);
}

bool ics_ftp_parse_port(const char *text, IcsEndpoint *endpoint)
{
    uint64_t whole = 0;
    for (int i = 0; i < FTP_PORT_PARTS; i++) {
        gchar *end;
        guint64 part = g_ascii_strtoull(text, &end, 10);
        bool separated = i + 1 == FTP_PORT_PARTS || *end == ',';
        if (!g_ascii_isdigit(*text) || part > 255 || !separated) {
            return false;
        }
        whole = whole << 8 | part;
        text = end + (*end == ',');
    }
    *endpoint = (IcsEndpoint){(uint32_t)(whole >> 16), (uint16_t)whole};
    return true;
}

static IcsPattern *ftp_pattern(IcsProcess *self, const char *name)
{
    IcsPattern *pattern = ics_alloc(self, sizeof *pattern);
    ics_pattern_init(pattern, ics_hash_string(name, 0));
    return pattern;
}

bool ics_ftp_send_file(IcsProcess *self, int socket, const char *name, int64_t n)
{
    const IcsPattern *pattern = ftp_pattern(self, name);
    uint8_t *bytes = ics_alloc(self, FTP_CHUNK_BYTES);
    for (int64_t sent = 0; sent < n;) {
        size_t part = (size_t)MIN(n - sent, FTP_CHUNK_BYTES);
        ics_pattern_fill(pattern, (uint64_t)sent, bytes, part);
        if (!ics_program_send(self, socket, bytes, part)) {
            return false;
        }
        sent += (int64_t)part;
    }
    return true;
}

int64_t ics_ftp_receive_file(IcsProcess *self, int socket, const char *name)
{
    const IcsPattern *pattern = ftp_pattern(self, name);
    uint8_t *bytes = ics_alloc(self, FTP_CHUNK_BYTES);
    int64_t received = 0;
    int64_t n;
    while ((n = ics_receive(self, socket, bytes, FTP_CHUNK_BYTES, 0)) > 0) {
        if (ics_pattern_check(pattern, (uint64_t)received, bytes, (size_t)n) < (size_t)n) {
            ics_log(self, "%s: WRONG within %" PRId64 " bytes", name, received + n);
            return -1;
        }
        received += n;
    }
    if (n < 0) {
        ics_program_report(self, "receive", n);
        return -1;
    }
    return received;
}
