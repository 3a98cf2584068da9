/* What follows from a package's type: one table, so that a type is one line. */
#pragma once

#include "base/arena.h"
#include "model/package.h"

enum name_rule {
    NAME_AS_IT_IS,
    NAME_LOWER,
    NAME_PYTHON, /* lower case, runs of '-', '_' and '.' are one '-': PEP 503 */
    NAME_DASH,   /* lower case, '_' is '-': purl's pypi */
};

struct ecosystem {
    const char *type;       /* the contract's "type" */
    const char *purl;       /* purl type */
    const char *osv;        /* namespace of the advisory database; NULL: none speaks of it */
    const char *scheme;     /* version ordering (version/version.h); NULL: none */
    enum name_rule matched; /* how advisories write names */
    enum name_rule in_purl; /* how purls write them */
    bool rare;              /* OSV has the name, but hardly an advisory under it */
    bool system; /* of an operating system: its release decides the namespace, purl has a distro */
};
const struct ecosystem *ecosystem_of(enum package_type type);
/* By OSV's name, without a release behind ':'; NULL: not known. */
const struct ecosystem *ecosystem_find(struct str osv);
/* The name as the rule has it: `name` itself, or in the arena. */
struct str ecosystem_name(struct arena *arena, enum name_rule rule, struct str name);
