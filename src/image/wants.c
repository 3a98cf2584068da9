#include "image/wants.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/path.h"

static bool has_wildcard(struct str text)
{
    return str_index(text, '*') != SIZE_MAX || str_index(text, '?') != SIZE_MAX;
}

/* From the last '.' on; empty where there is none, or a wildcard behind it. */
static struct str extension_of(struct str name)
{
    size_t dot = str_last_index(name, '.');
    struct str extension = dot == SIZE_MAX ? STR_NONE : str_from(name, dot);
    return has_wildcard(extension) ? STR_NONE : extension;
}

bool want_is_general(struct str pattern)
{
    return has_wildcard(path_dir(pattern));
}

void wants_add(struct wants *wants, struct str pattern, unsigned reader)
{
    bool folder = str_ends(pattern, STR("/"));
    pattern.len -= folder;
    if (folder) {
        *VEC_ADD(&wants->folders) = (uint32_t)wants->items.count;
        *VEC_ADD(&wants->items) =
            (struct want){.kind = WANT_OTHER, .folder = true, .pattern = pattern, .reader = reader};
        return;
    }
    struct str name = path_base(pattern), extension = extension_of(name);
    struct want want = {.pattern = pattern, .dir = path_dir(pattern), .reader = reader};
    if (!has_wildcard(pattern)) {
        want.kind = WANT_PATH;
        want.hash = hash_str(pattern);
    } else if (!has_wildcard(want.dir)) {
        want.kind = WANT_IN_DIR;
        want.hash = hash_str(want.dir);
    } else if (!has_wildcard(name)) {
        want.kind = WANT_NAME;
        want.hash = hash_str(name);
    } else if (extension.len) {
        want.kind = WANT_EXTENSION;
        want.hash = hash_str(extension);
    } else {
        want.kind = WANT_OTHER;
        size_t literal = 0;
        while (literal < name.len && name.data[literal] != '*' && name.data[literal] != '?')
            literal++;
        want.prefix = str_first(name, literal);
        *VEC_ADD(&wants->others) = (uint32_t)wants->items.count;
    }
    wants->kinds[want.kind] = true;
    *VEC_ADD(&wants->items) = want;
}

void wants_add_magic(struct wants *wants, struct str magic, unsigned reader)
{
    *VEC_ADD(&wants->magics) = (struct want_magic){magic, reader};
}

void wants_seal(struct wants *wants)
{
    size_t size = 16;
    while (size < wants->items.count * 4)
        size *= 2;
    wants->mask = size - 1;
    wants->table = mem_zalloc(size, sizeof(wants->table[0]));
    for (uint32_t i = 0; i < wants->items.count; i++) {
        size_t slot = wants->items.items[i].hash & wants->mask;
        if (wants->items.items[i].kind == WANT_OTHER)
            continue;
        while (wants->table[slot])
            slot = (slot + 1) & wants->mask;
        wants->table[slot] = i + 1;
    }
}

void wants_free(struct wants *wants)
{
    VEC_FREE(&wants->items);
    VEC_FREE(&wants->magics);
    VEC_FREE(&wants->others);
    VEC_FREE(&wants->folders);
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

static size_t match_hashed(const struct wants *wants, enum want_kind kind, uint64_t hash,
                           struct str path, size_t dir_len, unsigned *readers, size_t count)
{
    if (!wants->kinds[kind])
        return count;
    for (size_t slot = hash & wants->mask; wants->table[slot]; slot = (slot + 1) & wants->mask) {
        const struct want *want = &wants->items.items[wants->table[slot] - 1];
        if (want->hash != hash || want->kind != kind)
            continue;
        if (kind == WANT_PATH
                ? str_equal(want->pattern, path)
                : (kind != WANT_IN_DIR || str_equal(want->dir, str_first(path, dir_len))) &&
                      str_glob(want->pattern, path))
            count = add_reader(readers, count, want->reader);
    }
    return count;
}

static size_t match_general(const struct wants *wants, struct str path, unsigned *readers,
                            size_t count)
{
    struct str name = path_base(path);
    struct str extension = wants->kinds[WANT_EXTENSION] ? extension_of(name) : STR_NONE;
    if (wants->kinds[WANT_NAME])
        count = match_hashed(wants, WANT_NAME, hash_str(name), path, 0, readers, count);
    if (extension.len)
        count = match_hashed(wants, WANT_EXTENSION, hash_str(extension), path, 0, readers, count);
    for (size_t i = 0; i < wants->others.count; i++) {
        const struct want *want = &wants->items.items[wants->others.items[i]];
        if (str_starts(name, want->prefix) && str_glob(want->pattern, path))
            count = add_reader(readers, count, want->reader);
    }
    return count;
}

size_t wants_match(const struct wants *wants, struct str path, uint64_t path_hash, size_t dir_len,
                   uint64_t dir_hash, unsigned ret_readers[WANTS_MATCHES])
{
    size_t count = match_hashed(wants, WANT_PATH, path_hash, path, dir_len, ret_readers, 0);
    count = match_hashed(wants, WANT_IN_DIR, dir_hash, path, dir_len, ret_readers, count);
    return match_general(wants, path, ret_readers, count);
}

size_t wants_match_general(const struct wants *wants, struct str path,
                           unsigned ret_readers[WANTS_MATCHES])
{
    return match_general(wants, path, ret_readers, 0);
}

size_t wants_match_folder(const struct wants *wants, struct str path,
                          unsigned ret_readers[WANTS_MATCHES])
{
    size_t count = 0;
    for (size_t i = 0; i < wants->folders.count; i++) {
        const struct want *want = &wants->items.items[wants->folders.items[i]];
        if (str_glob(want->pattern, path))
            count = add_reader(ret_readers, count, want->reader);
    }
    return count;
}

size_t wants_match_head(const struct wants *wants, struct str head,
                        unsigned ret_readers[WANTS_MATCHES], size_t count)
{
    for (size_t i = 0; i < wants->magics.count; i++)
        if (str_starts(head, wants->magics.items[i].magic))
            count = add_reader(ret_readers, count, wants->magics.items[i].reader);
    return count;
}
