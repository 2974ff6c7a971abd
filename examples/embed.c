/* Embeds the simulator: two programs of our own on the hosts of a small trace, with a link that
 * loses every second packet.
 *
 *     cc embed.c $(pkg-config --cflags ipcsim) $(pkg-config --static --libs ipcsim) -o embed */
#include <ipcsim/ipcsim.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char trace[] =
    "{ \"ipcsim\": 1, \"title\": \"An embedded world\", \"stop\": \"1min\","
    "  \"hosts\": { \"ping\": { \"address\": \"10.0.0.1\" }, \"pong\": { \"address\": \"10.0.0.2\" "
    "} },"
    "  \"links\": [ { \"name\": \"wire\", \"ends\": [\"ping\", \"pong\"], \"delay\": \"10ms\","
    "    \"faults\": [ { \"kind\": \"loss\", \"every\": 2, \"direction\": \"ping->pong\" } ] } ] }";

#define PORT 7000

static void pong(IcsProcess *self, const void *config)
{
    char text[100];
    IcsReceived request;
    (void)config;
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_bind(self, socket, (IcsEndpoint){ICS_ANY_ADDRESS, PORT});
    for (;;) {
        int64_t n = ics_receive_from(self, socket, text, sizeof text, 0, &request);
        ics_send_to(self, socket, text, (size_t)n, 0, request.from);
    }
}

static void ping(IcsProcess *self, const void *config)
{
    const int *rounds = config;
    char text[100];
    IcsEndpoint to;
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, INT64_C(100000000));
    ics_resolve_endpoint(self, "pong:7000", &to);
    for (int i = 0; i < *rounds; i++) {
        ics_send_to(self, socket, "ping", strlen("ping"), 0, to);
        int64_t n = ics_receive(self, socket, text, sizeof text, 0);
        ics_log(self, n == -ETIMEDOUT ? "round %d: no answer" : "round %d: answered", i + 1);
    }
}

int main(void)
{
    static const int rounds = 4;
    char *message = NULL;
    IcsRun *run = ics_run_new_from_text("embedded", trace, strlen(trace), NULL, &message);
    if (run == NULL || !ics_run_add_process(run, "pong", "pong", pong, NULL, &message) ||
        !ics_run_add_process(run, "ping", "ping", ping, &rounds, &message)) {
        fprintf(stderr, "%s\n", message);
        return EXIT_FAILURE;
    }
    ics_run_to_end(run);
    char *report = ics_run_result(run, ICS_RESULT_TEXT);
    fputs(report, stdout);
    ics_run_free_text(report);
    ics_run_free(run);
    return EXIT_SUCCESS;
}
