/* An on/off sender: bursts at a constant rate, then silence; the lengths of both are constant or
 * exponentially distributed around their means. */
#include <ipcsim/socket.h>

#include "protocols/programs/payload.h"
#include "protocols/programs/program_table.h"
#include "sim/distribution.h"

typedef enum { ONOFF_CONSTANT, ONOFF_EXPONENTIAL } OnoffLengths;

static const char *const onoff_lengths[] = {"constant", "exponential", NULL};

typedef struct {
    char *to;
    int64_t size_bytes;
    int64_t interval_ns;
    int64_t on_ns;
    int64_t off_ns;
    int64_t duration_ns;
    int lengths;
} OnoffSenderConfig;

static const IcsParameter onoff_sender_parameters[] = {
    ICS_PARAMETER_STRING_ROW(OnoffSenderConfig, to, "to", NULL, "the receiver, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_SIZE_ROW(OnoffSenderConfig, size_bytes, "size", "1000B", 0,
                           ICS_PROGRAM_MESSAGE_MAX_BYTES, "bytes of payload in each message",
                           ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_TIME_ROW(OnoffSenderConfig, interval_ns, "interval", NULL, 1, INT64_MAX,
                           "from one send to the next in a burst", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_TIME_ROW(OnoffSenderConfig, on_ns, "on", NULL, 1, INT64_MAX,
                           "length of a burst, or its mean", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_TIME_ROW(OnoffSenderConfig, off_ns, "off", NULL, 0, INT64_MAX,
                           "length of a silence, or its mean", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_TIME_ROW(OnoffSenderConfig, duration_ns, "duration", NULL, 1, INT64_MAX,
                           "how long in all", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_NAME_ROW(OnoffSenderConfig, lengths, "lengths", "constant", onoff_lengths,
                           "constant, or exponentially distributed around the means"),
    ICS_PARAMETER_END,
};

typedef struct {
    const OnoffSenderConfig *config;
    IcsEndpoint to;
    uint8_t *message;
    int socket;
    uint64_t sent;
    int64_t end_ns;
} OnoffSender;

static int64_t onoff_sender_length(IcsProcess *self, const OnoffSender *sender, int64_t mean_ns)
{
    if (sender->config->lengths == ONOFF_CONSTANT) {
        return mean_ns;
    }
    IcsDistribution *exponential = ics_distribution_new(ICS_DISTRIBUTION_EXPONENTIAL);
    int64_t length_ns = ics_distribution_sample(exponential, 0, mean_ns, ics_random(self));
    ics_distribution_free(exponential);
    return length_ns;
}

static void onoff_sender_burst(IcsProcess *self, OnoffSender *sender, int64_t until_ns)
{
    size_t n = (size_t)sender->config->size_bytes;
    while (ics_now(self) < until_ns) {
        ics_payload_number(sender->message, n, sender->sent++);
        int64_t result = ics_send_to(self, sender->socket, sender->message, n, 0, sender->to);
        if (result < 0) {
            ics_program_report(self, "send", result);
        }
        int64_t next_ns = ics_program_later(ics_now(self), sender->config->interval_ns);
        ics_sleep_until(self, MIN(next_ns, until_ns));
    }
}

static void onoff_sender_main(IcsProcess *self, gconstpointer data)
{
    const OnoffSenderConfig *config = data;
    OnoffSender sender = {
        .config = config,
        .to = ics_program_find(self, config->to),
        .message = ics_alloc(self, (size_t)config->size_bytes),
        .socket = ics_socket(self, ICS_SOCKET_DATAGRAM),
        .end_ns = ics_program_later(ics_now(self), config->duration_ns),
    };
    ics_payload_fill(sender.message, (size_t)config->size_bytes);
    int64_t next_ns = ics_now(self);
    while (next_ns < sender.end_ns) {
        next_ns = ics_program_later(next_ns, onoff_sender_length(self, &sender, config->on_ns));
        onoff_sender_burst(self, &sender, MIN(next_ns, sender.end_ns));
        next_ns = ics_program_later(next_ns, onoff_sender_length(self, &sender, config->off_ns));
        ics_sleep_until(self, MIN(next_ns, sender.end_ns));
    }
}

const IcsProgramClass ics_onoff_sender_program = {
    .name = "onoff-sender",
    .doc = "sends in bursts with silence between them",
    .config_bytes = sizeof(OnoffSenderConfig),
    .parameters = onoff_sender_parameters,
    .main = onoff_sender_main,
};
