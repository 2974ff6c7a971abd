/* Every state times every kind of event: RFC 9293, section 3.10, with RFC 5961. */
#include <cmocka.h>
#include <errno.h>
#include <glib.h>

#include "tests/support/stream_alone.h"

/* What happens to A. Segments of the peer begin at what A expects next and acknowledge A's SYN
 * unless the event says otherwise. */
typedef enum {
    SYN,       /* a new one: number 70000, far from the window */
    SYN_AGAIN, /* the peer's SYN once more */
    SYN_IN_WINDOW,
    SYN_ACK, /* the peer's SYN, with ACK of A's */
    ACK,     /* all that A had sent before it closed */
    ACK_OF_FIN,
    BAD_ACK, /* of what A has never sent */
    NO_FLAGS,
    DATA, /* 100 bytes */
    FIN,
    RST,
    RST_IN_WINDOW,
    RST_OUTSIDE,
    OUTSIDE, /* 100 bytes beyond the window */
    OPEN_CALL,
    SHUTDOWN_CALL,
    CLOSE_CALL,
    ABORT_CALL,
    WRITE_CALL, /* 100 bytes */
    READ_CALL,
} Event;

typedef struct Row {
    const char *name;
    IcsStreamState before;
    Event event;
    const char *said;
    IcsStreamState after;
    int64_t returned; /* by a call */
    int error;
} Row;

#define ROW(state, event, said, after)            ROW_WITH(state, event, said, after, 0, 0)
#define CALL(state, event, said, after, returned) ROW_WITH(state, event, said, after, returned, 0)
#define ERROR(state, event, said, after, error)   ROW_WITH(state, event, said, after, 0, error)
#define ROW_WITH(state, event, said, after, returned, error)                                       \
    {                                                                                              \
        "in " #state " comes " #event, ICS_STREAM_##state, event, said, ICS_STREAM_##after,        \
            returned, error                                                                        \
    }

#define NOTHING ""
/* An ACK of all that was heard, before and after the FINs. */
#define ACK_1     "A > B . 1:1(0) ack 1 win 5000"
#define ACK_2     "A > B . 2:2(0) ack 1 win 5000"
#define ACK_1_FIN "A > B . 1:1(0) ack 2 win 4999"
#define ACK_2_FIN "A > B . 2:2(0) ack 2 win 4999"

static const Row rows[] = {
    /* RFC 9293, section 3.10.7.1. */
    ROW(CLOSED, SYN, "A > B R. 0:0(0) ack 70001 win 0", CLOSED),
    ROW(CLOSED, SYN_ACK, "A > B R 1:1(0) win 0", CLOSED),
    ROW(CLOSED, ACK, "A > B R 1:1(0) win 0", CLOSED),
    ROW(CLOSED, NO_FLAGS, "A > B R. 0:0(0) ack 1 win 0", CLOSED),
    ROW(CLOSED, DATA, "A > B R 1:1(0) win 0", CLOSED),
    ROW(CLOSED, FIN, "A > B R 1:1(0) win 0", CLOSED),
    ROW(CLOSED, RST, NOTHING, CLOSED),
    ROW(CLOSED, OPEN_CALL, "A > B S 0:0(0) win 5000 <mss 1460>", SYN_SENT),
    CALL(CLOSED, SHUTDOWN_CALL, NOTHING, CLOSED, -ENOTCONN),
    ROW(CLOSED, CLOSE_CALL, NOTHING, CLOSED),
    ROW(CLOSED, ABORT_CALL, NOTHING, CLOSED),
    CALL(CLOSED, WRITE_CALL, NOTHING, CLOSED, -ENOTCONN),
    CALL(CLOSED, READ_CALL, NOTHING, CLOSED, 0),

    /* Section 3.10.7.2: a listener's host refuses what is no SYN as if nobody were there. */
    ROW(LISTEN, SYN, "A > B S. 0:0(0) ack 70001 win 5000 <mss 1460>", SYN_RECEIVED),
    ROW(LISTEN, SYN_ACK, "A > B R 1:1(0) win 0", CLOSED),
    ROW(LISTEN, ACK, "A > B R 1:1(0) win 0", CLOSED),
    ROW(LISTEN, RST, NOTHING, CLOSED),

    /* Section 3.10.7.3. */
    ROW(SYN_SENT, SYN, "A > B S. 0:0(0) ack 70001 win 5000 <mss 1460>", SYN_RECEIVED),
    ROW(SYN_SENT, SYN_ACK, ACK_1, ESTABLISHED),
    ROW(SYN_SENT, ACK, NOTHING, SYN_SENT),
    ROW(SYN_SENT, BAD_ACK, "A > B R 999:999(0) win 0", SYN_SENT),
    ROW(SYN_SENT, NO_FLAGS, NOTHING, SYN_SENT),
    ROW(SYN_SENT, DATA, NOTHING, SYN_SENT),
    ROW(SYN_SENT, FIN, NOTHING, SYN_SENT),
    ERROR(SYN_SENT, RST, NOTHING, CLOSED, ECONNREFUSED),
    CALL(SYN_SENT, SHUTDOWN_CALL, NOTHING, SYN_SENT, -ENOTCONN),
    ROW(SYN_SENT, CLOSE_CALL, NOTHING, CLOSED),
    ERROR(SYN_SENT, ABORT_CALL, NOTHING, CLOSED, ECONNABORTED),
    CALL(SYN_SENT, WRITE_CALL, NOTHING, SYN_SENT, -ENOTCONN),

    /* Section 3.10.7.4. */
    ROW(SYN_RECEIVED, SYN, ACK_1, SYN_RECEIVED),
    ROW(SYN_RECEIVED, SYN_AGAIN, "A > B S. 0:0(0) ack 1 win 5000 <mss 1460>", SYN_RECEIVED),
    ERROR(SYN_RECEIVED, SYN_IN_WINDOW, NOTHING, CLOSED, ECONNRESET),
    ROW(SYN_RECEIVED, ACK, NOTHING, ESTABLISHED),
    ROW(SYN_RECEIVED, BAD_ACK, "A > B R 999:999(0) win 0", SYN_RECEIVED),
    ROW(SYN_RECEIVED, NO_FLAGS, NOTHING, SYN_RECEIVED),
    ROW(SYN_RECEIVED, DATA, "A > B . 1:1(0) ack 101 win 4900", ESTABLISHED),
    ROW(SYN_RECEIVED, FIN, ACK_1_FIN, CLOSE_WAIT),
    ERROR(SYN_RECEIVED, RST, NOTHING, CLOSED, ECONNRESET),
    ROW(SYN_RECEIVED, RST_IN_WINDOW, ACK_1, SYN_RECEIVED),
    ROW(SYN_RECEIVED, RST_OUTSIDE, NOTHING, SYN_RECEIVED),
    ROW(SYN_RECEIVED, OUTSIDE, ACK_1, SYN_RECEIVED),
    ROW(SYN_RECEIVED, SHUTDOWN_CALL, NOTHING, SYN_RECEIVED),
    ROW(SYN_RECEIVED, CLOSE_CALL, NOTHING, SYN_RECEIVED),
    ERROR(SYN_RECEIVED, ABORT_CALL, "A > B R. 1:1(0) ack 1 win 0", CLOSED, ECONNABORTED),
    CALL(SYN_RECEIVED, WRITE_CALL, NOTHING, SYN_RECEIVED, -ENOTCONN),

    ROW(ESTABLISHED, SYN, ACK_1, ESTABLISHED),
    ROW(ESTABLISHED, SYN_IN_WINDOW, ACK_1, ESTABLISHED),
    ROW(ESTABLISHED, SYN_ACK, ACK_1, ESTABLISHED),
    ROW(ESTABLISHED, ACK, NOTHING, ESTABLISHED),
    ROW(ESTABLISHED, BAD_ACK, ACK_1, ESTABLISHED),
    ROW(ESTABLISHED, NO_FLAGS, NOTHING, ESTABLISHED),
    ROW(ESTABLISHED, DATA, "A > B . 1:1(0) ack 101 win 4900", ESTABLISHED),
    ROW(ESTABLISHED, FIN, ACK_1_FIN, CLOSE_WAIT),
    ERROR(ESTABLISHED, RST, NOTHING, CLOSED, ECONNRESET),
    ROW(ESTABLISHED, RST_IN_WINDOW, ACK_1, ESTABLISHED),
    ROW(ESTABLISHED, RST_OUTSIDE, NOTHING, ESTABLISHED),
    ROW(ESTABLISHED, OUTSIDE, ACK_1, ESTABLISHED),
    ROW(ESTABLISHED, SHUTDOWN_CALL, "A > B F. 1:1(0) ack 1 win 5000", FIN_WAIT_1),
    ROW(ESTABLISHED, CLOSE_CALL, "A > B F. 1:1(0) ack 1 win 5000", FIN_WAIT_1),
    ERROR(ESTABLISHED, ABORT_CALL, "A > B R. 1:1(0) ack 1 win 0", CLOSED, ECONNABORTED),
    CALL(ESTABLISHED, WRITE_CALL, "A > B P. 1:101(100) ack 1 win 5000", ESTABLISHED, 100),
    CALL(ESTABLISHED, READ_CALL, NOTHING, ESTABLISHED, 0),

    ROW(FIN_WAIT_1, SYN, ACK_2, FIN_WAIT_1),
    ROW(FIN_WAIT_1, SYN_IN_WINDOW, ACK_2, FIN_WAIT_1),
    ROW(FIN_WAIT_1, ACK, NOTHING, FIN_WAIT_1),
    ROW(FIN_WAIT_1, ACK_OF_FIN, NOTHING, FIN_WAIT_2),
    ROW(FIN_WAIT_1, BAD_ACK, ACK_2, FIN_WAIT_1),
    ROW(FIN_WAIT_1, NO_FLAGS, NOTHING, FIN_WAIT_1),
    ROW(FIN_WAIT_1, DATA, "A > B . 2:2(0) ack 101 win 4900", FIN_WAIT_1),
    ROW(FIN_WAIT_1, FIN, ACK_2_FIN, CLOSING),
    ERROR(FIN_WAIT_1, RST, NOTHING, CLOSED, ECONNRESET),
    ROW(FIN_WAIT_1, RST_IN_WINDOW, ACK_2, FIN_WAIT_1),
    ROW(FIN_WAIT_1, RST_OUTSIDE, NOTHING, FIN_WAIT_1),
    ROW(FIN_WAIT_1, OUTSIDE, ACK_2, FIN_WAIT_1),
    ROW(FIN_WAIT_1, SHUTDOWN_CALL, NOTHING, FIN_WAIT_1),
    ROW(FIN_WAIT_1, CLOSE_CALL, NOTHING, FIN_WAIT_1),
    ERROR(FIN_WAIT_1, ABORT_CALL, "A > B R. 2:2(0) ack 1 win 0", CLOSED, ECONNABORTED),
    CALL(FIN_WAIT_1, WRITE_CALL, NOTHING, FIN_WAIT_1, -EPIPE),

    ROW(FIN_WAIT_2, SYN, ACK_2, FIN_WAIT_2),
    ROW(FIN_WAIT_2, ACK_OF_FIN, NOTHING, FIN_WAIT_2),
    ROW(FIN_WAIT_2, BAD_ACK, ACK_2, FIN_WAIT_2),
    ROW(FIN_WAIT_2, NO_FLAGS, NOTHING, FIN_WAIT_2),
    ROW(FIN_WAIT_2, DATA, "A > B . 2:2(0) ack 101 win 4900", FIN_WAIT_2),
    ROW(FIN_WAIT_2, FIN, ACK_2_FIN, TIME_WAIT),
    ERROR(FIN_WAIT_2, RST, NOTHING, CLOSED, ECONNRESET),
    ROW(FIN_WAIT_2, RST_IN_WINDOW, ACK_2, FIN_WAIT_2),
    ROW(FIN_WAIT_2, RST_OUTSIDE, NOTHING, FIN_WAIT_2),
    ROW(FIN_WAIT_2, OUTSIDE, ACK_2, FIN_WAIT_2),
    ROW(FIN_WAIT_2, SHUTDOWN_CALL, NOTHING, FIN_WAIT_2),
    ROW(FIN_WAIT_2, CLOSE_CALL, NOTHING, FIN_WAIT_2),
    ERROR(FIN_WAIT_2, ABORT_CALL, "A > B R. 2:2(0) ack 1 win 0", CLOSED, ECONNABORTED),
    CALL(FIN_WAIT_2, WRITE_CALL, NOTHING, FIN_WAIT_2, -EPIPE),

    ROW(CLOSE_WAIT, SYN, ACK_1_FIN, CLOSE_WAIT),
    ROW(CLOSE_WAIT, SYN_IN_WINDOW, ACK_1_FIN, CLOSE_WAIT),
    ROW(CLOSE_WAIT, ACK, NOTHING, CLOSE_WAIT),
    ROW(CLOSE_WAIT, BAD_ACK, ACK_1_FIN, CLOSE_WAIT),
    ROW(CLOSE_WAIT, NO_FLAGS, NOTHING, CLOSE_WAIT),
    ROW(CLOSE_WAIT, DATA, NOTHING, CLOSE_WAIT),
    ROW(CLOSE_WAIT, FIN, NOTHING, CLOSE_WAIT),
    ERROR(CLOSE_WAIT, RST, NOTHING, CLOSED, EPIPE),
    ROW(CLOSE_WAIT, RST_IN_WINDOW, ACK_1_FIN, CLOSE_WAIT),
    ROW(CLOSE_WAIT, RST_OUTSIDE, NOTHING, CLOSE_WAIT),
    ROW(CLOSE_WAIT, OUTSIDE, ACK_1_FIN, CLOSE_WAIT),
    ROW(CLOSE_WAIT, SHUTDOWN_CALL, "A > B F. 1:1(0) ack 2 win 4999", LAST_ACK),
    ROW(CLOSE_WAIT, CLOSE_CALL, "A > B F. 1:1(0) ack 2 win 4999", LAST_ACK),
    ERROR(CLOSE_WAIT, ABORT_CALL, "A > B R. 1:1(0) ack 2 win 0", CLOSED, ECONNABORTED),
    CALL(CLOSE_WAIT, WRITE_CALL, "A > B P. 1:101(100) ack 2 win 4999", CLOSE_WAIT, 100),

    ROW(CLOSING, SYN, ACK_2_FIN, CLOSING),
    ROW(CLOSING, ACK, NOTHING, CLOSING),
    ROW(CLOSING, ACK_OF_FIN, NOTHING, TIME_WAIT),
    ROW(CLOSING, BAD_ACK, ACK_2_FIN, CLOSING),
    ROW(CLOSING, NO_FLAGS, NOTHING, CLOSING),
    ROW(CLOSING, DATA, NOTHING, CLOSING),
    ROW(CLOSING, FIN, NOTHING, CLOSING),
    ERROR(CLOSING, RST, NOTHING, CLOSED, ECONNRESET),
    ROW(CLOSING, RST_IN_WINDOW, ACK_2_FIN, CLOSING),
    ROW(CLOSING, RST_OUTSIDE, NOTHING, CLOSING),
    ROW(CLOSING, OUTSIDE, ACK_2_FIN, CLOSING),
    ROW(CLOSING, CLOSE_CALL, NOTHING, CLOSING),
    ERROR(CLOSING, ABORT_CALL, NOTHING, CLOSED, ECONNABORTED),
    CALL(CLOSING, WRITE_CALL, NOTHING, CLOSING, -EPIPE),

    ROW(LAST_ACK, SYN, ACK_2_FIN, LAST_ACK),
    ROW(LAST_ACK, ACK, NOTHING, LAST_ACK),
    ROW(LAST_ACK, ACK_OF_FIN, NOTHING, CLOSED),
    ROW(LAST_ACK, BAD_ACK, ACK_2_FIN, LAST_ACK),
    ROW(LAST_ACK, NO_FLAGS, NOTHING, LAST_ACK),
    ROW(LAST_ACK, DATA, NOTHING, LAST_ACK),
    ROW(LAST_ACK, FIN, NOTHING, LAST_ACK),
    ERROR(LAST_ACK, RST, NOTHING, CLOSED, ECONNRESET),
    ROW(LAST_ACK, RST_IN_WINDOW, ACK_2_FIN, LAST_ACK),
    ROW(LAST_ACK, RST_OUTSIDE, NOTHING, LAST_ACK),
    ROW(LAST_ACK, OUTSIDE, ACK_2_FIN, LAST_ACK),
    ROW(LAST_ACK, CLOSE_CALL, NOTHING, LAST_ACK),
    ERROR(LAST_ACK, ABORT_CALL, NOTHING, CLOSED, ECONNABORTED),
    CALL(LAST_ACK, WRITE_CALL, NOTHING, LAST_ACK, -EPIPE),

    ROW(TIME_WAIT, SYN_AGAIN, ACK_2_FIN, TIME_WAIT),
    ROW(TIME_WAIT, ACK_OF_FIN, NOTHING, TIME_WAIT),
    ROW(TIME_WAIT, BAD_ACK, ACK_2_FIN, TIME_WAIT),
    ROW(TIME_WAIT, NO_FLAGS, NOTHING, TIME_WAIT),
    ROW(TIME_WAIT, DATA, NOTHING, TIME_WAIT),
    ROW(TIME_WAIT, FIN, NOTHING, TIME_WAIT),
    ROW(TIME_WAIT, RST, NOTHING, CLOSED),
    ROW(TIME_WAIT, RST_IN_WINDOW, ACK_2_FIN, TIME_WAIT),
    ROW(TIME_WAIT, RST_OUTSIDE, NOTHING, TIME_WAIT),
    ROW(TIME_WAIT, OUTSIDE, ACK_2_FIN, TIME_WAIT),
    ROW(TIME_WAIT, SHUTDOWN_CALL, NOTHING, TIME_WAIT),
    ROW(TIME_WAIT, CLOSE_CALL, NOTHING, TIME_WAIT),
    ERROR(TIME_WAIT, ABORT_CALL, NOTHING, CLOSED, ECONNABORTED),
    CALL(TIME_WAIT, WRITE_CALL, NOTHING, TIME_WAIT, -EPIPE),
};

/* The peer's number that A expects. */
static uint32_t expected_sequence(IcsStreamState state)
{
    bool has_fin = state == ICS_STREAM_CLOSE_WAIT || state == ICS_STREAM_CLOSING ||
                   state == ICS_STREAM_LAST_ACK || state == ICS_STREAM_TIME_WAIT;
    return has_fin ? 2 : 1;
}

/* What the peer has acknowledged of A. */
static uint32_t acknowledged(IcsStreamState state)
{
    bool is_acked = state == ICS_STREAM_FIN_WAIT_2 || state == ICS_STREAM_TIME_WAIT;
    return is_acked ? 2 : 1;
}

static void hear(IcsStreamPair *pair, IcsStreamState state, Event event)
{
    uint32_t next = expected_sequence(state);
    uint32_t ack = acknowledged(state);
    const struct {
        uint8_t flags;
        uint32_t sequence;
        uint32_t ack;
        uint32_t payload_bytes;
    } segments[] = {
        [SYN] = {ICS_TCP_SYN, 70000, 0, 0},
        [SYN_AGAIN] = {ICS_TCP_SYN, 0, 0, 0},
        [SYN_IN_WINDOW] = {ICS_TCP_SYN, next + 10, 0, 0},
        [SYN_ACK] = {ICS_TCP_SYN | ICS_TCP_ACK, 0, 1, 0},
        [ACK] = {ICS_TCP_ACK, next, ack, 0},
        [ACK_OF_FIN] = {ICS_TCP_ACK, next, 2, 0},
        [BAD_ACK] = {ICS_TCP_ACK, next, 999, 0},
        [NO_FLAGS] = {0, next, 0, 0},
        [DATA] = {ICS_TCP_ACK, next, ack, 100},
        [FIN] = {ICS_TCP_FIN | ICS_TCP_ACK, next, ack, 0},
        [RST] = {ICS_TCP_RST | ICS_TCP_ACK, next, ack, 0},
        [RST_IN_WINDOW] = {ICS_TCP_RST | ICS_TCP_ACK, next + 10, ack, 0},
        [RST_OUTSIDE] = {ICS_TCP_RST | ICS_TCP_ACK, 70000, ack, 0},
        [OUTSIDE] = {ICS_TCP_ACK, 70000, ack, 100},
    };
    ics_stream_alone_hear(pair, segments[event].flags, segments[event].sequence,
                          segments[event].ack, segments[event].payload_bytes);
}

static int64_t call(IcsStreamPair *pair, Event event)
{
    IcsStream *stream = ics_stream_pair_a(pair);
    uint8_t bytes[100] = {0};
    int64_t returned = 0;
    if (event == OPEN_CALL) {
        ics_stream_open(stream, pair->now_ns);
    } else if (event == SHUTDOWN_CALL) {
        returned = ics_stream_shutdown(stream, pair->now_ns);
    } else if (event == CLOSE_CALL) {
        ics_stream_close(stream, pair->now_ns);
    } else if (event == ABORT_CALL) {
        ics_stream_abort(stream, pair->now_ns);
    } else if (event == WRITE_CALL) {
        returned = ics_stream_write(stream, pair->now_ns, bytes, sizeof(bytes));
    } else {
        returned = (int64_t)ics_stream_read(stream, pair->now_ns, bytes, sizeof(bytes), false);
    }
    ics_stream_pair_flush(pair);
    ics_stream_alone_said(pair);
    return returned;
}

static void a_state_meets_an_event(void **state)
{
    const Row *row = *state;
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(row->before);
    pair->reads = false;
    int64_t returned = 0;
    if (row->event < OPEN_CALL) {
        hear(pair, row->before, row->event);
    } else {
        returned = call(pair, row->event);
    }
    assert_string_equal(ics_stream_pair_last(pair), row->said);
    assert_string_equal(ics_stream_alone_state_name(pair), ics_stream_state_name(row->after));
    assert_int_equal(returned, row->returned);
    assert_int_equal(ics_stream_error(ics_stream_pair_a(pair)), row->error);
}

/* Whatever happens, ABORT ends it, and nothing is left to be waited for. */
static void after_it_an_abort_leaves_nothing(void **state)
{
    const Row *row = *state;
    g_autoptr(IcsStreamPair) pair = ics_stream_alone_in(row->before);
    if (row->event < OPEN_CALL) {
        hear(pair, row->before, row->event);
    } else {
        call(pair, row->event);
    }
    call(pair, ABORT_CALL);
    assert_int_equal(ics_stream_alone_state(pair), ICS_STREAM_CLOSED);
    assert_int_equal(ics_stream_pair_next_ns(pair), INT64_MAX);
}

int main(void)
{
    enum { N = G_N_ELEMENTS(rows) };
    struct CMUnitTest tests[2 * N];
    for (size_t i = 0; i < N; i++) {
        tests[2 * i] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = a_state_meets_an_event,
                                           .initial_state = (void *)&rows[i]};
        tests[2 * i + 1] = (struct CMUnitTest){.name = "after it an abort leaves nothing",
                                               .test_func = after_it_an_abort_leaves_nothing,
                                               .initial_state = (void *)&rows[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
