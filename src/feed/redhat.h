/* What Red Hat's feeds share. */
#pragma once

#include "base/arena.h"

/* "Red Hat:enterprise_linux:9::appstream" of "cpe:/a:redhat:enterprise_linux:9::appstream"; empty
 * for other vendors' CPEs. */
static inline struct str redhat_namespace(struct arena *arena, struct str cpe)
{
    static const char *const prefixes[] = {"cpe:/o:redhat:", "cpe:/a:redhat:"};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
        if (str_starts(cpe, str_of(prefixes[i])))
            return arena_printf(arena, "Red Hat:%.*s", STR_ARG(str_from(cpe, strlen(prefixes[i]))));
    return STR_NONE;
}
