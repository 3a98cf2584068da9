/* JSON as people write it by hand: with comments and with commas behind the last. */
#pragma once

#include "base/buf.h"

/* Adds `text` to `out` as JSON: each comment (// to the end of the line, or from slash and star to
 * star and slash) becomes blanks that keep the lines, and so does a comma in front of a bracket
 * that closes. Everything else stays, and stands where it stood. */
void json_strict(struct str text, struct buf *out);
