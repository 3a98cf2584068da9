/* Several fixed versions of one package: which versions are affected. */
#pragma once

#include "base/arena.h"
#include "model/advisory.h"

/* One vulnerability is mended in each minor release of RHEL by a build of its own: "7.76.1-
 * 23.el9_2.4" and "7.76.1-26.el9_3.2". A package of the first line is mended from its own fix on,
 * though the second is higher; but a package between the lines (26.el9, before its fix) is not. So
 * every fix but the lowest counts from the end of the line before: from release 24, where that
 * line's was 23. Where the versions do not tell lines apart, the highest fix counts for all: that
 * calls a mended package affected rather than an affected one clean.
 *
 * `fixes` are sorted here; the ranges (at the most as many) are in the arena. */
struct advisory_range *rpm_lines_ranges(struct arena *arena, struct str *fixes, size_t count,
                                        size_t *ret_count);
