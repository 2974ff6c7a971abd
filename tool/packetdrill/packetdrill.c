#include "tool/packetdrill/packetdrill.h"

#include <stdio.h>
#include <stdlib.h>

IcsPacketdrill *ics_packetdrill_enter(void *user)
{
    IcsPacketdrill *self = user;
    g_mutex_lock(&self->lock);
    self->calls++;
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

void ics_packetdrill_adopt(IcsPacketdrill *self, uint32_t address)
{
    if (!self->has_address && address != ICS_ANY_ADDRESS) {
        self->has_address = true;
        ics_host_stack_add_address(self->stack, address);
    }
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
    g_cond_clear(&self->settled);
    ics_packetdrill_free_sleepers(self);
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
    g_cond_init(&self->settled);
    self->owner = pthread_self();
    table->user = self;
    table->free = packetdrill_free;
    ics_packetdrill_fill_calls(table);
    ics_packetdrill_fill_data(table);
    ics_packetdrill_fill_options(table);
    ics_packetdrill_fill_poll(table);
    ics_packetdrill_fill_clock(table);
    ics_packetdrill_fill_splice(table);
}
