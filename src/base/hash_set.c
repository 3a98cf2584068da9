#include "base/hash_set.h"

#include <stdlib.h>

#include "base/mem.h"

enum { SLOTS_FIRST = 64 };

static uint64_t *find(const struct hash_set *set, uint64_t key)
{
    size_t slot = (key >> 1) & set->mask;
    while (set->slots[slot] && set->slots[slot] != key)
        slot = (slot + 1) & set->mask;
    return &set->slots[slot];
}

static void grow(struct hash_set *set)
{
    struct hash_set old = *set;
    size_t size = old.slots ? 2 * (old.mask + 1) : SLOTS_FIRST;
    set->mask = size - 1;
    set->slots = mem_zalloc(size, sizeof(set->slots[0]));
    for (size_t i = 0; old.slots && i <= old.mask; i++)
        if (old.slots[i])
            *find(set, old.slots[i]) = old.slots[i];
    free(old.slots);
}

bool hash_set_has(const struct hash_set *set, uint64_t hash)
{
    return set->slots && *find(set, hash | 1);
}

bool hash_set_add(struct hash_set *set, uint64_t hash)
{
    if (set->count * 2 >= set->mask)
        grow(set);
    uint64_t *slot = find(set, hash | 1);
    if (*slot)
        return false;
    *slot = hash | 1;
    set->count++;
    return true;
}

void hash_set_free(struct hash_set *set)
{
    free(set->slots);
    *set = (struct hash_set){0};
}
