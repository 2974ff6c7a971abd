/* RFC 6937 in its own units: a segment is 1. */
#include <cmocka.h>
#include <string.h>

#include "protocols/stream/prr.h"

#define WINDOW   20
#define SSTHRESH 10

/* Plays the ACKs of a window of 20 of which `n_lost` are lost, as in section 4, and writes for each
 * how many segments it lets out ('.': none). */
static void play(uint32_t n_lost, char sent[WINDOW + 1])
{
    IcsPrr prr;
    ics_prr_begin(&prr, WINDOW);
    uint64_t pipe = WINDOW - n_lost;
    uint32_t n = 0;
    for (uint32_t ack = n_lost; ack < WINDOW; ack++) {
        pipe--;
        uint64_t allowed = ics_prr_ack(&prr, 1, pipe, SSTHRESH, 1);
        sent[n++] = allowed == 0 ? '.' : (char)('0' + allowed);
        ics_prr_sent(&prr, allowed);
        pipe += allowed;
    }
    sent[n] = '\0';
}

static void with_one_loss_every_second_ack_lets_one_out(void **state)
{
    (void)state;
    char sent[WINDOW + 1];
    play(1, sent);
    /* While the pipe is above 10: CEIL(delivered / 2) - out. The last two are by the reduction
     * bound: the pipe is at ssthresh. */
    assert_string_equal(sent, "1.1.1.1.1.1.1.1..11");
}

/* 15 of 20 are lost: the pipe is below ssthresh from the start, each ACK lets out the segment that
 * it delivers and one more (slow start reduction bound). */
static void with_many_losses_it_is_slow_start(void **state)
{
    (void)state;
    char sent[WINDOW + 1];
    play(15, sent);
    assert_string_equal(sent, "22222");
}

static void a_single_ack_may_deliver_much(void **state)
{
    (void)state;
    IcsPrr prr;
    ics_prr_begin(&prr, WINDOW);
    /* Ten delivered at once, pipe 9: min(10 - 9, max(10, 10) + 1). */
    assert_int_equal(ics_prr_ack(&prr, 10, 9, SSTHRESH, 1), 1);
    ics_prr_begin(&prr, WINDOW);
    /* pipe 3: min(7, 6). */
    assert_int_equal(ics_prr_ack(&prr, 5, 3, SSTHRESH, 1), 6);
    ics_prr_begin(&prr, WINDOW);
    /* pipe 12, above ssthresh: CEIL(5 * 10 / 20). */
    assert_int_equal(ics_prr_ack(&prr, 5, 12, SSTHRESH, 1), 3);
}

static void what_was_sent_is_taken_off(void **state)
{
    (void)state;
    IcsPrr prr;
    ics_prr_begin(&prr, WINDOW);
    ics_prr_sent(&prr, 5);
    assert_int_equal(ics_prr_ack(&prr, 4, 15, SSTHRESH, 1), 0);  /* 2 - 5 */
    assert_int_equal(ics_prr_ack(&prr, 10, 15, SSTHRESH, 1), 2); /* 7 - 5 */
    /* In proportion no more: an ACK that delivers nothing lets one out, if the pipe is short. */
    assert_int_equal(ics_prr_ack(&prr, 0, 9, SSTHRESH, 1), 1);
}

/* At the end of recovery the pipe is ssthresh, whatever was lost. */
static void it_converges_on_ssthresh(void **state)
{
    (void)state;
    for (uint64_t n_lost = 1; n_lost < 1000; n_lost += 7) {
        IcsPrr prr;
        ics_prr_begin(&prr, 1000);
        uint64_t pipe = 1000 - n_lost;
        for (uint64_t ack = n_lost; ack < 1000 || pipe < 500; ack++) {
            assert_true(ack < 4000);
            pipe--;
            uint64_t allowed = ics_prr_ack(&prr, 1, pipe, 500, 1);
            ics_prr_sent(&prr, allowed);
            pipe += allowed;
        }
        assert_int_equal(pipe, 500);
    }
}

static void the_largest_windows_do_not_overflow(void **state)
{
    (void)state;
    IcsPrr prr;
    uint64_t huge = UINT64_C(1) << 60;
    ics_prr_begin(&prr, huge);
    assert_int_equal(ics_prr_ack(&prr, huge / 2, huge, huge / 2, 1460), huge / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_one_loss_every_second_ack_lets_one_out),
        cmocka_unit_test(with_many_losses_it_is_slow_start),
        cmocka_unit_test(a_single_ack_may_deliver_much),
        cmocka_unit_test(what_was_sent_is_taken_off),
        cmocka_unit_test(it_converges_on_ssthresh),
        cmocka_unit_test(the_largest_windows_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
