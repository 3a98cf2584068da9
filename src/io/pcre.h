/* PCRE2, loaded when it is first needed. */
#pragma once

#include "base/str.h"

struct pcre; /* a compiled pattern */

/* False when PCRE2 is not installed. */
bool pcre_available(void);
/* NULL when it is not installed, or the pattern is none. */
struct pcre *pcre_new(const char *pattern);
void pcre_free(struct pcre *pcre);
/* The first match that begins at or behind `from`: its own end and its first group (empty when it
 * took no part). `at_start`: the text's beginning is that of a line. */
bool pcre_find(const struct pcre *pcre, struct str text, size_t from, bool at_start,
               struct str *ret_group, size_t *ret_end);
