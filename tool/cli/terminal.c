#include "tool/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

static int terminal_width(void)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return ICS_PAGE_WIDTH;
    }
    return MAX(size.ws_col, ICS_PAGE_WIDTH_MIN);
}

static bool terminal_has_colour(void)
{
    const char *no_colour = g_getenv("NO_COLOR");
    return (no_colour == NULL || no_colour[0] == '\0') && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

IcsPage ics_terminal_page(GString *out)
{
    if (!isatty(STDOUT_FILENO)) {
        return (IcsPage){.out = out, .width = ICS_PAGE_WIDTH};
    }
    return (IcsPage){.out = out, .width = terminal_width(), .colour = terminal_has_colour()};
}
