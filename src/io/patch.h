/* Packing with zstd (RFC 8878), alone or against bytes that the reader has, too: then what comes
 * out is a delta between the two. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* A nameless file of a known size in memory: room on the disk is taken beforehand, so that a full
 * disk is an error and no signal. */
struct mapped {
    int fd;
    char *data;
    uint64_t size;
};
#define MAPPED_NONE ((struct mapped){.fd = -1})
#define AUTO_MAPPED __attribute__((cleanup(mapped_free))) struct mapped
int mapped_new(uint64_t size, struct mapped *ret_file, struct pl_err *err);
/* Maps what was written to a descriptor, which it takes. */
int mapped_take(int fd, struct mapped *ret_file, struct pl_err *err);
void mapped_free(struct mapped *file);
static inline struct str mapped_str(const struct mapped *file)
{
    return str_make(file->data, file->size);
}

/* `base`: empty, or what the reader has. */
int patch_make(struct str base, struct str bytes, struct mapped *ret_packed, struct pl_err *err);
/* The opposite. PL_E_FORMAT unless exactly `size` bytes come out: never more are written. */
int patch_apply(struct str base, struct str packed, uint64_t size, struct mapped *ret_bytes,
                struct pl_err *err);
