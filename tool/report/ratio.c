#include "tool/report/ratio.h"

#include <glib.h>

int64_t ics_ratio_bound(IcsRatio ratio)
{
    IcsProbability exact = ics_probability_from_ratio(MIN(ratio.n, ratio.of), ratio.of);
    return (int64_t)MIN(exact, (IcsProbability)INT64_MAX);
}

IcsRatio ics_ratio_of_probability(IcsProbability probability)
{
    unsigned __int128 scaled = (unsigned __int128)probability * ICS_RATIO_PARTS;
    return (IcsRatio){(uint64_t)((scaled + ICS_PROBABILITY_ONE / 2) / ICS_PROBABILITY_ONE),
                      ICS_RATIO_PARTS};
}
