#include "tool/report/message_window.h"

#include <glib.h>

void ics_message_window_clear(IcsMessageWindow *self)
{
    g_free(self->records);
    ics_cause_counts_clear(&self->lost);
    *self = (IcsMessageWindow){0};
}

static IcsMessageRecord *message_window_at(const IcsMessageWindow *self, uint64_t ordinal)
{
    return &self->records[ordinal & (self->room - 1)];
}

/* NULL when it has been forgotten. */
static IcsMessageRecord *message_window_find(const IcsMessageWindow *self, uint64_t ordinal)
{
    g_assert(ordinal < self->sent);
    return ordinal >= self->first ? message_window_at(self, ordinal) : NULL;
}

static void message_window_grow(IcsMessageWindow *self)
{
    uint32_t room = MAX(2 * self->room, 4U);
    IcsMessageRecord *records = g_new(IcsMessageRecord, room);
    for (uint64_t ordinal = self->first; ordinal < self->sent; ordinal++) {
        records[ordinal & (room - 1)] = *message_window_at(self, ordinal);
    }
    g_free(self->records);
    self->records = records;
    self->room = room;
}

static bool message_record_is_undecided(const IcsMessageRecord *record)
{
    return !record->delivered && record->copies > 0;
}

static void message_window_make_room(IcsMessageWindow *self)
{
    if (self->room < ICS_MESSAGE_WINDOW || self->undecided > self->room / 2) {
        message_window_grow(self);
        return;
    }
    self->undecided -= message_record_is_undecided(message_window_at(self, self->first));
    self->first++;
}

void ics_message_window_sent(IcsMessageWindow *self, uint64_t ordinal)
{
    g_assert(ordinal == self->sent);
    if (ordinal - self->first == self->room) {
        message_window_make_room(self);
    }
    *message_window_at(self, ordinal) = (IcsMessageRecord){.copies = 1};
    self->sent++;
    self->undecided++;
}

void ics_message_window_copied(IcsMessageWindow *self, uint64_t ordinal)
{
    IcsMessageRecord *record = message_window_find(self, ordinal);
    if (record == NULL) {
        return;
    }
    if (record->copies == 0 && !record->delivered) {
        ics_cause_counts_take_back(&self->lost, record->cause);
        self->undecided++;
    }
    record->copies++;
}

static void message_record_died(IcsMessageRecord *record, IcsCause cause, int64_t at_ns)
{
    if (record->cause == ICS_CAUSE_NONE || at_ns >= record->died_ns) {
        record->died_ns = at_ns;
        record->cause = (uint8_t)cause;
    }
}

void ics_message_window_met(IcsMessageWindow *self, uint64_t ordinal, IcsCause cause, int64_t at_ns)
{
    IcsMessageRecord *record = message_window_find(self, ordinal);
    if (record != NULL) {
        message_record_died(record, cause, at_ns);
    }
}

void ics_message_window_abandoned(IcsMessageWindow *self, uint64_t ordinal, IcsCause cause,
                                  int64_t at_ns)
{
    const IcsMessageRecord *record = message_window_find(self, ordinal);
    if (record != NULL && message_record_is_undecided(record)) {
        bool has_cause = record->cause != ICS_CAUSE_NONE;
        ics_message_window_dropped(self, ordinal, has_cause ? (IcsCause)record->cause : cause,
                                   at_ns);
    }
}

void ics_message_window_dropped(IcsMessageWindow *self, uint64_t ordinal, IcsCause cause,
                                int64_t at_ns)
{
    IcsMessageRecord *record = message_window_find(self, ordinal);
    if (record == NULL) {
        return;
    }
    g_assert(record->copies > 0 && cause != ICS_CAUSE_NONE);
    message_record_died(record, cause, at_ns);
    record->copies--;
    if (record->copies == 0 && !record->delivered) {
        ics_cause_counts_add(&self->lost, record->cause, 1);
        self->undecided--;
    }
}

IcsReception ics_message_window_delivered(IcsMessageWindow *self, uint64_t ordinal, bool damaged)
{
    IcsMessageRecord *record = message_window_find(self, ordinal);
    if (record == NULL) {
        self->beyond++;
        return ICS_RECEPTION_BEYOND;
    }
    g_assert(record->copies > 0);
    record->copies--;
    self->damaged += damaged && !record->damaged;
    record->damaged |= damaged;
    if (record->delivered) {
        self->duplicates++;
        return ICS_RECEPTION_DUPLICATE;
    }
    record->delivered = true;
    self->delivered++;
    self->undecided--;
    return ICS_RECEPTION_FIRST;
}

uint64_t ics_message_window_undecided(const IcsMessageWindow *self)
{
    return self->sent - self->delivered - ics_cause_counts_total(&self->lost);
}

void ics_message_window_merge(IcsMessageWindow *self, const IcsMessageWindow *other)
{
    self->sent += other->sent;
    self->delivered += other->delivered;
    self->duplicates += other->duplicates;
    self->damaged += other->damaged;
    self->beyond += other->beyond;
    ics_cause_counts_merge(&self->lost, &other->lost);
}
