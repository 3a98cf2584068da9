/* Folders of npm packages in one another, and which of them a package gets when it asks for a name:
 * Node.js' documentation, "Modules: loading from node_modules folders". */
#pragma once

#include "base/hash_set.h"
#include "base/str.h"
#include "base/vec.h"

struct npm_node {
    uint64_t hash; /* of its folder and name */
    size_t value;
};

/* A zeroed struct is an empty tree. */
struct npm_tree {
    VEC(struct npm_node) nodes;
    unsigned bits; /* of the hashes, the uppermost: where each value of them begins in `nodes` */
    size_t *starts;
    struct hash_set folders; /* those called node_modules that something is in */
};

/* Folders that are looked through, the nearest first. */
enum { NPM_LEVELS_MAX = 32 };
struct npm_levels {
    uint64_t folders[NPM_LEVELS_MAX];
    size_t count;
};

/* A package's folder ("node_modules/a", "app/node_modules/@s/b", "usr/share/nodejs/c"); others are
 * passed over. */
void npm_tree_add(struct npm_tree *tree, struct str folder, size_t value);
/* Once, when all is added. */
void npm_tree_sort(struct npm_tree *tree);
void npm_tree_free(struct npm_tree *tree);
/* What a package in this folder looks through. */
void npm_tree_levels(const struct npm_tree *tree, struct str folder, struct npm_levels *ret_levels);
/* The value of the package that `name` means there; SIZE_MAX: there is none. */
size_t npm_tree_find(const struct npm_tree *tree, const struct npm_levels *levels, struct str name);
