#include "permission/known.h"

#include "base/path.h"

/* Where /bin is a link to /usr/bin, both paths are in use. */
static struct str without_usr(struct str path)
{
    return str_starts(path, STR("usr/")) ? str_from(path, 4) : path;
}

const struct known_program *known_program_find(enum known_kind kind, struct str path)
{
    struct str name = kind == KNOWN_ESCAPE ? path_base(path) : without_usr(path);
    for (const struct known_program *known = known_programs; known->path; known++)
        if (known->kind == kind && str_glob(str_of(known->path), name))
            return known;
    return NULL;
}
