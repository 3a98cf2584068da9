/* A value as the cache stores it: packed, with a sum over it and over its key, so that bytes that
 * were damaged, or stand under another key, are none. */
#pragma once

#include "base/buf.h"
#include "base/hash.h"

/* What a thing is found by: the SHA-256 of all that it depends on. */
struct cache_key {
    unsigned char bytes[SHA256_BYTES];
};

/* False: it is larger than LIMIT_CACHE_VALUE. */
bool value_seal(const struct cache_key *key, struct str plain, struct buf *ret_stored);
bool value_open(const struct cache_key *key, struct str stored, struct buf *ret_plain);
