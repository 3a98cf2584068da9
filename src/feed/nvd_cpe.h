/* The versions of programs that NVD tells by CPE. */
#pragma once

#include "base/arena.h"
#include "feed/feed.h"

/* The statements of one CVE: namespace "NVD:cpe", package "vendor:product". False when some could
 * not be stored; `err` tells. */
int nvd_cpe_read(struct feed_import *import, uint32_t unit, struct str id, const json_t *cve,
                 struct pl_err *err);
