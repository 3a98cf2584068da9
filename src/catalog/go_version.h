/* The text of Go's build information: runtime/debug, BuildInfo.String(). */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

struct go_module {
    struct str path, version;
    bool unordered; /* the version tells a state of the source, not a release */
};

struct go_build {
    struct go_module toolchain; /* "stdlib" and "1.21.3" */
    struct go_module main;      /* path empty: not built of a module */
    VEC(struct go_module) modules;
};

/* `version` is the toolchain's ("go1.21.3"), `text` lines of words apart by tabs: mod, dep, =>,
 * build. Lines of other kinds are passed over. The caller frees modules; texts are in `text` or the
 * arena. */
void go_build_read(struct go_build *ret, struct arena *arena, struct str version, struct str text);
/* "1.21.3" of "go1.21.3", "go1.21.3 X:boringcrypto", "devel go1.22-4fe43f8f6d Mon …". */
struct str go_toolchain_version(struct str text);
