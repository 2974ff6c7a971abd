#include <cmocka.h>
#include <glib/gstdio.h>
#include <pcap/pcap.h>
#include <string.h>

#include "base/error.h"
#include "protocols/wire/ipv4.h"
#include "tests/support/trace_fixture.h"
#include "tool/report/capture.h"

#define TRACE(more)                                                                                \
    "{'ipcsim': 1, 'epoch': '2000-01-01T00:00:00.999999999Z', 'hosts': {'one': {'address': "       \
    "'10.0.0.1'}, 'two': {'address': '10.0.0.2'}}, 'links': [{'name': 'wire', 'ends': ['one', "    \
    "'two'], 'rate': '8Mbit', 'delay': '5ms'" more
#define SENDER                                                                                     \
    "'processes': [{'name': 'p', 'host': 'one', 'program': 'udp-sender', 'to': 'two:9', "          \
    "'messages': 3, 'interval': '1ms', 'size': 72}, {'name': 'sink', 'host': 'two', "              \
    "'program': 'udp-sink', 'port': 9}]"

#define START_NS (INT64_C(946684800) * 1000000000 + 999999999)

typedef struct {
    char *folder;
    char *directory; /* a new one, two levels below */
} Files;

static int set_up(void **state)
{
    Files *files = g_new0(Files, 1);
    files->folder = g_dir_make_tmp("ipcsim-test-XXXXXX", NULL);
    files->directory = g_build_filename(files->folder, "a", "b", NULL);
    *state = files;
    return 0;
}

static void remove_all(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_all(below);
    }
    g_remove(path);
}

static int tear_down(void **state)
{
    Files *files = *state;
    remove_all(files->folder);
    g_free(files->directory);
    g_free(files->folder);
    g_free(files);
    return 0;
}

static void capture(const Files *files, const char *text)
{
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(text);
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    IcsCapture *self = ics_capture_open(world, files->directory, NULL);
    assert_non_null(self);
    ics_world_run(world, UINT64_MAX);
    assert_true(ics_capture_is_well(self));
    assert_true(ics_capture_close(self, NULL));
}

/* "TIME LENGTH SOURCE" of each packet, a line each; times since the trace's 0, in us. */
static char *read_back(const Files *files, const char *name)
{
    char problem[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const u_char *bytes;
    g_autofree char *path = g_build_filename(files->directory, name, NULL);
    pcap_t *file =
        pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, problem);
    if (file == NULL) {
        return g_strdup("no file");
    }
    assert_int_equal(pcap_datalink(file), DLT_RAW);
    GString *text = g_string_new(NULL);
    while (pcap_next_ex(file, &header, &bytes) == 1) {
        IcsIpv4Header ip;
        int64_t at_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec - START_NS;
        assert_int_equal(header->caplen, header->len);
        assert_int_equal(ics_ipv4_parse(bytes, header->len, &ip), ICS_IPV4_OK);
        g_string_append_printf(text, "%" G_GINT64_FORMAT " us %u B from .%u\n", at_ns / 1000,
                               header->len, ip.source & 255);
    }
    pcap_close(file);
    return g_string_free(text, FALSE);
}

static void assert_captured(const Files *files, const char *name, const char *expected)
{
    g_autofree char *got = read_back(files, name);
    assert_string_equal(got, expected);
}

static void both_ends_see_their_packets(void **state)
{
    capture(*state, TRACE("}], " SENDER "}"));
    assert_captured(*state, "one-eth0.pcap",
                    "0 us 100 B from .1\n1000 us 100 B from .1\n2000 us 100 B from .1\n");
    assert_captured(*state, "two-eth0.pcap",
                    "5100 us 100 B from .1\n6100 us 100 B from .1\n7100 us 100 B from .1\n");
}

static void what_is_lost_was_sent(void **state)
{
    capture(*state, TRACE(", 'faults': [{'kind': 'loss', 'nth': 2}]}], " SENDER "}"));
    assert_captured(*state, "one-eth0.pcap",
                    "0 us 100 B from .1\n1000 us 100 B from .1\n2000 us 100 B from .1\n");
    assert_captured(*state, "two-eth0.pcap", "5100 us 100 B from .1\n7100 us 100 B from .1\n");
}

static void a_copy_arrives_twice(void **state)
{
    capture(*state, TRACE(", 'faults': [{'kind': 'duplicate', 'nth': 1}]}], " SENDER "}"));
    assert_captured(*state, "two-eth0.pcap",
                    "5100 us 100 B from .1\n5100 us 100 B from .1\n6100 us 100 B from .1\n"
                    "7100 us 100 B from .1\n");
}

static void what_comes_to_a_crashed_host_is_not_seen(void **state)
{
    capture(*state,
            TRACE("}], " SENDER ", 'schedule': [{'at': '6ms', 'action': 'crash', 'host': 'two'},"
                  " {'at': '7ms', 'action': 'restart', 'host': 'two'}]}"));
    assert_captured(*state, "two-eth0.pcap", "5100 us 100 B from .1\n7100 us 100 B from .1\n");
}

static void packets_to_oneself_are_on_lo_once(void **state)
{
    capture(*state, TRACE("}], 'processes': [{'name': 'p', 'host': 'one', 'operations': ["
                          "{'do': 'socket', 'socket': 's'}, {'do': 'bind', 'socket': 's', 'port': "
                          "7}, {'do': 'send', 'socket': 's', 'to': 'one:7', 'size': '12B'}, "
                          "{'do': 'receive', 'socket': 's'}]}]}"));
    assert_captured(*state, "one-lo.pcap", "0 us 40 B from .1\n");
    assert_captured(*state, "one-eth0.pcap", "no file");
}

static void a_quiet_network_leaves_an_empty_directory(void **state)
{
    const Files *files = *state;
    capture(files, "{'ipcsim': 1, 'hosts': {'one': {}}}");
    g_autoptr(GDir) folder = g_dir_open(files->directory, 0, NULL);
    assert_non_null(folder);
    assert_null(g_dir_read_name(folder));
}

static void what_is_discarded_is_not_written(void **state)
{
    const Files *files = *state;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(TRACE("}], " SENDER "}"));
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    IcsCapture *self = ics_capture_open(world, files->directory, NULL);
    ics_world_run(world, UINT64_MAX);
    ics_capture_discard(self);
    assert_captured(files, "one-eth0.pcap", "no file");
}

static void a_directory_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse("{'ipcsim': 1, 'hosts': {'one': {}}}");
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    assert_null(ics_capture_open(world, "/dev/null/x", &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_MACHINE));
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
    const Files *files = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(IcsTrace) trace = ics_trace_fixture_parse(TRACE("}], " SENDER "}"));
    g_autoptr(IcsWorld) world = ics_world_new(trace, NULL, NULL);
    IcsCapture *self = ics_capture_open(world, files->directory, NULL);
    g_autofree char *in_the_way = g_build_filename(files->directory, "one-eth0.pcap", NULL);
    assert_int_equal(g_mkdir(in_the_way, 0700), 0);
    ics_world_run(world, UINT64_MAX);
    assert_false(ics_capture_is_well(self));
    assert_false(ics_capture_close(self, &error));
    g_autofree char *said = g_strconcat(in_the_way, ": cannot be written: Is a directory", NULL);
    assert_string_equal(error->message, said);
    assert_captured(files, "two-eth0.pcap", "no file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_ends_see_their_packets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_lost_was_sent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_arrives_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_comes_to_a_crashed_host_is_not_seen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(packets_to_oneself_are_on_lo_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_quiet_network_leaves_an_empty_directory, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_discarded_is_not_written, set_up, tear_down),
        cmocka_unit_test(a_directory_that_cannot_be_made_is_told),
        cmocka_unit_test_setup_teardown(a_file_that_cannot_be_written_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
