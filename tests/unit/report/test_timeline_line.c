#include <cmocka.h>

#include "tool/report/timeline_line.h"

static void assert_drawn(const IcsTimelineLine *line, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    ics_timeline_line_write(line, out);
    assert_string_equal(out->str, expected);
}

typedef struct {
    const char *name;
    IcsTimelineArrow arrow; /* on a line of 41 columns */
    const char *drawn;
} ArrowRow;

/* Lifelines at columns 0 and 30, or where the arrow says. */
static const ArrowRow arrows[] = {
    {"the first half of an arrow to the right",
     {.from = 0, .to = 30, .first_half = true, .label = "#1 5 B"},
     "|----- #1 5 B ---->           |\n"},
    {"the first half of an arrow to the left",
     {.from = 30, .to = 0, .first_half = true, .label = "#1 5 B"},
     "|           <---- #1 5 B -----|\n"},
    {"the second half of an arrow to the right",
     {.from = 0, .to = 30, .label = "#1 5 B"},
     "|           ----- #1 5 B ---->|\n"},
    {"the second half of an arrow to the left",
     {.from = 30, .to = 0, .label = "#1 5 B"},
     "|<---- #1 5 B -----           |\n"},
    {"one that dies on its way to the right",
     {.from = 0, .to = 30, .label = "#1 5 B", .detail = "loss"},
     "|           -- #1 5 B -X loss |\n"},
    {"one that dies on its way to the left",
     {.from = 30, .to = 0, .label = "#1 5 B", .detail = "loss"},
     "| loss X- #1 5 B --           |\n"},
    {"one that is refused",
     {.from = 0, .to = 30, .first_half = true, .label = "#1 5 B", .detail = "queue-full"},
     "|-- #1 5 B -X queue-full      |\n"},
    {"a label that needs more than the half",
     {.from = 0, .to = 30, .first_half = true, .label = "ICMP port-unreachable"},
     "|-- ICMP port-unreachable ->  |\n"},
    {"a label that needs more than there is",
     {.from = 0, .to = 30, .first_half = true, .label = "a-long-process-name #1 again 1472 B"},
     "|- a-long-process-name #1.. ->|\n"},
    {"a narrow gap", {.from = 0, .to = 4, .first_half = true}, "|-> |\n"},
    {"a gap without room", {.from = 0, .to = 1, .first_half = true}, "||\n"},
    {"a narrow gap with a cross",
     {.from = 0, .to = 4, .first_half = true, .detail = "loss"},
     "|-X |\n"},
    {"a narrow gap to the left", {.from = 4, .to = 0, .first_half = false}, "|<- |\n"},
};

static void the_arrow_is_drawn(void **state)
{
    const ArrowRow *row = *state;
    IcsTimelineLine line;
    ics_timeline_line_init(&line, 41);
    ics_timeline_line_set(&line, row->arrow.from, '|');
    ics_timeline_line_set(&line, row->arrow.to, '|');
    ics_timeline_line_arrow(&line, &row->arrow);
    assert_drawn(&line, row->drawn);
    ics_timeline_line_clear(&line);
}

static void text_is_cut_where_its_room_ends(void **state)
{
    (void)state;
    IcsTimelineLine line;
    ics_timeline_line_init(&line, 20);
    ics_timeline_line_text(&line, 0, 5, "hello");
    ics_timeline_line_text(&line, 6, 11, "hello!");
    ics_timeline_line_text(&line, 12, 99, "to the edge");
    assert_drawn(&line, "hello hel.. to the..\n");
    ics_timeline_line_clear(&line);
}

static void text_without_room_is_left_out(void **state)
{
    (void)state;
    IcsTimelineLine line;
    ics_timeline_line_init(&line, 10);
    ics_timeline_line_text(&line, 3, 4, "no");
    ics_timeline_line_text(&line, 3, 3, "no");
    ics_timeline_line_text(&line, 9, 4, "no");
    ics_timeline_line_text(&line, 10, 12, "no");
    ics_timeline_line_set(&line, 10, '!');
    assert_drawn(&line, "\n");
    ics_timeline_line_clear(&line);
}

static void wide_and_combining_characters_keep_the_columns(void **state)
{
    (void)state;
    IcsTimelineLine line;
    ics_timeline_line_init(&line, 20);
    ics_timeline_line_text(&line, 0, 20, "漢字");
    ics_timeline_line_set(&line, 4, '|');
    ics_timeline_line_text(&line, 5, 20, "é|");
    ics_timeline_line_text(&line, 10, 13, "漢字");
    assert_drawn(&line, "漢字|é|    ..\n");
    ics_timeline_line_clear(&line);
}

static void what_is_written_later_covers_what_was_there(void **state)
{
    (void)state;
    IcsTimelineLine line;
    ics_timeline_line_init(&line, 10);
    ics_timeline_line_text(&line, 0, 10, "0123456789");
    ics_timeline_line_text(&line, 3, 6, "abc");
    assert_drawn(&line, "012abc6789\n");
    ics_timeline_line_clear(&line);
}

int main(void)
{
    g_autoptr(GArray) tests = g_array_new(FALSE, TRUE, sizeof(struct CMUnitTest));
    const struct CMUnitTest others[] = {
        cmocka_unit_test(text_is_cut_where_its_room_ends),
        cmocka_unit_test(text_without_room_is_left_out),
        cmocka_unit_test(wide_and_combining_characters_keep_the_columns),
        cmocka_unit_test(what_is_written_later_covers_what_was_there),
    };
    g_array_append_vals(tests, others, G_N_ELEMENTS(others));
    for (size_t i = 0; i < G_N_ELEMENTS(arrows); i++) {
        struct CMUnitTest test = {
            .name = arrows[i].name,
            .test_func = the_arrow_is_drawn,
            .initial_state = (void *)&arrows[i],
        };
        g_array_append_val(tests, test);
    }
    return _cmocka_run_group_tests("timeline_line", (const struct CMUnitTest *)(void *)tests->data,
                                   tests->len, NULL, NULL);
}
