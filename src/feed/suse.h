/* What SUSE's feeds share. */
#pragma once

#include "base/arena.h"

/* "SUSE:Linux Enterprise Server 15 SP5" of "SUSE Linux Enterprise Server 15 SP5", "openSUSE:Leap
 * 15.5" of "openSUSE Leap 15.5". Empty for what is no system that is scanned (SUSE Manager, Open
 * Enterprise Server ...). */
static inline struct str suse_namespace(struct arena *arena, struct str product)
{
    if (str_starts(product, STR("openSUSE ")))
        return arena_printf(arena, "openSUSE:%.*s", STR_ARG(str_from(product, 9)));
    if (str_starts(product, STR("SUSE Linux ")))
        return arena_printf(arena, "SUSE:%.*s", STR_ARG(str_from(product, 5)));
    return STR_NONE;
}
