#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "catalog/sqlite_pages.h"

enum {
    FILE_HEADER = 100,
    WAL_HEADER = 32,
    FRAME_HEADER = 24,
    PAGE_MIN = 512,
    PAGE_MAX = 65536,
    USABLE_MIN = 480,
};
#define WAL_MAGIC 0x377f0682U /* the lowest bit: checksums over big-endian words */
#define WAL_VERSION 3007000U

void sqlite_pages_free(struct sqlite_pages *pages)
{
    free(pages->frames);
    free(pages->met.words);
    *pages = (struct sqlite_pages){0};
}

static bool page_size_is_valid(uint32_t size)
{
    return size >= PAGE_MIN && size <= PAGE_MAX && (size & (size - 1)) == 0;
}

struct wal_sum {
    bool big_endian;
    uint32_t a, b;
};

/* Section 4.2: over pairs of 32-bit words; `len` is a multiple of 8. */
static void wal_sum_add(struct wal_sum *sum, const unsigned char *at, size_t len)
{
    uint32_t a = sum->a, b = sum->b;
    if (sum->big_endian)
        for (size_t i = 0; i < len; i += 8) {
            a += get_be32(at + i) + b;
            b += get_be32(at + i + 4) + a;
        }
    else
        for (size_t i = 0; i < len; i += 8) {
            a += get_le32(at + i) + b;
            b += get_le32(at + i + 4) + a;
        }
    sum->a = a;
    sum->b = b;
}

static bool wal_sum_is(const struct wal_sum *sum, const unsigned char *at)
{
    return sum->a == get_be32(at) && sum->b == get_be32(at + 4);
}

/* False when the log is none, as SQLite would see it: its file is then passed over. */
static bool wal_start(struct sqlite_pages *pages, struct wal_sum *ret_sum)
{
    const unsigned char *at = (const unsigned char *)pages->wal.data;
    if (pages->wal.len < WAL_HEADER)
        return false;
    uint32_t magic = get_be32(at), page_size = get_be32(at + 8);
    if ((magic & ~1U) != WAL_MAGIC || get_be32(at + 4) != WAL_VERSION ||
        !page_size_is_valid(page_size))
        return false;
    *ret_sum = (struct wal_sum){.big_endian = magic & 1};
    wal_sum_add(ret_sum, at, WAL_HEADER - 8);
    if (!wal_sum_is(ret_sum, at + WAL_HEADER - 8))
        return false;
    pages->page_size = page_size;
    return true;
}

static const unsigned char *wal_frame(const struct sqlite_pages *pages, uint32_t frame)
{
    uint64_t size = FRAME_HEADER + (uint64_t)pages->page_size;
    return (const unsigned char *)pages->wal.data + WAL_HEADER + (frame - 1) * size;
}

/* Counts the frames that belong to the log (salts and cumulative checksums hold) up to the last one
 * that ends a transaction, whose size of the database counts. */
static uint32_t wal_committed(struct sqlite_pages *pages, struct wal_sum sum)
{
    const unsigned char *salts = (const unsigned char *)pages->wal.data + 16;
    uint64_t frames = (pages->wal.len - WAL_HEADER) / (FRAME_HEADER + (uint64_t)pages->page_size);
    uint32_t committed = 0;
    for (uint32_t frame = 1; frame <= frames; frame++) {
        const unsigned char *at = wal_frame(pages, frame);
        wal_sum_add(&sum, at, 8);
        wal_sum_add(&sum, at + FRAME_HEADER, pages->page_size);
        if (get_be32(at) == 0 || memcmp(at + 8, salts, 8) != 0 || !wal_sum_is(&sum, at + 16))
            break;
        if (get_be32(at + 4)) {
            committed = frame;
            pages->count = get_be32(at + 4);
        }
    }
    return committed;
}

static int limit_pages(const struct sqlite_pages *pages, struct pl_err *err)
{
    if ((uint64_t)pages->count * pages->page_size <= LIMIT_FILE_WHOLE)
        return 0;
    return err_limit(err, LIMIT_NAME(LIMIT_FILE_WHOLE),
                     "the database has %u pages of %u bytes, more than LIMIT_FILE_WHOLE allows "
                     "(%llu bytes)",
                     pages->count, pages->page_size, LIMIT_FILE_WHOLE);
}

/* Later frames of a page win over earlier ones and over the file. */
static void wal_index(struct sqlite_pages *pages, uint32_t committed)
{
    pages->frames = mem_zalloc((size_t)pages->count + 1, sizeof(uint32_t));
    for (uint32_t frame = 1; frame <= committed; frame++) {
        uint32_t page = get_be32(wal_frame(pages, frame));
        if (page <= pages->count)
            pages->frames[page] = frame;
    }
}

/* Page size and count of the file alone, unless the log has told them. */
static int read_size(struct sqlite_pages *pages, struct pl_err *err)
{
    if (pages->file.len < FILE_HEADER)
        return err_set(err, PL_E_FORMAT, "the SQLite file ends inside of its header");
    uint32_t size = get_be16(pages->file.data + 16);
    pages->page_size = size == 1 ? PAGE_MAX : size;
    if (!page_size_is_valid(pages->page_size))
        return err_set(err, PL_E_FORMAT, "the SQLite file has pages of %u bytes", size);
    pages->count = (uint32_t)(pages->file.len / pages->page_size);
    return 0;
}

static int open_pages(struct sqlite_pages *pages, struct pl_err *err)
{
    struct wal_sum sum;
    uint32_t committed = 0;
    int r = 0;
    if (pages->file.len > LIMIT_FILE_WHOLE || pages->wal.len > LIMIT_FILE_WHOLE)
        return err_limit(err, LIMIT_NAME(LIMIT_FILE_WHOLE),
                         "the SQLite file is longer than LIMIT_FILE_WHOLE allows (%llu bytes)",
                         LIMIT_FILE_WHOLE);
    if (wal_start(pages, &sum))
        committed = wal_committed(pages, sum);
    if (committed == 0)
        r = read_size(pages, err);
    if (r == 0)
        r = limit_pages(pages, err);
    if (r < 0)
        return r;
    if (committed)
        wal_index(pages, committed);
    const unsigned char *first = sqlite_page(pages, 1, err);
    if (!first)
        return err_prefix(err, "SQLite file");
    pages->usable = pages->page_size - first[20];
    if (pages->usable < USABLE_MIN)
        return err_set(err, PL_E_FORMAT, "the SQLite file reserves %u of the %u bytes of each page",
                       first[20], pages->page_size);
    if (get_be32(first + 56) > 1)
        return err_set(err, PL_E_UNSUPPORTED, "the SQLite file keeps its texts in UTF-16");
    pages->met.count = pages->count + 1;
    pages->met.words = mem_zalloc((size_t)pages->count / 64 + 1, sizeof(uint64_t));
    return 0;
}

int sqlite_pages_open(struct sqlite_pages *pages, struct str file, struct str wal,
                      struct pl_err *err)
{
    *pages = (struct sqlite_pages){.file = file, .wal = wal};
    int r = open_pages(pages, err);
    if (r < 0)
        sqlite_pages_free(pages);
    return r;
}

const unsigned char *sqlite_page(const struct sqlite_pages *pages, uint32_t page,
                                 struct pl_err *err)
{
    if (page >= 1 && page <= pages->count) {
        if (pages->frames && pages->frames[page])
            return wal_frame(pages, pages->frames[page]) + FRAME_HEADER;
        if ((uint64_t)page * pages->page_size <= pages->file.len)
            return (const unsigned char *)pages->file.data +
                   (page - 1) * (uint64_t)pages->page_size;
    }
    err_set(err, PL_E_FORMAT, "page %u is outside of the database, which has %u", page,
            pages->count);
    return NULL;
}

const unsigned char *sqlite_page_once(struct sqlite_pages *pages, uint32_t page, struct pl_err *err)
{
    const unsigned char *bytes = sqlite_page(pages, page, err);
    if (!bytes)
        return NULL;
    if (page_set_add(&pages->met, page))
        return bytes;
    err_set(err, PL_E_FORMAT, "page %u is used twice: the database's pages form a loop", page);
    return NULL;
}
