/* Which package of the system a package of a language belongs to: its files stand in that package's
 * list of files. */
#pragma once

#include "base/vec.h"
#include "catalog/sink.h"
#include "model/report.h"

struct owned_file {
    uint64_t path; /* hash */
    const struct catalog_owner *owner;
    struct checksum checksum;
    uint32_t layer; /* of the list, LAYER_NONE: there are none */
};

/* A file that tells of a package, as it is there. */
struct told_file {
    uint64_t path; /* hash */
    const struct file_sums *sums;
};

struct owners {
    VEC(struct owned_file) files;
    VEC(struct told_file) told;
    bool merged; /* /lib is /usr/lib: lists from before that name files as they were */
};

/* The sink must outlive the owners. */
void owners_add(struct owners *owners, const struct catalog_sink *sink, uint32_t layer);
/* A file that tells of a package, and its checksums (which outlive the owners). */
void owners_add_told(struct owners *owners, struct str path, const struct file_sums *sums);
/* Sets package->owner of all packages whose every path is owned. A file that no longer has the
 * checksum of the list that names it is nobody's, nor is one that was written in a later layer than
 * the list: the distribution's version may hold a fix that the same version from elsewhere has not.
 * The report's packages must be in their final order. */
void owners_assign(struct owners *owners, struct report *report);
/* Behind owners_assign(): secrets in files that a package of the system brought, and that are as it
 * brought them by their checksum (owners_add_told()), are everybody's: test keys, examples. They
 * are suppressed. */
void owners_judge(const struct owners *owners, struct report *report);
void owners_free(struct owners *owners);
