#include "base/json_lexer.h"

#include <stdint.h>
#include <string.h>

#include "base/nearest.h"
#include "base/quote.h"

void ics_json_lexer_init(IcsJsonLexer *self, const char *text, size_t length)
{
    *self = (IcsJsonLexer){.bytes = {.text = text, .length = length}};
}

/* The byte at an offset, -1 behind the end. */
static int json_lexer_byte(const IcsJsonLexer *self, size_t offset)
{
    return offset < self->bytes.length ? (unsigned char)self->bytes.text[offset] : -1;
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
            const char *problem = ics_json_check_character(&self->bytes, at, &length);
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
    bool negative = self->bytes.text[start] == '-';
    uint64_t limit = (uint64_t)INT64_MAX + negative;
    uint64_t value = 0;

    if (end - start > 20) {
        return true;
    }
    for (size_t i = start + negative; i < end; i++) {
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(self->bytes.text[i] - '0'), &value)) {
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
    size_t digits = start + (self->bytes.text[start] == '-');
    size_t at = json_lexer_skip_digits(self, digits);
    size_t integer_end = at;

    if (self->bytes.text[digits] == '0' && at > digits + 1) {
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
    g_autofree char *word =
        g_strndup(self->bytes.text + self->offset, MIN(end - self->offset, 100));
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
    if (byte == 0xEF && self->offset == 0 && self->bytes.length >= 3 &&
        memcmp(self->bytes.text, "\xEF\xBB\xBF", 3) == 0) {
        return json_lexer_fail(self, 0, "the document must not begin with a byte order mark");
    }
    if (byte >= 0x80 && ics_json_multibyte_length(&self->bytes, self->offset) == 0) {
        return json_lexer_fail(self, self->offset, "invalid UTF-8");
    }
    size_t length = byte < 0x80 ? 1 : ics_json_multibyte_length(&self->bytes, self->offset);
    g_autofree char *character = g_strndup(self->bytes.text + self->offset, length);
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
    while (self->offset < self->bytes.length) {
        char c = self->bytes.text[self->offset];
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
            .kind = ICS_JSON_TOKEN_END, .start = self->bytes.length, .end = self->bytes.length};
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
            at = ics_json_append_escape(scratch, at);
        }
    }
    *length = scratch->len;
    return scratch->str;
}
