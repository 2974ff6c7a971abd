/* The utilisation of a link by the textbook protocols, beside the textbooks' formulas. A frame
 * takes one unit of time to send, a round trip (frame, propagation, acknowledgement, propagation)
 * takes 1 + 2a of them, and of the frames a part p is lost; acknowledgements are not.
 *
 *     stop-and-wait     U = (1 - p) / (1 + 2a)
 *     go-back-N         U = (1 - p) / (1 - p + N p)        N >= 1 + 2a
 *     selective repeat  U = 1 - p                          N >= 1 + 2a
 *
 * Stallings, Data and Computer Communications, appendix "Performance issues" of the chapter on data
 * link control; Leon-Garcia and Widjaja, Communication Networks, section 5.3.2, whose go-back-N is
 * (1 - p) / (1 + (N - 1) p), the same; Tanenbaum and Wetherall, section 3.4. Where they hold:
 *
 *   - Stop-and-wait: the timeout is the round trip, so that a loss costs as much as a success.
 *   - Go-back-N: N frames are sent between a frame and its repetition. The timer runs anew from the
 *     acknowledgement of the frame before, so that it is timeout + 2a frames; the timeout must be N
 *     at least, because a sender that repeats its window before the last repetition has left piles
 *     them up in the queue of the link and never recovers; so 2a must be small beside N.
 *   - Selective repeat: the window never closes and the link never rests. A window full of messages
 *     that wait in one queue with the repetitions closes at every loss until the repetition has
 *     passed the queue, so here the layer above offers as much as keeps the link busy for 97 % of
 *     the time: 0.97 (1 - p) is the most that can come out. With N = 1 + 2a the formula promises
 *     too much; the last row shows by how much. */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "tests/support/result_fixture.h"

/* 8 Mbit/s: a byte takes a microsecond. */
#define FRAME_BYTES   1000 /* with the headers */
#define HEADERS_BYTES 44   /* IPv4 20, UDP 8, session 8, rdt 8 */
#define FRAME_US      1000
#define ACK_US        44

enum { SEEDS = 20 };

/* The end, in which the last losses are repaired, must not weigh much. */
#define MESSAGES(row) ((row)->load > 0 ? 6000 : 1500)

typedef struct Row {
    const char *name;
    const char *protocol;
    int window;
    int delay_us;
    int timeout_us;
    double loss;
    double load;      /* of the link by new messages; 0: all are there from the start */
    double tolerance; /* relative; 0: outside of the formula's range, printed only */
} Row;

static double round_trip(const Row *row)
{
    return (double)(FRAME_US + ACK_US + 2 * row->delay_us) / FRAME_US;
}

static double formula(const Row *row)
{
    double p = row->loss;
    if (row->protocol[0] == 'a') {
        return (1 - p) / round_trip(row);
    }
    return row->protocol[0] == 'g' ? (1 - p) / (1 - p + row->window * p) : 1 - p;
}

static char *transport(const Row *row)
{
    return row->protocol[0] == 'a' ? g_strdup_printf("rdt.abp(timeout=%dus)", row->timeout_us)
                                   : g_strdup_printf("rdt.%s(window=%d,timeout=%dus)",
                                                     row->protocol, row->window, row->timeout_us);
}

static int interval_us(const Row *row)
{
    return row->load > 0 ? (int)(FRAME_US / row->load) : 0;
}

/* The utilisation by messages that arrived. */
static double measure(const Row *row, int seed)
{
    g_autofree char *over = transport(row);
    g_autofree char *text = g_strdup_printf(
        "{'ipcsim': 1, 'seed': %d, 'transport': '%s', 'hosts': {'a': {}, 'b': {}},"
        " 'links': [{'name': 'wire', 'ends': ['a', 'b'], 'rate': '8Mbit', 'delay': '%dus',"
        "  'queue': {'discipline': 'droptail', 'packets': 10000},"
        "  'faults': [{'kind': 'loss', 'probability': %g, 'direction': 'a->b'}]}],"
        " 'processes': [{'name': 'sink', 'host': 'b', 'program': 'udp-sink', 'form': 'handler'},"
        "  {'name': 'source', 'host': 'a', 'program': 'udp-sender', 'to': 'b:9',"
        "   'messages': %d, 'size': '%dB', 'interval': '%dus', 'form': 'handler'}]}",
        seed, over, row->delay_us, row->loss, MESSAGES(row), FRAME_BYTES - HEADERS_BYTES,
        interval_us(row));
    g_autoptr(IcsResult) result = ics_result_fixture_run(text);
    const IcsFlowResult *flow = ics_result_fixture_flow(result, "source -> sink");
    assert_int_equal(flow->delivered, MESSAGES(row));
    assert_int_equal(flow->duplicates, 0);
    return (double)MESSAGES(row) * FRAME_US * 1000 / (double)flow->last_delivered_ns;
}

static void check_row(const Row *row)
{
    double sum = 0;
    for (int seed = 1; seed <= SEEDS; seed++) {
        sum += measure(row, seed);
    }
    double measured = sum / SEEDS;
    double predicted = formula(row);
    print_message("| %s | %d | %.2f | %.0f %% | %.4f | %.4f | %+.1f %% |\n", row->name, row->window,
                  (round_trip(row) - 1) / 2, 100 * row->loss, predicted, measured,
                  100 * (measured / predicted - 1));
    if (row->tolerance > 0 && fabs(measured / predicted - 1) > row->tolerance) {
        fail_msg("%s: measured %.4f, predicted %.4f", row->name, measured, predicted);
    }
}

#define BUSY 0.97

/* Round trips of 1.044 + 2 * 2.478 = 6 frames (a = 2.5), of 2 (a = 0.5) and of 100. */
static const Row rows[] = {
    {"stop-and-wait", "abp", 1, 2478, 6001, 0, 0, 0.05},
    {"stop-and-wait", "abp", 1, 2478, 6001, 0.01, 0, 0.05},
    {"stop-and-wait", "abp", 1, 2478, 6001, 0.05, 0, 0.05},
    {"stop-and-wait", "abp", 1, 2478, 6001, 0.2, 0, 0.05},
    {"stop-and-wait", "abp", 1, 478, 2001, 0.1, 0, 0.05},
    {"stop-and-wait", "abp", 1, 49478, 100001, 0.1, 0, 0.05},
    {"go-back-N", "gbn", 24, 478, 24050, 0, 0, 0.05},
    {"go-back-N", "gbn", 24, 478, 24050, 0.01, 0, 0.05},
    {"go-back-N", "gbn", 24, 478, 24050, 0.05, 0, 0.05},
    {"go-back-N", "gbn", 24, 478, 24050, 0.1, 0, 0.05},
    {"go-back-N", "gbn", 24, 478, 24050, 0.2, 0, 0.05},
    {"go-back-N", "gbn", 128, 2478, 128100, 0.02, 0, 0.05},
    {"selective repeat", "sr", 256, 2478, 50000, 0, BUSY, 0.05},
    {"selective repeat", "sr", 256, 2478, 50000, 0.01, BUSY * 0.99, 0.05},
    {"selective repeat", "sr", 256, 2478, 50000, 0.05, BUSY * 0.95, 0.05},
    {"selective repeat", "sr", 256, 2478, 50000, 0.1, BUSY * 0.9, 0.05},
    {"selective repeat", "sr", 256, 2478, 50000, 0.2, BUSY * 0.8, 0.05},
    {"selective repeat, closing window", "sr", 6, 2478, 12000, 0.05, 0, 0},
};

static void the_link_is_used_as_the_formula_says(void **state)
{
    check_row(*state);
}

int main(void)
{
    struct CMUnitTest tests[G_N_ELEMENTS(rows)];
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    print_message("| protocol | N | a | p | formula | measured | difference |\n");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *name =
            g_strdup_printf("%s_with_N_%d_and_loss_%g", rows[i].name, rows[i].window, rows[i].loss);
        g_ptr_array_add(names, name);
        tests[i] = (struct CMUnitTest){.name = name,
                                       .test_func = the_link_is_used_as_the_formula_says,
                                       .initial_state = (void *)&rows[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
