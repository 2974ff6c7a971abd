/* Socket options, file flags, and how much waits. */
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tool/packetdrill/packetdrill.h"

/* A switch: 1 for everything but 0. */
#define PACKETDRILL_SWITCH 0

#define PACKETDRILL_DEFAULT_MSS 536

/* An option whose value is an int: ours is `scale` times that, or a switch. */
typedef struct {
    int level;
    int name;
    IcsSocketOption option;
    int64_t scale;
} PacketdrillOption;

static const PacketdrillOption packetdrill_options[] = {
    {SOL_SOCKET, SO_KEEPALIVE, ICS_OPTION_KEEP_ALIVE, PACKETDRILL_SWITCH},
    {SOL_SOCKET, SO_REUSEADDR, ICS_OPTION_REUSE_ADDRESS, PACKETDRILL_SWITCH},
    {SOL_SOCKET, SO_REUSEPORT, ICS_OPTION_REUSE_ADDRESS, PACKETDRILL_SWITCH},
    {SOL_SOCKET, SO_SNDBUF, ICS_OPTION_SEND_BUFFER, 1},
    {SOL_SOCKET, SO_SNDBUFFORCE, ICS_OPTION_SEND_BUFFER, 1},
    {SOL_SOCKET, SO_RCVBUF, ICS_OPTION_RECEIVE_BUFFER, 1},
    {SOL_SOCKET, SO_RCVBUFFORCE, ICS_OPTION_RECEIVE_BUFFER, 1},
    {SOL_SOCKET, SO_ERROR, ICS_OPTION_ERROR, 1},
    {IPPROTO_TCP, TCP_NODELAY, ICS_OPTION_NO_DELAY, PACKETDRILL_SWITCH},
    {IPPROTO_TCP, TCP_CORK, ICS_OPTION_CORK, PACKETDRILL_SWITCH},
    {IPPROTO_TCP, TCP_MAXSEG, ICS_OPTION_MSS, 1},
    {IPPROTO_TCP, TCP_KEEPIDLE, ICS_OPTION_KEEP_ALIVE_IDLE, ICS_PACKETDRILL_NS_A_SECOND},
    {IPPROTO_TCP, TCP_KEEPINTVL, ICS_OPTION_KEEP_ALIVE_INTERVAL, ICS_PACKETDRILL_NS_A_SECOND},
    {IPPROTO_TCP, TCP_KEEPCNT, ICS_OPTION_KEEP_ALIVE_PROBES, 1},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, ICS_OPTION_USER_TIMEOUT, ICS_PACKETDRILL_NS_A_MS},
};

static const PacketdrillOption *packetdrill_options_find(int level, int name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(packetdrill_options); i++) {
        if (packetdrill_options[i].level == level && packetdrill_options[i].name == name) {
            return &packetdrill_options[i];
        }
    }
    return NULL;
}

/* ---- those with a value of their own form ---- */

static int64_t packetdrill_options_set_linger(IcsPacketdrill *self, int socket, const void *value,
                                              socklen_t n)
{
    struct linger linger;
    if (n < sizeof linger) {
        return -EINVAL;
    }
    memcpy(&linger, value, sizeof linger);
    int64_t ns = linger.l_onoff != 0 ? linger.l_linger * ICS_PACKETDRILL_NS_A_SECOND : -1;
    return ics_set_option(self->process, socket, ICS_OPTION_LINGER, ns);
}

static int64_t packetdrill_options_set_time(int64_t *timeout_ns, const void *value, socklen_t n)
{
    struct timeval tv;
    if (n < sizeof tv) {
        return -EINVAL;
    }
    memcpy(&tv, value, sizeof tv);
    if (tv.tv_usec < 0 || tv.tv_usec >= G_USEC_PER_SEC) {
        return -EDOM;
    }
    *timeout_ns =
        MAX(tv.tv_sec, 0) * ICS_PACKETDRILL_NS_A_SECOND + tv.tv_usec * ICS_PACKETDRILL_NS_A_US;
    return 0;
}

/* By IcsCongestionControl. */
static const char *const packetdrill_congestion_names[] = {"cubic", "reno", "none"};

static int64_t packetdrill_options_set_congestion(IcsPacketdrill *self, int socket,
                                                  const void *value, socklen_t n)
{
    for (size_t i = 0; i < G_N_ELEMENTS(packetdrill_congestion_names); i++) {
        const char *name = packetdrill_congestion_names[i];
        if (strnlen(value, n) == strlen(name) && memcmp(value, name, strlen(name)) == 0) {
            return ics_set_option(self->process, socket, ICS_OPTION_CONGESTION_CONTROL, (int64_t)i);
        }
    }
    return -ENOENT;
}

static int64_t packetdrill_options_set_number(IcsPacketdrill *self, IcsPacketdrillFile *file,
                                              const PacketdrillOption *option, const void *value,
                                              socklen_t n)
{
    int number;
    if (n < sizeof number) {
        return -EINVAL;
    }
    memcpy(&number, value, sizeof number);
    if (option->scale == PACKETDRILL_SWITCH) {
        file->corked = option->option == ICS_OPTION_CORK ? number != 0 : file->corked;
        return ics_set_option(self->process, file->socket, option->option, number != 0);
    }
    return ics_set_option(self->process, file->socket, option->option, number * option->scale);
}

static int64_t packetdrill_options_set_one(IcsPacketdrill *self, int fd, int level, int name,
                                           const void *value, socklen_t n)
{
    IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    if (file == NULL) {
        return -EBADF;
    }
    const PacketdrillOption *option = packetdrill_options_find(level, name);
    if (option != NULL) {
        return packetdrill_options_set_number(self, file, option, value, n);
    }
    if (level == SOL_SOCKET && name == SO_LINGER) {
        return packetdrill_options_set_linger(self, file->socket, value, n);
    }
    if (level == SOL_SOCKET && name == SO_RCVTIMEO) {
        return packetdrill_options_set_time(&file->receive_timeout_ns, value, n);
    }
    if (level == SOL_SOCKET && name == SO_SNDTIMEO) {
        return packetdrill_options_set_time(&file->send_timeout_ns, value, n);
    }
    if (level == IPPROTO_TCP && name == TCP_CONGESTION) {
        return packetdrill_options_set_congestion(self, file->socket, value, n);
    }
    return -ENOPROTOOPT;
}

static int packetdrill_options_set(void *user, int fd, int level, int name, const void *value,
                                   socklen_t n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t result = packetdrill_options_set_one(self, fd, level, name, value, n);
    ics_packetdrill_wake(self);
    return (int)ics_packetdrill_leave(self, result);
}

/* ---- reading ---- */

static int64_t packetdrill_options_give(const void *from, size_t bytes, void *value, socklen_t *n)
{
    *n = MIN(*n, (socklen_t)bytes);
    memcpy(value, from, *n);
    return 0;
}

/* The kernel's number of a state. */
static uint8_t packetdrill_options_state(const char *name)
{
    static const char *const names[] = {"",           "ESTABLISHED", "SYN-SENT",  "SYN-RECEIVED",
                                        "FIN-WAIT-1", "FIN-WAIT-2",  "TIME-WAIT", "CLOSED",
                                        "CLOSE-WAIT", "LAST-ACK",    "LISTEN",    "CLOSING"};
    for (size_t i = TCP_ESTABLISHED; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], name) == 0) {
            return (uint8_t)i;
        }
    }
    g_assert_not_reached();
}

uint8_t ics_packetdrill_state(IcsPacketdrill *self, const IcsPacketdrillFile *file)
{
    IcsConnectionInfo info;
    return ics_connection_info(self->process, file->socket, &info) == 0
               ? packetdrill_options_state(info.state)
               : TCP_CLOSE;
}

static int64_t packetdrill_options_info(IcsPacketdrill *self, int socket, void *value, socklen_t *n)
{
    IcsConnectionInfo info;
    int result = ics_connection_info(self->process, socket, &info);
    if (result < 0) {
        return result;
    }
    uint32_t mss = MAX(info.mss_bytes, 1U);
    struct tcp_info tcp = {
        .tcpi_state = packetdrill_options_state(info.state),
        .tcpi_rto = (uint32_t)(info.rto_ns / ICS_PACKETDRILL_NS_A_US),
        .tcpi_rtt = (uint32_t)(info.srtt_ns / ICS_PACKETDRILL_NS_A_US),
        .tcpi_snd_mss = info.mss_bytes,
        .tcpi_snd_cwnd = (uint32_t)(info.cwnd_bytes / mss),
        .tcpi_snd_ssthresh = (uint32_t)MIN(info.ssthresh_bytes / mss, (uint64_t)INT32_MAX),
        .tcpi_unacked = (uint32_t)((info.in_flight_bytes + mss - 1) / mss),
        .tcpi_total_retrans = (uint32_t)info.repeated_segments,
    };
    return packetdrill_options_give(&tcp, sizeof tcp, value, n);
}

static int64_t packetdrill_options_get_time(int64_t timeout_ns, void *value, socklen_t *n)
{
    struct timeval tv = {
        .tv_sec = timeout_ns / ICS_PACKETDRILL_NS_A_SECOND,
        .tv_usec = timeout_ns % ICS_PACKETDRILL_NS_A_SECOND / ICS_PACKETDRILL_NS_A_US,
    };
    return packetdrill_options_give(&tv, sizeof tv, value, n);
}

static int64_t packetdrill_options_get_linger(IcsPacketdrill *self, int socket, void *value,
                                              socklen_t *n)
{
    int64_t ns = -1;
    int result = ics_get_option(self->process, socket, ICS_OPTION_LINGER, &ns);
    struct linger linger = {
        .l_onoff = ns >= 0,
        .l_linger = (int)(MAX(ns, 0) / ICS_PACKETDRILL_NS_A_SECOND),
    };
    return result < 0 ? result : packetdrill_options_give(&linger, sizeof linger, value, n);
}

static int64_t packetdrill_options_get_congestion(IcsPacketdrill *self, int socket, void *value,
                                                  socklen_t *n)
{
    int64_t kind = 0;
    int result = ics_get_option(self->process, socket, ICS_OPTION_CONGESTION_CONTROL, &kind);
    const char *name = packetdrill_congestion_names[kind];
    return result < 0 ? result : packetdrill_options_give(name, strlen(name) + 1, value, n);
}

/* Of an int that no option of ours stands for. */
static int64_t packetdrill_options_get_fact(IcsPacketdrill *self, const IcsPacketdrillFile *file,
                                            int name, void *value, socklen_t *n)
{
    bool is_stream = file->kind == ICS_PACKETDRILL_STREAM;
    int fact;
    switch (name) {
    case SO_TYPE:
        fact = is_stream ? SOCK_STREAM : SOCK_DGRAM;
        break;
    case SO_DOMAIN:
        fact = AF_INET;
        break;
    case SO_PROTOCOL:
        fact = is_stream ? IPPROTO_TCP : IPPROTO_UDP;
        break;
    case SO_ACCEPTCONN:
        fact = is_stream && ics_packetdrill_state(self, file) == TCP_LISTEN;
        break;
    default:
        return -ENOPROTOOPT;
    }
    return packetdrill_options_give(&fact, sizeof fact, value, n);
}

/* Those with a value of their own form. */
static int64_t packetdrill_options_get_other(IcsPacketdrill *self, const IcsPacketdrillFile *file,
                                             int level, int name, void *value, socklen_t *n)
{
    if (level == IPPROTO_TCP) {
        return name == TCP_INFO ? packetdrill_options_info(self, file->socket, value, n)
               : name == TCP_CONGESTION
                   ? packetdrill_options_get_congestion(self, file->socket, value, n)
                   : -ENOPROTOOPT;
    }
    if (level != SOL_SOCKET) {
        return -ENOPROTOOPT;
    }
    switch (name) {
    case SO_LINGER:
        return packetdrill_options_get_linger(self, file->socket, value, n);
    case SO_RCVTIMEO:
        return packetdrill_options_get_time(file->receive_timeout_ns, value, n);
    case SO_SNDTIMEO:
        return packetdrill_options_get_time(file->send_timeout_ns, value, n);
    default:
        return packetdrill_options_get_fact(self, file, name, value, n);
    }
}

/* TCP_MAXSEG: of a connection what it uses, before that what was set or the default of RFC 9293,
 * section 3.7.1. */
static int packetdrill_options_mss(IcsPacketdrill *self, const IcsPacketdrillFile *file, int set)
{
    IcsConnectionInfo info = {0};
    int result = ics_connection_info(self->process, file->socket, &info);
    if (result == 0 && info.mss_bytes > 0) {
        return (int)info.mss_bytes;
    }
    return set > 0 ? set : PACKETDRILL_DEFAULT_MSS;
}

static int64_t packetdrill_options_get_one(IcsPacketdrill *self, int fd, int level, int name,
                                           void *value, socklen_t *n)
{
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    const PacketdrillOption *option = packetdrill_options_find(level, name);
    int64_t got = 0;
    if (file == NULL) {
        return -EBADF;
    }
    if (option == NULL) {
        return packetdrill_options_get_other(self, file, level, name, value, n);
    }
    int result = ics_get_option(self->process, file->socket, option->option, &got);
    if (result < 0) {
        return result;
    }
    int number = (int)(option->scale == PACKETDRILL_SWITCH ? got : got / option->scale);
    if (option->option == ICS_OPTION_MSS) {
        number = packetdrill_options_mss(self, file, number);
    }
    return packetdrill_options_give(&number, sizeof number, value, n);
}

static int packetdrill_options_get(void *user, int fd, int level, int name, void *value,
                                   socklen_t *n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t result = packetdrill_options_get_one(self, fd, level, name, value, n);
    return (int)ics_packetdrill_leave(self, result);
}

/* ---- fcntl, ioctl ---- */

static int packetdrill_options_fcntl(void *user, int fd, int command, ...)
{
    int argument = 0;
    if (command == F_SETFL || command == F_SETFD) {
        va_list arguments;
        va_start(arguments, command);
        argument = va_arg(arguments, int);
        va_end(arguments);
    }
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t result;
    if (file == NULL) {
        result = fcntl(fd, command, argument);
        result = result < 0 ? -errno : result;
    } else if (command == F_SETFL) {
        file->nonblocking = (argument & O_NONBLOCK) != 0;
        result = 0;
    } else if (command == F_GETFL) {
        result = O_RDWR | (file->nonblocking ? O_NONBLOCK : 0);
    } else {
        result = -EINVAL;
    }
    return (int)ics_packetdrill_leave(self, result);
}

static int packetdrill_options_ioctl(void *user, int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    int *value = va_arg(arguments, int *);
    va_end(arguments);
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    const IcsPacketdrillFile *file = ics_packetdrill_file(self, fd);
    int64_t got = 0;
    int64_t result = -ENOTTY;
    if (file == NULL) {
        result = -EBADF;
    } else if (request == SIOCINQ) {
        result = ics_get_option(self->process, file->socket, ICS_OPTION_INPUT_QUEUE, &got);
    } else if (request == SIOCOUTQ) {
        result = ics_get_option(self->process, file->socket, ICS_OPTION_OUTPUT_QUEUE, &got);
    }
    if (result == 0) {
        *value = (int)got;
    }
    return (int)ics_packetdrill_leave(self, result);
}

void ics_packetdrill_fill_options(IcsPacketdrillTable *table)
{
    table->setsockopt = packetdrill_options_set;
    table->getsockopt = packetdrill_options_get;
    table->fcntl = packetdrill_options_fcntl;
    table->ioctl = packetdrill_options_ioctl;
}
