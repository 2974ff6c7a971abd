/* A bulk transfer: so many bytes of a keyed pattern as fast as the stream takes them. */
#include <inttypes.h>

#include "protocols/programs/pattern.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

typedef struct {
    char *to;
    int64_t bytes;
    int64_t write_bytes;
    int64_t key;
} BulkSenderConfig;

static const IcsParameter bulk_sender_parameters[] = {
    ICS_PARAMETER_STRING_ROW(BulkSenderConfig, to, "to", NULL, "the sink, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_SIZE_ROW(BulkSenderConfig, bytes, "size", NULL, 0, INT64_MAX,
                           "bytes to be sent in all", ICS_PARAMETER_REQUIRED, ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_SIZE_ROW(BulkSenderConfig, write_bytes, "write", "64KiB", 1, 1 << 24,
                           "bytes given to each send", ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_INTEGER_ROW(BulkSenderConfig, key, "key", "1", INT64_MIN, INT64_MAX,
                              "of the pattern that is sent; the sink's must be the same"),
    ICS_PARAMETER_END,
};

static void bulk_sender_main(IcsProcess *self, gconstpointer data)
{
    const BulkSenderConfig *config = data;
    uint8_t *bytes = ics_alloc(self, (size_t)MIN(config->write_bytes, MAX(config->bytes, 1)));
    IcsPattern *pattern = ics_alloc(self, sizeof *pattern);
    ics_pattern_init(pattern, (uint64_t)config->key);
    int socket = ics_program_connect(self, config->to);
    for (int64_t sent = 0; sent < config->bytes;) {
        size_t n = (size_t)MIN(config->write_bytes, config->bytes - sent);
        ics_pattern_fill(pattern, (uint64_t)sent, bytes, n);
        if (!ics_program_send(self, socket, bytes, n)) {
            ics_exit(self, 1);
        }
        sent += (int64_t)n;
    }
    ics_close(self, socket);
}

const IcsProgramClass ics_bulk_sender_program = {
    .name = "bulk-sender",
    .doc = "sends a pattern over a stream as fast as it goes, then closes",
    .config_bytes = sizeof(BulkSenderConfig),
    .parameters = bulk_sender_parameters,
    .main = bulk_sender_main,
};
