/*
 * Tables of typed, documented parameters: one row feeds the JSON loader, the JSON Schema, --help
 * and the documents.
 *
 *     typedef struct {
 *         int64_t mean_ns;
 *         IcsProbability chance;
 *         bool has_chance;
 *     } IcsDelayConfig;
 *
 *     static const IcsParameter delay_parameters[] = {
 *         ICS_PARAMETER_TIME_ROW(IcsDelayConfig, mean_ns, "time", NULL, 0, INT64_MAX,
 *                                "how long a packet takes", ICS_PARAMETER_REQUIRED),
 *         ICS_PARAMETER_PROBABILITY_ROW(IcsDelayConfig, chance, "probability", "100%",
 *                                       "of a packet to be delayed",
 *                                       ICS_PARAMETER_PRESENCE(IcsDelayConfig, has_chance)),
 *         ICS_PARAMETER_END,
 *     };
 */
#ifndef ICS_BASE_PARAMETERS_H
#define ICS_BASE_PARAMETERS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_document.h"
#include "base/json_writer.h"
#include "base/units.h"

/* The type of a parameter; beside it the C type of the member that holds its value. */
typedef enum {
    ICS_PARAMETER_BOOLEAN,      /* bool */
    ICS_PARAMETER_INTEGER,      /* int64_t */
    ICS_PARAMETER_TIME,         /* int64_t, ns; negative ones only if min < 0 */
    ICS_PARAMETER_RATE,         /* int64_t, bit/s */
    ICS_PARAMETER_SIZE,         /* int64_t, bytes */
    ICS_PARAMETER_PROBABILITY,  /* IcsProbability */
    ICS_PARAMETER_STRING,       /* char *, owned, NULL when not given and without a fallback */
    ICS_PARAMETER_NAME,         /* int or enum: the index in `choices` */
    ICS_PARAMETER_INTEGER_LIST, /* GArray * of int64_t, owned, NULL when not given; an integer
                                   alone is a list of one */
} IcsParameterType;

/**
 * One parameter. `min` and `max` bound INTEGER, TIME, RATE, SIZE and each element of an
 * INTEGER_LIST in the member's unit, and the length in bytes of a STRING, where a `max` of 0 is no
 * limit.
 */
typedef struct IcsParameter {
    const char *name; /* as in the trace */
    IcsParameterType type;
    size_t offset;         /* of the value in the config struct */
    size_t present_offset; /* of a bool that tells whether it was given; 0: there is none */
    bool required;         /* then `fallback` is NULL */
    const char *fallback;  /* (nullable) text as in a trace, without quotes */
    int64_t min, max;
    const char *const *choices; /* NAME only: NULL-terminated */
    bool plain;                 /* SIZE only: an integer without a unit is a number of bytes */
    const char *doc;            /* what it means, one phrase */
} IcsParameter;

/* For the end of a row. */
#define ICS_PARAMETER_REQUIRED .required = true
#define ICS_PARAMETER_PLAIN    .plain = true
#define ICS_PARAMETER_PRESENCE(config, member)                                                     \
    .present_offset = ICS_PARAMETER_AT(config, member, bool)

/* The offset of a member; the compiler warns if its type is not `type_`. */
#define ICS_PARAMETER_AT(config, member, type_)                                                    \
    (offsetof(config, member) + 0 * sizeof((type_ *)NULL == &((config *)NULL)->member))
#define ICS_PARAMETER_AT_INT(config, member)                                                       \
    (offsetof(config, member) +                                                                    \
     0 * sizeof(char[sizeof((config *)NULL)->member == sizeof(int) ? 1 : -1]))

/*
 * Rows. Each takes the config's type, the member, the name, the fallback (nullable), then limits or
 * choices where the type has them, the doc, and at last any of the two macros above; a STRING_ROW
 * also `.min = 1`.
 */
#define ICS_PARAMETER_BOOLEAN_ROW(config, member, name_, fallback_, doc_, ...)                     \
    {                                                                                              \
        .name = name_, .type = ICS_PARAMETER_BOOLEAN, .fallback = fallback_, .doc = doc_,          \
        .offset = ICS_PARAMETER_AT(config, member, bool), __VA_ARGS__                              \
    }
#define ICS_PARAMETER_BOUNDED_ROW(kind, config, member, name_, fallback_, min_, max_, doc_, ...)   \
    {                                                                                              \
        .name = name_, .type = kind, .fallback = fallback_, .min = min_, .max = max_, .doc = doc_, \
        .offset = ICS_PARAMETER_AT(config, member, int64_t), __VA_ARGS__                           \
    }
#define ICS_PARAMETER_INTEGER_ROW(...) ICS_PARAMETER_BOUNDED_ROW(ICS_PARAMETER_INTEGER, __VA_ARGS__)
#define ICS_PARAMETER_TIME_ROW(...)    ICS_PARAMETER_BOUNDED_ROW(ICS_PARAMETER_TIME, __VA_ARGS__)
#define ICS_PARAMETER_RATE_ROW(...)    ICS_PARAMETER_BOUNDED_ROW(ICS_PARAMETER_RATE, __VA_ARGS__)
#define ICS_PARAMETER_SIZE_ROW(...)    ICS_PARAMETER_BOUNDED_ROW(ICS_PARAMETER_SIZE, __VA_ARGS__)
#define ICS_PARAMETER_PROBABILITY_ROW(config, member, name_, fallback_, doc_, ...)                 \
    {                                                                                              \
        .name = name_, .type = ICS_PARAMETER_PROBABILITY, .fallback = fallback_, .doc = doc_,      \
        .offset = ICS_PARAMETER_AT(config, member, IcsProbability), __VA_ARGS__                    \
    }
#define ICS_PARAMETER_BOUNDED_STRING_ROW(config, member, name_, fallback_, min_, max_, doc_, ...)  \
    {                                                                                              \
        .name = name_, .type = ICS_PARAMETER_STRING, .fallback = fallback_, .doc = doc_,           \
        .min = min_, .max = max_, .offset = ICS_PARAMETER_AT(config, member, char *), __VA_ARGS__  \
    }
#define ICS_PARAMETER_STRING_ROW(config, member, name_, fallback_, doc_, ...)                      \
    {                                                                                              \
        .name = name_, .type = ICS_PARAMETER_STRING, .fallback = fallback_, .doc = doc_,           \
        .offset = ICS_PARAMETER_AT(config, member, char *), __VA_ARGS__                            \
    }
#define ICS_PARAMETER_NAME_ROW(config, member, name_, fallback_, choices_, doc_, ...)              \
    {                                                                                              \
        .name = name_, .type = ICS_PARAMETER_NAME, .fallback = fallback_, .choices = choices_,     \
        .doc = doc_, .offset = ICS_PARAMETER_AT_INT(config, member), __VA_ARGS__                   \
    }
#define ICS_PARAMETER_INTEGER_LIST_ROW(config, member, name_, min_, max_, doc_, ...)               \
    {                                                                                              \
        .name = name_, .type = ICS_PARAMETER_INTEGER_LIST, .min = min_, .max = max_, .doc = doc_,  \
        .offset = ICS_PARAMETER_AT(config, member, GArray *), __VA_ARGS__                          \
    }
#define ICS_PARAMETER_END                                                                          \
    {                                                                                              \
        .name = NULL                                                                               \
    }

/**
 * Fills the config from an object: first every fallback, then what the object gives. Members
 * without a fallback that are not given become 0, false or NULL. What an earlier call left in
 * `config` is not freed: start from zeroed memory.
 *
 * `also_allowed`: (nullable) NULL-terminated: keys that somebody else reads.
 * Errors: ICS_ERROR_INPUT for unknown and missing keys, wrong types and values out of range, each
 * with its place; `config` then owns nothing.
 */
bool ics_parameters_read(const IcsParameter *table, const IcsJsonNode *object,
                         const char *const *also_allowed, void *config, GError **error);

/**
 * Gives the parameter `name` the value that a text says, as a trace would without its quotes; a
 * boolean is also "on" or "off", and a list has one element. `config` has been filled before.
 *
 * Errors: ICS_ERROR_INPUT, a sentence: an unknown name (with the nearest), a wrong type, a value
 * out of range; the member is then as it was.
 */
bool ics_parameters_assign(const IcsParameter *table, const char *name, const char *value,
                           void *config, GError **error);

/* The same for each of several: "name=value, name=value". Those before the one that is wrong have
 * been assigned. The empty text says nothing. */
bool ics_parameters_assign_all(const IcsParameter *table, const char *settings, void *config,
                               GError **error);

/* Only the fallbacks. The table has no required row, or the caller fills those in. */
void ics_parameters_defaults(const IcsParameter *table, void *config);

/* Frees what the config owns and sets those members to NULL. */
void ics_parameters_clear(const IcsParameter *table, void *config);

/**
 * Writes two members into the object that the writer has open: "properties", and "required" when
 * a row is required (JSON Schema 2020-12).
 */
void ics_parameters_write_schema(const IcsParameter *table, IcsJsonWriter *writer);

/* Only the members of "properties", and only the strings of "required": to join several tables. */
void ics_parameters_write_properties(const IcsParameter *table, IcsJsonWriter *writer);
void ics_parameters_write_required(const IcsParameter *table, IcsJsonWriter *writer);

/* The schema of one row as one value. */
void ics_parameter_write_schema(const IcsParameter *parameter, IcsJsonWriter *writer);

/* Help for people: an aligned row for each parameter: name, type with range, default, doc; where
 * that would be wider than 80 columns, the doc stands below the rest. */
void ics_parameters_describe(const IcsParameter *table, GString *out);

#endif
