/* Zip archives, whole and damaged. They are made here, byte by byte. */
#include "io/zip.h"

#include <fcntl.h>
#include <isa-l/crc.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "test.h"

static void put(struct buf *out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        buf_putc(out, (char)(value >> (8 * i)));
}

struct maker {
    struct buf file, directory;
    unsigned count;
};

/* One block of deflate's "stored" kind, RFC 1951, 3.2.4. */
static struct buf deflate_stored(struct str text)
{
    struct buf out = {0};
    buf_putc(&out, 1);
    put(&out, text.len, 2);
    put(&out, ~text.len, 2);
    buf_add(&out, text);
    return out;
}

static void add_raw(struct maker *maker, const char *name, int method, struct str data,
                    uint64_t size, uint32_t crc)
{
    struct str text = str_of(name);
    size_t at = maker->file.len;
    put(&maker->file, 0x04034b50, 4);
    put(&maker->file, 20, 2);
    put(&maker->file, 0, 2);
    put(&maker->file, (uint64_t)method, 2);
    put(&maker->file, 0, 4);
    put(&maker->file, crc, 4);
    put(&maker->file, data.len, 4);
    put(&maker->file, size, 4);
    put(&maker->file, text.len, 2);
    put(&maker->file, 0, 2);
    buf_add(&maker->file, text);
    buf_add(&maker->file, data);
    put(&maker->directory, 0x02014b50, 4);
    put(&maker->directory, 20, 2);
    put(&maker->directory, 20, 2);
    put(&maker->directory, 0, 2);
    put(&maker->directory, (uint64_t)method, 2);
    put(&maker->directory, 0, 4);
    put(&maker->directory, crc, 4);
    put(&maker->directory, data.len, 4);
    put(&maker->directory, size, 4);
    put(&maker->directory, text.len, 2);
    put(&maker->directory, 0, 8);
    put(&maker->directory, 0, 4);
    put(&maker->directory, at, 4);
    buf_add(&maker->directory, text);
    maker->count++;
}

static uint32_t crc_of(struct str text)
{
    return crc32_gzip_refl(0, (const unsigned char *)text.data, text.len);
}

static void add(struct maker *maker, const char *name, const char *content)
{
    struct str text = str_of(content);
    AUTO_BUF packed = deflate_stored(text);
    add_raw(maker, name, 8, buf_str(&packed), text.len, crc_of(text));
}

static int finish(struct maker *maker)
{
    size_t at = maker->file.len;
    buf_add(&maker->file, buf_str(&maker->directory));
    put(&maker->file, 0x06054b50, 4);
    put(&maker->file, 0, 4);
    put(&maker->file, maker->count, 2);
    put(&maker->file, maker->count, 2);
    put(&maker->file, maker->directory.len, 4);
    put(&maker->file, at, 4);
    put(&maker->file, 0, 2);
    int fd = memfd_create("zip", MFD_CLOEXEC);
    if (write(fd, maker->file.data, maker->file.len) != (ssize_t)maker->file.len)
        FAIL("the archive can't be written");
    buf_free(&maker->directory);
    return fd;
}

/* "name=content;" of every member, "name!" where one can't be read, "!" where the archive ends
 * badly. */
static struct buf read_all(int fd)
{
    struct buf out = {0};
    struct pl_err err;
    struct zip *zip = NULL;
    struct zip_member member;
    int r = zip_open(fd, &zip, &err);
    while (r == 0 && (r = zip_next(zip, &member, &err)) == 1) {
        struct str chunk = {"", 1};
        size_t before = out.len;
        r = zip_start(zip, &member, &err);
        buf_printf(&out, "%.*s=", STR_ARG(member.name));
        while (r == 0 && chunk.len) {
            r = zip_read(zip, &chunk, &err);
            if (r == 0)
                buf_add(&out, chunk);
        }
        if (r < 0) {
            out.len = before;
            buf_printf(&out, "%.*s!", STR_ARG(member.name));
        } else {
            buf_putc(&out, ';');
        }
        r = 0;
    }
    if (r < 0)
        buf_putc(&out, '!');
    if (zip)
        zip_close(zip);
    return out;
}

static void check_archive(struct maker *maker, const char *want)
{
    int fd = finish(maker);
    AUTO_BUF got = read_all(fd);
    CHECK_STR(buf_str(&got), want);
    close(fd);
    buf_free(&maker->file);
}

static void members(void)
{
    struct maker maker = {.count = 0};
    add(&maker, "a.json", "{\"id\":1}");
    add(&maker, "folder/", "");
    add_raw(&maker, "plain", 0, STR("stored"), 6, crc_of(STR("stored")));
    check_archive(&maker, "a.json={\"id\":1};folder/=;plain=stored;");
    maker = (struct maker){.count = 0};
    check_archive(&maker, "");
}

/* The record at the end has a comment of up to 65535 bytes behind it. */
static void comments(void)
{
    static const size_t lengths[] = {1, 500, 1000, 1001, 5000, 65535};
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct maker maker = {.count = 0};
        add(&maker, "a", "1");
        close(finish(&maker));
        maker.file.len -= 2;
        put(&maker.file, lengths[i], 2);
        for (size_t k = 0; k < lengths[i]; k++)
            buf_putc(&maker.file, k % 7 ? 'c' : 'P');
        int fd = memfd_create("zip", MFD_CLOEXEC);
        if (write(fd, maker.file.data, maker.file.len) != (ssize_t)maker.file.len)
            FAIL("the archive can't be written");
        AUTO_BUF got = read_all(fd);
        CHECK_STR(buf_str(&got), "a=1;");
        close(fd);
        buf_free(&maker.file);
    }
}

static void lies(void)
{
    struct maker maker = {.count = 0};
    AUTO_BUF packed = deflate_stored(STR("hello"));
    add_raw(&maker, "short", 8, buf_str(&packed), 4, crc_of(STR("hello")));
    add_raw(&maker, "long", 8, buf_str(&packed), 6, crc_of(STR("hello")));
    add_raw(&maker, "crc", 8, buf_str(&packed), 5, 7);
    add_raw(&maker, "junk", 8, STR("\xff\xff\xff\xff"), 5, 7);
    add_raw(&maker, "cut", 8, str_first(buf_str(&packed), 6), 5, crc_of(STR("hello")));
    add_raw(&maker, "lzma", 14, buf_str(&packed), 5, crc_of(STR("hello")));
    add(&maker, "good", "x");
    check_archive(&maker, "short!long!crc!junk!cut!lzma!good=x;");
}

/* Many entries of the directory for the same bytes. */
static void overlap(void)
{
    struct maker maker = {.count = 0};
    AUTO_BUF packed = deflate_stored(STR("hello"));
    for (int i = 0; i < 50; i++) {
        size_t len = maker.file.len;
        add_raw(&maker, "x", 8, buf_str(&packed), 5, crc_of(STR("hello")));
        if (i)
            maker.file.len = len;
    }
    int fd = finish(&maker);
    AUTO_BUF got = read_all(fd);
    CHECK(str_ends(buf_str(&got), STR("!")));
    close(fd);
    buf_free(&maker.file);
}

static void cut_off(void)
{
    struct maker maker = {.count = 0};
    add(&maker, "one", "1111111111");
    add(&maker, "two", "2222222222");
    int fd = finish(&maker);
    for (off_t len = 0; len < (off_t)maker.file.len; len++) {
        if (ftruncate(fd, len) < 0)
            FAIL("ftruncate");
        AUTO_BUF got = read_all(fd);
        CHECK(str_ends(buf_str(&got), STR("!")));
        if (pwrite(fd, maker.file.data, maker.file.len, 0) < 0)
            FAIL("pwrite");
    }
    close(fd);
    buf_free(&maker.file);
}

static void changed_bytes(void)
{
    struct maker maker = {.count = 0};
    add(&maker, "one", "1111111111");
    add(&maker, "two", "2222222222");
    int fd = finish(&maker);
    for (size_t i = 0; i < maker.file.len; i++)
        for (int value = 0; value < 256; value += 51) {
            char byte = (char)value;
            if (pwrite(fd, &byte, 1, (off_t)i) < 0)
                FAIL("pwrite");
            AUTO_BUF got = read_all(fd);
            CHECK(got.len < 1000);
            if (pwrite(fd, maker.file.data + i, 1, (off_t)i) < 0)
                FAIL("pwrite");
        }
    close(fd);
    buf_free(&maker.file);
}

int main(void)
{
    RUN(members);
    RUN(comments);
    RUN(lies);
    RUN(overlap);
    RUN(cut_off);
    RUN(changed_bytes);
    return test_end();
}
