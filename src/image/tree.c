#include "image/tree.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"

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
    bool makes_folders;         /* what is not there is taken for a new folder */
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

/* What keeps a search from going through all layers for each folder on its way. */
enum { MEMO_SLOTS = 1024, BITS_MIN = 1 << 16, BITS_MAX = 1 << 27 };
struct memo {
    uint64_t hash; /* of a folder's path */
    uint32_t top;
    struct cursor at;
    bool used;
    struct hit hit;
};
struct tree_index {
    /* A bit is set where some layer has something other than a folder: a folder whose bit is not
     * set is the same all the way down. */
    uint64_t *bits;
    uint64_t mask;
    struct memo memo[MEMO_SLOTS]; /* of searches through whole layers */
};

void tree_index_note(const struct tree *tree, uint64_t hash)
{
    if (tree->index)
        tree->index->bits[(hash & tree->index->mask) / 64] |= 1ULL << (hash & 63);
}

static bool is_folder_alone(const struct tree *tree, uint64_t hash)
{
    const struct tree_index *index = tree->index;
    return index && !(index->bits[(hash & index->mask) / 64] >> (hash & 63) & 1);
}

void tree_index(struct tree *tree)
{
    size_t entries = 0;
    uint64_t bits = BITS_MIN;
    for (size_t layer = 0; layer < tree->count; layer++)
        entries += tree->layers[layer]->entries.count;
    while (bits < entries * 16 && bits < BITS_MAX)
        bits *= 2;
    tree->index = mem_zalloc(1, sizeof(*tree->index));
    tree->index->bits = mem_zalloc(bits / 64, sizeof(uint64_t));
    tree->index->mask = bits - 1;
    for (size_t layer = 0; layer < tree->count; layer++) {
        const struct layer_record *record = tree->layers[layer];
        for (size_t i = 0; i < record->entries.count; i++) {
            const struct record_entry *entry = &record->entries.items[i];
            if (entry->type != ENTRY_DIR && entry->type != ENTRY_IMPLIED)
                tree_index_note(tree, entry->hash);
        }
    }
}

void tree_index_free(struct tree *tree)
{
    if (tree->index)
        free(tree->index->bits);
    free(tree->index);
    tree->index = NULL;
}

struct layer_hit {
    const struct record_entry *entry; /* the last that is no implied folder */
    bool implied, whiteout, opaque;
    bool replaced; /* something other than a folder stood here */
    uint32_t replaced_order;
};

static struct layer_hit look_in_layer(const struct search *search, uint32_t layer, uint64_t hash)
{
    struct layer_hit hit = {0};
    struct record_cursor cursor;
    record_seek(search->tree->layers[layer], hash, &cursor);
    for (const struct record_entry *entry; (entry = record_next(&cursor));) {
        if (layer == search->top && entry->order >= search->top_order)
            break;
        if (entry->type == ENTRY_GONE)
            continue;
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
static bool look_down(const struct search *search, uint64_t hash, struct hit *ret_hit)
{
    bool same = is_folder_alone(search->tree, hash);
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
            if (same)
                return true;
        }
        if (hit.whiteout || hit.opaque) {
            if (found_dir)
                ret_hit->inside = (struct cursor){layer, 0};
            return found_dir;
        }
    }
    return found_dir;
}

static bool look(const struct search *search, struct str path, struct hit *ret_hit)
{
    uint64_t hash = hash_str(path);
    if (!search->tree->index || search->top_order != UINT32_MAX)
        return look_down(search, hash, ret_hit);
    struct memo *memo = &search->tree->index->memo[(hash ^ search->at.floor) % MEMO_SLOTS];
    if (memo->used && memo->hash == hash && memo->top == search->top &&
        memo->at.floor == search->at.floor && memo->at.floor_order == search->at.floor_order) {
        *ret_hit = memo->hit;
        return true;
    }
    if (!look_down(search, hash, ret_hit))
        return false;
    if (ret_hit->type == ENTRY_DIR)
        *memo = (struct memo){hash, search->top, search->at, true, *ret_hit};
    return true;
}

static void start(struct search *search)
{
    /* The root may be opaque: layers below such a one are out of sight. */
    search->path.len = 0;
    search->parents.count = 0;
    search->at = (struct cursor){0, 0};
    uint64_t root = hash_str(STR(""));
    if (is_folder_alone(search->tree, root))
        return;
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

/* A hard link is what its name stood for when it was made: a file, a device, or a symbolic link,
 * which then leads on from the hard link's own place. */
static bool resolve_hardlink(const struct search *search, const struct hit *hit, unsigned depth,
                             struct search *ret_inner, struct tree_node *ret_node)
{
    *ret_inner = (struct search){
        .tree = search->tree,
        .arena = search->arena,
        .top = hit->layer,
        .top_order = hit->order,
        .hops = depth >= LIMIT_LINK_HOPS ? LIMIT_LINK_HOPS + 1 : search->hops,
    };
    if (ret_inner->hops > LIMIT_LINK_HOPS)
        return false;
    start(ret_inner);
    bool found = walk_path(ret_inner, hit->link, false, depth + 1, ret_node);
    buf_free(&ret_inner->path);
    VEC_FREE(&ret_inner->parents);
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
        if (!look(search, child, &hit)) {
            if (!search->makes_folders)
                return false;
            enter_dir(search, name, (struct cursor){search->top + 1, 0});
            continue;
        }
        bool last = is_last(rest);
        struct tree_node node = {.type = hit.type, .layer = hit.layer, .order = hit.order};
        if (hit.type == ENTRY_HARDLINK) {
            struct search inner;
            bool found = resolve_hardlink(search, &hit, depth, &inner, &node);
            search->hops = inner.hops;
            if (!found)
                return false;
            hit.type = node.type;
            hit.link = node.link;
        } else if (hit.type != ENTRY_DIR) {
            node.path = arena_str(search->arena, child);
            node.link = hit.link;
        }
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
        if (!last || (rest.data && search->hops))
            return false; /* a link's "file/" leads nowhere */
        *ret_node = node;
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

bool tree_place(const struct tree *tree, struct arena *arena, uint32_t layer, uint32_t order,
                struct str dir, struct str *ret_dir)
{
    struct search search = {
        .tree = tree,
        .arena = arena,
        .top = layer,
        .top_order = order,
        .makes_folders = true,
    };
    struct tree_node node = {0};
    start(&search);
    bool found = walk_path(&search, dir, true, 0, &node) && node.type == ENTRY_DIR;
    buf_free(&search.path);
    VEC_FREE(&search.parents);
    *ret_dir = node.path;
    return found;
}
