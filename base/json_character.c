#include "base/json_character.h"

#include <stdbool.h>
#include <string.h>

/* The byte at an offset, -1 behind the end. */
static int json_character_byte(const IcsJsonBytes *bytes, size_t offset)
{
    return offset < bytes->length ? (unsigned char)bytes->text[offset] : -1;
}

static bool json_character_is_continuation(const IcsJsonBytes *bytes, size_t offset)
{
    return (json_character_byte(bytes, offset) & 0xC0) == 0x80;
}

size_t ics_json_multibyte_length(const IcsJsonBytes *bytes, size_t offset)
{
    int first = json_character_byte(bytes, offset);
    int second = json_character_byte(bytes, offset + 1);
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;

    if (first < 0xC2 || first > 0xF4 || second < low || second > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!json_character_is_continuation(bytes, offset + i)) {
            return 0;
        }
    }
    return length;
}

/* Four hexadecimal digits; -1 if they are not there. */
static int json_character_hex4(const IcsJsonBytes *bytes, size_t offset)
{
    int value = 0;

    for (size_t i = 0; i < 4; i++) {
        int byte = json_character_byte(bytes, offset + i);
        if (byte < 0 || !g_ascii_isxdigit(byte)) {
            return -1;
        }
        value = value * 16 + g_ascii_xdigit_value((char)byte);
    }
    return value;
}

static bool json_character_is_surrogate(int unit, int first)
{
    return unit >= first && unit < first + 0x400;
}

/* The low surrogate that must follow the high one whose escape begins at an offset. */
static bool json_character_has_low_surrogate(const IcsJsonBytes *bytes, size_t offset)
{
    return json_character_byte(bytes, offset + 6) == '\\' &&
           json_character_byte(bytes, offset + 7) == 'u' &&
           json_character_is_surrogate(json_character_hex4(bytes, offset + 8), 0xDC00);
}

/* What is wrong with the \u escape at an offset, or NULL and its length. */
static const char *json_character_check_unicode_escape(const IcsJsonBytes *bytes, size_t offset,
                                                       size_t *length)
{
    int unit = json_character_hex4(bytes, offset + 2);

    *length = 6;
    if (unit < 0) {
        return "\\u must be followed by four hexadecimal digits";
    }
    if (unit == 0) {
        return "a string must not contain NUL (\\u0000)";
    }
    if (json_character_is_surrogate(unit, 0xDC00)) {
        return "a low surrogate stands without the high one before it";
    }
    if (json_character_is_surrogate(unit, 0xD800)) {
        *length = 12;
        return json_character_has_low_surrogate(bytes, offset)
                   ? NULL
                   : "a high surrogate stands without the low one after it";
    }
    return NULL;
}

/* What is wrong with the escape at an offset, or NULL and its length. */
static const char *json_character_check_escape(const IcsJsonBytes *bytes, size_t offset,
                                               size_t *length)
{
    int letter = json_character_byte(bytes, offset + 1);

    if (letter == 'u') {
        return json_character_check_unicode_escape(bytes, offset, length);
    }
    *length = 2;
    if (letter > 0 && strchr("\"\\/bfnrt", letter)) {
        return NULL;
    }
    return "unknown escape: after a backslash stands one of \" \\ / b f n r t u";
}

const char *ics_json_check_character(const IcsJsonBytes *bytes, size_t offset, size_t *length)
{
    int byte = json_character_byte(bytes, offset);

    if (byte == '\\') {
        return json_character_check_escape(bytes, offset, length);
    }
    if (byte == 0) {
        return "a string must not contain NUL";
    }
    if (byte < 0x20) {
        return byte == '\n' ? "the string does not end on its line; a new-line is written \\n"
                            : "a control character in a string must be written as an escape";
    }
    *length = ics_json_multibyte_length(bytes, offset);
    return *length > 0 ? NULL : "invalid UTF-8";
}

const char *ics_json_append_escape(GString *out, const char *at)
{
    static const char letters[] = "bfnrt";
    static const char characters[] = "\b\f\n\r\t";
    const char *letter = strchr(letters, at[1]);
    const IcsJsonBytes bytes = {.text = at, .length = 12};

    if (at[1] != 'u') {
        g_string_append_c(out, letter ? characters[letter - letters] : at[1]);
        return at + 2;
    }
    int unit = json_character_hex4(&bytes, 2);
    if (!json_character_is_surrogate(unit, 0xD800)) {
        g_string_append_unichar(out, (gunichar)unit);
        return at + 6;
    }
    int low = json_character_hex4(&bytes, 8);
    g_string_append_unichar(out, 0x10000 + ((gunichar)(unit - 0xD800) << 10) + (low - 0xDC00));
    return at + 12;
}
