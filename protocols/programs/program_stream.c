#include "protocols/programs/program_stream.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocols/programs/program_table.h"

#define PROGRAM_STREAM_BACKLOG    128
#define PROGRAM_STREAM_NAME_BYTES 32

int ics_program_connect(IcsProcess *self, const char *to)
{
    IcsEndpoint peer = ics_program_find(self, to);
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    int result = ics_connect(self, socket, peer);
    if (result < 0) {
        ics_program_fail(self, "connect", result);
    }
    return socket;
}

int ics_program_listen(IcsProcess *self, int64_t port)
{
    int socket = ics_socket(self, ICS_SOCKET_STREAM);
    int result = ics_bind(self, socket, (IcsEndpoint){ICS_ANY_ADDRESS, (uint16_t)port});
    if (result < 0) {
        ics_program_fail(self, "bind", result);
    }
    result = ics_listen(self, socket, PROGRAM_STREAM_BACKLOG);
    if (result < 0) {
        ics_program_fail(self, "listen", result);
    }
    return socket;
}

void ics_program_serve(IcsProcess *self, int listener, IcsProgramMain serve, const void *config)
{
    for (uint32_t i = 1;; i++) {
        char name[PROGRAM_STREAM_NAME_BYTES];
        int connection = ics_accept(self, listener, 0, NULL);
        if (connection < 0) {
            ics_program_report(self, "accept", connection);
            ics_exit(self, 1);
        }
        snprintf(name, sizeof name, "connection-%u", i);
        IcsProcess *child = ics_spawn(self, name, serve, config);
        if (child == NULL) {
            ics_log(self, "no process for one more connection");
            ics_close(self, connection);
        } else {
            ics_give(self, connection, child);
        }
    }
}

bool ics_program_send(IcsProcess *self, int socket, const void *bytes, size_t n)
{
    int64_t sent = ics_send(self, socket, bytes, n, 0);
    if (sent < 0) {
        ics_program_report(self, "send", sent);
    }
    return sent == (int64_t)n;
}

bool ics_program_receive(IcsProcess *self, int socket, void *bytes, size_t n)
{
    uint8_t *at = bytes;
    for (size_t left = n; left > 0;) {
        int64_t got = ics_receive(self, socket, at, left, 0);
        if (got < 0) {
            ics_program_report(self, "receive", got);
            return false;
        }
        if (got == 0) {
            if (left < n) {
                ics_log(self, "the stream ended %zu bytes early", left);
            }
            return false;
        }
        at += got;
        left -= (size_t)got;
    }
    return true;
}

/* ---- lines ---- */

/* Moves up to n received bytes to the line. */
static size_t line_reader_take(IcsLineReader *self, size_t length, size_t n)
{
    memcpy(self->line + length, self->received + self->head, n);
    self->head += n;
    return length + n;
}

static const char *line_reader_finish(IcsLineReader *self, size_t length)
{
    while (length > 0 && (self->line[length - 1] == '\n' || self->line[length - 1] == '\r')) {
        length--;
    }
    self->line[length] = '\0';
    return self->line;
}

static bool line_reader_fill(IcsLineReader *self, IcsProcess *process)
{
    int64_t got = ics_receive(process, self->socket, self->received, sizeof self->received, 0);
    if (got < 0) {
        ics_program_report(process, "receive", got);
    }
    self->head = 0;
    self->n = got > 0 ? (size_t)got : 0;
    return got > 0;
}

const char *ics_line_reader_next(IcsLineReader *self, IcsProcess *process)
{
    size_t length = 0;
    while (length < ICS_PROGRAM_LINE_BYTES) {
        if (self->head == self->n && !line_reader_fill(self, process)) {
            return length > 0 ? line_reader_finish(self, length) : NULL;
        }
        const char *from = self->received + self->head;
        size_t n = MIN(self->n - self->head, ICS_PROGRAM_LINE_BYTES - length);
        const char *end = memchr(from, '\n', n);
        if (end != NULL) {
            return line_reader_finish(self,
                                      line_reader_take(self, length, (size_t)(end - from) + 1));
        }
        length = line_reader_take(self, length, n);
    }
    return line_reader_finish(self, length);
}

bool ics_program_send_line(IcsProcess *self, int socket, const char *format, ...)
{
    char line[ICS_PROGRAM_LINE_BYTES + 1];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    size_t length = MIN((size_t)MAX(n, 0), sizeof line - 3);
    line[length++] = '\r';
    line[length++] = '\n';
    return ics_program_send(self, socket, line, length);
}
