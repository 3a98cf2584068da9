/* Reads the table Packages of rpm's SQLite database: sqlite.org/fileformat2.html, sections 1.6
 * (b-tree pages), 2.1 (records) and 2.6 (sqlite_schema); rpm's lib/backend/sqlite.c for the table
 * (hnum INTEGER PRIMARY KEY, blob BLOB). */
#include <strings.h>

#include "catalog/rpm.h"
#include "catalog/rpm_header.h"
#include "catalog/sqlite_pages.h"

enum {
    TREE_INTERIOR = 0x05,
    TREE_LEAF = 0x0d,
    FILE_HEADER = 100, /* before the tree's header on page 1 */
    COLUMNS_MAX = 8,   /* that are looked at */
};

struct walk {
    struct sqlite_pages pages;
    struct catalog_sink *sink;
    struct rpm_blob blob;
    VEC(uint32_t) stack; /* pages of the tree that are still to be read, the next one last */
    uint32_t packages;   /* root page of the table; 0: not met yet */
    /* Called with each record in `blob`. */
    void (*record)(struct walk *walk, uint64_t row);
};

struct column {
    uint64_t type; /* serial type, section 2.1 */
    uint64_t offset, len;
};

static void tell(struct walk *walk, const struct pl_err *problem)
{
    catalog_add_problem(walk->sink, problem);
}

/* 1 to 9 bytes, big-endian, seven bits each, the ninth eight; 0 when it does not end before `end`.
 */
static size_t get_varint(const unsigned char *at, const unsigned char *end, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 9 && at + i < end; i++) {
        if (i == 8) {
            *ret_value = value << 8 | at[i];
            return 9;
        }
        value = value << 7 | (at[i] & 0x7f);
        if (!(at[i] & 0x80)) {
            *ret_value = value;
            return i + 1;
        }
    }
    return 0;
}

static uint64_t column_len(uint64_t type)
{
    static const unsigned char fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < ARRAY_LEN(fixed) ? fixed[type] : (type - 12) / 2;
}

/* Types and places of a record's first columns; false when they don't fit into the record. */
static bool read_columns(struct rpm_blob *blob, struct column columns[COLUMNS_MAX],
                         size_t *ret_count)
{
    uint64_t header, type;
    size_t intro = blob->total < 128 ? (size_t)blob->total : 128, count = 0;
    const unsigned char *at = rpm_blob_get(blob, 0, intro), *end = at + intro;
    size_t used = get_varint(at, end, &header);
    if (used == 0 || header < used || header > blob->total)
        return false;
    if (header < intro)
        end = at + header;
    uint64_t offset = header;
    for (at += used; at < end && count < COLUMNS_MAX; at += used) {
        used = get_varint(at, end, &type);
        if (used == 0)
            return false;
        uint64_t len = column_len(type);
        if (len > blob->total - offset)
            return false;
        columns[count++] = (struct column){type, offset, len};
        offset += len;
    }
    *ret_count = count;
    return true;
}

static bool is_text(struct rpm_blob *blob, const struct column *column, const char *text)
{
    size_t len = strlen(text);
    if (column->type < 13 || column->type % 2 == 0 || column->len != len)
        return false;
    return strncasecmp((const char *)rpm_blob_get(blob, column->offset, len), text, len) == 0;
}

/* sqlite_schema: type, name, tbl_name, rootpage, sql. */
static void schema_record(struct walk *walk, uint64_t row)
{
    struct column columns[COLUMNS_MAX];
    size_t count;
    (void)row;
    if (!read_columns(&walk->blob, columns, &count) || count < 4)
        return;
    if (!is_text(&walk->blob, &columns[0], "table") ||
        !is_text(&walk->blob, &columns[1], "Packages"))
        return;
    uint64_t root = columns[3].type == 9;
    if (columns[3].type >= 1 && columns[3].type <= 6) {
        const unsigned char *at =
            rpm_blob_get(&walk->blob, columns[3].offset, (size_t)columns[3].len);
        for (size_t i = 0; i < columns[3].len; i++)
            root = root << 8 | at[i];
    }
    walk->packages = root <= UINT32_MAX ? (uint32_t)root : 0;
}

static void package_record(struct walk *walk, uint64_t row)
{
    struct column columns[COLUMNS_MAX];
    size_t count;
    struct pl_err problem;
    if (!read_columns(&walk->blob, columns, &count) || count < 2 || columns[1].type < 12 ||
        columns[1].type % 2) {
        if (catalog_wants_problem(walk->sink)) {
            err_set(&problem, PL_E_FORMAT, "record %llu: it has no blob", (unsigned long long)row);
            tell(walk, &problem);
        }
        return;
    }
    walk->blob.from = columns[1].offset;
    walk->blob.len = columns[1].len;
    rpm_header_add(walk->sink, &walk->blob, row);
}

/* Section 1.6: how many bytes of a payload stand in a leaf's cell; the rest is on overflow pages.
 */
static uint64_t local_payload(uint32_t usable, uint64_t payload)
{
    uint64_t max = usable - 35, min = (usable - 12) * 32 / 255 - 23;
    if (payload <= max)
        return payload;
    uint64_t local = min + (payload - min) % (usable - 4);
    return local <= max ? local : min;
}

/* Gathers a record from the cell and its overflow pages. */
static int gather(struct walk *walk, const unsigned char *local, uint64_t local_len,
                  uint64_t payload, struct pl_err *err)
{
    rpm_blob_clear(&walk->blob);
    rpm_blob_add(&walk->blob, str_make((const char *)local, (size_t)local_len));
    if (local_len == payload)
        return 0;
    if (payload > (uint64_t)walk->pages.count * walk->pages.page_size)
        return err_set(err, PL_E_FORMAT, "its %llu bytes are more than the whole database has",
                       (unsigned long long)payload);
    uint32_t next = get_be32(local + local_len);
    for (uint64_t left = payload - local_len; left;) {
        const unsigned char *page = sqlite_page_once(&walk->pages, next, err);
        if (!page)
            return -(int)err->code;
        uint64_t part = walk->pages.usable - 4;
        if (part > left)
            part = left;
        rpm_blob_add(&walk->blob, str_make((const char *)page + 4, (size_t)part));
        next = get_be32(page);
        left -= part;
    }
    return 0;
}

/* One cell of a leaf. Returns its bytes on the page, 0 when it is damaged. */
static uint64_t read_cell(struct walk *walk, const unsigned char *page, uint32_t page_number,
                          uint32_t offset)
{
    const unsigned char *end = page + walk->pages.usable, *at = page + offset;
    uint64_t payload, row;
    struct pl_err problem;
    size_t used = get_varint(at, end, &payload);
    size_t used_row = used ? get_varint(at + used, end, &row) : 0;
    if (used_row) {
        uint64_t local = local_payload(walk->pages.usable, payload);
        uint64_t size = used + used_row + local + (local < payload ? 4 : 0);
        if (size <= (uint64_t)(end - at)) {
            int r = gather(walk, at + used + used_row, local, payload, &problem);
            if (r == 0) {
                walk->record(walk, row);
            } else if (catalog_wants_problem(walk->sink)) {
                err_prefix(&problem, "record %llu", (unsigned long long)row);
                tell(walk, &problem);
            }
            return size;
        }
    }
    if (catalog_wants_problem(walk->sink)) {
        err_set(&problem, PL_E_FORMAT, "page %u: the record at byte %u does not fit into the page",
                page_number, offset);
        tell(walk, &problem);
    }
    return 0;
}

/* Cells may not overlap: what they take together is held against the page, so that many pointers to
 * one cell cost no more than the page's size. */
static void read_leaf(struct walk *walk, const unsigned char *page, uint32_t page_number,
                      uint32_t header, uint32_t cells)
{
    uint64_t taken = 0;
    struct pl_err problem;
    for (uint32_t i = 0; i < cells; i++) {
        uint32_t offset = get_be16(page + header + 8 + 2 * (size_t)i);
        uint64_t size = 0;
        if (offset >= header + 8 + 2 * cells && offset < walk->pages.usable)
            size = read_cell(walk, page, page_number, offset);
        taken += size ? size : 1;
        if (taken <= walk->pages.usable)
            continue;
        if (catalog_wants_problem(walk->sink)) {
            err_set(&problem, PL_E_FORMAT,
                    "page %u: its records overlap; those behind number %u are passed over",
                    page_number, i + 1);
            tell(walk, &problem);
        }
        return;
    }
}

/* Puts a page on the stack, once: the stack never holds more than the database has pages. */
static int push_page(struct walk *walk, uint32_t page_number, struct pl_err *err)
{
    if (!sqlite_page_once(&walk->pages, page_number, err))
        return -(int)err->code;
    *VEC_ADD(&walk->stack) = page_number;
    return 0;
}

static void push_child(struct walk *walk, uint32_t parent, uint32_t page_number)
{
    struct pl_err problem;
    if (push_page(walk, page_number, &problem) < 0 && catalog_wants_problem(walk->sink)) {
        err_prefix(&problem, "page %u", parent);
        tell(walk, &problem);
    }
}

/* Children are read from left to right: the rightmost goes to the bottom of the stack. */
static void push_children(struct walk *walk, const unsigned char *page, uint32_t page_number,
                          uint32_t header, uint32_t cells)
{
    struct pl_err problem;
    push_child(walk, page_number, get_be32(page + header + 8));
    for (uint32_t i = cells; i-- > 0;) {
        uint32_t offset = get_be16(page + header + 12 + 2 * (size_t)i);
        if (offset + 4 <= walk->pages.usable) {
            push_child(walk, page_number, get_be32(page + offset));
        } else if (catalog_wants_problem(walk->sink)) {
            err_set(&problem, PL_E_FORMAT, "page %u: its cell %u is outside of the page",
                    page_number, i + 1);
            tell(walk, &problem);
        }
    }
}

static int read_tree_page(struct walk *walk, uint32_t page_number, struct pl_err *err)
{
    const unsigned char *page = sqlite_page(&walk->pages, page_number, err);
    if (!page)
        return -(int)err->code;
    uint32_t header = page_number == 1 ? FILE_HEADER : 0;
    uint32_t type = page[header], cells = get_be16(page + header + 3);
    if (type != TREE_LEAF && type != TREE_INTERIOR)
        return err_set(err, PL_E_FORMAT, "page %u is of type %u, not a page of a table",
                       page_number, type);
    uint32_t pointers = header + (type == TREE_INTERIOR ? 12 : 8);
    if (pointers + 2 * cells > walk->pages.usable)
        return err_set(err, PL_E_FORMAT, "page %u: %u cells do not fit into it", page_number,
                       cells);
    if (type == TREE_INTERIOR)
        push_children(walk, page, page_number, header, cells);
    else
        read_leaf(walk, page, page_number, header, cells);
    return 0;
}

/* Every page is used once, so the walk ends. */
static int walk_tree(struct walk *walk, uint32_t root, struct pl_err *err)
{
    int r = push_page(walk, root, err);
    while (r == 0 && walk->stack.count) {
        struct pl_err problem;
        uint32_t page = walk->stack.items[--walk->stack.count];
        if (read_tree_page(walk, page, &problem) == 0)
            continue;
        if (page == root) {
            *err = problem;
            r = -(int)problem.code;
        } else if (catalog_wants_problem(walk->sink))
            tell(walk, &problem);
    }
    return r;
}

int rpm_sqlite_read(struct catalog_sink *sink, struct str file, struct str wal, struct pl_err *err)
{
    struct walk walk = {.sink = sink, .record = schema_record};
    int r = sqlite_pages_open(&walk.pages, file, wal, err);
    if (r == 0)
        r = walk_tree(&walk, 1, err);
    if (r == 0 && walk.packages == 0)
        r = err_set(err, PL_E_FORMAT, "the SQLite database has no table Packages");
    if (r == 0) {
        walk.record = package_record;
        r = walk_tree(&walk, walk.packages, err);
    }
    VEC_FREE(&walk.stack);
    rpm_blob_free(&walk.blob);
    sqlite_pages_free(&walk.pages);
    return r;
}
