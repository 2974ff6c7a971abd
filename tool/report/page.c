#include "tool/report/page.h"

#include "tool/report/text_width.h"

void ics_page_write(IcsPage *self, IcsInk ink, const char *text)
{
    static const char *const parameters[] = {
#define PAGE_INK(name, parameters) parameters,
        ICS_INKS(PAGE_INK)
#undef PAGE_INK
    };
    bool inked = self->colour && ink != ICS_INK_PLAIN && text[0] != '\0';
    if (inked) {
        g_string_append_printf(self->out, "\033[%sm", parameters[ink]);
    }
    g_string_append(self->out, text);
    if (inked) {
        g_string_append(self->out, "\033[0m");
    }
}

void ics_page_format(IcsPage *self, IcsInk ink, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    ics_page_write(self, ink, text);
}

void ics_page_paragraph(IcsPage *self, IcsInk ink, const char *text, int indent)
{
    g_autofree char *plain = ics_text_plain(text);
    g_autoptr(GPtrArray) lines = ics_text_wrap(plain, self->width - indent);
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *line = ics_text_with_plain_spaces(g_ptr_array_index(lines, i));
        ics_text_pad(self->out, i > 0 ? indent : 0);
        ics_page_write(self, ink, line);
        g_string_append_c(self->out, '\n');
    }
}

void ics_page_gap(IcsPage *self)
{
    if (self->out->len > 0) {
        g_string_append_c(self->out, '\n');
    }
}
