#include "rpm_build.h"

/* Five pages of 512 bytes: 1 the schema, 2 the table's interior page, 3 a leaf with a record of its
 * own page alone, 4 a leaf with a record that goes on on overflow pages 5 and up. */
enum { PAGE = 512 };

static char *page_of(struct buf *file, uint32_t number)
{
    return file->data + (size_t)(number - 1) * PAGE;
}

static size_t put_varint(char *at, uint64_t value)
{
    if (value < 0x80) {
        at[0] = (char)value;
        return 1;
    }
    if (value < 0x4000) {
        at[0] = (char)(0x80 | value >> 7);
        at[1] = (char)(value & 0x7f);
        return 2;
    }
    at[0] = (char)(0x80 | value >> 14);
    at[1] = (char)(0x80 | (value >> 7 & 0x7f));
    at[2] = (char)(value & 0x7f);
    return 3;
}

static void set_tree(char *page, size_t header, int type, uint32_t cells, uint32_t content)
{
    page[header] = (char)type;
    set_be16(page + header + 3, cells);
    set_be16(page + header + 5, content);
}

/* A leaf's only cell: payload is cut by the rule of section 1.6 with U = 512. */
static void put_leaf(struct buf *file, uint32_t number, size_t header, uint32_t row,
                     struct str payload, uint32_t overflow)
{
    size_t max = PAGE - 35, min = (PAGE - 12) * 32 / 255 - 23, local = payload.len;
    char cell[PAGE], *page = page_of(file, number);
    if (payload.len > max) {
        local = min + (payload.len - min) % (PAGE - 4);
        local = local <= max ? local : min;
    }
    size_t len = put_varint(cell, payload.len);
    len += put_varint(cell + len, row);
    memcpy(cell + len, payload.data, local);
    len += local;
    if (local < payload.len) {
        set_be32(cell + len, overflow);
        len += 4;
    }
    set_tree(page, header, 13, 1, (uint32_t)(PAGE - len));
    memcpy(page + PAGE - len, cell, len);
    set_be16(page + header + 8, (uint32_t)(PAGE - len));
    for (size_t at = local; at < payload.len; overflow++) {
        size_t part = payload.len - at < PAGE - 4 ? payload.len - at : PAGE - 4;
        if (file->len < (size_t)overflow * PAGE)
            put_zeros(file, PAGE);
        set_be32(page_of(file, overflow), at + part < payload.len ? overflow + 1 : 0);
        memcpy(page_of(file, overflow) + 4, payload.data + at, part);
        at += part;
    }
}

static void put_record(struct buf *payload, const struct header_tags *tags)
{
    AUTO_BUF header = {0};
    char types[4] = {0};
    put_header(&header, tags);
    size_t len = put_varint(types, header.len * 2 + 12);
    buf_putc(payload, (char)(2 + len));
    buf_putc(payload, 0);
    buf_add(payload, str_make(types, len));
    buf_add(payload, buf_str(&header));
}

static void build(struct buf *file)
{
    AUTO_BUF schema = {0}, small = {0}, large = {0};
    static const char columns[] = {6, 23, 29, 29, 1, 13};
    put_zeros(file, (size_t)4 * PAGE);
    memcpy(file->data, "SQLite format 3", 16);
    set_be16(file->data + 16, PAGE);
    set_be32(file->data + 28, 4);
    set_be32(file->data + 56, 1);
    buf_add(&schema, str_make(columns, 6));
    buf_puts(&schema, "tablePackagesPackages\2");
    put_leaf(file, 1, 100, 1, buf_str(&schema), 0);
    char *root = page_of(file, 2);
    set_tree(root, 0, 5, 1, PAGE - 5);
    set_be32(root + 8, 4);
    set_be16(root + 12, PAGE - 5);
    set_be32(root + PAGE - 5, 3);
    root[PAGE - 1] = 1;
    put_record(&small, &tags_bash);
    put_leaf(file, 3, 0, 1, buf_str(&small), 0);
    put_record(&large, &tags_large);
    put_leaf(file, 4, 0, 2, buf_str(&large), 5);
}

static void both_packages(void)
{
    AUTO_BUF file = {0};
    build(&file);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    check_both(&run);
    run_free(&run);
}

static void loops_and_overlaps(void)
{
    static const struct {
        uint32_t page;
        size_t at;
        uint32_t value;
        size_t packages;
        const char *problem;
    } cases[] = {
        {2, 8, 2, 1, "page 2: page 2 is used twice: the database's pages form a loop"},
        {2, 8, 3, 1, "page 2: page 3 is used twice: the database's pages form a loop"},
        {2, 8, 900, 1, "page 2: page 900 is outside of the database, which has 10"},
        {2, 8, 0, 1, "page 2: page 0 is outside of the database, which has 10"},
        {2, 8, 6, 1, "page 6 is of type 0, not a page of a table"},
        {6, 0, 5, 1, "record 2: page 5 is used twice: the database's pages form a loop"},
        {6, 0, 3, 1, "record 2: page 3 is used twice: the database's pages form a loop"},
        {6, 0, 77, 1, "record 2: page 77 is outside of the database, which has 10"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF file = {0};
        build(&file);
        set_be32(page_of(&file, cases[i].page) + cases[i].at, cases[i].value);
        struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
        CHECK_INT(run.sink.packages.count, cases[i].packages);
        check_complaint(&run, cases[i].problem);
        run_free(&run);
    }
}

/* Many pointers to one cell. */
static void overlapping_cells(void)
{
    AUTO_BUF file = {0};
    build(&file);
    char *page = page_of(&file, 3);
    set_be16(page + 3, 8);
    for (size_t i = 1; i < 8; i++)
        memcpy(page + 8 + 2 * i, page + 8, 2);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    CHECK(run.sink.packages.count <= 4);
    CHECK_STR(run_problem(&run, 0),
              "page 3: its records overlap; those behind number 3 are passed over");
    run_free(&run);
}

static void errors_of_the_whole(void)
{
    static const struct {
        size_t at;
        uint32_t value;
        const char *error;
    } cases[] = {
        {14, 0x33000000 + 3000, "the SQLite file has pages of 3000 bytes"},
        {18, 0x0000ff00, "the SQLite file reserves 255 of the 512 bytes of each page"},
        {56, 2, "the SQLite file keeps its texts in UTF-16"},
        {PAGE - 4, 0, "the SQLite database has no table Packages"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF file = {0};
        build(&file);
        set_be32(file.data + cases[i].at, cases[i].value);
        struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
        CHECK(run.result < 0);
        CHECK_STR(str_of(run.err.message), cases[i].error);
        run_free(&run);
    }
}

struct wal_sum {
    uint32_t a, b;
};

static void sum(struct wal_sum *sum, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i += 8) {
        sum->a += get_le32(at + i) + sum->b;
        sum->b += get_le32(at + i + 4) + sum->a;
    }
}

static void put_frame(struct buf *wal, struct wal_sum *running, uint32_t number, uint32_t commit,
                      const char *page)
{
    size_t from = wal->len;
    put_be32(wal, number);
    put_be32(wal, commit);
    buf_puts(wal, "saltSALT");
    sum(running, wal->data + from, 8);
    sum(running, page, PAGE);
    put_be32(wal, running->a);
    put_be32(wal, running->b);
    buf_add(wal, str_make(page, PAGE));
}

static struct wal_sum start_wal(struct buf *wal)
{
    struct wal_sum running = {0};
    put_be32(wal, 0x377f0682);
    put_be32(wal, 3007000);
    put_be32(wal, PAGE);
    put_be32(wal, 0);
    buf_puts(wal, "saltSALT");
    sum(&running, wal->data, 24);
    put_be32(wal, running.a);
    put_be32(wal, running.b);
    return running;
}

/* The file's page 3 is rubbish; the log has it: a wrong one, then the right one, then after the
 * last commit a wrong one again. */
static void committed_frames_count(void)
{
    AUTO_BUF file = {0}, wal = {0};
    char good[PAGE], bad[PAGE] = {0};
    build(&file);
    memcpy(good, page_of(&file, 3), PAGE);
    memset(page_of(&file, 3), 0, PAGE);
    struct wal_sum running = start_wal(&wal);
    put_frame(&wal, &running, 3, 10, bad);
    put_frame(&wal, &running, 3, 10, good);
    size_t committed = wal.len;
    put_frame(&wal, &running, 3, 0, bad);
    struct catalog_run run = run_rpm(buf_str(&file), buf_str(&wal));
    check_both(&run);
    run_free(&run);
    /* The frame that holds the right page is torn: the one before it counts. */
    run = run_rpm(buf_str(&file), str_first(buf_str(&wal), committed - 1));
    CHECK_INT(run.sink.packages.count, 1);
    run_free(&run);
    /* A frame with a wrong checksum ends the log. */
    wal.data[committed - 1] ^= 1;
    run = run_rpm(buf_str(&file), buf_str(&wal));
    CHECK_INT(run.sink.packages.count, 1);
    check_complaint(&run, "page 3 is of type 0, not a page of a table");
    run_free(&run);
    /* A log whose own head is wrong is none. */
    wal.data[9] ^= 1;
    memcpy(page_of(&file, 3), good, PAGE);
    run = run_rpm(buf_str(&file), buf_str(&wal));
    check_both(&run);
    run_free(&run);
}

static void log_of_a_huge_database(void)
{
    AUTO_BUF file = {0}, wal = {0};
    char page[PAGE] = {0};
    build(&file);
    struct wal_sum running = start_wal(&wal);
    put_frame(&wal, &running, 0xfffffff0, 0xffffffff, page);
    struct catalog_run run = run_rpm(buf_str(&file), buf_str(&wal));
    CHECK(run.result < 0);
    CHECK_STR(str_of(run.err.limit), "LIMIT_FILE_WHOLE");
    run_free(&run);
}

static void damage(void)
{
    AUTO_BUF file = {0};
    build(&file);
    check_damage(buf_str(&file), STR_NONE);
}

int main(void)
{
    RUN(both_packages);
    RUN(loops_and_overlaps);
    RUN(overlapping_cells);
    RUN(errors_of_the_whole);
    RUN(committed_frames_count);
    RUN(log_of_a_huge_database);
    RUN(damage);
    return test_end();
}
