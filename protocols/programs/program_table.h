/* The rows of the table of programs, and what programs share. */
#ifndef ICS_PROTOCOLS_PROGRAMS_PROGRAM_TABLE_H
#define ICS_PROTOCOLS_PROGRAMS_PROGRAM_TABLE_H

#include <ipcsim/socket.h>

#include "protocols/programs/program.h"

extern const IcsProgramClass ics_bulk_sender_program;
extern const IcsProgramClass ics_bulk_sink_program;
extern const IcsProgramClass ics_ftp_client_program;
extern const IcsProgramClass ics_ftp_server_program;
extern const IcsProgramClass ics_onoff_sender_program;
extern const IcsProgramClass ics_smtp_client_program;
extern const IcsProgramClass ics_smtp_server_program;
extern const IcsProgramClass ics_tcp_client_program;
extern const IcsProgramClass ics_tcp_server_program;
extern const IcsProgramClass ics_telnet_client_program;
extern const IcsProgramClass ics_telnet_server_program;
extern const IcsProgramClass ics_udp_client_program;
extern const IcsProgramClass ics_udp_echo_server_program;
extern const IcsProgramClass ics_udp_sender_program;
extern const IcsProgramClass ics_udp_sink_program;
extern const IcsProgramClass ics_voice_sink_program;
extern const IcsProgramClass ics_voice_source_program;

/* The longest message that a program can be told to send. That is more than a datagram can carry,
 * which is an error that the sender sees. */
#define ICS_PROGRAM_MESSAGE_MAX_BYTES (1 << 20)

/* The instant so long after another; ICS_FOREVER when it lies beyond all time. */
int64_t ics_program_later(int64_t at_ns, int64_t duration_ns);

/* Says which call did not work and why: "bind: EADDRINUSE, address already in use". `result` is
 * negative. */
void ics_program_report(IcsProcess *self, const char *call, int64_t result);
/* The same, and ends the process with exit code 1; in a coroutine it does not return. */
void ics_program_fail(IcsProcess *self, const char *call, int64_t result);
/* Finds "host:port" or ends the process with the reason. */
IcsEndpoint ics_program_find(IcsProcess *self, const char *to);

#endif
