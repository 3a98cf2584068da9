/* From a target's files to what its catalogers found: the layers are walked (several at once), laid
 * over one another, and what can be seen in the image is collected. */
#pragma once

#include "base/progress.h"
#include "catalog/cataloger.h"
#include "image/image.h"
#include "model/report.h"

/* Small files that were kept for finishers (cataloger.h: CATALOG_KEEP), by the path asked for. */
struct kept_file {
    struct str path, content;
};

struct collection {
    struct arena arena;
    VEC(struct kept_file) kept;
    /* What catalogers with `notes` kept, by the file's path; texts live as long as the report. */
    VEC(struct kept_file) notes;
};
void collection_free(struct collection *collection);
/* False when there is no such file. */
bool collection_get(const struct collection *collection, struct str path, struct str *ret_content);
/* Visits all whose path matches the glob. */
void collection_each(const struct collection *collection, struct str pattern,
                     void (*visit)(void *context, struct str content), void *context);

/* How many layers targets have, and how many of them came out of the cache; counted atomically. */
struct layer_counts {
    size_t all, cached;
};

struct cache;
struct inspectors;
struct collect_options {
    const bool *enabled; /* by index of catalogers[]; NULL: all */
    unsigned jobs;
    bool verify;
    bool details; /* what only bills of materials and policies on licences need, too */
    const struct progress *progress;
    struct cache *cache;                 /* of layers; NULL: none */
    struct layer_counts *counts;         /* added to; NULL: nobody asks */
    const struct inspectors *inspectors; /* app/inspection.h; NULL: none */
};
/* Whether the cataloger of that index runs. */
static inline bool collect_uses(const struct collect_options *options, size_t cataloger)
{
    return (!options->enabled || options->enabled[cataloger]) &&
           (options->details || !catalogers[cataloger]->details);
}
/* Adds findings of inspectors, packages (unsorted, paths and layer set) and diagnostics to the
 * report. */
void collect(struct image *image, const struct collect_options *options, struct report *report,
             struct collection *ret_collection);
