/* What both ends of a file transfer share (RFC 959): how a data port is written, and the bytes of a
 * file on the data connection. Files hold the pattern of pattern.h, so that every byte can be
 * checked; their key is made of their name. */
#ifndef ICS_PROTOCOLS_PROGRAMS_FTP_H
#define ICS_PROTOCOLS_PROGRAMS_FTP_H

#include <ipcsim/socket.h>

/* How long either end waits for the other one's data connection. */
#define ICS_FTP_PATIENCE_NS (INT64_C(120) * 1000000000)

/* "h1,h2,h3,h4,p1,p2" and its end. */
#define ICS_FTP_PORT_TEXT_BYTES 24

void ics_ftp_format_port(IcsEndpoint endpoint, char text[ICS_FTP_PORT_TEXT_BYTES]);
/* Reads it at the beginning of the text (section 4.1.2, PORT). */
bool ics_ftp_parse_port(const char *text, IcsEndpoint *endpoint);

/* Sends n bytes of the named file; false when the connection broke. */
bool ics_ftp_send_file(IcsProcess *self, int socket, const char *name, int64_t n);
/* Receives to the end of the stream. The number of bytes; -1: not the bytes of that file, or the
 * connection broke (the report says which). */
int64_t ics_ftp_receive_file(IcsProcess *self, int socket, const char *name);

#endif
