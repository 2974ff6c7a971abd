#include <cmocka.h>

#include "tool/experiments/transport_label.h"

static void assert_breaks(const char *text, const char *lines)
{
    g_autoptr(GPtrArray) broken = ics_transport_label_lines(text, 18);
    g_ptr_array_add(broken, NULL);
    g_autofree char *all = g_strjoinv("|", (char **)broken->pdata);
    assert_string_equal(all, lines);
}

static void a_short_name_is_one_line(void **state)
{
    (void)state;
    assert_breaks("udp", "udp");
    assert_breaks("stream(cc=cubic)", "stream(cc=cubic)");
    assert_breaks("stream(cc=cubic,x)", "stream(cc=cubic,x)");
}

static void a_long_name_is_broken_before_and_between_its_settings(void **state)
{
    (void)state;
    assert_breaks("rdt.gbn(window=8,timeout=200ms)", "rdt.gbn|(window=8,|timeout=200ms)");
    assert_breaks("stream(a=1,b=2,c=3,d=4,e=5)", "stream|(a=1,b=2,c=3,d=4,|e=5)");
}

static void a_setting_that_is_too_long_keeps_its_line(void **state)
{
    (void)state;
    assert_breaks("stream(buffer_of_the_sender=64KiB)", "stream|(buffer_of_the_sender=64KiB)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_name_is_one_line),
        cmocka_unit_test(a_long_name_is_broken_before_and_between_its_settings),
        cmocka_unit_test(a_setting_that_is_too_long_keeps_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
