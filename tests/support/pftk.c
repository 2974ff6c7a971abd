#include "tests/support/pftk.h"

#include <math.h>
#include <string.h>

#include "protocols/stack/tcp.h"
#include "traces/world.h"

#define PFTK_MSS_BYTES 1460
#define PFTK_RTT_MS    100

static const char pftk_trace[] =
    "{\"ipcsim\": 1, \"stop\": \"%ds\","
    " \"hosts\": {\"a\": {\"address\": \"10.0.0.1\"}, \"b\": {\"address\": \"10.0.0.2\"}},"
    " \"links\": [{\"name\": \"wire\", \"ends\": [\"a\", \"b\"], \"delay\": \"%dms\","
    "  \"faults\": [{\"kind\": \"loss\", \"direction\": \"a->b\", \"probability\": \"%d.%d%%\"}]}],"
    " \"stream\": {\"cc\": \"reno\", \"mss\": \"%dB\", \"timestamps\": false, \"min-rto\": "
    "\"%dms\","
    "  \"receive-buffer\": \"%dB\", \"send-buffer\": \"%dB\", \"delayed-ack\": %s%s},"
    " \"processes\": ["
    "  {\"name\": \"sink\", \"host\": \"b\", \"program\": \"bulk-sink\", \"port\": 9},"
    "  {\"name\": \"source\", \"host\": \"a\", \"program\": \"bulk-sender\", \"to\": \"b:9\","
    "   \"size\": \"1000000000000B\"}]}";

static const char pftk_plain[] =
    ", \"sack\": false, \"rack\": false, \"tlp\": false, \"prr\": false, "
    "\"limited-transmit\": false";

/* Q: the probability that a loss in a window of w segments ends in a timeout; equation (24). */
static double pftk_timeout_share(double p, double w)
{
    double q = 1 - p;
    double share = (1 - pow(q, 3)) * (1 + pow(q, 3) * (1 - pow(q, w - 3))) / (1 - pow(q, w));
    return MIN(1.0, share);
}

/* Equation (13). */
static double pftk_mean_window(double p, double b)
{
    double half = (2 + b) / (3 * b);
    return half + sqrt(8 * (1 - p) / (3 * b * p) + half * half);
}

double ics_pftk_rate(const IcsPftkModel *model)
{
    double p = model->loss;
    double b = model->ack_every;
    double unlimited = pftk_mean_window(p, b);
    bool is_limited = unlimited >= model->window_max;
    double w = is_limited ? model->window_max : unlimited;
    double back_off =
        1 + p + 2 * pow(p, 2) + 4 * pow(p, 3) + 8 * pow(p, 4) + 16 * pow(p, 5) + 32 * pow(p, 6);
    double share = pftk_timeout_share(p, w);
    double rounds = is_limited ? b / 8 * w + (1 - p) / (p * w) + 2 : b / 2 * w + 1;
    return ((1 - p) / p + w + share / (1 - p)) /
           (model->rtt_s * rounds + share * model->t0_s * back_off / (1 - p));
}

/* What the connection's timer was set to. A timeout doubles it and leaves SRTT alone; T0 is what it
 * was before the first of a row of such doublings. */
typedef struct PftkTimer {
    IcsPftkRun *run;
    int64_t srtt_ns;
    int64_t rto_ns;
    bool is_backed_off;
    uint64_t acked_bytes;
} PftkTimer;

static void pftk_observe(gpointer data, const IcsObservation *observation)
{
    PftkTimer *timer = data;
    if (g_strcmp0(observation->host->name, "a") != 0) {
        return;
    }
    bool backs_off =
        observation->value == timer->srtt_ns && observation->second > timer->rto_ns * 3 / 2;
    if (backs_off) {
        timer->run->timeouts++;
    }
    if (backs_off && !timer->is_backed_off) {
        timer->run->sequences++;
        timer->run->first_rto_s += (double)timer->rto_ns / 1e9;
    }
    timer->is_backed_off = backs_off;
    timer->srtt_ns = observation->value;
    timer->rto_ns = observation->second;
    const IcsStream *stream = &observation->connection->stream;
    timer->acked_bytes = stream->send.una - stream->send.iss;
}

static IcsTrace *pftk_parse(const IcsPftkSetting *setting, int seconds)
{
    g_autoptr(GError) error = NULL;
    int buffer_bytes = setting->window_segments * PFTK_MSS_BYTES;
    g_autofree char *extra = g_strconcat(setting->modern ? "" : pftk_plain,
                                         setting->extra != NULL ? setting->extra : "", NULL);
    g_autofree char *text = g_strdup_printf(
        pftk_trace, seconds, PFTK_RTT_MS / 2, setting->loss_tenths / 10, setting->loss_tenths % 10,
        PFTK_MSS_BYTES, setting->min_rto_ms, buffer_bytes, 2 * buffer_bytes,
        setting->delayed_ack ? "true" : "false", extra);
    IcsTrace *trace = ics_trace_parse("pftk", text, strlen(text), NULL, NULL, &error);
    if (trace == NULL) {
        g_error("%s", error->message);
    }
    return trace;
}

void ics_pftk_run(const IcsPftkSetting *setting, uint64_t seed, int seconds, IcsPftkRun *run)
{
    g_autoptr(IcsTrace) trace = pftk_parse(setting, seconds);
    IcsWorldOptions options = {.has_seed = true, .seed = seed};
    g_autoptr(IcsWorld) world = ics_world_new(trace, &options, NULL);
    PftkTimer timer = {.run = run};
    *run = (IcsPftkRun){0};
    ics_bus_subscribe(&world->simulation->bus, ICS_OBSERVE_MASK(ROUND_TRIP), pftk_observe, &timer);
    ics_world_run(world, UINT64_MAX);
    const IcsLinkDirection *data = g_ptr_array_index(world->network->directions, 0);
    run->rate = (double)data->counters.offered / seconds;
    run->goodput = (double)timer.acked_bytes / PFTK_MSS_BYTES / seconds;
}
