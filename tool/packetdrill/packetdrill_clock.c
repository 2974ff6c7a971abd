/* Time and packets. The clock is virtual: it moves by a microsecond whenever it is read, because
 * packetdrill spins on it, by sleeping, and up to the next event when it waits for a packet. */
#include "tool/packetdrill/packetdrill.h"

#define PACKETDRILL_NS_A_US 1000

static int64_t packetdrill_clock_us(int64_t at_ns)
{
    return ICS_PACKETDRILL_EPOCH_US + at_ns / PACKETDRILL_NS_A_US;
}

static void packetdrill_clock_advance(IcsPacketdrill *self, int64_t by_us)
{
    int64_t now_ns = ics_host_stack_now(self->stack);
    ics_host_stack_advance(self->stack, now_ns + by_us * PACKETDRILL_NS_A_US);
    ics_packetdrill_wake(self);
}

static int packetdrill_clock_send(void *user, const void *packet, size_t n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    ics_host_stack_push(self->stack, packet, n);
    ics_packetdrill_wake(self);
    return (int)ics_packetdrill_leave(self, 0);
}

/* Steps from event to event until a packet leaves; none, when nothing will ever happen. */
static int packetdrill_clock_receive(void *user, void *packet, size_t *n, long long *usecs)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t at_ns = 0;
    size_t taken;
    while ((taken = ics_host_stack_take(self->stack, packet, *n, &at_ns)) == 0) {
        int64_t next_ns = ics_host_stack_next(self->stack);
        if (next_ns == ICS_FOREVER) {
            break;
        }
        ics_host_stack_advance(self->stack, next_ns);
        ics_packetdrill_wake(self);
    }
    *n = MIN(taken, *n);
    *usecs = packetdrill_clock_us(taken > 0 ? at_ns : ics_host_stack_now(self->stack));
    return (int)ics_packetdrill_leave(self, 0);
}

static int packetdrill_clock_sleep(void *user, useconds_t us)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    packetdrill_clock_advance(self, us);
    return (int)ics_packetdrill_leave(self, 0);
}

static int packetdrill_clock_read(void *user, struct timeval *tv, struct timezone *tz)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    packetdrill_clock_advance(self, 1);
    int64_t us = packetdrill_clock_us(ics_host_stack_now(self->stack));
    if (tv != NULL) {
        *tv = (struct timeval){.tv_sec = us / G_USEC_PER_SEC, .tv_usec = us % G_USEC_PER_SEC};
    }
    if (tz != NULL) {
        *tz = (struct timezone){0};
    }
    return (int)ics_packetdrill_leave(self, 0);
}

void ics_packetdrill_fill_clock(IcsPacketdrillTable *table)
{
    table->netdev_send = packetdrill_clock_send;
    table->netdev_receive = packetdrill_clock_receive;
    table->usleep = packetdrill_clock_sleep;
    table->gettimeofday = packetdrill_clock_read;
}
