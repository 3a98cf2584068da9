/* Environment markers of Python's dependency specifiers (PyPA, "Dependency specifiers"; PEP 508),
 * as far as they speak of the system: images are Linux. */
#pragma once

#include <stdbool.h>

#include "base/str.h"

/* True when the marker can only be false on Linux. What it says of anything else (the version of
 * Python, the machine) is taken to be possible; so is what cannot be read. */
bool python_marker_excludes_linux(struct str marker);
/* The same where no extra is asked for: "extra == 'test'" is false. */
bool python_marker_excludes_plain(struct str marker);
