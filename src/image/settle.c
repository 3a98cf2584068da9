#include "image/settle.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/path.h"

void settle_init(struct settle *settle, const struct tree *tree, const struct wants *wants)
{
    *settle = (struct settle){
        .tree = tree,
        .wants = wants,
        .bytes_left = LIMIT_LINKED_NAMES,
    };
}

void settle_free(struct settle *settle)
{
    arena_free(&settle->scratch);
    buf_free(&settle->dir);
    VEC_FREE(&settle->files);
    hash_set_free(&settle->links);
}

/* ---- the paths of links ---- */

static bool is_link(const struct settle *settle, uint64_t hash)
{
    return hash_set_has(&settle->links, hash);
}

static void add_link(struct settle *settle, uint64_t hash)
{
    hash_set_add(&settle->links, hash);
}

static bool leads_elsewhere(enum entry_type type)
{
    return type == ENTRY_SYMLINK ||
           type == ENTRY_HARDLINK; /* a hard link can mean a symbolic one */
}

bool settle_begin(struct settle *settle, uint32_t layer)
{
    const struct layer_record *record = settle->tree->layers[layer];
    settle->layer = layer;
    for (size_t i = 0; i < record->entries.count; i++)
        if (leads_elsewhere((enum entry_type)record->entries.items[i].type))
            add_link(settle, record->entries.items[i].hash);
    if (settle->links.count == 0)
        return false;
    for (size_t i = 0; i < record->entries.count; i++)
        if (record->entries.items[i].type == ENTRY_IMPLIED &&
            is_link(settle, record->entries.items[i].hash)) {
            settle->next_file = 0;
            settle->dir_known = false;
            return true;
        }
    return false;
}

static int by_order(const void *a, const void *b)
{
    const struct record_file *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->reader > y->reader) - (x->reader < y->reader);
}

void settle_end(struct settle *settle)
{
    struct layer_record *record = settle->tree->layers[settle->layer];
    record_merge(record);
    for (size_t i = 0; i < settle->files.count; i++)
        *VEC_ADD(&record->files) = settle->files.items[i];
    if (settle->files.count)
        qsort(record->files.items, record->files.count, sizeof(record->files.items[0]), by_order);
    settle->files.count = 0;
    record->index.count = 0;
    record_index_files(record);
    arena_free(&settle->scratch);
    settle->scratch = (struct arena){0};
}

void settle_take(struct settle *settle, uint64_t bytes)
{
    const struct layer_record *record = settle->tree->layers[settle->layer];
    for (size_t i = 0; i < record->entries.count; i++) {
        const struct record_entry *entry = &record->entries.items[i];
        if (leads_elsewhere((enum entry_type)entry->type))
            add_link(settle, entry->hash);
        if (entry->type != ENTRY_DIR && entry->type != ENTRY_IMPLIED)
            tree_index_note(settle->tree, entry->hash);
    }
    settle->full = settle->bytes_left < bytes;
    settle->bytes_left -= settle->full ? 0 : bytes;
}

/* ---- one entry ---- */

static bool below_a_link(const struct settle *settle, struct str dir)
{
    for (size_t end = 1; end <= dir.len; end++)
        if ((end == dir.len || dir.data[end] == '/') &&
            is_link(settle, hash_str(str_first(dir, end))))
            return true;
    return false;
}

/* Folders that only this entry implied, where it was thought to be: from the first part of its path
 * on that is elsewhere. Those of its real place take their turn. */
static void move_folders(struct settle *settle, struct str dir, uint32_t order)
{
    struct layer_record *record = settle->tree->layers[settle->layer];
    struct str real = settle->real_dir;
    size_t same = 0;
    for (size_t i = 0; i <= dir.len && i <= real.len; i++) {
        bool end = i == dir.len || dir.data[i] == '/',
             real_end = i == real.len || real.data[i] == '/';
        if (end && real_end)
            same = i;
        if (i == dir.len || i == real.len || dir.data[i] != real.data[i])
            break;
    }
    for (struct str up = dir; up.len > same; up = path_dir(up))
        record_drop(record, hash_str(up), order, ENTRY_IMPLIED);
    for (struct str up = real; up.len; up = path_dir(up))
        record_insert(record, &(struct record_entry){hash_str(up), order, ENTRY_IMPLIED, 0});
}

/* Where `dir` is when the entry `order` is made. */
static void find_dir(struct settle *settle, struct str dir, uint32_t order)
{
    if (settle->dir_known && str_equal(buf_str(&settle->dir), dir))
        return;
    settle->dir.len = 0;
    buf_add(&settle->dir, dir);
    settle->dir_known = true;
    settle->dir_moved =
        below_a_link(settle, dir) &&
        tree_place(settle->tree, &settle->scratch, settle->layer, order, dir, &settle->real_dir) &&
        !str_equal(settle->real_dir, dir);
    if (settle->dir_moved)
        move_folders(settle, dir, order);
}

/* False when too much has been kept already. */
static bool take_bytes(struct settle *settle, const struct settle_entry *entry)
{
    struct str real = settle->real_dir;
    uint64_t bytes = 2 * (real.len + entry->path.len) + 256;
    for (size_t i = 0; i < real.len; i++)
        bytes += real.data[i] == '/' ? 2 * sizeof(struct record_entry) : 0; /* implied folders */
    if (settle->bytes_left < bytes)
        settle->full = true;
    else
        settle->bytes_left -= bytes;
    return !settle->full;
}

/* Files that readers wanted by the path that the layer has, and those that they want now. */
static void move_files(struct settle *settle, const struct settle_entry *entry, struct str path,
                       uint64_t hash)
{
    struct layer_record *record = settle->tree->layers[settle->layer];
    unsigned readers[WANTS_MATCHES];
    struct str dir = path_dir(path);
    size_t count = wants_match(settle->wants, path, hash, dir.len, hash_str(dir), readers);
    for (size_t i = settle->next_file; i < record->files.count; i++) {
        struct record_file *file = &record->files.items[i];
        if (file->order != entry->order)
            break;
        file->path = path;
        file->hash = hash;
        for (size_t k = 0; k < count; k++)
            if (readers[k] == file->reader)
                readers[k] = readers[--count];
    }
    for (size_t k = 0; k < count; k++)
        *VEC_ADD(&settle->files) = (struct record_file){
            .path = path,
            .hash = hash,
            .size = entry->size,
            .order = entry->order,
            .mode = entry->mode,
            .type = entry->type,
            .reader = readers[k],
        };
}

static void move_entry(struct settle *settle, const struct settle_entry *entry, struct str path,
                       uint64_t old_hash, uint64_t hash)
{
    struct layer_record *record = settle->tree->layers[settle->layer];
    struct record_entry moved = {.hash = hash, .order = entry->order, .type = entry->type & 15U};
    moved.link = record_drop(record, old_hash, entry->order, entry->type) & 0xfffffff;
    record_insert(record, &moved);
    if (leads_elsewhere(entry->type))
        add_link(settle, hash);
    if (entry->type != ENTRY_DIR)
        tree_index_note(settle->tree, hash);
    if (entry->type == ENTRY_FILE || leads_elsewhere(entry->type)) {
        path = arena_str(&record->arena, path);
        *VEC_ADD(&record->moved) = (struct record_moved){path, entry->order};
        move_files(settle, entry, path, hash);
    }
}

void settle_entry(struct settle *settle, const struct settle_entry *entry)
{
    const struct layer_record *record = settle->tree->layers[settle->layer];
    bool opaque = entry->type == ENTRY_OPAQUE;
    struct str path = entry->path, dir = opaque ? path : path_dir(path);
    while (settle->next_file < record->files.count &&
           record->files.items[settle->next_file].order < entry->order)
        settle->next_file++;
    if (settle->full)
        return;
    find_dir(settle, dir, entry->order);
    uint64_t old_hash = hash_str(path), hash = old_hash;
    if (settle->dir_moved && take_bytes(settle, entry)) {
        struct str real = settle->real_dir;
        path = opaque ? real
                      : arena_printf(&settle->scratch, "%.*s%s%.*s", STR_ARG(real),
                                     real.len ? "/" : "", STR_ARG(path_base(path)));
        hash = hash_str(path);
        move_entry(settle, entry, path, old_hash, hash);
    }
    /* What stands where a link stands or stood can change where folders are. */
    if (opaque || is_link(settle, hash))
        settle->dir_known = false;
}
