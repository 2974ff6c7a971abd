/* Quantities for people: three significant digits and the unit that fits. Exact values stand in the
 * JSON result. */
#ifndef ICS_TOOL_REPORT_QUANTITY_H
#define ICS_TOOL_REPORT_QUANTITY_H

#include <stdint.h>

#include "tool/report/ratio.h"

/* The room that each function needs, the terminating NUL included. */
#define ICS_QUANTITY_TEXT_SIZE 32

/* All return `text`; rounding is half up. */

/* "20.4 ms", "512 us", "3600 s", "0 s". ns >= 0. */
char *ics_quantity_time(int64_t ns, char text[ICS_QUANTITY_TEXT_SIZE]);

/* "358 kbit/s", "10 Mbit/s", "0 bit/s". bps >= 0. */
char *ics_quantity_rate(int64_t bps, char text[ICS_QUANTITY_TEXT_SIZE]);

/* "1.05 MB", "512 B". */
char *ics_quantity_bytes(uint64_t bytes, char text[ICS_QUANTITY_TEXT_SIZE]);

/* "10.4 %", "0.0123 %", "100 %", "0 %"; "-" when it is undefined. */
char *ics_quantity_percent(IcsRatio ratio, char text[ICS_QUANTITY_TEXT_SIZE]);

/* A mean of counts: "0.52", "12.3", "1870"; "-" when it is undefined. */
char *ics_quantity_mean(IcsRatio ratio, char text[ICS_QUANTITY_TEXT_SIZE]);

#endif
