/* A source: bytes in order, for the tar walker. Positions advance in multiples of 512 while headers
 * are read, so that a block never straddles two buffers. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { TAR_BLOCK = 512 };

struct source {
    uint64_t position;
    /* The 512 bytes at the position, which advances behind them: 1; 0 at the end of the bytes;
     * PL_E_FORMAT when fewer than 512 are left. */
    int (*block)(struct source *source, const unsigned char **ret_block, struct pl_err *err);
    /* The next bytes, at least one and at the most `max`; len 0 at the end. Valid until the next
     * call. */
    int (*chunk)(struct source *source, uint64_t max, struct str *ret_chunk, struct pl_err *err);
    /* Passes over `count` bytes; PL_E_FORMAT when there are fewer. */
    int (*skip)(struct source *source, uint64_t count, struct pl_err *err);
    /* Some of the next bytes, without going on: at least one and, at a multiple of 512, 512 where
     * there are so many. len 0 at the end. Valid until the next call. */
    int (*peek)(struct source *source, struct str *ret_bytes, struct pl_err *err);
    int fd;                 /* where all bytes stand in an open file; -1: they don't */
    uint64_t start, length; /* the range of it that position 0 begins */
};

/* A range of an open file, read with pread(2): no mapping that could shrink under us, and no page
 * of a skipped file is touched. */
struct file_source {
    struct source source; /* first; its fd, start and length say which range */
    unsigned char *buffer;
    uint64_t buffer_at; /* position of the buffer's first byte */
    size_t buffer_len;
    size_t ahead;    /* how much is read at a header: more where headers stand close together */
    unsigned served; /* headers that the last such read gave */
};
void file_source_init(struct file_source *source, int fd, uint64_t start, uint64_t length);
void file_source_free(struct file_source *source);

/* Reads exactly `len` bytes at `offset`; PL_E_FORMAT ("truncated") when the file ends before. */
int file_read_at(int fd, void *bytes, size_t len, uint64_t offset, struct pl_err *err);
