/* A document that people or other programs hand over, read in pieces and as often as a reader
 * likes: it is never in memory as a whole. What is packed by gzip, zstd, xz or bzip2 is unpacked; a
 * pipe, or
 * "-" for standard input, is read once into a file without a name. */
#pragma once

#include "io/decoder.h"

enum { REWIND_HEAD = 64 * 1024 };

struct rewind_input {
    int fd;
    uint64_t size;
    uint64_t most;     /* bytes, unpacked, that it may have */
    const char *limit; /* the name of that limit */
    enum compression compression;
    struct file_input file;
    struct decoder *decoder;
    char *buffer;
    uint64_t total; /* bytes so far */
};

/* PL_E_NOT_FOUND, PL_E_IO, PL_E_FORMAT (a folder). These errors name the path, later ones do not.
 */
int rewind_open(const char *path, uint64_t most, const char *limit, struct rewind_input *ret_input,
                struct pl_err *err);
/* The same of bytes that are in memory; they need not outlive the call. */
int rewind_open_bytes(struct str bytes, uint64_t most, const char *limit,
                      struct rewind_input *ret_input, struct pl_err *err);
/* To the beginning, behind a byte order mark. */
int rewind_start(struct rewind_input *input, struct pl_err *err);
/* The next bytes, len 0 at the end; `context` is the input. PL_E_LIMIT. */
int rewind_read(void *context, struct str *ret_chunk, struct pl_err *err);
/* The first REWIND_HEAD bytes, in `bytes`; the input stands at its beginning again. */
int rewind_head(struct rewind_input *input, char *bytes, struct str *ret_head, struct pl_err *err);
void rewind_close(struct rewind_input *input);
