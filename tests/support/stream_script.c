#include "tests/support/stream_script.h"

#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/simulation.h"
#include "tests/support/stream_script_line.h"

#define SCRIPT_OUTPUTS_MAX   100000
#define SCRIPT_LINE_MAX      512
#define SCRIPT_SEGMENT_BYTES 65536

/* What left. */
typedef struct ScriptDeparture {
    int64_t at_ns;
    IcsScriptSegment segment;
} ScriptDeparture;

static uint8_t script_byte(int64_t position)
{
    return (uint8_t)(position * 31 + position / 251);
}

static void script_observe(IcsStream *stream, IcsStreamNote note, int64_t a, int64_t b)
{
    static const char *const names[] = {
        [ICS_STREAM_NOTE_STATE] = "state",           [ICS_STREAM_NOTE_WINDOW] = "window",
        [ICS_STREAM_NOTE_ROUND_TRIP] = "round-trip", [ICS_STREAM_NOTE_RECOVERY] = "recovery",
        [ICS_STREAM_NOTE_SCOREBOARD] = "scoreboard", [ICS_STREAM_NOTE_PEER_WINDOW] = "peer-window",
    };
    IcsStreamScript *self = (IcsStreamScript *)((char *)stream - offsetof(IcsStreamScript, stream));
    int64_t end = note == ICS_STREAM_NOTE_RECOVERY ? (int32_t)((uint32_t)b - self->iss) : b;
    g_string_append_printf(self->notes, "%s %" PRId64 " %" PRId64 "\n", names[note], a, end);
}

IcsStreamScript *ics_stream_script_new(void)
{
    IcsStreamScript *self = g_new0(IcsStreamScript, 1);
    ics_stream_config_default(&self->config);
    self->config.recovery.congestion = ICS_CONGESTION_RENO;
    self->config.use.timestamps = false;
    self->config.use.window_scaling = false;
    self->config.send_buffer_bytes = UINT16_MAX;
    self->config.receive_buffer_bytes = UINT16_MAX;
    self->iss = ICS_STREAM_SCRIPT_ISS;
    self->irs = ICS_STREAM_SCRIPT_IRS;
    self->mtu_bytes = 1500;
    self->departures = g_ptr_array_new_with_free_func(g_free);
    self->notes = g_string_new(NULL);
    return self;
}

static void script_initialise(IcsStreamScript *self)
{
    if (self->is_initialised) {
        return;
    }
    self->is_initialised = true;
    IcsStreamSetup setup = {
        .config = &self->config,
        .name = {0x0a000001, 0x0a000002, 40000, 7896},
        .mtu_bytes = self->mtu_bytes,
        .iss = self->iss,
        .observe = script_observe,
    };
    ics_stream_init(&self->stream, &setup);
}

static IcsScriptSegment script_read_departure(const IcsStreamScript *self,
                                              const IcsStreamDeparture *departure)
{
    const IcsTcpHeader *header = &departure->header;
    IcsScriptSegment segment = {
        .flags = header->flags,
        .first = (int32_t)(header->sequence - self->iss),
        .payload_bytes = departure->payload_bytes,
        .ack = (int32_t)(header->acknowledgement - self->irs),
        .window = header->window,
        .options = header->options,
        .ect = departure->ecn_capable,
    };
    segment.end = segment.first + segment.payload_bytes + ((header->flags & ICS_TCP_SYN) != 0) +
                  ((header->flags & ICS_TCP_FIN) != 0);
    if (departure->repeat != ICS_STREAM_REPEAT_NONE) {
        g_strlcpy(segment.reason, ics_stream_repeat_name(departure->repeat),
                  sizeof(segment.reason));
    }
    return segment;
}

static void script_check_departure(const IcsStreamScript *self, const IcsStreamDeparture *departure)
{
    assert_int_equal(ics_byte_spans_bytes(&departure->payload), departure->payload_bytes);
    assert_int_equal(ics_sequence_wire(departure->first), departure->header.sequence);
    assert_true(ics_tcp_header_bytes(&departure->header) <= ICS_TCP_HEADER_MAX_BYTES);
    size_t options = ics_tcp_header_bytes(&departure->header) - ICS_TCP_HEADER_BYTES;
    if (departure->payload_bytes > 1) {
        assert_true(departure->payload_bytes + options <= self->stream.send.mss);
    }
    int64_t position = (int32_t)(departure->header.sequence - self->iss);
    for (size_t i = 0; i < departure->payload.first_bytes; i++) {
        assert_int_equal(departure->payload.first[i], script_byte(position++));
    }
    for (size_t i = 0; i < departure->payload.second_bytes; i++) {
        assert_int_equal(departure->payload.second[i], script_byte(position++));
    }
}

static void script_drain(IcsStreamScript *self)
{
    IcsStreamDeparture departure;
    for (unsigned n = 0; ics_stream_output(&self->stream, self->now_ns, &departure); n++) {
        assert_true(n < SCRIPT_OUTPUTS_MAX);
        script_check_departure(self, &departure);
        ScriptDeparture *kept = g_new0(ScriptDeparture, 1);
        kept->at_ns = self->now_ns;
        kept->segment = script_read_departure(self, &departure);
        g_ptr_array_add(self->departures, kept);
    }
    self->events |= ics_stream_take_events(&self->stream);
}

/* Called before its time, expire() does nothing. */
static void script_expire_early(IcsStreamScript *self, int64_t deadline_ns)
{
    if (deadline_ns - 1 < self->now_ns) {
        return;
    }
    IcsStreamDeparture departure;
    ics_stream_expire(&self->stream, deadline_ns - 1);
    assert_false(ics_stream_output(&self->stream, deadline_ns - 1, &departure));
    assert_int_equal(ics_stream_deadline_ns(&self->stream), deadline_ns);
}

static void script_advance(IcsStreamScript *self, int64_t to_ns)
{
    int64_t deadline_ns = ics_stream_deadline_ns(&self->stream);
    for (unsigned n = 0; deadline_ns <= to_ns; n++) {
        assert_true(n < SCRIPT_OUTPUTS_MAX);
        script_expire_early(self, deadline_ns);
        self->now_ns = MAX(self->now_ns, deadline_ns);
        ics_stream_expire(&self->stream, self->now_ns);
        script_drain(self);
        deadline_ns = ics_stream_deadline_ns(&self->stream);
    }
    self->now_ns = to_ns;
}

static void script_expect_nothing(const IcsScriptLine *line)
{
    IcsStreamScript *self = line->script;
    if (self->departures->len == 0) {
        return;
    }
    const ScriptDeparture *first = self->departures->pdata[0];
    IcsScriptSegment all = {.has_ack = true, .has_window = true, .has_options = true};
    g_autofree char *text = ics_script_segment_format(&first->segment, &all, self->irs);
    g_autofree char *detail =
        g_strdup_printf("%.6f %s", (double)first->at_ns / (double)ICS_SCRIPT_MS, text);
    ics_script_fail(line, "not expected before this line", detail);
}

static void script_expect_one(const IcsScriptLine *line, const IcsScriptSegment *expected)
{
    IcsStreamScript *self = line->script;
    g_autofree char *want = ics_script_segment_format(expected, expected, self->irs);
    if (self->departures->len == 0) {
        ics_script_fail(line, "nothing was sent, expected was", want);
    }
    g_autofree ScriptDeparture *first = g_ptr_array_steal_index(self->departures, 0);
    g_autofree char *got = ics_script_segment_format(&first->segment, expected, self->irs);
    if (strcmp(want, got) != 0) {
        ics_script_fail(line, "sent instead", got);
    }
    if (first->at_ns != line->at_ns) {
        g_autofree char *when =
            g_strdup_printf("%.6f", (double)first->at_ns / (double)ICS_SCRIPT_MS);
        ics_script_fail(line, "sent at", when);
    }
}

static void script_expect(IcsScriptLine *line)
{
    IcsScriptSegment expected = ics_script_segment_parse(line, line->script->irs);
    if (!expected.is_many) {
        script_expect_one(line, &expected);
        return;
    }
    int64_t end = expected.end;
    int64_t step = expected.payload_bytes;
    for (int64_t at = expected.first; at < end; at += step) {
        expected.first = at;
        expected.end = MIN(at + step, end);
        expected.payload_bytes = (uint32_t)(expected.end - at);
        script_expect_one(line, &expected);
    }
}

static void script_inject_one(IcsStreamScript *self, const IcsScriptSegment *segment)
{
    static uint8_t payload[SCRIPT_SEGMENT_BYTES];
    for (uint32_t i = 0; i < segment->payload_bytes; i++) {
        payload[i] = script_byte(segment->first + i);
    }
    IcsTcpHeader header = {
        .source_port = 7896,
        .destination_port = 40000,
        .sequence = self->irs + (uint32_t)segment->first,
        .acknowledgement = segment->has_ack ? self->iss + (uint32_t)segment->ack : 0,
        .window = (uint16_t)segment->window,
        .flags = segment->flags,
        .options = segment->options,
    };
    IcsStreamArrival arrival = {
        .header = &header,
        .payload = payload,
        .payload_bytes = segment->payload_bytes,
        .congestion_experienced = segment->ce,
    };
    uint8_t opening = segment->flags & (ICS_TCP_SYN | ICS_TCP_ACK | ICS_TCP_RST);
    if (self->stream.state == ICS_STREAM_CLOSED && opening == ICS_TCP_SYN) {
        ics_stream_accept(&self->stream, self->now_ns, &arrival);
    } else {
        ics_stream_input(&self->stream, self->now_ns, &arrival);
    }
    script_drain(self);
}

static void script_inject(IcsScriptLine *line)
{
    IcsScriptSegment segment = ics_script_segment_parse(line, line->script->iss);
    if (!segment.is_many) {
        script_inject_one(line->script, &segment);
        return;
    }
    int64_t end = segment.end;
    int64_t step = segment.payload_bytes;
    for (int64_t at = segment.first; at < end; at += step) {
        segment.first = at;
        segment.end = MIN(at + step, end);
        segment.payload_bytes = (uint32_t)(segment.end - at);
        script_inject_one(line->script, &segment);
    }
}

/* ---- what the user does ---- */

static void script_write(IcsScriptLine *line)
{
    IcsStreamScript *self = line->script;
    size_t n = (size_t)ics_script_number(line);
    g_autofree uint8_t *bytes = g_malloc(n + 1);
    int64_t position =
        (int64_t)(ics_stream_write_position(&self->stream) - ics_sequence_first(self->iss));
    for (size_t i = 0; i < n; i++) {
        bytes[i] = script_byte(position + (int64_t)i);
    }
    int64_t taken = ics_stream_write(&self->stream, self->now_ns, bytes, n);
    int64_t expected =
        *line->rest == '=' ? (ics_script_word(line), ics_script_number(line)) : (int64_t)n;
    assert_int_equal(taken, expected);
}

static void script_read(IcsScriptLine *line)
{
    IcsStreamScript *self = line->script;
    size_t n = (size_t)ics_script_number(line);
    g_autofree uint8_t *bytes = g_malloc(n + 1);
    int64_t position =
        (int64_t)(ics_stream_read_position(&self->stream) - ics_sequence_first(self->irs));
    size_t taken = ics_stream_read(&self->stream, self->now_ns, bytes, n, false);
    int64_t expected =
        *line->rest == '=' ? (ics_script_word(line), ics_script_number(line)) : (int64_t)n;
    assert_int_equal(taken, expected);
    for (size_t i = 0; i < taken; i++) {
        assert_int_equal(bytes[i], script_byte(position + (int64_t)i));
    }
}

static bool script_is_on(IcsScriptLine *line)
{
    return strcmp(ics_script_word(line), "on") == 0;
}

static void script_keep_alive(IcsScriptLine *line)
{
    const IcsStreamConfig *config = &line->script->config;
    ics_stream_set_keep_alive(&line->script->stream, line->script->now_ns, script_is_on(line),
                              config->times.keep_alive_idle_ns,
                              config->times.keep_alive_interval_ns,
                              (uint32_t)config->keep_alive_probes);
}

static void script_do(IcsScriptLine *line, const char *verb)
{
    IcsStreamScript *self = line->script;
    IcsStream *stream = &self->stream;
    if (strcmp(verb, "open") == 0) {
        ics_stream_open(stream, self->now_ns);
    } else if (strcmp(verb, "close") == 0) {
        ics_stream_close(stream, self->now_ns);
    } else if (strcmp(verb, "shutdown") == 0) {
        assert_int_equal(ics_stream_shutdown(stream, self->now_ns), 0);
    } else if (strcmp(verb, "abort") == 0) {
        ics_stream_abort(stream, self->now_ns);
    } else if (strcmp(verb, "write") == 0) {
        script_write(line);
    } else if (strcmp(verb, "read") == 0) {
        script_read(line);
    } else if (strcmp(verb, "cork") == 0) {
        ics_stream_set_cork(stream, self->now_ns, script_is_on(line));
    } else if (strcmp(verb, "nagle") == 0) {
        ics_stream_set_nagle(stream, self->now_ns, script_is_on(line));
    } else if (strcmp(verb, "keep-alive") == 0) {
        script_keep_alive(line);
    } else if (strcmp(verb, "user-timeout") == 0) {
        ics_stream_set_user_timeout(stream, self->now_ns, ics_script_number(line) * ICS_SCRIPT_MS);
    } else if (strcmp(verb, "buffers") == 0) {
        uint32_t send_bytes = (uint32_t)ics_script_number(line);
        ics_stream_set_buffers(stream, self->now_ns, send_bytes, (uint32_t)ics_script_number(line));
    } else if (strcmp(verb, "run") != 0) {
        ics_script_fail(line, "unknown verb", verb);
    }
    script_drain(self);
}

static void script_run_line(IcsStreamScript *self, const char *text)
{
    char buffer[SCRIPT_LINE_MAX];
    assert_true(g_strlcpy(buffer, text, sizeof(buffer)) < sizeof(buffer));
    IcsScriptLine line = {.script = self, .text = text, .rest = buffer};
    char *end = NULL;
    const char *time = ics_script_word(&line);
    line.at_ns = (int64_t)(strtod(time, &end) * (double)ICS_SCRIPT_MS + 0.5);
    if (end == time || *end != '\0' || line.at_ns < self->now_ns) {
        ics_script_fail(&line, "no time, or in the past", time);
    }
    script_advance(self, line.at_ns);
    const char *verb = ics_script_word(&line);
    if (strcmp(verb, ">") == 0) {
        script_expect(&line);
        return;
    }
    script_expect_nothing(&line);
    if (strcmp(verb, "<") == 0) {
        script_inject(&line);
    } else if (strcmp(verb, "=") == 0) {
        ics_script_ask(&line);
    } else {
        script_do(&line, verb);
    }
}

void ics_stream_script_run(IcsStreamScript *self, const char *text)
{
    script_initialise(self);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++) {
        if (*g_strstrip(lines[i]) != '\0') {
            script_run_line(self, lines[i]);
        }
    }
}

void ics_stream_script_free(IcsStreamScript *self)
{
    IcsScriptLine line = {.script = self, .text = "the end", .at_ns = self->now_ns};
    script_expect_nothing(&line);
    if (self->is_initialised) {
        ics_stream_clear(&self->stream);
    }
    g_ptr_array_unref(self->departures);
    g_string_free(self->notes, TRUE);
    g_free(self);
}
