/* What the programs on streams share: connecting, listening, whole messages, lines. */
#ifndef ICS_PROTOCOLS_PROGRAMS_PROGRAM_STREAM_H
#define ICS_PROTOCOLS_PROGRAMS_PROGRAM_STREAM_H

#include <ipcsim/socket.h>

/* A stream that is connected to "host:port". Ends the process with the reason when there is no such
 * host (exit code 1), or no connection. */
int ics_program_connect(IcsProcess *self, const char *to);

/* A stream that listens on the port; ends the process when it cannot. Port 0: a free one. */
int ics_program_listen(IcsProcess *self, int64_t port);

/* Accepts connections for ever, each for a child process of its own called "connection-1" and so
 * on: `serve` runs there, with the connection as its socket 0 and the config (borrowed, outlives
 * them). */
void ics_program_serve(IcsProcess *self, int listener, IcsProgramMain serve, const void *config)
    __attribute__((noreturn));

/* The connection that ics_program_serve() has given to its child. */
#define ICS_PROGRAM_CONNECTION 0

/* All n bytes; false and a word in the report when the connection is over. */
bool ics_program_send(IcsProcess *self, int socket, const void *bytes, size_t n);

/* Exactly n bytes; false at the end of the stream, or (with a word in the report) when the
 * connection broke or the stream ended in their middle. */
bool ics_program_receive(IcsProcess *self, int socket, void *bytes, size_t n);

/* The longest line that is read, its end included; of SMTP's text lines (RFC 5321, section
 * 4.5.3.1.6). */
#define ICS_PROGRAM_LINE_BYTES 1000

/* Reads lines that end with CRLF (or LF). Zero-initialised but for the socket. */
typedef struct IcsLineReader {
    int socket;
    size_t head; /* of what has been received and not been read */
    size_t n;
    char received[ICS_PROGRAM_LINE_BYTES];
    char line[ICS_PROGRAM_LINE_BYTES + 1]; /* the line read last, without its end */
} IcsLineReader;

/* The next line (borrowed, until the next call), NULL at the end of the stream and when it broke.
 * What is longer than a line may be comes in pieces. */
const char *ics_line_reader_next(IcsLineReader *self, IcsProcess *process);

/* Sends a line: the formatted text and CRLF. */
bool ics_program_send_line(IcsProcess *self, int socket, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
