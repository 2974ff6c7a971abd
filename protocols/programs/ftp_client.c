/* A file client (RFC 959): logs in, gets or puts one file over a data connection, checks it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocols/programs/ftp.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

static const char *const ftp_client_actions[] = {"get", "put", NULL};
static const char *const ftp_client_modes[] = {"passive", "active", NULL};

typedef struct {
    char *to;
    char *user;
    char *file;
    int action; /* 0: get, 1: put */
    int mode;   /* 0: the server listens for the data connection, 1: the client does */
    int64_t size_bytes;
} FtpClientConfig;

static const IcsParameter ftp_client_parameters[] = {
    ICS_PARAMETER_STRING_ROW(FtpClientConfig, to, "to", NULL, "the server, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_BOUNDED_STRING_ROW(FtpClientConfig, user, "user", "anonymous", 1, 255,
                                     "who logs in"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(FtpClientConfig, file, "file", "file.bin", 1, 255,
                                     "name of the file"),
    ICS_PARAMETER_NAME_ROW(FtpClientConfig, action, "action", "get", ftp_client_actions,
                           "get: from the server; put: to it"),
    ICS_PARAMETER_NAME_ROW(FtpClientConfig, mode, "mode", "passive", ftp_client_modes,
                           "who listens for the data connection: passive: the server (PASV); "
                           "active: the client (PORT)"),
    ICS_PARAMETER_SIZE_ROW(FtpClientConfig, size_bytes, "size", "100kB", 0, INT64_MAX,
                           "bytes in a file that is put", ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_END,
};

typedef struct {
    const FtpClientConfig *config;
    IcsLineReader reader;
    int listener; /* active: for the data connection; -1: none */
    IcsEndpoint data_port;
} FtpClient;

/* The text of a reply with that code; NULL otherwise, and the report says why. */
static const char *ftp_client_expect(IcsProcess *self, FtpClient *client, const char *code)
{
    const char *line = ics_line_reader_next(&client->reader, self);
    if (line == NULL) {
        ics_log(self, "no reply");
        return NULL;
    }
    if (strncmp(line, code, strlen(code)) != 0) {
        ics_log(self, "refused: %s", line);
        return NULL;
    }
    return line;
}

static const char *ftp_client_say(IcsProcess *self, FtpClient *client, const char *verb,
                                  const char *argument, const char *code)
{
    const char *space = argument[0] != '\0' ? " " : "";
    if (!ics_program_send_line(self, client->reader.socket, "%s%s%s", verb, space, argument)) {
        return NULL;
    }
    return ftp_client_expect(self, client, code);
}

static bool ftp_client_log_in(IcsProcess *self, FtpClient *client)
{
    return ftp_client_expect(self, client, "220") != NULL &&
           ftp_client_say(self, client, "USER", client->config->user, "331") != NULL &&
           ftp_client_say(self, client, "PASS", "guest", "230") != NULL &&
           ftp_client_say(self, client, "TYPE", "I", "200") != NULL;
}

static bool ftp_client_ask_for_port(IcsProcess *self, FtpClient *client)
{
    const char *reply = ftp_client_say(self, client, "PASV", "", "227");
    const char *text = reply != NULL ? strchr(reply, '(') : NULL;
    return text != NULL && ics_ftp_parse_port(text + 1, &client->data_port);
}

static bool ftp_client_offer_port(IcsProcess *self, FtpClient *client)
{
    IcsEndpoint control;
    IcsEndpoint data;
    char text[ICS_FTP_PORT_TEXT_BYTES];
    client->listener = ics_program_listen(self, ICS_ANY_PORT);
    if (ics_local_endpoint(self, client->reader.socket, &control) < 0 ||
        ics_local_endpoint(self, client->listener, &data) < 0) {
        return false;
    }
    data.address = control.address;
    ics_ftp_format_port(data, text);
    return ftp_client_say(self, client, "PORT", text, "200") != NULL;
}

/* The data connection; negative when there is none. */
static int ftp_client_open_data(IcsProcess *self, FtpClient *client)
{
    if (client->listener >= 0) {
        ics_set_option(self, client->listener, ICS_OPTION_RECEIVE_TIMEOUT, ICS_FTP_PATIENCE_NS);
        int accepted = ics_accept(self, client->listener, 0, NULL);
        ics_close(self, client->listener);
        return accepted;
    }
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    int result = ics_connect(self, socket, client->data_port);
    if (result < 0) {
        ics_program_report(self, "connect", result);
    }
    return result < 0 ? result : socket;
}

static bool ftp_client_move(IcsProcess *self, FtpClient *client, int data)
{
    const FtpClientConfig *config = client->config;
    int64_t n = config->size_bytes;
    bool done = config->action == 0 ? (n = ics_ftp_receive_file(self, data, config->file)) >= 0
                                    : ics_ftp_send_file(self, data, config->file, n);
    ics_close(self, data);
    done = done && ftp_client_expect(self, client, "226") != NULL;
    if (done) {
        ics_log(self, "%s %s: %" PRId64 " bytes, every one right",
                ftp_client_actions[config->action], config->file, n);
    }
    return done;
}

static bool ftp_client_transfer(IcsProcess *self, FtpClient *client)
{
    const FtpClientConfig *config = client->config;
    bool ready = config->mode == 0 ? ftp_client_ask_for_port(self, client)
                                   : ftp_client_offer_port(self, client);
    const char *verb = config->action == 0 ? "RETR" : "STOR";
    if (!ready || ftp_client_say(self, client, verb, config->file, "150") == NULL) {
        return false;
    }
    int data = ftp_client_open_data(self, client);
    return data >= 0 && ftp_client_move(self, client, data);
}

static void ftp_client_main(IcsProcess *self, gconstpointer data)
{
    FtpClient *client = ics_alloc(self, sizeof *client);
    client->config = data;
    client->listener = -1;
    client->reader.socket = ics_program_connect(self, client->config->to);
    bool done = ftp_client_log_in(self, client) && ftp_client_transfer(self, client);
    done = ftp_client_say(self, client, "QUIT", "", "221") != NULL && done;
    ics_close(self, client->reader.socket);
    if (!done) {
        ics_exit(self, 1);
    }
}

const IcsProgramClass ics_ftp_client_program = {
    .name = "ftp-client",
    .doc = "gets or puts a file by FTP (RFC 959) and checks every byte",
    .config_bytes = sizeof(FtpClientConfig),
    .parameters = ftp_client_parameters,
    .main = ftp_client_main,
};
