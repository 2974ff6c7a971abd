/* Embedding the simulator: a trace becomes a run, which may be given programs of one's own (written
 * on <ipcsim/socket.h>), is run to its end or step by step, and reports what happened.
 *
 *     IcsRun *run = ics_run_new("traces/udp_loss.json", NULL, &message);
 *     ics_run_to_end(run);
 *     char *json = ics_run_result(run, ICS_RESULT_JSON);
 *     puts(json);
 *     ics_run_free_text(json);
 *     ics_run_free(run);
 *
 * A run belongs to one thread at a time; several runs in one process know nothing of each other.
 * Link with: pkg-config --static --libs ipcsim */
#ifndef IPCSIM_IPCSIM_H
#define IPCSIM_IPCSIM_H

#include <ipcsim/socket.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct IcsRun IcsRun;

/* Changes to what the trace says; zero-initialised changes nothing. */
typedef struct IcsRunOptions {
    bool has_seed;
    uint64_t seed;
    /* "POINTER=VALUE" strings as for --set, NULL-terminated; nullable. */
    const char *const *sets;
} IcsRunOptions;

/* Loads and checks the trace at `path` ("-": standard input) and builds its world; nothing runs
 * yet. `options` is nullable. NULL on failure; `message` (nullable) is then set to what is wrong
 * and where (transfer full: ics_run_free_text()). */
IcsRun *ics_run_new(const char *path, const IcsRunOptions *options, char **message);

/* The same from `n` bytes of text; `name` is what messages call it. Files that the trace names are
 * looked for in the current directory. */
IcsRun *ics_run_new_from_text(const char *name, const char *text, size_t n,
                              const IcsRunOptions *options, char **message);
void ics_run_free(IcsRun *self);

/* Starts a process of one's own on a host of the trace; it runs its first line when the run goes
 * on. `config` is borrowed and must outlive the run. False and a message when there is no such
 * host, or when the host is down. */
bool ics_run_add_process(IcsRun *self, const char *host, const char *name, IcsProgramMain program,
                         const void *config, char **message);

/* Runs until nothing more will happen or the trace's stop is reached. */
void ics_run_to_end(IcsRun *self);
/* Runs up to and including the given virtual time (or the trace's stop, if that is earlier).
 * Returns whether there is more to come. */
bool ics_run_until(IcsRun *self, int64_t until_ns);

/* Virtual time in ns. */
int64_t ics_run_now(const IcsRun *self);
/* The digest of the run so far. */
uint64_t ics_run_digest(const IcsRun *self);
/* Whether every expectation of the trace holds now. */
bool ics_run_is_ok(const IcsRun *self);

typedef enum { ICS_RESULT_TEXT, ICS_RESULT_JSON } IcsResultFormat;

/* The report as `ipcsim run` prints it. Transfer full: ics_run_free_text(). */
char *ics_run_result(const IcsRun *self, IcsResultFormat format);

void ics_run_free_text(char *text);

#ifdef __cplusplus
}
#endif

#endif
