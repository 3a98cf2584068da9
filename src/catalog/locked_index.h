/* What a lock file's own references lead to: a reading before the one that adds the packages puts
 * each in, by the hash of how others refer to it. */
#pragma once

#include "base/limits.h"
#include "base/vec.h"
#include "catalog/details.h"

struct locked_target {
    uint64_t hash;
    struct str name, version; /* views: the file's text, or `arena` */
};

/* A zeroed struct is an empty index. */
struct locked_index {
    VEC(struct locked_target) items;
    struct arena arena;
};

void locked_index_add(struct locked_index *index, uint64_t hash, struct str name,
                      struct str version);
/* What it takes is more than may be kept of an image: what comes now is passed over. */
static inline bool locked_index_is_full(const struct locked_index *index)
{
    return index->arena.total + index->items.count * sizeof(struct locked_target) >=
           LIMIT_RECORD_BYTES;
}
/* Once, when all is added. */
void locked_index_sort(struct locked_index *index);
void locked_index_free(struct locked_index *index);
/* The first that this reference leads to, or NULL. */
const struct locked_target *locked_index_find(const struct locked_index *index, uint64_t hash);
/* Adds all that this reference leads to. False: nothing. */
bool locked_index_need(const struct locked_index *index, uint64_t hash, struct details *details);
