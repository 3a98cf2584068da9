#include "catalog/npm_tree.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/npm_names.h"

enum { BITS_MAX = 20 };

/* Debian Policy for Node.js modules: visible from everywhere. */
static const char *const shared[] = {"usr/share/nodejs/", "usr/lib/nodejs/"};

static uint64_t hash_of(uint64_t folder, struct str name)
{
    return hash_with(folder, hash_str(name));
}

void npm_tree_add(struct npm_tree *tree, struct str folder, size_t value)
{
    struct str name = npm_name_of_path(folder);
    for (size_t i = 0; i < ARRAY_LEN(shared) && !name.len; i++)
        if (str_starts(folder, str_of(shared[i])))
            name = str_from(folder, strlen(shared[i]));
    if (!name.len || folder.len > LIMIT_PATH)
        return;
    uint64_t parent = hash_str(str_first(folder, folder.len - name.len));
    hash_set_add(&tree->folders, parent);
    *VEC_ADD(&tree->nodes) = (struct npm_node){hash_of(parent, name), value};
}

static int by_hash(const void *a, const void *b)
{
    const struct npm_node *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static size_t bucket_of(const struct npm_tree *tree, uint64_t hash)
{
    return tree->bits ? (size_t)(hash >> (64 - tree->bits)) : 0;
}

void npm_tree_sort(struct npm_tree *tree)
{
    size_t count = tree->nodes.count, bucket = 0;
    if (count == 0)
        return;
    qsort(tree->nodes.items, count, sizeof(struct npm_node), by_hash);
    while (tree->bits < BITS_MAX && (size_t)1 << tree->bits < count)
        tree->bits++;
    size_t buckets = (size_t)1 << tree->bits;
    tree->starts = mem_alloc((buckets + 1) * sizeof(*tree->starts));
    for (size_t i = 0; i < count; i++)
        while (bucket <= bucket_of(tree, tree->nodes.items[i].hash))
            tree->starts[bucket++] = i;
    while (bucket <= buckets)
        tree->starts[bucket++] = count;
}

void npm_tree_free(struct npm_tree *tree)
{
    VEC_FREE(&tree->nodes);
    free(tree->starts);
    hash_set_free(&tree->folders);
}

static void add_level(const struct npm_tree *tree, struct str folder, struct npm_levels *levels)
{
    uint64_t hash = hash_str(folder);
    if (levels->count < NPM_LEVELS_MAX && hash_set_has(&tree->folders, hash))
        levels->folders[levels->count++] = hash;
}

void npm_tree_levels(const struct npm_tree *tree, struct str folder, struct npm_levels *ret_levels)
{
    AUTO_BUF path = {0};
    ret_levels->count = 0;
    /* Twice as many as count: what is in no node_modules folder is not many folders deep. */
    for (int i = 0; i < 2 * NPM_LEVELS_MAX && folder.len && folder.len <= LIMIT_PATH; i++) {
        if (!str_is(path_base(folder), "node_modules")) {
            path.len = 0;
            buf_add(&path, folder);
            buf_puts(&path, "/node_modules/");
            add_level(tree, buf_str(&path), ret_levels);
        }
        folder = path_dir(folder);
    }
    add_level(tree, STR("node_modules/"), ret_levels);
    for (size_t i = 0; i < ARRAY_LEN(shared); i++)
        add_level(tree, str_of(shared[i]), ret_levels);
}

size_t npm_tree_find(const struct npm_tree *tree, const struct npm_levels *levels, struct str name)
{
    for (size_t i = 0; tree->starts && i < levels->count; i++) {
        uint64_t hash = hash_of(levels->folders[i], name);
        size_t bucket = bucket_of(tree, hash);
        size_t low = tree->starts[bucket], high = tree->starts[bucket + 1];
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (tree->nodes.items[middle].hash < hash)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < tree->nodes.count && tree->nodes.items[low].hash == hash)
            return tree->nodes.items[low].value;
    }
    return SIZE_MAX;
}
