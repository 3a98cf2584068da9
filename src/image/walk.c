#include "image/walk.h"

#include <stdatomic.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "base/path.h"
#include "image/entries.h"

struct walk {
    struct entries *entries;
    const struct walk_options *options;
    const struct walk_visitor *visitor;
    struct layer_record *record;
    uint32_t order;
    struct buf clean, clean_link;
    struct buf dir; /* folder of the last entry */
    uint64_t dir_hash;
    struct hash_set
        by_magic;   /* paths and readers of files that were wanted for their first bytes */
    bool full;      /* LIMIT_WANTED_FILES was told */
    bool inspected; /* bytes of the current file go to the inspectors, too */
    struct input input;
};

static const struct str WHITEOUT = {".wh.", 4};
static const struct str WHITEOUT_META = {".wh..wh.", 8};
static const struct str WHITEOUT_OPAQUE = {".wh..wh..opq", 12};

static void tell(struct walk *walk, bool incomplete, const struct pl_err *problem)
{
    walk->visitor->problem(walk->visitor->context, incomplete, problem);
}

/* Makes `dir` the current folder: folders on the way that the last entry did not share are implied
 * by this one. */
static void enter_dir(struct walk *walk, struct str dir)
{
    struct str last = buf_str(&walk->dir);
    if (walk->order > 1 && str_equal(last, dir))
        return;
    size_t shared = 0, shortest = last.len < dir.len ? last.len : dir.len;
    while (shared < shortest && last.data[shared] == dir.data[shared])
        shared++;
    if (!walk->options->second_pass) {
        for (size_t end = 1; end <= dir.len; end++) {
            if (end < dir.len && dir.data[end] != '/')
                continue;
            bool known = end < shared || (end == shared && end <= last.len &&
                                          (end == last.len || last.data[end] == '/'));
            if (!known)
                record_add(walk->record, hash_str(str_first(dir, end)), walk->order, ENTRY_IMPLIED,
                           STR_NONE);
        }
    }
    walk->dir.len = 0;
    buf_add(&walk->dir, dir);
    walk->dir_hash = hash_str(dir);
}

static int next_chunk(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct walk *walk = (struct walk *)((char *)input - offsetof(struct walk, input));
    int r = walk->entries->content(walk->entries, ret_chunk, err);
    if (walk->inspected && r == 0 && ret_chunk->len)
        walk->visitor->inspect_bytes(walk->visitor->context, *ret_chunk);
    return r;
}

static void inspect(struct walk *walk, struct str path, enum entry_type type)
{
    const struct tar_entry *entry = walk->entries->entry;
    struct inspect_entry shown = {
        .path = path,
        .link = entry->link,
        .type = type,
        .size = entry->size,
        .mode = entry->mode,
        .uid = entry->uid,
        .gid = entry->gid,
        .special = entry->special,
        .major = entry->major,
        .minor = entry->minor,
        .capability = entry->capability,
        .sparse = entry->sparse,
    };
    walk->inspected =
        walk->visitor->inspect(walk->visitor->context, &shown, walk->order) && type == ENTRY_FILE;
}

/* The bytes that nobody else has read. */
static void inspect_rest(struct walk *walk)
{
    struct pl_err problem;
    struct str chunk;
    int r;
    do
        r = next_chunk(&walk->input, &chunk, &problem);
    while (r == 0 && chunk.len);
    walk->inspected = false;
    walk->visitor->inspect_end(walk->visitor->context, r < 0 ? &problem : NULL);
}

/* False, and told once, when there are too many of them. */
static bool take_file_budget(struct walk *walk)
{
    struct pl_err problem;
    uint64_t left = atomic_fetch_sub(walk->options->file_budget, 1) - 1;
    walk->record->files_taken++;
    if (left <= LIMIT_WANTED_FILES)
        return true;
    if (!walk->full) {
        err_limit(&problem, LIMIT_NAME(LIMIT_WANTED_FILES),
                  "entry %llu: there are more files that tell of packages than "
                  "LIMIT_WANTED_FILES (%llu); the rest was not read",
                  (unsigned long long)walk->entries->number, LIMIT_WANTED_FILES);
        tell(walk, true, &problem);
    }
    walk->full = true;
    return false;
}

static void read_wanted(struct walk *walk, struct str path, uint64_t hash, enum entry_type type,
                        const unsigned *readers, size_t count, size_t by_name)
{
    struct layer_record *record = walk->record;
    struct record_file *files[WANTS_MATCHES];
    size_t fresh = 0, first = record->files.count;
    struct str kept = STR_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct record_file *known =
            walk->options->second_pass
                ? record_file_find_indexed(record, path, readers[i], walk->order)
                : NULL;
        if (known && known->read)
            continue;
        if (i < by_name && !take_file_budget(walk))
            break;
        if (!kept.data)
            kept = by_name ? arena_str(&record->arena, path) : path;
        *VEC_ADD(&record->files) = (struct record_file){
            .path = kept,
            .hash = hash,
            .size = walk->entries->entry->size,
            .order = walk->order,
            .mode = walk->entries->entry->mode,
            .type = type,
            .reader = readers[i],
            .by_magic = i >= by_name,
        };
    }
    for (size_t i = first; i < record->files.count; i++)
        files[fresh++] = &record->files.items[i];
    if (fresh == 0 || (type != ENTRY_FILE && type != ENTRY_DIR))
        return;
    struct pl_err problem;
    walk->input = (struct input){
        .path = kept, .size = walk->entries->entry->size, .next = next_chunk, .fd = -1};
    walk->entries->place(walk->entries, &walk->input);
    if (walk->visitor->file(walk->visitor->context, files, fresh, &walk->input, &problem) < 0) {
        err_prefix(&problem, "%.*s", STR_ARG(path));
        tell(walk, true, &problem);
    }
    record_forget_nothing(record, first);
    for (size_t i = first; i < record->files.count; i++)
        if (record->files.items[i].by_magic)
            hash_set_add(&walk->by_magic, hash_with(hash, record->files.items[i].reader));
    if (by_name)
        return;
    kept = record->files.count > first ? arena_str(&record->arena, path) : kept;
    for (size_t i = first; i < record->files.count; i++)
        record->files.items[i].path = kept;
}

/* In the folder of an engine, and in what it exports of a container, a file that is called like a
 * whiteout is a file: a container cannot hide anything by making one. */
static bool is_whiteout(const struct walk *walk, struct str name)
{
    return str_starts(name, WHITEOUT) && (walk->entries->marked || !walk->options->plain_names);
}

static bool is_dot_name(struct str name)
{
    return name.len == 0 || str_equal(name, STR(".")) || str_equal(name, STR(".."));
}

/* The path that a whiteout takes away. */
static void hidden_path(struct buf *ret, struct str dir, struct str name)
{
    buf_add(ret, dir);
    if (dir.len)
        buf_putc(ret, '/');
    buf_add(ret, str_from(name, WHITEOUT.len));
}

static void take_whiteout(struct walk *walk, struct str path, struct str dir, struct str name)
{
    struct pl_err problem;
    if (str_equal(name, WHITEOUT_OPAQUE)) {
        record_add(walk->record, walk->dir_hash, walk->order, ENTRY_OPAQUE, STR_NONE);
        return;
    }
    if (str_starts(name, WHITEOUT_META))
        return; /* bookkeeping of aufs */
    if (is_dot_name(str_from(name, WHITEOUT.len))) {
        err_set(&problem, PL_E_FORMAT,
                "entry %llu: the whiteout \"%.*s\" names no file and was passed over",
                (unsigned long long)walk->entries->number, STR_ARG(path));
        tell(walk, false, &problem);
        return;
    }
    AUTO_BUF target = {0};
    hidden_path(&target, dir, name);
    record_add(walk->record, hash_str(buf_str(&target)), walk->order, ENTRY_WHITEOUT, STR_NONE);
}

static void tell_odd_name(struct walk *walk, bool outside)
{
    struct pl_err problem;
    struct str raw = str_first(walk->entries->entry->path, 200);
    if (outside)
        err_set(&problem, PL_E_FORMAT,
                "entry %llu: the name \"%.*s\" leads out of the image and was passed over",
                (unsigned long long)walk->entries->number, STR_ARG(raw));
    else
        err_limit(&problem, LIMIT_NAME(LIMIT_PATH),
                  "entry %llu: a name of %zu bytes is longer than LIMIT_PATH (%llu)",
                  (unsigned long long)walk->entries->number, walk->entries->entry->path.len,
                  LIMIT_PATH);
    tell(walk, !outside, &problem);
}

/* In a pass that settles what stands below links. */
static void tell_entry(struct walk *walk, struct str path, struct str dir, struct str name,
                       enum entry_type type)
{
    struct settle_entry entry = {
        .path = path,
        .size = walk->entries->entry->size,
        .order = walk->order,
        .mode = walk->entries->entry->mode,
        .type = type,
    };
    if (!is_whiteout(walk, name)) {
        walk->visitor->entry(walk->visitor->context, &entry);
    } else if (str_equal(name, WHITEOUT_OPAQUE)) {
        entry.path = dir;
        entry.type = ENTRY_OPAQUE;
        walk->visitor->entry(walk->visitor->context, &entry);
    } else if (!str_starts(name, WHITEOUT_META) && !is_dot_name(str_from(name, WHITEOUT.len))) {
        AUTO_BUF target = {0};
        hidden_path(&target, dir, name);
        entry.path = buf_str(&target);
        entry.type = ENTRY_WHITEOUT;
        walk->visitor->entry(walk->visitor->context, &entry);
    }
}

static enum entry_type entry_type_of(enum tar_type type)
{
    switch (type) {
    case TAR_FILE:
        return ENTRY_FILE;
    case TAR_DIR:
        return ENTRY_DIR;
    case TAR_SYMLINK:
        return ENTRY_SYMLINK;
    case TAR_HARDLINK:
        return ENTRY_HARDLINK;
    case TAR_OTHER:
        break;
    }
    return ENTRY_OTHER;
}

/* A file with holes does not begin where its bytes do: its readers look for themselves. */
static size_t match_head(struct walk *walk, unsigned *readers, size_t count)
{
    struct pl_err ignored; /* the next header meets it again */
    struct str head = STR_NONE;
    const struct wants *wants = walk->options->wants;
    if (walk->entries->entry->sparse) {
        for (size_t i = 0; i < wants->magics.count; i++)
            count = wants_match_head(wants, wants->magics.items[i].magic, readers, count);
        return count;
    }
    if (walk->entries->head(walk->entries, &head, &ignored) < 0)
        return count;
    return wants_match_head(wants, head, readers, count);
}

/* Another name of a file that is wanted for its first bytes: it may outlive the first one. */
static size_t match_linked(const struct walk *walk, struct str link, unsigned *readers,
                           size_t count)
{
    uint64_t target = hash_str(link);
    const struct wants *wants = walk->options->wants;
    for (size_t i = 0; i < wants->magics.count && count < WANTS_MATCHES; i++)
        if (hash_set_has(&walk->by_magic, hash_with(target, wants->magics.items[i].reader)))
            readers[count++] = wants->magics.items[i].reader;
    return count;
}

/* What of the entry readers want. `link`: of a hard link. */
static void take_wanted(struct walk *walk, struct str path, struct str dir, uint64_t dir_hash,
                        uint64_t hash, enum entry_type type, struct str link)
{
    const struct tar_entry *entry = walk->entries->entry;
    unsigned readers[WANTS_MATCHES];
    const struct wants *wants = walk->options->wants;
    if (type == ENTRY_DIR && wants->folders.count && !walk->options->second_pass) {
        size_t folders = wants_match_folder(wants, path, readers);
        if (folders)
            read_wanted(walk, path, hash, type, readers, folders, folders);
    }
    if (type == ENTRY_DIR || type == ENTRY_OTHER)
        return;
    size_t count = wants_match(wants, path, hash, dir.len, dir_hash, readers), by_name = count;
    if (type == ENTRY_FILE && wants->magics.count && entry->size)
        count = match_head(walk, readers, count);
    else if (type == ENTRY_HARDLINK && !walk->options->second_pass && walk->by_magic.count)
        by_name = count = match_linked(walk, link, readers, count);
    if (count)
        read_wanted(walk, path, hash, type, readers, count, by_name);
}

static void take_entry(struct walk *walk)
{
    const struct tar_entry *entry = walk->entries->entry;
    bool escapes;
    if (entry->path.len > LIMIT_PATH) {
        tell_odd_name(walk, false);
        return;
    }
    struct str path = path_clean(entry->path, &walk->clean, &escapes);
    if (escapes) {
        tell_odd_name(walk, true);
        return;
    }
    if (path.len == 0)
        return; /* the root itself */
    struct str dir = path_dir(path), name = path_base(path);
    enter_dir(walk, dir);
    bool first_pass = !walk->options->second_pass;
    enum entry_type type = entry_type_of(entry->type);
    if (walk->visitor->entry) {
        tell_entry(walk, path, dir, name, type);
        return;
    }
    if (is_whiteout(walk, name)) {
        if (first_pass)
            take_whiteout(walk, path, dir, name);
        return;
    }
    uint64_t dir_hash = walk->dir_hash;
    const struct record_moved *moved =
        first_pass ? NULL : record_moved_find(walk->record, walk->order);
    if (moved) {
        path = moved->path;
        dir = path_dir(path);
        dir_hash = hash_str(dir);
    }
    uint64_t hash = hash_str(path);
    struct str link = STR_NONE;
    if (first_pass) {
        if (type == ENTRY_HARDLINK)
            link = path_clean(entry->link, &walk->clean_link, &escapes);
        else if (type == ENTRY_SYMLINK)
            link = entry->link.len ? entry->link : STR(".");
        if (link.len > LIMIT_PATH)
            link.len = LIMIT_PATH;
        record_add(walk->record, hash, walk->order, type, link);
    }
    if (first_pass && walk->visitor->inspect)
        inspect(walk, path, type);
    take_wanted(walk, path, dir, dir_hash, hash, type, link);
    if (walk->inspected)
        inspect_rest(walk);
}

/* An entry costs one, and one for each folder that it implies. */
static bool take_entry_budget(const struct walk *walk, size_t before)
{
    uint64_t cost = walk->record->entries.count - before;
    cost += cost == 0;
    walk->record->entries_taken += cost;
    return atomic_fetch_sub(walk->options->entry_budget, cost) - cost <= LIMIT_ENTRIES;
}

static int walk_all(struct walk *walk, struct pl_err *err)
{
    for (;;) {
        int r = walk->entries->next(walk->entries, err);
        if (r <= 0)
            return r;
        size_t before = walk->record->entries.count;
        walk->order++;
        take_entry(walk);
        if (!walk->options->second_pass && !take_entry_budget(walk, before))
            return err_limit(err, LIMIT_NAME(LIMIT_ENTRIES),
                             "the layers have more entries than LIMIT_ENTRIES (%llu)",
                             LIMIT_ENTRIES);
    }
}

int walk_entries(struct entries *entries, const struct walk_options *options,
                 const struct walk_visitor *visitor, struct layer_record *record,
                 struct pl_err *err)
{
    struct walk walk = {
        .entries = entries,
        .options = options,
        .visitor = visitor,
        .record = record,
        .dir_hash = hash_str(STR("")),
    };
    int r = walk_all(&walk, err);
    if (!options->second_pass)
        record_seal(record);
    record_index_files(record);
    buf_free(&walk.clean);
    buf_free(&walk.clean_link);
    buf_free(&walk.dir);
    hash_set_free(&walk.by_magic);
    return r;
}

int walk_tar(struct source *source, const struct walk_options *options,
             const struct walk_visitor *visitor, struct layer_record *record, struct pl_err *err)
{
    struct tar_entries entries;
    tar_entries_init(&entries, source);
    int r = walk_entries(&entries.entries, options, visitor, record, err);
    if (r == 0 && !entries.tar.end_marked)
        r = 1;
    tar_entries_free(&entries);
    return r;
}

int walk_layer_folder(const struct layer_folder *folder, const struct walk_options *options,
                      const struct walk_visitor *visitor, struct layer_record *record,
                      struct pl_err *err)
{
    struct folder_entries entries;
    struct layer_folder with_statuses = *folder;
    with_statuses.statuses = visitor->inspect != NULL;
    folder_entries_init(&entries, &with_statuses, visitor->problem, visitor->context);
    int r = walk_entries(&entries.entries, options, visitor, record, err);
    folder_entries_free(&entries);
    return r;
}
