#include "tool/experiments/gnuplot.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_writer.h"
#include "base/quote.h"

#define GNUPLOT_WORDS_MAX 300

bool ics_gnuplot_find(GError **error)
{
    g_autofree char *path = g_find_program_in_path("gnuplot");
    if (path == NULL) {
        g_set_error_literal(error, ICS_ERROR, ICS_ERROR_MACHINE,
                            "--plot: the program gnuplot is not installed (Debian package "
                            "gnuplot-nox)");
    }
    return path != NULL;
}

static bool gnuplot_fail(const char *words, GError **error)
{
    g_autofree char *line = ics_one_line(words, GNUPLOT_WORDS_MAX);
    g_set_error(error, ICS_ERROR, ICS_ERROR_MACHINE, "--plot: gnuplot failed: %s", line);
    return false;
}

/* Runs it with a script in a file. */
static bool gnuplot_spawn(const char *path, char **printed, GError **error)
{
    char *words[] = {"gnuplot", "-d", (char *)path, NULL};
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
    g_autofree char *complaints = NULL;
    g_autoptr(GError) failure = NULL;
    int status;
    if (!g_spawn_sync(NULL, words, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, printed,
                      &complaints, &status, &failure)) {
        return gnuplot_fail(failure->message, error);
    }
    if (!g_spawn_check_wait_status(status, &failure)) {
        return gnuplot_fail(complaints[0] != '\0' ? complaints : failure->message, error);
    }
    return true;
}

GString *ics_gnuplot_run(const char *script, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *path = NULL;
    g_autofree char *printed = NULL;
    int fd = g_file_open_tmp("ipcsim-XXXXXX.gnuplot", &path, &failure);
    if (fd < 0) {
        gnuplot_fail(failure->message, error);
        return NULL;
    }
    close(fd);
    bool ok = ics_file_write_whole(path, script, strlen(script), error) &&
              gnuplot_spawn(path, &printed, error);
    g_unlink(path);
    return ok ? g_string_new(printed) : NULL;
}

void ics_gnuplot_append_text(GString *out, const char *text)
{
    g_string_append_c(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            g_string_append(out, "''");
        } else {
            g_string_append_c(out, g_ascii_iscntrl(*text) ? ' ' : *text);
        }
    }
    g_string_append_c(out, '\'');
}
