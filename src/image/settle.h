/* Entries that stand below a symbolic link, of their own layer or of a lower one, are at the link's
 * target in the image. Layer records keep only hashes of names, so a layer that may have such
 * entries is walked once more, with its names, and its record is put right entry by entry. */
#pragma once

#include "base/buf.h"
#include "base/hash_set.h"
#include "image/record.h"
#include "image/tree.h"
#include "image/wants.h"

struct settle {
    const struct tree *tree;
    const struct wants *wants;
    uint32_t layer;
    struct arena scratch;          /* of one layer */
    struct hash_set links;         /* paths of all links so far */
    VEC(struct record_file) files; /* that are found to be wanted now */
    size_t next_file;    /* of the record's files: those before it belong to earlier entries */
    struct buf dir;      /* folder of the last entry, as stored */
    struct str real_dir; /* where it is; in scratch */
    bool dir_known, dir_moved;
    uint64_t bytes_left; /* of LIMIT_LINKED_NAMES */
    bool full;           /* it was hit */
};

struct settle_entry {
    struct str path; /* clean; of a whiteout: what it hides; of an opaque mark: its folder */
    struct str link;
    uint64_t size;
    uint32_t order, mode;
    enum entry_type type;
};

void settle_init(struct settle *settle, const struct tree *tree, const struct wants *wants);
void settle_free(struct settle *settle);
/* For each layer, lowest first: true when it has to be walked, every entry going to settle_entry(),
 * and then settle_end(). */
bool settle_begin(struct settle *settle, uint32_t layer);
void settle_entry(struct settle *settle, const struct settle_entry *entry);
void settle_end(struct settle *settle);
/* In the place of a walk: the layer's record is settled already, as it was with `bytes` of
 * LIMIT_LINKED_NAMES. */
void settle_take(struct settle *settle, uint64_t bytes);
