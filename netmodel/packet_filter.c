#include "netmodel/packet_filter.h"

#include <pcap/pcap.h>
#include <string.h>

#include "base/error.h"
#include "base/quote.h"

#define PACKET_FILTER_SNAPLEN 65535

/* Every word that libpcap's scanner does not take for a name (pcap-filter(7), libpcap 1.10), each
 * between spaces. Which of them mean something on LINKTYPE_RAW is for libpcap to say. */
static const char packet_filter_keywords[] =
    " "
    "dst src link ether ppp slip fddi tr wlan arp rarp ip sctp tcp udp icmp igmp igrp pim "
    "vrrp carp radio ip6 ipv6 icmp6 ah esp atalk aarp decnet lat sca moprc mopdl iso esis "
    "es-is isis is-is l1 l2 iih lsp snp csnp psnp clnp stp ipx netbeui host net mask port "
    "portrange proto protochain gateway type subtype direction dir address1 address2 "
    "address3 address4 addr1 addr2 addr3 addr4 less greater byte broadcast multicast and "
    "or not len length inbound outbound ifindex vlan mpls pppoed pppoes geneve lane llc "
    "metac bcc oam oamf4 oamf4ec oamf4sc sc ilmic vpi vci connectmsg metaconnect on "
    "ifname rset ruleset rnr rulenum srnr subrulenum reason action fisu lssu lsu msu "
    "hfisu hlssu hmsu sio opc dpc sls hsio hopc hdpc hsls icmptype icmpcode "
    "icmp-echoreply icmp-unreach icmp-sourcequench icmp-redirect icmp-echo "
    "icmp-routeradvert icmp-routersolicit icmp-timxceed icmp-paramprob icmp-tstamp "
    "icmp-tstampreply icmp-ireq icmp-ireqreply icmp-maskreq icmp-maskreply icmp6type "
    "icmp6code icmp6-echo icmp6-echoreply icmp6-multicastlistenerquery "
    "icmp6-multicastlistenerreportv1 icmp6-multicastlistenerdone icmp6-routersolicit "
    "icmp6-routeradvert icmp6-neighborsolicit icmp6-neighboradvert icmp6-redirect "
    "icmp6-routerrenum icmp6-nodeinformationquery icmp6-nodeinformationresponse "
    "icmp6-ineighbordiscoverysolicit icmp6-ineighbordiscoveryadvert "
    "icmp6-multicastlistenerreportv2 icmp6-homeagentdiscoveryrequest "
    "icmp6-homeagentdiscoveryreply icmp6-mobileprefixsolicit icmp6-mobileprefixadvert "
    "icmp6-certpathsolicit icmp6-certpathadvert icmp6-multicastrouteradvert "
    "icmp6-multicastroutersolicit icmp6-multicastrouterterm icmp6-destinationunreach "
    "icmp6-destinationunreachable icmp6-packettoobig icmp6-timeexceeded "
    "icmp6-parameterproblem tcpflags tcp-fin tcp-syn tcp-rst tcp-push tcp-ack tcp-urg "
    "tcp-ece tcp-cwr ";

#define PACKET_FILTER_DIGITS  "0123456789"
#define PACKET_FILTER_HEX     PACKET_FILTER_DIGITS "abcdefABCDEF"
#define PACKET_FILTER_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define PACKET_FILTER_WORD    PACKET_FILTER_DIGITS PACKET_FILTER_LETTERS "-_."

static bool packet_filter_is_keyword(const char *word)
{
    g_autofree char *between_spaces = g_strdup_printf(" %s ", word);
    return strstr(packet_filter_keywords, between_spaces) != NULL;
}

/* Up to four decimal numbers with dots between them: a number, an address, the front of one. */
static bool packet_filter_is_dotted(const char *word)
{
    int numbers = 0;
    do {
        size_t digits = strspn(word, PACKET_FILTER_DIGITS);
        if (digits == 0 || ++numbers > 4) {
            return false;
        }
        word += digits;
    } while (*word++ == '.');
    return word[-1] == '\0';
}

/* "1000-2000", for portrange. */
static bool packet_filter_is_range(const char *word)
{
    size_t digits = strspn(word, PACKET_FILTER_DIGITS);
    const char *last = word + digits + 1;
    return digits > 0 && word[digits] == '-' && *last != '\0' &&
           strspn(last, PACKET_FILTER_DIGITS) == strlen(last);
}

static bool packet_filter_is_hexadecimal(const char *word)
{
    return (g_str_has_prefix(word, "0x") || g_str_has_prefix(word, "0X")) &&
           strspn(word + 2, PACKET_FILTER_HEX) == strlen(word + 2);
}

/* The length of an address with colons (IPv6, link-layer) that begins here; 0 if none does. */
static size_t packet_filter_colon_address(const char *at)
{
    size_t length = strspn(at, PACKET_FILTER_HEX ":.");
    bool has_colon = memchr(at, ':', length) != NULL;
    return has_colon && strspn(at + length, PACKET_FILTER_WORD) == 0 ? length : 0;
}

static bool packet_filter_accepts_word(const char *word, GError **error)
{
    if (packet_filter_is_keyword(word) || packet_filter_is_dotted(word) ||
        packet_filter_is_range(word) || packet_filter_is_hexadecimal(word)) {
        return true;
    }
    g_autofree char *quoted = ics_quote(word);
    g_set_error(
        error, ICS_ERROR, ICS_ERROR_INPUT,
        "%s is no word of pcap-filter(7); names of hosts, ports and networks are not looked "
        "up: write the address or the number",
        quoted);
    return false;
}

/* Words are cut as libpcap's scanner cuts them. */
static bool packet_filter_accepts_words(const char *expression, GError **error)
{
    const char *at = expression;
    while (*at != '\0') {
        size_t length = packet_filter_colon_address(at);
        if (length == 0 && g_ascii_isalnum(*at)) {
            length = strspn(at, PACKET_FILTER_WORD);
            g_autofree char *word = g_strndup(at, length);
            if (!packet_filter_accepts_word(word, error)) {
                return false;
            }
        }
        at += MAX(length, (size_t)1);
    }
    return true;
}

struct bpf_program *ics_packet_filter_new(const char *expression, GError **error)
{
    if (!packet_filter_accepts_words(expression, error)) {
        return NULL;
    }
    pcap_t *pcap = pcap_open_dead(DLT_RAW, PACKET_FILTER_SNAPLEN);
    g_assert(pcap != NULL);
    struct bpf_program *self = g_new0(struct bpf_program, 1);
    if (pcap_compile(pcap, self, expression, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        g_set_error(error, ICS_ERROR, ICS_ERROR_INPUT, "libpcap says: %s", pcap_geterr(pcap));
        g_free(self);
        self = NULL;
    }
    pcap_close(pcap);
    return self;
}

void ics_packet_filter_free(struct bpf_program *self)
{
    if (self != NULL) {
        pcap_freecode(self);
        g_free(self);
    }
}

bool ics_packet_filter_matches(const struct bpf_program *self, const IcsPacket *packet)
{
    return bpf_filter(self->bf_insns, packet->bytes, packet->length, packet->length) != 0;
}
