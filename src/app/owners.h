/* Which package of the system a package of a language belongs to: its files stand in that package's
 * list of files. */
#pragma once

#include "base/vec.h"
#include "catalog/sink.h"
#include "model/report.h"

struct owned_file {
    uint64_t path; /* hash */
    const struct catalog_owner *owner;
    uint32_t layer; /* of the list, LAYER_NONE: there are none */
};

struct owners {
    VEC(struct owned_file) files;
    bool merged; /* /lib is /usr/lib: lists from before that name files as they were */
};

/* The sink must outlive the owners. */
void owners_add(struct owners *owners, const struct catalog_sink *sink, uint32_t layer);
/* Sets package->owner of all packages whose every path is owned. A file that was written in a later
 * layer than the list that names it has been replaced, and is nobody's. The report's packages must
 * be in their final order. */
void owners_assign(struct owners *owners, struct report *report);
void owners_free(struct owners *owners);
