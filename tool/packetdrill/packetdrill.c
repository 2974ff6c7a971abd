#include "tool/packetdrill/packetdrill.h"

#include <stdio.h>
#include <stdlib.h>

#define PACKETDRILL_NS_A_MS INT64_C(1000000)

IcsPacketdrill *ics_packetdrill_enter(void *user)
{
    IcsPacketdrill *self = user;
    g_mutex_lock(&self->lock);
    return self;
}

ssize_t ics_packetdrill_leave(IcsPacketdrill *self, int64_t result)
{
    g_mutex_unlock(&self->lock);
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return (ssize_t)result;
}

/* The deadline may also come while another thread moves the clock. */
bool ics_packetdrill_wait(IcsPacketdrill *self, int64_t deadline_ns)
{
    if (ics_host_stack_now(self->stack) >= deadline_ns) {
        return false;
    }
    g_cond_wait(&self->changed, &self->lock);
    return true;
}

void ics_packetdrill_wake(IcsPacketdrill *self)
{
    g_cond_broadcast(&self->changed);
}

int64_t ics_packetdrill_deadline(const IcsPacketdrill *self, int timeout_ms)
{
    return timeout_ms < 0 ? ICS_FOREVER
                          : ics_host_stack_now(self->stack) + timeout_ms * PACKETDRILL_NS_A_MS;
}

static void packetdrill_free(void *user)
{
    IcsPacketdrill *self = user;
    for (guint fd = 0; fd < self->files->len; fd++) {
        ics_packetdrill_file_free(g_ptr_array_index(self->files, fd));
    }
    g_ptr_array_unref(self->files);
    ics_host_stack_free(self->stack);
    g_mutex_clear(&self->lock);
    g_cond_clear(&self->changed);
    g_free(self);
}

void packetdrill_interface_init(const char *flags, IcsPacketdrillTable *table)
{
    char *message = NULL;
    IcsPacketdrill *self = g_new0(IcsPacketdrill, 1);
    self->stack = ics_packetdrill_new_stack(flags, &message);
    if (self->stack == NULL) {
        /* The interface has no way to refuse: a wrong flag must not pass unseen. */
        fprintf(stderr, "libipcsim-packetdrill: %s\n", message);
        exit(EXIT_FAILURE);
    }
    self->process = ics_host_stack_process(self->stack);
    self->files = g_ptr_array_new();
    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    table->user = self;
    table->free = packetdrill_free;
    ics_packetdrill_fill_calls(table);
    ics_packetdrill_fill_data(table);
    ics_packetdrill_fill_options(table);
    ics_packetdrill_fill_poll(table);
    ics_packetdrill_fill_clock(table);
    ics_packetdrill_fill_splice(table);
}
