#include "tests/support/queue_fixture.h"

#include <cmocka.h>
#include <string.h>

#include "base/error.h"

#define FIXTURE_RATE_BPS INT64_C(10000000)

static void queue_fixture_drop(gpointer sink, IcsPacket *packet, IcsCause cause, int64_t at_ns)
{
    IcsQueueFixture *self = sink;
    IcsQueueDrop drop = {packet->fate.ordinal, at_ns, cause};
    g_array_append_val(self->drops, drop);
    ics_packet_free(packet);
}

IcsQueueFixture *ics_queue_fixture_new(void)
{
    IcsQueueFixture *self = g_new0(IcsQueueFixture, 1);
    self->pool = ics_packet_pool_new();
    self->drops = g_array_new(FALSE, FALSE, sizeof(IcsQueueDrop));
    self->settings = (IcsQueueSettings){
        .place = "wire a->b",
        .seed = 1,
        .chooser = &self->chooser,
        .rate_bps = FIXTURE_RATE_BPS,
        .drop = queue_fixture_drop,
        .sink = self,
    };
    return self;
}

void ics_queue_fixture_free(IcsQueueFixture *self)
{
    uint64_t inside = self->queue != NULL ? self->queue->packets : 0;
    assert_int_equal(ics_packet_pool_in_use(self->pool), inside);
    ics_queue_free(self->queue);
    assert_int_equal(ics_packet_pool_in_use(self->pool), 0);
    ics_packet_pool_free(self->pool);
    g_array_unref(self->drops);
    g_free(self);
}

int ics_queue_fixture_setup(void **state)
{
    *state = ics_queue_fixture_new();
    return 0;
}

int ics_queue_fixture_teardown(void **state)
{
    ics_queue_fixture_free(*state);
    return 0;
}

void ics_queue_fixture_make(IcsQueueFixture *self, const IcsQueueClass *klass, gconstpointer config)
{
    g_autoptr(GError) error = NULL;
    assert_null(self->queue);
    self->queue = ics_queue_new(klass, config, &self->settings, &error);
    assert_null(error);
    assert_non_null(self->queue);
    assert_int_equal(self->queue->packets, 0);
    assert_int_equal(self->queue->bytes, 0);
}

void ics_queue_fixture_assert_refused(IcsQueueFixture *self, const IcsQueueClass *klass,
                                      gconstpointer config, const char *word)
{
    g_autoptr(GError) error = NULL;
    assert_null(ics_queue_new(klass, config, &self->settings, &error));
    assert_true(g_error_matches(error, ICS_ERROR, ICS_ERROR_INPUT));
    assert_non_null(strstr(error->message, word));
}

IcsPacket *ics_queue_fixture_packet(IcsQueueFixture *self, uint32_t bytes, uint8_t tos)
{
    IcsPacket *packet = ics_packet_new(self->pool, bytes);
    memset(packet->bytes, 0, bytes);
    if (bytes >= 20) {
        packet->bytes[0] = 0x45;
        packet->bytes[1] = tos;
    }
    packet->fate.ordinal = self->next_ordinal++;
    return packet;
}

IcsCause ics_queue_fixture_offer(IcsQueueFixture *self, uint32_t bytes, int64_t now_ns)
{
    IcsPacket *packet = ics_queue_fixture_packet(self, bytes, 0);
    IcsCause cause = self->queue->klass->enqueue(self->queue, packet, now_ns);
    if (cause != ICS_CAUSE_NONE) {
        ics_packet_free(packet);
    }
    return cause;
}

int64_t ics_queue_fixture_dequeue(IcsQueueFixture *self, int64_t now_ns)
{
    IcsPacket *packet = self->queue->klass->dequeue(self->queue, now_ns);
    if (packet == NULL) {
        return -1;
    }
    int64_t ordinal = (int64_t)packet->fate.ordinal;
    ics_packet_free(packet);
    return ordinal;
}
