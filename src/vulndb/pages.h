/* Reads the file of an LMDB database (version 1 of its format, as liblmdb 0.9 writes it) without
 * liblmdb, which trusts every byte: a database can be downloaded, so here every page number, offset
 * and length is held against the file before it is followed. Only what a file of plimsoll has: one
 * tree, no duplicates, no named databases. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct pages {
    const unsigned char *map;
    uint64_t size; /* bytes of the map */
    uint32_t page_size;
    uint64_t page_count; /* that the database says it has */
    uint64_t root;
    uint64_t entries;
};

/* Picks the newer meta page and checks that the file has all pages. `map` stays the caller's. */
int pages_open(const unsigned char *map, uint64_t size, struct pages *ret_pages,
               struct pl_err *err);

enum pages_result { PAGES_FOUND = 1, PAGES_NONE = 0, PAGES_DAMAGED = -1 };
enum pages_result pages_find(const struct pages *pages, struct str key, struct str *ret_value);

/* Calls back for every entry in the order of the keys, until it returns false. PAGES_DAMAGED when
 * some page can't be followed; else PAGES_FOUND. */
enum pages_result pages_each(const struct pages *pages,
                             bool (*each)(void *context, struct str key, struct str value),
                             void *context);
