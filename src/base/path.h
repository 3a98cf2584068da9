/* Paths as archives write them, made into paths of the image: components apart by single slashes,
 * no leading or trailing slash, no "." and no "..". The root is the empty path. */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/* The clean form: a view of `raw` itself where it is clean already, else of `scratch`. ".." is
 * taken as it stands in the text, not through links; *ret_escapes tells that it led above the root.
 */
struct str path_clean(struct str raw, struct buf *scratch, bool *ret_escapes);
/* What stands before the last slash; empty for a name in the root. */
struct str path_dir(struct str path);
struct str path_base(struct str path);
