#include "base/search.h"

size_t search_first(const void *items, size_t count, size_t size, const void *key,
                    int (*compare)(const void *item, const void *key))
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare((const char *)items + middle * size, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int before_hash(const void *item, const void *key)
{
    uint64_t own = *(const uint64_t *)item, hash = *(const uint64_t *)key;
    return (own > hash) - (own < hash);
}

size_t search_first_hash(const void *items, size_t count, size_t size, uint64_t hash)
{
    return search_first(items, count, size, &hash, before_hash);
}
