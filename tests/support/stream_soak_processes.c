/* What the processes of a soak do: servers that leave each connection to a child, clients that make
 * several connections one after another, and the conversation that both hold. */
#include "protocols/socket/host_processes.h"
#include "tests/support/stream_soak.h"

#define SOAK_PORT       7
#define SOAK_ID_BYTES   8
#define SOAK_STEP_BYTES 4000

/* One end of a connection. */
typedef struct SoakTalk {
    IcsStreamSoak *soak;
    IcsProcess *process;
    int socket;
    IcsSoakStream *said;
    IcsSoakStream *heard; /* NULL: its name has not arrived yet */
    uint8_t heard_id[SOAK_ID_BYTES];
    uint64_t heard_bytes;
    bool said_all;
    bool heard_all;
    bool is_over; /* it broke, or it was given up */
} SoakTalk;

static uint64_t soak_choose(const SoakTalk *self, uint64_t n)
{
    return ics_random(self->process) % n;
}

static uint8_t soak_byte(uint64_t id, uint64_t offset)
{
    if (offset < SOAK_ID_BYTES) {
        return (uint8_t)(id >> (8 * offset));
    }
    uint64_t state = id << 32 ^ offset;
    return (uint8_t)ics_splitmix_next(&state);
}

static bool soak_is_same(IcsEndpoint a, IcsEndpoint b)
{
    return a.address == b.address && a.port == b.port;
}

static IcsSoakStream *soak_new_stream(const SoakTalk *self)
{
    IcsStreamSoak *soak = self->soak;
    IcsSoakStream *stream = g_new0(IcsSoakStream, 1);
    g_ptr_array_add(soak->streams, stream);
    stream->id = soak->streams->len;
    stream->total_bytes = SOAK_ID_BYTES + soak_choose(self, soak->most_bytes + 1);
    ics_local_endpoint(self->process, self->socket, &stream->writer);
    ics_peer_endpoint(self->process, self->socket, &stream->reader);
    return stream;
}

/* ---- receiving ---- */

/* The name of what is heard is complete: it must be what this connection's peer says, and nobody
 * else may have heard it. */
static void soak_recognise(SoakTalk *self)
{
    IcsStreamSoak *soak = self->soak;
    uint64_t id = 0;
    for (int i = 0; i < SOAK_ID_BYTES; i++) {
        id |= (uint64_t)self->heard_id[i] << (8 * i);
    }
    if (id == 0 || id > soak->streams->len) {
        ics_stream_soak_fail(soak, "there is no stream %" G_GUINT64_FORMAT, id);
    }
    self->heard = g_ptr_array_index(soak->streams, id - 1);
    if (self->heard->is_read || !soak_is_same(self->heard->writer, self->said->reader) ||
        !soak_is_same(self->heard->reader, self->said->writer)) {
        ics_stream_soak_fail(soak, "stream %" G_GUINT64_FORMAT " reached another connection", id);
    }
    self->heard->is_read = true;
}

static void soak_check(SoakTalk *self, const uint8_t *bytes, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        uint64_t offset = self->heard_bytes++;
        if (offset < SOAK_ID_BYTES) {
            self->heard_id[offset] = bytes[i];
            if (offset == SOAK_ID_BYTES - 1) {
                soak_recognise(self);
            }
        } else if (bytes[i] != soak_byte(self->heard->id, offset)) {
            ics_stream_soak_fail(self->soak,
                                 "byte %" G_GUINT64_FORMAT " of stream %" G_GUINT64_FORMAT
                                 " is not what was sent",
                                 offset, self->heard->id);
        }
    }
    if (self->heard != NULL) {
        self->heard->read_bytes = self->heard_bytes;
        if (self->heard_bytes > self->heard->written_bytes) {
            ics_stream_soak_fail(self->soak, "more was received than was sent");
        }
    }
}

static void soak_broke(SoakTalk *self, const char *call, int64_t error)
{
    if (self->soak->is_polite) {
        ics_stream_soak_fail(self->soak, "%s: %s gives %d after %" G_GUINT64_FORMAT " bytes heard",
                             ics_name(self->process), call, (int)error, self->heard_bytes);
    }
    self->is_over = true;
}

/* The end of the stream comes behind everything that was written. */
static void soak_end(SoakTalk *self)
{
    self->heard_all = true;
    if (self->heard == NULL) {
        return;
    }
    self->heard->is_finished = true;
    if (self->heard->read_bytes != self->heard->written_bytes) {
        ics_stream_soak_fail(self->soak, "the stream ends before its end");
    }
}

static void soak_receive(SoakTalk *self)
{
    uint8_t bytes[SOAK_STEP_BYTES];
    size_t wanted = 1 + (size_t)soak_choose(self, sizeof bytes);
    bool peeks = soak_choose(self, 20) == 0;
    int64_t n = ics_receive(self->process, self->socket, bytes, wanted,
                            ICS_DONT_WAIT | (peeks ? ICS_PEEK : 0));
    if (peeks && n > 0) {
        n = ics_receive(self->process, self->socket, bytes, (size_t)n, ICS_DONT_WAIT);
    }
    if (n > 0) {
        soak_check(self, bytes, (uint64_t)n);
    } else if (n == 0) {
        soak_end(self);
    } else if (n != -EAGAIN) {
        soak_broke(self, "receive", n);
    }
}

/* ---- sending ---- */

static void soak_say_no_more(SoakTalk *self)
{
    int result = ics_shutdown(self->process, self->socket, ICS_SHUTDOWN_SEND);
    self->said_all = true;
    if (result < 0) {
        soak_broke(self, "shutdown", result);
    }
}

static void soak_send(SoakTalk *self)
{
    uint8_t bytes[SOAK_STEP_BYTES];
    IcsSoakStream *said = self->said;
    uint64_t wanted = 1 + soak_choose(self, sizeof bytes);
    uint64_t n = MIN(said->total_bytes - said->written_bytes, wanted);
    for (uint64_t i = 0; i < n; i++) {
        bytes[i] = soak_byte(said->id, said->written_bytes + i);
    }
    int64_t taken = ics_send(self->process, self->socket, bytes, (size_t)n, ICS_DONT_WAIT);
    if (taken > 0) {
        said->written_bytes += (uint64_t)taken;
    } else if (taken != -EAGAIN) {
        soak_broke(self, "send", taken);
        return;
    }
    if (said->written_bytes == said->total_bytes) {
        soak_say_no_more(self);
    }
}

/* ---- manners ---- */

static void soak_fiddle(const SoakTalk *self)
{
    static const IcsSocketOption options[] = {ICS_OPTION_NO_DELAY, ICS_OPTION_CORK,
                                              ICS_OPTION_KEEP_ALIVE};
    IcsProcess *process = self->process;
    switch (soak_choose(self, 60)) {
    case 0:
        ics_set_option(process, self->socket, options[soak_choose(self, G_N_ELEMENTS(options))],
                       (int64_t)soak_choose(self, 2));
        return;
    case 1:
        ics_set_option(process, self->socket, ICS_OPTION_RECEIVE_BUFFER,
                       1 + (int64_t)soak_choose(self, 100000));
        return;
    case 2:
        ics_set_option(process, self->socket, ICS_OPTION_SEND_BUFFER,
                       1 + (int64_t)soak_choose(self, 100000));
        return;
    case 3:
    case 4:
    case 5:
        ics_sleep(process, (int64_t)soak_choose(self, 1000000000));
        return;
    default:
        return;
    }
}

/* What no peer should do, but some do. */
static void soak_be_rude(SoakTalk *self)
{
    switch (soak_choose(self, 6)) {
    case 0:
        ics_exit(self->process, 1);
    case 1:
        ics_set_option(self->process, self->socket, ICS_OPTION_LINGER, 0);
        self->is_over = true;
        return;
    case 2:
        ics_set_option(self->process, self->socket, ICS_OPTION_LINGER,
                       (int64_t)soak_choose(self, 2000000000));
        self->is_over = true;
        return;
    case 3:
        soak_say_no_more(self);
        return;
    case 4:
        ics_shutdown(self->process, self->socket, ICS_SHUTDOWN_RECEIVE);
        self->heard_all = true;
        return;
    default:
        self->is_over = true;
    }
}

static void soak_step(SoakTalk *self)
{
    IcsPollEntry entry = {
        .socket = self->socket,
        .wanted =
            (self->heard_all ? 0 : ICS_POLL_READABLE) | (self->said_all ? 0 : ICS_POLL_WRITABLE),
    };
    IcsStreamSoak *soak = self->soak;
    int64_t left_ns = soak->leave_ns - ics_now(self->process);
    if (!soak->is_polite && left_ns <= 0) {
        self->is_over = true;
        return;
    }
    ics_poll(self->process, &entry, 1, soak->is_polite ? ICS_FOREVER : left_ns);
    if (!self->heard_all && (entry.ready & ~(uint32_t)ICS_POLL_WRITABLE) != 0) {
        soak_receive(self);
    }
    if (!self->is_over && !self->said_all && (entry.ready & ICS_POLL_WRITABLE) != 0) {
        soak_send(self);
    }
    soak_fiddle(self);
    if (soak_choose(self, 1000) < soak->rudeness) {
        soak_be_rude(self);
    }
}

static void soak_talk(IcsProcess *process, IcsStreamSoak *soak, int socket)
{
    SoakTalk *talk = ics_alloc(process, sizeof *talk);
    *talk = (SoakTalk){.soak = soak, .process = process, .socket = socket};
    talk->said = soak_new_stream(talk);
    while (!talk->is_over && !(talk->said_all && talk->heard_all)) {
        soak_step(talk);
    }
    ics_close(process, socket);
}

/* ---- servers and clients ---- */

static void soak_serve(IcsProcess *self, const void *config)
{
    soak_talk(self, (IcsStreamSoak *)config, 0);
}

static void soak_server(IcsProcess *self, const void *config)
{
    int listener = ics_socket(self, ICS_SOCKET_STREAM);
    ics_set_option(self, listener, ICS_OPTION_REUSE_ADDRESS, 1);
    ics_bind(self, listener, (IcsEndpoint){ICS_ANY_ADDRESS, SOAK_PORT});
    ics_listen(self, listener, 1 + (int)(ics_random(self) % 4));
    for (;;) {
        int connection = ics_accept(self, listener, 0, NULL);
        if (connection >= 0) {
            ics_give(self, connection, ics_spawn(self, "talk", soak_serve, config));
        }
    }
}

static void soak_client(IcsProcess *self, const void *config)
{
    IcsStreamSoak *soak = (IcsStreamSoak *)config;
    uint32_t address = 0;
    ics_resolve(self, g_str_has_prefix(ics_name(self), "to-a") ? "a" : "b", &address);
    for (uint32_t i = 0; i < soak->connections; i++) {
        ics_sleep(self, (int64_t)(ics_random(self) % 2000000000));
        if (!soak->is_polite && ics_now(self) >= soak->leave_ns) {
            return;
        }
        int socket = ics_socket(self, ICS_SOCKET_STREAM);
        int result = ics_connect(self, socket, (IcsEndpoint){address, SOAK_PORT});
        if (result == 0) {
            soak_talk(self, soak, socket);
            continue;
        }
        if (soak->is_polite) {
            ics_stream_soak_fail(soak, "connect gives %d", result);
        }
        ics_close(self, socket);
    }
}

void ics_stream_soak_start(IcsStreamSoak *self, IcsHost *host)
{
    static const char *const names[] = {"to-b", "to-b", "to-a"};
    IcsProcessProgram server = {.main = soak_server, .config = self};
    IcsProcessProgram client = {.main = soak_client, .config = self};
    IcsSimulation *simulation = self->world->simulation;
    uint32_t actor = ics_simulation_enter(simulation, host->node);
    ics_host_processes_start(ics_stack_of(host), "server", &server);
    for (uint32_t i = 0; i < self->clients; i++) {
        if (i == 0 || g_str_equal(host->name, "a")) {
            ics_host_processes_start(ics_stack_of(host), names[i % G_N_ELEMENTS(names)], &client);
        }
    }
    ics_simulation_enter(simulation, actor);
}
