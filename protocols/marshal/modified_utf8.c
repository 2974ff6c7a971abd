#include "protocols/marshal/modified_utf8.h"

#include <glib.h>
#include <string.h>

/* RFC 3629, section 3; Unicode 15, section 3.9, table 3-5 (UTF-16). */
#define UTF8_LAST_1   0x7Fu
#define UTF8_LAST_2   0x7FFu
#define UTF8_LAST_3   0xFFFFu
#define UTF16_HIGH    0xD800u
#define UTF16_LOW     0xDC00u
#define UTF16_END     0xE000u
#define UTF16_PAYLOAD 10
#define UTF16_OFFSET  0x10000u

static size_t modified_utf8_unit_bytes(gunichar c)
{
    if (c != 0 && c <= UTF8_LAST_1) {
        return 1;
    }
    if (c <= UTF8_LAST_2) {
        return 2;
    }
    return c <= UTF8_LAST_3 ? 3 : 6;
}

size_t ics_modified_utf8_bytes(const char *text, size_t n)
{
    size_t bytes = 0;
    for (size_t at = 0; at < n;) {
        gunichar c = text[at] == '\0' ? 0 : g_utf8_get_char_validated(text + at, (gssize)(n - at));
        if (c > 0x10FFFF) {
            return SIZE_MAX;
        }
        bytes += modified_utf8_unit_bytes(c);
        at += c == 0 ? 1 : (size_t)g_unichar_to_utf8(c, NULL);
    }
    return bytes;
}

static uint8_t *modified_utf8_put_unit(uint8_t *out, gunichar c)
{
    if (c != 0 && c <= UTF8_LAST_1) {
        *out++ = (uint8_t)c;
    } else if (c <= UTF8_LAST_2) {
        *out++ = (uint8_t)(0xC0 | c >> 6);
        *out++ = (uint8_t)(0x80 | (c & 0x3F));
    } else {
        *out++ = (uint8_t)(0xE0 | c >> 12);
        *out++ = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        *out++ = (uint8_t)(0x80 | (c & 0x3F));
    }
    return out;
}

static uint8_t *modified_utf8_put(uint8_t *out, gunichar c)
{
    if (c <= UTF8_LAST_3) {
        return modified_utf8_put_unit(out, c);
    }
    c -= UTF16_OFFSET;
    out = modified_utf8_put_unit(out, UTF16_HIGH + (c >> UTF16_PAYLOAD));
    return modified_utf8_put_unit(out, UTF16_LOW + (c & ((1u << UTF16_PAYLOAD) - 1)));
}

size_t ics_write_utf(const char *text, size_t n, uint8_t *out)
{
    size_t bytes = ics_modified_utf8_bytes(text, n);
    if (bytes > ICS_WRITE_UTF_MAX_BYTES) {
        return 0;
    }
    out[0] = (uint8_t)(bytes >> 8);
    out[1] = (uint8_t)bytes;
    out += ICS_WRITE_UTF_LENGTH_BYTES;
    for (size_t at = 0; at < n;) {
        gunichar c = g_utf8_get_char(text + at);
        out = modified_utf8_put(out, c);
        at += c == 0 ? 1 : (size_t)g_unichar_to_utf8(c, NULL);
    }
    return ICS_WRITE_UTF_LENGTH_BYTES + bytes;
}

/* One UTF-16 unit; returns the bytes read, 0 when they are none. The shortest form is asked for, as
 * java.io.DataInput does not, except that zero has two bytes. */
static size_t modified_utf8_get_unit(const uint8_t *bytes, size_t n, gunichar *unit)
{
    if (n >= 1 && bytes[0] != 0 && bytes[0] <= UTF8_LAST_1) {
        *unit = bytes[0];
        return 1;
    }
    if (n >= 2 && (bytes[0] & 0xE0) == 0xC0 && (bytes[1] & 0xC0) == 0x80) {
        *unit = (gunichar)(bytes[0] & 0x1F) << 6 | (bytes[1] & 0x3F);
        return *unit == 0 || *unit > UTF8_LAST_1 ? 2 : 0;
    }
    if (n >= 3 && (bytes[0] & 0xF0) == 0xE0 && (bytes[1] & 0xC0) == 0x80 &&
        (bytes[2] & 0xC0) == 0x80) {
        *unit = (gunichar)(bytes[0] & 0x0F) << 12 | (gunichar)(bytes[1] & 0x3F) << 6 |
                (bytes[2] & 0x3F);
        return *unit > UTF8_LAST_2 ? 3 : 0;
    }
    return 0;
}

static bool modified_utf8_is_low(gunichar unit)
{
    return unit >= UTF16_LOW && unit < UTF16_END;
}

/* One character; returns the bytes read, 0 when they are none. */
static size_t modified_utf8_get(const uint8_t *bytes, size_t n, gunichar *c)
{
    size_t read = modified_utf8_get_unit(bytes, n, c);
    if (read == 0 || *c < UTF16_HIGH || *c >= UTF16_END) {
        return read;
    }
    gunichar low;
    size_t second = modified_utf8_get_unit(bytes + read, n - read, &low);
    if (*c >= UTF16_LOW || second == 0 || !modified_utf8_is_low(low)) {
        return 0;
    }
    *c = UTF16_OFFSET + ((*c - UTF16_HIGH) << UTF16_PAYLOAD) + (low - UTF16_LOW);
    return read + second;
}

bool ics_modified_utf8_read(const uint8_t *bytes, size_t n, char *out, size_t *out_bytes)
{
    size_t written = 0;
    for (size_t at = 0; at < n;) {
        gunichar c;
        size_t read = modified_utf8_get(bytes + at, n - at, &c);
        if (read == 0) {
            return false;
        }
        at += read;
        if (c == 0) {
            out[written++] = '\0';
        } else {
            written += (size_t)g_unichar_to_utf8(c, out + written);
        }
    }
    *out_bytes = written;
    return true;
}
