/* Layers of one target out of the cache, and into it: under which keys, and what has to be known of
 * their bytes first. docs/cache.md */
#pragma once

#include "app/layers.h"
#include "cache/cache.h"

struct layer_cache;
/* NULL when there is nothing to gain, or no cache. The set is that of `layer_set_init()`. */
struct layer_cache *layer_cache_new(struct layer_set *set, const struct collect_options *options,
                                    struct cache *cache);
void layer_cache_free(struct layer_cache *cache);

/* Whether the cache knows all of this image. Then layer_cache_take() gives its layers as they are
 * behind the last pass. */
bool layer_cache_find_image(struct layer_cache *cache);
/* It did not hold what it promised: layers are taken one by one from now on. */
void layer_cache_drop_image(struct layer_cache *cache);
/* Fills the empty state of a layer; false when it has to be walked. */
bool layer_cache_take(struct layer_cache *cache, size_t index);
/* Behind the first walk of a layer, when it went well. */
void layer_cache_put(struct layer_cache *cache, size_t index, const struct layer_digests *digests);
/* Behind the last pass: what further passes brought. */
void layer_cache_put_image(struct layer_cache *cache);
