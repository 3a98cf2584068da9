/* Bytes of one file in order, without the whole in memory: what the readers of files are given. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct content;
struct elf_cache;

struct input {
    struct str path; /* inside the image, without a leading '/' */
    uint64_t size;   /* as the archive or the file system tells it */
    /* The next bytes, at least one; len 0 at the end. Valid until the next call. */
    int (*next)(struct input *input, struct str *ret_chunk, struct pl_err *err);
    /* Where a reader asked for the whole: all bytes; next is NULL then. */
    struct str whole;
    /* Where a reader asked for bytes in any order (CATALOG_RANDOM): all of them; next is NULL. */
    const struct content *content;
    struct elf_cache *elf; /* shared by the readers of one file: elf_cached(); NULL: none */
    /* Where the bytes stand in an open file, in one piece: fd, and the place of the first. -1: they
     * come out of a stream. For who makes the content above. */
    int fd;
    uint64_t fd_offset;
};
