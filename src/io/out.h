/* Buffered output to a file descriptor. The first error sticks and ends all writing. */
#pragma once

#include <stdarg.h>

#include "base/buf.h"
#include "base/err.h"

struct out {
    int fd; /* -1: everything stays in the buffer */
    struct buf buffer;
    int error; /* errno of the first failed write; 0: none */
};

void out_init(struct out *out, int fd);
void out_add(struct out *out, struct str text);
void out_puts(struct out *out, const char *text);
void out_putc(struct out *out, char c);
void out_printf(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes what is buffered and frees the buffer; PL_E_IO when any write failed. */
int out_close(struct out *out, struct pl_err *err);
