#include "image/record_pack.h"

#include "base/hash.h"

enum { ENTRY_BYTES = 16 };

static bool is_link(unsigned type)
{
    return type == ENTRY_SYMLINK || type == ENTRY_HARDLINK;
}

/* Entries are as long packed as in memory: their hashes leave nothing to save, and so they are
 * copied as fast as they can be read. */
static void pack_entries(const struct layer_record *record, struct buf *buf)
{
    pack_number(buf, record->entries.count);
    for (size_t i = 0; i < record->entries.count; i++) {
        const struct record_entry *entry = &record->entries.items[i];
        pack_hash(buf, entry->hash);
        pack_hash(buf, (uint64_t)entry->order | (uint64_t)entry->link << 32 |
                           (uint64_t)entry->type << 60);
    }
}

static void unpack_entries(struct unpack *unpack, struct layer_record *record)
{
    size_t count = unpack_count(unpack, ENTRY_BYTES);
    if (count == 0)
        return;
    struct record_entry *entries = mem_alloc(count * sizeof(*entries));
    record->entries.items = entries;
    record->entries.count = record->entries.capacity = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = unpack_hash(unpack), rest = unpack_hash(unpack);
        uint32_t link = (uint32_t)(rest >> 32);
        entries[i] = (struct record_entry){.hash = hash, .order = (uint32_t)rest};
        unsigned type = (unsigned)(rest >> 60);
        entries[i].type = type & 15U;
        entries[i].link = link & 0xfffffff;
        /* Look-ups rely on the order. */
        bool ordered = i == 0 || entries[i - 1].hash < hash ||
                       (entries[i - 1].hash == hash && entries[i - 1].order <= entries[i].order);
        if (!ordered || entries[i].type > ENTRY_GONE)
            unpack->wrong = true;
    }
}

/* Links of entries lead into the list of links, which stands behind them. */
static void check_links(struct unpack *unpack, const struct layer_record *record)
{
    for (size_t i = 0; i < record->entries.count; i++) {
        const struct record_entry *entry = &record->entries.items[i];
        if (is_link(entry->type) ? entry->link >= record->links.count
                                 : entry->link && entry->link >= record->links.count)
            unpack->wrong = true;
    }
}

static void pack_links(const struct layer_record *record, struct buf *buf)
{
    pack_number(buf, record->links.count);
    for (size_t i = 0; i < record->links.count; i++)
        pack_text(buf, record->links.items[i]);
    pack_number(buf, record->moved.count);
    for (size_t i = 0; i < record->moved.count; i++) {
        pack_text(buf, record->moved.items[i].path);
        pack_number(buf, record->moved.items[i].order);
    }
}

static struct str copy_text(struct unpack *unpack, struct arena *arena)
{
    return arena_str(arena, unpack_text(unpack));
}

static void unpack_links(struct unpack *unpack, struct layer_record *record)
{
    size_t links = unpack_count(unpack, 1);
    for (size_t i = 0; i < links && !unpack->wrong; i++)
        *VEC_ADD(&record->links) = copy_text(unpack, &record->arena);
    size_t moved = unpack_count(unpack, 2);
    for (size_t i = 0; i < moved && !unpack->wrong; i++) {
        struct str path = copy_text(unpack, &record->arena);
        uint32_t order = (uint32_t)unpack_below(unpack, UINT32_MAX);
        if (i && order < record->moved.items[i - 1].order)
            unpack->wrong = true;
        *VEC_ADD(&record->moved) = (struct record_moved){path, order};
    }
}

enum { FILE_READ = 1, FILE_BY_MAGIC = 2, FILE_FLAGS = 4 };

static void pack_files(const struct layer_record *record, struct buf *buf)
{
    pack_number(buf, record->files.count);
    for (size_t i = 0; i < record->files.count; i++) {
        const struct record_file *file = &record->files.items[i];
        /* Several readers of one file share its path. */
        bool same = i && str_equal(record->files.items[i - 1].path, file->path);
        pack_number(buf, same);
        if (!same)
            pack_text(buf, file->path);
        pack_number(buf, file->size);
        pack_number(buf, file->order);
        pack_number(buf, file->mode);
        pack_number(buf, file->type);
        pack_number(buf, file->reader);
        pack_number(buf, (file->read ? FILE_READ : 0) | (file->by_magic ? FILE_BY_MAGIC : 0));
    }
}

static void unpack_files(struct unpack *unpack, struct layer_record *record)
{
    size_t count = unpack_count(unpack, 7);
    struct str path = STR("");
    uint64_t hash = hash_str(path);
    for (size_t i = 0; i < count && !unpack->wrong; i++) {
        if (!unpack_below(unpack, 2)) {
            path = copy_text(unpack, &record->arena);
            hash = hash_str(path);
        }
        struct record_file file = {
            .path = path,
            .hash = hash,
            .size = unpack_number(unpack),
            .order = (uint32_t)unpack_below(unpack, UINT32_MAX),
            .mode = (uint32_t)unpack_below(unpack, UINT32_MAX),
            .type = (enum entry_type)unpack_below(unpack, ENTRY_GONE + 1),
            .reader = (unsigned)unpack_below(unpack, UINT32_MAX),
        };
        uint64_t flags = unpack_below(unpack, FILE_FLAGS);
        file.read = flags & FILE_READ;
        file.by_magic = flags & FILE_BY_MAGIC;
        *VEC_ADD(&record->files) = file;
    }
}

void record_pack(const struct layer_record *record, struct buf *buf)
{
    buf_reserve(buf, record->entries.count * ENTRY_BYTES + 64);
    pack_entries(record, buf);
    pack_links(record, buf);
    pack_files(record, buf);
    pack_number(buf, record->entries_taken);
    pack_number(buf, record->files_taken);
}

void record_unpack(struct unpack *unpack, struct layer_record *record)
{
    unpack_entries(unpack, record);
    unpack_links(unpack, record);
    check_links(unpack, record);
    unpack_files(unpack, record);
    record->entries_taken = unpack_number(unpack);
    record->files_taken = unpack_number(unpack);
    record->sealed = true;
    record_index_files(record);
}
