#include "rpm_build.h"

/* Pages of 512 bytes: 0 the metadata, 1 a bucket with the counter (record 0) and both packages, the
 * small one on overflow page 2, the large one on 3 and up. */
enum { PAGE = 512, HEADER = 26, TYPE_OVERFLOW = 7, TYPE_HASH = 13 };

static bool big; /* byte order of what is built */

static void set32(char *at, uint32_t value)
{
    if (big)
        set_be32(at, value);
    else
        memcpy(at, &value, 4);
}

static void set16(char *at, uint32_t value)
{
    uint16_t half = (uint16_t)value;
    if (big)
        set_be16(at, value);
    else
        memcpy(at, &half, 2);
}

static char *page_of(struct buf *file, uint32_t number)
{
    return file->data + (size_t)number * PAGE;
}

static void put_item(struct buf *file, uint32_t *end, size_t index, struct str bytes)
{
    char *page = page_of(file, 1);
    *end -= (uint32_t)bytes.len;
    memcpy(page + *end, bytes.data, bytes.len);
    set16(page + HEADER + 2 * index, *end);
}

static void put_key(struct buf *file, uint32_t *end, size_t index, uint32_t record)
{
    char key[5] = {1};
    set32(key + 1, record);
    put_item(file, end, index, str_make(key, 5));
}

static void put_chain(struct buf *file, uint32_t *end, size_t index, const struct header_tags *tags)
{
    AUTO_BUF header = {0};
    char value[12] = {3};
    uint32_t page = (uint32_t)(file->len / PAGE);
    put_header(&header, tags);
    set32(value + 4, page);
    set32(value + 8, (uint32_t)header.len);
    put_item(file, end, index, str_make(value, 12));
    for (size_t at = 0; at < header.len; page++) {
        size_t part = header.len - at < PAGE - HEADER ? header.len - at : PAGE - HEADER;
        put_zeros(file, PAGE);
        char *bytes = page_of(file, page);
        set32(bytes + 8, page);
        set32(bytes + 16, at + part < header.len ? page + 1 : 0);
        set16(bytes + 22, (uint32_t)part);
        bytes[25] = TYPE_OVERFLOW;
        memcpy(bytes + HEADER, header.data + at, part);
        at += part;
    }
}

static void build(struct buf *file)
{
    uint32_t end = PAGE;
    put_zeros(file, (size_t)2 * PAGE);
    set32(file->data + 12, 0x061561);
    set32(file->data + 16, 9);
    set32(file->data + 20, PAGE);
    file->data[25] = 8;
    put_key(file, &end, 0, 0);
    put_item(file, &end, 1, STR("\1\2\0\0\0"));
    put_key(file, &end, 2, 1);
    put_chain(file, &end, 3, &tags_bash);
    put_key(file, &end, 4, 2);
    put_chain(file, &end, 5, &tags_large);
    char *page = page_of(file, 1);
    set16(page + 20, 6);
    set16(page + 22, end);
    page[25] = TYPE_HASH;
    set32(file->data + 32, (uint32_t)(file->len / PAGE) - 1);
}

static void both_packages_in_either_byte_order(void)
{
    for (int i = 0; i < 2; i++) {
        AUTO_BUF file = {0};
        big = i;
        build(&file);
        struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
        check_both(&run);
        run_free(&run);
    }
    big = false;
}

static void value_on_the_page(void)
{
    AUTO_BUF file = {0}, value = {0};
    uint32_t end = PAGE;
    build(&file);
    buf_putc(&value, 1);
    put_header(&value, &tags_bash);
    put_key(&file, &end, 0, 5);
    put_item(&file, &end, 1, buf_str(&value));
    set16(page_of(&file, 1) + 20, 2);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    CHECK_INT(run.sink.packages.count, 1);
    CHECK_STR(run_package(&run, 0), LINE_BASH);
    run_free(&run);
}

static void loops_and_overlaps(void)
{
    static const struct {
        uint32_t page;
        size_t at;
        uint32_t value;
        const char *problem;
    } cases[] = {
        {4, 16, 3, "record 2: page 3 is used twice: the database's pages form a loop"},
        {4, 16, 4, "record 2: page 4 is used twice: the database's pages form a loop"},
        {4, 16, 2, "record 2: page 2 is used twice: the database's pages form a loop"},
        {4, 16, 0, "record 2: page 0 is outside of the database, which has 10"},
        {4, 16, 10, "record 2: page 10 is outside of the database, which has 10"},
        {4, 16, 1,
         "record 2: page 1 is of type 13 with 468 bytes, not the next of an overflow chain"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF file = {0};
        build(&file);
        CHECK_INT(file.len / PAGE, 10);
        set32(page_of(&file, cases[i].page) + cases[i].at, cases[i].value);
        struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
        CHECK_INT(run.sink.packages.count, 1);
        check_complaint(&run, cases[i].problem);
        run_free(&run);
    }
}

static void damaged_pages(void)
{
    AUTO_BUF file = {0};
    build(&file);
    set16(page_of(&file, 1) + HEADER + 2, 511);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    check_complaint(&run, "page 1: its 6 items overlap or don't fit into it");
    run_free(&run);
    set16(page_of(&file, 1) + 20, 0xfffe);
    run = run_rpm(buf_str(&file), STR_NONE);
    check_complaint(&run, "page 1: its 65534 items overlap or don't fit into it");
    run_free(&run);
}

static void damaged_metadata(void)
{
    static const struct {
        size_t at;
        uint32_t value;
        const char *error;
    } cases[] = {
        {20, 1000, "the Berkeley DB file has pages of 1000 bytes"},
        {20, 0x80000000, "the Berkeley DB file has pages of 2147483648 bytes"},
        {24, 0x0801, "the Berkeley DB file is encrypted"},
        {24, 0x0900, "the first page of the Berkeley DB file is of type 9"},
        {24, 0x010800, "the Berkeley DB file has pages with checksums, which rpm does not write"},
        {32, 11, "the file ends behind page 10 of 12"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF file = {0};
        build(&file);
        set32(file.data + cases[i].at, cases[i].value);
        struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
        check_complaint(&run, cases[i].error);
        run_free(&run);
    }
}

static void damage(void)
{
    AUTO_BUF file = {0};
    build(&file);
    check_damage(buf_str(&file), STR_NONE);
}

int main(void)
{
    RUN(both_packages_in_either_byte_order);
    RUN(value_on_the_page);
    RUN(loops_and_overlaps);
    RUN(damaged_pages);
    RUN(damaged_metadata);
    RUN(damage);
    return test_end();
}
