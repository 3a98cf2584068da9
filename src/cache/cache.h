/* What was found out before, kept between runs: values by keys, in a file of SQLite. It is bounded
 * (what was not used for longest goes first), several processes use it at once, and nothing that
 * happens to it can do more than make a scan read everything again. Calls come from any thread. */
#pragma once

#include "base/err.h"
#include "cache/value.h"

enum cache_kind {
    CACHE_LAYER, /* what a layer holds */
    CACHE_LINKS, /* the same together with what stands behind links of an image */
    CACHE_NAME,  /* which bytes a file or a blob has */
    CACHE_KIND_COUNT
};

struct cache;
/* Nothing is opened before it is needed. `folder` is made then. `size`: bytes that it may take. */
struct cache *cache_new(struct str folder, uint64_t size);
void cache_free(struct cache *cache);
static inline void cache_freep(struct cache **cache)
{
    if (*cache)
        cache_free(*cache);
}

/* False when there is no such value, or it cannot be had. */
bool cache_get(struct cache *cache, const struct cache_key *key, struct buf *ret_value);
void cache_put(struct cache *cache, const struct cache_key *key, enum cache_kind kind,
               struct str value);
/* Several threads of this process want what the key names, and one is enough to make it: waits
 * until no other one is at it, and is at it from then on. */
void cache_claim(struct cache *cache, const struct cache_key *key);
void cache_release(struct cache *cache, const struct cache_key *key);
/* Why it cannot be used; NULL: it can, or nobody has tried yet. */
const struct pl_err *cache_problem(struct cache *cache);

struct cache_info {
    struct str path;       /* of the file; lives as long as the cache */
    uint64_t bytes, bound; /* that it takes, and may take */
    uint64_t counts[CACHE_KIND_COUNT];
};
int cache_info(struct cache *cache, struct cache_info *ret_info, struct pl_err *err);
int cache_clear(struct cache *cache, struct pl_err *err);
