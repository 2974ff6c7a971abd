#include "netmodel/queue.h"

#include "netmodel/ecn.h"

/* A direction has one queue, so that its discipline names it. */
static IcsChoicePoint queue_choice_point(const IcsQueueClass *klass,
                                         const IcsQueueSettings *settings)
{
    return (IcsChoicePoint){
        .site = ics_draw_site_unnamed(settings->seed, settings->place, klass->name, 0),
        .place = settings->place,
        .element = g_strdup_printf("%s#0", klass->name),
        .kind = klass->name,
        .pointer = settings->pointer,
    };
}

IcsQueue *ics_queue_new(const IcsQueueClass *klass, gconstpointer config,
                        const IcsQueueSettings *settings, GError **error)
{
    g_assert(klass->queue_bytes >= sizeof(IcsQueue));
    IcsQueue *self = g_malloc0(klass->queue_bytes);
    self->klass = klass;
    self->settings = *settings;
    self->point = queue_choice_point(klass, settings);
    if (!klass->init(self, config, error)) {
        ics_queue_free(self);
        return NULL;
    }
    return self;
}

void ics_queue_free(IcsQueue *self)
{
    if (self == NULL) {
        return;
    }
    IcsPacket *packet;
    while ((packet = ics_queue_take(self)) != NULL) {
        ics_packet_free(packet);
    }
    if (self->klass->clear != NULL) {
        self->klass->clear(self);
    }
    g_free((char *)self->point.element);
    g_free(self);
}

bool ics_queue_mark(IcsQueue *self, IcsPacket *packet, int64_t now_ns)
{
    if (!ics_ecn_is_capable(packet)) {
        return false;
    }
    if (ics_ecn_mark(packet) && self->settings.mark != NULL) {
        self->settings.mark(self->settings.sink, packet, now_ns);
    }
    return true;
}
