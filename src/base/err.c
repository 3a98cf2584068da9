#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

/* A message is cut at the buffer's end, never inside a UTF-8 sequence. */
static void trim_utf8(char *text, size_t size)
{
    size_t len = strlen(text);
    if (len + 1 < size)
        return;
    while (len && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
        len--;
    if (len && (unsigned char)text[len - 1] >= 0xC0)
        len--;
    text[len] = '\0';
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void format_both(struct pl_err *err, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    vsnprintf(err->message, sizeof(err->message), format, list);
    vsnprintf(err->local, sizeof(err->local), tr(format), again);
    va_end(again);
    trim_utf8(err->message, sizeof(err->message));
    trim_utf8(err->local, sizeof(err->local));
}
#pragma GCC diagnostic pop

int err_set(struct pl_err *err, enum pl_code code, const char *format, ...)
{
    if (err) {
        va_list list;
        va_start(list, format);
        format_both(err, format, list);
        va_end(list);
        err->code = code;
        err->limit = NULL;
    }
    return -(int)code;
}

static void append(char *text, size_t size, const char *between, const char *tail)
{
    size_t len = strlen(text);
    snprintf(text + len, size - len, "%s%s", between, tail);
    trim_utf8(text, size);
}

int err_limit(struct pl_err *err, const char *limit, const char *format, ...)
{
    if (err) {
        va_list list;
        va_start(list, format);
        format_both(err, format, list);
        va_end(list);
        err->code = PL_E_LIMIT;
        err->limit = limit;
        /* The limit is always named, also where the sentence does without. */
        if (!strstr(err->message, limit)) {
            append(err->message, sizeof(err->message), ": ", limit);
            append(err->local, sizeof(err->local), ": ", limit);
        }
    }
    return -PL_E_LIMIT;
}

int err_errno(struct pl_err *err, int error_number, const char *format, ...)
{
    enum pl_code code =
        error_number == ENOENT || error_number == ENOTDIR ? PL_E_NOT_FOUND : PL_E_IO;
    if (err) {
        va_list list;
        va_start(list, format);
        format_both(err, format, list);
        va_end(list);
        err->code = code;
        err->limit = NULL;
        const char *reason = strerrordesc_np(error_number);
        if (!reason)
            reason = "unknown error";
        append(err->message, sizeof(err->message), ": ", reason);
        append(err->local, sizeof(err->local), ": ", tr(reason));
    }
    return -(int)code;
}

static void put_before(char *text, size_t size, const char *head)
{
    size_t len = strlen(head), rest = strlen(text) + 1;
    if (len > size - 3)
        len = size - 3;
    if (rest > size - len - 2)
        rest = size - len - 2;
    memmove(text + len + 2, text, rest);
    memcpy(text, head, len);
    memcpy(text + len, ": ", 2);
    text[size - 1] = '\0';
    trim_utf8(text, size);
}

int err_prefix(struct pl_err *err, const char *format, ...)
{
    if (!err)
        return -PL_E_FAULT;
    struct pl_err head;
    va_list list;
    va_start(list, format);
    format_both(&head, format, list);
    va_end(list);
    put_before(err->message, sizeof(err->message), head.message);
    put_before(err->local, sizeof(err->local), head.local);
    return -(int)err->code;
}

int err_advise(struct pl_err *err, const char *format, ...)
{
    struct pl_err tail;
    va_list list;
    va_start(list, format);
    format_both(&tail, format, list);
    va_end(list);
    append(err->message, sizeof(err->message), "; ", tail.message);
    append(err->local, sizeof(err->local), "; ", tail.local);
    return -(int)err->code;
}
