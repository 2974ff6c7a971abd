/* The reply to a segment for nobody: RFC 9293, sections 3.5.2 and 3.10.7.1. */
#include <cmocka.h>
#include <glib.h>

#include "protocols/stream/stream.h"

typedef struct Row {
    const char *name;
    uint8_t flags;
    uint32_t payload_bytes;
    bool is_answered;
    uint8_t reply_flags;
    uint32_t reply_sequence;
    uint32_t reply_acknowledgement;
} Row;

/* The segment has SEQ 1000 and, if it has one, ACK 7000. */
static const Row rows[] = {
    {"a SYN", ICS_TCP_SYN, 0, true, ICS_TCP_RST | ICS_TCP_ACK, 0, 1001},
    {"a SYN with data", ICS_TCP_SYN, 10, true, ICS_TCP_RST | ICS_TCP_ACK, 0, 1011},
    {"a SYN with FIN", ICS_TCP_SYN | ICS_TCP_FIN, 0, true, ICS_TCP_RST | ICS_TCP_ACK, 0, 1002},
    {"nothing", 0, 0, true, ICS_TCP_RST | ICS_TCP_ACK, 0, 1000},
    {"data without ACK", 0, 10, true, ICS_TCP_RST | ICS_TCP_ACK, 0, 1010},
    {"an ACK", ICS_TCP_ACK, 0, true, ICS_TCP_RST, 7000, 0},
    {"a SYN with ACK", ICS_TCP_SYN | ICS_TCP_ACK, 0, true, ICS_TCP_RST, 7000, 0},
    {"data with ACK", ICS_TCP_ACK, 10, true, ICS_TCP_RST, 7000, 0},
    {"a FIN with ACK", ICS_TCP_FIN | ICS_TCP_ACK, 0, true, ICS_TCP_RST, 7000, 0},
    {"a RST", ICS_TCP_RST, 0, false, 0, 0, 0},
    {"a RST with ACK", ICS_TCP_RST | ICS_TCP_ACK, 0, false, 0, 0, 0},
    {"a RST with SYN", ICS_TCP_RST | ICS_TCP_SYN, 0, false, 0, 0, 0},
};

static void a_segment_for_nobody_is_refused(void **state)
{
    const Row *row = *state;
    IcsTcpHeader header = {
        .source_port = 1111,
        .destination_port = 2222,
        .sequence = 1000,
        .acknowledgement = 7000,
        .window = 500,
        .flags = row->flags,
        .options = {.has_mss = true, .mss = 1460},
    };
    static const uint8_t payload[10];
    IcsStreamArrival arrival = {&header, payload, row->payload_bytes, false};
    IcsTcpHeader reply = {0};
    assert_int_equal(ics_stream_refuse(&arrival, &reply), row->is_answered);
    if (!row->is_answered) {
        return;
    }
    assert_int_equal(reply.source_port, 2222);
    assert_int_equal(reply.destination_port, 1111);
    assert_int_equal(reply.flags, row->reply_flags);
    assert_int_equal(reply.sequence, row->reply_sequence);
    assert_int_equal(reply.acknowledgement, row->reply_acknowledgement);
    assert_int_equal(ics_tcp_header_bytes(&reply), ICS_TCP_HEADER_BYTES);
}

int main(void)
{
    enum { N = G_N_ELEMENTS(rows) };
    struct CMUnitTest tests[N];
    for (size_t i = 0; i < N; i++) {
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = a_segment_for_nobody_is_refused,
                                       .initial_state = (void *)&rows[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
