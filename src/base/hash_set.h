/* Sets of hashes: open addressing, doubled when half full. An empty one is all zeros. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_set {
    uint64_t *slots; /* 0: empty; keys are kept with their lowest bit set */
    size_t count, mask;
};

/* The hash of a thing that is told apart by a number, too. */
static inline uint64_t hash_with(uint64_t hash, uint64_t number)
{
    return (hash ^ number) * 0x9e3779b97f4a7c15ULL;
}

bool hash_set_has(const struct hash_set *set, uint64_t hash);
/* False: it was there already. */
bool hash_set_add(struct hash_set *set, uint64_t hash);
void hash_set_free(struct hash_set *set);
