/* All bytes of one file, in any order: a range of an open file, or bytes in memory. What comes out
 * of a compressed stream is gathered in memory, or in a nameless temporary file where it is large.
 */
#pragma once

#include "base/buf.h"
#include "io/input.h"

struct content {
    uint64_t size;
    const char *bytes; /* in memory; NULL: in the file */
    int fd;
    uint64_t offset; /* of the first byte in the file */
    struct buf gathered;
    bool owns_fd;
};

struct content content_of_bytes(struct str bytes);
struct content content_of_file(int fd, uint64_t offset, uint64_t size);
/* A part of another content, which must outlive it. False when it is not inside. */
bool content_part(const struct content *whole, uint64_t offset, uint64_t size,
                  struct content *ret_part);
/* Bytes gathered as they come: of an empty content, AUTO_CONTENT with fd -1. Behind the last ones
 * content_seal(), before which nothing can be read. */
int content_add(struct content *content, struct str chunk, struct pl_err *err);
void content_seal(struct content *content);
/* Reads the input to its end. */
int content_gather(struct input *input, struct content *ret_content, struct pl_err *err);
void content_free(struct content *content);
#define AUTO_CONTENT CLEANUP(content_free) struct content

/* Exactly `len` bytes at `at`: in place where they are in memory, else read into `scratch`, which
 * has room for them. PL_E_FORMAT when they are not all there. */
int content_read(const struct content *content, uint64_t at, size_t len, void *scratch,
                 const unsigned char **ret_bytes, struct pl_err *err);
