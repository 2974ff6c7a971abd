/* A comparison as a gnuplot script: a panel for each measure; bars with error bars for one setting,
 * curves with confidence bands for a sweep. */
#include <inttypes.h>
#include <string.h>

#include "tool/experiments/comparison_report.h"
#include "tool/experiments/estimate_text.h"
#include "tool/experiments/gnuplot.h"
#include "tool/report/text_width.h"

#define COMPARISON_PLOT_WIDTH       1280
#define COMPARISON_PLOT_HEIGHT      720
#define COMPARISON_PLOT_TITLE_WIDTH 105
#define COMPARISON_PLOT_LETTER      9 /* pixels of one in the legend, and of the sample beside it */
#define COMPARISON_PLOT_SAMPLE      102
#define COMPARISON_PLOT_LEGEND_LINE 0.032 /* of the height of the page */
#define COMPARISON_PLOT_VALUES_MAX  5     /* rows; more numbers would overlap */

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
    bool is_lowest;   /* in its column: it has the label of the axis */
    GString *out;
} ComparisonPanel;

static const char *comparison_plot_colour(uint32_t row)
{
    return comparison_plot_colours[row % G_N_ELEMENTS(comparison_plot_colours)];
}

static int comparison_plot_point(uint32_t row)
{
    return comparison_plot_points[row % G_N_ELEMENTS(comparison_plot_points)];
}

/* A completion time of those runs only that happened to lose nothing would flatter. */
static IcsEstimate comparison_plot_estimate(const ComparisonPanel *self, uint32_t setting,
                                            uint32_t row)
{
    const IcsComparison *comparison = self->report->comparison;
    IcsComparisonRow at = {setting, row, ICS_COMPARISON_TOTAL};
    IcsEstimate estimate = ics_comparison_mean(comparison, &at, self->measure);
    bool is_partial = self->measure == ICS_MEASURE_COMPLETION &&
                      estimate.n < ics_comparison_runs_done(comparison, setting, row);
    return is_partial ? (IcsEstimate){0} : estimate;
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

static void comparison_plot_axis(const ComparisonPanel *self)
{
    const IcsSettings *settings = self->report->settings;
    if (settings->vary == NULL || !self->is_lowest) {
        g_string_append(self->out, "unset xlabel\n");
        return;
    }
    const char *unit = settings->vary->unit;
    g_autofree char *label = unit[0] != '\0' ? g_strdup_printf("%s [%s]", settings->label, unit)
                                             : g_strdup(settings->label);
    g_string_append(self->out, "set xlabel ");
    ics_gnuplot_append_text(self->out, label);
    g_string_append(self->out, " noenhanced offset 0,0.5\n");
}

/* A stem from low to high with a bar across each end: gnuplot's own error bars have a white spot in
 * the middle. */
static void comparison_plot_error_bar(const ComparisonPanel *self, uint32_t row)
{
    static const char *const lines[] = {"1:3:(0):($4-$3)", "($1-0.07):3:(0.14):(0)",
                                        "($1-0.07):4:(0.14):(0)"};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_string_append_printf(
            self->out, ", $row%" PRIu32 " using %s with vectors nohead lc rgb '#333333' lw 1.5",
            row, lines[i]);
    }
}

static void comparison_plot_bar(const ComparisonPanel *self, uint32_t row)
{
    IcsEstimate estimate = comparison_plot_estimate(self, 0, row);
    if (estimate.n == 0) {
        g_string_append(self->out, "NaN");
        return;
    }
    g_string_append_printf(self->out, "$row%" PRIu32 " using 1:2:(0.7) with boxes lc rgb '%s'", row,
                           comparison_plot_colour(row));
    if (estimate.half_width > 0) {
        comparison_plot_error_bar(self, row);
    }
}

static void comparison_plot_curve(const ComparisonPanel *self, uint32_t row)
{
    const char *colour = comparison_plot_colour(row);
    g_string_append_printf(self->out,
                           "$row%" PRIu32 " using 1:3:4 with filledcurves lc rgb '%s' fs "
                           "transparent solid 0.2 noborder, $row%" PRIu32
                           " using 1:2 with linespoints lc rgb '%s' pt %d ps 0.8 lw 2.5",
                           row, colour, row, colour, comparison_plot_point(row));
}

/* Where a bar would stand of which nothing is known. */
static void comparison_plot_absent(const ComparisonPanel *self, uint32_t row)
{
    bool is_completion = self->measure == ICS_MEASURE_COMPLETION;
    g_string_append_printf(self->out,
                           "set label %" PRIu32 " '%s' at %" PRIu32
                           ",graph 0.04 rotate by 90 left font ',13' textcolor rgb '%s'\n",
                           row + 1, is_completion ? "incomplete" : "undefined", row,
                           comparison_plot_colour(row));
}

/* The mean as a number over its bar. */
static void comparison_plot_value(const ComparisonPanel *self, uint32_t row)
{
    IcsEstimate estimate = comparison_plot_estimate(self, 0, row);
    if (estimate.n == 0) {
        comparison_plot_absent(self, row);
        return;
    }
    IcsMeasureUnit unit = ics_measure_info(self->measure)->unit;
    IcsEstimateText text = ics_estimate_text(&estimate, unit, false);
    g_autofree char *own_unit = g_strdup_printf(" %s", self->unit);
    if (g_str_has_suffix(text.mean, own_unit)) {
        text.mean[strlen(text.mean) - strlen(own_unit)] = '\0';
    }
    if (self->report->comparison->plan->transports->len <= COMPARISON_PLOT_VALUES_MAX) {
        g_string_append_printf(self->out, "set label %" PRIu32 " '%s' at %" PRIu32 ",", row + 1,
                               text.mean, row);
        comparison_plot_number(self->out, (estimate.mean + estimate.half_width) / self->factor);
        g_string_append(self->out, " center offset 0,0.6 font ',12'\n");
    }
}

static void comparison_plot_panel(const ComparisonPanel *self)
{
    uint32_t rows = self->report->comparison->plan->transports->len;
    bool is_sweep = self->report->settings->vary != NULL;
    comparison_plot_title(self);
    comparison_plot_axis(self);
    g_string_append(self->out, "unset label\n");
    for (uint32_t row = 0; row < rows; row++) {
        comparison_plot_data(self, row);
        if (!is_sweep) {
            comparison_plot_value(self, row);
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

static guint comparison_plot_columns(guint panels)
{
    return panels <= 3 ? panels : panels == 4 ? 2 : panels <= 9 ? 3 : 4;
}

/* How gnuplot will lay the legend out: in columns as wide as its longest name. */
static uint32_t comparison_plot_legend_lines(const IcsComparisonReport *report)
{
    const GPtrArray *transports = report->comparison->plan->transports;
    uint32_t longest = 0;
    for (guint i = 0; i < transports->len; i++) {
        const IcsTransportChoice *choice = g_ptr_array_index(transports, i);
        longest = MAX(longest, (uint32_t)strlen(choice->text));
    }
    uint32_t column = longest * COMPARISON_PLOT_LETTER + COMPARISON_PLOT_SAMPLE;
    uint32_t columns = MAX(COMPARISON_PLOT_WIDTH * 49 / 50 / column, 1U);
    return (transports->len + columns - 1) / columns;
}

static void comparison_plot_head(const IcsComparisonReport *report, guint panels, GString *out)
{
    guint columns = comparison_plot_columns(panels);
    g_autofree char *plain = ics_text_plain(report->settings->base->title);
    g_autofree char *title = ics_text_cut(plain, COMPARISON_PLOT_TITLE_WIDTH);
    g_string_append_printf(out,
                           "set encoding utf8\n"
                           "set terminal svg size %d,%d enhanced font 'Helvetica,15' background "
                           "'white'\n"
                           "set multiplot layout %u,%u title ",
                           COMPARISON_PLOT_WIDTH, COMPARISON_PLOT_HEIGHT,
                           (panels + columns - 1) / columns, columns);
    ics_gnuplot_append_text(out, title);
    bool is_sweep = report->settings->vary != NULL;
    double legend = COMPARISON_PLOT_LEGEND_LINE * comparison_plot_legend_lines(report);
    g_string_append(out, " noenhanced font ',21' margins screen 0.06,0.98,");
    comparison_plot_number(out, (is_sweep ? 0.16 : 0.09) + legend);
    g_string_append_printf(out, ",0.87 spacing screen 0.07,%s\n", is_sweep ? "0.15" : "0.12");
    g_string_append_printf(out, "set offsets 0,0,graph %s,0\n", is_sweep ? "0.05" : "0.12");
    g_string_append(out, "set border 3 lc rgb '#555555'\n"
                         "set tics nomirror out\n"
                         "set grid ytics back lc rgb '#dddddd' lw 1 lt 1\n"
                         "set style fill solid 1 noborder\n"
                         "set yrange [0:*]\n"
                         "unset key\n");
    if (report->settings->vary == NULL) {
        uint32_t rows = report->comparison->plan->transports->len;
        g_string_append_printf(out, "unset xtics\nset xrange [-0.6:%" PRIu32 ".6]\n", rows - 1);
    }
}

/* A plot without axes over the whole page: what the colours mean, and how the numbers were made. */
static void comparison_plot_legend(const IcsComparisonReport *report, GString *out)
{
    const IcsComparisonPlan *plan = report->comparison->plan;
    const char *style = report->settings->vary != NULL ? "linespoints" : "boxes";
    g_string_append(out,
                    "unset label\nunset title\nunset xlabel\nunset border\nunset tics\n"
                    "unset grid\nunset offsets\nset xrange [0:1]\nset yrange [0:1]\n"
                    "set lmargin at screen 0.01\nset rmargin at screen 0.99\n"
                    "set bmargin at screen 0.01\nset tmargin at screen 0.99\n"
                    "set key at screen 0.5,0.055 center bottom horizontal samplen 2 width 2\n");
    g_string_append_printf(out, "set label 1 'means over %" PRIu32 " run%s%s%s", plan->runs,
                           plan->runs == 1 ? "" : "s, with 95 % confidence ",
                           plan->runs == 1                  ? ""
                           : report->settings->vary != NULL ? "bands"
                                                            : "intervals",
                           report->comparison->interrupted ? " (interrupted)" : "");
    g_string_append(out, "' at screen 0.5,0.025 center font ',13' textcolor rgb '#555555'\nplot ");
    for (uint32_t row = 0; row < plan->transports->len; row++) {
        const IcsTransportChoice *choice = g_ptr_array_index(plan->transports, row);
        g_string_append_printf(out, "%sNaN with %s lc rgb '%s' lw 2.5 pt %d title ",
                               row > 0 ? ", \\\n     " : "", style, comparison_plot_colour(row),
                               comparison_plot_point(row));
        ics_gnuplot_append_text(out, choice->text);
        g_string_append(out, " noenhanced");
    }
    g_string_append_c(out, '\n');
}

char *ics_comparison_plot_script(const IcsComparisonReport *self)
{
    GString *out = g_string_new(NULL);
    g_autoptr(GArray) panels = comparison_plot_panels(self, out);
    comparison_plot_head(self, MAX(panels->len, 1U), out);
    for (guint i = 0; i < panels->len; i++) {
        ComparisonPanel *panel = &g_array_index(panels, ComparisonPanel, i);
        panel->is_lowest = i + comparison_plot_columns(panels->len) >= panels->len;
        comparison_plot_panel(panel);
    }
    comparison_plot_legend(self, out);
    g_string_append(out, "unset multiplot\n");
    return g_string_free(out, FALSE);
}
