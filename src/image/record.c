#include "image/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

void record_free(struct layer_record *record)
{
    arena_free(&record->arena);
    VEC_FREE(&record->entries);
    VEC_FREE(&record->inserted);
    VEC_FREE(&record->links);
    VEC_FREE(&record->moved);
    VEC_FREE(&record->files);
    VEC_FREE(&record->index);
}

void record_add(struct layer_record *record, uint64_t hash, uint32_t order, enum entry_type type,
                struct str link)
{
    uint32_t index = 0;
    if (link.data) {
        index = (uint32_t)record->links.count & 0xfffffff;
        *VEC_ADD(&record->links) = arena_str(&record->arena, link);
    }
    *VEC_ADD(&record->entries) = (struct record_entry){hash, order, type & 15, index & 0xfffffff};
}

static int by_hash(const void *a, const void *b)
{
    const struct record_entry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

enum { RADIX_BITS = 12, RADIX_SIZE = 1 << RADIX_BITS };

/* Entries come in their order; one stable pass over the top bits leaves buckets of a few dozen. */
static void sort_entries(struct record_entry *entries, size_t count)
{
    if (count < 2)
        return;
    if (count < 512) {
        qsort(entries, count, sizeof(*entries), by_hash);
        return;
    }
    struct record_entry *sorted = mem_alloc(count * sizeof(*sorted));
    size_t *start = mem_zalloc(RADIX_SIZE + 1, sizeof(*start));
    for (size_t i = 0; i < count; i++)
        start[(entries[i].hash >> (64 - RADIX_BITS)) + 1]++;
    for (size_t i = 0; i < RADIX_SIZE; i++)
        start[i + 1] += start[i];
    for (size_t i = 0; i < count; i++)
        sorted[start[entries[i].hash >> (64 - RADIX_BITS)]++] = entries[i];
    memcpy(entries, sorted, count * sizeof(*entries));
    free(sorted);
    /* start[b] now ends bucket b. */
    for (size_t b = 0, from = 0; b < RADIX_SIZE; from = start[b++]) {
        size_t size = start[b] - from;
        if (size > 64) {
            qsort(entries + from, size, sizeof(*entries), by_hash);
            continue;
        }
        for (size_t i = from + 1; i < start[b]; i++) {
            struct record_entry entry = entries[i];
            size_t j = i;
            for (; j > from && by_hash(&entries[j - 1], &entry) > 0; j--)
                entries[j] = entries[j - 1];
            entries[j] = entry;
        }
    }
    free(start);
}

void record_seal(struct layer_record *record)
{
    sort_entries(record->entries.items, record->entries.count);
    record->sealed = true;
}

static size_t lower_bound(const struct record_entry *items, size_t count, uint64_t hash,
                          uint32_t order)
{
    size_t low = 0, high = count;
    struct record_entry key = {.hash = hash, .order = order};
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_hash(&items[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* First and last of the entries with this hash. */
static void range(const struct record_entry *items, size_t total, uint64_t hash,
                  const struct record_entry **ret_first, const struct record_entry **ret_end)
{
    size_t at = lower_bound(items, total, hash, 0), count = 0;
    while (at + count < total && items[at + count].hash == hash)
        count++;
    *ret_first = count ? &items[at] : NULL;
    *ret_end = count ? &items[at] + count : NULL;
}

size_t record_find(const struct layer_record *record, uint64_t hash,
                   const struct record_entry **ret_first)
{
    const struct record_entry *end;
    range(record->entries.items, record->entries.count, hash, ret_first, &end);
    return *ret_first ? (size_t)(end - *ret_first) : 0;
}

void record_seek(const struct layer_record *record, uint64_t hash, struct record_cursor *ret_cursor)
{
    range(record->entries.items, record->entries.count, hash, &ret_cursor->sealed,
          &ret_cursor->sealed_end);
    range(record->inserted.items, record->inserted.count, hash, &ret_cursor->inserted,
          &ret_cursor->inserted_end);
}

const struct record_entry *record_next(struct record_cursor *cursor)
{
    bool sealed = cursor->sealed != cursor->sealed_end;
    bool inserted = cursor->inserted != cursor->inserted_end;
    if (sealed && (!inserted || cursor->sealed->order <= cursor->inserted->order))
        return cursor->sealed++;
    return inserted ? cursor->inserted++ : NULL;
}

enum { INSERTED_MAX = 4096 };

void record_insert(struct layer_record *record, const struct record_entry *entry)
{
    if (record->inserted.count >= INSERTED_MAX)
        record_merge(record);
    size_t at =
        lower_bound(record->inserted.items, record->inserted.count, entry->hash, entry->order);
    while (at < record->inserted.count && by_hash(&record->inserted.items[at], entry) == 0)
        at++;
    (void)VEC_ADD(&record->inserted);
    struct record_entry *items = record->inserted.items;
    memmove(items + at + 1, items + at, (record->inserted.count - 1 - at) * sizeof(*items));
    items[at] = *entry;
}

void record_merge(struct layer_record *record)
{
    size_t sealed = record->entries.count, more = record->inserted.count;
    for (size_t i = 0; i < more; i++)
        (void)VEC_ADD(&record->entries);
    struct record_entry *items = record->entries.items;
    const struct record_entry *inserted = record->inserted.items;
    for (size_t to = sealed + more; more; to--) {
        bool from_sealed = sealed && by_hash(&items[sealed - 1], &inserted[more - 1]) > 0;
        items[to - 1] = from_sealed ? items[--sealed] : inserted[--more];
    }
    record->inserted.count = 0;
}

uint32_t record_drop(struct layer_record *record, uint64_t hash, uint32_t order,
                     enum entry_type type)
{
    struct record_entry *items = record->entries.items;
    size_t at = lower_bound(items, record->entries.count, hash, order);
    for (; at < record->entries.count && items[at].hash == hash && items[at].order == order; at++)
        if (items[at].type == type) {
            items[at].type = ENTRY_GONE;
            return items[at].link;
        }
    return 0;
}

const struct record_moved *record_moved_find(const struct layer_record *record, uint32_t order)
{
    size_t low = 0, high = record->moved.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (record->moved.items[middle].order < order)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < record->moved.count && record->moved.items[low].order == order;
    return found ? &record->moved.items[low] : NULL;
}

static int by_file_hash(const void *a, const void *b)
{
    const struct record_index *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->file > y->file) - (x->file < y->file);
}

void record_index_files(struct layer_record *record)
{
    if (record->index.count == record->files.count)
        return;
    record->index.count = 0;
    for (uint32_t i = 0; i < record->files.count; i++)
        *VEC_ADD(&record->index) = (struct record_index){record->files.items[i].hash, i};
    qsort(record->index.items, record->index.count, sizeof(record->index.items[0]), by_file_hash);
}

#define ANY_ORDER UINT32_MAX

static bool is_file(const struct record_file *file, struct str path, unsigned reader,
                    uint32_t order)
{
    return file->reader == reader && (order == ANY_ORDER || file->order == order) &&
           str_equal(file->path, path);
}

struct record_file *record_file_find_indexed(const struct layer_record *record, struct str path,
                                             unsigned reader, uint32_t order)
{
    uint64_t hash = hash_str(path);
    size_t low = 0, high = record->index.count;
    while (low < high) { /* behind the last one with this hash */
        size_t middle = low + (high - low) / 2;
        if (record->index.items[middle].hash <= hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low > 0 && record->index.items[low - 1].hash == hash; low--) {
        struct record_file *file = &record->files.items[record->index.items[low - 1].file];
        if (is_file(file, path, reader, order))
            return file;
    }
    return NULL;
}

struct record_file *record_file_find_at(const struct layer_record *record, struct str path,
                                        unsigned reader, uint32_t order)
{
    for (size_t i = record->files.count; i > record->index.count; i--)
        if (is_file(&record->files.items[i - 1], path, reader, order))
            return &record->files.items[i - 1];
    return record_file_find_indexed(record, path, reader, order);
}

struct record_file *record_file_find(const struct layer_record *record, struct str path,
                                     unsigned reader)
{
    return record_file_find_at(record, path, reader, ANY_ORDER);
}

void record_forget_nothing(struct layer_record *record, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < record->files.count; i++)
        if (!record->files.items[i].nothing)
            record->files.items[kept++] = record->files.items[i];
    record->files.count = kept;
}
