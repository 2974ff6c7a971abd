/* A constant-rate sender. */
#include <ipcsim/socket.h>

#include "protocols/programs/payload.h"
#include "protocols/programs/program_table.h"

typedef struct {
    char *to;
    int64_t messages;
    int64_t size_bytes;
    int64_t interval_ns;
    bool checksum;
} UdpSenderConfig;

static const IcsParameter udp_sender_parameters[] = {
    ICS_PARAMETER_STRING_ROW(UdpSenderConfig, to, "to", NULL, "the receiver, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_INTEGER_ROW(UdpSenderConfig, messages, "messages", NULL, 0, INT64_MAX,
                              "how many to send", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_SIZE_ROW(UdpSenderConfig, size_bytes, "size", "1000B", 0,
                           ICS_PROGRAM_MESSAGE_MAX_BYTES, "bytes of payload in each message",
                           ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_TIME_ROW(UdpSenderConfig, interval_ns, "interval", NULL, 0, INT64_MAX,
                           "from one send to the next", ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_BOOLEAN_ROW(UdpSenderConfig, checksum, "checksum", "true",
                              "false: without a UDP checksum, so that damage goes unseen"),
    ICS_PARAMETER_END,
};

typedef struct {
    const UdpSenderConfig *config;
    IcsEndpoint to;
    uint8_t *message;
    int socket;
    int64_t sent;
    int64_t next_ns;
} UdpSender;

static void udp_sender_open(IcsProcess *self, UdpSender *sender, const UdpSenderConfig *config)
{
    sender->config = config;
    sender->message = ics_alloc(self, (size_t)config->size_bytes);
    ics_payload_fill(sender->message, (size_t)config->size_bytes);
    sender->socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_set_option(self, sender->socket, ICS_OPTION_CHECKSUM, config->checksum);
    sender->next_ns = ics_now(self);
    sender->to = ics_program_find(self, config->to);
}

static void udp_sender_send(IcsProcess *self, UdpSender *sender)
{
    size_t n = (size_t)sender->config->size_bytes;
    ics_payload_number(sender->message, n, (uint64_t)sender->sent);
    int64_t result = ics_send_to(self, sender->socket, sender->message, n, 0, sender->to);
    if (result < 0) {
        ics_program_report(self, "send", result);
    }
    sender->sent++;
    sender->next_ns = ics_program_later(sender->next_ns, sender->config->interval_ns);
}

static void udp_sender_main(IcsProcess *self, gconstpointer data)
{
    UdpSender sender = {0};
    udp_sender_open(self, &sender, data);
    while (sender.sent < sender.config->messages) {
        ics_sleep_until(self, sender.next_ns);
        udp_sender_send(self, &sender);
    }
}

/* ---- the same without a stack ---- */

static void udp_sender_go_on(IcsProcess *self)
{
    UdpSender *sender = self->program_data;
    while (sender->sent < sender->config->messages) {
        if (sender->next_ns > ics_now(self)) {
            ics_process_set_timer(self, sender->next_ns);
            return;
        }
        udp_sender_send(self, sender);
    }
    ics_process_finish(self);
}

static void udp_sender_on_start(IcsProcess *self, gconstpointer data)
{
    UdpSender *sender = ics_alloc(self, sizeof *sender);
    self->program_data = sender;
    udp_sender_open(self, sender, data);
    if (self->outcome == ICS_OUTCOME_NONE) {
        udp_sender_go_on(self);
    }
}

static const IcsProcessHandler udp_sender_handler = {
    .on_start = udp_sender_on_start,
    .on_timer = udp_sender_go_on,
};

const IcsProgramClass ics_udp_sender_program = {
    .name = "udp-sender",
    .doc = "sends messages at a constant rate and expects nothing back",
    .config_bytes = sizeof(UdpSenderConfig),
    .parameters = udp_sender_parameters,
    .main = udp_sender_main,
    .handler = &udp_sender_handler,
};
