/* Lines of a stream's script as text: words, segments, questions. For stream_script.c. */
#ifndef ICS_TESTS_SUPPORT_STREAM_SCRIPT_LINE_H
#define ICS_TESTS_SUPPORT_STREAM_SCRIPT_LINE_H

#include "tests/support/stream_script.h"

#define ICS_SCRIPT_MS INT64_C(1000000)

/* A segment as a line says it, or as it left. Of an expectation, only what is written counts. */
typedef struct IcsScriptSegment {
    uint8_t flags;
    bool any_push;
    bool is_many; /* "*" */
    int64_t first;
    int64_t end;
    uint32_t payload_bytes;
    bool has_ack;
    bool has_window;
    bool has_options;
    bool ce;
    bool ect;
    int64_t ack;
    uint32_t window;
    IcsTcpOptions options;
    char reason[32];
} IcsScriptSegment;

/* The line that is run, for messages. */
typedef struct IcsScriptLine {
    IcsStreamScript *script;
    const char *text;
    char *rest; /* what is not read yet */
    int64_t at_ns;
} IcsScriptLine;

/* Fails the test. */
void ics_script_fail(const IcsScriptLine *line, const char *what, const char *detail);
/* The next word; "" at the end of the line. */
char *ics_script_word(IcsScriptLine *line);
int64_t ics_script_number(IcsScriptLine *line);

/* `sack_base` is what the numbers of SACK blocks count from. */
IcsScriptSegment ics_script_segment_parse(IcsScriptLine *line, uint32_t sack_base);
/* What of it `like` has, as in a line. Transfer full. */
char *ics_script_segment_format(const IcsScriptSegment *self, const IcsScriptSegment *like,
                                uint32_t sack_base);

/* "cwnd 14600 state ESTABLISHED": fails if something is otherwise. */
void ics_script_ask(IcsScriptLine *line);

#endif
