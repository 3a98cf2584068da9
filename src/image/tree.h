/* The image as its layers make it when they lie over one another: paths are resolved by the
 * whiteout rules of OCI image-spec layer.md, links are followed inside the root only. */
#pragma once

#include "image/record.h"

struct tree {
    struct layer_record **layers; /* lowest first */
    size_t count;
    struct tree_index *index; /* NULL: none; answers are the same, but cost more with many layers */
};

/* Of sealed records. */
void tree_index(struct tree *tree);
void tree_index_free(struct tree *tree);
/* Something other than a folder was put at a path with this hash. */
void tree_index_note(const struct tree *tree, uint64_t hash);

struct tree_node {
    enum entry_type type; /* FILE, DIR or OTHER; SYMLINK only when it was not to be followed */
    uint32_t layer;       /* that holds the content */
    uint32_t order;       /* of its entry there */
    struct str path;      /* clean path of the content in that layer; in the arena */
    struct str link;      /* target of a symbolic link */
    bool loop; /* with a false result: links go round, or are more than LIMIT_LINK_HOPS */
};

/* True when `path` is there. Symbolic links on the way are always followed, the last one with
 * `follow`. Otherwise false, and ret_node->loop tells whether links were the reason. */
bool tree_resolve(const struct tree *tree, struct arena *arena, struct str path, bool follow,
                  struct tree_node *ret_node);

/* The same, as the image was when layer `top` was its uppermost. */
bool tree_resolve_at(const struct tree *tree, struct arena *arena, uint32_t top, struct str path,
                     bool follow, struct tree_node *ret_node);

/* The folder that `dir` is when the entry `order` of `layer` is made: the part of it that is there
 * has its links followed, the rest is new. False when something that is no folder is in the way. */
bool tree_place(const struct tree *tree, struct arena *arena, uint32_t layer, uint32_t order,
                struct str dir, struct str *ret_dir);
