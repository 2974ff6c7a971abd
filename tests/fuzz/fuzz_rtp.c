/* An RTP header from bytes: what is accepted says the same when it is written again. */
#include <glib.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "protocols/programs/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    IcsRtpHeader header;
    uint8_t again[ICS_RTP_HEADER_BYTES];
    if (ics_rtp_parse(data, size, &header)) {
        ics_rtp_emit(&header, again);
        g_assert(memcmp(again, data, sizeof again) == 0);
    }
    return 0;
}
