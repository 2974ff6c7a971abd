/* A mail server: the receiving side of an SMTP dialogue (RFC 5321), a process a connection. It
 * keeps nothing: each message is told in the report. */
#include <string.h>

#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

/* Of an address in the dialogue (RFC 5321, section 4.5.3.1.3). */
#define SMTP_SERVER_PATH_BYTES 256

typedef struct {
    int64_t port;
    char *domain;
} SmtpServerConfig;

static const IcsParameter smtp_server_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(SmtpServerConfig, port, "port", "25", 1, 65535,
                              "the port to listen on"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(SmtpServerConfig, domain, "domain", "mail.example", 1, 255,
                                     "what it calls itself"),
    ICS_PARAMETER_END,
};

typedef struct {
    const SmtpServerConfig *config;
    IcsLineReader reader;
    bool greeted;
    bool has_sender;
    uint32_t recipients;
    char sender[SMTP_SERVER_PATH_BYTES];
} SmtpSession;

typedef bool (*SmtpCommand)(IcsProcess *self, SmtpSession *session, const char *argument);

static bool smtp_server_reply(IcsProcess *self, const char *reply)
{
    return ics_program_send_line(self, ICS_PROGRAM_CONNECTION, "%s", reply);
}

static void smtp_server_forget(SmtpSession *session)
{
    session->has_sender = false;
    session->recipients = 0;
}

static bool smtp_server_hello(IcsProcess *self, SmtpSession *session, const char *argument)
{
    if (argument[0] == '\0') {
        return smtp_server_reply(self, "501 Syntax: EHLO hostname");
    }
    session->greeted = true;
    smtp_server_forget(session);
    return ics_program_send_line(self, ICS_PROGRAM_CONNECTION, "250 %s greets %.200s",
                                 session->config->domain, argument);
}

/* "FROM:<path>", without regard to case; NULL when it is not of that form. */
static const char *smtp_server_path(const char *argument, const char *keyword)
{
    size_t n = strlen(keyword);
    const char *path = argument + n;
    if (g_ascii_strncasecmp(argument, keyword, n) != 0) {
        return NULL;
    }
    while (*path == ' ') {
        path++;
    }
    return path[0] == '<' && strchr(path, '>') != NULL ? path : NULL;
}

static bool smtp_server_mail(IcsProcess *self, SmtpSession *session, const char *argument)
{
    const char *path = smtp_server_path(argument, "FROM:");
    if (!session->greeted || session->has_sender) {
        return smtp_server_reply(self, "503 Bad sequence of commands");
    }
    if (path == NULL) {
        return smtp_server_reply(self, "501 Syntax: MAIL FROM:<address>");
    }
    session->has_sender = true;
    g_strlcpy(session->sender, path, sizeof session->sender);
    return smtp_server_reply(self, "250 OK");
}

static bool smtp_server_recipient(IcsProcess *self, SmtpSession *session, const char *argument)
{
    if (!session->has_sender) {
        return smtp_server_reply(self, "503 Bad sequence of commands");
    }
    if (smtp_server_path(argument, "TO:") == NULL) {
        return smtp_server_reply(self, "501 Syntax: RCPT TO:<address>");
    }
    session->recipients++;
    return smtp_server_reply(self, "250 OK");
}

static bool smtp_server_data(IcsProcess *self, SmtpSession *session,
                             G_GNUC_UNUSED const char *argument)
{
    if (session->recipients == 0) {
        return smtp_server_reply(self, "503 Bad sequence of commands");
    }
    if (!smtp_server_reply(self, "354 Start mail input; end with <CRLF>.<CRLF>")) {
        return false;
    }
    uint64_t lines = 0;
    uint64_t bytes = 0;
    const char *line;
    while ((line = ics_line_reader_next(&session->reader, self)) != NULL) {
        if (strcmp(line, ".") == 0) {
            ics_log(self,
                    "mail from %s for %u: %" G_GUINT64_FORMAT " lines, %" G_GUINT64_FORMAT " bytes",
                    session->sender, session->recipients, lines, bytes);
            smtp_server_forget(session);
            return smtp_server_reply(self, "250 OK");
        }
        /* A dot in front was put there by the sender (section 4.5.2). */
        bytes += strlen(line[0] == '.' ? line + 1 : line);
        lines++;
    }
    return false;
}

static bool smtp_server_reset(IcsProcess *self, SmtpSession *session,
                              G_GNUC_UNUSED const char *argument)
{
    smtp_server_forget(session);
    return smtp_server_reply(self, "250 OK");
}

static bool smtp_server_nothing(IcsProcess *self, G_GNUC_UNUSED SmtpSession *session,
                                G_GNUC_UNUSED const char *argument)
{
    return smtp_server_reply(self, "250 OK");
}

static bool smtp_server_quit(IcsProcess *self, SmtpSession *session,
                             G_GNUC_UNUSED const char *argument)
{
    ics_program_send_line(self, ICS_PROGRAM_CONNECTION, "221 %s closes", session->config->domain);
    return false;
}

/* Returns whether the dialogue goes on. */
static bool smtp_server_obey(IcsProcess *self, SmtpSession *session, const char *line)
{
    static const struct {
        const char *verb;
        SmtpCommand command;
    } commands[] = {
        {"EHLO", smtp_server_hello},     {"HELO", smtp_server_hello}, {"MAIL", smtp_server_mail},
        {"RCPT", smtp_server_recipient}, {"DATA", smtp_server_data},  {"RSET", smtp_server_reset},
        {"NOOP", smtp_server_nothing},   {"QUIT", smtp_server_quit},
    };
    size_t n = strcspn(line, " ");
    const char *argument = line[n] == ' ' ? line + n + 1 : line + n;
    for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (n == strlen(commands[i].verb) && g_ascii_strncasecmp(line, commands[i].verb, n) == 0) {
            return commands[i].command(self, session, argument);
        }
    }
    return smtp_server_reply(self, "500 Command not recognized");
}

static void smtp_server_connection(IcsProcess *self, const void *data)
{
    SmtpSession *session = ics_alloc(self, sizeof *session);
    const char *line;
    session->config = data;
    session->reader.socket = ICS_PROGRAM_CONNECTION;
    bool goes_on = ics_program_send_line(self, ICS_PROGRAM_CONNECTION, "220 %s ready",
                                         session->config->domain);
    while (goes_on && (line = ics_line_reader_next(&session->reader, self)) != NULL) {
        goes_on = smtp_server_obey(self, session, line);
    }
    ics_close(self, ICS_PROGRAM_CONNECTION);
}

static void smtp_server_main(IcsProcess *self, gconstpointer data)
{
    const SmtpServerConfig *config = data;
    ics_program_serve(self, ics_program_listen(self, config->port), smtp_server_connection, config);
}

const IcsProgramClass ics_smtp_server_program = {
    .name = "smtp-server",
    .doc = "takes mail by SMTP (RFC 5321), a process a connection",
    .config_bytes = sizeof(SmtpServerConfig),
    .parameters = smtp_server_parameters,
    .main = smtp_server_main,
};
