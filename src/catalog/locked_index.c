#include "catalog/locked_index.h"

#include "base/search.h"

void locked_index_add(struct locked_index *index, uint64_t hash, struct str name,
                      struct str version)
{
    if (name.len && version.len)
        *VEC_ADD(&index->items) = (struct locked_target){hash, name, version};
}

static int by_hash(const void *a, const void *b)
{
    const struct locked_target *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    int order = str_compare(x->version, y->version);
    return order ? order : str_compare(x->name, y->name);
}

void locked_index_sort(struct locked_index *index)
{
    if (index->items.count)
        qsort(index->items.items, index->items.count, sizeof(struct locked_target), by_hash);
}

void locked_index_free(struct locked_index *index)
{
    VEC_FREE(&index->items);
    arena_free(&index->arena);
}

static size_t first_of(const struct locked_index *index, uint64_t hash)
{
    return search_first_hash(index->items.items, index->items.count, sizeof(struct locked_target),
                             hash);
}

const struct locked_target *locked_index_find(const struct locked_index *index, uint64_t hash)
{
    size_t at = first_of(index, hash);
    bool found = at < index->items.count && index->items.items[at].hash == hash;
    return found ? &index->items.items[at] : NULL;
}

/* Of hostile files thousands of entries claim one reference: that is no need to add all of them. */
enum { TARGETS_MAX = 256 };

bool locked_index_need(const struct locked_index *index, uint64_t hash, struct details *details)
{
    bool found = false;
    size_t at = first_of(index, hash);
    for (size_t i = 0; i < TARGETS_MAX && at < index->items.count; i++, at++) {
        const struct locked_target *target = &index->items.items[at];
        if (target->hash != hash)
            break;
        relations_add_version(&details->needs, target->name, target->version);
        found = true;
    }
    return found;
}
