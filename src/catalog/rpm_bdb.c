/* Reads the Berkeley DB hash that rpm up to 4.15 keeps its packages in. Source: Berkeley DB's
 * dbinc/db_page.h (DBMETA, HMETA33, PAGE, HKEYDATA, HOFFPAGE). A page of a hash bucket holds pairs
 * of key and value; a value that is too large for a page stands on a chain of overflow pages.
 *
 * All pages are looked at in their order instead of bucket by bucket: each pair stands on one page,
 * freed pages have a type of their own, and no chain of buckets can lead astray. */
#include "base/limits.h"
#include "catalog/bytes.h"
#include "catalog/rpm.h"
#include "catalog/rpm_header.h"

enum {
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
    PAGE_HEADER = 26, /* of all other pages */
    TYPE_HASH_UNSORTED = 2,
    TYPE_OVERFLOW = 7,
    TYPE_HASH_META = 8,
    TYPE_HASH = 13,
    ITEM_KEYDATA = 1,
    ITEM_OFFPAGE = 3,
    OFFPAGE_SIZE = 12,
    KEY_SIZE = 1 + 4, /* type, and the package's number */
};

struct reader {
    struct catalog_sink *sink;
    struct str file;
    bool swapped; /* written on a big-endian machine */
    uint32_t page_size, pages;
    struct page_set met; /* overflow pages */
    struct rpm_blob blob;
};

static uint32_t get32(const struct reader *reader, const char *at)
{
    return reader->swapped ? get_be32(at) : get_le32(at);
}

static uint32_t get16(const struct reader *reader, const char *at)
{
    return reader->swapped ? get_be16(at) : get_le16(at);
}

static const char *page_at(const struct reader *reader, uint32_t page)
{
    return reader->file.data + (uint64_t)page * reader->page_size;
}

static int open_meta(struct reader *reader, struct pl_err *err)
{
    const char *meta = reader->file.data;
    if (reader->file.len < PAGE_MIN)
        return err_set(err, PL_E_FORMAT, "the Berkeley DB file ends inside of its first page");
    reader->swapped = get_be32(meta + 12) == 0x061561;
    if (meta[25] != TYPE_HASH_META)
        return err_set(err, PL_E_FORMAT, "the first page of the Berkeley DB file is of type %u",
                       (unsigned)(unsigned char)meta[25]);
    if (meta[24])
        return err_set(err, PL_E_UNSUPPORTED, "the Berkeley DB file is encrypted");
    if (meta[26] & 1)
        return err_set(err, PL_E_UNSUPPORTED,
                       "the Berkeley DB file has pages with checksums, which rpm does not write");
    uint32_t size = get32(reader, meta + 20), last = get32(reader, meta + 32);
    if (size < PAGE_MIN || size > PAGE_MAX || (size & (size - 1)))
        return err_set(err, PL_E_FORMAT, "the Berkeley DB file has pages of %u bytes", size);
    if (reader->file.len > LIMIT_FILE_WHOLE)
        return err_limit(err, LIMIT_NAME(LIMIT_FILE_WHOLE),
                         "the Berkeley DB file is longer than LIMIT_FILE_WHOLE allows (%llu bytes)",
                         LIMIT_FILE_WHOLE);
    reader->page_size = size;
    reader->pages = (uint32_t)(reader->file.len / size);
    struct pl_err problem;
    if (last >= reader->pages && catalog_wants_problem(reader->sink)) {
        err_set(&problem, PL_E_FORMAT, "the file ends behind page %u of %llu", reader->pages,
                (unsigned long long)last + 1);
        catalog_add_problem(reader->sink, &problem);
    }
    reader->met.count = reader->pages;
    reader->met.words = mem_zalloc((size_t)reader->pages / 64 + 1, sizeof(uint64_t));
    return 0;
}

/* The chain of overflow pages that begins at `page` and holds `total` bytes. */
static int gather(struct reader *reader, uint32_t page, uint32_t total, struct pl_err *err)
{
    rpm_blob_clear(&reader->blob);
    while (reader->blob.total < total) {
        if (page == 0 || page >= reader->pages)
            return err_set(err, PL_E_FORMAT, "page %u is outside of the database, which has %u",
                           page, reader->pages);
        if (!page_set_add(&reader->met, page))
            return err_set(err, PL_E_FORMAT,
                           "page %u is used twice: the database's pages form a loop", page);
        const char *bytes = page_at(reader, page);
        uint32_t len = get16(reader, bytes + 22);
        if (bytes[25] != TYPE_OVERFLOW || len == 0 || len > reader->page_size - PAGE_HEADER ||
            len > total - reader->blob.total)
            return err_set(err, PL_E_FORMAT,
                           "page %u is of type %u with %u bytes, not the next of an overflow chain",
                           page, (unsigned)(unsigned char)bytes[25], len);
        rpm_blob_add(&reader->blob, str_make(bytes + PAGE_HEADER, len));
        page = get32(reader, bytes + 16);
    }
    return 0;
}

/* Item `index` of a page whose items are checked: they lie behind one another from its end down. */
static struct str item_at(const struct reader *reader, const char *page, uint32_t index)
{
    uint32_t start = get16(reader, page + PAGE_HEADER + 2 * (size_t)index);
    uint32_t end =
        index ? get16(reader, page + PAGE_HEADER + 2 * (size_t)(index - 1)) : reader->page_size;
    return str_make(page + start, end - start);
}

/* A page of 65536 bytes has its first item at most at 65535, so 16 bits are enough. */
static bool items_are_valid(const struct reader *reader, const char *page, uint32_t items)
{
    uint32_t end = reader->page_size;
    if (items % 2 || PAGE_HEADER + 2 * items > reader->page_size)
        return false;
    for (uint32_t i = 0; i < items; i++) {
        uint32_t start = get16(reader, page + PAGE_HEADER + 2 * (size_t)i);
        if (start >= end || start < PAGE_HEADER + 2 * items)
            return false;
        end = start;
    }
    return true;
}

static void read_pair(struct reader *reader, struct str key, struct str value)
{
    struct pl_err problem;
    /* Record 0 is rpm's counter of records. */
    if (key.data[0] != ITEM_KEYDATA || key.len != KEY_SIZE)
        return;
    uint32_t record = get32(reader, key.data + 1);
    int r = 0;
    if (record == 0)
        return;
    if (value.data[0] == ITEM_KEYDATA) {
        rpm_blob_clear(&reader->blob);
        rpm_blob_add(&reader->blob, str_from(value, 1));
    } else if (value.data[0] == ITEM_OFFPAGE && value.len == OFFPAGE_SIZE) {
        r = gather(reader, get32(reader, value.data + 4), get32(reader, value.data + 8), &problem);
    } else {
        r = err_set(&problem, PL_E_FORMAT, "its value is of type %u",
                    (unsigned)(unsigned char)value.data[0]);
    }
    if (r == 0) {
        rpm_header_add(reader->sink, &reader->blob, record);
    } else if (catalog_wants_problem(reader->sink)) {
        err_prefix(&problem, "record %u", record);
        catalog_add_problem(reader->sink, &problem);
    }
}

static void read_page(struct reader *reader, uint32_t number)
{
    const char *page = page_at(reader, number);
    struct pl_err problem;
    if (page[25] != TYPE_HASH && page[25] != TYPE_HASH_UNSORTED)
        return;
    uint32_t items = get16(reader, page + 20);
    if (!items_are_valid(reader, page, items)) {
        if (catalog_wants_problem(reader->sink)) {
            err_set(&problem, PL_E_FORMAT, "page %u: its %u items overlap or don't fit into it",
                    number, items);
            catalog_add_problem(reader->sink, &problem);
        }
        return;
    }
    for (uint32_t i = 0; i + 1 < items; i += 2)
        read_pair(reader, item_at(reader, page, i), item_at(reader, page, i + 1));
}

int rpm_bdb_read(struct catalog_sink *sink, struct str file, struct pl_err *err)
{
    struct reader reader = {.sink = sink, .file = file};
    int r = open_meta(&reader, err);
    for (uint32_t page = 1; r == 0 && page < reader.pages; page++)
        read_page(&reader, page);
    free(reader.met.words);
    rpm_blob_free(&reader.blob);
    return r;
}
