#include "image/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

void record_free(struct layer_record *record)
{
    arena_free(&record->arena);
    VEC_FREE(&record->entries);
    VEC_FREE(&record->links);
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

static size_t lower_bound(const struct layer_record *record, uint64_t hash)
{
    size_t low = 0, high = record->entries.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (record->entries.items[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t record_find(const struct layer_record *record, uint64_t hash,
                   const struct record_entry **ret_first)
{
    size_t at = lower_bound(record, hash), count = 0;
    while (at + count < record->entries.count && record->entries.items[at + count].hash == hash)
        count++;
    *ret_first = count ? &record->entries.items[at] : NULL;
    return count;
}

void record_insert(struct layer_record *record, uint64_t hash, uint32_t order, enum entry_type type)
{
    struct record_entry entry = {hash, order, type & 15, 0};
    size_t at = lower_bound(record, hash);
    while (at < record->entries.count && by_hash(&record->entries.items[at], &entry) <= 0)
        at++;
    (void)VEC_ADD(&record->entries);
    struct record_entry *items = record->entries.items;
    memmove(items + at + 1, items + at, (record->entries.count - 1 - at) * sizeof(*items));
    items[at] = entry;
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

static bool is_file(const struct record_file *file, struct str path, unsigned reader)
{
    return file->reader == reader && str_equal(file->path, path);
}

struct record_file *record_file_find_indexed(const struct layer_record *record, struct str path,
                                             unsigned reader)
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
        if (is_file(file, path, reader))
            return file;
    }
    return NULL;
}

struct record_file *record_file_find(const struct layer_record *record, struct str path,
                                     unsigned reader)
{
    for (size_t i = record->files.count; i > record->index.count; i--)
        if (is_file(&record->files.items[i - 1], path, reader))
            return &record->files.items[i - 1];
    return record_file_find_indexed(record, path, reader);
}
