/* Where plimsoll keeps and finds its data. */
#pragma once

#include "base/arena.h"
#include "cli/verb.h"

/* $PLIMSOLL_HOME, else $XDG_DATA_HOME/plimsoll, else ~/.local/share/plimsoll; as root
 * /var/lib/plimsoll. */
struct str paths_data(struct arena *arena);
/* --db, else the data folder's "db". */
struct str paths_database(struct arena *arena, const struct args *args);
/* --list, else the data folder's "bases": images that are known as bases. */
struct str paths_bases(struct arena *arena, const struct args *args);
/* The snapshot of advisories that came with plimsoll; empty when it is not there. */
struct str paths_snapshot(struct arena *arena);
