/* What the beginning of a document tells of it. */
#pragma once

#include "base/str.h"

/* True when the JSON object that begins in `head` has a member of this name at the given depth (1:
 * the root's own), as far as `head` goes. "CVE-*" matches names with that beginning. */
bool head_has_member(struct str head, int depth, const char *name);
/* True for XML and HTML. */
bool head_is_markup(struct str head);
