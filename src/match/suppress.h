/* Quiet by knowledge: findings that are true of a package by its name and version, and yet not of
 * what is there. They are kept, with the reason. */
#pragma once

#include "model/report.h"

/* Marks the finding when
 * - all files that tell of the package belong to a package of the distribution, whose verdict
 *   counts (`system_known`: there is one): it patches without changing the upstream's version;
 * - the package has the kernel's headers, documentation or source, not the kernel. */
void suppress(struct report *report, const struct package *package, bool system_known,
              struct finding *finding);
