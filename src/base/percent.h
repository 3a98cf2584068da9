/* Percent-encoding: RFC 3986, section 2.1. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* False on a broken escape and on what stands for a control character. The result is in the
 * arena, with a NUL behind it. */
bool percent_decode(struct arena *arena, struct str text, struct str *ret_text);
/* Adds the text with all but unreserved characters (section 2.3) escaped. */
void percent_encode(struct str text, struct buf *ret_text);
