#include <isa-l/igzip_lib.h>

#include "rpm_build.h"

/* One slot page, then the records' blocks of 16 bytes. */
enum { PAGE = 4096, FIRST = PAGE / 16 };

static void set_le32(char *at, uint32_t value)
{
    memcpy(at, &value, 4);
}

static uint32_t put_blob(struct buf *file, uint32_t record, const struct header_tags *tags)
{
    AUTO_BUF header = {0};
    size_t from = file->len;
    put_header(&header, tags);
    put_le32(file, 0x53626c42);
    put_le32(file, record);
    put_le32(file, 1);
    put_le32(file, (uint32_t)header.len);
    buf_add(file, buf_str(&header));
    while ((file->len - from + 12) % 16)
        buf_putc(file, '\0');
    uint32_t sum = isal_adler32(1, (unsigned char *)file->data + from, file->len - from);
    put_le32(file, sum);
    put_le32(file, (uint32_t)header.len);
    put_le32(file, 0x45626c42);
    return (uint32_t)(file->len - from) / 16;
}

static void set_slot(struct buf *file, size_t index, uint32_t record, uint32_t first,
                     uint32_t count)
{
    char *slot = file->data + 32 + index * 16;
    set_le32(slot + 4, record);
    set_le32(slot + 8, first);
    set_le32(slot + 12, count);
}

/* Returns the first record's count of blocks. */
static uint32_t build(struct buf *file)
{
    buf_puts(file, "RpmP");
    put_le32(file, 0);
    put_le32(file, 1);
    put_le32(file, 1);
    put_le32(file, 3);
    put_zeros(file, 12);
    while (file->len < PAGE) {
        buf_puts(file, "Slot");
        put_zeros(file, 12);
    }
    uint32_t one = put_blob(file, 1, &tags_bash);
    uint32_t two = put_blob(file, 2, &tags_large);
    set_slot(file, 0, 1, FIRST, one);
    set_slot(file, 9, 2, FIRST + one, two);
    return one;
}

static void both_packages(void)
{
    AUTO_BUF file = {0};
    build(&file);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    check_both(&run);
    run_free(&run);
}

static void damaged_slots(void)
{
    AUTO_BUF file = {0};
    uint32_t one = build(&file);
    set_slot(&file, 20, 3, FIRST, one);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    CHECK_INT(run.sink.packages.count, 2);
    CHECK_INT(run.sink.problems.count, 1);
    CHECK(strstr(run_problem(&run, 0).data, "overlap with others") != NULL);
    run_free(&run);
    set_slot(&file, 20, 3, 0xffffffff, 0xffffffff);
    run = run_rpm(buf_str(&file), STR_NONE);
    CHECK_INT(run.sink.packages.count, 2);
    check_complaint(&run,
                    "record 3: its blocks 4294967295 and the 4294967295 behind it are outside "
                    "of the file");
    run_free(&run);
    set_slot(&file, 20, 3, 1, 1);
    run = run_rpm(buf_str(&file), STR_NONE);
    check_complaint(&run, "record 3: its blocks from number 1 on overlap with others");
    run_free(&run);
    set_slot(&file, 20, 0, 0, 0);
    file.data[32 + 16 * 30] = 'X';
    run = run_rpm(buf_str(&file), STR_NONE);
    check_complaint(&run, "there is no slot at byte 512, where one must be");
    run_free(&run);
}

static void damaged_records(void)
{
    static const struct {
        size_t at;
        const char *problem;
    } cases[] = {
        {0, "record 1: its head or tail at byte 4096 is missing"},
        {4, "record 1: its head says that it is record 254"},
        {20, "record 1: its checksum is wrong"},
        {200, "record 1: its checksum is wrong"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        AUTO_BUF file = {0};
        build(&file);
        file.data[PAGE + cases[i].at] = (char)(file.data[PAGE + cases[i].at] ^ 0xff);
        struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
        CHECK_INT(run.sink.packages.count, 1);
        check_complaint(&run, cases[i].problem);
        run_free(&run);
    }
}

static void damaged_head(void)
{
    AUTO_BUF file = {0};
    build(&file);
    set_le32(file.data + 12, 0xffffffff);
    struct catalog_run run = run_rpm(buf_str(&file), STR_NONE);
    CHECK_INT(run.result, -PL_E_FORMAT);
    CHECK(strstr(run.err.message, "4294967295 slot pages") != NULL);
    run_free(&run);
    set_le32(file.data + 4, 9);
    run = run_rpm(buf_str(&file), STR_NONE);
    CHECK_INT(run.result, -PL_E_UNSUPPORTED);
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
    RUN(damaged_slots);
    RUN(damaged_records);
    RUN(damaged_head);
    RUN(damage);
    return test_end();
}
