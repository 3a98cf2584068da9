/* Which line of a file a byte of a joined text came from. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct line_start {
    size_t offset; /* of the first byte of the joined text that is of this line */
    uint32_t line;
};

static inline uint32_t line_of(const struct line_start *lines, size_t count, size_t offset)
{
    size_t low = 0, high = count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (lines[middle].offset <= offset)
            low = middle;
        else
            high = middle;
    }
    return count ? lines[low].line : 0;
}
