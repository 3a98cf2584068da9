#include "cli/paths.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

struct str paths_data(struct arena *arena)
{
    const char *own = variable("PLIMSOLL_HOME"), *xdg = variable("XDG_DATA_HOME");
    const char *home = variable("HOME");
    if (own)
        return arena_str(arena, str_of(own));
    if (geteuid() == 0)
        return STR("/var/lib/plimsoll");
    if (xdg)
        return arena_printf(arena, "%s/plimsoll", xdg);
    return arena_printf(arena, "%s/.local/share/plimsoll", home ? home : "");
}

struct str paths_database(struct arena *arena, const struct args *args)
{
    const char *given = args_get(args, "db");
    if (given)
        return arena_str(arena, str_of(given));
    struct str data = paths_data(arena);
    return arena_printf(arena, "%.*s/db", STR_ARG(data));
}

struct str paths_bases(struct arena *arena, const struct args *args)
{
    const char *given = args_get(args, "list");
    if (given)
        return arena_str(arena, str_of(given));
    struct str data = paths_data(arena);
    return arena_printf(arena, "%.*s/bases", STR_ARG(data));
}

/* Beside the installed program (PREFIX/bin/plimsoll -> PREFIX/share/plimsoll/snapshot), or in the
 * source tree that it was built in. */
struct str paths_snapshot(struct arena *arena)
{
    static const char *const places[] = {"../share/plimsoll/snapshot", "../data/snapshot"};
    char program[4096];
    ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (len <= 0)
        return STR_NONE;
    struct str folder = str_make(program, (size_t)len);
    folder = str_first(folder, str_last_index(folder, '/'));
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        struct str place = arena_printf(arena, "%.*s/%s", STR_ARG(folder), places[i]);
        if (access(place.data, R_OK) == 0)
            return place;
    }
    return STR_NONE;
}
