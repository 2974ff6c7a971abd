#include "sim/process.h"
#include "sim/process_internal.h"

void ics_waiter_link(IcsWaiter *self, IcsWaitQueue *queue)
{
    self->queue = queue;
    self->next = NULL;
    self->previous = queue->last;
    if (queue->last != NULL) {
        queue->last->next = self;
    } else {
        queue->first = self;
    }
    queue->last = self;
}

void ics_waiter_unlink(IcsWaiter *self)
{
    IcsWaitQueue *queue = self->queue;
    if (queue == NULL) {
        return;
    }
    if (self->previous != NULL) {
        self->previous->next = self->next;
    } else {
        queue->first = self->next;
    }
    if (self->next != NULL) {
        self->next->previous = self->previous;
    } else {
        queue->last = self->previous;
    }
    self->queue = NULL;
}

static void wait_queue_wake(IcsWaiter *waiter)
{
    if (!waiter->stays) {
        ics_waiter_unlink(waiter);
    }
    waiter->process->woken = 1;
    ics_process_make_ready(waiter->process);
}

void ics_wait_queue_wake_one(IcsWaitQueue *self)
{
    if (self->first != NULL) {
        wait_queue_wake(self->first);
    }
}

void ics_wait_queue_wake_all(IcsWaitQueue *self)
{
    IcsWaiter *next;
    for (IcsWaiter *waiter = self->first; waiter != NULL; waiter = next) {
        next = waiter->next;
        wait_queue_wake(waiter);
    }
}

void ics_wait_queue_clear(IcsWaitQueue *self)
{
    while (self->first != NULL) {
        ics_waiter_unlink(self->first);
    }
}
