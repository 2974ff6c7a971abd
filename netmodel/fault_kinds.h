/* The kinds of fault elements and their parameters, for whoever makes one without a trace. A config
 * that is all zero stands for an object without members, except where a comment says otherwise;
 * ics_parameters_defaults(klass->parameters, &config) fills in the fallbacks.
 *
 * Where an element has a `probability`, it may be left out only if the scope narrows the element
 * (from, until, nth, every or match): then it is 1. */
#ifndef ICS_NETMODEL_FAULT_KINDS_H
#define ICS_NETMODEL_FAULT_KINDS_H

#include "netmodel/fault.h"

/* loss.c */
typedef struct IcsLossConfig {
    IcsProbability probability;
    bool has_probability;
} IcsLossConfig;

extern const IcsFaultClass ics_loss_class;

/* gilbert_elliott.c */
typedef struct IcsGilbertElliottConfig {
    IcsProbability p;
    IcsProbability r;           /* default 1 - p */
    IcsProbability one_minus_h; /* default 1: loss in the bad state */
    IcsProbability one_minus_k; /* default 0: loss in the good state */
    IcsProbability rate;        /* the other way to state it, with mean_burst */
    int64_t mean_burst;         /* packets, from 1 */
    bool has_p, has_r, has_one_minus_h, has_one_minus_k, has_rate, has_mean_burst;
} IcsGilbertElliottConfig;

extern const IcsFaultClass ics_gilbert_elliott_class;

/* loss_4state.c */
typedef struct IcsLoss4stateConfig {
    IcsProbability p13; /* required */
    IcsProbability p31; /* default 1 - p13 */
    IcsProbability p32; /* default 0 */
    IcsProbability p23; /* default 1 */
    IcsProbability p14; /* default 0 */
    bool has_p31, has_p23;
} IcsLoss4stateConfig;

extern const IcsFaultClass ics_loss_4state_class;

/* duplicate.c */
typedef struct IcsDuplicateConfig {
    IcsProbability probability;
    bool has_probability;
    int64_t copies; /* from 1; no default here */
} IcsDuplicateConfig;

extern const IcsFaultClass ics_duplicate_class;

/* How many copies an element of this class makes at once. */
uint32_t ics_duplicate_copies(const IcsFault *fault);

/* corrupt.c */
typedef struct IcsCorruptConfig {
    IcsProbability probability;
    bool has_probability;
    int64_t bits; /* flipped in each packet that is hit; 0 stands for 1 */
    IcsProbability bit_error_rate;
    bool has_bit_error_rate; /* instead of probability and bits */
    int64_t from_byte;       /* first byte that may be hit, from 0 */
    int64_t to_byte;         /* last byte that may be hit; without has_to_byte the packet's last */
    bool has_to_byte;
} IcsCorruptConfig;

extern const IcsFaultClass ics_corrupt_class;

/* truncate.c */
typedef struct IcsTruncateConfig {
    IcsProbability probability;
    bool has_probability;
    int64_t to_bytes; /* 0: a random length from 1 to one less than the packet's */
} IcsTruncateConfig;

extern const IcsFaultClass ics_truncate_class;

/* reorder.c */
typedef struct IcsReorderConfig {
    IcsProbability probability;
    bool has_probability;
    int64_t gap;          /* netem's meaning; 0: not given */
    int64_t displacement; /* the other meaning; 0: not given */
    int64_t flush_ns;     /* 0: not given */
} IcsReorderConfig;

extern const IcsFaultClass ics_reorder_class;

#define ICS_REORDER_FLUSH_NS (200 * ICS_NS_PER_MS)

/* Whether an element of this class works by skipping the delay elements. */
bool ics_reorder_skips_delay(const IcsFault *fault);

/* delay.c */
typedef struct IcsDelayConfig {
    int64_t time_ns;
    int64_t jitter_ns;
    int distribution; /* IcsDistributionKind */
    bool has_distribution;
    IcsProbability success; /* for the geometric distribution */
    bool has_success;
    char *table;    /* text of a distribution table, nullable; see ics_fault_config_file() */
    int reordering; /* 0: allow, 1: forbid */
} IcsDelayConfig;

extern const IcsFaultClass ics_delay_class;

/* The longest delay of one packet by all elements together; longer ones are cut to it. */
#define ICS_DELAY_MAX_NS (INT64_C(600000) * 3600 * ICS_NS_PER_S)

/* omission.c */
typedef struct IcsOmissionConfig {
    IcsProbability probability;
    bool has_probability;
} IcsOmissionConfig;

extern const IcsFaultClass ics_send_omission_class;
extern const IcsFaultClass ics_receive_omission_class;

/* netem_compat.c */
typedef struct IcsNetemCompatConfig {
    int64_t delay_ns;
    int64_t jitter_ns; /* at most INT32_MAX, as netem */
    IcsProbability delay_correlation;
    int distribution; /* index in "uniform", "normal", "pareto", "paretonormal", "table" */
    bool has_distribution;
    char *table; /* text, nullable */
    IcsProbability loss;
    IcsProbability loss_correlation;
    IcsProbability duplicate;
    IcsProbability duplicate_correlation;
    IcsProbability reorder;
    bool has_reorder;
    IcsProbability reorder_correlation;
    int64_t gap; /* 0: not given */
    IcsProbability corrupt;
    IcsProbability corrupt_correlation;
} IcsNetemCompatConfig;

extern const IcsFaultClass ics_netem_compat_class;

#endif
