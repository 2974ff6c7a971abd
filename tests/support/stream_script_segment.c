#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/stream_script_line.h"

static const struct {
    char letter;
    uint8_t flag;
} script_flags[] = {
    {'S', ICS_TCP_SYN}, {'F', ICS_TCP_FIN}, {'R', ICS_TCP_RST}, {'P', ICS_TCP_PSH},
    {'.', ICS_TCP_ACK}, {'U', ICS_TCP_URG}, {'E', ICS_TCP_ECE}, {'W', ICS_TCP_CWR},
};

static void script_append_options(GString *text, const IcsTcpOptions *options, uint32_t base)
{
    const char *comma = "";
    g_string_append(text, " <");
    if (options->has_mss) {
        g_string_append_printf(text, "%smss %u", comma, options->mss);
        comma = ",";
    }
    if (options->sack_permitted) {
        g_string_append_printf(text, "%ssackOK", comma);
        comma = ",";
    }
    if (options->has_timestamps) {
        g_string_append_printf(text, "%sTS val %u ecr %u", comma, options->timestamp_value,
                               options->timestamp_echo);
        comma = ",";
    }
    if (options->has_window_scale) {
        g_string_append_printf(text, "%swscale %u", comma, options->window_scale);
        comma = ",";
    }
    for (unsigned i = 0; i < options->n_sack_blocks; i++) {
        const IcsTcpSackBlock *block = &options->sack_blocks[i];
        g_string_append_printf(text, "%s%d:%d", i == 0 ? comma : " ",
                               (int32_t)(block->first - base), (int32_t)(block->end - base));
        if (i == 0) {
            g_string_insert(text, (gssize)(strrchr(text->str, *comma ? ',' : '<') + 1 - text->str),
                            "sack ");
        }
    }
    g_string_append_c(text, '>');
}

char *ics_script_segment_format(const IcsScriptSegment *self, const IcsScriptSegment *like,
                                uint32_t sack_base)
{
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(script_flags); i++) {
        bool hidden = script_flags[i].flag == ICS_TCP_PSH && like->any_push;
        if (self->flags & script_flags[i].flag && !hidden) {
            g_string_append_c(text, script_flags[i].letter);
        }
    }
    g_string_append_printf(text, " %" PRId64 ":%" PRId64 "(%u)", self->first, self->end,
                           self->payload_bytes);
    if (like->has_ack) {
        g_string_append_printf(text, " ack %" PRId64, self->ack);
    }
    if (like->has_window) {
        g_string_append_printf(text, " win %u", self->window);
    }
    if (like->has_options) {
        script_append_options(text, &self->options, sack_base);
    }
    g_string_append_printf(text, "%s%s%s%s", self->ect ? " ect" : "", *self->reason ? " {" : "",
                           self->reason, *self->reason ? "}" : "");
    return g_string_free(text, FALSE);
}

void ics_script_fail(const IcsScriptLine *line, const char *what, const char *detail)
{
    print_error("script: %s\n  %s%s%s\n", line->text, what, *detail ? ": " : "", detail);
    fail();
}

char *ics_script_word(IcsScriptLine *line)
{
    char *word = line->rest + strspn(line->rest, " ");
    size_t n = strcspn(word, " ");
    line->rest = word + n + (word[n] != '\0');
    word[n] = '\0';
    return word;
}

int64_t ics_script_number(IcsScriptLine *line)
{
    char *word = ics_script_word(line);
    char *end = NULL;
    int64_t number = strtoll(word, &end, 10);
    if (*word == '\0' || *end != '\0') {
        ics_script_fail(line, "no number", word);
    }
    return number;
}

static void script_parse_sack(IcsScriptLine *line, char *words, IcsTcpOptions *options,
                              uint32_t base)
{
    int first = 0;
    int end = 0;
    int used = 0;
    for (; sscanf(words, " %d:%d%n", &first, &end, &used) == 2; words += used) {
        if (options->n_sack_blocks == ICS_TCP_SACK_BLOCKS_MAX) {
            ics_script_fail(line, "too many SACK blocks", "");
        }
        options->sack_blocks[options->n_sack_blocks++] =
            (IcsTcpSackBlock){base + (uint32_t)first, base + (uint32_t)end};
    }
}

static void script_parse_option(IcsScriptLine *line, char *option, IcsTcpOptions *options,
                                uint32_t base)
{
    unsigned a = 0;
    unsigned b = 0;
    if (sscanf(option, "mss %u", &a) == 1) {
        options->has_mss = true;
        options->mss = (uint16_t)a;
    } else if (sscanf(option, "wscale %u", &a) == 1) {
        options->has_window_scale = true;
        options->window_scale = (uint8_t)a;
    } else if (sscanf(option, "TS val %u ecr %u", &a, &b) == 2) {
        options->has_timestamps = true;
        options->timestamp_value = a;
        options->timestamp_echo = b;
    } else if (strcmp(option, "sackOK") == 0) {
        options->sack_permitted = true;
    } else if (g_str_has_prefix(option, "sack ")) {
        script_parse_sack(line, option + strlen("sack "), options, base);
    } else {
        ics_script_fail(line, "unknown option", option);
    }
}

/* Takes "<...>" out of what is left of the line. */
static void script_parse_options(IcsScriptLine *line, IcsScriptSegment *segment, uint32_t base)
{
    char *from = strchr(line->rest, '<');
    if (from == NULL) {
        return;
    }
    char *to = strchr(from, '>');
    *to = '\0';
    segment->has_options = true;
    g_auto(GStrv) options = g_strsplit(from + 1, ",", -1);
    for (unsigned i = 0; options[i] != NULL; i++) {
        script_parse_option(line, options[i], &segment->options, base);
    }
    memset(from, ' ', (size_t)(to - from) + 1);
}

static void script_parse_flags(IcsScriptLine *line, IcsScriptSegment *segment)
{
    const char *word = ics_script_word(line);
    segment->any_push = strstr(word, "..") != NULL;
    for (; *word != '\0'; word++) {
        unsigned i = 0;
        while (i < G_N_ELEMENTS(script_flags) && script_flags[i].letter != *word) {
            i++;
        }
        if (i == G_N_ELEMENTS(script_flags)) {
            ics_script_fail(line, "unknown flag", word);
        }
        segment->flags |= script_flags[i].flag;
    }
}

static void script_parse_numbers(IcsScriptLine *line, IcsScriptSegment *segment)
{
    const char *word = ics_script_word(line);
    long long first = 0;
    long long end = 0;
    char star = '\0';
    int n = sscanf(word, "%lld:%lld(%u)%c", &first, &end, &segment->payload_bytes, &star);
    if (n < 3 || (n == 4 && star != '*')) {
        ics_script_fail(line, "no sequence numbers", word);
    }
    segment->first = first;
    segment->end = end;
    segment->is_many = n == 4;
}

IcsScriptSegment ics_script_segment_parse(IcsScriptLine *line, uint32_t sack_base)
{
    IcsScriptSegment segment = {0};
    script_parse_options(line, &segment, sack_base);
    script_parse_flags(line, &segment);
    script_parse_numbers(line, &segment);
    for (const char *word = ics_script_word(line); *word != '\0'; word = ics_script_word(line)) {
        if (strcmp(word, "ack") == 0) {
            segment.has_ack = true;
            segment.ack = ics_script_number(line);
        } else if (strcmp(word, "win") == 0) {
            segment.has_window = true;
            segment.window = (uint32_t)ics_script_number(line);
        } else if (strcmp(word, "ce") == 0) {
            segment.ce = true;
        } else if (strcmp(word, "ect") == 0) {
            segment.ect = true;
        } else if (*word == '{') {
            g_strlcpy(segment.reason, word + 1, MIN(strlen(word) - 1, sizeof(segment.reason)));
        } else {
            ics_script_fail(line, "not understood", word);
        }
    }
    return segment;
}
