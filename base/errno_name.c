#include "base/errno_name.h"

#include <glib.h>
#include <string.h>

typedef struct {
    int number;
    const char *text;
} ErrnoRow;

#define ERRNO_NAME_ROW(number, name, text)  {number, text},
#define ERRNO_NAME_NAME(number, name, text) name,

static const ErrnoRow errno_name_rows[] = {ICS_ERRNO_LIST(ERRNO_NAME_ROW)};
static const char *const errno_name_names[] = {ICS_ERRNO_LIST(ERRNO_NAME_NAME) NULL};

/* The row of a number, G_N_ELEMENTS when there is none. */
static size_t errno_name_find(int number)
{
    size_t i = 0;

    while (i < G_N_ELEMENTS(errno_name_rows) && errno_name_rows[i].number != number) {
        i++;
    }
    return i;
}

const char *ics_errno_name(int number)
{
    return errno_name_names[errno_name_find(number)];
}

int ics_errno_from_name(const char *name)
{
    if (strcmp(name, "EWOULDBLOCK") == 0) {
        return EAGAIN;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(errno_name_rows); i++) {
        if (strcmp(errno_name_names[i], name) == 0) {
            return errno_name_rows[i].number;
        }
    }
    return 0;
}

const char *ics_errno_text(int number)
{
    size_t i = errno_name_find(number);

    return i < G_N_ELEMENTS(errno_name_rows) ? errno_name_rows[i].text : "unknown error";
}

const char *const *ics_errno_names(void)
{
    return errno_name_names;
}
