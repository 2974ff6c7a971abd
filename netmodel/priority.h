/* Strict priority: several drop-tail queues, called bands, of which the first that is not empty is
 * served, as Linux' prio and pfifo_fast do (tc-prio(8), tc-pfifo_fast(8)). As there, filters are
 * asked first, and what they do not match is classified by the TOS octet of its IPv4 header. */
#ifndef ICS_NETMODEL_PRIORITY_H
#define ICS_NETMODEL_PRIORITY_H

#include "netmodel/queue.h"

#define ICS_PRIORITY_BANDS_MAX 3

typedef struct IcsPriorityConfig {
    int64_t bands;
    int64_t packets; /* room of each band */
    char *first;     /* pcap-filter(7): what belongs to band 0, nullable */
    char *second;    /* to band 1, nullable */
} IcsPriorityConfig;

/* The band of a TOS octet: tc-prio(8)'s default priomap over Linux' ip_tos2prio. Minimise delay is
 * band 0, maximise throughput alone is band 2, everything else is band 1; the precedence and the
 * two bits that ECN has taken do not matter. */
uint32_t ics_priority_band_of_tos(uint8_t tos);

extern const IcsQueueClass ics_priority_class;

#endif
