/* The textbook protocols as transports: names and settings. */
#include "base/error.h"
#include "protocols/rdt/rdt_protocols.h"
#include "protocols/socket/rdt_internal.h"

#define RDT_TRANSPORT_TIME_MAX_NS (INT64_C(86400) * ICS_NS_PER_S)

#define RDT_TRANSPORT_TIMES                                                                        \
    ICS_PARAMETER_TIME_ROW(IcsRdtTransportConfig, timeout_ns, "timeout", "200ms", 1,               \
                           RDT_TRANSPORT_TIME_MAX_NS,                                              \
                           "until a datagram that is not acknowledged is sent again"),             \
        ICS_PARAMETER_TIME_ROW(IcsRdtTransportConfig, give_up_ns, "give-up", "5min", 1,            \
                               RDT_TRANSPORT_TIME_MAX_NS,                                          \
                               "how long a peer may be silent before what it was to get is lost"), \
        ICS_PARAMETER_TIME_ROW(IcsRdtTransportConfig, linger_ns, "linger", "10s", 1,               \
                               RDT_TRANSPORT_TIME_MAX_NS,                                          \
                               "how long a closed socket still answers repetitions")

#define RDT_TRANSPORT_WINDOW                                                                       \
    ICS_PARAMETER_INTEGER_ROW(IcsRdtTransportConfig, window, "window", "8", 1, 32768,              \
                              "messages under way at most"),                                       \
        ICS_PARAMETER_INTEGER_ROW(IcsRdtTransportConfig, sequence_bits, "bits", "16", 1, 16,       \
                                  "of the sequence numbers on the wire")

static const IcsParameter rdt_transport_abp_parameters[] = {
    RDT_TRANSPORT_TIMES,
    ICS_PARAMETER_END,
};

static const IcsParameter rdt_transport_window_parameters[] = {
    RDT_TRANSPORT_WINDOW,
    RDT_TRANSPORT_TIMES,
    ICS_PARAMETER_END,
};

static bool rdt_transport_check_window(const IcsRdtTransportConfig *config, int64_t max,
                                       const char *why, GError **error)
{
    if (config->window <= max) {
        return true;
    }
    g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT,
                "window: expected %" G_GINT64_FORMAT " at most with %" G_GINT64_FORMAT
                " bits of sequence number (%s), got %" G_GINT64_FORMAT,
                max, config->sequence_bits, why, config->window);
    return false;
}

static bool rdt_transport_check_gbn(gconstpointer config, GError **error)
{
    const IcsRdtTransportConfig *self = config;
    int64_t numbers = INT64_C(1) << self->sequence_bits;
    return rdt_transport_check_window(self, numbers - 1, "all numbers but one", error);
}

static bool rdt_transport_check_sr(gconstpointer config, GError **error)
{
    const IcsRdtTransportConfig *self = config;
    int64_t numbers = INT64_C(1) << self->sequence_bits;
    return rdt_transport_check_window(self, numbers / 2, "half of the numbers", error);
}

const IcsRdtTransport ics_rdt_abp_transport = {
    .klass = {.name = "rdt.abp",
              .doc = "stop-and-wait with a one-bit sequence number (alternating bit)",
              .config_bytes = sizeof(IcsRdtTransportConfig),
              .parameters = rdt_transport_abp_parameters,
              .driver = &ics_rdt_driver},
    .protocol = &ics_stop_and_wait_class,
};

const IcsRdtTransport ics_rdt_gbn_transport = {
    .klass = {.name = "rdt.gbn",
              .doc = "go-back-N: a window, cumulative acknowledgements, one timer",
              .config_bytes = sizeof(IcsRdtTransportConfig),
              .parameters = rdt_transport_window_parameters,
              .check = rdt_transport_check_gbn,
              .driver = &ics_rdt_driver},
    .protocol = &ics_go_back_n_class,
};

const IcsRdtTransport ics_rdt_sr_transport = {
    .klass = {.name = "rdt.sr",
              .doc = "selective repeat: a window, an acknowledgement and a timer for each message",
              .config_bytes = sizeof(IcsRdtTransportConfig),
              .parameters = rdt_transport_window_parameters,
              .check = rdt_transport_check_sr,
              .driver = &ics_rdt_driver},
    .protocol = &ics_selective_repeat_class,
};
