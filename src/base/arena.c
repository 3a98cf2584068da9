#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 512, BLOCK_MAX = 1 << 20, ALIGNMENT = 16 };

struct arena_block {
    struct arena_block *older;
    size_t size;
    _Alignas(ALIGNMENT) char bytes[];
};

void arena_free(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks; block;) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
    *arena = (struct arena){0};
}

static char *arena_take(struct arena *arena, size_t size, size_t alignment)
{
    size_t pad = (size_t)(-(uintptr_t)arena->next) & (alignment - 1);
    if (arena->next && size <= arena->left && pad <= arena->left - size) {
        char *place = arena->next + pad;
        arena->next += pad + size;
        arena->left -= pad + size;
        return place;
    }
    size_t block_size = arena->total < BLOCK_FIRST ? BLOCK_FIRST : arena->total;
    if (block_size > BLOCK_MAX)
        block_size = BLOCK_MAX;
    if (block_size < size)
        block_size = size;
    struct arena_block *block = mem_alloc(sizeof(*block) + block_size);
    block->size = block_size;
    arena->total += block_size;
    /* A large piece goes behind the current block, whose rest stays usable. */
    if (arena->blocks && block_size - size < arena->left) {
        block->older = arena->blocks->older;
        arena->blocks->older = block;
        return block->bytes;
    }
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = block->bytes + size;
    arena->left = block_size - size;
    return block->bytes;
}

void arena_adopt(struct arena *arena, struct arena *from)
{
    struct arena_block *last = from->blocks;
    if (!last)
        return;
    while (last->older)
        last = last->older;
    if (arena->blocks) { /* behind the current block, whose rest stays usable */
        last->older = arena->blocks->older;
        arena->blocks->older = from->blocks;
        arena->total += from->total;
    } else {
        *arena = *from;
    }
    *from = (struct arena){0};
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return arena_take(arena, size, ALIGNMENT);
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size, ALIGNMENT), 0, size);
}

struct str arena_str(struct arena *arena, struct str text)
{
    if (text.len == 0)
        return (struct str){"", 0};
    char *copy = arena_take(arena, text.len + 1, 1);
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return (struct str){copy, text.len};
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int len = vsnprintf(NULL, 0, format, list);
    va_end(list);
    struct str text = {"", 0};
    if (len > 0) {
        char *copy = arena_take(arena, (size_t)len + 1, 1);
        vsnprintf(copy, (size_t)len + 1, format, again);
        text = (struct str){copy, (size_t)len};
    }
    va_end(again);
    return text;
}
