#include "base/json_writer.h"

#include <string.h>

static const char json_writer_replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* A byte that RFC 8259 clause 7 wants escaped. */
static void json_writer_append_escape(GString *out, unsigned char byte)
{
    static const char short_escapes[][2] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                                            {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};

    for (size_t i = 0; i < G_N_ELEMENTS(short_escapes); i++) {
        if (short_escapes[i][0] == (char)byte) {
            g_string_append_c(out, '\\');
            g_string_append_c(out, short_escapes[i][1]);
            return;
        }
    }
    g_string_append_printf(out, "\\u%04x", byte);
}

/* The length of the plain run at the start of some bytes: nothing to escape, nothing to check. */
static size_t json_writer_plain_length(const char *bytes, size_t length)
{
    size_t n = 0;

    while (n < length && bytes[n] >= 0x20 && (unsigned char)bytes[n] < 0x80 && bytes[n] != '"' &&
           bytes[n] != '\\') {
        n++;
    }
    return n;
}

/* The length of the valid multibyte character at `bytes`, 0 if there is none. */
static size_t json_writer_multibyte_length(const char *bytes, size_t length)
{
    gunichar c = g_utf8_get_char_validated(bytes, (gssize)MIN(length, 6));

    return c == (gunichar)-1 || c == (gunichar)-2 ? 0 : (size_t)g_unichar_to_utf8(c, NULL);
}

void ics_json_append_string(GString *out, const char *bytes, size_t length)
{
    g_string_append_c(out, '"');
    for (size_t i = 0; i < length;) {
        size_t plain = json_writer_plain_length(bytes + i, length - i);
        g_string_append_len(out, bytes + i, (gssize)plain);
        i += plain;
        if (i == length) {
            break;
        }
        size_t step = 1;
        if (!((unsigned char)bytes[i] & 0x80)) {
            json_writer_append_escape(out, (unsigned char)bytes[i]);
        } else if ((step = json_writer_multibyte_length(bytes + i, length - i)) > 0) {
            g_string_append_len(out, bytes + i, (gssize)step);
        } else {
            g_string_append(out, json_writer_replacement);
            step = 1;
        }
        i += step;
    }
    g_string_append_c(out, '"');
}

void ics_json_writer_init(IcsJsonWriter *self, GString *out, IcsJsonWriterLayout layout)
{
    self->out = out;
    self->layout = layout;
    self->depth = 0;
    self->key_written = false;
    self->done = false;
}

void ics_json_writer_finish(IcsJsonWriter *self)
{
    g_assert(self->done && self->depth == 0);
}

static void json_writer_new_line(IcsJsonWriter *self)
{
    if (self->layout == ICS_JSON_WRITER_PRETTY) {
        g_string_append_printf(self->out, "\n%*s", (int)(2 * self->depth), "");
    }
}

/* The comma and the indentation before an element or a key. */
static void json_writer_begin_child(IcsJsonWriter *self)
{
    if (self->open[self->depth - 1].has_children) {
        g_string_append_c(self->out, ',');
    }
    self->open[self->depth - 1].has_children = true;
    json_writer_new_line(self);
}

/* Before every value. */
static void json_writer_begin_value(IcsJsonWriter *self)
{
    g_assert(!self->done);
    if (self->depth == 0) {
        self->done = true;
    } else if (self->open[self->depth - 1].is_object) {
        g_assert(self->key_written);
        self->key_written = false;
    } else {
        json_writer_begin_child(self);
    }
}

static void json_writer_open(IcsJsonWriter *self, bool is_object)
{
    json_writer_begin_value(self);
    g_assert(self->depth < ICS_JSON_WRITER_DEPTH_MAX);
    self->open[self->depth].is_object = is_object;
    self->open[self->depth].has_children = false;
    self->depth++;
    self->done = false;
    g_string_append_c(self->out, is_object ? '{' : '[');
}

static void json_writer_close(IcsJsonWriter *self, bool is_object)
{
    g_assert(self->depth > 0 && !self->key_written);
    self->depth--;
    g_assert(self->open[self->depth].is_object == is_object);
    if (self->open[self->depth].has_children) {
        json_writer_new_line(self);
    }
    g_string_append_c(self->out, is_object ? '}' : ']');
    self->done = self->depth == 0;
}

void ics_json_writer_begin_object(IcsJsonWriter *self)
{
    json_writer_open(self, true);
}

void ics_json_writer_end_object(IcsJsonWriter *self)
{
    json_writer_close(self, true);
}

void ics_json_writer_begin_array(IcsJsonWriter *self)
{
    json_writer_open(self, false);
}

void ics_json_writer_end_array(IcsJsonWriter *self)
{
    json_writer_close(self, false);
}

void ics_json_writer_key(IcsJsonWriter *self, const char *key)
{
    g_assert(self->depth > 0 && self->open[self->depth - 1].is_object && !self->key_written);
    json_writer_begin_child(self);
    ics_json_append_string(self->out, key, strlen(key));
    g_string_append(self->out, self->layout == ICS_JSON_WRITER_PRETTY ? ": " : ":");
    self->key_written = true;
}

void ics_json_writer_string_bytes(IcsJsonWriter *self, const char *bytes, size_t length)
{
    json_writer_begin_value(self);
    ics_json_append_string(self->out, bytes, length);
}

void ics_json_writer_string(IcsJsonWriter *self, const char *text)
{
    if (text) {
        ics_json_writer_string_bytes(self, text, strlen(text));
    } else {
        ics_json_writer_null(self);
    }
}

void ics_json_writer_string_format(IcsJsonWriter *self, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    ics_json_writer_string(self, text);
}

void ics_json_writer_raw(IcsJsonWriter *self, const char *json)
{
    json_writer_begin_value(self);
    g_string_append(self->out, json);
}

/* Numbers are most of what an event log holds: no printf. */
static void json_writer_append_digits(GString *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    g_string_append_len(out, digits + at, (gssize)(sizeof digits - at));
}

void ics_json_writer_int64(IcsJsonWriter *self, int64_t value)
{
    json_writer_begin_value(self);
    if (value < 0) {
        g_string_append_c(self->out, '-');
    }
    json_writer_append_digits(self->out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void ics_json_writer_uint64(IcsJsonWriter *self, uint64_t value)
{
    json_writer_begin_value(self);
    json_writer_append_digits(self->out, value);
}

void ics_json_writer_bool(IcsJsonWriter *self, bool value)
{
    ics_json_writer_raw(self, value ? "true" : "false");
}

void ics_json_writer_null(IcsJsonWriter *self)
{
    ics_json_writer_raw(self, "null");
}

void ics_json_writer_member_string(IcsJsonWriter *self, const char *key, const char *text)
{
    ics_json_writer_key(self, key);
    ics_json_writer_string(self, text);
}

void ics_json_writer_member_int64(IcsJsonWriter *self, const char *key, int64_t value)
{
    ics_json_writer_key(self, key);
    ics_json_writer_int64(self, value);
}

void ics_json_writer_member_uint64(IcsJsonWriter *self, const char *key, uint64_t value)
{
    ics_json_writer_key(self, key);
    ics_json_writer_uint64(self, value);
}

void ics_json_writer_member_bool(IcsJsonWriter *self, const char *key, bool value)
{
    ics_json_writer_key(self, key);
    ics_json_writer_bool(self, value);
}

void ics_json_writer_member_null(IcsJsonWriter *self, const char *key)
{
    ics_json_writer_key(self, key);
    ics_json_writer_null(self);
}

void ics_json_writer_member_object(IcsJsonWriter *self, const char *key)
{
    ics_json_writer_key(self, key);
    ics_json_writer_begin_object(self);
}

void ics_json_writer_member_array(IcsJsonWriter *self, const char *key)
{
    ics_json_writer_key(self, key);
    ics_json_writer_begin_array(self);
}
