/* What the built-in senders put into their messages, so that a reader of a capture can tell them
 * apart: the message's number as eight bytes, then the alphabet. */
#ifndef ICS_PROTOCOLS_PROGRAMS_PAYLOAD_H
#define ICS_PROTOCOLS_PROGRAMS_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

/* Fills n bytes with the alphabet. */
void ics_payload_fill(uint8_t *bytes, size_t n);
/* Writes the number into the first eight of n bytes, as far as there are so many (big-endian). */
void ics_payload_number(uint8_t *bytes, size_t n, uint64_t number);

#endif
