/* Runs one cataloger over bytes in memory, in chunks of a chosen size. */
#pragma once

#include "catalog/sink.h"
#include "test.h"

struct test_input {
    struct input input;
    struct str bytes;
    size_t chunk, at;
    uint64_t repeat;  /* `bytes` that many times more, without the memory */
    char window[256]; /* a chunk's bytes vanish with the next one, as the interface says */
};

static inline int test_input_next(struct input *input, struct str *ret_chunk, struct pl_err *err)
{
    struct test_input *self = (struct test_input *)(void *)input;
    (void)err;
    if (self->at == self->bytes.len && self->repeat) {
        self->repeat--;
        self->at = 0;
    }
    struct str rest = str_first(str_from(self->bytes, self->at), self->chunk);
    self->at += rest.len;
    if (rest.len && rest.len <= sizeof(self->window)) {
        memset(self->window, '?', sizeof(self->window));
        memcpy(self->window, rest.data, rest.len);
        rest.data = self->window;
    }
    *ret_chunk = rest;
    return 0;
}

struct catalog_run {
    struct arena arena;
    struct catalog_sink sink;
    struct pl_err err;
    int result;
};

static inline void run_start(struct catalog_run *run, const struct cataloger *cataloger,
                             const char *path)
{
    *run = (struct catalog_run){0};
    run->sink.arena = &run->arena;
    run->sink.cataloger = cataloger;
    run->sink.path = str_of(path);
}

/* chunk 0: the whole at once, for readers that want it so. */
static inline struct catalog_run run_catalog(const struct cataloger *cataloger, const char *path,
                                             struct str bytes, size_t chunk, struct str companion)
{
    struct catalog_run run;
    run_start(&run, cataloger, path);
    struct test_input input = {
        .input = {.path = str_of(path), .size = bytes.len}, .bytes = bytes, .chunk = chunk};
    if (chunk)
        input.input.next = test_input_next;
    else
        input.input.whole = bytes;
    run.result = cataloger->read(&run.sink, &input.input, companion, &run.err);
    return run;
}

static inline void run_free(struct catalog_run *run)
{
    catalog_sink_free(&run->sink);
    arena_free(&run->arena);
}

/* "name version arch source sourceversion" of one package, in the run's arena. */
static inline struct str run_package(struct catalog_run *run, size_t index)
{
    if (index >= run->sink.packages.count)
        return STR("(no such package)");
    const struct package *p = run->sink.packages.items[index];
    return arena_printf(&run->arena, "%.*s %.*s %.*s %.*s %.*s", STR_ARG(p->name),
                        STR_ARG(p->version), STR_ARG(p->arch), STR_ARG(p->source_name),
                        STR_ARG(p->source_version));
}

static inline struct str run_problem(struct catalog_run *run, size_t index)
{
    return index < run->sink.problems.count ? run->sink.problems.items[index].message
                                            : STR("(no such problem)");
}

/* A whole file in malloc's memory; data NULL when it can't be read. */
static inline struct str read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *data = NULL;
    size_t len = 0, capacity = 0, got;
    if (!file)
        return STR_NONE;
    do {
        if (capacity - len < 65536)
            data = mem_realloc(data, capacity = capacity * 2 + 65536);
        got = fread(data + len, 1, capacity - len, file);
        len += got;
    } while (got);
    fclose(file);
    return str_make(data, len);
}
