#include "image/wants.h"

#include <stdlib.h>

#include "base/hash.h"
#include "image/path.h"

static bool has_wildcard(struct str text)
{
    return str_index(text, '*') != SIZE_MAX || str_index(text, '?') != SIZE_MAX;
}

void wants_add(struct wants *wants, struct str pattern, unsigned reader)
{
    struct want want = {.pattern = pattern, .dir = path_dir(pattern), .reader = reader};
    if (!has_wildcard(pattern)) {
        want.hash = hash_str(pattern);
        *VEC_ADD(&wants->exact) = want;
    } else if (!has_wildcard(want.dir)) {
        want.hash = hash_str(want.dir);
        *VEC_ADD(&wants->in_dir) = want;
    } else {
        *VEC_ADD(&wants->other) = want;
    }
}

static const struct want *want_at(const struct wants *wants, uint32_t slot)
{
    return slot <= wants->exact.count ? &wants->exact.items[slot - 1]
                                      : &wants->in_dir.items[slot - 1 - wants->exact.count];
}

void wants_seal(struct wants *wants)
{
    size_t count = wants->exact.count + wants->in_dir.count, size = 16;
    while (size < count * 4)
        size *= 2;
    wants->mask = size - 1;
    wants->table = mem_zalloc(size, sizeof(wants->table[0]));
    for (uint32_t i = 1; i <= count; i++) {
        size_t slot = want_at(wants, i)->hash & wants->mask;
        while (wants->table[slot])
            slot = (slot + 1) & wants->mask;
        wants->table[slot] = i;
    }
}

void wants_free(struct wants *wants)
{
    VEC_FREE(&wants->exact);
    VEC_FREE(&wants->in_dir);
    VEC_FREE(&wants->other);
    free(wants->table);
    wants->table = NULL;
}

static size_t add_reader(unsigned *readers, size_t count, unsigned reader)
{
    for (size_t i = 0; i < count; i++)
        if (readers[i] == reader)
            return count;
    if (count < WANTS_MATCHES)
        readers[count++] = reader;
    return count;
}

size_t wants_match(const struct wants *wants, struct str path, uint64_t path_hash, size_t dir_len,
                   uint64_t dir_hash, unsigned ret_readers[WANTS_MATCHES])
{
    size_t count = 0;
    for (size_t slot = path_hash & wants->mask; wants->table[slot];
         slot = (slot + 1) & wants->mask) {
        const struct want *want = want_at(wants, wants->table[slot]);
        if (want->hash == path_hash && str_equal(want->pattern, path))
            count = add_reader(ret_readers, count, want->reader);
    }
    for (size_t slot = dir_hash & wants->mask; wants->table[slot];
         slot = (slot + 1) & wants->mask) {
        const struct want *want = want_at(wants, wants->table[slot]);
        if (want->hash == dir_hash && wants->table[slot] > wants->exact.count &&
            str_equal(want->dir, str_first(path, dir_len)) && str_glob(want->pattern, path))
            count = add_reader(ret_readers, count, want->reader);
    }
    for (size_t i = 0; i < wants->other.count; i++)
        if (str_glob(wants->other.items[i].pattern, path))
            count = add_reader(ret_readers, count, wants->other.items[i].reader);
    return count;
}
