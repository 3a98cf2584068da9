#include "image/tree.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "image/path.h"

/* Where a search stands. Of layer `floor` only entries later than `floor_order` are seen, of layers
 * below it none; of layer `top` only entries before `top_order`. */
struct cursor {
    uint32_t floor, floor_order;
};

struct search {
    const struct tree *tree;
    struct arena *arena;
    uint32_t top, top_order;
    unsigned hops;
    struct buf path;            /* of the folder reached */
    VEC(struct cursor) parents; /* cursor of each component of path */
    struct cursor at;
};

/* What is at one path. */
struct hit {
    enum entry_type type;
    uint32_t layer, order;
    struct str link;
    struct cursor inside; /* of a folder: what is seen of it */
};

struct layer_hit {
    const struct record_entry *entry; /* the last that is no implied folder */
    bool implied, whiteout, opaque;
    bool replaced; /* something other than a folder stood here */
    uint32_t replaced_order;
};

static struct layer_hit look_in_layer(const struct search *search, uint32_t layer, uint64_t hash)
{
    struct layer_hit hit = {0};
    const struct record_entry *entry;
    size_t count = record_find(search->tree->layers[layer], hash, &entry);
    for (; count; count--, entry++) {
        if (layer == search->top && entry->order >= search->top_order)
            break;
        if (entry->type == ENTRY_WHITEOUT) {
            hit.whiteout = true;
            continue;
        }
        if (entry->type == ENTRY_OPAQUE) {
            hit.opaque = hit.implied = true;
            continue;
        }
        if (layer == search->at.floor && entry->order <= search->at.floor_order)
            continue;
        if (entry->type == ENTRY_IMPLIED) {
            hit.implied = true;
            continue;
        }
        hit.entry = entry;
        if (entry->type != ENTRY_DIR) {
            hit.replaced = true;
            hit.replaced_order = entry->order;
        }
    }
    return hit;
}

/* Goes down from the top layer to the floor. */
static bool look(const struct search *search, struct str path, struct hit *ret_hit)
{
    uint64_t hash = hash_str(path);
    bool found_dir = false, explicit_dir = false;
    *ret_hit = (struct hit){.inside = search->at};
    for (uint32_t layer = search->top + 1; layer-- > search->at.floor;) {
        struct layer_hit hit = look_in_layer(search, layer, hash);
        bool is_dir = hit.entry ? hit.entry->type == ENTRY_DIR : hit.implied;
        if (hit.entry && !is_dir) {
            /* A folder above hides it, but one that is only implied leaves a link in place. */
            if (found_dir && (explicit_dir || hit.entry->type != ENTRY_SYMLINK)) {
                ret_hit->inside = (struct cursor){layer + 1, 0};
                return true;
            }
            *ret_hit = (struct hit){
                .type = (enum entry_type)hit.entry->type,
                .layer = layer,
                .order = hit.entry->order,
            };
            if (hit.entry->type == ENTRY_SYMLINK || hit.entry->type == ENTRY_HARDLINK)
                ret_hit->link = search->tree->layers[layer]->links.items[hit.entry->link];
            return true;
        }
        if (is_dir) {
            if (!found_dir) {
                ret_hit->type = ENTRY_DIR;
                ret_hit->layer = layer;
                ret_hit->order = hit.entry ? hit.entry->order : 0;
            }
            found_dir = true;
            explicit_dir = explicit_dir || hit.entry || hit.opaque;
            if (hit.replaced) {
                ret_hit->inside = (struct cursor){layer, hit.replaced_order};
                return true;
            }
        }
        if (hit.whiteout || hit.opaque) {
            if (found_dir)
                ret_hit->inside = (struct cursor){layer, 0};
            return found_dir;
        }
    }
    return found_dir;
}

static void start(struct search *search)
{
    /* The root may be opaque: layers below such a one are out of sight. */
    search->path.len = 0;
    search->parents.count = 0;
    search->at = (struct cursor){0, 0};
    uint64_t root = hash_str(STR(""));
    for (uint32_t layer = search->top; layer > 0; layer--)
        if (look_in_layer(search, layer, root).opaque) {
            search->at.floor = layer;
            break;
        }
}

static void leave_dir(struct search *search)
{
    if (search->parents.count == 0)
        return;
    search->at = search->parents.items[--search->parents.count];
    search->path.len = path_dir(buf_str(&search->path)).len;
}

static void enter_dir(struct search *search, struct str name, struct cursor inside)
{
    if (search->path.len)
        buf_putc(&search->path, '/');
    buf_add(&search->path, name);
    *VEC_ADD(&search->parents) = search->at;
    search->at = inside;
}

static struct str child_path(struct search *search, struct buf *scratch, struct str name)
{
    scratch->len = 0;
    buf_add(scratch, buf_str(&search->path));
    if (scratch->len)
        buf_putc(scratch, '/');
    buf_add(scratch, name);
    return buf_str(scratch);
}

static bool walk_path(struct search *search, struct str path, bool follow, unsigned depth,
                      struct tree_node *ret_node);

/* A hard link's file is what its name stood for when the link was made. */
static bool resolve_hardlink(struct search *search, const struct hit *hit, bool follow,
                             unsigned depth, struct tree_node *ret_node)
{
    if (depth >= LIMIT_LINK_HOPS) {
        search->hops = LIMIT_LINK_HOPS + 1;
        return false;
    }
    struct search inner = {
        .tree = search->tree,
        .arena = search->arena,
        .top = hit->layer,
        .top_order = hit->order,
        .hops = search->hops,
    };
    start(&inner);
    bool found = walk_path(&inner, hit->link, follow, depth + 1, ret_node);
    search->hops = inner.hops;
    buf_free(&inner.path);
    VEC_FREE(&inner.parents);
    return found && ret_node->type != ENTRY_DIR;
}

/* Puts a link's target before what is left of the path. */
static bool follow_symlink(struct search *search, struct str target, struct buf *todo,
                           struct str rest)
{
    if (++search->hops > LIMIT_LINK_HOPS || target.len + rest.len > LIMIT_PATH)
        return false;
    struct buf joined = {0};
    buf_add(&joined, target);
    if (rest.data) {
        buf_putc(&joined, '/');
        buf_add(&joined, rest);
    }
    if (target.len && target.data[0] == '/')
        start(search);
    buf_free(todo);
    *todo = joined;
    return true;
}

static bool is_last(struct str rest)
{
    for (size_t i = 0; i < rest.len; i++)
        if (rest.data[i] != '/')
            return false;
    return true;
}

static bool walk_path(struct search *search, struct str path, bool follow, unsigned depth,
                      struct tree_node *ret_node)
{
    AUTO_BUF todo = {0};
    AUTO_BUF scratch = {0};
    buf_add(&todo, path);
    struct str rest = str_make(todo.data ? todo.data : "", todo.len), name;
    struct tree_node dir = {.type = ENTRY_DIR};
    while (str_cut(&rest, '/', &name)) {
        if (name.len == 0 || str_equal(name, STR(".")))
            continue;
        if (str_equal(name, STR(".."))) {
            leave_dir(search);
            continue;
        }
        struct hit hit;
        struct str child = child_path(search, &scratch, name);
        if (!look(search, child, &hit))
            return false;
        bool last = is_last(rest);
        if (hit.type == ENTRY_SYMLINK && (follow || !last)) {
            if (!follow_symlink(search, hit.link, &todo, rest))
                return false;
            rest = buf_str(&todo);
            continue;
        }
        if (hit.type == ENTRY_DIR) {
            enter_dir(search, name, hit.inside);
            dir.layer = hit.layer;
            continue;
        }
        if (!last)
            return false;
        if (hit.type == ENTRY_HARDLINK)
            return resolve_hardlink(search, &hit, follow, depth, ret_node);
        *ret_node = (struct tree_node){
            .type = hit.type,
            .layer = hit.layer,
            .order = hit.order,
            .path = arena_str(search->arena, child),
        };
        return true;
    }
    dir.path = arena_str(search->arena, buf_str(&search->path));
    *ret_node = dir;
    return true;
}

static bool resolve_up_to(const struct tree *tree, struct arena *arena, uint32_t top,
                          uint32_t top_order, struct str path, bool follow,
                          struct tree_node *ret_node)
{
    struct search search = {.tree = tree, .arena = arena, .top = top, .top_order = top_order};
    start(&search);
    *ret_node = (struct tree_node){0};
    bool found = walk_path(&search, path, follow, 0, ret_node);
    ret_node->loop = !found && search.hops > LIMIT_LINK_HOPS;
    buf_free(&search.path);
    VEC_FREE(&search.parents);
    return found;
}

bool tree_resolve_at(const struct tree *tree, struct arena *arena, uint32_t top, struct str path,
                     bool follow, struct tree_node *ret_node)
{
    return resolve_up_to(tree, arena, top, UINT32_MAX, path, follow, ret_node);
}

bool tree_resolve(const struct tree *tree, struct arena *arena, struct str path, bool follow,
                  struct tree_node *ret_node)
{
    return tree->count > 0 &&
           tree_resolve_at(tree, arena, (uint32_t)tree->count - 1, path, follow, ret_node);
}

/* The folder that `dir` is in the image when the layer's entry `order` was made: the part of it
 * that was there has its links followed, the rest is new. */
static struct str settled_dir(const struct tree *tree, struct arena *arena, uint32_t layer,
                              uint32_t order, struct str dir)
{
    struct tree_node node;
    for (struct str there = dir; there.len; there = path_dir(there)) {
        if (!resolve_up_to(tree, arena, layer, order, there, true, &node))
            continue;
        if (node.type != ENTRY_DIR || str_equal(node.path, there))
            return dir;
        struct str rest = str_from(dir, there.len);
        if (node.path.len == 0)
            return str_from(rest, 1);
        return arena_printf(arena, "%.*s%.*s", STR_ARG(node.path), STR_ARG(rest));
    }
    return dir;
}

void tree_settle(struct tree *tree)
{
    struct arena scratch = {0};
    for (uint32_t layer = 0; layer < tree->count; layer++) {
        struct layer_record *record = tree->layers[layer];
        for (size_t i = 0; i < record->files.count; i++) {
            struct record_file *file = &record->files.items[i];
            struct str dir = path_dir(file->path);
            struct str settled = settled_dir(tree, &scratch, layer, file->order, dir);
            if (str_equal(settled, dir))
                continue;
            file->path = arena_printf(&record->arena, "%.*s%s%.*s", STR_ARG(settled),
                                      settled.len ? "/" : "", STR_ARG(path_base(file->path)));
            file->hash = hash_str(file->path);
            record_insert(record, file->hash, file->order, file->type);
            for (struct str up = settled; up.len; up = path_dir(up))
                record_insert(record, hash_str(up), file->order, ENTRY_IMPLIED);
        }
    }
    arena_free(&scratch);
}
