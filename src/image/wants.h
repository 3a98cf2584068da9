/* The paths that readers want, compiled so that asking for one path costs a look-up or two. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

enum { WANTS_MATCHES = 8 }; /* readers of one file, at the most */

struct want {
    struct str pattern; /* base/str.h: str_glob */
    struct str dir;     /* literal folder in which only the last component is a pattern */
    uint64_t hash;      /* of the path, or of dir */
    unsigned reader;
};

struct wants {
    VEC(struct want) exact;  /* no wildcard */
    VEC(struct want) in_dir; /* wildcard only in the last component */
    VEC(struct want) other;
    uint32_t *table; /* open addressing over exact and in_dir: index + 1, 0 empty */
    size_t mask;
};

void wants_add(struct wants *wants, struct str pattern, unsigned reader);
/* Once, behind the last wants_add(). */
void wants_seal(struct wants *wants);
void wants_free(struct wants *wants);
/* Readers that want `path`, whose hash and whose folder's hash (base/hash.h) are known; their
 * count. */
size_t wants_match(const struct wants *wants, struct str path, uint64_t path_hash, size_t dir_len,
                   uint64_t dir_hash, unsigned ret_readers[WANTS_MATCHES]);
