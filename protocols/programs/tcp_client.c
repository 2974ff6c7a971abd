/* The chapter's TCPClient: connects, writes a string (DataOutputStream.writeUTF), reads one back.
 */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "protocols/marshal/modified_utf8.h"
#include "protocols/programs/payload.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

typedef struct {
    char *to;
    char *text;
    int64_t messages;
    int64_t size_bytes;
    bool has_size;
    int64_t interval_ns;
} TcpClientConfig;

static const IcsParameter tcp_client_parameters[] = {
    ICS_PARAMETER_STRING_ROW(TcpClientConfig, to, "to", NULL, "the server, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_STRING_ROW(TcpClientConfig, text, "text", "hello",
                             "what each message says, instead of size"),
    ICS_PARAMETER_INTEGER_ROW(TcpClientConfig, messages, "messages", "1", 0, INT64_MAX,
                              "how many to send"),
    ICS_PARAMETER_SIZE_ROW(TcpClientConfig, size_bytes, "size", "0B", 0, ICS_WRITE_UTF_MAX_BYTES,
                           "bytes in each message", ICS_PARAMETER_PLAIN,
                           ICS_PARAMETER_PRESENCE(TcpClientConfig, has_size)),
    ICS_PARAMETER_TIME_ROW(TcpClientConfig, interval_ns, "interval", "0ms", 0, INT64_MAX,
                           "from one send to the next, at least"),
    ICS_PARAMETER_END,
};

static bool tcp_client_check(gconstpointer data, GError **error)
{
    const TcpClientConfig *config = data;
    size_t n = ics_modified_utf8_bytes(config->text, strlen(config->text));
    if (n <= ICS_WRITE_UTF_MAX_BYTES) {
        return true;
    }
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "\"text\" is longer than the %d bytes of writeUTF", ICS_WRITE_UTF_MAX_BYTES);
    return false;
}

typedef struct {
    int socket;
    uint8_t *message; /* length and text */
    size_t message_bytes;
    uint8_t *reply;
} TcpClient;

static void tcp_client_prepare(IcsProcess *self, TcpClient *client, const TcpClientConfig *config)
{
    size_t n = config->has_size ? (size_t)config->size_bytes
                                : ics_modified_utf8_bytes(config->text, strlen(config->text));
    client->message_bytes = ICS_WRITE_UTF_LENGTH_BYTES + n;
    client->message = ics_alloc(self, client->message_bytes);
    client->reply = ics_alloc(self, client->message_bytes);
    if (config->has_size) {
        client->message[0] = (uint8_t)(n >> 8);
        client->message[1] = (uint8_t)n;
        ics_payload_fill(client->message + ICS_WRITE_UTF_LENGTH_BYTES, n);
    } else {
        ics_write_utf(config->text, strlen(config->text), client->message);
    }
}

/* Whether the reply was what had been sent. */
static bool tcp_client_ask(IcsProcess *self, TcpClient *client)
{
    if (!ics_program_send(self, client->socket, client->message, client->message_bytes) ||
        !ics_program_receive(self, client->socket, client->reply, client->message_bytes)) {
        return false;
    }
    if (memcmp(client->message, client->reply, client->message_bytes) != 0) {
        ics_log(self, "the reply is not what was sent");
        return false;
    }
    return true;
}

static void tcp_client_main(IcsProcess *self, gconstpointer data)
{
    const TcpClientConfig *config = data;
    TcpClient client = {0};
    int64_t replies = 0;
    tcp_client_prepare(self, &client, config);
    client.socket = ics_program_connect(self, config->to);
    for (int64_t i = 0; i < config->messages; i++) {
        int64_t sent_ns = ics_now(self);
        if (!tcp_client_ask(self, &client)) {
            break;
        }
        replies++;
        if (i + 1 < config->messages) {
            ics_sleep_until(self, ics_program_later(sent_ns, config->interval_ns));
        }
    }
    ics_close(self, client.socket);
    ics_log(self, "%" PRId64 " replies to %" PRId64 " messages", replies, config->messages);
    if (replies < config->messages) {
        ics_exit(self, 1);
    }
}

const IcsProgramClass ics_tcp_client_program = {
    .name = "tcp-client",
    .doc = "the chapter's TCPClient: writes strings (writeUTF) and reads them back",
    .config_bytes = sizeof(TcpClientConfig),
    .parameters = tcp_client_parameters,
    .check = tcp_client_check,
    .main = tcp_client_main,
};
