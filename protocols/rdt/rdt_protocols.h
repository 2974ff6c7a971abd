/* The textbook protocols, by name. */
#ifndef ICS_PROTOCOLS_RDT_RDT_PROTOCOLS_H
#define ICS_PROTOCOLS_RDT_RDT_PROTOCOLS_H

#include <ipcsim/rdt.h>

extern const IcsRdtClass ics_stop_and_wait_class;    /* stop_and_wait.c */
extern const IcsRdtClass ics_go_back_n_class;        /* go_back_n.c */
extern const IcsRdtClass ics_selective_repeat_class; /* selective_repeat.c */

/* All of them, NULL-terminated. */
extern const IcsRdtClass *const ics_rdt_classes[];

#endif
