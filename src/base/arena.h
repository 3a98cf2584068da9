/* A bump allocator: everything in it lives until arena_free(). Not safe for several threads. */
#pragma once

#include <stddef.h>

#include "base/mem.h"
#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    char *next;                 /* free bytes of the newest block */
    size_t left;
    size_t total; /* bytes of all blocks */
};

/* A zeroed struct arena is an empty arena. */
void arena_free(struct arena *arena);

/* Aligned to 16 bytes, not zeroed. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
void *arena_zalloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));

#define ARENA_NEW(arena, type) ((type *)arena_zalloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_zalloc((arena), sizeof(type) * (count)))

/* Everything of `from` lives as long as `arena` from now on; `from` is empty. */
void arena_adopt(struct arena *arena, struct arena *from);

/* Copies; the copy is also NUL-terminated behind its length. An empty view stays without bytes. */
struct str arena_str(struct arena *arena, struct str text);
struct str arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
