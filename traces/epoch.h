/* The calendar time of virtual time 0. */
#ifndef ICS_TRACES_EPOCH_H
#define ICS_TRACES_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

/* 2000-01-01T00:00:00Z (SEMANTICS, "Time, order, digest"). */
#define ICS_EPOCH_DEFAULT "2000-01-01T00:00:00Z"

/* What is accepted, as a regular expression of ECMA 262. */
#define ICS_EPOCH_PATTERN                                                                          \
    "^(19[7-9][0-9]|20[0-9][0-9]|210[0-5])-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"           \
    "(\\.[0-9]{1,9})?Z$"

/* ISO 8601's extended format in UTC, "2000-01-01T00:00:00Z", with up to 9 decimals of a second;
 * years 1970 to 2105, which a pcap file can hold. False when it is something else. */
bool ics_epoch_parse(const char *text, int64_t *unix_ns);

#endif
