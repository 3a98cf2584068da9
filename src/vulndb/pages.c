#include "vulndb/pages.h"

/* lmdb.h and mdb.c of liblmdb 0.9: struct MDB_meta, MDB_db, MDB_page and MDB_node on a 64-bit
 * little-endian machine. */
enum {
    PAGE_HEADER = 16,
    PAGE_FLAGS = 10,
    PAGE_LOWER = 12,
    PAGE_OVERFLOW_COUNT = 12,
    NODE_HEADER = 8,
    FLAG_BRANCH = 0x01,
    FLAG_LEAF = 0x02,
    FLAG_OVERFLOW = 0x04,
    FLAG_META = 0x08,
    NODE_BIG = 0x01,  /* the value stands on pages of its own */
    NODE_OTHER = 0x06 /* a database inside, duplicates: not ours */
};
enum { META_MAGIC = 16, META_VERSION = 20, META_FREE_DB = 40, META_MAIN_DB = 88 };
enum { META_LAST_PAGE = 136, META_TXN = 144, META_END = 152 };
enum { DB_PAD = 0, DB_FLAGS = 4, DB_DEPTH = 6, DB_ENTRIES = 32, DB_ROOT = 40 };
static const uint32_t magic = 0xBEEFC0DE;
#define NO_PAGE UINT64_MAX

/* A tree of this depth would hold more keys than there are bytes. */
enum { DEPTH_MAX = 32 };

static uint16_t get16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const unsigned char *at)
{
    return (uint32_t)get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const unsigned char *at)
{
    return (uint64_t)get32(at) | (uint64_t)get32(at + 4) << 32;
}

static const unsigned char *meta_at(const unsigned char *map, uint64_t size, uint64_t offset)
{
    if (offset + META_END > size)
        return NULL;
    const unsigned char *meta = map + offset;
    return (get16(meta + PAGE_FLAGS) & FLAG_META) && get32(meta + META_MAGIC) == magic ? meta
                                                                                       : NULL;
}

int pages_open(const unsigned char *map, uint64_t size, struct pages *ret_pages, struct pl_err *err)
{
    const unsigned char *meta = meta_at(map, size, 0);
    if (!meta)
        return err_set(err, PL_E_DATABASE, "it is no database file");
    if (get32(meta + META_VERSION) != 1)
        return err_set(err, PL_E_DATABASE, "its file format is not known");
    uint32_t page_size = get32(meta + META_FREE_DB + DB_PAD);
    if (page_size < 512 || page_size > 65536 || (page_size & (page_size - 1)))
        return err_set(err, PL_E_DATABASE, "its page size is impossible");
    const unsigned char *other = meta_at(map, size, page_size);
    if (other && get64(other + META_TXN) > get64(meta + META_TXN))
        meta = other;

    struct pages pages = {map, size, page_size, 0, 0, 0};
    uint64_t last = get64(meta + META_LAST_PAGE);
    if (last >= size / page_size)
        return err_set(err, PL_E_DATABASE, "it is cut off: its end is missing");
    pages.page_count = last + 1;
    pages.root = get64(meta + META_MAIN_DB + DB_ROOT);
    pages.entries = get64(meta + META_MAIN_DB + DB_ENTRIES);
    if (get16(meta + META_MAIN_DB + DB_FLAGS) != 0)
        return err_set(err, PL_E_DATABASE, "it is not one that plimsoll wrote");
    *ret_pages = pages;
    return 0;
}

static const unsigned char *page_at(const struct pages *pages, uint64_t number)
{
    if (number >= pages->page_count)
        return NULL;
    return pages->map + number * pages->page_size;
}

/* Entries of a branch or leaf page; -1: damaged. */
static int entry_count(const struct pages *pages, const unsigned char *page)
{
    uint32_t lower = get16(page + PAGE_LOWER);
    if (lower < PAGE_HEADER || lower > pages->page_size || lower % 2)
        return -1;
    return (int)((lower - PAGE_HEADER) / 2);
}

/* The node of an entry, its header and key inside the page; NULL: damaged. */
static const unsigned char *node_at(const struct pages *pages, const unsigned char *page, int index,
                                    struct str *ret_key)
{
    uint32_t offset = get16(page + PAGE_HEADER + 2 * index);
    if (offset < PAGE_HEADER || offset + NODE_HEADER > pages->page_size)
        return NULL;
    const unsigned char *node = page + offset;
    uint32_t key_size = get16(node + 6);
    if (offset + NODE_HEADER + key_size > pages->page_size)
        return NULL;
    *ret_key = str_make((const char *)node + NODE_HEADER, key_size);
    return node;
}

static uint64_t branch_child(const unsigned char *node)
{
    return (uint64_t)get32(node) | (uint64_t)get16(node + 4) << 32;
}

static bool leaf_value(const struct pages *pages, const unsigned char *page,
                       const unsigned char *node, struct str key, struct str *ret_value)
{
    uint64_t size = get32(node);
    uint16_t flags = get16(node + 4);
    const unsigned char *value = node + NODE_HEADER + key.len;
    uint64_t room = (uint64_t)(page + pages->page_size - value);
    if (flags & NODE_OTHER)
        return false;
    if (!(flags & NODE_BIG)) {
        *ret_value = str_make((const char *)value, size);
        return size <= room;
    }
    if (room < 8)
        return false;
    uint64_t number = get64(value);
    const unsigned char *first = page_at(pages, number);
    if (!first || !(get16(first + PAGE_FLAGS) & FLAG_OVERFLOW))
        return false;
    uint64_t count = get32(first + PAGE_OVERFLOW_COUNT);
    if (count == 0 || count > pages->page_count - number ||
        size > count * pages->page_size - PAGE_HEADER)
        return false;
    *ret_value = str_make((const char *)first + PAGE_HEADER, size);
    return true;
}

/* The last entry of a branch page whose key is not above `key`; the first has none of its own. */
static int find_child(const struct pages *pages, const unsigned char *page, int count,
                      struct str key, uint64_t *ret_child)
{
    int low = 1, high = count - 1;
    struct str other;
    while (low <= high) {
        int middle = (low + high) / 2;
        if (!node_at(pages, page, middle, &other))
            return -1;
        if (str_compare(other, key) <= 0)
            low = middle + 1;
        else
            high = middle - 1;
    }
    const unsigned char *node = node_at(pages, page, high, &other);
    if (!node)
        return -1;
    *ret_child = branch_child(node);
    return 0;
}

static enum pages_result find_in_leaf(const struct pages *pages, const unsigned char *page,
                                      int count, struct str key, struct str *ret_value)
{
    int low = 0, high = count - 1;
    while (low <= high) {
        int middle = (low + high) / 2;
        struct str other, value;
        const unsigned char *node = node_at(pages, page, middle, &other);
        if (!node)
            return PAGES_DAMAGED;
        int order = str_compare(other, key);
        if (order == 0) {
            if (!leaf_value(pages, page, node, other, &value))
                return PAGES_DAMAGED;
            *ret_value = value;
            return PAGES_FOUND;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle - 1;
    }
    return PAGES_NONE;
}

enum pages_result pages_find(const struct pages *pages, struct str key, struct str *ret_value)
{
    uint64_t number = pages->root;
    if (number == NO_PAGE)
        return PAGES_NONE;
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        const unsigned char *page = page_at(pages, number);
        if (!page)
            return PAGES_DAMAGED;
        int count = entry_count(pages, page);
        uint16_t flags = get16(page + PAGE_FLAGS);
        if (count < 1)
            return PAGES_DAMAGED;
        if (flags & FLAG_LEAF)
            return find_in_leaf(pages, page, count, key, ret_value);
        if (!(flags & FLAG_BRANCH) || find_child(pages, page, count, key, &number) < 0)
            return PAGES_DAMAGED;
    }
    return PAGES_DAMAGED;
}

struct walk {
    const struct pages *pages;
    bool (*each)(void *context, struct str key, struct str value);
    void *context;
    uint64_t left; /* pages that may still be visited: a loop ends */
    bool stopped;
};

static enum pages_result walk_leaf(struct walk *walk, const unsigned char *page, int count)
{
    for (int i = 0; i < count && !walk->stopped; i++) {
        struct str key, value;
        const unsigned char *node = node_at(walk->pages, page, i, &key);
        if (!node || !leaf_value(walk->pages, page, node, key, &value))
            return PAGES_DAMAGED;
        walk->stopped = !walk->each(walk->context, key, value);
    }
    return PAGES_FOUND;
}

static enum pages_result walk_page(struct walk *walk, uint64_t number, int depth)
{
    const unsigned char *page = page_at(walk->pages, number);
    if (!page || depth >= DEPTH_MAX || walk->left-- == 0)
        return PAGES_DAMAGED;
    int count = entry_count(walk->pages, page);
    uint16_t flags = get16(page + PAGE_FLAGS);
    if (count < 1)
        return PAGES_DAMAGED;
    if (flags & FLAG_LEAF)
        return walk_leaf(walk, page, count);
    if (!(flags & FLAG_BRANCH))
        return PAGES_DAMAGED;
    for (int i = 0; i < count && !walk->stopped; i++) {
        struct str key;
        const unsigned char *node = node_at(walk->pages, page, i, &key);
        if (!node || walk_page(walk, branch_child(node), depth + 1) == PAGES_DAMAGED)
            return PAGES_DAMAGED;
    }
    return PAGES_FOUND;
}

enum pages_result pages_each(const struct pages *pages,
                             bool (*each)(void *context, struct str key, struct str value),
                             void *context)
{
    struct walk walk = {pages, each, context, pages->page_count, false};
    if (pages->root == NO_PAGE)
        return PAGES_FOUND;
    return walk_page(&walk, pages->root, 0);
}
