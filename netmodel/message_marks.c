#include "netmodel/message_marks.h"

#include <glib.h>

IcsMessageMarks *ics_message_marks_new(void)
{
    IcsMessageMarks *self = g_new0(IcsMessageMarks, 1);
    self->references = 1;
    self->room = ICS_MESSAGE_MARKS_INLINE;
    self->has_sender = true;
    return self;
}

IcsMessageMarks *ics_message_marks_ref(IcsMessageMarks *self)
{
    self->references++;
    return self;
}

void ics_message_marks_unref(IcsMessageMarks *self)
{
    if (self != NULL && --self->references == 0) {
        g_free(self->far);
        g_free(self);
    }
}

/* The place of the mark with so many older ones. */
static uint32_t message_marks_place(const IcsMessageMarks *self, uint32_t index)
{
    return (self->head + index) & (self->room - 1);
}

static const IcsMessageMark *message_marks_at(const IcsMessageMarks *self, uint32_t index)
{
    const IcsMessageMark *ring = self->far != NULL ? self->far : self->near;
    return &ring[message_marks_place(self, index)];
}

static void message_marks_grow(IcsMessageMarks *self)
{
    uint32_t room = 2 * self->room;
    IcsMessageMark *ring = g_new(IcsMessageMark, room);
    for (uint32_t i = 0; i < self->n; i++) {
        ring[i] = *message_marks_at(self, i);
    }
    g_free(self->far);
    self->far = ring;
    self->room = room;
    self->head = 0;
}

void ics_message_marks_push_frame(IcsMessageMarks *self, uint64_t first, uint64_t end,
                                  const IcsMessageTag *tag)
{
    g_assert(first < end);
    if (self->n == self->room) {
        message_marks_grow(self);
    }
    IcsMessageMark *ring = self->far != NULL ? self->far : self->near;
    ring[message_marks_place(self, self->n++)] = (IcsMessageMark){first, end, *tag};
}

void ics_message_marks_push(IcsMessageMarks *self, uint64_t end, const IcsMessageTag *tag)
{
    ics_message_marks_push_frame(self, end - tag->bytes, end, tag);
}

bool ics_message_marks_cut(IcsMessageMarks *self, uint64_t at, IcsMessageTag *tag)
{
    if (self->n == self->n_taken) {
        return false;
    }
    IcsMessageMark *ring = self->far != NULL ? self->far : self->near;
    IcsMessageMark *last = &ring[message_marks_place(self, self->n - 1)];
    if (last->end <= at) {
        return false;
    }
    if (last->first >= at) {
        *tag = last->tag;
        self->n--;
        return true;
    }
    last->tag.bytes -= (uint32_t)(last->end - at);
    last->end = at;
    return false;
}

/* Counts the segment for every message that it carries bytes of. */
static void message_marks_pass(IcsMessageMarks *self, uint64_t end)
{
    while (self->n_sent < self->n && message_marks_at(self, self->n_sent)->end <= end) {
        self->n_sent++;
        self->segments = 0;
    }
    if (self->n_sent < self->n && message_marks_at(self, self->n_sent)->first < end) {
        self->segments++;
    }
}

bool ics_message_marks_send(IcsMessageMarks *self, uint64_t first, uint64_t end,
                            IcsMessageSegment *segment)
{
    if (self->n_sent == self->n) {
        return false;
    }
    const IcsMessageMark *mark = message_marks_at(self, self->n_sent);
    *segment = (IcsMessageSegment){mark->tag, self->segments};
    if (mark->first < first && mark->end < end && self->n_sent + 1 < self->n) {
        mark = message_marks_at(self, self->n_sent + 1);
        *segment = (IcsMessageSegment){mark->tag, 0};
    }
    message_marks_pass(self, end);
    return true;
}

const IcsMessageTag *ics_message_marks_find(const IcsMessageMarks *self, uint64_t at)
{
    uint32_t low = 0;
    uint32_t high = self->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (message_marks_at(self, middle)->end <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const IcsMessageMark *mark = low < self->n ? message_marks_at(self, low) : NULL;
    return mark != NULL && mark->first <= at ? &mark->tag : NULL;
}

/* Empty, it goes back to the room that it was made with. */
static void message_marks_shrink(IcsMessageMarks *self)
{
    g_clear_pointer(&self->far, g_free);
    self->room = ICS_MESSAGE_MARKS_INLINE;
    self->head = 0;
}

/* Forgets what has been taken and is never sent again. */
static void message_marks_trim(IcsMessageMarks *self)
{
    if (self->n_taken == 0 || message_marks_at(self, 0)->end > self->acked) {
        return;
    }
    do {
        self->head = message_marks_place(self, 1);
        self->n--;
        self->n_taken--;
        if (self->n_sent > 0) {
            self->n_sent--;
        } else {
            self->segments = 0;
        }
    } while (self->n_taken > 0 && message_marks_at(self, 0)->end <= self->acked);
    if (self->n == 0) {
        message_marks_shrink(self);
    }
}

bool ics_message_marks_take(IcsMessageMarks *self, uint64_t until, IcsMessageTag *tag)
{
    if (self->n_taken == self->n || message_marks_at(self, self->n_taken)->end > until) {
        return false;
    }
    *tag = message_marks_at(self, self->n_taken++)->tag;
    message_marks_trim(self);
    return true;
}

void ics_message_marks_acknowledge(IcsMessageMarks *self, uint64_t until)
{
    self->acked = until;
    message_marks_trim(self);
}
