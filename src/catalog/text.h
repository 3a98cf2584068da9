/* Small texts that are in memory as a whole. */
#pragma once

#include "base/path.h"
#include "base/str.h"

/* The value behind "NAME:" at the beginning of a line, without white space around it; continued
 * lines are not part of it. Empty: there is none. */
struct str text_field(struct str text, const char *name);
/* What stands between the first `from` and the `to` behind it; empty where one of them is not. */
struct str text_between(struct str text, const char *from, const char *to);
/* Without one pair of these quotes around it. */
struct str text_unquoted(struct str text, char quote);
/* True for a word that begins with a digit, or with 'v' and a digit: not a branch, not a range. */
bool text_is_version(struct str text);
