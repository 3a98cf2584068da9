/* Layers of one target out of the cache, and into it: under which keys, and what has to be known of
 * their bytes first. Each pass over a layer makes a new state out of the former one; a state's key
 * is made of the former's and of what the pass looked for. docs/cache.md */
#pragma once

#include "app/layers.h"
#include "cache/cache.h"

struct layer_cache;
/* NULL when there is nothing to gain, or no cache. The set is that of `layer_set_init()`. */
struct layer_cache *layer_cache_new(struct layer_set *set, const struct collect_options *options,
                                    struct cache *cache);
void layer_cache_free(struct layer_cache *cache);

/* Fills the empty state of a layer; false when it has to be walked. */
bool layer_cache_take(struct layer_cache *cache, size_t index);
/* Before a walk, and behind it: of a layer that has to be fetched, and that several images have
 * which are scanned at once. True when it may be in the cache by now. */
bool layer_cache_claim(struct layer_cache *cache, size_t index);
void layer_cache_release(struct layer_cache *cache, size_t index);
/* Behind the first walk of a layer; `digests`: NULL when it did not go well. */
void layer_cache_put(struct layer_cache *cache, size_t index, const struct layer_digests *digests);

/* The state behind a further pass, which looks for `input`, and the number that was put with it. */
bool layer_cache_take_pass(struct layer_cache *cache, size_t index, const struct cache_key *input,
                           uint64_t *ret_number);
/* Behind such a pass. `changed`: it made another state. */
void layer_cache_put_pass(struct layer_cache *cache, size_t index, const struct cache_key *input,
                          uint64_t number, bool changed);
/* The layer's state is no longer one that has a key. */
void layer_cache_forget(struct layer_cache *cache, size_t index);
bool layer_cache_knows(const struct layer_cache *cache, size_t index);
/* The key of the layer's state, as a part of others. */
void layer_cache_pack_key(const struct layer_cache *cache, size_t index, struct buf *buf);
/* A key of the states of all layers below this one; false when one of them has none. */
bool layer_cache_key_below(const struct layer_cache *cache, size_t index,
                           struct cache_key *ret_key);

/* The key of something that bytes tell. */
struct cache_key cache_key_of(const char *kind, struct str bytes);
