/* Options of stream sockets. Settings are shared and never change: setting one makes a copy. */
#include <errno.h>

#include "protocols/socket/stream_socket.h"

/* What the machine's 32-bit limits and 8-bit counters hold. */
#define STREAM_OPTION_BUFFER_MAX (INT64_C(1) << 30)
#define STREAM_OPTION_PROBES_MAX 127
#define STREAM_OPTION_MSS_MIN    88 /* room for all options and some data, as in Linux */

G_STATIC_ASSERT((int)ICS_CONGESTION_CONTROL_CUBIC == (int)ICS_CONGESTION_CUBIC);
G_STATIC_ASSERT((int)ICS_CONGESTION_CONTROL_RENO == (int)ICS_CONGESTION_RENO);
G_STATIC_ASSERT((int)ICS_CONGESTION_CONTROL_NONE == (int)ICS_CONGESTION_NONE);

typedef enum { STREAM_OPTION_NUMBER, STREAM_OPTION_FLAG, STREAM_OPTION_NOT } StreamOptionKind;

/* An option that is a setting of the machine. */
typedef struct StreamOption {
    IcsSocketOption option;
    StreamOptionKind kind; /* NOT: a flag that means the opposite */
    size_t offset;         /* of an int64_t or a bool in IcsStreamConfig */
    int64_t min;
    int64_t max;
} StreamOption;

#define STREAM_OPTION_ROW(name, kind, member, min, max)                                            \
    {                                                                                              \
        ICS_OPTION_##name, STREAM_OPTION_##kind, offsetof(IcsStreamConfig, member), min, max       \
    }

static const StreamOption stream_options[] = {
    STREAM_OPTION_ROW(SEND_BUFFER, NUMBER, send_buffer_bytes, 1, STREAM_OPTION_BUFFER_MAX),
    STREAM_OPTION_ROW(RECEIVE_BUFFER, NUMBER, receive_buffer_bytes, 1, STREAM_OPTION_BUFFER_MAX),
    STREAM_OPTION_ROW(NO_DELAY, NOT, use.nagle, 0, 1),
    STREAM_OPTION_ROW(KEEP_ALIVE, FLAG, use.keep_alive, 0, 1),
    STREAM_OPTION_ROW(KEEP_ALIVE_IDLE, NUMBER, times.keep_alive_idle_ns, 1, INT64_MAX / 4),
    STREAM_OPTION_ROW(KEEP_ALIVE_INTERVAL, NUMBER, times.keep_alive_interval_ns, 1, INT64_MAX / 4),
    STREAM_OPTION_ROW(KEEP_ALIVE_PROBES, NUMBER, keep_alive_probes, 1, STREAM_OPTION_PROBES_MAX),
    STREAM_OPTION_ROW(USER_TIMEOUT, NUMBER, times.user_timeout_ns, 0, INT64_MAX / 4),
    STREAM_OPTION_ROW(MSS, NUMBER, mss_bytes, STREAM_OPTION_MSS_MIN, ICS_TCP_PAYLOAD_MAX_BYTES),
};

static const StreamOption *stream_option_find(IcsSocketOption option)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stream_options); i++) {
        if (stream_options[i].option == option) {
            return &stream_options[i];
        }
    }
    return NULL;
}

static int64_t stream_option_read(const IcsStreamConfig *config, const StreamOption *option)
{
    const char *field = (const char *)config + option->offset;
    if (option->kind == STREAM_OPTION_NUMBER) {
        return *(const int64_t *)(gconstpointer)field;
    }
    return *(const bool *)(gconstpointer)field != (option->kind == STREAM_OPTION_NOT);
}

static void stream_option_write(IcsStreamConfig *config, const StreamOption *option, int64_t value)
{
    char *field = (char *)config + option->offset;
    if (option->kind == STREAM_OPTION_NUMBER) {
        *(int64_t *)(gpointer)field = value;
    } else {
        *(bool *)(gpointer)field = (value != 0) != (option->kind == STREAM_OPTION_NOT);
    }
}

/* -EINVAL, -EISCONN, -ENOPROTOOPT: what is wrong with it. */
static int stream_option_check(const IcsStreamSocket *self, IcsSocketOption option, int64_t value)
{
    const StreamOption *row = stream_option_find(option);
    bool is_congestion = option == ICS_OPTION_CONGESTION_CONTROL;
    if (row == NULL && !is_congestion) {
        return -ENOPROTOOPT;
    }
    int64_t min = is_congestion ? 0 : row->min;
    int64_t max = is_congestion ? ICS_N_CONGESTION_KINDS - 1 : row->max;
    bool is_default_mss = option == ICS_OPTION_MSS && value == 0;
    if ((value < min || value > max) && !is_default_mss) {
        return -EINVAL;
    }
    bool is_fixed = is_congestion || option == ICS_OPTION_MSS;
    return is_fixed && self->connection != NULL ? -EISCONN : 0;
}

/* A connection that runs follows. */
static void stream_option_apply(IcsStreamSocket *self, IcsSocketOption option)
{
    const IcsStreamConfig *config = self->config;
    IcsStream *stream = &self->connection->stream;
    int64_t now_ns = ics_now(self->socket->process);
    if (option == ICS_OPTION_NO_DELAY) {
        ics_stream_set_nagle(stream, now_ns, config->use.nagle);
    } else if (option == ICS_OPTION_SEND_BUFFER || option == ICS_OPTION_RECEIVE_BUFFER) {
        ics_stream_set_buffers(stream, now_ns, (uint32_t)config->send_buffer_bytes,
                               (uint32_t)config->receive_buffer_bytes);
    } else if (option == ICS_OPTION_USER_TIMEOUT) {
        ics_stream_set_user_timeout(stream, now_ns, config->times.user_timeout_ns);
    } else {
        ics_stream_set_keep_alive(
            stream, now_ns, config->use.keep_alive, config->times.keep_alive_idle_ns,
            config->times.keep_alive_interval_ns, (uint32_t)config->keep_alive_probes);
    }
    ics_tcp_run(self->connection);
}

static int stream_option_set_config(IcsStreamSocket *self, IcsSocketOption option, int64_t value)
{
    int result = stream_option_check(self, option, value);
    if (result != 0) {
        return result;
    }
    IcsStreamConfig *changed = ics_tcp_config_new(ics_stream_socket_config(self));
    if (option == ICS_OPTION_CONGESTION_CONTROL) {
        changed->recovery.congestion = (int)value;
    } else {
        stream_option_write(changed, stream_option_find(option), value);
    }
    ics_tcp_config_unref(self->config);
    self->config = changed;
    if (self->port.listener != NULL) {
        ics_tcp_listen(&self->port, NULL, changed, self->port.listener->backlog);
    } else if (self->connection != NULL) {
        stream_option_apply(self, option);
    }
    return 0;
}

static int stream_option_set_cork(IcsStreamSocket *self, bool on)
{
    self->cork = on;
    if (self->connection != NULL) {
        ics_stream_set_cork(&self->connection->stream, ics_now(self->socket->process), on);
        ics_tcp_run(self->connection);
    }
    return 0;
}

int ics_stream_socket_set_option(IcsStreamSocket *self, IcsSocketOption option, int64_t value)
{
    bool is_flag = value == 0 || value == 1;
    switch (option) {
    case ICS_OPTION_CONNECT_TIMEOUT:
        if (value <= 0) {
            return -EINVAL;
        }
        self->connect_timeout_ns = value;
        return 0;
    case ICS_OPTION_LINGER:
        self->linger_ns = value;
        return 0;
    case ICS_OPTION_REUSE_ADDRESS:
        if (!is_flag) {
            return -EINVAL;
        }
        self->reuse_address = value != 0;
        return 0;
    case ICS_OPTION_CORK:
        return is_flag ? stream_option_set_cork(self, value != 0) : -EINVAL;
    case ICS_OPTION_ERROR:
    case ICS_OPTION_INPUT_QUEUE:
    case ICS_OPTION_OUTPUT_QUEUE:
        return -EINVAL;
    case ICS_OPTION_RECEIVE_BUFFER:
    case ICS_OPTION_SEND_BUFFER:
    case ICS_OPTION_NO_DELAY:
    case ICS_OPTION_KEEP_ALIVE:
    case ICS_OPTION_KEEP_ALIVE_IDLE:
    case ICS_OPTION_KEEP_ALIVE_INTERVAL:
    case ICS_OPTION_KEEP_ALIVE_PROBES:
    case ICS_OPTION_USER_TIMEOUT:
    case ICS_OPTION_MSS:
    case ICS_OPTION_CONGESTION_CONTROL:
        return stream_option_set_config(self, option, value);
    case ICS_OPTION_RECEIVE_TIMEOUT:
    case ICS_OPTION_SEND_TIMEOUT:
    case ICS_OPTION_NONBLOCKING:
    case ICS_OPTION_CHECKSUM:
        break; /* not of streams only */
    }
    return -ENOPROTOOPT;
}

static int64_t stream_option_queue(const IcsStreamSocket *self, IcsSocketOption option)
{
    if (self->connection == NULL) {
        return 0;
    }
    const IcsStream *stream = &self->connection->stream;
    return option == ICS_OPTION_INPUT_QUEUE ? (int64_t)ics_stream_readable_bytes(stream)
                                            : (int64_t)ics_stream_unacknowledged_bytes(stream);
}

static int stream_option_get_config(const IcsStreamSocket *self, IcsSocketOption option,
                                    int64_t *value)
{
    const IcsStreamConfig *config = ics_stream_socket_config(self);
    const StreamOption *row = stream_option_find(option);
    if (row == NULL) {
        return -ENOPROTOOPT;
    }
    *value = stream_option_read(config, row);
    return 0;
}

int ics_stream_socket_get_option(IcsStreamSocket *self, IcsSocketOption option, int64_t *value)
{
    switch (option) {
    case ICS_OPTION_CONNECT_TIMEOUT:
        *value = self->connect_timeout_ns;
        return 0;
    case ICS_OPTION_LINGER:
        *value = self->linger_ns;
        return 0;
    case ICS_OPTION_REUSE_ADDRESS:
        *value = self->reuse_address;
        return 0;
    case ICS_OPTION_CORK:
        *value = self->cork;
        return 0;
    case ICS_OPTION_ERROR:
        *value = -ics_stream_socket_take_error(self);
        return 0;
    case ICS_OPTION_INPUT_QUEUE:
    case ICS_OPTION_OUTPUT_QUEUE:
        *value = stream_option_queue(self, option);
        return 0;
    case ICS_OPTION_CONGESTION_CONTROL:
        *value = ics_stream_socket_config(self)->recovery.congestion;
        return 0;
    case ICS_OPTION_RECEIVE_BUFFER:
    case ICS_OPTION_SEND_BUFFER:
    case ICS_OPTION_NO_DELAY:
    case ICS_OPTION_KEEP_ALIVE:
    case ICS_OPTION_KEEP_ALIVE_IDLE:
    case ICS_OPTION_KEEP_ALIVE_INTERVAL:
    case ICS_OPTION_KEEP_ALIVE_PROBES:
    case ICS_OPTION_USER_TIMEOUT:
    case ICS_OPTION_MSS:
        return stream_option_get_config(self, option, value);
    case ICS_OPTION_RECEIVE_TIMEOUT:
    case ICS_OPTION_SEND_TIMEOUT:
    case ICS_OPTION_NONBLOCKING:
    case ICS_OPTION_CHECKSUM:
        break; /* not of streams only */
    }
    return -ENOPROTOOPT;
}
