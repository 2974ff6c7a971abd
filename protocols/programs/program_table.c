#include "protocols/programs/program_table.h"

#include <ipcsim/socket.h>
#include <string.h>

#include "base/errno_name.h"

const IcsProgramClass *const ics_program_classes[] = {
    &ics_bulk_sender_program,     &ics_bulk_sink_program,     &ics_ftp_client_program,
    &ics_ftp_server_program,      &ics_onoff_sender_program,  &ics_smtp_client_program,
    &ics_smtp_server_program,     &ics_tcp_client_program,    &ics_tcp_server_program,
    &ics_telnet_client_program,   &ics_telnet_server_program, &ics_udp_client_program,
    &ics_udp_echo_server_program, &ics_udp_sender_program,    &ics_udp_sink_program,
    &ics_voice_sink_program,      &ics_voice_source_program,  NULL,
};

const IcsProgramClass *ics_program_class_by_name(const char *name)
{
    for (const IcsProgramClass *const *at = ics_program_classes; *at != NULL; at++) {
        if (strcmp((*at)->name, name) == 0) {
            return *at;
        }
    }
    return NULL;
}

int64_t ics_program_later(int64_t at_ns, int64_t duration_ns)
{
    return duration_ns < ICS_FOREVER - at_ns ? at_ns + duration_ns : ICS_FOREVER;
}

void ics_program_report(IcsProcess *self, const char *call, int64_t result)
{
    int number = (int)-result;
    ics_log(self, "%s: %s, %s", call, ics_errno_name(number), ics_errno_text(number));
}

void ics_program_fail(IcsProcess *self, const char *call, int64_t result)
{
    ics_program_report(self, call, result);
    ics_process_exit(self, 1);
}

IcsEndpoint ics_program_find(IcsProcess *self, const char *to)
{
    IcsEndpoint endpoint = {0};
    int result = ics_resolve_endpoint(self, to, &endpoint);
    if (result < 0) {
        ics_program_fail(self, to, result);
    }
    return endpoint;
}
