#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void exhausted(void)
{
    static const char message[] = "plimsoll: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
    (void)ignored;
    _exit(70);
}

void *mem_alloc(size_t size)
{
    void *block = malloc(size ? size : 1);
    if (!block)
        exhausted();
    return block;
}

void *mem_zalloc(size_t count, size_t size)
{
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block)
        exhausted();
    return block;
}

void *mem_realloc(void *block, size_t size)
{
    block = realloc(block, size ? size : 1);
    if (!block)
        exhausted();
    return block;
}

void mem_freep(void *pointer_to_pointer)
{
    void *block;
    memcpy(&block, pointer_to_pointer, sizeof(block));
    free(block);
}
