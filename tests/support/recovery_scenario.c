#include "tests/support/recovery_scenario.h"

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "sim/simulation.h"

#define SCENARIO_ISS        (UINT32_MAX - 5000)
#define SCENARIO_BLOCKS_MAX 4

void ics_recovery_scenario_config(IcsRecoveryConfig *config)
{
    *config = (IcsRecoveryConfig){
        .congestion = ICS_CONGESTION_RENO,
        .fast_retransmit = true,
        .fast_recovery = true,
        .limited_transmit = true,
        .idle_restart = true,
        .initial_window = 10,
        .fixed_window_bytes = 8 * ICS_SCENARIO_SMSS,
        .duplicate_threshold = 3,
        .initial_rto_ns = ICS_NS_PER_S,
        .min_rto_ns = 200 * ICS_NS_PER_MS,
        .max_rto_ns = 60 * ICS_NS_PER_S,
        .clock_granularity_ns = ICS_NS_PER_MS,
    };
}

void ics_recovery_scenario_begin(IcsRecoveryScenario *self, const IcsRecoveryConfig *config,
                                 bool sack)
{
    *self = (IcsRecoveryScenario){.config = *config};
    IcsSequence iss = ics_sequence_first(SCENARIO_ISS);
    self->start = iss + 1;
    ics_recovery_init(&self->recovery, &self->config, iss);
    IcsRecoveryPeer peer = {
        .smss_bytes = ICS_SCENARIO_SMSS, .sack = sack, .ecn = true, .rtt_ns = 100 * ICS_NS_PER_MS};
    ics_recovery_established(&self->recovery, 0, &peer);
}

static IcsSequence scenario_sequence(const IcsRecoveryScenario *self, uint64_t segment)
{
    return self->start + (segment - 1) * ICS_SCENARIO_SMSS;
}

/* ---- events ---- */

/* "7-9" or "11". */
static IcsSequenceRange scenario_block(const IcsRecoveryScenario *self, const char *word)
{
    char *rest = NULL;
    uint64_t first = g_ascii_strtoull(word, &rest, 10);
    uint64_t last = *rest == '-' ? g_ascii_strtoull(rest + 1, NULL, 10) : first;
    return (IcsSequenceRange){scenario_sequence(self, first), scenario_sequence(self, last + 1)};
}

static void scenario_acknowledge(IcsRecoveryScenario *self, char **words)
{
    IcsSequenceRange blocks[SCENARIO_BLOCKS_MAX];
    IcsRecoveryAck ack = {.sack = blocks, .echo_ns = -1};
    ack.ack = scenario_sequence(self, g_ascii_strtoull(*words, NULL, 10));
    ack.is_duplicate = ack.ack == self->recovery.una && !ics_recovery_is_idle(&self->recovery);
    for (words++; *words != NULL; words++) {
        if (g_str_equal(*words, "ece")) {
            ack.ece = true;
        } else if (g_str_equal(*words, "data")) {
            ack.is_duplicate = false;
        } else if (g_str_equal(*words, "echo")) {
            ack.echo_ns = (int64_t)g_ascii_strtoull(*++words, NULL, 10) * ICS_NS_PER_MS;
        } else if (!g_str_equal(*words, "sack")) {
            assert_true(ack.n_sack < SCENARIO_BLOCKS_MAX);
            blocks[ack.n_sack++] = scenario_block(self, *words);
        }
    }
    self->changed |= ics_recovery_acknowledged(&self->recovery, self->now_ns, &ack);
}

static void scenario_event(IcsRecoveryScenario *self, char **words)
{
    if (**words == '@') {
        self->now_ns = (int64_t)g_ascii_strtoull(*words + 1, NULL, 10) * ICS_NS_PER_MS;
        words++;
    }
    int64_t deadline_ns = ics_recovery_deadline_ns(&self->recovery);
    if (g_str_equal(*words, "timer")) {
        assert_int_equal(deadline_ns, self->now_ns);
        self->changed |= ics_recovery_expire(&self->recovery, self->now_ns);
        return;
    }
    assert_true(deadline_ns >= self->now_ns);
    if (g_str_equal(*words, "send")) {
        self->data_bytes += g_ascii_strtoull(words[1], NULL, 10) * ICS_SCENARIO_SMSS;
        self->changed |= ics_recovery_about_to_send(&self->recovery, self->now_ns);
        return;
    }
    assert_string_equal(*words, "ack");
    scenario_acknowledge(self, words + 1);
}

/* ---- output ---- */

static char scenario_letter(IcsStreamRepeat why)
{
    switch (why) {
    case ICS_STREAM_REPEAT_NONE:
        return 'N';
    case ICS_STREAM_REPEAT_FAST:
        return 'F';
    case ICS_STREAM_REPEAT_PARTIAL:
        return 'P';
    case ICS_STREAM_REPEAT_SACK:
        return 'S';
    case ICS_STREAM_REPEAT_RACK:
        return 'K';
    case ICS_STREAM_REPEAT_TLP:
        return 'L';
    case ICS_STREAM_REPEAT_RTO:
        return 'O';
    case ICS_STREAM_REPEAT_SYN:
    case ICS_STREAM_REPEAT_PROBE:
    case ICS_STREAM_REPEAT_FIN:
    case ICS_STREAM_REPEAT_MTU:
        break;
    }
    return '?';
}

static void scenario_write(const IcsRecoveryScenario *self, GString *sent, IcsStreamRepeat why,
                           IcsSequence first)
{
    g_string_append_printf(sent, "%s%c%u", sent->len > 0 ? " " : "", scenario_letter(why),
                           (unsigned)((first - self->start) / ICS_SCENARIO_SMSS + 1));
}

static void scenario_output(IcsRecoveryScenario *self, GString *sent)
{
    IcsRecovery *recovery = &self->recovery;
    for (;;) {
        bool new_data = recovery->nxt < self->start + self->data_bytes;
        IcsSequenceRange range;
        IcsStreamRepeat why = ics_recovery_next_repeat(recovery, new_data, &range);
        if (why != ICS_STREAM_REPEAT_NONE) {
            self->changed |= ics_recovery_repeated(recovery, self->now_ns, range);
        } else if (new_data && ics_recovery_allowance_bytes(recovery) >= ICS_SCENARIO_SMSS) {
            range = (IcsSequenceRange){recovery->nxt, recovery->nxt + ICS_SCENARIO_SMSS};
            self->changed |= ics_recovery_sent(recovery, self->now_ns, range);
        } else {
            return;
        }
        scenario_write(self, sent, why, range.first);
    }
}

static void scenario_play_row(IcsRecoveryScenario *self, const IcsScenarioRow *row)
{
    g_auto(GStrv) words = g_strsplit(row->event, " ", -1);
    g_autoptr(GString) sent = g_string_new("");
    self->changed = 0;
    scenario_event(self, words);
    scenario_output(self, sent);
    uint64_t ssthresh = ics_recovery_ssthresh_bytes(&self->recovery);
    IcsScenarioRow now = {
        .cwnd = ics_recovery_cwnd_bytes(&self->recovery),
        .ssthresh = ssthresh == ICS_SSTHRESH_NONE ? ICS_SCENARIO_NONE : ssthresh,
        .pipe = ics_recovery_pipe_bytes(&self->recovery),
    };
    bool is_equal = now.cwnd == row->cwnd && now.ssthresh == row->ssthresh &&
                    now.pipe == row->pipe && g_str_equal(sent->str, row->sent);
    if (!is_equal) {
        fail_msg("{\"%s\", \"%s\", %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                 "} is what happened instead of \"%s\", %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                 ", %" G_GUINT64_FORMAT,
                 row->event, sent->str, now.cwnd, now.ssthresh, now.pipe, row->sent, row->cwnd,
                 row->ssthresh, row->pipe);
    }
}

void ics_recovery_scenario_play(IcsRecoveryScenario *self, const IcsScenarioRow *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        scenario_play_row(self, &rows[i]);
    }
}
