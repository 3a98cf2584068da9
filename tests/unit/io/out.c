/* Output: buffered, complete, and a failed write is told once and for all. */
#include <fcntl.h>
#include <unistd.h>

#include "io/out.h"
#include "test.h"

static void stays_in_memory(void)
{
    struct out out;
    out_init(&out, -1);
    for (int i = 0; i < 100000; i++)
        out_puts(&out, "0123456789");
    CHECK_INT(out.buffer.len, 1000000);
    CHECK_INT(out_close(&out, NULL), 0);
    CHECK(out.buffer.data == NULL);
}

static void writes_everything(void)
{
    FILE *file = tmpfile();
    struct out out;
    struct pl_err err;
    AUTO_BUF want = {0}, got = {0};
    out_init(&out, fileno(file));
    for (int i = 0; i < 30000; i++) {
        out_printf(&out, "%d,", i);
        buf_printf(&want, "%d,", i);
        if (i % 1000 == 0) {
            out_putc(&out, '\n');
            buf_putc(&want, '\n');
        }
        CHECK(out.buffer.len < 128 * 1024);
    }
    out_add(&out, buf_str(&want)); /* larger than the buffer */
    size_t half = want.len;
    (void)buf_reserve(&want, half);
    memcpy(want.data + half, want.data, half);
    want.len += half;
    CHECK_INT(out_close(&out, &err), 0);
    rewind(file);
    got.len = fread(buf_reserve(&got, want.len + 10), 1, want.len + 10, file);
    CHECK(str_equal(buf_str(&got), buf_str(&want)));
    fclose(file);
}

static void full_disk(void)
{
    struct out out;
    struct pl_err err = {0};
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    out_init(&out, fd);
    out_puts(&out, "x");
    CHECK_INT(out_close(&out, &err), -PL_E_IO);
    CHECK_STR(str_of(err.message), "cannot write the output: No space left on device");
    out_init(&out, fd);
    for (int i = 0; i < 100000; i++)
        out_puts(&out, "0123456789");
    CHECK(out.error != 0);
    CHECK(out.buffer.len < 128 * 1024); /* nothing piles up behind the error */
    CHECK_INT(out_close(&out, &err), -PL_E_IO);
    close(fd);
}

static void read_only(void)
{
    struct out out;
    struct pl_err err;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    out_init(&out, fd);
    CHECK_INT(out_close(&out, &err), 0); /* nothing to write, nothing wrong */
    out_init(&out, fd);
    out_puts(&out, "x");
    CHECK_INT(out_close(&out, &err), -PL_E_IO);
    close(fd);
}

int main(void)
{
    RUN(stays_in_memory);
    RUN(writes_everything);
    RUN(full_disk);
    RUN(read_only);
    return test_end();
}
