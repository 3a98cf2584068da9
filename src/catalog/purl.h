/* Package URLs: https://github.com/package-url/purl-spec. */
#pragma once

#include "base/arena.h"
#include "model/os.h"
#include "model/package.h"

/* The package's canonical purl, in the arena. Without a known system it has no namespace and no
 * distro. Decisions: an rpm's epoch is a qualifier (and left out when it is 0), a deb's stays in
 * the version; the source package stands in `upstream` as name or name@version where it differs
 * from the package. */
struct str purl_of(struct arena *arena, const struct package *package, const struct os_info *os);
