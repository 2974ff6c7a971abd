/* TUN devices of Linux (Documentation/networking/tuntap.rst). */
#ifndef ICS_TOOL_LIVE_TUN_H
#define ICS_TOOL_LIVE_TUN_H

#include <glib.h>
#include <stdbool.h>

/* Whether a device can have this name: 1 to 15 characters, no "/", ":", "%" or space, not "." or
 * "..". */
bool ics_tun_name_is_possible(const char *name);

/* Opens the TUN device of this name, and makes it if there is none (it goes when the descriptor is
 * closed); without packet information (IFF_NO_PI), not blocking. The descriptor, or -1 and
 * ICS_ERROR_MACHINE with what to do about it. */
int ics_tun_open(const char *name, GError **error);

/* Whether a descriptor is that of a TUN device without packet information and virtio header. */
bool ics_tun_is_one(int fd);

#endif
