/* Somebody types at a remote host: single keystrokes one way, their echoes the other. The classic
 * load of small segments (RFC 896; RFC 854 for the terminal's line end). */
#include <inttypes.h>
#include <string.h>

#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

#define TELNET_BUFFER_BYTES 1024

/* ---- the server: echoes what is typed ---- */

typedef struct {
    int64_t port;
    bool no_delay;
} TelnetServerConfig;

static const IcsParameter telnet_server_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(TelnetServerConfig, port, "port", "23", 1, 65535,
                              "the port to listen on"),
    ICS_PARAMETER_BOOLEAN_ROW(TelnetServerConfig, no_delay, "no-delay", "false",
                              "without Nagle's algorithm"),
    ICS_PARAMETER_END,
};

static void telnet_server_connection(IcsProcess *self, const void *data)
{
    const TelnetServerConfig *config = data;
    int socket = ICS_PROGRAM_CONNECTION;
    uint8_t bytes[TELNET_BUFFER_BYTES];
    int64_t n;
    ics_set_option(self, socket, ICS_OPTION_NO_DELAY, config->no_delay);
    while ((n = ics_receive(self, socket, bytes, sizeof bytes, 0)) > 0) {
        if (!ics_program_send(self, socket, bytes, (size_t)n)) {
            break;
        }
    }
    if (n < 0) {
        ics_program_report(self, "receive", n);
    }
    ics_close(self, socket);
}

static void telnet_server_main(IcsProcess *self, gconstpointer data)
{
    const TelnetServerConfig *config = data;
    ics_program_serve(self, ics_program_listen(self, config->port), telnet_server_connection,
                      config);
}

const IcsProgramClass ics_telnet_server_program = {
    .name = "telnet-server",
    .doc = "echoes what is typed, a process a connection",
    .config_bytes = sizeof(TelnetServerConfig),
    .parameters = telnet_server_parameters,
    .main = telnet_server_main,
};

/* ---- the client: types ---- */

typedef struct {
    char *to;
    int64_t keystrokes;
    int64_t interval_ns;
    int64_t timeout_ns;
    bool no_delay;
} TelnetClientConfig;

static const IcsParameter telnet_client_parameters[] = {
    ICS_PARAMETER_STRING_ROW(TelnetClientConfig, to, "to", NULL, "the server, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_INTEGER_ROW(TelnetClientConfig, keystrokes, "keystrokes", "100", 0, 1000000,
                              "how many keys are hit"),
    ICS_PARAMETER_TIME_ROW(TelnetClientConfig, interval_ns, "interval", "200ms", 0, INT64_MAX,
                           "from one key to the next"),
    ICS_PARAMETER_TIME_ROW(TelnetClientConfig, timeout_ns, "timeout", "60s", 1, INT64_MAX,
                           "how long to wait for an echo at the end"),
    ICS_PARAMETER_BOOLEAN_ROW(TelnetClientConfig, no_delay, "no-delay", "false",
                              "without Nagle's algorithm"),
    ICS_PARAMETER_END,
};

typedef struct {
    int socket;
    int64_t *typed_ns; /* by keystroke */
    int64_t typed;
    int64_t echoed;
    int64_t waited_ns; /* sum over echoes */
    int64_t longest_ns;
    bool broken;
} TelnetClient;

static void telnet_client_take(IcsProcess *self, TelnetClient *client)
{
    uint8_t bytes[TELNET_BUFFER_BYTES];
    int64_t n = ics_receive(self, client->socket, bytes, sizeof bytes, 0);
    if (n <= 0 && n != -ETIMEDOUT) {
        ics_program_report(self, "receive", n < 0 ? n : -EPIPE);
        client->broken = true;
    }
    for (int64_t i = 0; i < n && client->echoed < client->typed; i++) {
        int64_t waited_ns = ics_now(self) - client->typed_ns[client->echoed++];
        client->waited_ns += waited_ns;
        client->longest_ns = MAX(client->longest_ns, waited_ns);
    }
}

/* Takes echoes until the given instant, or until none is missing when `all`. */
static void telnet_client_take_until(IcsProcess *self, TelnetClient *client, int64_t until_ns,
                                     bool all)
{
    while (ics_now(self) < until_ns && !client->broken &&
           !(all && client->echoed == client->typed)) {
        ics_set_option(self, client->socket, ICS_OPTION_RECEIVE_TIMEOUT, until_ns - ics_now(self));
        telnet_client_take(self, client);
    }
}

static void telnet_client_type(IcsProcess *self, TelnetClient *client)
{
    uint8_t key = (uint8_t)('a' + client->typed % 26);
    client->typed_ns[client->typed++] = ics_now(self);
    client->broken = !ics_program_send(self, client->socket, &key, 1);
}

static void telnet_client_main(IcsProcess *self, gconstpointer data)
{
    const TelnetClientConfig *config = data;
    TelnetClient client = {.socket = ics_program_connect(self, config->to)};
    client.typed_ns = ics_alloc(self, sizeof(int64_t) * (size_t)MAX(config->keystrokes, 1));
    ics_set_option(self, client.socket, ICS_OPTION_NO_DELAY, config->no_delay);
    int64_t next_ns = ics_now(self);
    while (client.typed < config->keystrokes && !client.broken) {
        telnet_client_type(self, &client);
        next_ns = ics_program_later(next_ns, config->interval_ns);
        telnet_client_take_until(self, &client, next_ns, false);
    }
    telnet_client_take_until(self, &client, ics_program_later(ics_now(self), config->timeout_ns),
                             true);
    ics_close(self, client.socket);
    ics_log(self,
            "%" PRId64 " keystrokes, %" PRId64 " echoes; after %" PRId64 " us on average, %" PRId64
            " us at most",
            client.typed, client.echoed, client.waited_ns / MAX(client.echoed, 1) / 1000,
            client.longest_ns / 1000);
    if (client.echoed < config->keystrokes) {
        ics_exit(self, 1);
    }
}

const IcsProgramClass ics_telnet_client_program = {
    .name = "telnet-client",
    .doc = "types at a telnet-server and measures how late the echoes are",
    .config_bytes = sizeof(TelnetClientConfig),
    .parameters = telnet_client_parameters,
    .main = telnet_client_main,
};
