/* One statement of the database against one installed version. */
#pragma once

#include "base/arena.h"
#include "version/version.h"
#include "vulndb/vulndb.h"

/* True when the statement says that this version is affected. *ret_range is the range that holds it
 * (its strings from the database), or all empty when every version is affected. */
bool verdict_affected(const struct vulndb_statement *statement, const struct version_scheme *scheme,
                      struct str version, struct advisory_range *ret_range);
/* ">= 1.0, < 1.2-3"; "all versions" when the range is empty. */
struct str verdict_range_text(struct arena *arena, const struct advisory_range *range);
