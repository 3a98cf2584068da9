/* Runs one cataloger over the fuzzer's bytes; what it adds is thrown away. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "catalog/sink.h"
#include "io/content.h"
#include "io/elf.h"

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

static inline void fuzz_cataloger_at(const struct cataloger *cataloger, struct str path,
                                     struct str bytes, struct str companion)
{
    struct arena arena = {0};
    struct pl_err err;
    uint64_t budget = 1000, left = 64 * 1024 * 1024;
    struct content content = content_of_bytes(bytes);
    struct elf_cache elf = {0};
    struct catalog_sink sink = {.arena = &arena,
                                .cataloger = cataloger,
                                .path = path,
                                .package_budget = &budget,
                                .byte_budget = &left,
                                .details = true}; /* they are the longer way */
    struct fuzz_input input = {.input = {.path = path, .size = bytes.len, .fd = -1}, .rest = bytes};
    if (cataloger->mode == CATALOG_STREAM)
        input.input.next = fuzz_next;
    else if (cataloger->mode == CATALOG_RANDOM)
        input.input.content = &content, input.input.elf = &elf;
    else
        input.input.whole = bytes;
    (void)cataloger->read(&sink, &input.input, companion, &err);
    struct catalog_file file = {path, sink.kept};
    struct catalog_files files = {&file, 1};
    if (cataloger->finish && sink.has_kept)
        (void)cataloger->finish(&sink, &files, &err);
    catalog_sink_free(&sink);
    elf_cache_free(&elf);
    arena_free(&arena);
}

static inline void fuzz_cataloger(const struct cataloger *cataloger, const char *path,
                                  struct str bytes, struct str companion)
{
    fuzz_cataloger_at(cataloger, str_of(path), bytes, companion);
}
