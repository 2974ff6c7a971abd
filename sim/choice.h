/* Choice points: every decision that could have gone otherwise is one call on one interface, named
 * by a stable key. Behind it stands the seeded random source, or a driver: a recorder, a ledger
 * that is read back, an enumerator, an editor (DESIGN section 2). */
#ifndef ICS_SIM_CHOICE_H
#define ICS_SIM_CHOICE_H

#include <glib.h>
#include <stdint.h>

#include "sim/draw.h"

/* A place in the world where decisions are taken: one fault element on one link direction or host.
 * The strings are owned by whoever built the world and outlive it. */
typedef struct IcsChoicePoint {
    IcsDrawSite site;    /* hash of the seed, the place and the element */
    const char *place;   /* "wire client->server" or "host server" */
    const char *element; /* its name, or kind and occurrence: "loss#0" */
    const char *kind;    /* "loss", "delay" ... */
    const char *pointer; /* the rule's JSON pointer, nullable */
} IcsChoicePoint;

/* One decision. Independent elements are asked with a fate; sequential ones with their step. */
typedef struct IcsChoice {
    const IcsChoicePoint *point;
    const IcsFate *fate; /* of the packet that is decided on */
    uint64_t step;       /* sequential elements: number of this decision at the element, from 0;
                            others: number of this draw of its kind about the fate, from 0 */
    int64_t at_ns;
    uint32_t draw; /* kind of draw within the element, 0..255 */
} IcsChoice;

/* What the random source would choose. 0 always means "nothing happens". */
typedef int64_t (*IcsChoiceDraw)(const IcsChoice *choice, gconstpointer element);

typedef struct IcsChoiceDriver IcsChoiceDriver;
struct IcsChoiceDriver {
    /* Returns the outcome; may call `draw` or not. */
    int64_t (*choose)(IcsChoiceDriver *self, const IcsChoice *choice, IcsChoiceDraw draw,
                      gconstpointer element);
};

/* The interface. `driver` is NULL for the plain random source. */
typedef struct IcsChooser {
    IcsChoiceDriver *driver; /* borrowed, nullable */
} IcsChooser;

static inline int64_t ics_choose(const IcsChooser *self, const IcsChoice *choice,
                                 IcsChoiceDraw draw, gconstpointer element)
{
    if (G_LIKELY(self->driver == NULL)) {
        return draw(choice, element);
    }
    return self->driver->choose(self->driver, choice, draw, element);
}

#endif
