#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

char *buf_reserve(struct buf *buf, size_t more)
{
    if (more > buf->capacity - buf->len) {
        size_t capacity = buf->capacity ? buf->capacity : 256;
        while (capacity - buf->len < more)
            capacity = capacity < (64U << 20) ? capacity * 2 : capacity + (64U << 20);
        buf->data = mem_realloc(buf->data, capacity);
        buf->capacity = capacity;
    }
    return buf->data + buf->len;
}

void buf_add(struct buf *buf, struct str text)
{
    if (text.len == 0)
        return;
    memcpy(buf_reserve(buf, text.len), text.data, text.len);
    buf->len += text.len;
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_add(buf, str_of(text));
}

void buf_putc(struct buf *buf, char c)
{
    *buf_reserve(buf, 1) = c;
    buf->len++;
}

void buf_vprintf(struct buf *buf, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int len = vsnprintf(NULL, 0, format, list);
    if (len > 0) {
        vsnprintf(buf_reserve(buf, (size_t)len + 1), (size_t)len + 1, format, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    buf_vprintf(buf, format, list);
    va_end(list);
}
