/* A comparison as a gnuplot script: a panel for each measure; bars with error bars for one setting,
 * curves with confidence bands for a sweep. */
#include <inttypes.h>
#include <math.h>

#include "tool/experiments/comparison_report.h"
#include "tool/experiments/gnuplot.h"
#include "tool/report/text_width.h"

#define COMPARISON_PLOT_WIDTH       1280
#define COMPARISON_PLOT_HEIGHT      720
#define COMPARISON_PLOT_TITLE_WIDTH 105

/* What is drawn when nothing else is asked for. */
#define COMPARISON_PLOT_MEASURES                                                                   \
    (1U << ICS_MEASURE_DELIVERED | 1U << ICS_MEASURE_LATENCY_P99 | 1U << ICS_MEASURE_COMPLETION |  \
     1U << ICS_MEASURE_GOODPUT | 1U << ICS_MEASURE_WIRE_PER_BYTE |                                 \
     1U << ICS_MEASURE_RETRANSMISSIONS)

/* Okabe and Ito: colours that the colour-blind can tell apart. */
static const char *const comparison_plot_colours[] = {"#0072B2", "#E69F00", "#009E73", "#CC79A7",
                                                      "#56B4E9", "#D55E00", "#000000", "#999999"};
static const int comparison_plot_points[] = {7, 5, 9, 13, 11, 15, 6, 4};

/* One panel. */
typedef struct ComparisonPanel {
    const IcsComparisonReport *report;
    IcsMeasure measure;
    const char *unit; /* static; "" where there is none */
    double factor;    /* of the unit */
    bool is_first;
    GString *out;
} ComparisonPanel;

static const char *comparison_plot_colour(uint32_t row)
{
    return comparison_plot_colours[row % G_N_ELEMENTS(comparison_plot_colours)];
}

static IcsEstimate comparison_plot_estimate(const ComparisonPanel *self, uint32_t setting,
                                            uint32_t row)
{
    IcsComparisonRow at = {setting, row, ICS_COMPARISON_TOTAL};
    return ics_comparison_mean(self->report->comparison, &at, self->measure);
}

/* The largest mean of a panel; negative: nothing is defined. */
static double comparison_plot_largest(const ComparisonPanel *self)
{
    const IcsComparisonPlan *plan = self->report->comparison->plan;
    double largest = -1;
    for (uint32_t setting = 0; setting < plan->traces->len; setting++) {
        for (uint32_t row = 0; row < plan->transports->len; row++) {
            IcsEstimate estimate = comparison_plot_estimate(self, setting, row);
            largest = estimate.n > 0 ? MAX(largest, estimate.mean) : largest;
        }
    }
    return largest;
}

static void comparison_plot_choose_unit(ComparisonPanel *self, double largest)
{
    static const struct {
        const char *time, *rate;
        double time_factor, rate_factor;
    } units[] = {{"s", "Gbit/s", 1e9, 1e9},
                 {"ms", "Mbit/s", 1e6, 1e6},
                 {"us", "kbit/s", 1e3, 1e3},
                 {"ns", "bit/s", 1, 1}};
    IcsMeasureUnit unit = ics_measure_info(self->measure)->unit;
    bool is_time = unit == ICS_MEASURE_UNIT_TIME;
    self->unit = "";
    self->factor = 1;
    if (!is_time && unit != ICS_MEASURE_UNIT_RATE) {
        return;
    }
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(units) && largest < units[i].time_factor) {
        i++;
    }
    self->unit = is_time ? units[i].time : units[i].rate;
    self->factor = is_time ? units[i].time_factor : units[i].rate_factor;
}

/* ---- data ---- */

static void comparison_plot_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(out, " %s", g_ascii_formatd(text, sizeof text, "%.10g", value));
}

/* "X MEAN LOW HIGH" for each setting of a row at which the measure is defined. */
static void comparison_plot_data(const ComparisonPanel *self, uint32_t row)
{
    const IcsComparisonPlan *plan = self->report->comparison->plan;
    const IcsVary *vary = self->report->settings->vary;
    g_string_append_printf(self->out, "$row%" PRIu32 " << END\n", row);
    for (uint32_t setting = 0; setting < plan->traces->len; setting++) {
        IcsEstimate estimate = comparison_plot_estimate(self, setting, row);
        if (estimate.n == 0) {
            g_string_append_c(self->out, '\n');
            continue;
        }
        comparison_plot_number(
            self->out, vary != NULL ? g_array_index(vary->positions, double, setting) : row);
        comparison_plot_number(self->out, estimate.mean / self->factor);
        comparison_plot_number(self->out, (estimate.mean - estimate.half_width) / self->factor);
        comparison_plot_number(self->out, (estimate.mean + estimate.half_width) / self->factor);
        g_string_append_c(self->out, '\n');
    }
    g_string_append(self->out, "END\n");
}

/* ---- panels ---- */

static void comparison_plot_title(const ComparisonPanel *self)
{
    const char *title = ics_measure_info(self->measure)->title;
    g_autofree char *text =
        self->unit[0] != '\0' ? g_strdup_printf("%s [%s]", title, self->unit) : g_strdup(title);
    g_string_append(self->out, "set title ");
    ics_gnuplot_append_text(self->out, text);
    g_string_append(self->out, " noenhanced offset 0,-0.3\n");
}

/* The name of a row in the legend, which stands in the first panel for all. */
static void comparison_plot_key(const ComparisonPanel *self, uint32_t row)
{
    const IcsTransportChoice *choice =
        g_ptr_array_index(self->report->comparison->plan->transports, row);
    if (self->is_first) {
        g_string_append(self->out, " title ");
        ics_gnuplot_append_text(self->out, choice->text);
        g_string_append(self->out, " noenhanced");
    } else {
        g_string_append(self->out, " notitle");
    }
}

static void comparison_plot_bar(const ComparisonPanel *self, uint32_t row)
{
    bool is_defined = comparison_plot_estimate(self, 0, row).n > 0;
    if (!is_defined) {
        g_string_append_printf(self->out, "NaN with boxes lc rgb '%s' fs solid 0.75",
                               comparison_plot_colour(row));
    } else {
        g_string_append_printf(
            self->out, "$row%" PRIu32 " using 1:2:3:4:(0.7) with boxerrorbars lc rgb '%s' lw 1.5",
            row, comparison_plot_colour(row));
    }
    comparison_plot_key(self, row);
}

static void comparison_plot_curve(const ComparisonPanel *self, uint32_t row)
{
    const char *colour = comparison_plot_colour(row);
    int points = comparison_plot_points[row % G_N_ELEMENTS(comparison_plot_points)];
    g_string_append_printf(self->out,
                           "$row%" PRIu32 " using 1:3:4 with filledcurves lc rgb '%s' fs "
                           "transparent solid 0.2 noborder notitle, $row%" PRIu32
                           " using 1:2 with linespoints lc rgb '%s' pt %d ps 0.8 lw 2.5",
                           row, colour, row, colour, points);
    comparison_plot_key(self, row);
}

/* Where a bar would stand of which nothing is known. */
static void comparison_plot_absent(const ComparisonPanel *self, uint32_t row)
{
    bool is_completion = self->measure == ICS_MEASURE_COMPLETION;
    if (comparison_plot_estimate(self, 0, row).n == 0) {
        g_string_append_printf(self->out,
                               "set label '%s' at %" PRIu32
                               ",graph 0.04 rotate by 90 left font ',13' textcolor rgb '%s'\n",
                               is_completion ? "incomplete" : "undefined", row,
                               comparison_plot_colour(row));
    }
}

static void comparison_plot_panel(const ComparisonPanel *self)
{
    uint32_t rows = self->report->comparison->plan->transports->len;
    bool is_sweep = self->report->settings->vary != NULL;
    comparison_plot_title(self);
    g_string_append(self->out, "unset label\n");
    g_string_append(self->out, self->is_first ? "set key at screen 0.5,0.015 center bottom "
                                                "horizontal samplen 2\n"
                                              : "unset key\n");
    for (uint32_t row = 0; row < rows; row++) {
        comparison_plot_data(self, row);
        if (!is_sweep) {
            comparison_plot_absent(self, row);
        }
    }
    for (uint32_t row = 0; row < rows; row++) {
        g_string_append(self->out, row == 0 ? "plot " : ", \\\n     ");
        if (is_sweep) {
            comparison_plot_curve(self, row);
        } else {
            comparison_plot_bar(self, row);
        }
    }
    g_string_append_c(self->out, '\n');
}

/* ---- the page ---- */

/* Those that were asked for and that are defined somewhere. Transfer full. */
static GArray *comparison_plot_panels(const IcsComparisonReport *report, GString *out)
{
    GArray *panels = g_array_new(FALSE, FALSE, sizeof(ComparisonPanel));
    uint32_t wanted =
        report->measures == ICS_MEASURES_ALL ? COMPARISON_PLOT_MEASURES : report->measures;
    for (int i = 0; i < ICS_N_MEASURES; i++) {
        ComparisonPanel panel = {
            .report = report,
            .measure = (IcsMeasure)i,
            .is_first = panels->len == 0,
            .out = out,
        };
        double largest = (wanted >> i & 1) != 0 ? comparison_plot_largest(&panel) : -1;
        if (largest >= 0) {
            comparison_plot_choose_unit(&panel, largest);
            g_array_append_val(panels, panel);
        }
    }
    return panels;
}

static void comparison_plot_head(const IcsComparisonReport *report, guint panels, GString *out)
{
    const IcsTrace *trace = report->settings->base;
    const IcsComparisonPlan *plan = report->comparison->plan;
    guint columns = panels <= 3 ? panels : panels == 4 ? 2 : panels <= 9 ? 3 : 4;
    guint rows = (panels + columns - 1) / columns;
    g_autofree char *plain = ics_text_plain(trace->title);
    g_autofree char *title = ics_text_cut(plain, COMPARISON_PLOT_TITLE_WIDTH);
    g_string_append_printf(out,
                           "set encoding utf8\n"
                           "set terminal svg size %d,%d enhanced font 'Helvetica,15' background "
                           "'white'\n"
                           "set multiplot layout %u,%u title ",
                           COMPARISON_PLOT_WIDTH, COMPARISON_PLOT_HEIGHT, rows, columns);
    ics_gnuplot_append_text(out, title);
    g_string_append(out, " noenhanced font ',21' margins screen 0.06,0.98,0.15,0.86 spacing "
                         "screen 0.07,0.13\n");
    g_string_append_printf(
        out,
        "set label 100 'means over %" PRIu32
        " run%s, 95 %% confidence intervals%s' at screen 0.985,0.925 right font ',12' textcolor "
        "rgb '#555555'\n",
        plan->runs, plan->runs == 1 ? "" : "s",
        report->comparison->interrupted ? " (interrupted)" : "");
}

static void comparison_plot_axes(const IcsComparisonReport *report, GString *out)
{
    const IcsSettings *settings = report->settings;
    uint32_t rows = report->comparison->plan->transports->len;
    g_string_append(out, "set border 3 lc rgb '#555555'\nset tics nomirror out\n"
                         "set grid ytics lc rgb '#dddddd' lw 1 lt 1\nset style fill solid 0.75 "
                         "border\nset yrange [0:*]\nset errorbars 1.5\n");
    if (settings->vary == NULL) {
        g_string_append_printf(out, "unset xtics\nset xrange [-0.6:%g]\n", (double)rows - 0.4);
        return;
    }
    const char *unit = settings->vary->unit;
    g_autofree char *label = unit[0] != '\0' ? g_strdup_printf("%s [%s]", settings->label, unit)
                                             : g_strdup(settings->label);
    g_string_append(out, "set xlabel ");
    ics_gnuplot_append_text(out, label);
    g_string_append(out, " noenhanced offset 0,0.5\n");
}

char *ics_comparison_plot_script(const IcsComparisonReport *self)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GArray) panels = comparison_plot_panels(self, out);
    comparison_plot_head(self, MAX(panels->len, 1U), out);
    comparison_plot_axes(self, out);
    for (guint i = 0; i < panels->len; i++) {
        comparison_plot_panel(&g_array_index(panels, ComparisonPanel, i));
    }
    g_string_append(out, "unset multiplot\n");
    return g_string_free(out, FALSE);
}
