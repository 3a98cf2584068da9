/* Programs that are known to be setuid, setgid or to have capabilities: data/permissions. */
#pragma once

#include "base/str.h"

enum known_kind {
    KNOWN_SETUID,
    KNOWN_SETGID,
    KNOWN_CAPABILITY,
    KNOWN_ESCAPE, /* by its name alone: it does whatever its user asks for */
};

struct known_program {
    enum known_kind kind;
    const char *path; /* glob, without "usr/" in front; NULL ends the table */
    const char *what; /* packages; of KNOWN_CAPABILITY its capabilities */
};
extern const struct known_program known_programs[];

/* NULL: none of this kind stands at this path of the image. */
const struct known_program *known_program_find(enum known_kind kind, struct str path);
