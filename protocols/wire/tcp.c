#include "protocols/wire/tcp.h"

#include <glib.h>

#include "protocols/wire/internet_checksum.h"

/* Lengths of options, with kind and length. */
enum {
    TCP_MSS_LENGTH = 4,
    TCP_WINDOW_SCALE_LENGTH = 3,
    TCP_SACK_PERMITTED_LENGTH = 2,
    TCP_TIMESTAMPS_LENGTH = 10,
    TCP_SACK_BLOCK_LENGTH = 8
};

/* What is sent are whole 32-bit words: kinds, lengths and the no-operations that align them. */
#define TCP_WORD_MSS                       UINT32_C(0x02040000)
#define TCP_WORD_TIMESTAMPS                UINT32_C(0x0101080a)
#define TCP_WORD_SACK_PERMITTED_TIMESTAMPS UINT32_C(0x0402080a)
#define TCP_WORD_SACK_PERMITTED            UINT32_C(0x01010402)
#define TCP_WORD_WINDOW_SCALE              UINT32_C(0x01030300)
#define TCP_WORD_SACK                      UINT32_C(0x01010502)

enum { TCP_WORD_BYTES = 4, TCP_TIMESTAMPS_BYTES = 12 };

static const char *const tcp_result_names[] = {
#define TCP_RESULT_NAME(name, text) [ICS_TCP_RESULT_##name] = text,
    ICS_TCP_RESULTS(TCP_RESULT_NAME)
#undef TCP_RESULT_NAME
};

const char *ics_tcp_result_name(IcsTcpResult result)
{
    g_assert((size_t)result < G_N_ELEMENTS(tcp_result_names));
    return tcp_result_names[result];
}

bool ics_tcp_verify(const uint8_t *bytes, size_t n, uint32_t source, uint32_t destination)
{
    g_assert(n <= UINT16_MAX);
    uint32_t sum =
        ics_checksum_pseudo_header(source, destination, ICS_IPV4_PROTOCOL_TCP, (uint16_t)n);
    return ics_checksum_fold(ics_checksum_add(sum, bytes, n)) == 0xffff;
}

static void tcp_read_sack(const uint8_t *option, size_t length, IcsTcpOptions *options)
{
    /* No more than ICS_TCP_SACK_BLOCKS_MAX: a header has no room for another. */
    size_t n = (length - 2) / TCP_SACK_BLOCK_LENGTH;
    if (n == 0 || length != 2 + n * TCP_SACK_BLOCK_LENGTH)
        return;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *block = option + 2 + i * TCP_SACK_BLOCK_LENGTH;
        options->sack_blocks[i].first = ics_bytes_load_be32(block);
        options->sack_blocks[i].end = ics_bytes_load_be32(block + 4);
    }
    options->n_sack_blocks = (uint8_t)n;
}

static inline void tcp_read_timestamps(const uint8_t *value, IcsTcpOptions *options)
{
    options->has_timestamps = true;
    options->timestamp_value = ics_bytes_load_be32(value);
    options->timestamp_echo = ics_bytes_load_be32(value + 4);
}

/* One option with a length, all of which is there. */
static void tcp_read_option(const uint8_t *option, size_t length, IcsTcpOptions *options)
{
    uint8_t kind = option[0];
    if (kind == ICS_TCP_OPTION_MSS && length == TCP_MSS_LENGTH) {
        options->has_mss = true;
        options->mss = ics_bytes_load_be16(option + 2);
    } else if (kind == ICS_TCP_OPTION_WINDOW_SCALE && length == TCP_WINDOW_SCALE_LENGTH) {
        options->has_window_scale = true;
        options->window_scale = MIN(option[2], ICS_TCP_WINDOW_SCALE_MAX);
    } else if (kind == ICS_TCP_OPTION_SACK_PERMITTED && length == TCP_SACK_PERMITTED_LENGTH) {
        options->sack_permitted = true;
    } else if (kind == ICS_TCP_OPTION_TIMESTAMPS && length == TCP_TIMESTAMPS_LENGTH) {
        tcp_read_timestamps(option + 2, options);
    } else if (kind == ICS_TCP_OPTION_SACK) {
        tcp_read_sack(option, length, options);
    }
}

static void tcp_read_options(const uint8_t *bytes, size_t n, IcsTcpOptions *options)
{
    size_t at = 0;
    while (at < n && bytes[at] != ICS_TCP_OPTION_END) {
        if (bytes[at] == ICS_TCP_OPTION_NO_OPERATION) {
            at++;
            continue;
        }
        size_t length = n - at > 1 ? bytes[at + 1] : 0;
        if (length < 2 || length > n - at)
            return;
        tcp_read_option(bytes + at, length, options);
        at += length;
    }
}

IcsTcpResult ics_tcp_parse(const uint8_t *bytes, size_t n, IcsTcpHeader *header,
                           size_t *header_bytes)
{
    if (n < ICS_TCP_HEADER_BYTES)
        return ICS_TCP_RESULT_TOO_SHORT;
    size_t offset_bytes = ics_tcp_view_header_bytes(bytes);
    if (offset_bytes < ICS_TCP_HEADER_BYTES || offset_bytes > n)
        return ICS_TCP_RESULT_BAD_DATA_OFFSET;
    *header = (IcsTcpHeader){
        .source_port = ics_tcp_view_source_port(bytes),
        .destination_port = ics_tcp_view_destination_port(bytes),
        .sequence = ics_tcp_view_sequence(bytes),
        .acknowledgement = ics_tcp_view_acknowledgement(bytes),
        .window = ics_tcp_view_window(bytes),
        .urgent_pointer = ics_bytes_load_be16(bytes + 18),
        .flags = ics_tcp_view_flags(bytes),
    };
    *header_bytes = offset_bytes;
    const uint8_t *options = bytes + ICS_TCP_HEADER_BYTES;
    size_t options_bytes = offset_bytes - ICS_TCP_HEADER_BYTES;
    /* Most segments have no options, or the timestamps that RFC 7323, appendix A recommends. */
    if (options_bytes == TCP_TIMESTAMPS_BYTES &&
        ics_bytes_load_be32(options) == TCP_WORD_TIMESTAMPS)
        tcp_read_timestamps(options + TCP_WORD_BYTES, &header->options);
    else if (options_bytes != 0)
        tcp_read_options(options, options_bytes, &header->options);
    return ICS_TCP_RESULT_OK;
}

/* Without SACK blocks. */
static inline size_t tcp_options_bytes(const IcsTcpOptions *options)
{
    size_t n = 0;
    if (options->has_timestamps)
        n += TCP_TIMESTAMPS_BYTES;
    else if (options->sack_permitted)
        n += TCP_WORD_BYTES;
    if (options->has_mss)
        n += TCP_WORD_BYTES;
    if (options->has_window_scale)
        n += TCP_WORD_BYTES;
    return n;
}

size_t ics_tcp_header_bytes(const IcsTcpHeader *header)
{
    size_t n = ICS_TCP_HEADER_BYTES + tcp_options_bytes(&header->options);
    if (header->options.n_sack_blocks > 0)
        n += TCP_WORD_BYTES + (size_t)header->options.n_sack_blocks * TCP_SACK_BLOCK_LENGTH;
    return n;
}

uint32_t ics_tcp_sack_blocks_max(const IcsTcpOptions *options)
{
    size_t room = ICS_TCP_OPTIONS_MAX_BYTES - TCP_WORD_BYTES - tcp_options_bytes(options);
    return (uint32_t)(room / TCP_SACK_BLOCK_LENGTH);
}

/* Writes words and sums them, so that the checksum need not read them back. */
typedef struct TcpWords {
    uint8_t *next;
    uint64_t sum;
} TcpWords;

static inline void tcp_put(TcpWords *words, uint32_t word)
{
    ics_bytes_store_be32(words->next, word);
    words->next += TCP_WORD_BYTES;
    words->sum += word;
}

static inline void tcp_put_timestamps(TcpWords *words, uint32_t kinds, const IcsTcpOptions *options)
{
    tcp_put(words, kinds);
    tcp_put(words, options->timestamp_value);
    tcp_put(words, options->timestamp_echo);
}

static void tcp_put_sack(TcpWords *words, const IcsTcpOptions *options)
{
    size_t n = options->n_sack_blocks;
    tcp_put(words, TCP_WORD_SACK + (uint32_t)(n * TCP_SACK_BLOCK_LENGTH));
    for (size_t i = 0; i < n; i++) {
        tcp_put(words, options->sack_blocks[i].first);
        tcp_put(words, options->sack_blocks[i].end);
    }
}

static void tcp_put_options(TcpWords *words, const IcsTcpOptions *options)
{
    if (options->has_mss)
        tcp_put(words, TCP_WORD_MSS | options->mss);
    if (options->has_timestamps)
        tcp_put_timestamps(words,
                           options->sack_permitted ? TCP_WORD_SACK_PERMITTED_TIMESTAMPS
                                                   : TCP_WORD_TIMESTAMPS,
                           options);
    else if (options->sack_permitted)
        tcp_put(words, TCP_WORD_SACK_PERMITTED);
    if (options->has_window_scale)
        tcp_put(words, TCP_WORD_WINDOW_SCALE | options->window_scale);
    if (options->n_sack_blocks > 0)
        tcp_put_sack(words, options);
}

/* With a checksum of zero. */
static inline void tcp_put_header(TcpWords *words, const IcsTcpHeader *header, size_t header_bytes)
{
    uint32_t data_offset = (uint32_t)header_bytes / TCP_WORD_BYTES;
    tcp_put(words, (uint32_t)header->source_port << 16 | header->destination_port);
    tcp_put(words, header->sequence);
    tcp_put(words, header->acknowledgement);
    tcp_put(words, data_offset << 28 | (uint32_t)header->flags << 16 | header->window);
    tcp_put(words, header->urgent_pointer);
}

static inline uint32_t tcp_copy(uint8_t *bytes, const IcsByteSpans *payload, uint32_t sum)
{
    sum = ics_checksum_copy(bytes, payload->first, payload->first_bytes, sum);
    if (payload->second_bytes == 0)
        return sum;
    return ics_checksum_copy(bytes + payload->first_bytes, payload->second, payload->second_bytes,
                             sum);
}

size_t ics_tcp_emit(const IcsTcpHeader *header, uint32_t source, uint32_t destination,
                    const IcsByteSpans *payload, uint8_t *bytes)
{
    size_t header_bytes = ics_tcp_header_bytes(header);
    size_t n = header_bytes + (payload ? ics_byte_spans_bytes(payload) : 0);
    g_assert(header_bytes <= ICS_TCP_HEADER_MAX_BYTES && n <= UINT16_MAX);
    g_assert(header->options.window_scale <= ICS_TCP_WINDOW_SCALE_MAX);
    TcpWords words = {bytes, ics_checksum_pseudo_header_words(source, destination,
                                                              ICS_IPV4_PROTOCOL_TCP, (uint16_t)n)};
    tcp_put_header(&words, header, header_bytes);
    if (header_bytes == ICS_TCP_HEADER_BYTES + TCP_TIMESTAMPS_BYTES &&
        header->options.has_timestamps && !header->options.sack_permitted)
        tcp_put_timestamps(&words, TCP_WORD_TIMESTAMPS, &header->options);
    else if (header_bytes > ICS_TCP_HEADER_BYTES)
        tcp_put_options(&words, &header->options);
    uint32_t sum = ics_checksum_of_words(words.sum);
    if (payload)
        sum = tcp_copy(bytes + header_bytes, payload, sum);
    ics_bytes_store_be16(bytes + 16, ics_checksum_finish(sum));
    return n;
}
