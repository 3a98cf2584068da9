/* What a cataloger found in a file, as bytes, for the cache, and back. */
#pragma once

#include "base/pack.h"
#include "catalog/sink.h"

/* All fields of a package. Of strings of C (`cataloger`) it must be the name of one of catalogers[]
 * or NULL. */
void package_pack(const struct package *package, struct buf *buf);
/* Into the arena. `unpack->wrong` when the bytes are none that package_pack() wrote. */
void package_unpack(struct unpack *unpack, struct arena *arena, struct package *ret_package);

/* Whether everything in the sink is a function of the file's bytes: nothing was left out for a
 * limit, nothing went wrong that may go well another time. */
bool catalog_sink_is_repeatable(const struct catalog_sink *sink);
/* Packages, problems, owned files and what was kept. */
void catalog_sink_pack(const struct catalog_sink *sink, struct buf *buf);
/* Fills a sink that has an arena and nothing else but its cataloger. */
void catalog_sink_unpack(struct unpack *unpack, struct catalog_sink *sink);
