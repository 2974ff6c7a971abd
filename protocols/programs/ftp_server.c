/* A file server (RFC 959): commands and replies on a control connection, each file on a data
 * connection of its own, which either side may open (PORT, PASV). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "protocols/programs/ftp.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

#define FTP_SERVER_ADDRESS_BYTES 64

typedef struct {
    int64_t port;
    char *file;
    int64_t size_bytes;
} FtpServerConfig;

static const IcsParameter ftp_server_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(FtpServerConfig, port, "port", "21", 1, 65535,
                              "the port to listen on"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(FtpServerConfig, file, "file", "file.bin", 1, 255,
                                     "name of the file that it has"),
    ICS_PARAMETER_SIZE_ROW(FtpServerConfig, size_bytes, "size", "100kB", 0, INT64_MAX,
                           "bytes in the file", ICS_PARAMETER_PLAIN),
    ICS_PARAMETER_END,
};

typedef struct {
    const FtpServerConfig *config;
    IcsLineReader reader;
    bool named;            /* USER has been given */
    bool logged_in;        /* and PASS */
    int listener;          /* PASV: where the client connects to, -1: none */
    IcsEndpoint data_port; /* PORT: where to connect to; port 0: none */
} FtpSession;

typedef void (*FtpCommand)(IcsProcess *self, FtpSession *session, const char *argument);

static void ftp_server_reply(IcsProcess *self, const char *reply)
{
    ics_program_send_line(self, ICS_PROGRAM_CONNECTION, "%s", reply);
}

static void ftp_server_forget_port(IcsProcess *self, FtpSession *session)
{
    if (session->listener >= 0) {
        ics_close(self, session->listener);
    }
    session->listener = -1;
    session->data_port.port = 0;
}

static void ftp_server_user(IcsProcess *self, FtpSession *session,
                            G_GNUC_UNUSED const char *argument)
{
    session->named = true;
    session->logged_in = false;
    ftp_server_reply(self, "331 User name okay, need password.");
}

static void ftp_server_password(IcsProcess *self, FtpSession *session,
                                G_GNUC_UNUSED const char *argument)
{
    session->logged_in = session->named;
    ftp_server_reply(self, session->named ? "230 User logged in, proceed."
                                          : "503 Bad sequence of commands.");
}

static void ftp_server_type(IcsProcess *self, G_GNUC_UNUSED FtpSession *session,
                            const char *argument)
{
    ftp_server_reply(self, g_ascii_strcasecmp(argument, "I") == 0
                               ? "200 Command okay."
                               : "504 Command not implemented for that parameter.");
}

static void ftp_server_port(IcsProcess *self, FtpSession *session, const char *argument)
{
    IcsEndpoint to;
    if (!ics_ftp_parse_port(argument, &to) || to.port == 0) {
        ftp_server_reply(self, "501 Syntax error in parameters or arguments.");
        return;
    }
    ftp_server_forget_port(self, session);
    session->data_port = to;
    ftp_server_reply(self, "200 Command okay.");
}

static void ftp_server_passive(IcsProcess *self, FtpSession *session,
                               G_GNUC_UNUSED const char *argument)
{
    IcsEndpoint control;
    IcsEndpoint data;
    char text[ICS_FTP_PORT_TEXT_BYTES];
    ftp_server_forget_port(self, session);
    session->listener = ics_program_listen(self, ICS_ANY_PORT);
    if (ics_local_endpoint(self, ICS_PROGRAM_CONNECTION, &control) < 0 ||
        ics_local_endpoint(self, session->listener, &data) < 0) {
        ftp_server_forget_port(self, session);
        ftp_server_reply(self, "425 Can't open data connection.");
        return;
    }
    data.address = control.address;
    ics_ftp_format_port(data, text);
    ics_program_send_line(self, ICS_PROGRAM_CONNECTION, "227 Entering Passive Mode (%s).", text);
}

/* The data connection; negative when there is none. */
static int ftp_server_open_data(IcsProcess *self, FtpSession *session)
{
    if (session->listener >= 0) {
        return ics_accept(self, session->listener, 0, NULL);
    }
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    int result =
        session->data_port.port != 0 ? ics_connect(self, socket, session->data_port) : -ENOTCONN;
    if (result < 0) {
        ics_close(self, socket);
        return result;
    }
    return socket;
}

/* One file either way; the reply says how it went. */
static void ftp_server_transfer(IcsProcess *self, FtpSession *session, const char *name, bool store)
{
    ftp_server_reply(self, "150 File status okay; about to open data connection.");
    int data = ftp_server_open_data(self, session);
    if (data < 0) {
        ftp_server_reply(self, "425 Can't open data connection.");
        ftp_server_forget_port(self, session);
        return;
    }
    int64_t n = session->config->size_bytes;
    bool done = store ? (n = ics_ftp_receive_file(self, data, name)) >= 0
                      : ics_ftp_send_file(self, data, name, n);
    ics_close(self, data);
    ftp_server_forget_port(self, session);
    if (done) {
        ics_log(self, "%s %s: %" PRId64 " bytes", store ? "stored" : "sent", name, n);
    }
    ftp_server_reply(self, done ? "226 Closing data connection."
                                : "426 Connection closed; transfer aborted.");
}

static void ftp_server_retrieve(IcsProcess *self, FtpSession *session, const char *argument)
{
    if (!session->logged_in) {
        ftp_server_reply(self, "530 Not logged in.");
    } else if (strcmp(argument, session->config->file) != 0) {
        ftp_server_reply(self, "550 Requested action not taken. File unavailable.");
    } else {
        ftp_server_transfer(self, session, argument, false);
    }
}

static void ftp_server_store(IcsProcess *self, FtpSession *session, const char *argument)
{
    if (!session->logged_in) {
        ftp_server_reply(self, "530 Not logged in.");
    } else if (argument[0] == '\0') {
        ftp_server_reply(self, "501 Syntax error in parameters or arguments.");
    } else {
        ftp_server_transfer(self, session, argument, true);
    }
}

static void ftp_server_nothing(IcsProcess *self, G_GNUC_UNUSED FtpSession *session,
                               G_GNUC_UNUSED const char *argument)
{
    ftp_server_reply(self, "200 Command okay.");
}

static void ftp_server_obey(IcsProcess *self, FtpSession *session, const char *line)
{
    static const struct {
        const char *verb;
        FtpCommand command;
    } commands[] = {
        {"USER", ftp_server_user},  {"PASS", ftp_server_password}, {"TYPE", ftp_server_type},
        {"PORT", ftp_server_port},  {"PASV", ftp_server_passive},  {"RETR", ftp_server_retrieve},
        {"STOR", ftp_server_store}, {"NOOP", ftp_server_nothing},
    };
    size_t n = strcspn(line, " ");
    const char *argument = line[n] == ' ' ? line + n + 1 : line + n;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (n == strlen(commands[i].verb) && g_ascii_strncasecmp(line, commands[i].verb, n) == 0) {
            commands[i].command(self, session, argument);
            return;
        }
    }
    ftp_server_reply(self, "500 Syntax error, command unrecognized.");
}

static void ftp_server_connection(IcsProcess *self, const void *data)
{
    FtpSession *session = ics_alloc(self, sizeof *session);
    const char *line;
    session->config = data;
    session->reader.socket = ICS_PROGRAM_CONNECTION;
    session->listener = -1;
    ftp_server_reply(self, "220 Service ready for new user.");
    while ((line = ics_line_reader_next(&session->reader, self)) != NULL) {
        if (g_ascii_strcasecmp(line, "QUIT") == 0) {
            ftp_server_reply(self, "221 Service closing control connection.");
            break;
        }
        ftp_server_obey(self, session, line);
    }
    ics_close(self, ICS_PROGRAM_CONNECTION);
}

static void ftp_server_main(IcsProcess *self, gconstpointer data)
{
    const FtpServerConfig *config = data;
    ics_program_serve(self, ics_program_listen(self, config->port), ftp_server_connection, config);
}

const IcsProgramClass ics_ftp_server_program = {
    .name = "ftp-server",
    .doc = "gives and takes files by FTP (RFC 959), a process a control connection",
    .config_bytes = sizeof(FtpServerConfig),
    .parameters = ftp_server_parameters,
    .main = ftp_server_main,
};
