/* What --attach takes, and which descriptors carry packets. */
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "tool/live/attachment.h"
#include "tool/live/tun.h"

static void a_tun_device_is_named(void **state)
{
    (void)state;
    g_autoptr(IcsAttachment) attachment = ics_attachment_parse("client=tun:sim0", NULL);
    assert_string_equal(attachment->host, "client");
    assert_string_equal(attachment->to, "tun:sim0");
    assert_string_equal(attachment->device, "sim0");
    assert_int_equal(attachment->kind, ICS_ATTACHMENT_TUN);
    assert_int_equal(attachment->fd, -1);
}

static void a_descriptor_is_numbered(void **state)
{
    (void)state;
    g_autoptr(IcsAttachment) attachment = ics_attachment_parse("client=fd:3", NULL);
    assert_int_equal(attachment->kind, ICS_ATTACHMENT_FD);
    assert_int_equal(attachment->fd, 3);
    attachment->fd = -1;
}

static void expect_refused(const char *text, const char *why)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_attachment_parse(text, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_true(g_str_has_prefix(error->message, "--attach \""));
    assert_non_null(strstr(error->message, why));
}

static void other_words_are_refused(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "", "client", "=tun:x", "client=", "client=x", "client=tap:x", "client=TUN:x", "tun:x"};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        expect_refused(forms[i], "expected HOST=tun:NAME or HOST=fd:N");
    }
    static const char *const numbers[] = {"a=fd:", "a=fd:x", "a=fd:-1", "a=fd:99999999999",
                                          "a=fd:3x"};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        expect_refused(numbers[i], "expected the number of a descriptor");
    }
    expect_refused("a=fd:0", "standard input");
    expect_refused("a=fd:2", "standard input");
    expect_refused("a=tun:", "1 to 15 characters");
    expect_refused("a=tun:0123456789abcdef", "1 to 15 characters");
}

static void names_of_devices_are_those_of_the_kernel(void **state)
{
    (void)state;
    assert_true(ics_tun_name_is_possible("x"));
    assert_true(ics_tun_name_is_possible("0123456789abcde"));
    assert_true(ics_tun_name_is_possible("a.b-c_d"));
    static const char *const bad[] = {"",    ".",     "..",  "a/b",     "a:b",
                                      "a b", "tun%d", "a\n", "\xc3\xa4"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        assert_false(ics_tun_name_is_possible(bad[i]));
    }
}

static IcsAttachment *of_descriptor(int fd)
{
    g_autofree char *text = g_strdup_printf("a=fd:%d", fd);
    return ics_attachment_parse(text, NULL);
}

static void expect_not_opened(int fd, const char *why)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsAttachment) attachment = of_descriptor(fd);
    assert_false(ics_attachment_open(attachment, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_non_null(strstr(error->message, why));
}

static void descriptors_that_carry_no_packets_are_refused(void **state)
{
    (void)state;
    int pipes[2], streams[2];
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, streams), 0);
    int zero = open("/dev/zero", O_RDWR);
    expect_not_opened(pipes[0], "neither a datagram socket nor a TUN device");
    expect_not_opened(streams[0], "neither a datagram socket nor a TUN device");
    expect_not_opened(zero, "neither a datagram socket nor a TUN device");
    close(zero);
    expect_not_opened(zero, "is not open");
    close(pipes[0]);
    close(pipes[1]);
    close(streams[0]);
    close(streams[1]);
}

typedef struct {
    IcsAttachment *attachment;
    int near;
    int far;
} Pair;

static Pair *pair_new(int type)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, type, 0, fds), 0);
    Pair *pair = g_new0(Pair, 1);
    pair->attachment = of_descriptor(fds[0]);
    pair->near = fds[0];
    pair->far = fds[1];
    assert_true(ics_attachment_open(pair->attachment, NULL));
    return pair;
}

static int set_up(void **state)
{
    *state = pair_new(SOCK_DGRAM);
    return 0;
}

static int set_up_sequenced(void **state)
{
    *state = pair_new(SOCK_SEQPACKET);
    return 0;
}

static int tear_down(void **state)
{
    Pair *pair = *state;
    ics_attachment_free(pair->attachment);
    assert_true(fcntl(pair->near, F_GETFD) >= 0); /* it was only lent */
    close(pair->near);
    if (pair->far >= 0) {
        close(pair->far);
    }
    g_free(pair);
    return 0;
}

static void one_packet_is_one_read(void **state)
{
    Pair *pair = *state;
    char bytes[100];
    size_t n = 0;
    send(pair->far, "abc", 3, 0);
    send(pair->far, "de", 2, 0);
    assert_int_equal(ics_attachment_read(pair->attachment, bytes, sizeof bytes, &n),
                     ICS_ATTACHMENT_OK);
    assert_int_equal(n, 3);
    assert_int_equal(ics_attachment_read(pair->attachment, bytes, sizeof bytes, &n),
                     ICS_ATTACHMENT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(ics_attachment_read(pair->attachment, bytes, sizeof bytes, &n),
                     ICS_ATTACHMENT_NOTHING);
}

static void one_write_is_one_packet(void **state)
{
    Pair *pair = *state;
    char bytes[100];
    assert_int_equal(ics_attachment_write(pair->attachment, "abc", 3), ICS_ATTACHMENT_OK);
    assert_int_equal(recv(pair->far, bytes, sizeof bytes, MSG_DONTWAIT), 3);
    assert_int_equal(pair->attachment->unwritten, 0);
}

static void a_full_socket_takes_no_packet_and_is_not_gone(void **state)
{
    Pair *pair = *state;
    static const char bytes[1000];
    IcsAttachmentState last = ICS_ATTACHMENT_OK;
    for (int i = 0; i < 100000 && last == ICS_ATTACHMENT_OK; i++) {
        last = ics_attachment_write(pair->attachment, bytes, sizeof bytes);
    }
    assert_int_equal(last, ICS_ATTACHMENT_NOTHING);
    assert_int_equal(pair->attachment->unwritten, 1);
}

static void writing_to_a_closed_pair_says_that_it_has_gone(void **state)
{
    Pair *pair = *state;
    close(pair->far);
    pair->far = -1;
    assert_int_equal(ics_attachment_write(pair->attachment, "abc", 3), ICS_ATTACHMENT_GONE);
}

static void reading_from_a_closed_sequenced_pair_says_that_it_has_gone(void **state)
{
    Pair *pair = *state;
    char bytes[100];
    size_t n = 0;
    close(pair->far);
    pair->far = -1;
    assert_int_equal(ics_attachment_read(pair->attachment, bytes, sizeof bytes, &n),
                     ICS_ATTACHMENT_GONE);
    assert_int_equal(errno, EPIPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tun_device_is_named),
        cmocka_unit_test(a_descriptor_is_numbered),
        cmocka_unit_test(other_words_are_refused),
        cmocka_unit_test(names_of_devices_are_those_of_the_kernel),
        cmocka_unit_test(descriptors_that_carry_no_packets_are_refused),
        cmocka_unit_test_setup_teardown(one_packet_is_one_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_write_is_one_packet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_socket_takes_no_packet_and_is_not_gone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(writing_to_a_closed_pair_says_that_it_has_gone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(writing_to_a_closed_pair_says_that_it_has_gone,
                                        set_up_sequenced, tear_down),
        cmocka_unit_test_setup_teardown(reading_from_a_closed_sequenced_pair_says_that_it_has_gone,
                                        set_up_sequenced, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
