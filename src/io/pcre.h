/* PCRE2, loaded when it is first needed. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct pcre; /* a compiled pattern */

/* False when PCRE2 is not installed. */
bool pcre_available(void);
/* NULL when it is not installed, or the pattern is none. */
struct pcre *pcre_new(const char *pattern);
/* The same, and why not: PL_E_FORMAT with the place in the pattern, PL_E_NOT_FOUND. */
int pcre_compile(const char *pattern, struct pcre **ret_pcre, struct pl_err *err);
void pcre_free(struct pcre *pcre);
/* The first match that begins at or behind `from`: its own end and its first group (empty when it
 * took no part). `at_start`: the text's beginning is that of a line. */
bool pcre_find(const struct pcre *pcre, struct str text, size_t from, bool at_start,
               struct str *ret_group, size_t *ret_end);

/* A match: where it stands, and its first group; without one the whole of it. */
struct pcre_hit {
    size_t start, end;
    struct str group;
};
enum pcre_result {
    PCRE_NONE,
    PCRE_HIT,
    PCRE_GAVE_UP, /* the pattern took more steps than PCRE_STEPS over this text */
};
enum { PCRE_STEPS = 200000 };
/* The number of a group by its name; 0: there is none. */
unsigned pcre_group(const struct pcre *pcre, const char *name);
/* Which group the hit's `group` is, in the place of the first one that took part. */
void pcre_choose_group(struct pcre *pcre, unsigned group);
enum pcre_result pcre_match(const struct pcre *pcre, struct str text, size_t from,
                            struct pcre_hit *ret_hit);
/* Translates a pattern that is used often for the processor, where that is possible. */
void pcre_speed_up(struct pcre *pcre);
