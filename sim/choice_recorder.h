/* A choice driver that draws from the random source and keeps what was chosen. */
#ifndef ICS_SIM_CHOICE_RECORDER_H
#define ICS_SIM_CHOICE_RECORDER_H

#include "sim/choice.h"

/* A decision as it was taken. */
typedef struct IcsRecordedChoice {
    const IcsChoicePoint *point;
    IcsFate fate;
    uint64_t step;
    int64_t at_ns;
    int64_t outcome;
    uint32_t draw;
} IcsRecordedChoice;

typedef struct IcsChoiceRecorder {
    IcsChoiceDriver driver;
    GArray *choices; /* of IcsRecordedChoice, in the order in which they were taken */
    bool keep_all;   /* also the decisions in which nothing happened */
} IcsChoiceRecorder;

/* Transfer full; free with ics_choice_recorder_free(). */
IcsChoiceRecorder *ics_choice_recorder_new(bool keep_all);
void ics_choice_recorder_free(IcsChoiceRecorder *self);

#endif
