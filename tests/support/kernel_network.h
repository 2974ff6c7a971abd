/* A network namespace for a test, and the addresses of the devices in it. */
#ifndef ICS_TESTS_SUPPORT_KERNEL_NETWORK_H
#define ICS_TESTS_SUPPORT_KERNEL_NETWORK_H

#include <stdbool.h>

/* Puts the process, which has one thread yet, into a network namespace of its own that goes with
 * it. False where that is not possible, or /dev/net/tun cannot be used in it. */
bool ics_kernel_network_enter(void);

/* Gives a device an IPv4 address with a prefix of 24 bits and brings it up; fails (cmocka)
 * otherwise. Without IPv6, which would send packets of its own. */
void ics_kernel_network_bring_up(const char *device, const char *address);

/* Writes a value to /proc/sys/net/NAME of the namespace. */
void ics_kernel_network_set(const char *name, const char *value);

#endif
