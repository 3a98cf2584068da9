/* Runs one cataloger over the fuzzer's bytes; what it adds is thrown away. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "catalog/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
    struct input input;
    struct str rest;
};

/* Chunks of odd sizes, so that lines cross them. */
static inline int fuzz_next(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct fuzz_input *self = (struct fuzz_input *)(void *)input;
    (void)err;
    *ret_chunk = str_first(self->rest, 1 + self->rest.len % 61);
    self->rest = str_from(self->rest, ret_chunk->len);
    return 0;
}

static inline void fuzz_cataloger(const struct cataloger *cataloger, const char *path,
                                  struct str bytes, struct str companion)
{
    struct arena arena = {0};
    struct pl_err err;
    uint64_t budget = 1000;
    struct catalog_sink sink = {
        .arena = &arena, .cataloger = cataloger, .path = str_of(path), .package_budget = &budget};
    struct fuzz_input input = {.input = {.path = str_of(path), .size = bytes.len}, .rest = bytes};
    if (cataloger->mode == CATALOG_STREAM)
        input.input.next = fuzz_next;
    else
        input.input.whole = bytes;
    (void)cataloger->read(&sink, &input.input, companion, &err);
    catalog_sink_free(&sink);
    arena_free(&arena);
}
