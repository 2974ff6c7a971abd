/* The chapter's TCPServer: accepts connections for ever and leaves each to a process of its own,
 * which reads strings and writes them back (DataInputStream.readUTF, DataOutputStream.writeUTF). */
#include "protocols/marshal/modified_utf8.h"
#include "protocols/programs/program_stream.h"
#include "protocols/programs/program_table.h"

typedef struct {
    int64_t port;
} TcpServerConfig;

static const IcsParameter tcp_server_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(TcpServerConfig, port, "port", "7896", 1, 65535,
                              "the port to listen on"),
    ICS_PARAMETER_END,
};

/* The chapter's class Connection. */
static void tcp_server_connection(IcsProcess *self, G_GNUC_UNUSED const void *config)
{
    uint8_t *string = ics_alloc(self, ICS_WRITE_UTF_LENGTH_BYTES + ICS_WRITE_UTF_MAX_BYTES);
    uint8_t *text = string + ICS_WRITE_UTF_LENGTH_BYTES;
    int socket = ICS_PROGRAM_CONNECTION;
    while (ics_program_receive(self, socket, string, ICS_WRITE_UTF_LENGTH_BYTES)) {
        size_t n = (size_t)string[0] << 8 | string[1];
        if (!ics_program_receive(self, socket, text, n) ||
            !ics_program_send(self, socket, string, ICS_WRITE_UTF_LENGTH_BYTES + n)) {
            break;
        }
    }
    ics_close(self, socket);
}

static void tcp_server_main(IcsProcess *self, gconstpointer data)
{
    const TcpServerConfig *config = data;
    ics_program_serve(self, ics_program_listen(self, config->port), tcp_server_connection, config);
}

const IcsProgramClass ics_tcp_server_program = {
    .name = "tcp-server",
    .doc = "the chapter's TCPServer: sends each writeUTF string back, a process a connection",
    .config_bytes = sizeof(TcpServerConfig),
    .parameters = tcp_server_parameters,
    .main = tcp_server_main,
};
