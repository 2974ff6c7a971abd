#include <cmocka.h>
#include <string.h>

#include "protocols/wire/crc32.h"

static uint32_t crc_of(const char *text)
{
    return ics_crc32(0, (const uint8_t *)text, strlen(text));
}

/* The check value of the catalogues of CRCs (CRC-32/ISO-HDLC), and others by Python's zlib. */
static void published_values_come_out(void **state)
{
    (void)state;
    assert_int_equal(crc_of("123456789"), 0xcbf43926);
    assert_int_equal(crc_of(""), 0);
    assert_int_equal(crc_of("a"), 0xe8b7be43);
    assert_int_equal(crc_of("The quick brown fox jumps over the lazy dog"), 0x414fa339);
}

static void a_crc_goes_on_where_another_ended(void **state)
{
    (void)state;
    const uint8_t *digits = (const uint8_t *)"123456789";
    for (size_t n = 0; n <= 9; n++) {
        assert_int_equal(ics_crc32(ics_crc32(0, digits, n), digits + n, 9 - n), 0xcbf43926);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_come_out),
        cmocka_unit_test(a_crc_goes_on_where_another_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
