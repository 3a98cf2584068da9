#include "io/out.h"

#include <errno.h>
#include <unistd.h>

enum { FLUSH_AT = 64 * 1024 };

void out_init(struct out *out, int fd)
{
    *out = (struct out){.fd = fd};
}

static void flush(struct out *out)
{
    size_t done = 0;
    while (done < out->buffer.len && !out->error) {
        ssize_t wrote = write(out->fd, out->buffer.data + done, out->buffer.len - done);
        if (wrote >= 0)
            done += (size_t)wrote;
        else if (errno != EINTR)
            out->error = errno;
    }
    out->buffer.len = 0;
}

static void flush_if_full(struct out *out)
{
    if (out->fd >= 0 && out->buffer.len >= FLUSH_AT)
        flush(out);
}

void out_add(struct out *out, struct str text)
{
    buf_add(&out->buffer, text);
    flush_if_full(out);
}

void out_puts(struct out *out, const char *text)
{
    out_add(out, str_of(text));
}

void out_putc(struct out *out, char c)
{
    buf_putc(&out->buffer, c);
    flush_if_full(out);
}

void out_printf(struct out *out, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    buf_vprintf(&out->buffer, format, list);
    va_end(list);
    flush_if_full(out);
}

int out_close(struct out *out, struct pl_err *err)
{
    if (out->fd >= 0)
        flush(out);
    buf_free(&out->buffer);
    if (out->error)
        return err_errno(err, out->error, "cannot write the output");
    return 0;
}
