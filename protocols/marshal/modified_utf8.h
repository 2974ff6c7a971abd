/* Java's modified UTF-8, and the string of java.io.DataOutput.writeUTF: a two-byte length
 * (big-endian, of the bytes that follow) and the text. It differs from UTF-8 (RFC 3629) in two
 * things: U+0000 is the two bytes C0 80, and a character beyond U+FFFF is its two surrogates, three
 * bytes each. (Java SE API, java.io.DataInput, "Modified UTF-8"; JVMS, section 4.4.7.) */
#ifndef ICS_PROTOCOLS_MARSHAL_MODIFIED_UTF8_H
#define ICS_PROTOCOLS_MARSHAL_MODIFIED_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a writeUTF string has in front, and how long the text behind it can be. */
#define ICS_WRITE_UTF_LENGTH_BYTES 2
#define ICS_WRITE_UTF_MAX_BYTES    65535

/* How many bytes n bytes of UTF-8 take in the modified form. SIZE_MAX: they are not UTF-8. */
size_t ics_modified_utf8_bytes(const char *text, size_t n);

/* Writes length and text; `out` has room for ICS_WRITE_UTF_LENGTH_BYTES and the bytes of the text.
 * Returns how many bytes were written; 0: the text is no UTF-8, or longer than the length can say
 * (java.io.UTFDataFormatException). */
size_t ics_write_utf(const char *text, size_t n, uint8_t *out);

/* Reads n bytes of modified UTF-8 into UTF-8, which is never longer: `out` has room for n bytes.
 * Bytes that are neither (a lone surrogate among them) are refused: false. */
bool ics_modified_utf8_read(const uint8_t *bytes, size_t n, char *out, size_t *out_bytes);

#endif
