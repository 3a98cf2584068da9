/* The pages of an SQLite database file together with the committed frames of its write-ahead log.
 * Sources: sqlite.org/fileformat2.html, sections 1 (pages), 1.6 (b-trees), 2 (records), 4 (WAL). */
#pragma once

#include "base/err.h"
#include "base/str.h"
#include "catalog/bytes.h"

struct sqlite_pages {
    struct str file, wal;
    uint32_t page_size;
    uint32_t usable;     /* bytes of a page without the reserved ones at its end */
    uint32_t count;      /* pages 1..count */
    uint32_t *frames;    /* by page: number of the WAL's frame that holds it, from 1; 0: none */
    struct page_set met; /* pages that the walk has used */
};

/* Zeroed when it fails. */
int sqlite_pages_open(struct sqlite_pages *pages, struct str file, struct str wal,
                      struct pl_err *err);
void sqlite_pages_free(struct sqlite_pages *pages);
/* Bytes of the page, page_size of them; NULL with an error when it is outside of the database. */
const unsigned char *sqlite_page(const struct sqlite_pages *pages, uint32_t page,
                                 struct pl_err *err);
/* The same for a page that is to be used once: an error when it was used before. */
const unsigned char *sqlite_page_once(struct sqlite_pages *pages, uint32_t page,
                                      struct pl_err *err);
