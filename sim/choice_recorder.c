#include "sim/choice_recorder.h"

static int64_t choice_recorder_choose(IcsChoiceDriver *driver, const IcsChoice *choice,
                                      IcsChoiceDraw draw, gconstpointer element)
{
    IcsChoiceRecorder *self = (IcsChoiceRecorder *)driver;
    int64_t outcome = draw(choice, element);
    if (outcome != 0 || self->keep_all) {
        IcsRecordedChoice kept = {
            .point = choice->point,
            .fate = *choice->fate,
            .step = choice->step,
            .at_ns = choice->at_ns,
            .outcome = outcome,
            .draw = choice->draw,
        };
        g_array_append_val(self->choices, kept);
    }
    return outcome;
}

IcsChoiceRecorder *ics_choice_recorder_new(bool keep_all)
{
    IcsChoiceRecorder *self = g_new0(IcsChoiceRecorder, 1);
    self->driver.choose = choice_recorder_choose;
    self->choices = g_array_new(FALSE, FALSE, sizeof(IcsRecordedChoice));
    self->keep_all = keep_all;
    return self;
}

void ics_choice_recorder_free(IcsChoiceRecorder *self)
{
    if (self != NULL) {
        g_array_unref(self->choices);
        g_free(self);
    }
}
