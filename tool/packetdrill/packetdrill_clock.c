/* Time and packets. The clock is virtual: it moves by a microsecond whenever it is read, because
 * packetdrill spins on it, by sleeping, and up to the next event when it waits for a packet. */
#include "tool/packetdrill/packetdrill.h"

/* RFC 791, section 3.1. */
#define PACKETDRILL_IP_HEADER_BYTES 20
#define PACKETDRILL_DESTINATION_AT  16

static int64_t packetdrill_clock_us(int64_t at_ns)
{
    return ICS_PACKETDRILL_EPOCH_US + at_ns / ICS_PACKETDRILL_NS_A_US;
}

/* The destination of what may be an IPv4 packet. */
static uint32_t packetdrill_clock_destination(const uint8_t *packet, size_t n)
{
    if (n < PACKETDRILL_IP_HEADER_BYTES) {
        return ICS_ANY_ADDRESS;
    }
    const uint8_t *at = packet + PACKETDRILL_DESTINATION_AT;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int packetdrill_clock_send(void *user, const void *packet, size_t n)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    ics_packetdrill_settle(self);
    ics_packetdrill_adopt(self, packetdrill_clock_destination(packet, n));
    ics_host_stack_push(self->stack, packet, n);
    ics_packetdrill_wake(self);
    ics_packetdrill_settle(self);
    return (int)ics_packetdrill_leave(self, 0);
}

/* Steps from event to event until a packet leaves; none, when nothing will ever happen. */
static int packetdrill_clock_receive(void *user, void *packet, size_t *n, long long *usecs)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    int64_t at_ns = 0;
    size_t taken;
    ics_packetdrill_settle(self);
    while ((taken = ics_host_stack_take(self->stack, packet, *n, &at_ns)) == 0) {
        int64_t next_ns = ics_packetdrill_next(self);
        if (next_ns == ICS_FOREVER) {
            break;
        }
        ics_packetdrill_advance(self, next_ns);
    }
    *n = MIN(taken, *n);
    *usecs = packetdrill_clock_us(taken > 0 ? at_ns : ics_host_stack_now(self->stack));
    return (int)ics_packetdrill_leave(self, 0);
}

static void packetdrill_clock_pass(IcsPacketdrill *self, int64_t us)
{
    int64_t now_ns = ics_host_stack_now(self->stack);
    ics_packetdrill_advance(self, now_ns + us * ICS_PACKETDRILL_NS_A_US);
}

static int packetdrill_clock_sleep(void *user, useconds_t us)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    packetdrill_clock_pass(self, us);
    return (int)ics_packetdrill_leave(self, 0);
}

/* Whoever comes out of a call that has slept learns when that was. */
static int packetdrill_clock_read(void *user, struct timeval *tv, struct timezone *tz)
{
    IcsPacketdrill *self = ics_packetdrill_enter(user);
    if (!ics_packetdrill_is_done(self)) {
        packetdrill_clock_pass(self, 1);
    }
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
