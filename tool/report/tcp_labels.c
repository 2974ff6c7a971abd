#include "tool/report/tcp_labels.h"

#include <inttypes.h>
#include <string.h>

#include "protocols/wire/tcp.h"

/* One direction of a connection. */
typedef struct TcpLabelsKey {
    uint32_t source;
    uint32_t destination;
    uint32_t ports; /* source's, destination's */
} TcpLabelsKey;

typedef struct TcpLabelsSide {
    TcpLabelsKey key;
    uint32_t isn;
    uint8_t window_scale;
    bool offers_scaling;
} TcpLabelsSide;

struct IcsTcpLabels {
    GHashTable *sides; /* set of TcpLabelsSide */
};

static guint tcp_labels_hash(gconstpointer data)
{
    const TcpLabelsKey *key = data;
    uint64_t hash = ((uint64_t)key->source << 32 | key->destination) * UINT64_C(0x9E3779B97F4A7C15);
    return (guint)(hash >> 32) ^ key->ports * 0x85EBCA6BU;
}

static gboolean tcp_labels_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(TcpLabelsKey)) == 0;
}

IcsTcpLabels *ics_tcp_labels_new(void)
{
    IcsTcpLabels *self = g_new0(IcsTcpLabels, 1);
    self->sides = g_hash_table_new_full(tcp_labels_hash, tcp_labels_equal, g_free, NULL);
    return self;
}

void ics_tcp_labels_free(IcsTcpLabels *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->sides);
        g_free(self);
    }
}

static TcpLabelsKey tcp_labels_key(const IcsIpv4Header *ip, const IcsTcpHeader *tcp, bool reverse)
{
    uint32_t there = (uint32_t)tcp->source_port << 16 | tcp->destination_port;
    uint32_t back = (uint32_t)tcp->destination_port << 16 | tcp->source_port;
    return reverse ? (TcpLabelsKey){ip->destination, ip->source, back}
                   : (TcpLabelsKey){ip->source, ip->destination, there};
}

/* NULL: its SYN was not seen. */
static const TcpLabelsSide *tcp_labels_find(const IcsTcpLabels *self, TcpLabelsKey key)
{
    return self != NULL ? g_hash_table_lookup(self->sides, &key) : NULL;
}

static void tcp_labels_note(IcsTcpLabels *self, const IcsIpv4Header *ip, const IcsTcpHeader *tcp)
{
    TcpLabelsSide *side = g_new(TcpLabelsSide, 1);
    *side = (TcpLabelsSide){
        .key = tcp_labels_key(ip, tcp, false),
        .isn = tcp->sequence,
        .window_scale = tcp->options.window_scale,
        .offers_scaling = tcp->options.has_window_scale,
    };
    g_hash_table_add(self->sides, side);
}

static uint32_t tcp_labels_window(const TcpLabelsSide *from, const TcpLabelsSide *to,
                                  const IcsTcpHeader *tcp)
{
    bool scaled = (tcp->flags & ICS_TCP_SYN) == 0 && from != NULL && to != NULL &&
                  from->offers_scaling && to->offers_scaling;
    return scaled ? (uint32_t)tcp->window << from->window_scale : tcp->window;
}

static void tcp_labels_flags(GString *text, uint8_t flags)
{
    static const struct {
        uint8_t flag;
        const char *name;
    } names[] = {{ICS_TCP_SYN, "SYN"}, {ICS_TCP_FIN, "FIN"}, {ICS_TCP_RST, "RST"},
                 {ICS_TCP_URG, "URG"}, {ICS_TCP_ECE, "ECE"}, {ICS_TCP_CWR, "CWR"}};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if ((flags & names[i].flag) != 0) {
            g_string_append_printf(text, "%s ", names[i].name);
        }
    }
}

static char *tcp_labels_write(const IcsTcpLabels *self, const IcsIpv4Header *ip,
                              const IcsTcpHeader *tcp, uint32_t payload_bytes)
{
    const TcpLabelsSide *from = tcp_labels_find(self, tcp_labels_key(ip, tcp, false));
    const TcpLabelsSide *to = tcp_labels_find(self, tcp_labels_key(ip, tcp, true));
    uint32_t sequence = tcp->sequence - (from != NULL ? from->isn : 0);
    GString *text = g_string_new(NULL);
    tcp_labels_flags(text, tcp->flags);
    if (payload_bytes > 0) {
        g_string_append_printf(text, "%" PRIu32 ":%" PRIu32 " ", sequence,
                               sequence + payload_bytes);
    } else if ((tcp->flags & (ICS_TCP_FIN | ICS_TCP_RST)) != 0) {
        g_string_append_printf(text, "%" PRIu32 " ", sequence);
    }
    if ((tcp->flags & ICS_TCP_ACK) != 0) {
        g_string_append_printf(text, "ack %" PRIu32 " ",
                               tcp->acknowledgement - (to != NULL ? to->isn : 0));
    }
    if ((tcp->flags & ICS_TCP_RST) == 0) {
        g_string_append_printf(text, "win %" PRIu32 " ", tcp_labels_window(from, to, tcp));
    }
    g_string_truncate(text, text->len > 0 ? text->len - 1 : 0);
    return g_string_free(text, FALSE);
}

char *ics_tcp_labels_text(IcsTcpLabels *self, const IcsPacket *packet, const IcsIpv4Header *ip)
{
    IcsTcpHeader tcp;
    size_t header_bytes;
    size_t n = (size_t)packet->length - ip->header_bytes;
    if (ics_tcp_parse(packet->bytes + ip->header_bytes, n, &tcp, &header_bytes) !=
        ICS_TCP_RESULT_OK) {
        return g_strdup("TCP");
    }
    if (self != NULL && !packet->damaged && (tcp.flags & ICS_TCP_SYN) != 0) {
        tcp_labels_note(self, ip, &tcp);
    }
    return tcp_labels_write(self, ip, &tcp, (uint32_t)(n - header_bytes));
}
