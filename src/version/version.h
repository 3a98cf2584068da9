/* Version orderings. Each is one file and one `const struct version_scheme`; none allocates. */
#pragma once

#include "base/str.h"

enum version_order { VERSION_LESS = -1, VERSION_EQUAL = 0, VERSION_GREATER = 1 };

struct version_scheme {
    const char *name; /* as in `plimsoll version compare --scheme NAME` */
    const char *help; /* what it orders, and its specification; translatable */
    /* <0, 0, >0; a total order for every pair of byte strings, valid or not. */
    int (*compare)(struct str a, struct str b);
    /* False when `version` is none in this scheme; NULL: every non-empty one is. */
    bool (*valid)(struct str version);
};

/* All schemes, ended by NULL; generated from version/meson.build. */
extern const struct version_scheme *const version_schemes[];
const struct version_scheme *version_scheme_find(struct str name);
