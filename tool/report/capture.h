/* Captures: for each interface of a host what a tcpdump(1) on that host would have written, as
 * nanosecond pcap files of link type RAW (pcap-linktype(7)): packets that the interface took for
 * sending, before the link's faults, and packets that arrived, as they arrived. What the
 * interface's own queue refused, what a send omission swallowed and what came while the host had
 * crashed are not in it; what a receive omission swallowed is. What a host sends to itself is in
 * the file of its interface lo, once. */
#ifndef ICS_TOOL_REPORT_CAPTURE_H
#define ICS_TOOL_REPORT_CAPTURE_H

#include <glib.h>

#include "traces/world.h"

typedef struct IcsCapture IcsCapture;

/* Starts to capture into DIRECTORY/HOST-INTERFACE.pcap; to be called before the world runs. The
 * directory is made if need be; a file appears for each interface that saw a packet. Transfer full;
 * NULL and ICS_ERROR_MACHINE. */
IcsCapture *ics_capture_open(IcsWorld *world, const char *directory, GError **error);

/* Whether everything has been written so far. */
bool ics_capture_is_well(const IcsCapture *self);

/* Ends the captures (also of a run that was interrupted) and frees them. False and
 * ICS_ERROR_MACHINE when one could not be written: that one and those after it, in the order of
 * their first packets, do not exist then. */
bool ics_capture_close(IcsCapture *self, GError **error);

/* Frees them; there are no files, or the old ones. */
void ics_capture_discard(IcsCapture *self);

#endif
