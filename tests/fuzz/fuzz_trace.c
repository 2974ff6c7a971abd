/* Any bytes as a trace: it is refused with a message, or becomes a world that runs for a while,
 * conserves its packets and can be taken apart. */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "traces/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#define FUZZ_TRACE_MEMORY_BYTES (64 * 1048576)
#define FUZZ_TRACE_EVENTS       2000
/* What processes may do without an event between: no run can stop that. */
#define FUZZ_TRACE_WORK 10000

/* How many operations and messages a value of the trace stands for; more than FUZZ_TRACE_WORK stops
 * counting. */
static uint64_t fuzz_trace_work(const IcsJsonNode *node)
{
    static const char *const factors[] = {"times", "messages"};
    uint64_t work = ics_json_type(node) == ICS_JSON_OBJECT;
    IcsJsonIterator iterator;
    IcsJsonNode child;
    ics_json_iterator_init(&iterator, node);
    while (ics_json_iterator_next(&iterator, &child)) {
        work = MIN(work + fuzz_trace_work(&child), FUZZ_TRACE_WORK + 1);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(factors); i++) {
        int64_t factor;
        if (ics_json_member(node, factors[i], &child) &&
            ics_json_get_int64(&child, &factor, NULL)) {
            work *= (uint64_t)CLAMP(factor, 1, FUZZ_TRACE_WORK + 1);
        }
    }
    return MIN(work, FUZZ_TRACE_WORK + 1);
}

static void fuzz_trace_run(const IcsTrace *trace)
{
    IcsJsonNode root = ics_json_root(trace->document);
    IcsWorldOptions options = {.memory_limit_bytes = FUZZ_TRACE_MEMORY_BYTES};
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsWorld) world = ics_world_new(trace, &options, &error);
    if (world == NULL) {
        g_assert(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
        return;
    }
    if (fuzz_trace_work(&root) > FUZZ_TRACE_WORK) {
        return;
    }
    ics_world_run(world, FUZZ_TRACE_EVENTS);
    g_assert(ics_world_check_invariants(world) == NULL);
    ics_world_digest(world);
    for (uint32_t i = 0; i < ics_flow_table_size(&world->network->flows); i++) {
        g_autofree char *name = ics_world_flow_name(world, i);
        g_assert(strstr(name, " -> ") != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsTrace) trace =
        ics_trace_parse("fuzz", (const char *)data, size, "/nonexistent", NULL, &error);
    g_assert((trace == NULL) == (error != NULL));
    if (trace == NULL) {
        g_assert(error->domain == ICS_ERROR);
        g_assert(error->code == ICS_ERROR_INPUT || error->code == ICS_ERROR_MACHINE);
        g_assert(g_utf8_validate(error->message, -1, NULL));
        return 0;
    }
    fuzz_trace_run(trace);
    return 0;
}

/* ---- mutations of tokens, so that most inputs stay JSON ---- */

typedef struct FuzzToken {
    size_t start;
    size_t length;
} FuzzToken;

/* The string, word, number or mark that begins at or after `at`. */
static FuzzToken fuzz_trace_token(const uint8_t *data, size_t size, size_t at)
{
    while (at < size && g_ascii_isspace(data[at])) {
        at++;
    }
    size_t end = MIN(at + 1, size);
    if (at < size && data[at] == '"') {
        while (end < size && data[end] != '"') {
            end += data[end] == '\\' ? 2 : 1;
        }
        end = MIN(end + 1, size);
    } else if (at < size && g_ascii_isalnum(data[at])) {
        while (end < size && (g_ascii_isalnum(data[end]) || data[end] == '.')) {
            end++;
        }
    }
    return (FuzzToken){at, end - at};
}

static FuzzToken fuzz_trace_pick(GRand *random, const uint8_t *data, size_t size)
{
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(FuzzToken));
    for (size_t at = 0; at < size;) {
        FuzzToken token = fuzz_trace_token(data, size, at);
        at = token.start + token.length;
        if (token.length > 0) {
            g_array_append_val(tokens, token);
        }
    }
    if (tokens->len == 0) {
        return (FuzzToken){0, 0};
    }
    return g_array_index(tokens, FuzzToken, g_rand_int(random) % tokens->len);
}

/* A token to be put in: one of the input's own, or one that the input may never have seen. */
static char *fuzz_trace_new_token(GRand *random, const uint8_t *data, size_t size)
{
    static const char *const words[] = {
        "0",         "1",           "-1",       "9223372036854775807",
        "0.5",       "true",        "null",     "\"0s\"",
        "\"1ns\"",   "\"600000h\"", "\"100%\"", "\"1bit\"",
        "{}",        "[]",          "\"both\"", "\"\"",
        "\"1Gbit\"", "\"65535B\"",  "1e-9",     ","};
    if (g_rand_boolean(random)) {
        return g_strdup(words[g_rand_int(random) % G_N_ELEMENTS(words)]);
    }
    FuzzToken token = fuzz_trace_pick(random, data, size);
    return g_strndup((const char *)data + token.start, token.length);
}

/* Puts a token in the place of another (or before it, or takes one away), once or several times. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, data, (guint)size);
    do {
        FuzzToken at = fuzz_trace_pick(random, bytes->data, bytes->len);
        g_autofree char *token = fuzz_trace_new_token(random, bytes->data, bytes->len);
        g_autoptr(GByteArray) changed = g_byte_array_new();
        bool keeps = g_rand_int(random) % 8 == 0;
        size_t rest = at.start + (keeps ? 0 : at.length);
        g_byte_array_append(changed, bytes->data, (guint)at.start);
        g_byte_array_append(changed, (const guint8 *)token, (guint)strlen(token));
        g_byte_array_append(changed, bytes->data + rest, bytes->len - (guint)rest);
        g_byte_array_unref(g_steal_pointer(&bytes));
        bytes = g_steal_pointer(&changed);
    } while (g_rand_boolean(random));
    size = MIN(bytes->len, max_size);
    memcpy(data, bytes->data, size);
    return size;
}
