/* Decompression in order: gzip (RFC 1952, all members), zstd (RFC 8878, all frames), xz and
 * bzip2. The kind is told by the first bytes, never by a name. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum compression {
    COMPRESSION_NONE,
    COMPRESSION_GZIP,
    COMPRESSION_ZSTD,
    COMPRESSION_XZ,
    COMPRESSION_BZIP2
};
enum { COMPRESSION_HEAD = 6 }; /* bytes that compression_detect() looks at */
enum compression compression_detect(struct str head);
const char *compression_name(enum compression compression);

struct decoder;

/* `read` hands out the next compressed bytes (len 0 at the end), valid until its next call. */
struct decoder_input {
    void *context;
    int (*read)(void *context, struct str *ret_bytes, struct pl_err *err);
};

/* COMPRESSION_NONE passes bytes through. */
int decoder_new(enum compression compression, struct decoder_input input,
                struct decoder **ret_decoder, struct pl_err *err);
void decoder_free(struct decoder *decoder);
/* Fills `bytes` completely, less only at the end of the data (then 0 from there on). Truncated or
 * damaged data is PL_E_FORMAT. */
int decoder_read(struct decoder *decoder, void *bytes, size_t size, size_t *ret_len,
                 struct pl_err *err);
/* Compressed bytes taken from the input so far. */
uint64_t decoder_consumed(const struct decoder *decoder);

/* Reads a range of a file as a decoder's input, 256 KiB at a time. */
struct file_input {
    int fd;
    uint64_t offset, left;
    char *buffer;
};
void file_input_init(struct file_input *input, int fd, uint64_t offset, uint64_t length);
void file_input_free(struct file_input *input);
struct decoder_input file_input_decoder(struct file_input *input);
