/* The paths that readers want, compiled so that asking for one path costs a look-up or two. */
#pragma once

#include "base/arena.h"
#include "base/vec.h"

enum { WANTS_MATCHES = 16 }; /* readers of one file, at the most */

enum want_kind {
    WANT_PATH,      /* no wildcard: by the hash of the path */
    WANT_IN_DIR,    /* wildcard only in the last component: by the hash of the folder */
    WANT_NAME,      /* last component without a wildcard: by its hash */
    WANT_EXTENSION, /* ends with a literal from its last '.' on: by the hash of that */
    WANT_OTHER,     /* compared with every path */
};

struct want {
    enum want_kind kind;
    bool folder; /* the pattern ended with '/': it wants folders, not files */
    unsigned reader;
    struct str pattern; /* base/str.h: str_glob */
    struct str dir;     /* of IN_DIR */
    struct str prefix;  /* of OTHER: how the last component begins */
    uint64_t hash;
};

/* Files that are wanted for their first bytes, whatever they are called. */
struct want_magic {
    struct str magic;
    unsigned reader;
};

struct wants {
    VEC(struct want) items;
    VEC(struct want_magic) magics;
    VEC(uint32_t) others; /* items of kind OTHER */
    uint32_t *table;      /* open addressing over the hashed items: index + 1, 0 empty */
    size_t mask;
    bool kinds[WANT_OTHER + 1]; /* there are some of this kind */
    VEC(uint32_t) folders;      /* items that want folders */
};

void wants_add(struct wants *wants, struct str pattern, unsigned reader);
void wants_add_magic(struct wants *wants, struct str magic, unsigned reader);
/* Once, behind the last wants_add(). */
void wants_seal(struct wants *wants);
void wants_free(struct wants *wants);
/* True when what a pattern wants can be anywhere, so that all folders have to be gone through. */
bool want_is_general(struct str pattern);
/* Readers that want `path`, whose hash and whose folder's hash (base/hash.h) are known; their
 * count. */
size_t wants_match(const struct wants *wants, struct str path, uint64_t path_hash, size_t dir_len,
                   uint64_t dir_hash, unsigned ret_readers[WANTS_MATCHES]);
/* Readers that want the folder `path`. */
size_t wants_match_folder(const struct wants *wants, struct str path,
                          unsigned ret_readers[WANTS_MATCHES]);
/* The same of the patterns for which want_is_general() holds, and no others. */
size_t wants_match_general(const struct wants *wants, struct str path,
                           unsigned ret_readers[WANTS_MATCHES]);
/* Adds those that want a file that begins with `head` to the `count` there are already. */
size_t wants_match_head(const struct wants *wants, struct str head,
                        unsigned ret_readers[WANTS_MATCHES], size_t count);
