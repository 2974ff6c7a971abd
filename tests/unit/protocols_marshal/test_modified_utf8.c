/* writeUTF as java.io.DataOutputStream writes it (the bytes here were written by a JDK 17). */
#include <cmocka.h>
#include <string.h>

#include "protocols/marshal/modified_utf8.h"

typedef struct {
    const char *text;
    size_t text_bytes;
    const char *written;
    size_t written_bytes;
} Case;

#define CASE(text, written)                                                                        \
    {                                                                                              \
        text, sizeof text - 1, written, sizeof written - 1                                         \
    }

static const Case cases[] = {
    CASE("", "\x00\x00"),
    CASE("hello", "\x00\x05hello"),
    CASE("\0", "\x00\x02\xC0\x80"),
    CASE("\x7F\xC2\x80\xDF\xBF", "\x00\x05\x7F\xC2\x80\xDF\xBF"),
    CASE("\xE0\xA0\x80\xEF\xBF\xBF", "\x00\x06\xE0\xA0\x80\xEF\xBF\xBF"),
    CASE("\xF0\x90\x80\x80", "\x00\x06\xED\xA0\x80\xED\xB0\x80"),
    CASE("\xF0\x9F\x98\x80!", "\x00\x07\xED\xA0\xBD\xED\xB8\x80!"),
    CASE("\xF4\x8F\xBF\xBF", "\x00\x06\xED\xAF\xBF\xED\xBF\xBF"),
};

static void texts_are_written_as_java_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t out[64];
        assert_int_equal(ics_write_utf(cases[i].text, cases[i].text_bytes, out),
                         cases[i].written_bytes);
        assert_memory_equal(out, cases[i].written, cases[i].written_bytes);
    }
}

static void what_was_written_is_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[64];
        size_t n = 99;
        assert_true(ics_modified_utf8_read((const uint8_t *)cases[i].written + 2,
                                           cases[i].written_bytes - 2, out, &n));
        assert_int_equal(n, cases[i].text_bytes);
        assert_memory_equal(out, cases[i].text, n);
    }
}

static void what_is_no_utf8_is_not_written(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\x80",         "\xC3",          "\xC0\x80",
                                        "\xED\xA0\x80", "\xF5\x80\x80",  "\xE2\x82",
                                        "\xFF",         "a\xF0\x9F\x98", "\xF4\x90\x80\x80"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint8_t out[64];
        assert_int_equal(ics_write_utf(wrong[i], strlen(wrong[i]), out), 0);
    }
}

static void what_is_no_modified_utf8_is_not_read(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\x80",
                                        "\xC2",
                                        "\xC1\x81",
                                        "\xE0\x80\x80",
                                        "\xF0\x9F\x98\x80",
                                        "\xED\xA0\x80",
                                        "\xED\xB0\x80",
                                        "\xED\xA0\x80\xED\xA0\x80",
                                        "\xED\xA0\x80xyz",
                                        "\xE2\x82"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char out[64];
        size_t n;
        assert_false(ics_modified_utf8_read((const uint8_t *)wrong[i], strlen(wrong[i]), out, &n));
    }
    char out[1];
    size_t n;
    assert_false(ics_modified_utf8_read((const uint8_t *)"\0", 1, out, &n));
}

static void the_length_has_sixteen_bits(void **state)
{
    (void)state;
    static char text[ICS_WRITE_UTF_MAX_BYTES + 1];
    static uint8_t out[ICS_WRITE_UTF_MAX_BYTES + 16];
    memset(text, 'x', sizeof text);
    assert_int_equal(ics_write_utf(text, ICS_WRITE_UTF_MAX_BYTES, out),
                     ICS_WRITE_UTF_MAX_BYTES + 2);
    assert_int_equal(out[0], 0xFF);
    assert_int_equal(out[1], 0xFF);
    assert_int_equal(ics_write_utf(text, sizeof text, out), 0);
    text[0] = '\0'; /* takes two bytes */
    assert_int_equal(ics_modified_utf8_bytes(text, ICS_WRITE_UTF_MAX_BYTES),
                     ICS_WRITE_UTF_MAX_BYTES + 1);
    assert_int_equal(ics_write_utf(text, ICS_WRITE_UTF_MAX_BYTES, out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_written_as_java_does),
        cmocka_unit_test(what_was_written_is_read_back),
        cmocka_unit_test(what_is_no_utf8_is_not_written),
        cmocka_unit_test(what_is_no_modified_utf8_is_not_read),
        cmocka_unit_test(the_length_has_sixteen_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
