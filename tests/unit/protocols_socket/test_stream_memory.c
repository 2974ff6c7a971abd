/* What an idle connection costs: everything that the heap holds for it, its socket included, at
 * both ends. */
#include <cmocka.h>
#include <malloc.h>

#include "tests/support/stream_programs.h"

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void); /* its header is not always installed */
#endif

#define S           (1000 * ICS_SMALL_NETWORK_MS)
#define CONNECTIONS 1000
#define LIMIT_BYTES 2048

static size_t heap_bytes(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return __sanitizer_get_current_allocated_bytes();
#else
    return mallinfo2().uordblks;
#endif
}

typedef struct Experiment {
    IcsSmallNetwork *network;
    bool talk; /* each connection has carried a message each way */
} Experiment;

static void serve(IcsProcess *self, gconstpointer config)
{
    const Experiment *experiment = config;
    char byte;
    int listener = ics_stream_programs_listen(self, 7);
    for (int i = 0; i < CONNECTIONS; i++) {
        int socket = ics_stream_programs_accept(self, listener);
        if (experiment->talk) {
            g_assert_cmpint(ics_receive(self, socket, &byte, 1, 0), ==, 1);
            g_assert_cmpint(ics_send(self, socket, &byte, 1, 0), ==, 1);
        }
    }
    ics_sleep(self, 100 * S);
}

static void ask(IcsProcess *self, gconstpointer config)
{
    const Experiment *experiment = config;
    char byte = 1;
    for (int i = 0; i < CONNECTIONS; i++) {
        int socket = ics_stream_programs_connect(self, experiment->network, "b", 7);
        if (experiment->talk) {
            g_assert_cmpint(ics_send(self, socket, &byte, 1, 0), ==, 1);
            g_assert_cmpint(ics_receive(self, socket, &byte, 1, 0), ==, 1);
        }
    }
    ics_sleep(self, 100 * S);
}

/* The packets that the network keeps for tests are no part of it. */
static void forget_packets(IcsSmallNetwork *network)
{
    g_ptr_array_unref(network->sent);
    network->sent = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static size_t bytes_of_one(bool talk)
{
    static const char *const names[] = {"a", "b", NULL};
    g_autoptr(IcsSmallNetwork) network = ics_small_network_new(1, names);
    Experiment experiment = {network, talk};
    ics_small_network_link(network, "a", "b", NULL);
    ics_small_processes_start_with(network, "b", "server", serve, &experiment);
    ics_small_processes_start_with(network, "a", "client", ask, &experiment);
    ics_small_network_run_until(network, ICS_SMALL_NETWORK_MS);
    forget_packets(network);
    size_t before = heap_bytes();
    ics_small_network_run_until(network, 90 * S);
    forget_packets(network);
    size_t bytes = (heap_bytes() - before) / (size_t)(2 * CONNECTIONS);
    print_message("%zu bytes for one end of a connection\n", bytes);
    return bytes;
}

static void an_idle_connection_takes_less_than_2_KiB(void **state)
{
    (void)state;
    assert_in_range(bytes_of_one(false), 256, LIMIT_BYTES - 1);
}

static void so_does_one_that_has_carried_data(void **state)
{
    (void)state;
    assert_in_range(bytes_of_one(true), 256, LIMIT_BYTES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_connection_takes_less_than_2_KiB),
        cmocka_unit_test(so_does_one_that_has_carried_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
