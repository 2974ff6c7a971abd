/* A voice-like source and its listener: 50 packets a second, each worth 20 ms of sound, and a
 * playout deadline behind which a packet is as good as lost. */
#include <inttypes.h>
#include <ipcsim/socket.h>

#include "protocols/programs/payload.h"
#include "protocols/programs/program_table.h"
#include "protocols/programs/rtp_stream.h"

#define VOICE_FRAME_NS    (INT64_C(20) * 1000000)
#define VOICE_FRAME_BYTES 160 /* 20 ms of G.711 */
#define VOICE_SAMPLE_NS   (INT64_C(1000000000) / ICS_RTP_PCMU_CLOCK)

/* ---- the source ---- */

typedef struct {
    char *to;
    int64_t duration_ns;
} VoiceSourceConfig;

static const IcsParameter voice_source_parameters[] = {
    ICS_PARAMETER_STRING_ROW(VoiceSourceConfig, to, "to", NULL, "the listener, \"host:port\"",
                             ICS_PARAMETER_REQUIRED),
    ICS_PARAMETER_TIME_ROW(VoiceSourceConfig, duration_ns, "duration", "10s", 1, INT64_MAX,
                           "how long it talks"),
    ICS_PARAMETER_END,
};

/* A stream starts at random numbers (RFC 3550, section 5.1), and its first packet marks the
 * beginning of a talkspurt (RFC 3551, section 4.1). */
static IcsRtpHeader voice_source_first_header(IcsProcess *self)
{
    IcsRtpHeader header = {.payload_type = ICS_RTP_PCMU, .marker = true};
    header.source = (uint32_t)ics_random(self);
    header.sequence = (uint16_t)ics_random(self);
    header.timestamp = (uint32_t)ics_random(self);
    return header;
}

static void voice_source_main(IcsProcess *self, gconstpointer data)
{
    const VoiceSourceConfig *config = data;
    uint8_t packet[ICS_RTP_HEADER_BYTES + VOICE_FRAME_BYTES];
    IcsEndpoint to = ics_program_find(self, config->to);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    IcsRtpHeader header = voice_source_first_header(self);
    ics_payload_fill(packet + ICS_RTP_HEADER_BYTES, VOICE_FRAME_BYTES);
    int64_t start_ns = ics_now(self);
    for (int64_t next_ns = 0; next_ns < config->duration_ns; next_ns += VOICE_FRAME_NS) {
        ics_sleep_until(self, start_ns + next_ns);
        ics_rtp_emit(&header, packet);
        int64_t n = ics_send_to(self, socket, packet, sizeof packet, 0, to);
        if (n < 0) {
            ics_program_report(self, "send", n);
        }
        header.sequence++;
        header.timestamp += VOICE_FRAME_BYTES;
        header.marker = false;
    }
}

const IcsProgramClass ics_voice_source_program = {
    .name = "voice-source",
    .doc = "50 packets a second of telephone sound (RTP, G.711)",
    .config_bytes = sizeof(VoiceSourceConfig),
    .parameters = voice_source_parameters,
    .main = voice_source_main,
};

/* ---- the listener ---- */

typedef struct {
    int64_t port;
    int64_t playout_ns;
    int64_t silence_ns;
} VoiceSinkConfig;

static const IcsParameter voice_sink_parameters[] = {
    ICS_PARAMETER_INTEGER_ROW(VoiceSinkConfig, port, "port", "5004", 1, 65535,
                              "the port to receive from"),
    ICS_PARAMETER_TIME_ROW(VoiceSinkConfig, playout_ns, "playout", "60ms", 0, INT64_MAX,
                           "from the arrival of the first packet to its playing; each further one "
                           "has its place behind it"),
    ICS_PARAMETER_TIME_ROW(VoiceSinkConfig, silence_ns, "silence", "2s", 1, INT64_MAX,
                           "hangs up when nothing comes for so long"),
    ICS_PARAMETER_END,
};

typedef struct {
    IcsRtpStream stream;
    int64_t first_playout_ns; /* when the packet that came first is played */
    int64_t in_time;
    int64_t late;
} VoiceSink;

static void voice_sink_take(IcsProcess *self, VoiceSink *sink, const VoiceSinkConfig *config,
                            const IcsRtpHeader *header)
{
    int64_t timestamp;
    if (sink->stream.packets == 0) {
        sink->first_playout_ns = ics_program_later(ics_now(self), config->playout_ns);
    }
    if (ics_rtp_stream_take(&sink->stream, header, &timestamp) != ICS_RTP_STREAM_NEW) {
        return;
    }
    /* Its own playout is so much behind the first's. */
    if (ics_now(self) - timestamp * VOICE_SAMPLE_NS <= sink->first_playout_ns) {
        sink->in_time++;
    } else {
        sink->late++;
    }
}

static void voice_sink_main(IcsProcess *self, gconstpointer data)
{
    const VoiceSinkConfig *config = data;
    uint8_t packet[ICS_RTP_HEADER_BYTES + VOICE_FRAME_BYTES];
    VoiceSink *sink = ics_alloc(self, sizeof *sink);
    int socket = ics_socket(self, ICS_SOCKET_DATAGRAM);
    int result = ics_bind(self, socket, (IcsEndpoint){ICS_ANY_ADDRESS, (uint16_t)config->port});
    if (result < 0) {
        ics_program_fail(self, "bind", result);
    }
    int64_t n = ics_receive(self, socket, packet, sizeof packet, 0);
    ics_set_option(self, socket, ICS_OPTION_RECEIVE_TIMEOUT, config->silence_ns);
    while (n >= 0) {
        IcsRtpHeader header;
        if (ics_rtp_parse(packet, (size_t)n, &header)) {
            voice_sink_take(self, sink, config, &header);
        }
        n = ics_receive(self, socket, packet, sizeof packet, 0);
    }
    ics_log(self,
            "%" PRId64 " packets played in time, %" PRId64 " late, %" PRId64 " missing, %" PRId64
            " duplicates",
            sink->in_time, sink->late, ics_rtp_stream_missing(&sink->stream),
            sink->stream.duplicates);
}

const IcsProgramClass ics_voice_sink_program = {
    .name = "voice-sink",
    .doc = "plays voice packets that come before their deadline",
    .config_bytes = sizeof(VoiceSinkConfig),
    .parameters = voice_sink_parameters,
    .main = voice_sink_main,
};
