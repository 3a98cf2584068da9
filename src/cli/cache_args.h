/* What the verbs that use the cache of layers have in common at the prompt. */
#pragma once

#include "base/arena.h"
#include "cache/cache.h"
#include "cli/verb.h"

/* --cache, --cache-size: NULL when it is not to be used. PL_E_USAGE on a value that is none. */
int cache_args_open(const struct args *args, struct cache **ret_cache, struct pl_err *err);
/* Why a cache that was asked for is not used: once, as a note. */
void cache_args_tell(const struct args *args, struct cache *cache);

#define CACHE_OPTIONS                                                                              \
    {"cache", "DIR|none",                                                                          \
     N_("where the contents of layers are kept, so that none is read twice; by default \"cache\" " \
        "in plimsoll's data folder; docs/cache.md")},                                              \
    {                                                                                              \
        "cache-size", "SIZE", N_("the most that it may take, such as 500M or 2G; by default 1G")   \
    }
