/* Fields of package managers that name other packages, as lists of needs (model/package.h). */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "model/package.h"

struct relations {
    struct arena arena;
    VEC(struct str) items;
};
void relations_clear(struct relations *relations);
void relations_free(struct relations *relations);
/* Empty names are left out, and what is past LIMIT_RELATIONS. */
void relations_add(struct relations *relations, struct str name);
void relations_add_version(struct relations *relations, struct str name, struct str version);

/* The package has both, until they are cleared. */
void relations_put(const struct relations *needs, const struct relations *provides,
                   struct package *package);

/* Debian Policy 7.1: "libc6 (>= 2.3), default-mta | mail-transport-agent, perl:any". */
void relations_debian(struct relations *relations, struct str field);
/* apk and pacman: words apart by white space, each a name with or without "=1.2", ">=1.2", "~1.2";
 * "!name" is a conflict. */
void relations_words(struct relations *relations, struct str field);
