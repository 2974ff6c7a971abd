/* The chapter's UDPClient: sends messages to a server and takes the replies. */
#include <inttypes.h>
#include <ipcsim/socket.h>
#include <string.h>

#include "base/error.h"
#include "protocols/programs/payload.h"
#include "protocols/programs/program_table.h"

/* The chapter's buffer; it is longer when the messages are. */
#define UDP_CLIENT_REPLY_BYTES 1000

typedef enum { UDP_CLIENT_WAIT_REPLY, UDP_CLIENT_WAIT_NONE } UdpClientWait;

static const char *const udp_client_waits[] = {"reply", "none", NULL};

typedef struct {
    char *to;
    char *text;
    int64_t messages;
    int64_t size_bytes;
    bool has_size;
    int64_t interval_ns;
    int64_t timeout_ns;
    int wait;
} UdpClientConfig;

static const IcsParameter udp_client_parameters[] = {
    ICS_PARAMETER_STRING_ROW(UdpClientConfig, to, "to", NULL, "the server, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_STRING_ROW(UdpClientConfig, text, "text", NULL,
                             "what each message says, instead of size"),
    ICS_PARAMETER_INTEGER_ROW(UdpClientConfig, messages, "messages", "1", 0, INT64_MAX,
                              "how many to send"),
    ICS_PARAMETER_SIZE_ROW(UdpClientConfig, size_bytes, "size", "64B", 0,
                           ICS_PROGRAM_MESSAGE_MAX_BYTES, "bytes of payload in each message",
                           ICS_PARAMETER_PLAIN, ICS_PARAMETER_PRESENCE(UdpClientConfig, has_size)),
    ICS_PARAMETER_TIME_ROW(UdpClientConfig, interval_ns, "interval", "0ms", 0, INT64_MAX,
                           "from one send to the next, at least"),
    ICS_PARAMETER_TIME_ROW(UdpClientConfig, timeout_ns, "timeout", "1s", 1, INT64_MAX,
                           "how long to wait for a reply"),
    ICS_PARAMETER_NAME_ROW(UdpClientConfig, wait, "wait", "reply", udp_client_waits,
                           "reply: wait for the reply before the next message; none: send on and "
                           "take replies as they come"),
    ICS_PARAMETER_END,
};

static bool udp_client_check(gconstpointer data, GError **error)
{
    const UdpClientConfig *config = data;
    if (config->text == NULL || !config->has_size) {
        return true;
    }
    g_set_error_literal(error, ICS_ERROR, ICS_ERROR_INPUT,
                        "\"text\" and \"size\" exclude each other");
    return false;
}

/* What it needs while it runs. */
typedef struct {
    const UdpClientConfig *config;
    IcsEndpoint to;
    uint8_t *message;
    size_t message_bytes;
    uint8_t *reply;
    size_t reply_bytes; /* room for one; a longer reply loses its tail */
    int socket;
    int64_t replies;
} UdpClient;

static void udp_client_open(IcsProcess *self, UdpClient *client, const UdpClientConfig *config)
{
    client->config = config;
    client->to = ics_program_find(self, config->to);
    client->message_bytes =
        config->text != NULL ? strlen(config->text) : (size_t)config->size_bytes;
    client->message = ics_alloc(self, client->message_bytes);
    client->reply_bytes = MAX(client->message_bytes, (size_t)UDP_CLIENT_REPLY_BYTES);
    client->reply = ics_alloc(self, client->reply_bytes);
    client->socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    if (config->text != NULL) {
        memcpy(client->message, config->text, client->message_bytes);
    } else {
        ics_payload_fill(client->message, client->message_bytes);
    }
}

static void udp_client_send(IcsProcess *self, const UdpClient *client, int64_t number)
{
    if (client->config->text == NULL) {
        ics_payload_number(client->message, client->message_bytes, (uint64_t)number);
    }
    int64_t n =
        ics_send_to(self, client->socket, client->message, client->message_bytes, 0, client->to);
    if (n < 0) {
        ics_program_report(self, "send", n);
    }
}

/* A reply, or -ETIMEDOUT. */
static int64_t udp_client_receive(IcsProcess *self, UdpClient *client)
{
    int64_t n = ics_receive(self, client->socket, client->reply, client->reply_bytes, 0);
    if (n < 0 && n != -ETIMEDOUT) {
        ics_program_fail(self, "receive", n);
    }
    client->replies += n >= 0;
    return n;
}

/* Takes what arrives until the given instant. */
static void udp_client_take_until(IcsProcess *self, UdpClient *client, int64_t until_ns)
{
    while (ics_now(self) < until_ns) {
        ics_set_option(self, client->socket, ICS_OPTION_RECEIVE_TIMEOUT, until_ns - ics_now(self));
        udp_client_receive(self, client);
    }
}

/* Each message's reply before the next one. */
static void udp_client_ask(IcsProcess *self, UdpClient *client)
{
    const UdpClientConfig *config = client->config;
    ics_set_option(self, client->socket, ICS_OPTION_RECEIVE_TIMEOUT, config->timeout_ns);
    for (int64_t i = 0; i < config->messages; i++) {
        int64_t sent_ns = ics_now(self);
        udp_client_send(self, client, i);
        if (udp_client_receive(self, client) < 0) {
            ics_log(self, "no reply to message %" PRId64 " within its timeout", i + 1);
        }
        if (i + 1 < config->messages) {
            ics_sleep_until(self, ics_program_later(sent_ns, config->interval_ns));
        }
    }
}

/* Messages at their times, whatever comes back. */
static void udp_client_stream(IcsProcess *self, UdpClient *client)
{
    const UdpClientConfig *config = client->config;
    int64_t next_ns = ics_now(self);
    for (int64_t i = 0; i < config->messages; i++) {
        udp_client_take_until(self, client, next_ns);
        udp_client_send(self, client, i);
        next_ns = ics_program_later(next_ns, config->interval_ns);
    }
    udp_client_take_until(self, client, ics_program_later(ics_now(self), config->timeout_ns));
}

static void udp_client_main(IcsProcess *self, gconstpointer data)
{
    UdpClient client = {0};
    udp_client_open(self, &client, data);
    if (client.config->wait == UDP_CLIENT_WAIT_REPLY) {
        udp_client_ask(self, &client);
    } else {
        udp_client_stream(self, &client);
    }
    ics_log(self, "%" PRId64 " replies to %" PRId64 " messages", client.replies,
            client.config->messages);
    ics_close(self, client.socket);
}

const IcsProgramClass ics_udp_client_program = {
    .name = "udp-client",
    .doc = "sends messages to a server and takes the replies",
    .config_bytes = sizeof(UdpClientConfig),
    .parameters = udp_client_parameters,
    .check = udp_client_check,
    .main = udp_client_main,
};
