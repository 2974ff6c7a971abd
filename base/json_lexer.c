#include "base/json_lexer.h"

#include <stdint.h>
#include <string.h>

#include "base/nearest.h"
#include "base/quote.h"

void ics_json_lexer_init(IcsJsonLexer *self, const char *text, size_t length)
{
    *self = (IcsJsonLexer){.text = text, .length = length};
}

/* The byte at an offset, -1 behind the end. */
static int json_lexer_byte(const IcsJsonLexer *self, size_t offset)
{
    return offset < self->length ? (unsigned char)self->text[offset] : -1;
}

static IcsJsonToken G_GNUC_PRINTF(3, 4)
    json_lexer_fail(IcsJsonLexer *self, size_t offset, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    self->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    self->error_offset = offset;
    return (IcsJsonToken){.kind = ICS_JSON_TOKEN_ERROR, .start = offset, .end = offset};
}

static bool json_lexer_is_continuation(const IcsJsonLexer *self, size_t offset)
{
    return (json_lexer_byte(self, offset) & 0xC0) == 0x80;
}

/*
 * The length of the multibyte character at an offset by the table of RFC 3629 clause 4: no
 * overlong forms, no surrogates, nothing over U+10FFFF. 0 when it is invalid.
 */
static size_t json_lexer_multibyte_length(const IcsJsonLexer *self, size_t offset)
{
    int first = json_lexer_byte(self, offset);
    int second = json_lexer_byte(self, offset + 1);
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;

    if (first < 0xC2 || first > 0xF4 || second < low || second > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!json_lexer_is_continuation(self, offset + i)) {
            return 0;
        }
    }
    return length;
}

/* Four hexadecimal digits; -1 if they are not there. */
static int json_lexer_hex4(const IcsJsonLexer *self, size_t offset)
{
    int value = 0;

    for (size_t i = 0; i < 4; i++) {
        int byte = json_lexer_byte(self, offset + i);
        if (byte < 0 || !g_ascii_isxdigit(byte)) {
            return -1;
        }
        value = value * 16 + g_ascii_xdigit_value((char)byte);
    }
    return value;
}

static bool json_lexer_is_surrogate(int unit, int first)
{
    return unit >= first && unit < first + 0x400;
}

/* The low surrogate that must follow the high one whose escape begins at an offset. */
static bool json_lexer_has_low_surrogate(const IcsJsonLexer *self, size_t offset)
{
    return json_lexer_byte(self, offset + 6) == '\\' && json_lexer_byte(self, offset + 7) == 'u' &&
           json_lexer_is_surrogate(json_lexer_hex4(self, offset + 8), 0xDC00);
}

/* What is wrong with the \u escape at an offset, or NULL and its length. */
static const char *json_lexer_check_unicode_escape(const IcsJsonLexer *self, size_t offset,
                                                   size_t *length)
{
    int unit = json_lexer_hex4(self, offset + 2);

    *length = 6;
    if (unit < 0) {
        return "\\u must be followed by four hexadecimal digits";
    }
    if (unit == 0) {
        return "a string must not contain NUL (\\u0000)";
    }
    if (json_lexer_is_surrogate(unit, 0xDC00)) {
        return "a low surrogate stands without the high one before it";
    }
    if (json_lexer_is_surrogate(unit, 0xD800)) {
        *length = 12;
        return json_lexer_has_low_surrogate(self, offset)
                   ? NULL
                   : "a high surrogate stands without the low one after it";
    }
    return NULL;
}

/* What is wrong with the escape at an offset, or NULL and its length. */
static const char *json_lexer_check_escape(const IcsJsonLexer *self, size_t offset, size_t *length)
{
    int letter = json_lexer_byte(self, offset + 1);

    if (letter == 'u') {
        return json_lexer_check_unicode_escape(self, offset, length);
    }
    *length = 2;
    if (letter > 0 && strchr("\"\\/bfnrt", letter)) {
        return NULL;
    }
    return "unknown escape: after a backslash stands one of \" \\ / b f n r t u";
}

/* One character of a string that is neither plain nor the closing quote. */
static const char *json_lexer_check_special(const IcsJsonLexer *self, size_t offset, size_t *length)
{
    int byte = json_lexer_byte(self, offset);

    if (byte == '\\') {
        return json_lexer_check_escape(self, offset, length);
    }
    if (byte == 0) {
        return "a string must not contain NUL";
    }
    if (byte < 0x20) {
        return byte == '\n' ? "the string does not end on its line; a new-line is written \\n"
                            : "a control character in a string must be written as an escape";
    }
    *length = json_lexer_multibyte_length(self, offset);
    return *length > 0 ? NULL : "invalid UTF-8";
}

static IcsJsonToken json_lexer_scan_string(IcsJsonLexer *self)
{
    size_t start = self->offset;
    size_t at = start + 1;
    bool escaped = false;

    for (;;) {
        int byte = json_lexer_byte(self, at);
        size_t length = 1;
        if (byte == '"') {
            break;
        }
        if (byte < 0) {
            return json_lexer_fail(self, start, "the string that begins here has no end");
        }
        if (byte < 0x20 || byte >= 0x80 || byte == '\\') {
            const char *problem = json_lexer_check_special(self, at, &length);
            if (problem) {
                return json_lexer_fail(self, at, "%s", problem);
            }
            escaped |= byte == '\\';
        }
        at += length;
    }
    self->offset = at + 1;
    return (IcsJsonToken){
        .kind = ICS_JSON_TOKEN_STRING, .start = start, .end = at + 1, .escaped = escaped};
}

static bool json_lexer_is_digit(const IcsJsonLexer *self, size_t offset)
{
    int byte = json_lexer_byte(self, offset);

    return byte >= '0' && byte <= '9';
}

static size_t json_lexer_skip_digits(const IcsJsonLexer *self, size_t offset)
{
    while (json_lexer_is_digit(self, offset)) {
        offset++;
    }
    return offset;
}

/* Whether an integer in [start, end), without leading zeros, lies outside int64. */
static bool json_lexer_is_out_of_range(const IcsJsonLexer *self, size_t start, size_t end)
{
    bool negative = self->text[start] == '-';
    uint64_t limit = (uint64_t)INT64_MAX + negative;
    uint64_t value = 0;

    if (end - start > 20) {
        return true;
    }
    for (size_t i = start + negative; i < end; i++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(self->text[i] - '0'), &value)) {
            return true;
        }
    }
    return value > limit;
}

/* The exponent at an offset, if there is one; `*at` moves behind it. False when it is broken. */
static bool json_lexer_skip_exponent(const IcsJsonLexer *self, size_t *at)
{
    int byte = json_lexer_byte(self, *at);

    if (byte != 'e' && byte != 'E') {
        return true;
    }
    ++*at;
    byte = json_lexer_byte(self, *at);
    *at += byte == '+' || byte == '-';
    if (!json_lexer_is_digit(self, *at)) {
        return false;
    }
    *at = json_lexer_skip_digits(self, *at);
    return true;
}

static bool json_lexer_is_word_byte(int byte)
{
    return byte >= 0 && (g_ascii_isalnum(byte) || byte == '_' || byte == '-' || byte == '+');
}

static IcsJsonToken json_lexer_scan_number(IcsJsonLexer *self)
{
    size_t start = self->offset;
    size_t digits = start + (self->text[start] == '-');
    size_t at = json_lexer_skip_digits(self, digits);
    size_t integer_end = at;

    if (self->text[digits] == '0' && at > digits + 1) {
        return json_lexer_fail(self, start, "a number must not begin with a superfluous 0");
    }
    if (json_lexer_byte(self, at) == '.') {
        at = json_lexer_skip_digits(self, at + 1);
        if (at == integer_end + 1) {
            return json_lexer_fail(self, start, "a digit must follow the decimal point");
        }
    }
    if (!json_lexer_skip_exponent(self, &at)) {
        return json_lexer_fail(self, start, "an exponent needs a digit");
    }
    if (json_lexer_is_word_byte(json_lexer_byte(self, at)) || json_lexer_byte(self, at) == '.') {
        return json_lexer_fail(self, start,
                               "this is not a JSON number: digits, a fraction and an "
                               "exponent in decimal are");
    }
    self->offset = at;
    return (IcsJsonToken){.kind = ICS_JSON_TOKEN_NUMBER,
                          .start = start,
                          .end = at,
                          .out_of_range = at == integer_end &&
                                          json_lexer_is_out_of_range(self, start, integer_end)};
}

/* A word that is no JSON: what was meant? */
static IcsJsonToken json_lexer_fail_word(IcsJsonLexer *self, const char *word)
{
    static const char *const known[] = {"true", "false", "null", NULL};
    g_autofree char *quoted = ics_quote(word);
    const char *bare = word + strspn(word, "+-");
    const char *nearest = ics_nearest(word, known);

    if (g_ascii_strcasecmp(bare, "nan") == 0 || g_ascii_strncasecmp(bare, "inf", 3) == 0) {
        return json_lexer_fail(self, self->offset, "NaN and Infinity are not JSON numbers");
    }
    if (*word == '-') {
        return json_lexer_fail(self, self->offset, "a digit must follow '-'");
    }
    if (nearest) {
        return json_lexer_fail(self, self->offset, "unexpected %s; did you mean %s?", quoted,
                               nearest);
    }
    return json_lexer_fail(self, self->offset,
                           "unexpected %s; strings and keys stand between double quotes", quoted);
}

static IcsJsonToken json_lexer_scan_word(IcsJsonLexer *self)
{
    static const char *const literals[] = {"true", "false", "null"};
    size_t end = self->offset;

    while (json_lexer_is_word_byte(json_lexer_byte(self, end))) {
        end++;
    }
    g_autofree char *word = g_strndup(self->text + self->offset, MIN(end - self->offset, 100));
    for (size_t i = 0; i < G_N_ELEMENTS(literals); i++) {
        if (strcmp(word, literals[i]) == 0) {
            IcsJsonToken token = {
                .kind = ICS_JSON_TOKEN_LITERAL, .start = self->offset, .end = end};
            self->offset = end;
            return token;
        }
    }
    return json_lexer_fail_word(self, word);
}

/* A byte that begins no token. */
static IcsJsonToken json_lexer_fail_byte(IcsJsonLexer *self, int byte)
{
    if (byte == '/' || byte == '#') {
        return json_lexer_fail(self, self->offset, "JSON has no comments");
    }
    if (byte == '\'') {
        return json_lexer_fail(self, self->offset, "strings stand between double quotes");
    }
    if (byte == '.' || byte == '+') {
        return json_lexer_fail(self, self->offset, "a number begins with a digit or '-'");
    }
    if (byte == 0) {
        return json_lexer_fail(self, self->offset, "NUL is not allowed");
    }
    if (byte == 0xEF && self->offset == 0 && self->length >= 3 &&
        memcmp(self->text, "\xEF\xBB\xBF", 3) == 0) {
        return json_lexer_fail(self, 0, "the document must not begin with a byte order mark");
    }
    if (byte >= 0x80 && json_lexer_multibyte_length(self, self->offset) == 0) {
        return json_lexer_fail(self, self->offset, "invalid UTF-8");
    }
    size_t length = byte < 0x80 ? 1 : json_lexer_multibyte_length(self, self->offset);
    g_autofree char *character = g_strndup(self->text + self->offset, length);
    g_autofree char *quoted = ics_quote(character);
    return json_lexer_fail(self, self->offset, "unexpected %s", quoted);
}

static IcsJsonToken json_lexer_take_byte(IcsJsonLexer *self, IcsJsonTokenKind kind)
{
    IcsJsonToken token = {.kind = kind, .start = self->offset, .end = self->offset + 1};

    self->offset++;
    return token;
}

static void json_lexer_skip_space(IcsJsonLexer *self)
{
    while (self->offset < self->length) {
        char c = self->text[self->offset];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            break;
        }
        self->offset++;
    }
}

IcsJsonToken ics_json_lexer_next(IcsJsonLexer *self)
{
    json_lexer_skip_space(self);
    int byte = json_lexer_byte(self, self->offset);
    switch (byte) {
    case -1:
        return (IcsJsonToken){
            .kind = ICS_JSON_TOKEN_END, .start = self->length, .end = self->length};
    case '{':
        return json_lexer_take_byte(self, ICS_JSON_TOKEN_BEGIN_OBJECT);
    case '}':
        return json_lexer_take_byte(self, ICS_JSON_TOKEN_END_OBJECT);
    case '[':
        return json_lexer_take_byte(self, ICS_JSON_TOKEN_BEGIN_ARRAY);
    case ']':
        return json_lexer_take_byte(self, ICS_JSON_TOKEN_END_ARRAY);
    case ':':
        return json_lexer_take_byte(self, ICS_JSON_TOKEN_COLON);
    case ',':
        return json_lexer_take_byte(self, ICS_JSON_TOKEN_COMMA);
    case '"':
        return json_lexer_scan_string(self);
    default:
        break;
    }
    if (json_lexer_is_digit(self, self->offset) ||
        (byte == '-' && json_lexer_is_digit(self, self->offset + 1))) {
        return json_lexer_scan_number(self);
    }
    return json_lexer_is_word_byte(byte) && byte != '+' ? json_lexer_scan_word(self)
                                                        : json_lexer_fail_byte(self, byte);
}

/* Appends the character of the escape at `at` (which points to the backslash). */
static const char *json_lexer_append_escape(GString *out, const char *at)
{
    static const char letters[] = "bfnrt";
    static const char characters[] = "\b\f\n\r\t";
    const char *letter = strchr(letters, at[1]);
    const IcsJsonLexer lexer = {.text = at, .length = 12};

    if (at[1] != 'u') {
        g_string_append_c(out, letter ? characters[letter - letters] : at[1]);
        return at + 2;
    }
    int unit = json_lexer_hex4(&lexer, 2);
    if (!json_lexer_is_surrogate(unit, 0xD800)) {
        g_string_append_unichar(out, (gunichar)unit);
        return at + 6;
    }
    int low = json_lexer_hex4(&lexer, 8);
    g_string_append_unichar(out, 0x10000 + ((gunichar)(unit - 0xD800) << 10) + (low - 0xDC00));
    return at + 12;
}

const char *ics_json_lexer_string(const char *text, const IcsJsonToken *token, GString *scratch,
                                  size_t *length)
{
    const char *at = text + token->start + 1;
    const char *end = text + token->end - 1;

    if (!token->escaped) {
        *length = end - at;
        return at;
    }
    g_string_truncate(scratch, 0);
    while (at < end) {
        const char *backslash = memchr(at, '\\', end - at);
        size_t plain = (backslash ? backslash : end) - at;
        g_string_append_len(scratch, at, (gssize)plain);
        at += plain;
        if (backslash) {
            at = json_lexer_append_escape(scratch, at);
        }
    }
    *length = scratch->len;
    return scratch->str;
}
