/*
 * A streaming JSON writer (RFC 8259) onto a GString. It lives on the stack and allocates nothing of
 * its own. The same calls give the same bytes. Misuse (a value without a key, an unclosed array, a
 * second value at the top) is a programmer's error and asserts.
 *
 *     IcsJsonWriter writer;
 *     ics_json_writer_init(&writer, text, ICS_JSON_WRITER_PRETTY);
 *     ics_json_writer_begin_object(&writer);
 *     ics_json_writer_member_int64(&writer, "seed", 7);
 *     ics_json_writer_end_object(&writer);
 *     ics_json_writer_finish(&writer);
 */
#ifndef ICS_BASE_JSON_WRITER_H
#define ICS_BASE_JSON_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ICS_JSON_WRITER_DEPTH_MAX 80

typedef enum {
    ICS_JSON_WRITER_COMPACT, /* no white space at all */
    ICS_JSON_WRITER_PRETTY,  /* a line for every element and member, indented by 2 spaces */
} IcsJsonWriterLayout;

typedef struct {
    GString *out; /* borrowed */
    IcsJsonWriterLayout layout;
    unsigned depth;
    bool key_written; /* a key waits for its value */
    bool done;        /* the value at the top is complete */
    struct {
        bool is_object;
        bool has_children;
    } open[ICS_JSON_WRITER_DEPTH_MAX];
} IcsJsonWriter;

/* Starts one value; `out` is borrowed, and appended to. No new-line is written after the value. */
void ics_json_writer_init(IcsJsonWriter *self, GString *out, IcsJsonWriterLayout layout);

/* Asserts that exactly one whole value was written. */
void ics_json_writer_finish(IcsJsonWriter *self);

void ics_json_writer_begin_object(IcsJsonWriter *self);
void ics_json_writer_end_object(IcsJsonWriter *self);
void ics_json_writer_begin_array(IcsJsonWriter *self);
void ics_json_writer_end_array(IcsJsonWriter *self);
void ics_json_writer_key(IcsJsonWriter *self, const char *key);

/* `text` NULL writes null. Invalid UTF-8 is written as U+FFFD, a sequence for each bad byte. */
void ics_json_writer_string(IcsJsonWriter *self, const char *text);
/* As above, `length` bytes, among which NUL is written as \u0000. */
void ics_json_writer_string_bytes(IcsJsonWriter *self, const char *bytes, size_t length);
/* A string made as by printf. */
void ics_json_writer_string_format(IcsJsonWriter *self, const char *format, ...)
    G_GNUC_PRINTF(2, 3);
void ics_json_writer_int64(IcsJsonWriter *self, int64_t value);
void ics_json_writer_uint64(IcsJsonWriter *self, uint64_t value);
void ics_json_writer_bool(IcsJsonWriter *self, bool value);
void ics_json_writer_null(IcsJsonWriter *self);
/* One whole value that is JSON already. */
void ics_json_writer_raw(IcsJsonWriter *self, const char *json);

/* A key and its value. */
void ics_json_writer_member_string(IcsJsonWriter *self, const char *key, const char *text);
void ics_json_writer_member_int64(IcsJsonWriter *self, const char *key, int64_t value);
void ics_json_writer_member_uint64(IcsJsonWriter *self, const char *key, uint64_t value);
void ics_json_writer_member_bool(IcsJsonWriter *self, const char *key, bool value);
void ics_json_writer_member_null(IcsJsonWriter *self, const char *key);
/* A key and the opening of its value. */
void ics_json_writer_member_object(IcsJsonWriter *self, const char *key);
void ics_json_writer_member_array(IcsJsonWriter *self, const char *key);

/* `length` bytes as a JSON string with its quotes, appended to `out`. */
void ics_json_append_string(GString *out, const char *bytes, size_t length);

#endif
