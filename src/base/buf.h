/* A growing byte buffer; also what report writers write into. A zeroed struct is an empty buffer.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/mem.h"
#include "base/str.h"

struct buf {
    char *data;
    size_t len;
    size_t capacity;
};

void buf_free(struct buf *buf);
#define AUTO_BUF CLEANUP(buf_free) struct buf

/* Room for `more` bytes behind what is there; returns where they begin. */
char *buf_reserve(struct buf *buf, size_t more);
void buf_add(struct buf *buf, struct str text);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));

static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){buf->data, buf->len};
}
