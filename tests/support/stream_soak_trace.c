/* A random trace: links, faults, streams and the schedule. */
#include "tests/support/stream_soak.h"

#define SOAK_MS INT64_C(1000000)

static int64_t soak_some(IcsStreamSoak *self, int64_t least, int64_t most)
{
    return least + (int64_t)ics_stream_soak_below(self, (uint64_t)(most - least + 1));
}

static bool soak_once_in(IcsStreamSoak *self, uint64_t n)
{
    return ics_stream_soak_below(self, n) == 0;
}

static int64_t soak_one_of(IcsStreamSoak *self, const int64_t *values, size_t n)
{
    return values[ics_stream_soak_below(self, n)];
}

#define SOAK_ONE_OF(self, ...)                                                                     \
    soak_one_of((self), (const int64_t[]){__VA_ARGS__},                                            \
                sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/* ---- streams ---- */

static void soak_add_switches(IcsStreamSoak *self, GString *text)
{
    static const char *const switches[] = {
        "fast-retransmit",
        "fast-recovery",
        "limited-transmit",
        "rack",
        "tlp",
        "prr",
        "idle-restart",
        "byte-counting",
        "sack",
        "dsack",
        "timestamps",
        "window-scaling",
        "ecn",
        "nagle",
        "delayed-ack",
        "silly-window-avoidance",
        "keep-alive",
        "challenge-ack",
    };
    bool usual = soak_once_in(self, 3);
    for (size_t i = 0; i < G_N_ELEMENTS(switches) && !usual; i++) {
        if (soak_once_in(self, 2)) {
            g_string_append_printf(text, "\"%s\": %s, ", switches[i],
                                   soak_once_in(self, 2) ? "true" : "false");
        }
    }
    static const char *const congestion[] = {"none", "reno", "cubic", "cubic"};
    uint64_t which = ics_stream_soak_below(self, G_N_ELEMENTS(congestion));
    self->is_uncontrolled = self->is_uncontrolled || which == 0;
    g_string_append_printf(text, "\"cc\": \"%s\", ", congestion[which]);
}

/* What limits how much can be under way sets how long the streams may be. */
static int64_t soak_add_sizes(IcsStreamSoak *self, GString *text)
{
    int64_t mss = SOAK_ONE_OF(self, 0, 0, 0, 1, 7, 48, 88, 100, 536, 1460, 9000);
    int64_t send = SOAK_ONE_OF(self, 1, 100, 1000, 3000, 10000, 65536, 262144, 262144);
    int64_t receive = SOAK_ONE_OF(self, 1, 100, 1000, 3000, 10000, 65536, 262144, 262144);
    g_string_append_printf(text,
                           "\"mss\": \"%dB\", \"send-buffer\": \"%dB\", \"receive-buffer\": "
                           "\"%dB\", \"fixed-window\": \"%dB\", ",
                           (int)mss, (int)send, (int)receive, (int)soak_some(self, 1, 70000));
    return MIN(mss > 0 ? mss : 1460, MIN(send, receive));
}

static void soak_add_counts(IcsStreamSoak *self, GString *text)
{
    bool polite = self->is_polite;
    g_string_append_printf(text,
                           "\"initial-window\": %d, \"duplicate-threshold\": %d, "
                           "\"reassembly-ranges\": %d, \"challenge-acks\": %d, "
                           "\"syn-retries\": %d, \"data-retries\": %d, \"keep-alive-probes\": %d, ",
                           (int)soak_some(self, 1, 20), (int)soak_some(self, 1, 6),
                           (int)SOAK_ONE_OF(self, 1, 2, 10, 1024), (int)soak_some(self, 0, 100),
                           polite ? 255 : (int)soak_some(self, 0, 6),
                           polite ? 255 : (int)soak_some(self, 0, 15),
                           polite ? 255 : (int)soak_some(self, 1, 9));
}

/* A polite world's timeouts, TIME-WAIT included, outlast everything that happens before it heals.
 */
static void soak_add_times(IcsStreamSoak *self, GString *text)
{
    bool polite = self->is_polite;
    int64_t min_rto_ms = SOAK_ONE_OF(self, 1, 50, 200, 1000);
    int64_t max_rto_ms = polite ? soak_some(self, 1000, 10000) : soak_some(self, 1000, 60000);
    g_string_append_printf(
        text,
        "\"min-rto\": \"%dms\", \"max-rto\": \"%dms\", \"initial-rto\": \"%dms\", "
        "\"clock-granularity\": \"%dms\", \"delayed-ack-time\": \"%dms\", \"msl\": \"%dms\", "
        "\"keep-alive-idle\": \"%dms\", \"keep-alive-interval\": \"%dms\", "
        "\"fin-wait-2\": \"%dms\", \"user-timeout\": \"%dms\"",
        (int)min_rto_ms, (int)max_rto_ms, (int)soak_some(self, 10, 3000),
        (int)SOAK_ONE_OF(self, 1, 10, 100), (int)SOAK_ONE_OF(self, 0, 1, 40, 200, 500),
        polite ? 30000 : (int)SOAK_ONE_OF(self, 0, 1, 1000, 30000), (int)soak_some(self, 1, 10000),
        (int)soak_some(self, polite ? 1000 : 1, 5000), polite ? 0 : (int)soak_some(self, 1, 60000),
        polite || !soak_once_in(self, 4) ? 0 : (int)soak_some(self, 1, 60000));
}

static void soak_add_stream(IcsStreamSoak *self, GString *text)
{
    g_string_append(text, "{");
    soak_add_switches(self, text);
    int64_t least_bytes = soak_add_sizes(self, text);
    self->most_bytes = MIN(self->most_bytes, 200 * (uint64_t)least_bytes);
    soak_add_counts(self, text);
    soak_add_times(self, text);
    g_string_append(text, "}");
}

/* ---- links ---- */

/* One bit of a packet at most: the Internet checksum need not see two (and one element alone flips
 * bits on the whole way). */
static void soak_add_faults(IcsStreamSoak *self, GString *text)
{
    static const struct {
        const char *before;
        int most;
        const char *after;
    } rows[] = {
        {"\"loss\", \"probability\": \"", 50, "%\""},
        {"\"gilbert-elliott\", \"mean-burst\": 3, \"rate\": \"", 30, "%\""},
        {"\"duplicate\", \"copies\": 2, \"probability\": \"", 40, "%\""},
        {"\"corrupt\", \"probability\": \"", 30, "%\""},
        {"\"truncate\", \"probability\": \"", 30, "%\""},
        {"\"reorder\", \"displacement\": 3, \"probability\": \"", 50, "%\""},
        {"\"delay\", \"time\": \"5ms\", \"jitter\": \"", 100, "ms\""},
    };
    static const char *const directions[] = {"both", "both", "a->b", "b->a"};
    const char *separator = "";
    g_string_append(text, "\"faults\": [");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (soak_once_in(self, 3)) {
            g_string_append_printf(
                text, "%s{\"kind\": %s%d%s, \"until\": \"%dms\", \"direction\": \"%s\"}", separator,
                rows[i].before, (int)soak_some(self, 1, rows[i].most), rows[i].after,
                (int)(self->heal_ns / SOAK_MS),
                directions[ics_stream_soak_below(self, G_N_ELEMENTS(directions))]);
            separator = ", ";
        }
    }
    g_string_append(text, "]");
}

/* RED drops everything of a sender that never slows down, for as long as it likes: such a network
 * does not heal. */
static void soak_add_rate(IcsStreamSoak *self, GString *text)
{
    static const char *const queues[] = {
        "\"discipline\": \"droptail\", \"packets\": 3",
        "\"discipline\": \"droptail\", \"packets\": 50",
        "\"discipline\": \"droptail\", \"bytes\": \"20000B\"",
        "\"discipline\": \"codel\", \"ecn\": true",
        "\"discipline\": \"red\", \"ecn\": true",
    };
    uint64_t usable = G_N_ELEMENTS(queues) - (self->is_polite && self->is_uncontrolled);
    if (soak_once_in(self, 3)) {
        return;
    }
    g_string_append_printf(text, "\"rate\": \"%dbit\", \"queue\": {%s}, ",
                           (int)SOAK_ONE_OF(self, 100000, 1000000, 10000000, 100000000),
                           queues[ics_stream_soak_below(self, usable)]);
}

static void soak_add_link(IcsStreamSoak *self, GString *text)
{
    g_string_append_printf(
        text,
        "{\"name\": \"wire\", \"ends\": [\"a\", \"b\"], \"delay\": \"%dus\", \"mtu\": \"%dB\", ",
        (int)SOAK_ONE_OF(self, 0, 1, 1000, 20000, 150000),
        (int)SOAK_ONE_OF(self, 100, 200, 576, 1500, 1500, 1500, 9000));
    if (self->other_way || !self->is_polite) { /* where hosts crash it must be so */
        g_string_append(text, "\"departures\": \"scheduled\", ");
    }
    soak_add_rate(self, text);
    soak_add_faults(self, text);
    g_string_append(text, "}");
}

/* ---- what happens to the world ---- */

/* What begins ends before the world heals. */
static void soak_add_schedule(IcsStreamSoak *self, GString *text)
{
    static const char *const pairs[][2] = {
        {"\"pause\", \"host\": \"a\"", "\"resume\", \"host\": \"a\""},
        {"\"pause\", \"host\": \"b\"", "\"resume\", \"host\": \"b\""},
        {"\"down\", \"link\": \"wire\"", "\"up\", \"link\": \"wire\""},
        {"\"hold\", \"link\": \"wire\"", "\"release\", \"link\": \"wire\""},
        {"\"partition\", \"between\": [\"a\", \"b\"]", "\"repair\""},
        {"\"partition-oneway\", \"between\": [\"a\", \"b\"]", "\"repair\""},
    };
    const char *separator = "";
    for (uint64_t n = soak_once_in(self, 2) ? 0 : ics_stream_soak_below(self, 4); n > 0; n--) {
        const char *const *pair = pairs[ics_stream_soak_below(self, G_N_ELEMENTS(pairs))];
        int from_ms = (int)soak_some(self, 0, self->heal_ns / SOAK_MS - 1);
        int until_ms = (int)soak_some(self, from_ms, self->heal_ns / SOAK_MS);
        g_string_append_printf(
            text, "%s{\"at\": \"%dms\", \"action\": %s}, {\"at\": \"%dms\", \"action\": %s}",
            separator, from_ms, pair[0], until_ms, pair[1]);
        separator = ", ";
    }
}

char *ics_stream_soak_trace(IcsStreamSoak *self)
{
    GString *text = g_string_new("{\"ipcsim\": 1, \"stop\": \"24h\", \"hosts\": {\"a\": "
                                 "{\"address\": \"10.0.0.1\", \"stream\": ");
    self->is_polite = soak_once_in(self, 2);
    self->heal_ns = soak_some(self, 1, 20000) * SOAK_MS;
    self->leave_ns = soak_some(self, 1, 30000) * SOAK_MS;
    self->rudeness = self->is_polite ? 0 : (uint32_t)SOAK_ONE_OF(self, 0, 1, 10, 50);
    self->most_bytes = (uint64_t)SOAK_ONE_OF(self, 0, 1, 500, 20000, 100000);
    self->clients = (uint32_t)soak_some(self, 1, 3);
    self->connections = (uint32_t)soak_some(self, 1, 4);
    soak_add_stream(self, text);
    g_string_append(text, "}, \"b\": {\"address\": \"10.0.0.2\", \"stream\": ");
    soak_add_stream(self, text);
    g_string_append(text, "}}, \"links\": [");
    soak_add_link(self, text);
    g_string_append(text, "], \"schedule\": [");
    soak_add_schedule(self, text);
    g_string_append(text, "]}");
    return g_string_free(text, FALSE);
}
