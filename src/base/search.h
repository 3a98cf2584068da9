/* Binary search. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The index of the first of the sorted items that is not less than the key; `count` when all are.
 * `compare` is below 0 when the item is less than the key. */
size_t search_first(const void *items, size_t count, size_t size, const void *key,
                    int (*compare)(const void *item, const void *key));
/* The same for items that begin with a uint64_t, a hash mostly, and are sorted by it. */
size_t search_first_hash(const void *items, size_t count, size_t size, uint64_t hash);
