#include "protocols/rdt/rdt_protocols.h"

const IcsRdtClass *const ics_rdt_classes[] = {
    &ics_stop_and_wait_class,
    &ics_go_back_n_class,
    &ics_selective_repeat_class,
    NULL,
};
