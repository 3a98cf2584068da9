/* Partial versions ("1", "1.2.x", "^1.2.3-rc"), for the syntaxes of npm, Cargo, Composer, pub and
 * hex. */
#pragma once

#include "version/range_parts.h"

struct range_partial {
    struct str text; /* as written, without its prefix */
    struct str numbers[4];
    size_t count;    /* numbers before the first that is missing or 'x' */
    bool wildcard;   /* an 'x' or '*' was written */
    bool has_gap;    /* and a number behind it */
    struct str rest; /* pre-release and build, with '-' or '+' */
};

/* False when `text` is neither a version nor the beginning of one of at most `max` numbers. */
bool range_partial_read(struct str text, size_t max, struct range_partial *ret);
/* "1.2.0" + `suffix`: the first version of `partial`, filled with zeros to `width` numbers. */
struct str range_partial_floor(struct arena *arena, const struct range_partial *partial,
                               size_t width, const char *suffix);
/* The first version behind all that share numbers[0..at]: numbers[at] + 1, then zeros. */
struct str range_partial_next(struct arena *arena, const struct range_partial *partial, size_t at,
                              size_t width, const char *suffix);
/* What '^' holds fast: the first number that is not zero, else the last that is given. */
size_t range_partial_caret(const struct range_partial *partial);
