/* Any text as what a comparison is asked for: a sweep, a list of transports, a list of measures.
 * What is accepted is sound, and what is refused says why. */
#include <glib.h>
#include <string.h>

#include "base/error.h"
#include "protocols/socket/transport.h"
#include "tool/experiments/measure.h"
#include "tool/experiments/transport_label.h"
#include "tool/experiments/vary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(const GError *error)
{
    g_assert(error != NULL && error->code == ICS_ERROR_INPUT);
    g_assert(g_utf8_validate(error->message, -1, NULL) && strchr(error->message, '\n') == NULL);
}

static void check_sweep(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsVary) vary = ics_vary_parse(text, &error);
    if (vary == NULL) {
        check_refusal(error);
        return;
    }
    g_assert(vary->pointer[0] == '/');
    g_assert(vary->values->len >= 1 && vary->values->len <= ICS_VARY_STEPS_MAX);
    g_assert(vary->positions->len == vary->values->len);
    for (guint i = 1; i < vary->positions->len; i++) {
        g_assert(g_array_index(vary->positions, double, i) >
                 g_array_index(vary->positions, double, i - 1));
    }
}

static void check_label(const char *text)
{
    g_autoptr(GPtrArray) lines = ics_transport_label_lines(text, 12);
    g_ptr_array_add(lines, NULL);
    g_autofree char *joined = g_strjoinv("", (char **)lines->pdata);
    g_assert(strcmp(joined, text) == 0);
}

static void check_transports(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) choices = ics_transport_choices_parse(text, &error);
    if (choices == NULL) {
        check_refusal(error);
        return;
    }
    for (guint i = 0; i < choices->len; i++) {
        const IcsTransportChoice *choice = g_ptr_array_index(choices, i);
        g_autoptr(IcsTransportChoice) again = ics_transport_choice_parse(choice->text, NULL);
        g_assert(again != NULL && again->klass == choice->klass);
        g_assert(strcmp(again->text, choice->text) == 0);
        check_label(choice->text);
    }
}

static void check_measures(const char *text)
{
    g_autoptr(GError) error = NULL;
    uint32_t set = 0;
    if (ics_measures_parse(text, &set, &error)) {
        g_assert(set != 0 && (set & ~ICS_MEASURES_ALL) == 0);
    } else {
        check_refusal(error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    check_sweep(text);
    check_transports(text);
    check_measures(text);
    return 0;
}
