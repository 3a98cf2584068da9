/* Numbers in the bytes of a file, in either byte order and at any alignment. The caller has checked
 * that they are there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t get_be16(const void *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof(value));
    return __builtin_bswap16(value);
}

static inline uint32_t get_be32(const void *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return __builtin_bswap32(value);
}

static inline uint32_t get_le32(const void *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

static inline uint16_t get_le16(const void *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof(value));
    return value;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "get_le and get_be assume it");

/* Pages of a file that were met already: a page that is met twice is a loop or an overlap. */
struct page_set {
    uint64_t *words;
    uint32_t count;
};

/* True when `page` (below count) was not in the set; it is now. */
static inline bool page_set_add(struct page_set *set, uint32_t page)
{
    uint64_t bit = UINT64_C(1) << (page % 64), *word = &set->words[page / 64];
    if (*word & bit)
        return false;
    *word |= bit;
    return true;
}
