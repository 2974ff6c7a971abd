/* The other end of a bulk transfer: receives to the end of each stream and checks every byte. */
#include <inttypes.h>

#include "protocols/programs/pattern.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

#define BULK_SINK_BITS_A_BYTE 8
#define BULK_SINK_NS_A_SECOND INT64_C(1000000000)

typedef struct {
    int64_t port;
    int64_t read_bytes;
    int64_t rate_bps;
    int64_t pause_ns;
    int64_t key;
} BulkSinkConfig;

static const IcsParameter bulk_sink_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(BulkSinkConfig, port, "port", "9", 1, 65535, "the port to listen on"),
    ICS_PARAMETER_SIZE_ROW(BulkSinkConfig, read_bytes, "read", "64KiB", 1, 1 << 24,
                           "bytes asked of each receive", ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_RATE_ROW(BulkSinkConfig, rate_bps, "rate", NULL, 1, INT64_MAX,
                           "a slow reader: no more than so much; default: as fast as it comes"),
    ICS_PARAMETER_TIME_ROW(BulkSinkConfig, pause_ns, "pause", "0s", 0, INT64_MAX,
                           "how long it looks away before it reads at all"),
    ICS_PARAMETER_INTEGER_ROW(BulkSinkConfig, key, "key", "1", INT64_MIN, INT64_MAX,
                              "of the pattern that is expected"),
    ICS_PARAMETER_END,
};

typedef struct {
    IcsPattern pattern;
    uint64_t received;
    uint64_t wrong_at; /* UINT64_MAX: every byte was right */
} BulkSink;

static void bulk_sink_check(BulkSink *sink, const uint8_t *bytes, size_t n)
{
    if (sink->wrong_at == UINT64_MAX) {
        size_t good = ics_pattern_check(&sink->pattern, sink->received, bytes, n);
        if (good < n) {
            sink->wrong_at = sink->received + good;
        }
    }
    sink->received += n;
}

/* When n more bytes may be read at that rate. */
static int64_t bulk_sink_next_ns(const BulkSinkConfig *config, int64_t at_ns, size_t n)
{
    __int128 ns = (__int128)n * BULK_SINK_BITS_A_BYTE * BULK_SINK_NS_A_SECOND / config->rate_bps;
    return ns < ICS_FOREVER ? ics_program_later(at_ns, (int64_t)ns) : ICS_FOREVER;
}

static int64_t bulk_sink_read(IcsProcess *self, BulkSink *sink, const BulkSinkConfig *config)
{
    uint8_t *bytes = ics_alloc(self, (size_t)config->read_bytes);
    int64_t n;
    ics_sleep(self, config->pause_ns);
    while ((n = ics_receive(self, ICS_PROGRAM_CONNECTION, bytes, (size_t)config->read_bytes, 0)) >
           0) {
        bulk_sink_check(sink, bytes, (size_t)n);
        if (config->rate_bps > 0) {
            ics_sleep_until(self, bulk_sink_next_ns(config, ics_now(self), (size_t)n));
        }
    }
    return n;
}

static void bulk_sink_connection(IcsProcess *self, const void *data)
{
    const BulkSinkConfig *config = data;
    BulkSink *sink = ics_alloc(self, sizeof *sink);
    sink->wrong_at = UINT64_MAX;
    ics_pattern_init(&sink->pattern, (uint64_t)config->key);
    int64_t end = bulk_sink_read(self, sink, config);
    if (end < 0) {
        ics_program_report(self, "receive", end);
    }
    if (sink->wrong_at != UINT64_MAX) {
        ics_log(self, "%" PRIu64 " bytes, WRONG from byte %" PRIu64 " on", sink->received,
                sink->wrong_at);
    } else {
        ics_log(self, "%" PRIu64 " bytes, every one right%s", sink->received,
                end < 0 ? ", but not to the end" : "");
    }
    ics_close(self, ICS_PROGRAM_CONNECTION);
    if (end < 0 || sink->wrong_at != UINT64_MAX) {
        ics_exit(self, 1);
    }
}

static void bulk_sink_main(IcsProcess *self, gconstpointer data)
{
    const BulkSinkConfig *config = data;
    ics_program_serve(self, ics_program_listen(self, config->port), bulk_sink_connection, config);
}

const IcsProgramClass ics_bulk_sink_program = {
    .name = "bulk-sink",
    .doc = "receives what bulk-senders send and checks every byte, a process a connection",
    .config_bytes = sizeof(BulkSinkConfig),
    .parameters = bulk_sink_parameters,
    .main = bulk_sink_main,
};
