/* A mail client: the sending side of an SMTP dialogue (RFC 5321). */
#include <inttypes.h>
#include <string.h>

#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

typedef struct {
    char *to;
    char *sender;
    char *recipient;
    char *subject;
    char *text;
    int64_t messages;
    int64_t lines;
} SmtpClientConfig;

static const IcsParameter smtp_client_parameters[] = {
    ICS_PARAMETER_STRING_ROW(SmtpClientConfig, to, "to", NULL, "the server, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_BOUNDED_STRING_ROW(SmtpClientConfig, sender, "sender", "alice@a.example", 1, 254,
                                     "whose mail it is"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(SmtpClientConfig, recipient, "recipient", "bob@b.example", 1,
                                     254, "who shall get it"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(SmtpClientConfig, subject, "subject", "hello", 0, 900,
                                     "of each message"),
    ICS_PARAMETER_BOUNDED_STRING_ROW(SmtpClientConfig, text, "text", "How are you?", 0, 900,
                                     "each line of the message"),
    ICS_PARAMETER_INTEGER_ROW(SmtpClientConfig, messages, "messages", "1", 0, 1000000,
                              "how many to send"),
    ICS_PARAMETER_INTEGER_ROW(SmtpClientConfig, lines, "lines", "1", 0, 1000000,
                              "of text in each message"),
    ICS_PARAMETER_END,
};

typedef struct {
    const SmtpClientConfig *config;
    IcsLineReader reader;
} SmtpClient;

/* A reply with that code (of several lines: "250-" in front of all but the last). */
static bool smtp_client_expect(IcsProcess *self, SmtpClient *client, const char *code)
{
    const char *line;
    do {
        line = ics_line_reader_next(&client->reader, self);
    } while (line != NULL && strlen(line) > 3 && line[3] == '-');
    if (line == NULL) {
        ics_log(self, "no reply");
        return false;
    }
    if (strncmp(line, code, strlen(code)) != 0) {
        ics_log(self, "refused: %s", line);
        return false;
    }
    return true;
}

static bool smtp_client_say(IcsProcess *self, SmtpClient *client, const char *line,
                            const char *code)
{
    return ics_program_send_line(self, client->reader.socket, "%s", line) &&
           smtp_client_expect(self, client, code);
}

/* In full segments. A line that begins with a dot gets another in front (section 4.5.2). */
static bool smtp_client_write_text(IcsProcess *self, SmtpClient *client)
{
    const SmtpClientConfig *config = client->config;
    int socket = client->reader.socket;
    ics_set_option(self, socket, ICS_OPTION_CORK, true);
    bool ok = ics_program_send_line(self, socket, "From: <%s>", config->sender) &&
              ics_program_send_line(self, socket, "To: <%s>", config->recipient) &&
              ics_program_send_line(self, socket, "Subject: %s", config->subject) &&
              ics_program_send_line(self, socket, "%s", "");
    const char *dot = config->text[0] == '.' ? "." : "";
    for (int64_t i = 0; ok && i < config->lines; i++) {
        ok = ics_program_send_line(self, socket, "%s%s", dot, config->text);
    }
    ok = ok && ics_program_send_line(self, socket, ".");
    ics_set_option(self, socket, ICS_OPTION_CORK, false);
    return ok;
}

static bool smtp_client_send(IcsProcess *self, SmtpClient *client)
{
    const SmtpClientConfig *config = client->config;
    int socket = client->reader.socket;
    return ics_program_send_line(self, socket, "MAIL FROM:<%s>", config->sender) &&
           smtp_client_expect(self, client, "250") &&
           ics_program_send_line(self, socket, "RCPT TO:<%s>", config->recipient) &&
           smtp_client_expect(self, client, "25") && smtp_client_say(self, client, "DATA", "354") &&
           smtp_client_write_text(self, client) && smtp_client_expect(self, client, "250");
}

static void smtp_client_main(IcsProcess *self, gconstpointer data)
{
    SmtpClient *client = ics_alloc(self, sizeof *client);
    int64_t sent = 0;
    client->config = data;
    client->reader.socket = ics_program_connect(self, client->config->to);
    if (smtp_client_expect(self, client, "220") &&
        smtp_client_say(self, client, "EHLO a.example", "250")) {
        while (sent < client->config->messages && smtp_client_send(self, client)) {
            sent++;
        }
        smtp_client_say(self, client, "QUIT", "221");
    }
    ics_close(self, client->reader.socket);
    ics_log(self, "%" PRId64 " of %" PRId64 " messages sent", sent, client->config->messages);
    if (sent < client->config->messages) {
        ics_exit(self, 1);
    }
}

const IcsProgramClass ics_smtp_client_program = {
    .name = "smtp-client",
    .doc = "sends mail by SMTP (RFC 5321)",
    .config_bytes = sizeof(SmtpClientConfig),
    .parameters = smtp_client_parameters,
    .main = smtp_client_main,
};
